package signin_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"offhook/internal/widget/embed"
	"offhook/internal/widget/streettest"
)

const elsewhere = "https://crm.example/redirect.html"

func TestTheHostOpensTheWindow(t *testing.T) {
	r := newRig(t)
	ask := func() answer {
		return r.ask(t, "POST", "/p/one/signin", map[string]any{"flow": flowA, "secret": secretA, "ownWindow": true, "hints": map[string]string{"brand_id": "1210", "evil": "x"}})
	}
	r.register(t, embed.Spec{Capabilities: []string{"status"}})
	want(t, "a page that may not", ask(), 403, "capability")
	r.register(t, embed.Spec{Redirects: []string{elsewhere}, Capabilities: embed.Capabilities})
	a := ask()
	var body struct{ OAuthURI string }
	if err := json.Unmarshal([]byte(a.body), &body); err != nil || a.status != 201 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	u, err := url.Parse(body.OAuthURI)
	if err != nil || u.Query().Get("code_challenge_method") != "S256" || u.Query().Get("brand_id") != "1210" || u.Query().Has("evil") {
		t.Errorf("the address is %s", body.OAuthURI)
	}
	back := r.Platform.Authorize(body.OAuthURI, "101")
	say := func(key string, more map[string]any) answer {
		m := map[string]any{"callbackUri": r.URL + "/redirect.html?" + back.Encode(), "host": true, "flow": flowA, "secret": secretA}
		for name, value := range more {
			m[name] = value
		}
		return r.ask(t, "POST", "/p/"+key+"/signin/callback", m)
	}
	want(t, "another frame's page with our answer", say("two", nil), 404, "expired")
	want(t, "without the frame's secret", say("one", map[string]any{"secret": secretB}), 404, "expired")
	want(t, "for another flow", say("one", map[string]any{"flow": flowB}), 404, "expired")
	if a := say("one", nil); a.status != 200 || a.cookie() == nil {
		t.Errorf("the host's message: %d %s", a.status, a.body)
	}
	want(t, "again", say("one", nil), 409, "used already")
}

func TestMessagesWithoutAFlow(t *testing.T) {
	for _, tt := range []struct {
		name   string
		uri    func(r *rig) string
		host   bool
		status int
		text   string
	}{
		{"a code with its verifier", func(r *rig) string {
			return elsewhere + "?state=own&code=" + string(r.code(elsewhere, challenge, "101")) + "&code_verifier=" + verifier
		}, true, 200, "signedIn"},
		{"the same from a window", func(r *rig) string {
			return elsewhere + "?state=own&code=" + string(r.code(elsewhere, challenge, "101")) + "&code_verifier=" + verifier
		}, false, 404, "expired"},
		{"a code without anything", func(r *rig) string { return elsewhere + "?code=" + string(r.code(elsewhere, challenge, "101")) }, true, 400, "A code alone"},
		{"a page that is not registered", func(r *rig) string {
			return "https://evil.example/?code=" + string(r.code("https://evil.example/", challenge, "666")) + "&code_verifier=" + verifier
		}, true, 403, "not registered"},
		{"a token of another app", func(r *rig) string { return elsewhere + "#access_token=" + r.Platform.Token("666") }, true, 403, "not asked for"},
		{"a token with a state that nobody made", func(r *rig) string { return elsewhere + "#state=guess&access_token=" + r.Platform.Token("666") }, true, 403, "not asked for"},
		{"a JWT", func(*rig) string { return elsewhere + "?jwt=" + string(streettest.JWT("101")) }, true, 200, "signedIn"},
		{"an error", func(*rig) string { return elsewhere + "?error=access_denied&error_description=%3Cb%3EHUSH-" }, true, 403, "did not allow"},
		{"an error that nobody registered", func(*rig) string { return elsewhere + "?error=HUSH-%3Cscript%3E" }, true, 403, "did not sign you in"},
		{"two codes", func(*rig) string { return elsewhere + "?code=a#code=b" }, true, 400, "makes no sense"},
		{"no address", func(*rig) string { return "://" }, true, 400, "callbackUri"},
		{"nothing", func(*rig) string { return elsewhere }, true, 400, "no code"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			r.register(t, embed.Spec{Redirects: []string{elsewhere}})
			a := r.ask(t, "POST", "/p/one/signin/callback", map[string]any{"callbackUri": tt.uri(r), "host": tt.host, "flow": flowA, "secret": secretA})
			if a.status != tt.status || !strings.Contains(a.body, tt.text) || (a.cookie() != nil) != (tt.status == 200) {
				t.Errorf("%d %s, want %d with %q", a.status, a.body, tt.status, tt.text)
			}
		})
	}
	r := newRig(t)
	r.register(t, embed.Spec{Redirects: []string{elsewhere}, Capabilities: []string{"status"}})
	a := r.ask(t, "POST", "/p/one/signin/callback", map[string]any{"callbackUri": elsewhere + "?jwt=x", "host": true, "flow": flowA, "secret": secretA})
	want(t, "a page without the capability", a, 403, "capability")
}

func TestARedirectPageHostedElsewhere(t *testing.T) {
	r := newRig(t)
	ask := func() answer {
		return r.ask(t, "POST", "/p/one/signin", map[string]any{"flow": flowA, "secret": secretA, "redirect": elsewhere})
	}
	want(t, "a page that is not registered", ask(), 403, "--redirect-uri")
	r.register(t, embed.Spec{Redirects: []string{elsewhere}})
	if a := ask(); a.status != 201 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	back := r.open(t, flowA, "101")
	say := func(q url.Values) answer {
		return r.ask(t, "POST", "/p/one/signin/callback", map[string]any{"callbackUri": elsewhere + "?" + q.Encode(), "flow": flowA, "secret": secretA})
	}
	mixed := url.Values{"code": back["code"], "state": back["state"], "iss": {"https://evil.example"}}
	if a := say(back); a.status != 200 || a.cookie() == nil {
		t.Errorf("the window's message: %d %s", a.status, a.body)
	}
	want(t, "an answer of another issuer, too late", say(mixed), 409, "used already")
}

func TestAppsThatThePlatformDoesNotKnow(t *testing.T) {
	for _, tt := range []struct{ code, own, text string }{
		{"invalid_client", "OAU-153", "does not know this app"},
		{"invalid_grant", "OAU-109", "redirect URIs"},
		{"invalid_client", "OAU-113", "redirect URIs"},
	} {
		r := newRig(t)
		r.Platform.Unknown = [2]string{tt.code, tt.own}
		r.start(t, "one", flowA, secretA)
		want(t, tt.own, r.ask(t, "GET", "/signin/window?flow="+flowA, nil), 403, tt.text)
		if a := r.ask(t, "GET", "/p/one/signin/"+flowA, nil); !strings.Contains(a.body, tt.text) || !strings.Contains(a.body, `"error":"invalid_`) {
			t.Errorf("%s: the frame hears %s", tt.own, a.body)
		}
	}
}

func TestASignInPageThatLeadsInCircles(t *testing.T) {
	r := newRig(t)
	r.Platform.Page = func(w http.ResponseWriter, req *http.Request) bool {
		http.Redirect(w, req, req.URL.String(), http.StatusFound)
		return true
	}
	r.start(t, "one", flowA, secretA)
	want(t, "a circle", r.ask(t, "GET", "/signin/window?flow="+flowA, nil), 503, "leads in circles")
	if a := r.ask(t, "GET", "/p/one/signin/"+flowA, nil); !strings.Contains(a.body, "leads in circles") || !strings.Contains(a.body, `"error":"server_error"`) {
		t.Errorf("the frame hears %s", a.body)
	}

	// A page that asks for its own cookie, or sends browsers to another
	// server, is none.
	for flow, page := range map[string]func(w http.ResponseWriter, req *http.Request) bool{
		flowB: func(w http.ResponseWriter, req *http.Request) bool {
			if _, err := req.Cookie("seen"); err == nil {
				return false
			}
			http.SetCookie(w, &http.Cookie{Name: "seen", Value: "1"})
			http.Redirect(w, req, req.URL.String(), http.StatusFound)
			return true
		},
		flowB + "2": func(w http.ResponseWriter, req *http.Request) bool {
			http.Redirect(w, req, "https://login.example/", http.StatusFound)
			return true
		},
	} {
		r := newRig(t)
		r.Platform.Page = page
		r.start(t, "one", flow, secretB)
		if a := r.ask(t, "GET", "/signin/window?flow="+flow, nil); a.status != 303 {
			t.Errorf("the window of %s: %d %s, want the sign-in page", flow, a.status, a.body)
		}
	}
}
