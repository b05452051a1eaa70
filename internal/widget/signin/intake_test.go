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
