package signin_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"offhook/internal/widget/visit"
)

// TestAttacks are rows 1, 2, 5, 9, 13, 21 and 25 of the attack list, as far
// as they can be made against the server alone.
func TestAttacks(t *testing.T) {
	for _, tt := range []struct {
		name string
		try  func(t *testing.T, r *rig) // with flow A of frame one begun
	}{
		{"a callback without a flow", func(t *testing.T, r *rig) {
			want(t, "no state", r.back(t, url.Values{"code": {"x"}}), 404, "expired")
			want(t, "unknown state", r.back(t, url.Values{"code": {"x"}, "state": {"y"}, "iss": {r.Platform.URL}}), 404, "expired")
		}},
		{"a callback with another flow's state: the codes do not mix", func(t *testing.T, r *rig) {
			r.start(t, "two", flowB, secretB)
			mine, theirs := r.open(t, flowA, "101"), r.open(t, flowB, "666")
			theirs.Set("state", mine.Get("state"))
			want(t, "their code with my state", r.back(t, theirs), 403, "did not accept") // PKCE
		}},
		{"a replayed callback", func(t *testing.T, r *rig) {
			q := r.open(t, flowA, "101")
			handleOf(t, r.back(t, q))
			want(t, "the replay", r.back(t, q), 409, "used already")
		}},
		{"24 callbacks at once", func(t *testing.T, r *rig) {
			q := r.open(t, flowA, "101")
			var wg sync.WaitGroup
			var mu sync.Mutex
			won := 0
			for range 24 {
				wg.Go(func() {
					if a := r.back(t, q); a.status == 303 {
						mu.Lock()
						won++
						mu.Unlock()
					} else if a.status != 409 {
						t.Errorf("status %d, want 409", a.status)
					}
				})
			}
			wg.Wait()
			if won != 1 {
				t.Errorf("%d callbacks won, want 1", won)
			}
		}},
		{"another issuer", func(t *testing.T, r *rig) {
			q := r.open(t, flowA, "101")
			q.Set("iss", "https://evil.example")
			want(t, "a wrong iss", r.back(t, q), 403, "did not come from the phone service")
			want(t, "and the right one afterwards", r.back(t, r.put(q, "iss", r.Platform.URL)), 409, "used already")
		}},
		{"no issuer although one is promised", func(t *testing.T, r *rig) {
			q := r.open(t, flowA, "101")
			q.Del("iss")
			want(t, "no iss", r.back(t, q), 403, "did not come from the phone service")
		}},
		{"another issuer in an error", func(t *testing.T, r *rig) {
			q := r.open(t, flowA, "101")
			q.Del("code")
			q.Set("error", "access_denied")
			q.Set("iss", "https://evil.example")
			want(t, "a wrong iss", r.back(t, q), 403, "did not come from the phone service")
		}},
		{"a text of the attacker's in an error", func(t *testing.T, r *rig) {
			q := r.open(t, flowA, "101")
			q.Set("error", "<b>call 555</b>")
			q.Set("error_description", "<script>alert(1)</script>")
			a := r.back(t, q)
			want(t, "an error", a, 403, "did not sign you in")
			if strings.Contains(a.body, "555") || strings.Contains(a.body, "alert") {
				t.Errorf("the page repeats it:\n%s", a.body)
			}
		}},
		{"a parameter twice", func(t *testing.T, r *rig) {
			q := r.open(t, flowA, "101")
			q.Add("code", "other")
			want(t, "two codes", r.back(t, q), 400, "makes no sense")
		}},
		{"the callback in a frame", func(t *testing.T, r *rig) {
			q := r.open(t, flowA, "101")
			a := r.ask(t, "GET", "/redirect.html?"+q.Encode(), nil, header("Sec-Fetch-Dest", "iframe"))
			want(t, "framed", a, 403, "window of its own")
			if a.header.Get("X-Frame-Options") != "DENY" || !strings.Contains(a.header.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
				t.Errorf("the page may be framed: %v", a.header)
			}
		}},
		{"a redirect target in the query", func(t *testing.T, r *rig) {
			q := r.open(t, flowA, "101")
			for _, name := range []string{"next", "back", "redirect_uri", "returnTo"} {
				q.Set(name, "https://evil.example")
			}
			handleOf(t, r.back(t, q))
		}},
		{"the handle without the frame's secret", func(t *testing.T, r *rig) {
			handle := handleOf(t, r.back(t, r.open(t, flowA, "101")))
			want(t, "no secret", r.redeem(t, "one", flowA, map[string]string{"handle": handle}), 404, "expired")
			want(t, "another's secret", r.redeem(t, "one", flowA, map[string]string{"handle": handle, "secret": secretB}), 404, "expired")
			want(t, "another frame", r.redeem(t, "two", flowA, map[string]string{"handle": handle, "secret": secretA}), 404, "expired")
			if a := r.redeem(t, "one", flowA, map[string]string{"handle": handle, "secret": secretA}); a.status != 200 {
				t.Errorf("the frame itself afterwards: %d %s", a.status, a.body)
			}
		}},
		{"the secret without the handle", func(t *testing.T, r *rig) {
			want(t, "too early", r.redeem(t, "one", flowA, map[string]string{"secret": secretA}), 409, "not ready")
			handleOf(t, r.back(t, r.open(t, flowA, "101")))
			want(t, "no handle", r.redeem(t, "one", flowA, map[string]string{"secret": secretA}), 403, "needs no code")
			want(t, "a guess", r.redeem(t, "one", flowA, map[string]string{"secret": secretA, "handle": "guess"}), 403, "not the window")
			want(t, "a code that nobody made", r.redeem(t, "one", flowA, map[string]string{"secret": secretA, "code": ""}), 403, "needs no code")
		}},
		{"the handle twice", func(t *testing.T, r *rig) {
			proof := map[string]string{"handle": handleOf(t, r.back(t, r.open(t, flowA, "101"))), "secret": secretA}
			if a := r.redeem(t, "one", flowA, proof); a.status != 200 {
				t.Fatalf("first: %d %s", a.status, a.body)
			}
			want(t, "second", r.redeem(t, "one", flowA, proof), 409, "used already")
		}},
		{"a flow's id that is taken", func(t *testing.T, r *rig) {
			a := r.ask(t, "POST", "/p/two/signin", map[string]string{"flow": flowA, "secret": secretB})
			want(t, "the squatter", a, 409, "started before")
		}},
		{"ids and secrets that can be guessed", func(t *testing.T, r *rig) {
			for _, body := range []map[string]string{{"flow": "1", "secret": secretB}, {"flow": flowB, "secret": "1"}, {"flow": flowB + "/..", "secret": secretB}} {
				want(t, fmt.Sprint(body), r.ask(t, "POST", "/p/two/signin", body), 400, "does not understand")
			}
		}},
		{"another site's requests", func(t *testing.T, r *rig) {
			body := map[string]string{"flow": flowB, "secret": secretB}
			for _, path := range []string{"/p/one/signin", "/p/one/signin/" + flowA + "/redeem", "/p/one/signout", "/signin/code"} {
				want(t, path+" cross-site", r.ask(t, "POST", path, body, header("Sec-Fetch-Site", "cross-site"), header("Origin", "https://evil.example")), 403, "")
				want(t, path+" same-site", r.ask(t, "POST", path, body, header("Sec-Fetch-Site", "same-site"), header("Origin", "https://evil.example")), 403, "")
				want(t, path+" from null", r.ask(t, "POST", path, body, header("Sec-Fetch-Site", "cross-site"), header("Origin", "null")), 403, "")
				want(t, path+" by an old browser", r.ask(t, "POST", path, body, func(q *http.Request) { q.Header.Del("Sec-Fetch-Site"); q.Header.Set("Origin", "null") }), 403, "")
				want(t, path+" without our header", r.ask(t, "POST", path, body, func(q *http.Request) { q.Header.Del(visit.Header) }), 403, "did not come from")
			}
		}},
		{"bodies that are too large or malformed", func(t *testing.T, r *rig) {
			huge := map[string]string{"flow": flowB, "secret": strings.Repeat("a", 1<<20)}
			want(t, "1 MiB", r.ask(t, "POST", "/p/one/signin", huge), 413, "more than")
			want(t, "a list", r.ask(t, "POST", "/p/one/signin", []string{"a"}), 400, "does not understand")
			want(t, "an unknown frame", r.ask(t, "POST", "/p/none/signin", huge), 404, "not known")
		}},
		{"a session planted before the sign-in", func(t *testing.T, r *rig) {
			planted := &http.Cookie{Name: "__Host-oh-one", Value: strings.Repeat("p", 43)}
			handle := handleOf(t, r.back(t, r.open(t, flowA, "101")))
			a := r.redeem(t, "one", flowA, map[string]string{"handle": handle, "secret": secretA}, with(planted))
			if a.cookie() == nil || a.cookie().Value == planted.Value {
				t.Errorf("the sign-in kept the planted value: %v", a.cookies)
			}
			if r.signedIn(t, "one", with(planted)) {
				t.Error("the planted value is signed in")
			}
		}},
		{"a flow that took too long", func(t *testing.T, r *rig) {
			q := r.open(t, flowA, "101")
			r.Clock.Advance(11 * time.Minute)
			want(t, "the callback", r.back(t, q), 404, "expired")
		}},
		{"a window that was left open", func(t *testing.T, r *rig) {
			handleOf(t, r.back(t, r.open(t, flowA, "101")))
			want(t, "opened again", r.ask(t, "GET", "/signin/window?flow="+flowA, nil), 409, "used already")
		}},
		{"forged proxy headers", func(t *testing.T, r *rig) {
			a := r.ask(t, "GET", "/signin/window?flow="+flowA, nil, header("X-Forwarded-Host", "evil.example"), header("X-Forwarded-Proto", "https"), header("Forwarded", "host=evil.example"))
			if a.status != 303 || strings.Contains(a.to.String(), "evil.example") || a.to.Query().Get("redirect_uri") != r.URL+"/redirect.html" {
				t.Errorf("sent to %v", a.to)
			}
		}},
		{"a flood of sign-ins from one network", func(t *testing.T, r *rig) {
			begun := 0
			for n := range 400 {
				flow, secret := flowOf(n + 100)
				a := r.ask(t, "POST", "/p/one/signin", map[string]string{"flow": flow, "secret": secret})
				if a.status == 201 {
					begun++
				} else {
					want(t, "too many", a, 429, "Wait a moment")
				}
			}
			if begun != 299 { // and the one that the test has begun with
				t.Errorf("%d of 400 sign-ins at once began, want 299", begun)
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			r.start(t, "one", flowA, secretA)
			tt.try(t, r)
		})
	}
}

// put returns q with a parameter set.
func (r *rig) put(q url.Values, name, value string) url.Values {
	q.Set(name, value)
	return q
}
