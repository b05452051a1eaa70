package oauth_test

import (
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"offhook/internal/platform/console"
	"offhook/internal/store"
)

// foreign registers an app of another company.
func (s *server) foreign() store.App {
	s.t.Helper()
	c := &console.Console{Store: s.store, Now: s.clock.Now}
	account, err := c.RegisterAccount(s.t.Context(), console.AccountSpec{Company: "Globex <i>", MainNumber: "+14155550100"})
	check(s.t, err)
	return s.register(console.AppSpec{Name: "Globex CRM", Scopes: []string{"ReadAccounts", "SMS", "ReadMessages", "RingOut"}, AccountID: account.ID})
}

func TestConsent(t *testing.T) {
	s := newServer(t)
	app := s.foreign()
	b := s.browser()
	little := with(s.asked(app), "scope", "SMS ReadMessages openid")

	page := b.submit(b.authorize(little), "username", "ada@example.com", "password", typed)
	for _, want := range []string{"Allow Globex CRM?", "Globex &lt;i&gt;", "Ada Lovelace", "send texts from your numbers", "Know who you are", "app.example"} {
		if !strings.Contains(page.body, want) {
			t.Errorf("the consent page does not show %q:\n%s", want, page.body)
		}
	}
	if strings.Contains(page.body, "ring your phone") || strings.Contains(page.body, "Read your texts, faxes") {
		t.Errorf("the consent page shows what was not asked for, or says a thing twice:\n%s", page.body)
	}
	if got := seen(b.authorize(with(little, "prompt", "none"))); got != "interaction_required" && got != "leave" {
		t.Errorf("prompt=none before consent: %s", got)
	}
	a := b.submit(page, "do", "allow")
	if seen(a) != "code" || a.location.Query().Get("state") != "st&ate" {
		t.Fatalf("allowed: %d to %v\n%s", a.status, a.location, a.body)
	}
	if got := s.token(s.exchange(app, a.location.Query().Get("code"))); got.status != http.StatusOK {
		t.Errorf("exchanging the code: %d %s", got.status, got.body)
	}

	for _, tt := range []struct{ name, scope, prompt, want string }{
		{"the same again", "SMS ReadMessages openid", "none", "code"},
		{"less", "SMS", "none", "code"},
		{"another permission", "SMS RingOut", "none", "interaction_required"},
		{"another OpenID scope", "SMS openid email", "none", "interaction_required"},
		{"everything", "", "", "consent"},
		{"the same, but the app wants to ask", "SMS", "consent", "consent"},
	} {
		if got := seen(b.authorize(with(s.asked(app), "scope", tt.scope, "prompt", tt.prompt))); got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, got, tt.want)
		}
	}
	b.submit(b.authorize(with(s.asked(app), "scope", "RingOut")), "do", "allow")
	if got := seen(b.authorize(with(s.asked(app), "scope", "SMS RingOut", "prompt", "none"))); got != "code" {
		t.Errorf("two consents do not add up: %s", got)
	}
	bob := s.browser()
	if got := seen(bob.submit(bob.authorize(little), "username", "bob@example.com", "password", typed)); got != "consent" {
		t.Errorf("Ada's consent counts for Bob: %s", got)
	}
}

func TestNoConsentForOnesOwnCompanyOrTheOperator(t *testing.T) {
	s := newServer(t)
	ada, err := s.store.Extension(t.Context(), 101)
	check(t, err)
	own := s.register(console.AppSpec{Name: "Own", AccountID: ada.AccountID})
	for name, app := range map[string]store.App{"of the account": own, "of the operator": s.public} {
		if got := seen(s.browser().signIn(s.asked(app), "ada@example.com")); got != "code" {
			t.Errorf("an app %s: %s, want code", name, got)
		}
	}
}

// TestConsentPagesAllowOnlyWhatTheyShowed: not another request, user or
// browser, not twice, not later, and never without the password that was
// asked for.
func TestConsentPagesAllowOnlyWhatTheyShowed(t *testing.T) {
	s := newServer(t)
	app := s.foreign()
	b := s.browser()
	b.signIn(s.asked(s.public), "ada@example.com")
	show := func() answer { return b.authorize(with(s.asked(app), "scope", "SMS")) }

	more := b.authorize(with(s.asked(app), "scope", "SMS RingOut"))
	step := hidden.FindAllStringSubmatch(show().body, -1)[1][2]
	if a := b.submit(more, "do", "allow", "step", step); a.status != http.StatusForbidden || a.location != nil {
		t.Errorf("one request's page allowed another: %d to %v", a.status, a.location)
	}
	page := show()
	for range 2 {
		b.submit(page, "do", "allow")
	}
	if a := b.submit(page, "do", "allow"); a.status != http.StatusForbidden {
		t.Errorf("a page was used twice: %d to %v", a.status, a.location)
	}
	page = b.authorize(s.asked(app))
	s.clock.Advance(16 * time.Minute)
	if a := b.submit(page, "do", "allow"); a.status != http.StatusForbidden {
		t.Errorf("a page was used after a quarter of an hour: %d to %v", a.status, a.location)
	}
	page = b.authorize(s.asked(app))
	b.signIn(with(s.asked(s.public), "prompt", "login"), "bob@example.com")
	if got := seen(b.submit(page, "do", "allow")); got != "password" {
		t.Errorf("Ada's page was allowed by Bob: %s", got)
	}
	if a := b.submit(b.authorize(with(s.asked(app), "prompt", "login")), "do", "allow", "step", "made up"); a.status != http.StatusForbidden {
		t.Errorf("a page that was never shown: %d to %v", a.status, a.location)
	}

	victim, thief := s.browser(), s.browser()
	victim.signIn(s.asked(s.public), "ada@example.com")
	thief.signIn(s.asked(s.public), "bob@example.com")
	stolen := hidden.FindAllStringSubmatch(victim.authorize(s.asked(app)).body, -1)[1][2]
	if a := thief.submit(thief.authorize(s.asked(app)), "do", "allow", "step", stolen); a.location != nil {
		t.Errorf("another browser used the page: %v", a.location)
	}
	action, token := s.form(victim.authorize(s.asked(app)))
	forged := victim.do(s.request("POST", action, url.Values{"form": {token}, "do": {"allow"}}.Encode(), "Sec-Fetch-Site", "cross-site"))
	if forged.status != http.StatusForbidden || forged.location != nil {
		t.Errorf("another site pressed Allow: %d to %v", forged.status, forged.location)
	}
}

// TestLoginAndConsent: prompt=login keeps its promise over two pages.
func TestLoginAndConsent(t *testing.T) {
	s := newServer(t)
	b := s.browser()
	v := with(s.asked(s.public), "prompt", "login consent", "max_age", "0")
	page := b.submit(b.authorize(v), "username", "ada@example.com", "password", typed)
	s.clock.Advance(time.Minute)
	if a := b.submit(page, "do", "allow"); seen(a) != "code" {
		t.Errorf("password, then Allow: %s\n%s", seen(a), a.body)
	}
}

// TestForeignAppsAreNotBouncedTo: this server's name leads nobody to a page
// that they did not choose (RFC 9700 section 4.11.2).
func TestForeignAppsAreNotBouncedTo(t *testing.T) {
	s := newServer(t)
	app := s.foreign()
	signedIn := s.browser()
	signedIn.signIn(s.asked(s.public), "ada@example.com")
	for name, v := range map[string]url.Values{
		"a bad scope":          with(s.asked(app), "scope", "VoipCalling"),
		"a bad response type":  with(s.asked(app), "response_type", "nonsense"),
		"prompt=none":          with(s.asked(app), "prompt", "none"),
		"a missing challenge":  with(s.asked(app), "code_challenge", "", "code_challenge_method", ""),
		"an unknown prompt":    with(s.asked(app), "prompt", "maybe"),
		"a request by address": with(s.asked(app), "request_uri", "https://evil.example/"),
	} {
		for who, b := range map[string]*browser{"nobody": s.browser(), "a stranger": signedIn} {
			a := b.authorize(v)
			if a.status != http.StatusOK || a.location != nil || seen(a) != "leave" {
				t.Errorf("%s, %s signed in: %d to %v", name, who, a.status, a.location)
			}
			href, _, _ := strings.Cut(a.body[strings.Index(a.body, `href="https://app`)+len(`href="`):], `"`)
			if u, err := url.Parse(html.UnescapeString(href)); err != nil || u.Query().Get("error") == "" || u.Query().Get("state") != "st&ate" || u.Query().Get("iss") != s.url {
				t.Errorf("%s: the link is %q", name, href)
			}
		}
	}
	if a := s.browser().authorize(with(s.asked(app), "prompt", "none"), "Sec-Fetch-Dest", "iframe"); seen(a) != "login_required" {
		t.Errorf("a silent question in a hidden frame: %s, want login_required", seen(a))
	}
	if a := signedIn.submit(signedIn.authorize(s.asked(app)), "do", "cancel"); seen(a) != "leave" {
		t.Errorf("Cancel: %s, want a link", seen(a))
	}
	signedIn.submit(signedIn.authorize(s.asked(app)), "do", "allow")
	if a := signedIn.authorize(with(s.asked(app), "scope", "VoipCalling")); seen(a) != "invalid_scope" {
		t.Errorf("an app that the user allowed is not answered: %s", seen(a))
	}
}
