package oauth_test

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/crypto/argon2"

	"offhook/internal/bus"
	"offhook/internal/listen"
	"offhook/internal/platform/console"
	"offhook/internal/platform/oauth"
	"offhook/internal/platform/signing"
	"offhook/internal/platform/signing/signingtest"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/rigtest"
	"offhook/internal/sqlstore"
	"offhook/internal/store"
)

const (
	callback = "https://app.example/cb"
	verifier = "verifier-verifier-verifier-verifier-verifier-1"
	typed    = "correct horse"
)

// typedHash is of the least cost that argon2 knows: a hash names its own, and
// these tests sign in often.
var typedHash = sync.OnceValue(func() string {
	salt := []byte("sixteen bytes ..")
	key := argon2.IDKey([]byte(typed), salt, 1, 8, 1, 32)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=8,t=1,p=1$%s$%s", argon2.Version, b64.EncodeToString(salt), b64.EncodeToString(key))
})

// A server is the real authorization server on the real store, behind a real
// listener.
type server struct {
	t       *testing.T
	url     string
	store   store.Platform
	handler *oauth.Handler
	keys    *signing.Keys
	clock   *rigtest.Clock
	log     *rigtest.Log
	ended   chan string

	public, other  store.App
	secretApp      store.App
	clientSecret   string
	accountMain    string
	adaPhoneNumber string
}

func newServer(t *testing.T) *server { return newServerOn(t, sqlstore.OpenTest(t)) }

// onEachDatabase runs a test on SQLite, and on PostgreSQL where there is one.
func onEachDatabase(t *testing.T, run func(t *testing.T, s *server)) {
	t.Helper()
	t.Run("SQLite", func(t *testing.T) { run(t, newServer(t)) })
	t.Run("PostgreSQL", func(t *testing.T) {
		db := sqlstore.OpenTestPostgres(t)
		if db == nil {
			t.Log("OFFHOOK_TEST_POSTGRES is not set")
			return
		}
		run(t, newServerOn(t, db))
	})
}

func newServerOn(t *testing.T, db *sqlstore.DB) *server {
	t.Helper()
	s := &server{
		t: t, store: db.Platform(), log: new(rigtest.Log), clock: rigtest.NewClock(), ended: make(chan string, 100),
	}
	log := slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	b := new(bus.InProcess)
	cancel, err := b.Subscribe("platform.session.revoked", func(data []byte) { s.ended <- string(data) })
	check(t, err)
	t.Cleanup(cancel)
	s.keys = signingtest.Keys(s.store, s.clock.Now)
	s.seed()
	s.serve(&oauth.Handler{Store: s.store, Bus: b, Keys: s.keys, Now: s.clock.Now, Log: log})
	return s
}

// serve lets a handler answer at a new address.
func (s *server) serve(h *oauth.Handler) {
	t, log := s.t, h.Log
	t.Helper()
	s.handler = h
	mux := http.NewServeMux()
	s.handler.Mount(mux)
	face := &wire.Face{Auth: s.handler, Log: log}
	face.Handle(mux, "GET", "/restapi/v1.0/account/{accountId}", func(w http.ResponseWriter, _ *http.Request, c wire.Caller) error {
		wire.JSON(w, http.StatusOK, c)
		return nil
	})
	l, err := listen.Open(listen.Config{Name: "platform", Flag: "--platform-addr", Addr: "127.0.0.1:0", Log: log})
	check(t, err)
	s.url = l.URL
	served := make(chan error, 1)
	go func() { served <- l.Serve(wire.CORS(mux, oauth.NoCORS...)) }()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		http.DefaultClient.CloseIdleConnections() // a connection that was never used would be waited for
		l.Shutdown(ctx)
		check(t, <-served)
	})
}

// node is another server of the same platform, whose clock differs by skew.
func (s *server) node(skew time.Duration) *server {
	s.t.Helper()
	n := *s
	now := func() time.Time { return s.clock.Now().Add(skew) }
	n.keys = signingtest.Keys(s.store, now)
	n.serve(&oauth.Handler{Store: s.store, Bus: s.handler.Bus, Keys: n.keys, Now: now, Log: s.handler.Log})
	return &n
}

func (s *server) seed() {
	ctx, t := s.t.Context(), s.t
	c := s.console()
	account, err := c.RegisterAccount(ctx, console.AccountSpec{Company: "Acme", MainNumber: "+16505550100"})
	check(t, err)
	s.accountMain = account.MainNumber
	s.adaPhoneNumber = "+16505550101"
	check(t, s.store.Write(ctx, func(tx store.PlatformTx) error {
		return errors.Join(
			tx.AddExtension(ctx, store.Extension{ID: 101, AccountID: account.ID, Number: "101", FirstName: "Ada", LastName: "Lovelace", Email: "ada@example.com", Username: "ada@example.com", PasswordHash: typedHash()}),
			tx.AddExtension(ctx, store.Extension{ID: 102, AccountID: account.ID, Number: "102", FirstName: "Bob", Username: "bob@example.com", PasswordHash: typedHash()}),
			tx.AddPhoneNumber(ctx, store.PhoneNumber{ID: 1, AccountID: account.ID, ExtensionID: 101, Number: s.adaPhoneNumber, UsageType: "DirectNumber"}),
		)
	}))
	spec := console.AppSpec{Name: "Phone <b>&", RedirectURIs: []string{callback}, Scopes: []string{"ReadAccounts", "SMS"}}
	s.public, _, err = c.RegisterApp(ctx, spec)
	check(t, err)
	s.other, _, err = c.RegisterApp(ctx, console.AppSpec{Name: "Other", RedirectURIs: []string{callback, "https://app.example/two?x=1"}})
	check(t, err)
	spec.Confidential = true
	app, secret, err := c.RegisterApp(ctx, spec)
	check(t, err)
	s.secretApp, s.clientSecret = app, string(secret)
}

// console registers things of the server.
func (s *server) console() *console.Console {
	return &console.Console{Store: s.store, Keys: s.keys, Now: s.clock.Now}
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// An answer is a response, read.
type answer struct {
	status   int
	header   http.Header
	body     string
	location *url.URL // nil without a redirect
}

// A browser keeps cookies and does not follow redirects.
type browser struct {
	s      *server
	client *http.Client
	jar    *cookiejar.Jar
}

func (s *server) browser() *browser {
	jar, err := cookiejar.New(nil)
	check(s.t, err)
	return &browser{s, &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, jar}
}

func (b *browser) do(r *http.Request) answer {
	b.s.t.Helper()
	res, err := b.client.Do(r)
	check(b.s.t, err)
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	check(b.s.t, err)
	a := answer{status: res.StatusCode, header: res.Header, body: string(raw)}
	if l := res.Header.Get("Location"); l != "" {
		a.location, err = url.Parse(l)
		check(b.s.t, err)
	}
	return a
}

func (s *server) request(method, path, body string, header ...string) *http.Request {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	check(s.t, err)
	if body != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

func challenge(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// with changes parameters: an empty value takes one away.
func with(v url.Values, pairs ...string) url.Values {
	out := make(url.Values)
	for k := range v {
		out[k] = v[k]
	}
	for i := 0; i < len(pairs); i += 2 {
		out.Del(pairs[i])
		if pairs[i+1] != "" {
			out.Set(pairs[i], pairs[i+1])
		}
	}
	return out
}

// asked is a good authorization request of an app.
func (s *server) asked(app store.App) url.Values {
	v := url.Values{"response_type": {"code"}, "client_id": {app.ClientID}, "redirect_uri": {callback}, "state": {"st&ate"}}
	if app.Public() {
		v.Set("code_challenge", challenge(verifier))
		v.Set("code_challenge_method", "S256")
	}
	return v
}

func (b *browser) authorize(v url.Values, header ...string) answer {
	return b.do(b.s.request("GET", rc.AuthorizePath+"?"+v.Encode(), "", header...))
}

var (
	actions = regexp.MustCompile(`action="([^"]*)"`)
	tokens  = regexp.MustCompile(`name="form" value="([^"]*)"`)
	hidden  = regexp.MustCompile(`<input type="hidden" name="([^"]*)" value="([^"]*)">`)
)

// form returns where a page's first form goes and its hidden token.
func (s *server) form(page answer) (action, token string) {
	s.t.Helper()
	a, f := actions.FindStringSubmatch(page.body), tokens.FindStringSubmatch(page.body)
	if a == nil || f == nil {
		s.t.Fatalf("no form in the page:\n%s", page.body)
	}
	return html.UnescapeString(a[1]), html.UnescapeString(f[1])
}

// submit posts a page's first form with further fields.
func (b *browser) submit(page answer, pairs ...string) answer {
	b.s.t.Helper()
	action, _ := b.s.form(page)
	first, _, _ := strings.Cut(page.body, "</form>")
	fields := make(url.Values)
	for _, f := range hidden.FindAllStringSubmatch(first, -1) {
		fields.Set(html.UnescapeString(f[1]), html.UnescapeString(f[2]))
	}
	return b.do(b.s.request("POST", action, with(fields, pairs...).Encode(), "Sec-Fetch-Site", "same-origin", "Origin", "null"))
}

// signIn goes the whole way and returns the redirect.
func (b *browser) signIn(v url.Values, username string) answer {
	b.s.t.Helper()
	a := b.submit(b.authorize(v), "username", username, "password", typed)
	if a.location == nil {
		b.s.t.Fatalf("signing in as %s: status %d\n%s", username, a.status, a.body)
	}
	return a
}

// code gets a code for an app from a browser that is signed in.
func (b *browser) code(v url.Values) string {
	b.s.t.Helper()
	a := b.authorize(with(v, "prompt", "none"))
	if a.location == nil || a.location.Query().Get("code") == "" {
		b.s.t.Fatalf("no code: %d %v\n%s", a.status, a.location, a.body)
	}
	return a.location.Query().Get("code")
}

// token asks the token endpoint.
func (s *server) token(v url.Values, header ...string) answer {
	s.t.Helper()
	return s.browser().do(s.request("POST", rc.TokenPath, v.Encode(), header...))
}

// exchange is a good exchange of a code.
func (s *server) exchange(app store.App, code string) url.Values {
	v := url.Values{"grant_type": {"authorization_code"}, "code": {code}, "redirect_uri": {callback}}
	if app.Public() {
		v.Set("client_id", app.ClientID)
		v.Set("code_verifier", verifier)
	}
	return v
}

func (s *server) basic() []string {
	return []string{"Authorization", "Basic " + base64.StdEncoding.EncodeToString([]byte(s.secretApp.ClientID+":"+s.clientSecret))}
}

func (s *server) info(a answer) rc.TokenInfo {
	s.t.Helper()
	var info rc.TokenInfo
	if err := json.Unmarshal([]byte(a.body), &info); a.status != http.StatusOK || err != nil {
		s.t.Fatalf("no tokens: %d %s", a.status, a.body)
	}
	return info
}

// signedIn returns the tokens of Ada in the public app.
func (s *server) signedIn(b *browser) rc.TokenInfo {
	s.t.Helper()
	if b.authorize(with(s.asked(s.public), "prompt", "none")).location.Query().Get("code") == "" {
		b.signIn(s.asked(s.public), "ada@example.com")
	}
	return s.info(s.token(s.exchange(s.public, b.code(s.asked(s.public)))))
}

func (s *server) refresh(token string) url.Values {
	return url.Values{"grant_type": {"refresh_token"}, "refresh_token": {token}, "client_id": {s.public.ClientID}}
}

// kept is how a secret is found in the store.
func kept(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// use calls the API with an access token.
func (s *server) use(token string) answer {
	s.t.Helper()
	return s.browser().do(s.request("GET", "/restapi/v1.0/account/~", "", "Authorization", "bearer "+token))
}

// fault reads an error answer in the OAuth envelope.
func fault(a answer) (name, code string) {
	var e rc.OAuthError
	if json.Unmarshal([]byte(a.body), &e) != nil || len(e.Errors) == 0 {
		return "", ""
	}
	return e.Error, e.Errors[0].ErrorCode
}
