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

func TestSigningIn(t *testing.T) {
	r := newRig(t)
	if r.signedIn(t, "one") {
		t.Error("signed in before anybody signed in")
	}
	c := r.signIn(t, "one", flowA, secretA, "101")
	if c.Name != "__Host-oh-one" || c.Path != "/" || c.Domain != "" || !c.Secure || !c.HttpOnly || c.SameSite != http.SameSiteNoneMode || !c.Partitioned || len(c.Value) != 43 {
		t.Errorf("the cookie's attributes: %+v", c)
	}
	if !r.signedIn(t, "one", with(c)) {
		t.Error("signed out after signing in")
	}
	if r.signedIn(t, "two", with(&http.Cookie{Name: "__Host-oh-two", Value: c.Value})) {
		t.Error("the cookie's value works in another frame under that frame's name")
	}
	if r.signedIn(t, "one", with(&http.Cookie{Name: c.Name, Value: c.Value[:42]})) {
		t.Error("a part of the cookie's value works")
	}
	if r.platform.Live() != 1 || len(r.platform.Revoked()) != 0 {
		t.Errorf("%d live tokens, %d revoked; want 1 and 0", r.platform.Live(), len(r.platform.Revoked()))
	}
}

func TestTheWindowMayBeFirst(t *testing.T) {
	r := newRig(t)
	opened := make(chan int)
	go func() {
		a := r.ask(t, "GET", "/signin/window?flow="+flowA, nil)
		opened <- a.status
	}()
	r.start(t, "one", flowA, secretA)
	if status := <-opened; status != 303 {
		t.Errorf("a window that came before its flow: %d, want it sent on", status)
	}
}

func TestTheFrameSeesHowFarItIs(t *testing.T) {
	r := newRig(t)
	watch := func(known string) string { return r.ask(t, "GET", "/p/one/signin/"+flowA+"?"+known, nil).body }
	r.start(t, "one", flowA, secretA)
	if got := watch(""); !strings.Contains(got, `"state":"waiting","seen":false`) {
		t.Errorf("after the start: %s", got)
	}
	query := make(chan url.Values)
	go func() { query <- r.open(t, flowA, "101") }()
	if got := watch("state=waiting&seen=false"); !strings.Contains(got, `"seen":true`) {
		t.Errorf("when the window arrives: %s", got)
	}
	q := <-query
	q.Set("error", "access_denied")
	q.Del("code")
	want(t, "a user who says no", r.back(t, q), 403, "did not allow")
	if got := watch("state=waiting&seen=true"); !strings.Contains(got, "failed") || !strings.Contains(got, "did not allow") {
		t.Errorf("after a no: %s, want the same sentence", got)
	}
	want(t, "another frame's look", r.ask(t, "GET", "/p/two/signin/"+flowA+"?", nil), 404, "expired")
	want(t, "a look at nothing", r.ask(t, "GET", "/p/one/signin/"+flowB+"?", nil), 404, "expired")
}

// TestAttacks are rows 1, 2, 5, 9, 13, 21 and 25 of the attack list, as far
// as they can be made against the server alone.
func TestAttacks(t *testing.T) {
	for _, tt := range []struct {
		name string
		try  func(t *testing.T, r *rig) // with flow A of frame one begun
	}{
		{"a callback without a flow", func(t *testing.T, r *rig) {
			want(t, "no state", r.back(t, url.Values{"code": {"x"}}), 404, "expired")
			want(t, "unknown state", r.back(t, url.Values{"code": {"x"}, "state": {"y"}, "iss": {r.platform.URL}}), 404, "expired")
		}},
		{"a callback with another flow's state: the codes do not mix", func(t *testing.T, r *rig) {
			r.start(t, "two", flowB, secretB)
			mine, theirs := r.open(t, flowA, "101"), r.open(t, flowB, "666")
			theirs.Set("state", mine.Get("state"))
			want(t, "their code with my state", r.back(t, theirs), 403, "did not accept") // PKCE
		}},
		{"a replayed callback", func(t *testing.T, r *rig) {
			q := r.open(t, flowA, "101")
			handleOf(t, r.back(t, q))
			want(t, "the replay", r.back(t, q), 409, "used already")
		}},
		{"24 callbacks at once", func(t *testing.T, r *rig) {
			q := r.open(t, flowA, "101")
			var wg sync.WaitGroup
			var mu sync.Mutex
			won := 0
			for range 24 {
				wg.Go(func() {
					if a := r.back(t, q); a.status == 303 {
						mu.Lock()
						won++
						mu.Unlock()
					} else if a.status != 409 {
						t.Errorf("status %d, want 409", a.status)
					}
				})
			}
			wg.Wait()
			if won != 1 {
				t.Errorf("%d callbacks won, want 1", won)
			}
		}},
		{"another issuer", func(t *testing.T, r *rig) {
			q := r.open(t, flowA, "101")
			q.Set("iss", "https://evil.example")
			want(t, "a wrong iss", r.back(t, q), 403, "did not come from the phone service")
			want(t, "and the right one afterwards", r.back(t, r.put(q, "iss", r.platform.URL)), 409, "used already")
		}},
		{"no issuer although one is promised", func(t *testing.T, r *rig) {
			q := r.open(t, flowA, "101")
			q.Del("iss")
			want(t, "no iss", r.back(t, q), 403, "did not come from the phone service")
		}},
		{"another issuer in an error", func(t *testing.T, r *rig) {
			q := r.open(t, flowA, "101")
			q.Del("code")
			q.Set("error", "access_denied")
			q.Set("iss", "https://evil.example")
			want(t, "a wrong iss", r.back(t, q), 403, "did not come from the phone service")
		}},
		{"a text of the attacker's in an error", func(t *testing.T, r *rig) {
			q := r.open(t, flowA, "101")
			q.Set("error", "<b>call 555</b>")
			q.Set("error_description", "<script>alert(1)</script>")
			a := r.back(t, q)
			want(t, "an error", a, 403, "did not sign you in")
			if strings.Contains(a.body, "555") || strings.Contains(a.body, "alert") {
				t.Errorf("the page repeats it:\n%s", a.body)
			}
		}},
		{"a parameter twice", func(t *testing.T, r *rig) {
			q := r.open(t, flowA, "101")
			q.Add("code", "other")
			want(t, "two codes", r.back(t, q), 400, "makes no sense")
		}},
		{"the callback in a frame", func(t *testing.T, r *rig) {
			q := r.open(t, flowA, "101")
			a := r.ask(t, "GET", "/redirect.html?"+q.Encode(), nil, header("Sec-Fetch-Dest", "iframe"))
			want(t, "framed", a, 403, "window of its own")
			if a.header.Get("X-Frame-Options") != "DENY" || !strings.Contains(a.header.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
				t.Errorf("the page may be framed: %v", a.header)
			}
		}},
		{"a redirect target in the query", func(t *testing.T, r *rig) {
			q := r.open(t, flowA, "101")
			for _, name := range []string{"next", "back", "redirect_uri", "returnTo"} {
				q.Set(name, "https://evil.example")
			}
			handleOf(t, r.back(t, q))
		}},
		{"the handle without the frame's secret", func(t *testing.T, r *rig) {
			handle := handleOf(t, r.back(t, r.open(t, flowA, "101")))
			want(t, "no secret", r.redeem(t, "one", flowA, map[string]string{"handle": handle}), 404, "expired")
			want(t, "another's secret", r.redeem(t, "one", flowA, map[string]string{"handle": handle, "secret": secretB}), 404, "expired")
			want(t, "another frame", r.redeem(t, "two", flowA, map[string]string{"handle": handle, "secret": secretA}), 404, "expired")
			if a := r.redeem(t, "one", flowA, map[string]string{"handle": handle, "secret": secretA}); a.status != 200 {
				t.Errorf("the frame itself afterwards: %d %s", a.status, a.body)
			}
		}},
		{"the secret without the handle", func(t *testing.T, r *rig) {
			want(t, "too early", r.redeem(t, "one", flowA, map[string]string{"secret": secretA}), 409, "not ready")
			handleOf(t, r.back(t, r.open(t, flowA, "101")))
			want(t, "no handle", r.redeem(t, "one", flowA, map[string]string{"secret": secretA}), 403, "needs no code")
			want(t, "a guess", r.redeem(t, "one", flowA, map[string]string{"secret": secretA, "handle": "guess"}), 403, "not the window")
			want(t, "a code that nobody made", r.redeem(t, "one", flowA, map[string]string{"secret": secretA, "code": ""}), 403, "needs no code")
		}},
		{"the handle twice", func(t *testing.T, r *rig) {
			proof := map[string]string{"handle": handleOf(t, r.back(t, r.open(t, flowA, "101"))), "secret": secretA}
			if a := r.redeem(t, "one", flowA, proof); a.status != 200 {
				t.Fatalf("first: %d %s", a.status, a.body)
			}
			want(t, "second", r.redeem(t, "one", flowA, proof), 409, "used already")
		}},
		{"a flow's id that is taken", func(t *testing.T, r *rig) {
			a := r.ask(t, "POST", "/p/two/signin", map[string]string{"flow": flowA, "secret": secretB})
			want(t, "the squatter", a, 409, "started before")
		}},
		{"ids and secrets that can be guessed", func(t *testing.T, r *rig) {
			for _, body := range []map[string]string{{"flow": "1", "secret": secretB}, {"flow": flowB, "secret": "1"}, {"flow": flowB + "/..", "secret": secretB}} {
				want(t, fmt.Sprint(body), r.ask(t, "POST", "/p/two/signin", body), 400, "does not understand")
			}
		}},
		{"another site's requests", func(t *testing.T, r *rig) {
			body := map[string]string{"flow": flowB, "secret": secretB}
			for _, path := range []string{"/p/one/signin", "/p/one/signin/" + flowA + "/redeem", "/p/one/signout", "/signin/code"} {
				want(t, path+" cross-site", r.ask(t, "POST", path, body, header("Sec-Fetch-Site", "cross-site"), header("Origin", "https://evil.example")), 403, "")
				want(t, path+" same-site", r.ask(t, "POST", path, body, header("Sec-Fetch-Site", "same-site"), header("Origin", "https://evil.example")), 403, "")
				want(t, path+" from null", r.ask(t, "POST", path, body, header("Sec-Fetch-Site", "cross-site"), header("Origin", "null")), 403, "")
				want(t, path+" by an old browser", r.ask(t, "POST", path, body, func(q *http.Request) { q.Header.Del("Sec-Fetch-Site"); q.Header.Set("Origin", "null") }), 403, "")
				want(t, path+" without our header", r.ask(t, "POST", path, body, func(q *http.Request) { q.Header.Del(visit.Header) }), 403, "did not come from")
			}
		}},
		{"bodies that are too large or malformed", func(t *testing.T, r *rig) {
			huge := map[string]string{"flow": flowB, "secret": strings.Repeat("a", 1<<20)}
			want(t, "1 MiB", r.ask(t, "POST", "/p/one/signin", huge), 413, "more than")
			want(t, "a list", r.ask(t, "POST", "/p/one/signin", []string{"a"}), 400, "does not understand")
			want(t, "an unknown frame", r.ask(t, "POST", "/p/none/signin", huge), 404, "not known")
		}},
		{"a session planted before the sign-in", func(t *testing.T, r *rig) {
			planted := &http.Cookie{Name: "__Host-oh-one", Value: strings.Repeat("p", 43)}
			handle := handleOf(t, r.back(t, r.open(t, flowA, "101")))
			a := r.redeem(t, "one", flowA, map[string]string{"handle": handle, "secret": secretA}, with(planted))
			if a.cookie() == nil || a.cookie().Value == planted.Value {
				t.Errorf("the sign-in kept the planted value: %v", a.cookies)
			}
			if r.signedIn(t, "one", with(planted)) {
				t.Error("the planted value is signed in")
			}
		}},
		{"a flow that took too long", func(t *testing.T, r *rig) {
			q := r.open(t, flowA, "101")
			r.add(11 * time.Minute)
			want(t, "the callback", r.back(t, q), 404, "expired")
		}},
		{"a window that was left open", func(t *testing.T, r *rig) {
			handleOf(t, r.back(t, r.open(t, flowA, "101")))
			want(t, "opened again", r.ask(t, "GET", "/signin/window?flow="+flowA, nil), 409, "used already")
		}},
		{"forged proxy headers", func(t *testing.T, r *rig) {
			a := r.ask(t, "GET", "/signin/window?flow="+flowA, nil, header("X-Forwarded-Host", "evil.example"), header("X-Forwarded-Proto", "https"), header("Forwarded", "host=evil.example"))
			if a.status != 303 || strings.Contains(a.to.String(), "evil.example") || a.to.Query().Get("redirect_uri") != r.URL+"/redirect.html" {
				t.Errorf("sent to %v", a.to)
			}
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			r.start(t, "one", flowA, secretA)
			tt.try(t, r)
		})
	}
}

// put returns q with a parameter set.
func (r *rig) put(q url.Values, name, value string) url.Values {
	q.Set(name, value)
	return q
}

func TestTheTypedCode(t *testing.T) {
	// complete brings flow A to where the window has no opener.
	complete := func(t *testing.T, r *rig) (handle, code string) {
		r.start(t, "one", flowA, secretA)
		handle = handleOf(t, r.back(t, r.open(t, flowA, "101")))
		a := r.ask(t, "POST", "/signin/code", map[string]string{"flow": flowA, "handle": handle})
		var body struct{ Code, Origin, App string }
		if err := json.Unmarshal([]byte(a.body), &body); err != nil || len(body.Code) != 6 || body.Origin != "https://crm.example" {
			t.Fatalf("asking for a code: %d %s", a.status, a.body)
		}
		return handle, body.Code
	}
	typed := func(t *testing.T, r *rig, code string) answer {
		return r.redeem(t, "one", flowA, map[string]string{"code": code, "secret": secretA})
	}
	wrong := func(code string) string {
		if code[0] == '0' {
			return "1" + code[1:]
		}
		return "0" + code[1:]
	}
	t.Run("signs in, once", func(t *testing.T) {
		r := newRig(t)
		_, code := complete(t, r)
		want(t, "a wrong code", typed(t, r, wrong(code)), 403, "six digits")
		if a := typed(t, r, code); a.status != 200 || a.cookie() == nil {
			t.Errorf("the code: %d %s", a.status, a.body)
		}
		want(t, "again", typed(t, r, code), 409, "used already")
	})
	t.Run("three tries, then the tokens are revoked", func(t *testing.T) {
		r := newRig(t)
		_, code := complete(t, r)
		want(t, "first", typed(t, r, wrong(code)), 403, "six digits")
		want(t, "second", typed(t, r, wrong(code)), 403, "six digits")
		want(t, "third", typed(t, r, wrong(code)), 409, "too often")
		want(t, "the right one", typed(t, r, code), 409, "too often")
		r.grants.Close()
		if r.platform.Live() != 0 {
			t.Error("the tokens still work")
		}
	})
	t.Run("many tries at once are three tries", func(t *testing.T) {
		r := newRig(t)
		_, code := complete(t, r)
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() { typed(t, r, wrong(code)) })
		}
		wg.Wait()
		want(t, "the right one", typed(t, r, code), 409, "too often")
	})
	t.Run("two minutes", func(t *testing.T) {
		r := newRig(t)
		_, code := complete(t, r)
		r.add(2*time.Minute + time.Second)
		want(t, "too late", typed(t, r, code), 409, "expired")
	})
	t.Run("one code, and only with the handle", func(t *testing.T) {
		r := newRig(t)
		handle, _ := complete(t, r)
		want(t, "a second code", r.ask(t, "POST", "/signin/code", map[string]string{"flow": flowA, "handle": handle}), 409, "used already")
		r.start(t, "two", flowB, secretB)
		handleOf(t, r.back(t, r.open(t, flowB, "102")))
		want(t, "a stranger's handle", r.ask(t, "POST", "/signin/code", map[string]string{"flow": flowB, "handle": handle}), 409, "used already")
	})
	t.Run("a frame that was only slow may still use the handle", func(t *testing.T) {
		r := newRig(t)
		handle, _ := complete(t, r)
		if a := r.redeem(t, "one", flowA, map[string]string{"handle": handle, "secret": secretA}); a.status != 200 {
			t.Errorf("the handle after the code was shown: %d %s", a.status, a.body)
		}
	})
}

func TestPlatformsInTrouble(t *testing.T) {
	for _, tt := range []struct {
		name   string
		answer func(w http.ResponseWriter, r *http.Request) bool
		status int
		text   string
	}{
		{"500", func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(500); return true }, 503, "does not answer"},
		{"wrong JSON", func(w http.ResponseWriter, _ *http.Request) bool {
			_, _ = io.WriteString(w, streettest.Mark+"{")
			return true
		}, 503, "does not answer"},
		{"nobody's tokens", func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Type", "application/json")
			_, _ = io.WriteString(w, `{"access_token":"`+streettest.Mark+`a"}`)
			return true
		}, 503, "who signed in"},
		{"an app that is not allowed", func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(401)
			_, _ = io.WriteString(w, `{"error":"invalid_client","error_description":"`+streettest.Mark+`"}`)
			return true
		}, 403, "administrator"},
		{"a redirect elsewhere", func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, "/restapi/v1.0/echo", http.StatusSeeOther)
			return true
		}, 403, "administrator"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			r.start(t, "one", flowA, secretA)
			q := r.open(t, flowA, "101")
			r.platform.Answer = tt.answer
			want(t, "the callback", r.back(t, q), tt.status, tt.text)
			if got := r.ask(t, "GET", "/p/one/signin/"+flowA+"?", nil).body; !strings.Contains(got, "failed") || !strings.Contains(got, tt.text) {
				t.Errorf("the frame hears %s, want the same sentence", got)
			}
		})
	}
	for _, status := range []int{401, 403, 502} {
		t.Run(fmt.Sprint("discovery that answers ", status, " is no permission"), func(t *testing.T) {
			r := newRig(t)
			r.platform.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(status) })
			r.start(t, "one", flowA, secretA)
			want(t, "the window", r.ask(t, "GET", "/signin/window?flow="+flowA, nil), 503, "does not answer")
		})
	}
	t.Run("discovery in another's name", func(t *testing.T) {
		r := newRig(t)
		r.platform.Issuer = "https://evil.example"
		r.start(t, "one", flowA, secretA)
		want(t, "the window", r.ask(t, "GET", "/signin/window?flow="+flowA, nil), 503, "does not answer")
	})
	t.Run("a platform that promises no iss needs none", func(t *testing.T) {
		r := newRig(t)
		r.platform.Promise(false)
		r.start(t, "one", flowA, secretA)
		q := r.open(t, flowA, "101")
		q.Del("iss")
		handleOf(t, r.back(t, q))
	})
}

func TestSigningOut(t *testing.T) {
	r := newRig(t)
	one := r.signIn(t, "one", flowA, secretA, "101")
	two := r.signIn(t, "two", flowB, secretB, "101")
	r.grants.Close() // the second sign-in's revocation of the first tokens
	if r.platform.Live() != 1 {
		t.Fatalf("%d live tokens after two sign-ins of one user, want 1", r.platform.Live())
	}
	a := r.ask(t, "POST", "/p/one/signout", struct{}{}, with(one))
	if a.status != 200 || a.cookie() == nil || a.cookie().MaxAge >= 0 || !a.cookie().Partitioned {
		t.Errorf("signing out: %d, cookie %v; want it deleted", a.status, a.cookies)
	}
	if r.signedIn(t, "one", with(one)) || !r.signedIn(t, "two", with(two)) || r.platform.Live() != 1 {
		t.Error("signing out in one frame: want that one signed out, the other not, and the tokens alive")
	}
	r.ask(t, "POST", "/p/two/signout", struct{}{}, with(two))
	if r.signedIn(t, "two", with(two)) || r.platform.Live() != 0 {
		t.Error("the last sign-out leaves tokens that work")
	}
	if a := r.ask(t, "POST", "/p/two/signout", struct{}{}, with(two)); a.status != 200 {
		t.Errorf("signing out again: %d %s, want 200", a.status, a.body)
	}
}

func TestAnotherUserReplacesTheSession(t *testing.T) {
	r := newRig(t)
	first := r.signIn(t, "one", flowA, secretA, "101")
	second := r.signIn(t, "one", flowB, secretB, "102", with(first))
	if r.signedIn(t, "one", with(first)) || !r.signedIn(t, "one", with(second)) {
		t.Error("want the first session ended and the second alive")
	}
	if r.platform.Live() != 1 {
		t.Errorf("%d live tokens, want the second user's only", r.platform.Live())
	}
}

func TestIdleSessionsEnd(t *testing.T) {
	r := newRig(t)
	sessions := r.flows.Sessions.(*session.Sessions)
	c := r.signIn(t, "one", flowA, secretA, "101")
	r.add(6 * 24 * time.Hour)
	if !r.signedIn(t, "one", with(c)) {
		t.Error("signed out after six idle days")
	}
	r.add(6 * 24 * time.Hour)
	if !r.signedIn(t, "one", with(c)) {
		t.Error("use on the sixth day did not start the seven days anew")
	}
	r.add(7*24*time.Hour + time.Second)
	if r.signedIn(t, "one", with(c)) {
		t.Error("signed in after seven idle days")
	}
	if err := sessions.Sweep(t.Context()); err != nil || r.platform.Live() != 0 {
		t.Errorf("after the sweep: %v, %d live tokens; want none", err, r.platform.Live())
	}
}

func TestGivingUpInThePhoneEndsTheFlow(t *testing.T) {
	r := newRig(t)
	r.start(t, "one", flowA, secretA)
	handle := handleOf(t, r.back(t, r.open(t, flowA, "101")))
	cancel := func(key, secret string) answer {
		return r.ask(t, "POST", "/p/"+key+"/signin/"+flowA+"/cancel", map[string]string{"secret": secret})
	}
	want(t, "with another secret", cancel("one", secretB), 404, "expired")
	want(t, "from another frame", cancel("two", secretA), 404, "expired")
	want(t, "with its own", cancel("one", secretA), 200, "")
	want(t, "twice", cancel("one", secretA), 200, "")
	want(t, "redeeming it", r.ask(t, "POST", "/p/one/signin/"+flowA+"/redeem", map[string]string{"handle": handle, "secret": secretA}), 409, "You gave up this sign-in in the phone.")
	r.grants.Close()
	if r.platform.Live() != 0 {
		t.Error("the tokens of a flow that was given up still work")
	}
}

func TestUnfinishedFlowsLeaveNothing(t *testing.T) {
	r := newRig(t)
	r.start(t, "one", flowA, secretA)
	handleOf(t, r.back(t, r.open(t, flowA, "101")))
	if err := r.flows.Sweep(t.Context()); err != nil || r.platform.Live() != 1 {
		t.Errorf("a sweep within its ten minutes: %v, %d live tokens; want it left alone", err, r.platform.Live())
	}
	f, err := r.store.Flow(t.Context(), flowA)
	if err != nil || strings.Contains(string(f.Sealed), streettest.Mark) {
		t.Errorf("the flow's row shows its tokens (%v)", err)
	}
	r.add(11 * time.Minute)
	if err := r.flows.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.grants.Close()
	if r.platform.Live() != 0 {
		t.Error("the tokens of a flow that nobody finished still work")
	}
	if _, err := r.store.Flow(t.Context(), flowA); err == nil {
		t.Error("the flow is still there")
	}
}

func TestTheLastPageKeepsItsOpener(t *testing.T) {
	r := newRig(t)
	a := r.ask(t, "GET", "/signin/done", nil)
	want(t, "the page", a, 200, "widget/window.js")
	for name, value := range map[string]string{
		"Cross-Origin-Opener-Policy": "", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff",
	} {
		if got := a.header.Get(name); got != value {
			t.Errorf("%s: %q, want %q", name, got, value)
		}
	}
}
