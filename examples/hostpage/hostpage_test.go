package hostpage_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"offhook/examples/hostpage"
)

func serve(target string) *httptest.ResponseRecorder {
	mux := http.NewServeMux()
	(&hostpage.Handler{
		WidgetURL: "http://localhost:8080", PlatformURL: "http://localhost:8070", ClientID: "demo&app",
		Users: []hostpage.User{
			{Name: "Ada <Moreno>", ExtensionNumber: "101", PhoneNumber: "+16505550101", Username: "ada", Password: "one"},
			{Name: "Sam Okafor", ExtensionNumber: "102", PhoneNumber: "+442071234567", Username: "sam", Password: "two"},
		},
	}).Mount(mux)
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, httptest.NewRequest("GET", target, nil))
	return w
}

func TestPagesEmbedThePhoneUnderAStrictPolicy(t *testing.T) {
	for path, want := range map[string]string{
		"/":       `<script src="http://localhost:8080/adapter.js?appServer=http%3A%2F%2Flocalhost%3A8070&amp;clientId=demo%26app">`,
		"/plain":  `<script src="http://localhost:8080/adapter.js?appServer=http%3A%2F%2Flocalhost%3A8070&amp;clientId=demo%26app">`,
		"/iframe": `src="http://localhost:8080/app.html?appServer=http%3A%2F%2Flocalhost%3A8070&amp;clientId=demo%26app"`,
	} {
		t.Run(path, func(t *testing.T) {
			w := serve("http://127.0.0.1:8090" + path)
			if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), want) {
				t.Errorf("GET %s: status %d, want 200 and a page with %s\n%s", path, w.Code, want, w.Body)
			}
			if csp := w.Header().Get("Content-Security-Policy"); !strings.Contains(csp, "frame-src http://localhost:8080;") || strings.Contains(csp, "unsafe") {
				t.Errorf("GET %s: policy %q", path, csp)
			}
		})
	}
}

func TestContactsAreShownAsText(t *testing.T) {
	body := serve("http://127.0.0.1:8090/").Body.String()
	for _, want := range []string{"Ada &lt;Moreno&gt;", `href="tel:&#43;16505550101"`, "(650) 555-0101", "&#43;442071234567", "Dalia Haddad"} {
		if !strings.Contains(body, want) {
			t.Errorf("the page does not hold %q", want)
		}
	}
}

func TestLocalhostIsTheWrongName(t *testing.T) {
	w := serve("http://localhost:8090/plain?x=1")
	if got := w.Header().Get("Location"); w.Code != http.StatusFound || got != "http://127.0.0.1:8090/plain?x=1" {
		t.Errorf("status %d to %q, want 302 to the page under 127.0.0.1", w.Code, got)
	}
}

func TestAssets(t *testing.T) {
	for path, want := range map[string]int{"/crm.css": 200, "/crm.js": 200, "/plain.js": 200, "/crm.html": 404, "/page/crm.js": 404} {
		if w := serve("http://127.0.0.1:8090" + path); w.Code != want {
			t.Errorf("GET %s: status %d, want %d", path, w.Code, want)
		}
	}
}
