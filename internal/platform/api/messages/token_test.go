package messages

import (
	"bytes"
	"errors"
	"testing"

	"offhook/internal/platform/api/synctoken"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// FuzzToken: foreign text never becomes a token of the extension, except by
// being one.
func FuzzToken(f *testing.F) {
	e := store.Extension{ID: 7}
	good, err := synctoken.Encode(token{ExtensionID: 7, Epoch: e.CreatedAt.UnixMilli(), Position: 3, Types: []string{rc.TypeSMS}})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(good)
	f.Add("")
	f.Add("AAAAAAAAAAB7fQ")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := parseToken(text, e, 5)
		if err != nil {
			var told *rc.Error
			if !errors.As(err, &told) || told.Code != "MSG-333" {
				t.Fatalf("%q: %v, want MSG-333", text, err)
			}
			return
		}
		if got.ExtensionID != 7 || got.Position < 0 || got.Position > 5 {
			t.Fatalf("%q was read as %+v", text, got)
		}
	})
}

// FuzzParts: a multipart body gives exactly as many patches as asked for, or
// an error that may be told.
func FuzzParts(f *testing.F) {
	f.Add([]byte("--b\nContent-Type: application/json\n\n{\"readStatus\":\"Read\"}\n--b--\n"), "b", 1)
	f.Add([]byte("--b\r\n\r\n{}\r\n--b\r\n\r\n{}\r\n--b--"), "b", 2)
	f.Add([]byte("--b--"), "", 0)
	f.Fuzz(func(t *testing.T, body []byte, boundary string, n int) {
		got, err := readParts(bytes.NewReader(body), boundary, n)
		if err == nil && len(got) != n {
			t.Fatalf("%d patches, want %d", len(got), n)
		}
		var told *rc.Error
		if err != nil && !errors.As(err, &told) {
			t.Fatalf("an error that may not be told: %v", err)
		}
	})
}

func TestSegments(t *testing.T) {
	repeat := func(s string, n int) string { return string(bytes.Repeat([]byte(s), n)) }
	for _, tt := range []struct {
		name, text string
		want       int
	}{
		{"160 plain characters fit", repeat("a", 160), 1},
		{"161 do not", repeat("a", 161), 2},
		{"a bracket takes two places", repeat("[", 81), 2},
		{"70 characters outside the plain alphabet fit", repeat("я", 70), 1},
		{"71 do not", repeat("я", 71), 2},
		{"an emoji takes two places", repeat("😀", 36), 2},
		{"one emoji makes the whole text dear", repeat("a", 69) + "😀", 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := segments(tt.text); got != tt.want {
				t.Errorf("%d segments, want %d", got, tt.want)
			}
		})
	}
}
