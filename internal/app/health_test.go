package app_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"offhook/internal/app"
	"offhook/internal/sqlstore"
)

func TestAServerIsHealthyWhileItsStoreCanBeRead(t *testing.T) {
	var log strings.Builder
	db, mux := sqlstore.OpenTest(t), http.NewServeMux()
	app.MountHealth(mux, db, slog.New(slog.NewTextHandler(&log, nil)))
	ask := func() (int, string) {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest("GET", "/healthz", nil))
		return w.Code, w.Body.String()
	}
	if status, body := ask(); status != 200 || body != "ok\n" {
		t.Errorf("with a store: %d %q, want 200 ok", status, body)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if status, _ := ask(); status != 503 || !strings.Contains(log.String(), "store") {
		t.Errorf("without a store: %d, log %q; want 503 and the reason in the log", status, &log)
	}
}

func TestBothHousesTellTheirHealthAndBreakNoIcon(t *testing.T) {
	info, _, end := runDemo(t, t.TempDir(), false)
	defer end()
	for url, want := range map[string]int{
		info.Widget.URL + "/healthz": 200, info.Platform.URL + "/healthz": 200,
		info.Widget.URL + "/favicon.ico": 200, info.Platform.URL + "/favicon.ico": 204,
	} {
		if status, body := get(t, url); status != want {
			t.Errorf("GET %s: %d %s, want %d", url, status, body, want)
		}
	}
}
