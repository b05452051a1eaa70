package desk

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"net/http"
	"strings"
	"sync"
	"testing"

	"offhook/internal/rc"
)

// withPictures is a house whose platform has pictures of everybody.
func withPictures(t *testing.T, answer http.HandlerFunc) (*house, *Desk) {
	t.Helper()
	h := newHouse(t)
	h.portrait = answer
	d := open(t, h.pool(t))
	ready(t, d)
	until(t, d, "the directory", func() bool { return d.PictureOf("102") != "" })
	return h, d
}

func TestAPictureIsFetchedOnceAndMadeSmall(t *testing.T) {
	t.Parallel()
	h, d := withPictures(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "image/png")
		w.Write(pngBytes(t, 900, 600)) //nolint:errcheck // whoever hangs up does not see it
	})
	who, tag, _ := strings.Cut(d.PictureOf("102"), "/")
	if party := d.Lookup(grace, 1)[0]; party.Picture != who+"/"+tag || who != "102" {
		t.Errorf("Grace's picture is %q, want %q", party.Picture, who+"/"+tag)
	}
	for range 2 {
		got, err := d.Portrait(t.Context(), who, tag)
		if err != nil {
			t.Fatal(err)
		}
		size, err := png.DecodeConfig(bytes.NewReader(got.Body))
		if err != nil || got.ContentType != "image/png" || size.Width != 160 || size.Height != 106 {
			t.Errorf("the picture is %s of %dx%d, %v", got.ContentType, size.Width, size.Height, err)
		}
	}
	if n := h.count("GET " + portraitPath); n != 1 {
		t.Errorf("the platform was asked %d times, want once", n)
	}
	for _, other := range [][2]string{{"102", "old"}, {"999", tag}, {"101/../102", tag}} {
		if _, err := d.Portrait(t.Context(), other[0], other[1]); kindOf(err) != rc.NotFound {
			t.Errorf("the picture %v: %v, want NotFound", other, err)
		}
	}
}

func TestWhatIsNoPictureIsNotAskedForAgain(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]http.HandlerFunc{
		"gone":     func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound) },
		"a script": func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("<script>alert(1)</script>")) }, //nolint:errcheck // as above
	} {
		h, d := withPictures(t, answer)
		_, tag, _ := strings.Cut(d.PictureOf("102"), "/")
		for range 2 {
			if _, err := d.Portrait(t.Context(), "102", tag); kindOf(err) != rc.NotFound {
				t.Errorf("%s: %v, want NotFound", name, err)
			}
		}
		if n := h.count("GET " + portraitPath); n != 1 || d.PictureOf("102") != "" {
			t.Errorf("%s: asked %d times, still offered as %q", name, n, d.PictureOf("102"))
		}
	}
}

func TestPicturesNeverPressOnAPlatformThatWantsNoMore(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	asked, limited := 0, true
	_, d := withPictures(t, func(w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		asked++
		if limited {
			w.Header().Set("Retry-After", "60")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		png.Encode(w, image.NewGray(image.Rect(0, 0, 9, 9))) //nolint:errcheck // as above
	})
	_, tag, _ := strings.Cut(d.PictureOf("102"), "/")
	for range 2 {
		if _, err := d.Portrait(t.Context(), "102", tag); kindOf(err) != rc.Unavailable {
			t.Errorf("%v, want Unavailable", err)
		}
	}
	mu.Lock()
	defer mu.Unlock()
	if asked != 1 {
		t.Errorf("the platform was asked %d times, want once: a penalty is kept", asked)
	}
	if d.PictureOf("102") == "" {
		t.Error("a picture that could not be had at once is given up")
	}
}

func kindOf(err error) rc.Kind {
	if e, ok := errors.AsType[*rc.Error](err); ok {
		return e.Kind
	}
	return 0
}
