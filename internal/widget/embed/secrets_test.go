package embed_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"offhook/internal/widget/embed"
	"offhook/internal/widget/intake"
	"offhook/internal/widget/seal"
	"offhook/internal/widget/visit"
)

// lenient is a server whose operator allows secrets in addresses.
type lenient struct {
	*embed.Registry
	offers *intake.Intakes
	mux    *http.ServeMux
	shell  *shell
}

func newLenient(t *testing.T) *lenient {
	t.Helper()
	g := newRegistry(t)
	ring, err := seal.New(map[uint32][]byte{1: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	l := &lenient{Registry: g, offers: &intake.Intakes{Store: g.Store, Ring: ring, Now: now}, mux: http.NewServeMux(), shell: new(shell)}
	log := slog.New(slog.DiscardHandler)
	(&embed.Handler{
		Registry: g, Sessions: nobody{}, Shell: l.shell, Intakes: l.offers, Now: now, Log: log,
		Visits: &visit.Face{Store: g.Store, Sessions: nobody{}, Log: log},
	}).Mount(l.mux)
	return l
}

func (l *lenient) ask(method, target, body string, header http.Header) *httptest.ResponseRecorder {
	*l.shell = shell{}
	r := httptest.NewRequest(method, own+target, strings.NewReader(body))
	for name, values := range header {
		r.Header[name] = values
	}
	w := httptest.NewRecorder()
	l.mux.ServeHTTP(w, r)
	return w
}

func TestSecretsOfTheAddressAreKeptForItsFrame(t *testing.T) {
	l := newLenient(t)
	w := l.ask("GET", "/app.html?appKey=app&appSecret=HUSH-s&authorizationCode=HUSH-c&authorizationCodeVerifier=HUSH-v&jwt=HUSH-j&prefix=a", "", from(crm+"/"))
	to := w.Header().Get("Location")
	if w.Code != http.StatusSeeOther || strings.Contains(to, "HUSH") || !strings.Contains(to, "intake=") || !strings.Contains(to, "prefix=a") {
		t.Fatalf("status %d to %q", w.Code, to)
	}
	if l.ask("GET", strings.TrimPrefix(to, own), "", from(crm+"/")); l.shell.view == nil || l.shell.view.Signin.Intake == "" {
		t.Fatalf("the clean address shows %+v", l.shell)
	}
	v := *l.shell.view
	if text, err := v.Signin.JSON(); err != nil || strings.Contains(text, "HUSH") || v.Query.Has("intake") {
		t.Errorf("the page is told %s and %v", text, v.Query)
	}
	o, _, err := l.offers.Claim(t.Context(), v.Signin.Intake, v.Frame)
	want := intake.Offer{ClientID: "app", ClientSecret: "HUSH-s", Code: "HUSH-c", Verifier: "HUSH-v", JWT: "HUSH-j"}
	if err != nil || o != want {
		t.Errorf("the offer has the wrong fields, or is gone: %v", err)
	}
	// The address is in the history: it brings nothing again.
	if l.ask("GET", strings.TrimPrefix(to, own), "", from(crm+"/")); l.shell.view == nil || l.shell.view.Signin.Intake != "" {
		t.Errorf("a second load may claim it again")
	}
}

func TestAnIntakeIsNotAnotherPages(t *testing.T) {
	l := newLenient(t)
	if err := l.Register(t.Context(), embed.Spec{Platform: local, ClientID: "app", Origins: []string{crm, "https://two.example"}}); err != nil {
		t.Fatal(err)
	}
	to := strings.TrimPrefix(l.ask("GET", "/app.html?clientId=app&jwt=HUSH", "", from(crm+"/")).Header().Get("Location"), own)
	l.ask("GET", to, "", from(crm+"/"))
	if l.ask("GET", to, "", from("https://two.example/")); l.shell.view == nil || l.shell.view.Signin.Intake != "" {
		t.Error("another host page got the intake of the first")
	}
}

func TestALinkSignsNobodyIn(t *testing.T) {
	l := newLenient(t)
	for _, site := range []string{"cross-site", "same-site"} {
		w := l.ask("GET", "/app.html?clientId=app&authorizationCode=HUSH&authorizationCodeVerifier=HUSH", "",
			http.Header{"Sec-Fetch-Dest": {"document"}, "Sec-Fetch-Site": {site}})
		if to := w.Header().Get("Location"); w.Code != 303 || strings.Contains(to, "HUSH") || strings.Contains(to, "intake") || strings.Contains(to, "removed") {
			t.Errorf("a %s link: %d to %q, want the address without", site, w.Code, to)
		}
		// The link's author may have had the secret put away beforehand.
		mine := strings.TrimPrefix(l.ask("GET", "/app.html?clientId=app&jwt=HUSH", "", nil).Header().Get("Location"), own)
		w = l.ask("GET", mine, "", http.Header{"Sec-Fetch-Dest": {"document"}, "Sec-Fetch-Site": {site}})
		if to := w.Header().Get("Location"); w.Code != 303 || strings.Contains(to, "intake") || !strings.Contains(to, "clientId=app") {
			t.Errorf("a %s link with an intake: %d to %q, want the address without", site, w.Code, to)
		}
	}
	w := l.ask("GET", "/app.html?clientId=app&jwt=HUSH", "", http.Header{"Sec-Fetch-Dest": {"document"}, "Sec-Fetch-Site": {"none"}})
	if to := w.Header().Get("Location"); !strings.Contains(to, "intake=") {
		t.Errorf("an address that somebody typed: %q", to)
	}
}

func TestTheProbePagePutsSecretsOfTheFragmentAway(t *testing.T) {
	l := newLenient(t)
	page := http.Header{"Sec-Fetch-Site": {"same-origin"}, "X-Offhook": {"1"}, "Content-Type": {"application/json"}}
	body := `{"clientId":"app","jwt":"HUSH"}`
	w := l.ask("POST", "/intake", body, page)
	var said map[string]string
	if err := json.Unmarshal(w.Body.Bytes(), &said); err != nil || w.Code != 200 || len(said["intake"]) != 43 {
		t.Errorf("%d %s", w.Code, w.Body)
	}
	for what, header := range map[string]http.Header{
		"another site":       {"Sec-Fetch-Site": {"cross-site"}, "X-Offhook": {"1"}},
		"a page's own form":  {"Sec-Fetch-Site": {"same-origin"}},
		"a null origin":      {"Origin": {"null"}, "X-Offhook": {"1"}},
		"a sibling's script": {"Sec-Fetch-Site": {"same-site"}, "X-Offhook": {"1"}},
	} {
		if w := l.ask("POST", "/intake", body, header); w.Code != 403 {
			t.Errorf("%s: %d %s, want 403", what, w.Code, w.Body)
		}
	}
	if w := l.ask("POST", "/intake", `{"clientId":"app","jwt":"`+strings.Repeat("x", 5000)+`"}`, page); w.Code != 413 {
		t.Errorf("a secret of 5 kB: %d, want 413", w.Code)
	}
}

func TestRedirectPagesElsewhereAreRegistered(t *testing.T) {
	g := newRegistry(t)
	for _, bad := range []string{
		"http://crm.example/redirect.html", "/redirect.html", "https://user@crm.example/r", "https://crm.example/r#x", "javascript:alert(1)",
		"https://crm.example/a b", "https://crm.example\\@evil.example/", "data:text/html,x", "",
	} {
		if err := g.Register(t.Context(), embed.Spec{Platform: local, ClientID: "app", Origins: []string{crm}, Redirects: []string{bad}}); err == nil {
			t.Errorf("%q was registered", bad)
		}
	}
	page := "https://crm.example/redirect.html?app=1"
	if err := g.Register(t.Context(), embed.Spec{Platform: local, ClientID: "app", Origins: []string{crm}, Redirects: []string{page, "http://localhost:8080/redirect.html"}}); err != nil {
		t.Fatal(err)
	}
	for target, want := range map[string]string{
		page: page, "redirect.html": "", own + "/redirect.html": "", "http://localhost:8080/redirect.html": "http://localhost:8080/redirect.html",
	} {
		_, s := serve(g, "/app.html?clientId=app&redirectUri="+url.QueryEscape(target), from(crm+"/"))
		if s.view == nil || s.view.Signin.Redirect != want {
			t.Errorf("redirectUri %q: %+v, want %q", target, s, want)
		}
	}
	for _, target := range []string{"https://crm.example/redirect.html", page + "&x", "https://evil.example/", "//evil.example/redirect.html", "\\\\evil.example"} {
		if _, s := serve(g, "/app.html?clientId=app&redirectUri="+url.QueryEscape(target), from(crm+"/")); s.view != nil {
			t.Errorf("redirectUri %q is taken", target)
		}
	}
}

func TestWhatThePageMayBeginWith(t *testing.T) {
	g := newRegistry(t)
	spec := embed.Spec{Platform: local, ClientID: "app", Origins: []string{crm}, JWT: "HUSH"}
	show := func(more string) visit.Signin {
		t.Helper()
		if err := g.Register(t.Context(), spec); err != nil {
			t.Fatal(err)
		}
		_, s := serve(g, "/app.html?clientId=app"+more, from(crm+"/"))
		if s.view == nil {
			t.Fatalf("refused: %s", s.refused)
		}
		return s.view.Signin
	}
	if s := show(""); s.JWT || s.Shared {
		t.Errorf("a JWT for tickets signs everybody in: %+v", s)
	}
	spec.JWTAccess = embed.AnyoneHere
	if s := show("&removed=jwt"); !s.JWT || !s.Shared {
		t.Errorf("the operator's word: %+v", s)
	}
	s := show("&disableLoginPopup=1&brand=1210&localeId=de-DE&ui_locales=de%20en&showSignUpButton=1")
	if !s.OwnWindow || s.Hints["brand_id"] != "1210" || s.Hints["localeId"] != "de-DE" || s.Hints["ui_locales"] != "de en" || s.SignUpURL != "" {
		t.Errorf("%+v", s)
	}
	if s := show("&brand=%3Cb%3E&localeId=%26state%3Dx"); len(s.Hints) != 0 {
		t.Errorf("hints that are none: %+v", s.Hints)
	}
	for _, tt := range []struct{ parameters, want string }{{"&language=de", "de-DE"}, {"&language=no+language", ""}, {"&language=de&ui_locales=fr", "fr"}, {"&language=de&localeId=fr", ""}} {
		if s := show(tt.parameters); s.Hints["ui_locales"] != tt.want {
			t.Errorf("%s: the sign-in page is asked for in %q, want %q", tt.parameters, s.Hints["ui_locales"], tt.want)
		}
	}
	if s := show("&externalAuthId=ada%40crm"); s.External != "ada@crm" {
		t.Errorf("whom the page means: %+v", s)
	}
	if _, s := serve(g, "/app.html?clientId=app&externalAuthId="+strings.Repeat("x", 257), from(crm+"/")); s.view != nil || !strings.Contains(s.refused, "externalAuthId") {
		t.Errorf("a name of 257 bytes: %+v", s)
	}
	spec.JWTAccess = "everybody"
	if err := g.Register(t.Context(), spec); err == nil {
		t.Error("a JWT access that nobody knows was registered")
	}
}

func TestAFloodOfSecretsIsNotKept(t *testing.T) {
	l := newLenient(t)
	for n := range 310 {
		w := l.ask("GET", "/app.html?appKey=app&jwt=HUSH", "", from(crm+"/"))
		if want := n < 300; (w.Code == http.StatusSeeOther) != want {
			t.Fatalf("request %d: status %d", n+1, w.Code)
		}
		if strings.Contains(w.Body.String()+w.Header().Get("Location"), "HUSH") {
			t.Fatal("the answer tells the secret")
		}
	}
}
