package embed_test

import (
	"net/http"
	"net/url"
	"testing"

	"offhook/internal/store"
	"offhook/internal/widget/embed"
)

// TestWindowsOfDifferentPagesAreApart: a window of the phone's own is known by
// the page that says to have opened it, when that is one that may.
func TestWindowsOfDifferentPagesAreApart(t *testing.T) {
	g := newRegistry(t)
	asFrame := http.Header{"Sec-Fetch-Dest": {"iframe"}}
	for _, tt := range []struct{ name, origin, from, want string }{
		{"a page that may embed the phone", own, crm, crm},
		{"one that may not", own, "https://evil.example", ""},
		{"no page", own, "1", ""},
		{"nothing", own, "", ""},
		{"our own page", own, own, ""},
		{"not an origin", own, crm + "/page", ""},
		{"a name that goes on", own, "https://crm.example.evil.example", ""},
		{"a frame of the page itself", crm, crm, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			q := url.Values{"clientId": {"app"}, "appServer": {local}, "embedOrigin": {tt.origin}, "fromPopup": {tt.from}}
			_, s := serve(g, "/app.html?"+q.Encode(), asFrame)
			if s.view == nil {
				t.Fatalf("refused: %s", s.refused)
			}
			f := s.view.Frame
			kept, err := g.Store.Frame(t.Context(), f.Key)
			if err != nil || f.Opener != tt.want || kept.Opener != tt.want || f.Origin != tt.origin {
				t.Errorf("the frame %+v, kept as %+v, %v; want the opener %q", f, kept, err, tt.want)
			}
		})
	}
	plain := store.Frame{Platform: local, ClientID: "app", Origin: own}
	opened, other := plain, plain
	opened.Opener, other.Opener = crm, "https://other.example"
	if a, b, c := embed.Key(plain), embed.Key(opened), embed.Key(other); a == b || b == c || a == c {
		t.Errorf("the keys %s, %s, %s; want three", a, b, c)
	}
}
