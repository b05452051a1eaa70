package embed

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

func TestAWebhookGoesToPublicAddressesUnlessListed(t *testing.T) {
	asked := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		http.Redirect(w, r, "/elsewhere", http.StatusFound)
	}))
	defer server.Close()
	u, err := url.Parse(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		listed []string
		url    string
		ok     bool
	}{
		{"nothing is listed", nil, server.URL, false},
		{"another host is listed", []string{"crm.example"}, server.URL, false},
		{"another port is listed", []string{"127.0.0.1:1"}, server.URL, false},
		{"a name that means a private address", nil, "http://localhost:" + u.Port(), false},
		{"the host is listed", []string{"127.0.0.1"}, server.URL, true},
		{"host and port are listed", []string{u.Host}, server.URL, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			asked = 0
			res, err := NewHookClient(tt.listed, nil).Get(tt.url)
			if tt.ok {
				if err != nil || res.StatusCode != http.StatusFound || asked != 1 {
					t.Errorf("%v, asked %d times: a redirect is not to be followed", err, asked)
				}
				return
			}
			if err == nil || asked > 0 || !strings.Contains(err.Error(), "widget.log_hosts") {
				t.Errorf("%v, asked %d times", err, asked)
			}
		})
	}
}
