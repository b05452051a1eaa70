package wire_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"offhook/internal/platform/wire"
	"offhook/internal/rc"
)

type tokens map[string]wire.Caller

func (t tokens) Authenticate(_ context.Context, token string) (wire.Caller, error) {
	if c, ok := t[token]; ok {
		return c, nil
	}
	return wire.Caller{}, rc.Coded(rc.Unauthenticated, "OAU-129", "Access token is corrupted")
}

const statusPath = "/restapi/v1.0/account/{accountId}/extension/{extensionId}/sms"

func TestAnOperationIsGuarded(t *testing.T) {
	face := &wire.Face{Log: slog.New(slog.DiscardHandler), Auth: tokens{
		"texter": {ExtensionID: 1, Scopes: rc.ScopeSet{rc.SMS}},
		"reader": {ExtensionID: 2, Scopes: rc.ScopeSet{rc.ReadMessages}},
	}}
	mux := http.NewServeMux()
	face.Handle(mux, "POST", statusPath, func(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
		switch r.Header.Get("Case") {
		case "internal":
			return errors.New("database on fire, password hunter2")
		case "told":
			return rc.Coded(rc.NotFound, "CMN-102", "Resource is not found")
		}
		wire.JSON(w, 200, c.ExtensionID)
		return nil
	})
	for _, tt := range []struct {
		name, auth, header string
		status             int
		code               string
	}{
		{"no token", "", "", 401, "OAU-123"},
		{"not a bearer token", "Basic dGV4dGVy", "", 401, "OAU-123"},
		{"unknown token", "Bearer nobody", "", 401, "OAU-129"},
		{"the scheme's case does not matter", "bearer texter", "", 200, ""},
		{"the scope is missing", "Bearer reader", "", 403, "CMN-401"},
		{"a told error", "Bearer texter", "told", 404, "CMN-102"},
		{"an internal error is told to nobody", "Bearer texter", "internal", 500, "CMN-203"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest("POST", "/restapi/v1.0/account/~/extension/~/sms", nil)
			r.Header.Set("Authorization", tt.auth)
			r.Header.Set("Case", tt.header)
			w := httptest.NewRecorder()
			mux.ServeHTTP(w, r)
			if w.Code != tt.status || strings.Contains(w.Body.String(), "hunter2") {
				t.Fatalf("status %d, want %d: %s", w.Code, tt.status, w.Body)
			}
			if tt.code == "" {
				return
			}
			var e rc.ErrorEnvelope
			if err := json.Unmarshal(w.Body.Bytes(), &e); err != nil {
				t.Fatal(err)
			}
			if e.ErrorCode != tt.code || len(e.Errors) != 1 || e.Errors[0].ErrorCode != tt.code {
				t.Errorf("envelope %+v, want code %s at the top and in the list", e, tt.code)
			}
		})
	}
}

func TestTheLimitSlidesAndPenaltiesRestart(t *testing.T) {
	now := time.Date(2026, 1, 2, 3, 0, 0, 0, time.UTC)
	l := &wire.Limiter{Now: func() time.Time { return now }}
	c := wire.Caller{ExtensionID: 1, ClientID: "app"}
	take := func(c wire.Caller) (http.Header, error) {
		h := http.Header{}
		return h, l.Take(h, c, rc.Auth)
	}
	for i := range 5 {
		h, err := take(c)
		if err != nil || h.Get("X-Rate-Limit-Limit") != "5" || h.Get("X-Rate-Limit-Remaining") != string(rune('4'-i)) {
			t.Fatalf("request %d: %v, %v", i+1, h, err)
		}
		now = now.Add(time.Second)
	}
	if h, err := take(c); err == nil || h.Get("Retry-After") != "60" {
		t.Errorf("the sixth request: %v, %v; want refused for 60 s", h, err)
	}
	for _, other := range []wire.Caller{{ExtensionID: 2, ClientID: "app"}, {ExtensionID: 1, ClientID: "other"}} {
		if _, err := take(other); err != nil {
			t.Errorf("%+v shares the limit: %v", other, err)
		}
	}
	now = now.Add(59 * time.Second)
	if _, err := take(c); err == nil {
		t.Error("a request inside the penalty was answered")
	}
	now = now.Add(59 * time.Second)
	if _, err := take(c); err == nil {
		t.Error("the request inside the penalty did not restart it")
	}
	now = now.Add(60 * time.Second)
	if _, err := take(c); err != nil {
		t.Errorf("after the penalty: %v", err)
	}
}

func TestCORS(t *testing.T) {
	h := wire.CORS(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(204) }), "/restapi/oauth/authorize")
	for _, tt := range []struct {
		path, origin, want string
	}{
		{"/restapi/v1.0/account/~", "https://crm.example", "https://crm.example"},
		{"/restapi/oauth/token", "null", "null"},
		{"/restapi/oauth/authorize", "https://crm.example", ""},
		{"/restapi/v1.0/account/~", "", ""},
	} {
		r := httptest.NewRequest("OPTIONS", tt.path, nil)
		r.Header.Set("Access-Control-Request-Method", "POST")
		if tt.origin != "" {
			r.Header.Set("Origin", tt.origin)
		}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if got := w.Header().Get("Access-Control-Allow-Origin"); got != tt.want {
			t.Errorf("%s from %q allows %q, want %q", tt.path, tt.origin, got, tt.want)
		}
		if allowed := w.Header().Get("Access-Control-Allow-Headers"); tt.want != "" && (strings.Contains(allowed, "*") || !strings.Contains(allowed, "X-User-Agent")) {
			t.Errorf("%s: headers must be listed by name, got %q", tt.path, allowed)
		}
	}
}
