package signin_test

import (
	"encoding/json"
	"fmt"
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
	"offhook/internal/widget/intake"
	"offhook/internal/widget/seal"
	"offhook/internal/widget/session"
	"offhook/internal/widget/signin"
	"offhook/internal/widget/streettest"
	"offhook/internal/widget/visit"
)

const (
	flowA   = "flow-aaaaaaaaaaaaaaaaaaaaaaaa"
	secretA = "secret-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	flowB   = "flow-bbbbbbbbbbbbbbbbbbbbbbbb"
	secretB = "secret-bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

// A rig is the widget's sign-in on a server of its own, with a platform
// double beyond the street.
type rig struct {
	*httptest.Server
	platform *streettest.Platform
	store    store.Widget
	flows    *signin.Handler
	grants   *grant.Grants
	embeds   *embed.Registry
	intakes  *intake.Intakes
	log      *transcript

	mu  sync.Mutex
	now time.Time
}

// A transcript gathers what the server logged and answered.
type transcript struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *transcript) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *transcript) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
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
	r := &rig{platform: streettest.New(t), store: db.Widget(), log: new(transcript), now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	log := slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	r.embeds = &embed.Registry{Store: r.store, Ring: ring, Records: embed.Records{{Name: "Double", Origin: r.platform.URL, AllowPrivate: true}}, Now: r.clock}
	r.intakes = &intake.Intakes{Store: r.store, Ring: ring, Now: r.clock}
	r.register(t, embed.Spec{})
	b := new(bus.InProcess)
	trail := &audit.Trail{Store: r.store, Now: r.clock, Log: log}
	r.grants = &grant.Grants{
		Audit: trail,
		Store: r.store, Bus: b, Ring: ring, Secrets: r.embeds, Client: r.platform.Client(), Holder: "test", Now: r.clock, Log: log,
	}
	sessions := &session.Sessions{Store: r.store, Bus: b, Grants: r.grants, Audit: trail, Now: r.clock, Log: log}
	visits := &visit.Face{Store: r.store, Sessions: sessions, Log: log}
	r.flows = &signin.Handler{
		Embeds: r.embeds, Intakes: r.intakes,
		Store: r.store, Bus: b, Ring: ring, Visits: visits, Grants: r.grants, Sessions: sessions, Audit: trail, Client: r.platform.Client(), Now: r.clock, Log: log,
	}
	mux := http.NewServeMux()
	r.flows.Mount(mux)
	(&session.Handler{Sessions: sessions, Visits: visits}).Mount(mux)
	r.Server = httptest.NewServer(mux)
	t.Cleanup(func() {
		r.Close()
		r.grants.Close()
		for what, text := range map[string]string{"code or token": streettest.Mark, "frame's secret": secretA} {
			if strings.Contains(r.log.String(), text) {
				t.Errorf("the %s is in an answer or in the log:\n%s", what, r.log)
			}
		}
	})
	for _, key := range []string{"one", "two"} {
		f := store.Frame{Key: key, Platform: r.platform.URL, ClientID: "app", Prefix: key, Origin: "https://crm.example", CreatedAt: r.now}
		if err := r.store.Write(t.Context(), func(tx store.WidgetTx) error { return tx.PutFrame(t.Context(), f) }); err != nil {
			t.Fatal(err)
		}
	}
	return r
}

// register registers the app of the frames, or changes it.
func (r *rig) register(t *testing.T, s embed.Spec) {
	t.Helper()
	s.Platform, s.ClientID, s.Origins = r.platform.URL, "app", []string{"https://crm.example"}
	if err := r.embeds.Register(t.Context(), s); err != nil {
		t.Fatal(err)
	}
}

// An answer is a response that has been read.
type answer struct {
	status  int
	body    string
	to      *url.URL
	cookies []*http.Cookie
	header  http.Header
}

func (a answer) cookie() *http.Cookie {
	if len(a.cookies) != 1 {
		return nil
	}
	return a.cookies[0]
}

// ask sends a request as the frame's own page does; edit may spoil it. What
// comes back is kept for the search, but for the one cookie that is meant.
func (r *rig) ask(t *testing.T, method, path string, body any, edit ...func(*http.Request)) answer {
	t.Helper()
	var in io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		in = strings.NewReader(string(data))
	}
	req, err := http.NewRequestWithContext(t.Context(), method, r.URL+path, in)
	if err != nil {
		t.Fatal(err)
	}
	if method != "GET" {
		req.Header.Set(visit.Header, "1")
		req.Header.Set("Sec-Fetch-Site", "same-origin")
		req.Header.Set("Origin", r.URL)
	}
	for _, fn := range edit {
		fn(req)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{status: res.StatusCode, body: string(data), cookies: res.Cookies(), header: res.Header}
	a.to, _ = res.Location()
	fmt.Fprintf(r.log, "%s %s: %d %s %v\n", method, strings.Split(path, "?")[0], a.status, a.body, res.Header)
	return a
}

func with(c *http.Cookie) func(*http.Request) {
	return func(r *http.Request) { r.AddCookie(&http.Cookie{Name: c.Name, Value: c.Value}) }
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func (r *rig) start(t *testing.T, key, flow, secret string) {
	t.Helper()
	a := r.ask(t, "POST", "/p/"+key+"/signin", map[string]string{"flow": flow, "secret": secret})
	if a.status != 201 || !strings.Contains(a.body, "/signin/window?flow="+flow) {
		t.Fatalf("starting a flow: %d %s", a.status, a.body)
	}
}

// open opens the window and returns what the platform sends it back with.
func (r *rig) open(t *testing.T, flow, owner string) url.Values {
	t.Helper()
	a := r.ask(t, "GET", "/signin/window?flow="+flow, nil)
	if a.status != 303 || a.to == nil || !strings.HasPrefix(a.to.String(), r.platform.URL+rc.AuthorizePath+"?") {
		t.Fatalf("opening the window: %d to %v\n%s", a.status, a.to, a.body)
	}
	return r.platform.Authorize(a.to.String(), owner)
}

// back is the window's return from the platform.
func (r *rig) back(t *testing.T, query url.Values) answer {
	t.Helper()
	return r.ask(t, "GET", "/redirect.html?"+query.Encode(), nil)
}

// handleOf reads the completion handle as the last page's script does.
func handleOf(t *testing.T, a answer) string {
	t.Helper()
	if a.status != 303 || a.to == nil || a.to.Path != "/signin/done" || a.to.RawQuery != "" {
		t.Fatalf("the way back ended in %d to %v\n%s", a.status, a.to, a.body)
	}
	q, err := url.ParseQuery(a.to.Fragment)
	if err != nil || q.Get("handle") == "" || len(q) != 2 {
		t.Fatalf("the fragment %q, want flow and handle", a.to.Fragment)
	}
	return q.Get("handle")
}

func (r *rig) redeem(t *testing.T, key, flow string, proof map[string]string, edit ...func(*http.Request)) answer {
	t.Helper()
	return r.ask(t, "POST", "/p/"+key+"/signin/"+flow+"/redeem", proof, edit...)
}

// signIn takes the whole way in a frame.
func (r *rig) signIn(t *testing.T, key, flow, secret, owner string, edit ...func(*http.Request)) *http.Cookie {
	t.Helper()
	r.start(t, key, flow, secret)
	handle := handleOf(t, r.back(t, r.open(t, flow, owner)))
	a := r.redeem(t, key, flow, map[string]string{"handle": handle, "secret": secret}, edit...)
	if a.status != 200 || a.cookie() == nil {
		t.Fatalf("redeeming: %d %s, cookies %v", a.status, a.body, a.cookies)
	}
	return a.cookie()
}

func (r *rig) signedIn(t *testing.T, key string, edit ...func(*http.Request)) bool {
	t.Helper()
	a := r.ask(t, "GET", "/p/"+key+"/session", nil, edit...)
	return strings.Contains(a.body, "true")
}

func want(t *testing.T, what string, a answer, status int, text string) {
	t.Helper()
	if a.status != status || !strings.Contains(a.body, text) {
		t.Errorf("%s: %d %s, want %d with %q", what, a.status, a.body, status, text)
	}
	if len(a.cookies) > 0 {
		t.Errorf("%s: a cookie was set: %v", what, a.cookies)
	}
}
