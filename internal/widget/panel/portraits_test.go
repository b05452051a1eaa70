package panel

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"offhook/internal/rc"
	"offhook/internal/widget/call"
	"offhook/internal/widget/visit"
)

// A picturedDesk has pictures of some people.
type picturedDesk struct {
	*fixtureDesk
	pictures map[string]string
}

func (d picturedDesk) PictureOf(extensionID string) string { return d.pictures[extensionID] }

func (d picturedDesk) Portrait(_ context.Context, extensionID, tag string) (Portrait, error) {
	if tag == "later" {
		return Portrait{}, rc.Errorf(rc.Unavailable, "This picture cannot be had right now. Try again in a moment.")
	}
	if d.pictures[extensionID] != extensionID+"/"+tag {
		return Portrait{}, rc.Errorf(rc.NotFound, "There is no such picture.")
	}
	return Portrait{"image/png", []byte("of " + extensionID)}, nil
}

func TestColleaguesAreShownByTheirPictures(t *testing.T) {
	f := newFixture(t, nil)
	f.handler.Desks = oneDesk{picturedDesk{f.desk.fixtureDesk, map[string]string{"1003": "1003/t1", "1001": "1001/me", "1002": "1002/later"}}, nil}
	f.handler.Phones = &onePhone{now: storySnapshot(storyCall(func(c *call.Call) { c.Number = omar.Number }), storyRing(omar.Number, ""))}
	const omars, mine = `src="/p/k1/panel/portraits/1003/t1"`, `src="/p/k1/panel/portraits/1001/me"`
	for _, path := range []string{"/messages", "/conversations/43/people", "/contacts", "/contacts/company/1003", "/number/+16505550103", "/recipients?q=omar", "/conversations/45", "/calls/c1", "/calls/now"} {
		html := f.do("GET", path, nil).Body.String()
		if !strings.Contains(html, omars) || !strings.Contains(html, `loading="lazy"`) {
			t.Errorf("%s shows no picture of Omar:\n%s", path, html)
		}
		if held := f.do("GET", path, nil, visit.SessionHeader, "h").Body.String(); strings.Contains(held, "/portraits/") {
			t.Errorf("%s shows pictures to a browser that cannot ask for them", path)
		}
	}
	for _, path := range []string{"/messages", "/settings"} {
		if html := f.do("GET", path, nil).Body.String(); !strings.Contains(html, mine) {
			t.Errorf("%s does not show the user's own picture:\n%s", path, html)
		}
	}
	w := f.do("GET", "/portraits/1003/t1", nil)
	if w.Code != 200 || w.Body.String() != "of 1003" || w.Header().Get("Content-Type") != "image/png" || !strings.Contains(w.Header().Get("Cache-Control"), "immutable") || !strings.Contains(w.Header().Get("Cache-Control"), "private") {
		t.Errorf("the picture is answered with %d %q and %v", w.Code, w.Body, w.Header())
	}
	for path, want := range map[string]int{"/portraits/1003/old": http.StatusNotFound, "/portraits/1002/later": http.StatusServiceUnavailable} {
		if w := f.do("GET", path, nil); w.Code != want || w.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s: status %d with Cache-Control %q, want %d and no-store", path, w.Code, w.Header().Get("Cache-Control"), want)
		}
	}
}
