package signin_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"offhook/internal/widget/embed"
	"offhook/internal/widget/streettest"
)

// TestTheImplicitGrant has row 14 of the attack list: a token is taken only
// for a live flow, and only when the platform says whose it is.
func TestTheImplicitGrant(t *testing.T) {
	r := newRig(t)
	r.register(t, embed.Spec{Implicit: true})
	r.start(t, "one", flowA, secretA)
	a := r.ask(t, "GET", "/signin/window?flow="+flowA, nil)
	if a.to == nil || a.to.Query().Get("response_type") != "token" || a.to.Query().Has("code_challenge") {
		t.Fatalf("sent to %v", a.to)
	}
	page := r.ask(t, "GET", "/redirect.html", nil, header("Sec-Fetch-Dest", "iframe"))
	if page.status != 200 || page.header.Get("X-Frame-Options") != "" || page.header.Get("Cross-Origin-Embedder-Policy") != "require-corp" {
		t.Errorf("the page of the fragment: %d %v", page.status, page.header)
	}
	fragment := r.Platform.Implicit(a.to.String(), "101")
	post := func(q url.Values, edit ...func(*http.Request)) answer {
		return r.ask(t, "POST", "/signin/fragment", map[string]string{"fragment": q.Encode()}, edit...)
	}
	stolen := url.Values{"access_token": {r.Platform.Token("666")}}
	want(t, "a token that nobody asked for", post(stolen), 404, "expired")
	stolen.Set("state", "guess")
	want(t, "with a guessed state", post(stolen), 404, "expired")
	want(t, "from another site", post(fragment, header("Sec-Fetch-Site", "cross-site")), 403, "")

	a = post(fragment)
	var body struct{ Flow, Handle string }
	if err := json.Unmarshal([]byte(a.body), &body); err != nil || body.Flow != flowA || strings.Contains(a.body, streettest.Mark) {
		t.Fatalf("the fragment: %d %s", a.status, a.body)
	}
	want(t, "the fragment again", post(fragment), 409, "used already")
	a = r.redeem(t, "one", flowA, map[string]string{"handle": body.Handle, "secret": secretA})
	if a.status != 200 || a.cookie() == nil {
		t.Fatalf("redeeming: %d %s", a.status, a.body)
	}
	cookie := a.cookie()
	g, err := r.Store.GrantOf(t.Context(), r.Platform.URL, "app", "101")
	if err != nil {
		t.Fatalf("the owner is what the platform says: %v", err)
	}
	r.Clock.Advance(59*time.Minute + 30*time.Second)
	if _, err := r.Grants.AccessToken(t.Context(), g.ID); err != nil {
		t.Errorf("the token is good to its end: %v", err)
	}
	r.Clock.Advance(time.Minute)
	if _, err := r.Grants.AccessToken(t.Context(), g.ID); err == nil || !strings.Contains(err.Error(), "for an hour") {
		t.Errorf("after the hour: %v, want a sentence that says so", err)
	}
	if r.signedIn(t, "one", with(cookie)) {
		t.Error("still signed in after the hour")
	}
}

func TestForgedImplicitAnswers(t *testing.T) {
	for _, tt := range []struct {
		name   string
		spoil  func(r *rig, q url.Values)
		status int
		text   string
	}{
		{"a token that the platform does not know", func(_ *rig, q url.Values) { q.Set("access_token", streettest.Mark+"forged") }, 403, "does not accept"},
		{"another issuer", func(_ *rig, q url.Values) { q.Set("iss", "https://evil.example") }, 403, "did not come from"},
		{"a code where a token was asked for", func(_ *rig, q url.Values) { q.Del("access_token"); q.Set("code", "x") }, 403, "implicit"},
		{"a token twice", func(_ *rig, q url.Values) { q.Add("access_token", "x") }, 400, "makes no sense"},
		{"a platform that does not say whose it is", func(r *rig, _ url.Values) { r.Platform.Close() }, 503, "does not answer"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			r.register(t, embed.Spec{Implicit: true})
			r.start(t, "one", flowA, secretA)
			a := r.ask(t, "GET", "/signin/window?flow="+flowA, nil)
			q := r.Platform.Implicit(a.to.String(), "101")
			tt.spoil(r, q)
			want(t, tt.name, r.ask(t, "POST", "/signin/fragment", map[string]string{"fragment": q.Encode()}), tt.status, tt.text)
			want(t, "and nothing is complete", r.redeem(t, "one", flowA, map[string]string{"handle": "x", "secret": secretA}), 409, "")
		})
	}
}

func TestRenewingKeepsTheSessionAndTheUser(t *testing.T) {
	r := newRig(t)
	r.register(t, embed.Spec{Implicit: true})
	around := func(flow, secret, owner string, silent bool, edit ...func(*http.Request)) answer {
		t.Helper()
		a := r.ask(t, "POST", "/p/one/signin", map[string]any{"flow": flow, "secret": secret, "silent": silent}, edit...)
		if a.status != 201 {
			t.Fatalf("starting: %d %s", a.status, a.body)
		}
		a = r.ask(t, "GET", "/signin/window?flow="+flow, nil)
		if (a.to.Query().Get("prompt") == "none") != silent {
			t.Errorf("silent %v goes to %v", silent, a.to)
		}
		var body struct{ Handle string }
		a = r.ask(t, "POST", "/signin/fragment", map[string]string{"fragment": r.Platform.Implicit(a.to.String(), owner).Encode()})
		if err := json.Unmarshal([]byte(a.body), &body); err != nil {
			t.Fatalf("the fragment: %s", a.body)
		}
		return r.redeem(t, "one", flow, map[string]string{"handle": body.Handle, "secret": secret}, edit...)
	}
	cookie := around(flowA, secretA, "101", false).cookie()
	r.Clock.Advance(40 * time.Minute)
	if a := around(flowB, secretB, "101", true, with(cookie)); a.status != 200 || len(a.cookies) > 0 {
		t.Errorf("renewing: %d %s %v, want the same session", a.status, a.body, a.cookies)
	}
	r.Clock.Advance(40 * time.Minute)
	g, err := r.Store.GrantOf(t.Context(), r.Platform.URL, "app", "101")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Grants.AccessToken(t.Context(), g.ID); err != nil || !r.signedIn(t, "one", with(cookie)) {
		t.Errorf("80 minutes after the sign-in, 40 after the renewal: %v", err)
	}
	want(t, "another user at the platform", around(flowB+"2", secretB, "666", true, with(cookie)), 409, "Somebody else")
	if !r.signedIn(t, "one", with(cookie)) {
		t.Error("and the session of before has ended")
	}
}
