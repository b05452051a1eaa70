package api_test

import (
	"net/http"
	"strings"
	"testing"

	"offhook/internal/platform/api"
	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
)

func newWorld(t *testing.T) *apitest.World {
	t.Helper()
	w := apitest.New(t)
	api.New(w.Face, w.Store, w.Bus, w.Now, w.Log).Mount(w.Mux)
	return w
}

func TestService(t *testing.T) {
	w := newWorld(t)
	apitest.Golden(t, "versions.json", w.Do("", "GET", "/restapi", nil))
	apitest.Golden(t, "version.json", w.Do("", "GET", "/restapi/v1.0", nil))
	apitest.Golden(t, "status.json", w.Do("", "GET", "/restapi/v1.0/status", nil))
	apitest.Golden(t, "client-info.json", w.Do("ada", "GET", "/restapi/v1.0/client-info", nil, "X-User-Agent: Phone/1.0 RCJSSDK/5.0.11"))
	apitest.Refused(t, w.Do("", "GET", "/restapi/v1.0/client-info", nil), 401, "OAU-123", "")
}

func TestUnknownPaths(t *testing.T) {
	w := newWorld(t)
	for _, tt := range []struct{ method, path string }{
		{"GET", "/restapi/v9"}, {"GET", "/restapi/v1.0/nothing"}, {"GET", "/restapi/v1.0/account/~/extension/~/nothing"},
		{"PATCH", "/restapi/v1.0/account/~/extension/~/caller-id"}, {"DELETE", "/restapi/v1.0/account/~"}, {"POST", "/restapi/"},
	} {
		apitest.Refused(t, w.Do("ada", tt.method, tt.path, nil), 404, "CMN-120", "")
	}
}

func TestPostStandsInForOtherMethods(t *testing.T) {
	w := newWorld(t)
	w.Mux.HandleFunc("PUT /restapi/v1.0/elsewhere", func(w http.ResponseWriter, _ *http.Request) { wire.JSON(w, 200, "another face") })
	path := "/restapi/v1.0/account/~"
	for _, tt := range []struct{ name, path, header, want string }{
		{"the header", path, "GET", "Acme"},
		{"the parameter", path + "?_method=get", "", "Acme"},
		{"both", path + "?_method=GET", "get", "Acme"},
		{"a path of another face", "/restapi/v1.0/elsewhere", "PUT", "another face"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rec := w.Do("ada", "POST", tt.path, nil, "X-HTTP-Method-Override: "+tt.header)
			if rec.Code != 200 || tt.want == "Acme" && !strings.Contains(rec.Body.String(), apitest.AcmeMain) ||
				tt.want != "Acme" && !strings.Contains(rec.Body.String(), tt.want) {
				t.Errorf("%d %s, want %s", rec.Code, rec.Body, tt.want)
			}
		})
	}
	apitest.Refused(t, w.Do("ada", "POST", path+"?_method=PUT", nil, "X-HTTP-Method-Override: GET"), 400, "CMN-101", "_method")
	apitest.Refused(t, w.Do("ada", "POST", path+"?_method=TRACE", nil), 400, "CMN-101", "_method")
	apitest.Refused(t, w.Do("ada", "POST", path+"?_method=DELETE", nil), 404, "CMN-120", "")
	if rec := w.Do("ada", "GET", path+"?_method=DELETE", nil); rec.Code != 200 {
		t.Errorf("_method changes a GET: %d %s", rec.Code, rec.Body)
	}
}

func TestRateLimits(t *testing.T) {
	w := newWorld(t)
	w.Face.Limit = &wire.Limiter{Now: w.Now}
	path := "/restapi/v1.0/account/~/extension/~/message-store"
	for range rc.Light.Limit() {
		if rec := w.Do("ada", "GET", path, nil); rec.Code != 200 {
			t.Fatalf("within the limit: %d %s", rec.Code, rec.Body)
		}
	}
	rec := w.Do("ada", "GET", path, nil)
	if rec.Header().Get("Retry-After") != "60" || rec.Header().Get("X-Rate-Limit-Group") != "Light" {
		t.Errorf("headers over the limit: %v", rec.Header())
	}
	apitest.Refused(t, rec, 429, "CMN-301", "")
	if rec := w.Do("bob", "GET", path, nil); rec.Code != 200 {
		t.Errorf("somebody else's limit: %d", rec.Code)
	}
}
