package signin_test

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/embed"
	"offhook/internal/widget/intake"
	"offhook/internal/widget/streettest"
)

const elsewhere = "https://crm.example/redirect.html"

// offer brings an offer into frame one, as its address does, and returns what
// the page hears when it claims it.
func (r *rig) offer(t *testing.T, key string, o intake.Offer, more map[string]any, edit ...func(*http.Request)) (claimed, answer) {
	t.Helper()
	o.ClientID = "app"
	id, err := r.Intakes.Put(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if bound, err := r.Intakes.Bind(t.Context(), id, key); err != nil || !bound {
		t.Fatalf("binding: %v, %v", bound, err)
	}
	return r.claim(t, key, id, more, edit...)
}

type claimed struct {
	Keep, Ticket, Message, Error string
	JWT, SignedIn                bool
}

func (r *rig) claim(t *testing.T, key, id string, more map[string]any, edit ...func(*http.Request)) (c claimed, a answer) {
	t.Helper()
	body := map[string]any{"intake": id}
	for name, value := range more {
		body[name] = value
	}
	a = r.ask(t, "POST", "/p/"+key+"/signin/intake", body, edit...)
	if a.status == 200 {
		if err := json.Unmarshal([]byte(a.body), &c); err != nil {
			t.Fatal(err)
		}
	}
	return c, a
}

// codeOf is a code that the host has asked the platform for itself.
func (r *rig) code(redirect, challenge, owner string) rc.Secret {
	query := url.Values{"client_id": {"app"}, "redirect_uri": {redirect}, "code_challenge": {challenge}, "state": {"the host's own"}}
	return rc.Secret(r.Platform.Authorize(r.Platform.URL+rc.AuthorizePath+"?"+query.Encode(), owner).Get("code"))
}

// The pair of RFC 7636 appendix B.
const (
	verifier  = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
	challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
)

func TestACodeMadeElsewhereIsRedeemedOnce(t *testing.T) {
	r := newRig(t)
	o := intake.Offer{Code: r.code(r.URL+"/redirect.html", challenge, "101"), Verifier: verifier}
	c, a := r.offer(t, "one", o, nil)
	if !c.SignedIn || a.cookie() == nil || c.Message != "" {
		t.Fatalf("a code and its verifier: %s", a.body)
	}
	// The page is loaded again: while somebody is signed in, and afterwards.
	if c, a := r.offer(t, "one", o, nil, with(a.cookie())); !c.SignedIn || len(a.cookies) > 0 {
		t.Errorf("the same again while signed in: %s, %v", a.body, a.cookies)
	}
	if a := r.ask(t, "POST", "/p/one/signout", map[string]string{}, with(a.cookie())); a.status != 200 {
		t.Fatalf("signing out: %d", a.status)
	}
	revoked := len(r.Platform.Revoked())
	if c, a := r.offer(t, "one", o, nil); c.SignedIn || c.Message != "" || len(a.cookies) > 0 {
		t.Errorf("the same again after the sign-out: %s, want Sign In and no error", a.body)
	}
	if n := len(r.Platform.Revoked()); n != revoked {
		t.Errorf("%d tokens revoked, want %d: the code was shown to the platform again", n, revoked)
	}
}

func TestOffersThatDoNotSignIn(t *testing.T) {
	for _, tt := range []struct {
		name   string
		prep   func(r *rig) intake.Offer
		text   string
		fault  string
		status int
	}{
		{"a code of the attacker's, without its verifier", func(r *rig) intake.Offer {
			return intake.Offer{Code: r.code(r.URL+"/redirect.html", challenge, "666")}
		}, "A code alone", "", 200},
		{"a code with another verifier", func(r *rig) intake.Offer {
			return intake.Offer{Code: r.code(r.URL+"/redirect.html", challenge, "666"), Verifier: "A" + verifier}
		}, "did not accept", "invalid_grant", 200},
		{"a code that went to another page", func(r *rig) intake.Offer {
			return intake.Offer{Code: r.code(elsewhere, challenge, "101"), Verifier: verifier}
		}, "did not accept", "invalid_grant", 200},
		{"a wrong secret", func(r *rig) intake.Offer {
			r.Platform.Secret = "right"
			return intake.Offer{Code: r.code(r.URL+"/redirect.html", "", "101"), ClientSecret: "wrong"}
		}, "secret is wrong or missing", "invalid_client", 200},
		{"a JWT that was revoked", func(*rig) intake.Offer { return intake.Offer{JWT: "dead"} }, "did not accept the JWT", "invalid_grant", 200},
		{"a user who lacks permissions", func(r *rig) intake.Offer {
			r.Platform.Forbidden = []string{"101"}
			return intake.Offer{JWT: streettest.JWT("101")}
		}, "lacks a permission", "insufficient_scope", 200},
		{"a clock that is wrong", func(r *rig) intake.Offer {
			r.Platform.Answer = func(w http.ResponseWriter, _ *http.Request) bool {
				w.Header().Set("Date", r.Clock.Now().Add(-2*time.Hour).UTC().Format(http.TimeFormat))
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(400)
				_, _ = w.Write([]byte(`{"error":"invalid_grant"}`))
				return true
			}
			return intake.Offer{JWT: streettest.JWT("101")}
		}, "2h0m0s apart", "invalid_grant", 200},
		{"a platform that is down", func(r *rig) intake.Offer {
			r.Platform.Close()
			return intake.Offer{JWT: streettest.JWT("101")}
		}, "does not answer", "temporarily_unavailable", 200},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			c, a := r.offer(t, "one", tt.prep(r), nil)
			if a.status != tt.status || c.SignedIn || !strings.Contains(c.Message, tt.text) || c.Error != tt.fault {
				t.Errorf("%d %s, want %q and %q", a.status, a.body, tt.text, tt.fault)
			}
			if len(a.cookies) > 0 {
				t.Errorf("a cookie: %v", a.cookies)
			}
		})
	}
}

func TestASecretFromTheAddressStaysHereAndRenews(t *testing.T) {
	r := newRig(t)
	r.Platform.Secret = "s3cret"
	c, a := r.offer(t, "one", intake.Offer{ClientSecret: "s3cret"}, nil)
	if c.Keep == "" || c.SignedIn || strings.Contains(a.body, "s3cret") {
		t.Fatalf("claiming: %s", a.body)
	}
	a = r.ask(t, "POST", "/p/one/signin", map[string]any{"flow": flowA, "secret": secretA, "keep": c.Keep})
	if a.status != 201 {
		t.Fatalf("starting: %d %s", a.status, a.body)
	}
	handle := handleOf(t, r.back(t, r.open(t, flowA, "101")))
	a = r.redeem(t, "one", flowA, map[string]string{"handle": handle, "secret": secretA})
	if a.status != 200 || a.cookie() == nil {
		t.Fatalf("redeeming: %d %s", a.status, a.body)
	}
	g, err := r.Store.GrantOf(t.Context(), r.Platform.URL, "app", "101")
	if err != nil {
		t.Fatal(err)
	}
	r.Clock.Advance(59*time.Minute + 30*time.Second)
	if _, err := r.Grants.AccessToken(t.Context(), g.ID); err != nil || r.Platform.Refreshes() != 1 {
		t.Errorf("renewing with the secret of the sign-in: %v, %d refreshes", err, r.Platform.Refreshes())
	}
	want(t, "another frame's use of it", r.ask(t, "POST", "/p/two/signin", map[string]any{"flow": flowB, "secret": secretB, "keep": c.Keep}), 409, "Reload")
}

func TestAnIntakeIsOneFramesAndOnce(t *testing.T) {
	r := newRig(t)
	id, err := r.Intakes.Put(t.Context(), intake.Offer{ClientID: "app", JWT: streettest.JWT("101")})
	if err != nil {
		t.Fatal(err)
	}
	_, a := r.claim(t, "one", id, nil)
	want(t, "before it belongs to a frame", a, 409, "Reload")
	if ok, err := r.Intakes.Bind(t.Context(), id, "one"); !ok || err != nil {
		t.Fatal(ok, err)
	}
	if ok, _ := r.Intakes.Bind(t.Context(), id, "two"); ok {
		t.Error("an intake was given to two frames")
	}
	_, a = r.claim(t, "two", id, nil)
	want(t, "another frame", a, 409, "Reload")
	_, a = r.claim(t, "one", id, nil, header("Sec-Fetch-Site", "cross-site"), header("Origin", "https://evil.example"))
	want(t, "another site's page", a, 403, "")
	if c, a := r.claim(t, "one", id, nil); !c.SignedIn {
		t.Errorf("the frame itself: %s", a.body)
	}
	_, a = r.claim(t, "one", id, nil)
	want(t, "again", a, 409, "Reload")

	late, err := r.Intakes.Put(t.Context(), intake.Offer{ClientID: "app", JWT: streettest.JWT("101")})
	if err != nil {
		t.Fatal(err)
	}
	if ok, _ := r.Intakes.Bind(t.Context(), late, "two"); !ok {
		t.Fatal("not bound")
	}
	r.Clock.Advance(61 * time.Second)
	_, a = r.claim(t, "two", late, nil)
	want(t, "after a minute", a, 409, "Reload")
}

func TestAJWTSignsInWithoutAClickButNotAfterASignOut(t *testing.T) {
	r := newRig(t)
	o := intake.Offer{JWT: streettest.JWT("101")}
	c, a := r.offer(t, "one", o, nil)
	if !c.SignedIn || !c.JWT || a.cookie() == nil {
		t.Fatalf("the first load: %s", a.body)
	}
	if _, a := r.offer(t, "one", o, nil, with(a.cookie())); len(a.cookies) > 0 || r.Platform.Live() != 1 {
		t.Errorf("a load while signed in: %v, %d tokens; want no new ones", a.cookies, r.Platform.Live())
	}
	c, a = r.offer(t, "one", o, map[string]any{"signedOut": true})
	if c.SignedIn || len(a.cookies) > 0 || !c.JWT {
		t.Fatalf("a load after the user signed out: %s", a.body)
	}
	a = r.ask(t, "POST", "/p/one/signin", map[string]any{"flow": flowA, "secret": secretA, "keep": c.Keep, "jwt": true})
	if a.status != 200 || a.cookie() == nil {
		t.Errorf("Sign In: %d %s", a.status, a.body)
	}
}

func TestARegisteredJWTNeedsTheOperatorsWord(t *testing.T) {
	r := newRig(t)
	ask := func() answer {
		return r.ask(t, "POST", "/p/one/signin", map[string]any{"flow": flowA, "secret": secretA, "jwt": true})
	}
	want(t, "no JWT", ask(), 403, "no JWT")
	r.register(t, embed.Spec{JWT: streettest.JWT("101")})
	want(t, "a JWT for tickets only", ask(), 403, "--jwt-access")
	r.register(t, embed.Spec{JWT: streettest.JWT("101"), JWTAccess: embed.AnyoneHere})
	if a := ask(); a.status != 200 || a.cookie() == nil {
		t.Errorf("with the operator's word: %d %s", a.status, a.body)
	}
	entries, err := r.Store.AuditEntries(t.Context(), store.AuditFilter{})
	if err != nil || len(entries) == 0 || entries[len(entries)-1].Way != "jwt" || entries[len(entries)-1].OwnerID != "101" {
		t.Errorf("the audit trail: %+v, %v", entries, err)
	}
}

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
