package signin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"offhook/internal/widget/embed"
)

// sso begins single sign-on; silent asks in a hidden frame.
func (r *rig) sso(t *testing.T, silent bool) {
	t.Helper()
	a := r.ask(t, "POST", "/p/one/signin", map[string]any{"flow": flowA, "secret": secretA, "sso": true, "silent": silent})
	if a.status != 201 {
		t.Fatalf("starting: %d %s", a.status, a.body)
	}
}

// address is where the window goes.
func (r *rig) address(t *testing.T) *url.URL {
	t.Helper()
	a := r.ask(t, "GET", "/signin/window?flow="+flowA, nil)
	if a.status != 303 || a.to == nil {
		t.Fatalf("opening the window: %d to %v", a.status, a.to)
	}
	return a.to
}

// no is the platform's answer to a request that it must show a page for.
func (r *rig) no(to *url.URL, code string) url.Values {
	return url.Values{"error": {code}, "state": {to.Query().Get("state")}, "iss": {r.Platform.Issuer}}
}

var (
	inFrame  = header("Sec-Fetch-Dest", "iframe")
	inWindow = header("Sec-Fetch-Dest", "document")
)

func TestSingleSignOnInTheFrame(t *testing.T) {
	r := newRig(t)
	r.sso(t, true)
	to := r.address(t)
	if to.Query().Get("prompt") != "none" || to.Query().Get("code_challenge") == "" {
		t.Errorf("the hidden frame asks for %v, want prompt=none with PKCE", to.Query())
	}
	a := r.ask(t, "GET", "/redirect.html?"+r.Platform.Authorize(to.String(), "101").Encode(), nil, inFrame)
	if a.status != 303 || a.to.Path != "/signin/done" || a.to.RawQuery != "framed" {
		t.Fatalf("the way back in the frame: %d to %v\n%s", a.status, a.to, a.body)
	}
	fragment, err := url.ParseQuery(a.to.Fragment)
	if err != nil {
		t.Fatal(err)
	}
	page := r.ask(t, "GET", "/signin/done?framed", nil, inFrame)
	if page.header.Get("X-Frame-Options") != "" || strings.Contains(page.header.Get("Content-Security-Policy"), "frame-ancestors") ||
		page.header.Get("Cross-Origin-Embedder-Policy") != "require-corp" || page.header.Get("Cross-Origin-Resource-Policy") != "cross-origin" {
		t.Errorf("the last page cannot stand in a frame: %v", page.header)
	}
	done := r.redeem(t, "one", flowA, map[string]string{"handle": fragment.Get("handle"), "secret": secretA})
	if done.status != 200 || done.cookie() == nil || !r.signedIn(t, "one", with(done.cookie())) {
		t.Errorf("redeeming: %d %s", done.status, done.body)
	}
}

func TestAFrameThatCannotSeeTheSessionAsksNoFurther(t *testing.T) {
	r := newRig(t)
	r.sso(t, true)
	to := r.address(t)
	a := r.ask(t, "GET", "/redirect.html?"+r.no(to, "login_required").Encode(), nil, inFrame)
	if a.status != 403 || a.header.Get("X-Frame-Options") != "DENY" {
		t.Errorf("the answer login_required in a frame: %d to %v, want no page there", a.status, a.to)
	}
	if got := r.ask(t, "GET", "/p/one/signin/"+flowA+"?", nil).body; !strings.Contains(got, "failed") || !strings.Contains(got, `"error":"login_required"`) {
		t.Errorf("the frame hears %s, want that it failed and why", got)
	}
}

func TestTheWindowShowsAPageOnlyWhereItMust(t *testing.T) {
	for _, code := range []string{"login_required", "interaction_required", "consent_required", "account_selection_required"} {
		t.Run(code, func(t *testing.T) {
			r := newRig(t)
			r.sso(t, false)
			first := r.address(t)
			if first.Query().Get("prompt") != "none" {
				t.Errorf("the window begins with prompt=%q, want none", first.Query().Get("prompt"))
			}
			again := r.ask(t, "GET", "/redirect.html?"+r.no(first, code).Encode(), nil, inWindow)
			if again.status != 303 || !strings.HasPrefix(again.to.String(), r.Platform.URL) || again.to.Query().Has("prompt") {
				t.Fatalf("after %s the window goes to %v (%d), want the sign-in page", code, again.to, again.status)
			}
			for _, name := range []string{"state", "code_challenge"} {
				if again.to.Query().Get(name) == first.Query().Get(name) {
					t.Errorf("%s is the same in both requests", name)
				}
			}
			// The first request's state is spent.
			want(t, "the first answer again", r.back(t, r.no(first, code)), 404, "expired")
			handle := handleOf(t, r.back(t, r.Platform.Authorize(again.to.String(), "101")))
			a := r.redeem(t, "one", flowA, map[string]string{"handle": handle, "secret": secretA})
			if a.status != 200 || a.cookie() == nil {
				t.Errorf("redeeming: %d %s", a.status, a.body)
			}
		})
	}
}

func TestTheWindowAsksAgainOnce(t *testing.T) {
	r := newRig(t)
	r.sso(t, false)
	again := r.ask(t, "GET", "/redirect.html?"+r.no(r.address(t), "login_required").Encode(), nil, inWindow)
	if again.to == nil {
		t.Fatalf("no second request: %d %s", again.status, again.body)
	}
	want(t, "a platform that never shows a page", r.back(t, r.no(again.to, "login_required")), 403, "Press Sign In")
}

func TestSingleSignOnIsNobodysElse(t *testing.T) {
	t.Run("another server's no does not move the window", func(t *testing.T) {
		r := newRig(t)
		r.sso(t, false)
		answer := r.no(r.address(t), "login_required")
		answer.Set("iss", "https://evil.example")
		want(t, "a wrong iss", r.back(t, answer), 403, "did not come from")
	})
	t.Run("a window's answer is not taken in a frame", func(t *testing.T) {
		r := newRig(t)
		r.sso(t, false)
		to := r.address(t)
		for _, dest := range []string{"iframe", "image", "script"} {
			want(t, dest, r.ask(t, "GET", "/redirect.html?"+r.Platform.Authorize(to.String(), "101").Encode(), nil, header("Sec-Fetch-Dest", dest)), 403, "window of its own")
		}
	})
	t.Run("a silent answer is taken in frames only of all that a page can hold", func(t *testing.T) {
		r := newRig(t)
		r.sso(t, true)
		to := r.address(t)
		want(t, "an image", r.ask(t, "GET", "/redirect.html?"+r.Platform.Authorize(to.String(), "101").Encode(), nil, header("Sec-Fetch-Dest", "image")), 403, "window of its own")
	})
	t.Run("an unknown state is not taken in a frame", func(t *testing.T) {
		r := newRig(t)
		want(t, "no flow", r.ask(t, "GET", "/redirect.html?state=x&code=y", nil, inFrame), 403, "window of its own")
	})
	t.Run("the handle of a frame in a foreign page is worth nothing there", func(t *testing.T) {
		r := newRig(t)
		r.sso(t, true)
		a := r.ask(t, "GET", "/redirect.html?"+r.Platform.Authorize(r.address(t).String(), "101").Encode(), nil, inFrame)
		fragment, err := url.ParseQuery(a.to.Fragment)
		if err != nil {
			t.Fatal(err)
		}
		want(t, "without the frame's secret", r.redeem(t, "one", flowA, map[string]string{"handle": fragment.Get("handle"), "secret": secretB}), 404, "expired")
		want(t, "in another frame", r.redeem(t, "two", flowA, map[string]string{"handle": fragment.Get("handle"), "secret": secretA}), 404, "expired")
		want(t, "as a typed code's window", r.ask(t, "POST", "/signin/code", map[string]string{"flow": flowA, "handle": "wrong"}), 409, "used already")
	})
}

func TestSingleSignOnOfAnImplicitApp(t *testing.T) {
	r := newRig(t)
	r.register(t, embed.Spec{Implicit: true})
	r.sso(t, false)
	first := r.address(t)
	if first.Query().Get("response_type") != "token" || first.Query().Get("prompt") != "none" {
		t.Errorf("an implicit app asks for %v", first.Query())
	}
	a := r.ask(t, "POST", "/signin/fragment", map[string]string{"fragment": r.no(first, "login_required").Encode()})
	if a.status != http.StatusOK || !strings.Contains(a.body, `"again":"`+r.Platform.URL) || strings.Contains(a.body, "prompt=none") {
		t.Errorf("after login_required in the fragment: %d %s, want where to go", a.status, a.body)
	}
}
