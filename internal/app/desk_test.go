package app_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"html"
	"io"
	"log/slog"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"offhook/internal/app"
	"offhook/internal/bus"
	"offhook/internal/rc"
	"offhook/internal/sqlstore"
	"offhook/internal/store"
	"offhook/internal/widget/desk"
	"offhook/internal/widget/seal"
)

// A road is a desk's way to the demo's platform with one user's token.
type road struct {
	base   string
	token  string
	client *http.Client
}

func (r *road) Do(_ context.Context, _ string, req *http.Request) (*http.Response, error) {
	u, err := url.Parse(r.base + req.URL.String())
	if err != nil {
		return nil, err
	}
	req.URL = u
	req.Header.Set("Authorization", "Bearer "+r.token)
	return r.client.Do(req)
}

func (r *road) Gateway(context.Context, string, *url.URL) (*http.Client, error) { return r.client, nil }

var (
	formAction = regexp.MustCompile(`action="([^"]*)"`)
	formToken  = regexp.MustCompile(`name="form" value="([^"]*)"`)
)

// signIn signs a user of the demo in, as a browser and an app would, and
// returns the way that their desk takes.
func signIn(t testing.TB, info app.DemoInfo, user app.User) *road {
	t.Helper()
	pem, err := os.ReadFile(info.Platform.CAFile)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}
	t.Cleanup(transport.CloseIdleConnections)
	client := &http.Client{Jar: jar, Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	send := func(method, path string, form url.Values) (*http.Response, string) {
		t.Helper()
		req, err := http.NewRequestWithContext(t.Context(), method, info.Platform.TLSURL+path, strings.NewReader(form.Encode()))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		resp, err := client.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		body, err := io.ReadAll(resp.Body)
		if err != nil {
			t.Fatal(err)
		}
		return resp, string(body)
	}

	phone, verifier := info.Apps[0], rand.Text()+rand.Text()
	sum := sha256.Sum256([]byte(verifier))
	ask := url.Values{
		"response_type": {"code"}, "client_id": {phone.ClientID}, "redirect_uri": {phone.RedirectURIs[0]}, "state": {"s"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"},
	}
	_, page := send("GET", rc.AuthorizePath+"?"+ask.Encode(), nil)
	action, token := formAction.FindStringSubmatch(page), formToken.FindStringSubmatch(page)
	if action == nil || token == nil {
		t.Fatalf("no form in the sign-in page:\n%s", page)
	}
	resp, page := send("POST", html.UnescapeString(action[1]), url.Values{
		"form": {html.UnescapeString(token[1])}, "username": {user.Username}, "password": {user.Password},
	})
	back, err := resp.Location()
	if err != nil || back.Query().Get("code") == "" {
		t.Fatalf("signing in: %s %v\n%s", resp.Status, back, page)
	}
	resp, page = send("POST", rc.TokenPath, url.Values{
		"grant_type": {"authorization_code"}, "code": {back.Query().Get("code")}, "redirect_uri": {phone.RedirectURIs[0]},
		"client_id": {phone.ClientID}, "code_verifier": {verifier},
	})
	var tokens struct {
		AccessToken string `json:"access_token"`
	}
	if err := json.Unmarshal([]byte(page), &tokens); err != nil || tokens.AccessToken == "" {
		t.Fatalf("no tokens: %s %v", resp.Status, err)
	}
	return &road{info.Platform.TLSURL, tokens.AccessToken, &http.Client{Transport: transport}}
}

// A warnings counts log records that say a rate limit was exceeded.
type warnings struct {
	slog.Handler
	mu      sync.Mutex
	limited int
}

func (w *warnings) Handle(ctx context.Context, r slog.Record) error {
	if r.Message == "rate limited" {
		w.mu.Lock()
		w.limited++
		w.mu.Unlock()
	}
	return w.Handler.Handle(ctx, r)
}

func (w *warnings) WithAttrs(attrs []slog.Attr) slog.Handler { return w }

// openDesk opens a desk on a database of its own.
func openDesk(t *testing.T, r *road, log *slog.Logger) *desk.Desk {
	t.Helper()
	ring, err := seal.New(map[uint32][]byte{1: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	db := sqlstore.OpenTest(t).Widget()
	err = db.Write(t.Context(), func(tx store.WidgetTx) error {
		return tx.AddGrant(t.Context(), store.Grant{ID: "g", Sealed: []byte{1}, CreatedAt: time.Now()})
	})
	if err != nil {
		t.Fatal(err)
	}
	pool := &desk.Pool{Store: db, Bus: new(bus.InProcess), Ring: ring, Street: r, Log: log}
	t.Cleanup(pool.Close)
	d, err := pool.Desk(t.Context(), "g")
	if err != nil {
		t.Fatal(err)
	}
	until(t, d, "a desk ready and live", func() bool {
		s := d.Status()
		return s.State == desk.Ready && s.Synced && s.Live && d.Me().Company != ""
	})
	return d
}

func until(t testing.TB, d *desk.Desk, what string, ok func() bool) {
	t.Helper()
	w := d.Watch(d.Position())
	defer w.Close()
	deadline := time.After(30 * time.Second)
	for !ok() {
		select {
		case _, open := <-w.C:
			if !open {
				t.Fatalf("the desk closed before %s", what)
			}
		case <-deadline:
			t.Fatalf("%s did not happen; status %+v", what, d.Status())
		}
	}
}

func TestTwoDesksTalkOverThePlatform(t *testing.T) {
	info, _, end := runDemo(t, t.TempDir(), false)
	defer end()
	seen := &warnings{Handler: slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})}
	log := slog.New(seen)
	one := openDesk(t, signIn(t, info, info.Users[0]), log)
	two := openDesk(t, signIn(t, info, info.Users[1]), log)

	if me := one.Me(); me.Name != info.Users[0].Name || me.ExtensionNumber != info.Users[0].ExtensionNumber || len(me.Senders()) == 0 {
		t.Errorf("the first user: %+v", me)
	}
	if len(one.Conversations("", 0)) == 0 {
		t.Error("the demo's history is not there")
	}
	if found := one.Lookup(info.Users[1].Name, 5); len(found) == 0 || found[0].Number != info.Users[1].PhoneNumber {
		t.Errorf("the colleague is found as %+v", found)
	}

	before := two.Unread()
	at := two.Position()
	id, err := one.Send(t.Context(), desk.Outgoing{ID: rand.Text(), To: []string{info.Users[1].PhoneNumber}, Text: "Lunch at noon?"})
	if err != nil {
		t.Fatal(err)
	}
	w := two.Watch(at)
	var record *rc.Message
	for e := range w.C {
		if e.Type == desk.EventMessage && e.New {
			record = e.Message
			break
		}
	}
	w.Close()
	if record.Subject != "Lunch at noon?" || record.Direction != rc.Inbound || record.Type != rc.TypeSMS || record.Conversation == nil || record.From == nil {
		t.Errorf("the record that watchers get: %+v", record)
	}
	if two.Unread() != before+1 {
		t.Errorf("%d unread, want %d", two.Unread(), before+1)
	}
	until(t, one, "delivery", func() bool {
		_, messages, err := one.Conversation(id)
		return err == nil && messages[len(messages)-1].State == desk.Delivered
	})
	if err := two.MarkRead(t.Context(), record.Conversation.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := two.Send(t.Context(), desk.Outgoing{ID: rand.Text(), ConversationID: record.Conversation.ID, Text: "Yes."}); err != nil {
		t.Fatal(err)
	}
	until(t, one, "the answer", func() bool {
		_, messages, err := one.Conversation(id)
		return err == nil && messages[len(messages)-1].Text == "Yes."
	})

	outside, err := one.Send(t.Context(), desk.Outgoing{ID: rand.Text(), To: []string{"+14155550199"}, Text: "Anybody?"})
	if err != nil {
		t.Fatal(err)
	}
	until(t, one, "the failure of a text to nobody", func() bool {
		_, messages, err := one.Conversation(outside)
		return err == nil && messages[len(messages)-1].State == desk.Failed && messages[len(messages)-1].Error != ""
	})
	seen.mu.Lock()
	defer seen.mu.Unlock()
	if seen.limited > 0 {
		t.Errorf("%d requests were over the limit", seen.limited)
	}
}
