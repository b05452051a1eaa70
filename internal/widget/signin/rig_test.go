package signin_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/embed"
	"offhook/internal/widget/streettest"
	"offhook/internal/widget/visit"
)

const (
	flowA   = "flow-aaaaaaaaaaaaaaaaaaaaaaaa"
	secretA = "secret-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	flowB   = "flow-bbbbbbbbbbbbbbbbbbbbbbbb"
	secretB = "secret-bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

// A rig is the widget's sign-in on a server of its own.
type rig struct {
	*httptest.Server
	*streettest.House
}

func newRig(t *testing.T) *rig {
	r := &rig{House: streettest.NewHouse(t)}
	r.register(t, embed.Spec{})
	r.Server = r.Serve(t, []string{secretA}, r.Flows)
	for _, key := range []string{"one", "two"} {
		r.Frame(t, store.Frame{Key: key, Platform: r.Platform.URL, ClientID: "app", Prefix: key, Origin: "https://crm.example"})
	}
	return r
}

// register registers the app of the frames, or changes it.
func (r *rig) register(t *testing.T, s embed.Spec) {
	t.Helper()
	s.Platform, s.ClientID, s.Origins = r.Platform.URL, "app", []string{"https://crm.example"}
	if err := r.Embeds.Register(t.Context(), s); err != nil {
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
	fmt.Fprintf(r.Log, "%s %s: %d %s %v\n", method, strings.Split(path, "?")[0], a.status, a.body, res.Header)
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
	if a.status != 303 || a.to == nil || !strings.HasPrefix(a.to.String(), r.Platform.URL+rc.AuthorizePath+"?") {
		t.Fatalf("opening the window: %d to %v\n%s", a.status, a.to, a.body)
	}
	return r.Platform.Authorize(a.to.String(), owner)
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
