package embed_test

import (
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/rc"
	"offhook/internal/sqlstore"
	"offhook/internal/store"
	"offhook/internal/widget/audit"
	"offhook/internal/widget/embed"
	"offhook/internal/widget/seal"
	"offhook/internal/widget/visit"
)

const (
	own   = "http://phone.example" // httptest.NewRequest's host, see request
	crm   = "https://crm.example"
	local = "http://localhost:8070"
)

var records = append(embed.Records{
	{Name: "Local", Origin: local, Hosts: []string{"localhost:8443", "localhost:8070"}, AllowPrivate: true},
}, embed.RingCentral...)

func now() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

// A shell notes what it was given.
type shell struct {
	view    *visit.ShellView
	refused string
}

func (s *shell) Shell(w http.ResponseWriter, _ *http.Request, v visit.ShellView) { s.view = &v }

func (s *shell) Refuse(w http.ResponseWriter, _ *http.Request, status int, sentence string) {
	s.refused = sentence
	w.WriteHeader(status)
	_, _ = io.WriteString(w, sentence)
}

// nobody is signed in.
type nobody struct{}

func (nobody) Session(*http.Request, store.Frame) (*store.Session, error) { return nil, nil }
func (nobody) Ended(*http.Request, store.Frame) (string, error)           { return "", nil }

func newRegistry(t *testing.T) *embed.Registry {
	ring, err := seal.New(map[uint32][]byte{1: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	g := &embed.Registry{Store: sqlstore.OpenTest(t).Widget(), Ring: ring, Records: records, Now: now}
	for _, spec := range []embed.Spec{
		{Platform: local, ClientID: "app", Origins: []string{crm}, Ancestors: []string{"https://suite.example"}},
		{Platform: local, ClientID: "secretive", Secret: "s3cret", Origins: []string{crm}},
	} {
		if err := g.Register(t.Context(), spec); err != nil {
			t.Fatal(err)
		}
	}
	return g
}

func serve(g *embed.Registry, target string, header http.Header) (*httptest.ResponseRecorder, *shell) {
	s := new(shell)
	mux := http.NewServeMux()
	(&embed.Handler{Registry: g, Sessions: nobody{}, Shell: s, Audit: &audit.Trail{Store: g.Store, Now: now, Log: slog.New(slog.DiscardHandler)}, Now: now, Log: slog.New(slog.DiscardHandler)}).Mount(mux)
	r := httptest.NewRequest("GET", own+target, nil)
	for name, values := range header {
		r.Header[name] = values
	}
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	return w, s
}

func from(referer string) http.Header {
	return http.Header{"Referer": {referer}, "Sec-Fetch-Dest": {"iframe"}}
}

func TestTheOriginIsProven(t *testing.T) {
	g := newRegistry(t)
	frame := http.Header{"Sec-Fetch-Dest": {"iframe"}}
	for _, tt := range []struct {
		name   string
		target string
		header http.Header
		status int
		policy string // frame-ancestors; none lets anybody frame a document that holds nothing
		shows  string // "shell", "probe" or "refusal"
	}{
		{"a registered host by its Referer", "/app.html?clientId=app", from(crm + "/"), 200, crm + " https://suite.example", "shell"},
		{"a Referer with a path", "/app.html?clientId=app", from(crm + "/deep/page?x=1"), 200, crm + " https://suite.example", "shell"},
		{"the old parameter name", "/app.html?appKey=app", from(crm + "/"), 200, crm + " https://suite.example", "shell"},
		{"a host without Referer is asked", "/app.html?clientId=app", frame, 200, "", "probe"},
		{"a registered host by the probe's answer", "/app.html?clientId=app&embedOrigin=" + url.QueryEscape(crm), frame, 200, crm + " https://suite.example", "shell"},
		{"a foreign host", "/app.html?clientId=app", from("https://evil.example/"), 403, "", "refusal"},
		{"a foreign host that claims to be ours is told so by its browser", "/app.html?clientId=app&embedOrigin=" + url.QueryEscape(crm), from("https://evil.example/"), 200, crm + " https://suite.example", "shell"},
		{"a host whose name begins like ours", "/app.html?clientId=app", from(crm + ".evil.example/"), 403, "", "refusal"},
		{"a further ancestor is not a host", "/app.html?clientId=app", from("https://suite.example/"), 403, "", "refusal"},
		{"another port", "/app.html?clientId=app", from(crm + ":8443/"), 403, "", "refusal"},
		{"a file", "/app.html?clientId=app&embedOrigin=null", frame, 403, "", "refusal"},
		{"a claim that is no origin", "/app.html?clientId=app&embedOrigin=" + url.QueryEscape(crm+"; script-src *"), frame, 403, "", "refusal"},
		{"a claim with a line break", "/app.html?clientId=app&embedOrigin=" + url.QueryEscape(crm+"\r\nX-Evil: 1"), frame, 403, "", "refusal"},
		{"an unknown client", "/app.html?clientId=stranger", from(crm + "/"), 403, "", "refusal"},
		{"the client of another platform", "/app.html?clientId=app&appServer=https://platform.ringcentral.com", from(crm + "/"), 403, "", "refusal"},
		{"a platform that nobody allowed", "/app.html?clientId=app&appServer=http://169.254.169.254", from(crm + "/"), 403, "", "refusal"},
		{"an allowed platform with a path", "/app.html?clientId=app&appServer=" + local + "/evil", from(crm + "/"), 400, "", "refusal"},
		{"no client", "/app.html?embedOrigin=" + url.QueryEscape(crm), frame, 400, "", "refusal"},
		{"parameters may be in the fragment", "/app.html", from(crm + "/"), 200, "", "probe"},
		{"a prefix that would be markup", "/app.html?clientId=app&prefix=%3Cb%3E", from(crm + "/"), 400, "", "refusal"},
		{"our own redirect page", "/app.html?clientId=app&redirectUri=redirect.html", from(crm + "/"), 200, crm + " https://suite.example", "shell"},
		{"somebody else's redirect page", "/app.html?clientId=app&redirectUri=https://evil.example/redirect.html", from(crm + "/"), 400, "", "refusal"},
		{"a page of its own", "/app.html?clientId=app", http.Header{"Sec-Fetch-Dest": {"document"}, "Referer": {"https://evil.example/"}}, 200, "'none'", "shell"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w, s := serve(g, tt.target, tt.header)
			shows := "nothing"
			switch {
			case s.view != nil:
				shows = "shell"
			case s.refused != "":
				shows = "refusal"
			case strings.Contains(w.Body.String(), "widget/probe.js"):
				shows = "probe"
			}
			if w.Code != tt.status || shows != tt.shows {
				t.Errorf("status %d and %s, want %d and %s\n%s", w.Code, shows, tt.status, tt.shows, w.Body)
			}
			policy := w.Header().Get("Content-Security-Policy")
			if _, got, _ := strings.Cut(policy, "frame-ancestors "); got != tt.policy {
				t.Errorf("frame-ancestors %q, want %q", got, tt.policy)
			}
			if strings.Contains(policy, "unsafe") || !strings.HasPrefix(policy, "default-src 'none'; script-src 'self';") {
				t.Errorf("policy %q", policy)
			}
			for name, want := range map[string]string{
				"Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "Cross-Origin-Embedder-Policy": "require-corp",
				"Cross-Origin-Resource-Policy": "cross-origin", "Cross-Origin-Opener-Policy": "", "Access-Control-Allow-Origin": "", "X-Evil": "",
			} {
				if got := w.Header().Get(name); got != want {
					t.Errorf("%s: %q, want %q", name, got, want)
				}
			}
		})
	}
}

func TestFramesDoNotShareAKey(t *testing.T) {
	base := store.Frame{Platform: local, ClientID: "app", Prefix: "rc", Origin: crm}
	keys := map[string]store.Frame{embed.Key(base): base}
	for _, f := range []store.Frame{
		{Platform: local + "x", ClientID: "app", Prefix: "rc", Origin: crm},
		{Platform: local, ClientID: "appr", Prefix: "c", Origin: crm},
		{Platform: local, ClientID: "app", Prefix: "", Origin: crm},
		{Platform: local, ClientID: "app", Prefix: "rc", Origin: crm + ":8443"},
		{Platform: local, ClientID: "app", Prefix: "rc" + crm, Origin: ""},
	} {
		if other, taken := keys[embed.Key(f)]; taken {
			t.Errorf("%+v and %+v share a key", f, other)
		}
		keys[embed.Key(f)] = f
	}
}

func TestSecretsLeaveTheAddress(t *testing.T) {
	g := newRegistry(t)
	for _, name := range []string{"clientSecret", "appSecret", "jwt", "authorizationCode", "authorizationCodeVerifier", "ticket"} {
		w, _ := serve(g, "/app.html?clientId=app&"+name+"=HUSH&prefix=a", from(crm+"/"))
		to := w.Header().Get("Location")
		if w.Code != http.StatusSeeOther || strings.Contains(to, "HUSH") || !strings.Contains(to, "prefix=a") {
			t.Errorf("%s: status %d to %q, want 303 to the address without it", name, w.Code, to)
		}
		if w.Header().Get("Referrer-Policy") != "" {
			t.Errorf("%s: the redirect takes the next request's Referer", name)
		}
		w, s := serve(g, strings.TrimPrefix(to, own), from(crm+"/"))
		if w.Code != 400 || !strings.Contains(s.refused, name) || !strings.Contains(s.refused, "offhook embed add") && !strings.Contains(s.refused, "docs/sign-in.md shows") {
			t.Errorf("%s: the clean address answers %d %q, want a sentence with what to do", name, w.Code, s.refused)
		}
	}
	w, s := serve(g, "/app.html?clientId=secretive&removed=clientSecret", from(crm+"/"))
	if s.view == nil {
		t.Errorf("an app whose secret is registered works without the address's: %d %s", w.Code, w.Body)
	}
	if _, s = serve(g, "/app.html?clientId=app&removed=%3Cscript%3E", from(crm+"/")); strings.Contains(s.refused, "script>") {
		t.Errorf("a parameter's text is repeated: %q", s.refused)
	}
}

func TestOpenClients(t *testing.T) {
	g := newRegistry(t)
	g.OpenClients = true
	_, s := serve(g, "/app.html?clientId=stranger&appServer="+local, from("https://anybody.example/"))
	if s.view == nil || strings.Join(s.view.Capabilities, " ") != "navigate prefill status" {
		t.Errorf("an unregistered app: %+v, %q; want the shell with three capabilities", s.view, s.refused)
	}
	if w, _ := serve(g, "/app.html?clientId=app", from("https://anybody.example/")); w.Code != 403 {
		t.Errorf("a registered app on a foreign page: status %d, want 403", w.Code)
	}
	if w, _ := serve(g, "/app.html?clientId=stranger&embedOrigin=null", nil); w.Code != 403 {
		t.Errorf("an unregistered app in a file: status %d, want 403", w.Code)
	}
}

func TestRegister(t *testing.T) {
	g := newRegistry(t)
	for name, spec := range map[string]embed.Spec{
		"an unknown platform":          {Platform: "https://evil.example", ClientID: "a"},
		"no client id":                 {Platform: local},
		"a client id with space":       {Platform: local, ClientID: "a b"},
		"an origin with a path":        {Platform: local, ClientID: "a", Origins: []string{"https://crm.example/app"}},
		"an origin of a file":          {Platform: local, ClientID: "a", Origins: []string{"file:///crm"}},
		"every origin":                 {Platform: local, ClientID: "a", Origins: []string{"*"}},
		"an ancestor that is a policy": {Platform: local, ClientID: "a", Ancestors: []string{"https://a.example; script-src *"}},
		"an unknown capability":        {Platform: local, ClientID: "a", Capabilities: []string{"fly"}},
	} {
		var e *rc.Error
		if err := g.Register(t.Context(), spec); !errors.As(err, &e) {
			t.Errorf("%s: %v, want a sentence", name, err)
		}
	}
	row, err := g.Store.Embed(t.Context(), local, "secretive")
	if err != nil || strings.Contains(string(row.SealedSecret), "s3cret") {
		t.Errorf("the row shows the secret (%v)", err)
	}
	if secret, err := g.Secret(t.Context(), local, "secretive"); err != nil || string(secret) != "s3cret" {
		t.Errorf("the secret: %v, want it back", err)
	}
	if secret, err := g.Secret(t.Context(), "https://platform.ringcentral.com", "secretive"); err != nil || secret != "" {
		t.Errorf("the secret for another platform: %v, %q; want none", err, string(secret))
	}
	// A row that somebody moves to another platform does not open there.
	row.Platform = "https://platform.ringcentral.com"
	if err := g.Store.Write(t.Context(), func(tx store.WidgetTx) error { return tx.PutEmbed(t.Context(), row) }); err != nil {
		t.Fatal(err)
	}
	if secret, err := g.Secret(t.Context(), row.Platform, "secretive"); err == nil {
		t.Errorf("a moved row opens: %q", string(secret))
	}
}

func TestRecords(t *testing.T) {
	ringcentral := embed.RingCentral[0]
	for target, want := range map[string]bool{
		"https://platform.ringcentral.com/restapi":      true,
		"wss://ws-api.ringcentral.com/ws":               true,
		"wss://sip1.ringcentral.com:8083":               true,
		"https://PLATFORM.RINGCENTRAL.COM":              true,
		"http://platform.ringcentral.com":               false,
		"ws://ws-api.ringcentral.com":                   false,
		"https://ringcentral.com.evil.example":          false,
		"https://evil-ringcentral.com":                  false,
		"https://evil.example/.ringcentral.com":         false,
		"https://platform.ringcentral.com@evil.example": false,
		"https://a@platform.ringcentral.com":            false,
		"https:platform.ringcentral.com":                false,
		"file:///etc/passwd":                            false,
		"https://127.0.0.1":                             false,
		"":                                              false,
	} {
		u, err := url.Parse(target)
		if err != nil {
			t.Fatal(err)
		}
		if err := ringcentral.AllowsURL(u); (err == nil) != want {
			t.Errorf("%q: %v, want allowed: %v", target, err, want)
		}
	}
	for _, origin := range []string{"", "https://platform.ringcentral.com/", "https://platform.ringcentral.com:443", "HTTPS://platform.ringcentral.com"} {
		if _, err := records.Record(origin); err == nil {
			t.Errorf("Record(%q) found a platform, want the exact origin only", origin)
		}
	}
}

func TestClient(t *testing.T) {
	stranger := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("the stranger was reached") }))
	defer stranger.Close()
	platform := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/away" {
			http.Redirect(w, r, stranger.URL+"/caught", http.StatusTemporaryRedirect)
		}
	}))
	defer platform.Close()
	get := func(rs embed.Records, target string) (int, error) {
		req, err := http.NewRequest("GET", target, nil)
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Authorization", "Bearer HUSH")
		res, err := embed.NewClient(rs, nil).Do(req)
		if err != nil {
			return 0, err
		}
		res.Body.Close()
		return res.StatusCode, nil
	}
	listed := embed.Records{{Name: "p", Origin: platform.URL, AllowPrivate: true}}
	if status, err := get(listed, platform.URL+"/"); err != nil || status != 200 {
		t.Errorf("a listed loopback platform: %d, %v", status, err)
	}
	both := append(embed.Records{{Name: "s", Origin: stranger.URL, AllowPrivate: true}}, listed...)
	if status, err := get(both, platform.URL+"/away"); err != nil || status != http.StatusTemporaryRedirect {
		t.Errorf("a redirect to another origin: %d, %v; want it unfollowed", status, err)
	}
	if status, err := get(listed, stranger.URL+"/"); err == nil {
		t.Errorf("a host that no record lists: %d, want no connection", status)
	}
	if status, err := get(embed.Records{{Name: "p", Origin: platform.URL}}, platform.URL+"/"); err == nil || !strings.Contains(err.Error(), "not public") {
		t.Errorf("a loopback address of a public platform: %d, %v; want it refused when dialled", status, err)
	}
}

func TestRegisteringAgainAddsOriginsAndKeepsTheRest(t *testing.T) {
	g := newRegistry(t)
	spec := embed.Spec{
		Platform: local, ClientID: "kept", Secret: "s3cret", JWT: "HUSH", JWTAccess: embed.AnyoneHere, Origins: []string{crm}, Ancestors: []string{"https://top.example"},
		AssetOrigins: []string{"https://cdn.example"}, Capabilities: []string{embed.Navigate}, Redirects: []string{"https://crm.example/redirect.html"}, Implicit: true,
	}
	register := func(s embed.Spec) store.Embed {
		t.Helper()
		if err := g.Register(t.Context(), s); err != nil {
			t.Fatal(err)
		}
		e, err := g.Store.Embed(t.Context(), local, "kept")
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	want := register(spec)
	want.Origins = []string{crm, "https://two.example"}
	got := register(embed.Spec{Platform: local, ClientID: "kept", Origins: []string{"https://two.example", crm}})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("another origin (-want +got):\n%s", diff)
	}
	want.Origins, want.Capabilities, want.JWTAccess = []string{"https://three.example"}, []string{embed.Status}, ""
	got = register(embed.Spec{
		Platform: local, ClientID: "kept", Origins: want.Origins, Replace: true, Capabilities: want.Capabilities, JWTAccess: embed.TicketsOnly,
	})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what is given (-want +got):\n%s", diff)
	}
	if secret, err := g.Secret(t.Context(), local, "kept"); err != nil || secret != "s3cret" {
		t.Errorf("the secret is gone (%v)", err)
	}
}
