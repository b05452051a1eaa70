package synctoken_test

import (
	"net/url"
	"testing"

	"offhook/internal/platform/api/synctoken"
	"offhook/internal/rc"
)

type seen struct {
	Owner    int64 `json:"e"`
	Position int64 `json:"p"`
}

func TestATokenIsReadWholeOrNotAtAll(t *testing.T) {
	text, err := synctoken.Encode(seen{7, 3})
	if err != nil {
		t.Fatal(err)
	}
	var got seen
	if !synctoken.Decode(text, &got) || got != (seen{7, 3}) {
		t.Errorf("read as %+v", got)
	}
	for i := range text {
		other := byte('A')
		if text[i] == other {
			other = 'B'
		}
		if damaged := text[:i] + string(other) + text[i+1:]; synctoken.Decode(damaged, &seen{}) {
			t.Errorf("%q was read, which differs from %q", damaged, text)
		}
	}
	for _, text := range []string{"", "AAAA", "!", text[:len(text)-2]} {
		if synctoken.Decode(text, &seen{}) {
			t.Errorf("%q was read", text)
		}
	}
}

func TestTheKindOfASync(t *testing.T) {
	for query, want := range map[string]string{
		"": rc.FSync, "syncType=FSync": rc.FSync, "syncType=FSync&syncToken=x": rc.FSync, "syncType=ISync": rc.ISync, "syncToken=x": rc.ISync, "syncType=isync": "",
	} {
		q, err := url.ParseQuery(query)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := synctoken.Kind(q); got != want || (err != nil) != (want == "") {
			t.Errorf("%q: %q, %v; want %q", query, got, err, want)
		}
	}
}
