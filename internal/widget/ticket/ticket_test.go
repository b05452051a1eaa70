package ticket_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"offhook/internal/bus"
	"offhook/internal/rc"
	"offhook/internal/sqlstore"
	"offhook/internal/store"
	"offhook/internal/widget/audit"
	"offhook/internal/widget/embed"
	"offhook/internal/widget/grant"
	"offhook/internal/widget/seal"
	"offhook/internal/widget/session"
	"offhook/internal/widget/signin"
	"offhook/internal/widget/streettest"
	"offhook/internal/widget/ticket"
	"offhook/internal/widget/visit"
)

const (
	crm      = "https://crm.example"
	redirect = crm + "/callback"
	verifier = "HUSH-verifier-of-the-host-0123456789012345678901234"
)

// A rig is the widget's side of tickets on a server of its own, with a
// platform double beyond the street.
type rig struct {
	*httptest.Server
	t        *testing.T
	platform *streettest.Platform
	store    store.Widget
	grants   *grant.Grants
	registry *embed.Registry
	key      rc.Secret
	log      *transcript

	mu  sync.Mutex
	now time.Time
}

type transcript struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *transcript) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (r *rig) clock() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

func (r *rig) add(d time.Duration) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = r.now.Add(d)
}

func newRig(t *testing.T) *rig {
	db := sqlstore.OpenTest(t)
	ring, err := seal.New(map[uint32][]byte{1: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	r := &rig{t: t, platform: streettest.New(t), store: db.Widget(), log: new(transcript), now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	log := slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	b := new(bus.InProcess)
	records := embed.Records{{Name: "Double", Origin: r.platform.URL, AllowPrivate: true}, {Name: "Other", Origin: "https://other.example"}}
	r.registry = &embed.Registry{Store: r.store, Ring: ring, Records: records, Now: r.clock}
	trail := &audit.Trail{Store: r.store, Now: r.clock, Log: log}
	r.grants = &grant.Grants{
		Audit: trail,
		Store: r.store, Bus: b, Ring: ring, Secrets: r.registry, Client: r.platform.Client(), Holder: "test", Now: r.clock, Log: log,
	}
	sessions := &session.Sessions{Store: r.store, Bus: b, Grants: r.grants, Audit: trail, Now: r.clock, Log: log}
	visits := &visit.Face{Store: r.store, Sessions: sessions, Log: log}
	flows := &signin.Handler{
		Store: r.store, Bus: b, Ring: ring, Visits: visits, Grants: r.grants, Sessions: sessions, Audit: trail, Client: r.platform.Client(), Now: r.clock, Log: log,
	}
	mux := http.NewServeMux()
	(&ticket.Handler{Store: r.store, Embeds: r.registry, Grants: r.grants, Entry: flows, Audit: trail, Visits: visits, Now: r.clock, Log: log}).Mount(mux)
	(&session.Handler{Sessions: sessions, Visits: visits}).Mount(mux)
	r.Server = httptest.NewServer(mux)
	t.Cleanup(func() {
		r.Close()
		r.grants.Close()
		for _, secret := range []string{streettest.Mark, "OHTK_", "OHEK_"} {
			if strings.Contains(r.log.text.String(), secret) {
				t.Errorf("%s… is in the log:\n%s", secret, r.log.text.String())
			}
		}
	})
	r.key = r.embed("app", r.platform.URL)
	for _, f := range []store.Frame{
		{Key: "one", Platform: r.platform.URL, ClientID: "app", Prefix: "one", Origin: crm},
		{Key: "two", Platform: r.platform.URL, ClientID: "app", Prefix: "two", Origin: crm},
		{Key: "elsewhere", Platform: r.platform.URL, ClientID: "app", Origin: "https://shop.example"},
		{Key: "other-app", Platform: r.platform.URL, ClientID: "stranger", Origin: crm},
		{Key: "other-platform", Platform: "https://other.example", ClientID: "app", Origin: crm},
	} {
		f.CreatedAt = r.now
		r.write(func(tx store.WidgetTx) error { return tx.PutFrame(t.Context(), f) })
	}
	return r
}

// embed registers an app and returns its key.
func (r *rig) embed(clientID, platform string) rc.Secret {
	r.t.Helper()
	key := embed.NewKey()
	err := r.registry.Register(r.t.Context(), embed.Spec{Platform: platform, ClientID: clientID, Secret: "s3cret", Origins: []string{crm, "https://shop.example"}})
	if err == nil {
		err = r.registry.AddKey(r.t.Context(), platform, clientID, key, false)
	}
	if err != nil {
		r.t.Fatal(err)
	}
	return key
}

func (r *rig) write(fn func(tx store.WidgetTx) error) {
	r.t.Helper()
	if err := r.store.Write(r.t.Context(), fn); err != nil {
		r.t.Fatal(err)
	}
}

// code is one that the platform has sent to the host's own server.
func (r *rig) code(owner string) string {
	query := r.platform.Authorize(r.platform.URL+rc.AuthorizePath+"?"+url.Values{
		"redirect_uri": {redirect}, "code_challenge": {challenge(verifier)},
	}.Encode(), owner)
	return query.Get("code")
}

// An answer is a response that has been read.
type answer struct {
	status  int
	text    string
	fields  map[string]any
	header  http.Header
	cookies []*http.Cookie
}

func (a answer) string(name string) string {
	s, _ := a.fields[name].(string)
	return s
}

func (r *rig) send(req *http.Request) answer {
	r.t.Helper()
	res, err := r.Client().Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	a := answer{status: res.StatusCode, text: string(text), header: res.Header, cookies: res.Cookies()}
	_ = json.Unmarshal(text, &a.fields)
	return a
}

// ask is the host's server; edit may spoil its request.
func (r *rig) ask(path string, body any, edit ...func(*http.Request)) answer {
	r.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		r.t.Fatal(err)
	}
	req, err := http.NewRequestWithContext(context.Background(), "POST", r.URL+path, strings.NewReader(string(text)))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Authorization", "Bearer "+string(r.key))
	for _, e := range edit {
		e(req)
	}
	return r.send(req)
}

type fields map[string]any

func (r *rig) order(more fields) fields {
	o := fields{"origin": crm, "user": "ada"}
	for name, v := range more {
		o[name] = v
	}
	return o
}

// byCode is a good order.
func (r *rig) byCode(owner string) fields {
	return r.order(fields{"code": r.code(owner), "codeVerifier": verifier, "redirectUri": redirect})
}

// ticket asks for one that must be given.
func (r *rig) ticket(o fields) (ticket, grantID string) {
	r.t.Helper()
	a := r.ask("/api/tickets", o)
	if a.status != http.StatusCreated || !strings.HasPrefix(a.string("ticket"), "OHTK_") || a.string("grantId") == "" {
		r.t.Fatalf("asking for a ticket: %d %s", a.status, a.text)
	}
	return a.string("ticket"), a.string("grantId")
}

// redeem is the frame's own page, with the cookie that it may have.
func (r *rig) redeem(frame, ticket string, cookies ...*http.Cookie) answer {
	r.t.Helper()
	return r.frame("POST", frame, "/ticket", `{"ticket":"`+ticket+`"}`, cookies...)
}

func (r *rig) frame(method, frame, path, body string, cookies ...*http.Cookie) answer {
	r.t.Helper()
	req, err := http.NewRequestWithContext(r.t.Context(), method, r.URL+"/p/"+frame+path, strings.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set(visit.Header, "1")
	for _, c := range cookies {
		req.AddCookie(c)
	}
	return r.send(req)
}

// owner is who a cookie is signed in as, or nobody.
func (r *rig) owner(frame string, c *http.Cookie) string {
	r.t.Helper()
	req := httptest.NewRequest("GET", "/", nil)
	req.AddCookie(c)
	f, err := r.store.Frame(r.t.Context(), frame)
	if err != nil {
		r.t.Fatal(err)
	}
	s, err := (&session.Sessions{Store: r.store, Now: r.clock, Log: slog.New(slog.DiscardHandler)}).Session(req, f)
	if err != nil {
		r.t.Fatal(err)
	}
	if s == nil {
		return ""
	}
	g, err := r.store.Grant(r.t.Context(), s.GrantID)
	if err != nil {
		r.t.Fatal(err)
	}
	return g.OwnerID
}
