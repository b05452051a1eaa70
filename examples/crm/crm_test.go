package main

import (
	"context"
	"encoding/json"
	"html"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"offhook/internal/app"
)

// A stage is a demo with the CRM beside it, and one person's browser.
type stage struct {
	t       *testing.T
	config  Config
	demo    app.DemoInfo
	browser *http.Client
	log     *strings.Builder
}

type ready struct{ c chan struct{} }

func (r ready) Write(p []byte) (int, error) {
	close(r.c)
	return len(p), nil
}

func newStage(t *testing.T) *stage {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dir, out := t.TempDir(), ready{make(chan struct{})}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 2)
	go func() {
		done <- app.RunDemo(ctx, app.DemoConfig{
			Dir: dir, Out: out, LogLevel: "error", CRMAddr: ln.Addr().String(),
			WidgetAddr: "127.0.0.1:0", PlatformAddr: "127.0.0.2:0", PlatformTLSAddr: "127.0.0.2:0", HostAddr: "127.0.0.1:0",
		})
	}()
	select {
	case <-out.c:
	case err := <-done:
		t.Fatal(err)
	}
	st := &stage{t: t, log: new(strings.Builder)}
	text := filepath.Join(dir, "demo.json")
	if err := st.config.readDemo(text); err != nil {
		t.Fatal(err)
	}
	if err := st.config.check(); err != nil {
		t.Fatal(err)
	}
	s := NewServer(st.config)
	s.Log = log.New(st.log, "", 0)
	go func() { done <- serve(ctx, ln, s) }()
	t.Cleanup(func() {
		cancel()
		for range 2 {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
	})
	if st.demo, err = readInfo(text); err != nil {
		t.Fatal(err)
	}
	st.browser = st.newBrowser()
	return st
}

func readInfo(path string) (info app.DemoInfo, err error) {
	f, err := http.Dir(filepath.Dir(path)).Open(filepath.Base(path))
	if err != nil {
		return info, err
	}
	defer f.Close()
	return info, json.NewDecoder(f).Decode(&info)
}

func (st *stage) newBrowser() *http.Client {
	jar, err := cookiejar.New(nil)
	if err != nil {
		st.t.Fatal(err)
	}
	return &http.Client{Jar: secureJar{jar}}
}

// A secureJar treats loopback as browsers do: secure without TLS.
type secureJar struct{ http.CookieJar }

func (j secureJar) SetCookies(u *url.URL, cookies []*http.Cookie) {
	for _, c := range cookies {
		c.Secure = false
	}
	j.CookieJar.SetCookies(u, cookies)
}

// An answer is a page that a browser has arrived at.
type answer struct {
	status int
	at     *url.URL
	text   string
	header http.Header
}

func (st *stage) send(method, address string, form url.Values, header http.Header) answer {
	st.t.Helper()
	req, err := http.NewRequestWithContext(st.t.Context(), method, address, strings.NewReader(form.Encode()))
	if err != nil {
		st.t.Fatal(err)
	}
	for name, values := range header {
		req.Header[name] = values
	}
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := st.browser.Do(req)
	if err != nil {
		st.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		st.t.Fatal(err)
	}
	return answer{res.StatusCode, res.Request.URL, string(text), res.Header}
}

func (st *stage) get(path string) answer {
	st.t.Helper()
	return st.send("GET", st.config.URL+path, nil, nil)
}

var (
	formAction = regexp.MustCompile(`<form[^>]* action="([^"]*)"`)
	formToken  = regexp.MustCompile(`name="form" value="([^"]*)"`)
)

// signIn signs a user of the demo in to the CRM, through the platform's page.
func (st *stage) signIn(user app.User, back string) answer {
	st.t.Helper()
	page := st.get("/signin?back=" + back)
	action, token := formAction.FindStringSubmatch(page.text), formToken.FindStringSubmatch(page.text)
	if action == nil || token == nil {
		st.t.Fatalf("no form in the platform's page at %s:\n%s", page.at, page.text)
	}
	to, err := page.at.Parse(html.UnescapeString(action[1]))
	if err != nil {
		st.t.Fatal(err)
	}
	return st.send("POST", to.String(), url.Values{
		"form": {html.UnescapeString(token[1])}, "username": {user.Username}, "password": {user.Password},
	}, http.Header{"Sec-Fetch-Site": {"same-origin"}})
}

// ticket asks the CRM for one, as its page's script does.
func (st *stage) ticket() string {
	st.t.Helper()
	a := st.send("POST", st.config.URL+"/phone-ticket", nil, http.Header{"Sec-Fetch-Site": {"same-origin"}})
	var got struct{ Ticket string }
	if err := json.Unmarshal([]byte(a.text), &got); err != nil || !strings.HasPrefix(got.Ticket, "OHTK_") {
		st.t.Fatalf("a ticket: %d %s\n%s", a.status, a.text, st.log)
	}
	return got.Ticket
}

var frameKey = regexp.MustCompile(`data-key="([^"]+)"`)

// phone opens the phone's frame as the page at /ticket does.
func (st *stage) phone() (key string, signedIn bool) {
	st.t.Helper()
	address := st.config.WidgetURL + "/app.html?" + url.Values{"clientId": {st.config.ClientID}, "appServer": {st.config.PlatformURL}}.Encode()
	a := st.send("GET", address, nil, http.Header{"Referer": {st.config.URL + "/"}, "Sec-Fetch-Dest": {"iframe"}})
	found := frameKey.FindStringSubmatch(a.text)
	if found == nil {
		st.t.Fatalf("no phone: %d\n%s", a.status, a.text)
	}
	return found[1], strings.Contains(a.text, `data-signed-in="true"`)
}

func (st *stage) redeem(key, ticket string) string {
	st.t.Helper()
	body := strings.NewReader(`{"ticket":"` + ticket + `"}`)
	req, err := http.NewRequestWithContext(st.t.Context(), "POST", st.config.WidgetURL+"/p/"+key+"/ticket", body)
	if err != nil {
		st.t.Fatal(err)
	}
	req.Header.Set("X-Offhook", "1")
	res, err := st.browser.Do(req)
	if err != nil {
		st.t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		st.t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

func TestAPersonSignsInAndThePhoneKnowsThem(t *testing.T) {
	st := newStage(t)
	ada, sam := st.demo.Users[0], st.demo.Users[1]
	page := st.signIn(ada, "ticket")
	if page.status != 200 || page.at.String() != st.config.URL+"/ticket" {
		t.Fatalf("after signing in: %d at %s\n%s\n%s", page.status, page.at, page.text, st.log)
	}
	for _, want := range []string{ada.Name, sam.Name, "(650) 555-0102", `<script src="` + st.config.WidgetURL + "/adapter.js?"} {
		if !strings.Contains(page.text, want) {
			t.Errorf("the page does not hold %q:\n%s", want, page.text)
		}
	}
	key, _ := st.phone()
	if got := st.redeem(key, st.ticket()); got != `{"signedIn":true,"changed":true}` {
		t.Errorf("the phone with a ticket: %s", got)
	}
	if _, in := st.phone(); !in {
		t.Error("the phone is not signed in after a reload")
	}

	// The tokens are the phone's server's now; the page's list still comes.
	if page := st.get("/sso"); !strings.Contains(page.text, sam.Name) || strings.Contains(page.text, "role=\"alert\"") {
		t.Errorf("with access tokens of the grant the page does not hold %q:\n%s\n%s", sam.Name, page.text, st.log)
	}
	if got := st.redeem(key, st.ticket()); got != `{"signedIn":true}` {
		t.Errorf("another ticket, by the grant: %s", got)
	}

	// Signing out here ends the grant, and with it the phone's session.
	if a := st.send("POST", st.config.URL+"/signout", url.Values{}, http.Header{"Sec-Fetch-Site": {"same-origin"}}); a.at.Path != "/" {
		t.Errorf("signing out leads to %s", a.at)
	}
	if _, in := st.phone(); in {
		t.Error("the phone is still signed in after the sign-out here")
	}
	if page := st.get("/ticket"); page.at.Path != "/" {
		t.Errorf("a page after the sign-out: %s, want the front page", page.at)
	}
}

func TestNoTokenReachesAPageOrTheLog(t *testing.T) {
	st := newStage(t)
	st.signIn(st.demo.Users[0], "ticket")
	st.ticket()
	for _, path := range []string{"/sso", "/ticket", "/popup", "/redirect.html", "/ticket.js", "/popup.js"} {
		a := st.get(path)
		if a.status != 200 || !strings.Contains(a.header.Get("Content-Security-Policy"), "frame-ancestors 'none'") {
			t.Errorf("GET %s: %d, policy %q", path, a.status, a.header.Get("Content-Security-Policy"))
		}
		for _, secret := range []string{st.config.ClientSecret, st.config.EmbedKey, "OHEK_", "OHTK_", "RCAT_", "RCRT_"} {
			if strings.Contains(a.text, secret) || strings.Contains(st.log.String(), secret) {
				t.Errorf("%.8s… is in %s or in the log", secret, path)
			}
		}
	}
}

func TestACallbackMustBeTheBrowsersOwn(t *testing.T) {
	st := newStage(t)
	// Stop before the callback, to have an answer of the platform in hand.
	st.browser.CheckRedirect = func(req *http.Request, _ []*http.Request) error {
		if req.URL.Path == "/callback" {
			return http.ErrUseLastResponse
		}
		return nil
	}
	page := st.signIn(st.demo.Users[0], "sso")
	to, err := url.Parse(page.header.Get("Location"))
	if err != nil || to.Query().Get("code") == "" {
		t.Fatalf("no code came back: %d %q", page.status, page.header.Get("Location"))
	}
	mine := st.browser
	st.browser = st.newBrowser()
	if a := st.send("GET", to.String(), nil, nil); a.status != 403 {
		t.Errorf("another browser's callback: %d, want 403", a.status)
	}
	st.browser = mine
	spoilt := *to
	query := to.Query()
	query.Set("iss", "https://evil.example")
	spoilt.RawQuery = query.Encode()
	if a := st.send("GET", spoilt.String(), nil, nil); a.status != 502 || st.get("/sso").at.Path == "/sso" {
		t.Errorf("an answer of another server: %d, want 502 and nobody signed in", a.status)
	}
	if a := st.send("GET", to.String(), nil, nil); a.status != 403 {
		t.Errorf("the answer once more: %d, want 403, because a state counts once", a.status)
	}
}

func TestOnlyOurOwnPageGetsTickets(t *testing.T) {
	st := newStage(t)
	if a := st.send("POST", st.config.URL+"/phone-ticket", nil, http.Header{"Sec-Fetch-Site": {"same-origin"}}); a.status != 401 {
		t.Errorf("without a session: %d, want 401", a.status)
	}
	st.signIn(st.demo.Users[0], "ticket")
	for _, header := range []http.Header{{"Sec-Fetch-Site": {"cross-site"}}, {"Origin": {"https://evil.example"}}} {
		for _, path := range []string{"/phone-ticket", "/signout"} {
			if a := st.send("POST", st.config.URL+path, url.Values{}, header); a.status != 403 {
				t.Errorf("POST %s with %v: %d, want 403", path, header, a.status)
			}
		}
	}
}

func TestBackIsOneOfOurPages(t *testing.T) {
	for back, want := range map[string]string{"popup": "popup", "": "sso", "//evil.example": "sso", "https://evil.example": "sso", "../x": "sso"} {
		if got := way(back); got != want {
			t.Errorf("way(%q) = %q, want %q", back, got, want)
		}
	}
}
