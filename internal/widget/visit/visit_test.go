package visit_test

import (
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"offhook/internal/rc"
	"offhook/internal/sqlstore"
	"offhook/internal/store"
	"offhook/internal/widget/visit"
)

// cookie finds a session in every request that has a cookie.
type cookie struct{}

// Ended is the reason for whoever says so.
func (cookie) Ended(r *http.Request, _ store.Frame) (string, error) {
	return r.Header.Get("Was"), nil
}

func (cookie) Session(r *http.Request, f store.Frame) (*store.Session, error) {
	if r.Header.Get("Cookie") == "" {
		return nil, nil
	}
	return &store.Session{ID: "s", FrameKey: f.Key}, nil
}

func TestFace(t *testing.T) {
	st := sqlstore.OpenTest(t).Widget()
	if err := st.Write(t.Context(), func(tx store.WidgetTx) error { return tx.PutFrame(t.Context(), store.Frame{Key: "key"}) }); err != nil {
		t.Fatal(err)
	}
	var log strings.Builder
	face := &visit.Face{Store: st, Sessions: cookie{}, Log: slog.New(slog.NewTextHandler(&log, nil))}
	mux := http.NewServeMux()
	face.Open(mux, "GET /p/{key}/open", func(w http.ResponseWriter, _ *http.Request, v visit.Visit) error {
		visit.JSON(w, http.StatusOK, v.Session != nil)
		return nil
	})
	face.SignedIn(mux, "GET /p/{key}/mine", func(w http.ResponseWriter, _ *http.Request, v visit.Visit) error {
		visit.JSON(w, http.StatusOK, v.Frame.Key)
		return nil
	})
	face.SignedIn(mux, "POST /p/{key}/change", func(w http.ResponseWriter, r *http.Request, _ visit.Visit) error {
		var body struct{ Error string }
		if err := visit.Body(w, r, &body); err != nil {
			return err
		}
		if body.Error == "conflict" {
			return errors.Join(errors.New("row 17 has moved"), rc.Errorf(rc.Conflict, "Somebody was first."))
		}
		return errors.New(body.Error)
	})

	ours := map[string]string{"X-Offhook": "1", "Sec-Fetch-Site": "same-origin", "Cookie": "c=1"}
	for _, tt := range []struct {
		name   string
		method string
		path   string
		body   string
		header map[string]string
		status int
		text   string
	}{
		{"an open path", "GET", "/p/key/open", "", nil, 200, "false"},
		{"an open path with a session", "GET", "/p/key/open", "", ours, 200, "true"},
		{"an unknown frame", "GET", "/p/none/open", "", ours, 404, "not known"},
		{"signed out", "GET", "/p/key/mine", "", nil, 401, "signed out"},
		{"a session that is over", "GET", "/p/key/mine", "", map[string]string{"Was": "refused"}, 401, "signed out"},
		{"signed in", "GET", "/p/key/mine", "", ours, 200, "key"},
		{"a change without our header", "POST", "/p/key/change", "{}", map[string]string{"Cookie": "c=1"}, 403, "own page"},
		{"a change from another site", "POST", "/p/key/change", "{}", map[string]string{"Cookie": "c=1", "X-Offhook": "1", "Sec-Fetch-Site": "cross-site"}, 403, "cross-origin"},
		{"a body that is not JSON", "POST", "/p/key/change", "{", ours, 400, "does not understand"},
		{"a body that is too large", "POST", "/p/key/change", `{"error":"` + strings.Repeat("a", 70<<10) + `"}`, ours, 413, "more than"},
		{"an error for the user", "POST", "/p/key/change", `{"error":"conflict"}`, ours, 409, "Somebody was first."},
		{"an error for the log", "POST", "/p/key/change", `{"error":"disk on fire"}`, ours, 500, "Something went wrong"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := httptest.NewRequest(tt.method, tt.path, strings.NewReader(tt.body))
			for name, value := range tt.header {
				r.Header.Set(name, value)
			}
			w := httptest.NewRecorder()
			mux.ServeHTTP(w, r)
			if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.text) {
				t.Errorf("%d %s, want %d with %q", w.Code, w.Body, tt.status, tt.text)
			}
			for _, secret := range []string{"row 17", "disk on fire"} {
				if strings.Contains(w.Body.String(), secret) {
					t.Errorf("the answer tells %q", secret)
				}
			}
			if got := w.Header().Get("X-Offhook-Ended"); got != tt.header["Was"] {
				t.Errorf("the answer says that the session ended for %q, want %q", got, tt.header["Was"])
			}
			if tt.status != 403 && w.Header().Get("Cache-Control") != "no-store" {
				t.Errorf("Cache-Control %q, want no-store", w.Header().Get("Cache-Control"))
			}
			if tt.text != "cross-origin" && (w.Header().Get("Content-Security-Policy") != "default-src 'none'; frame-ancestors 'none'" ||
				w.Header().Get("X-Content-Type-Options") != "nosniff" || w.Header().Get("Cross-Origin-Resource-Policy") != "same-origin") {
				t.Errorf("the answer may be shown or read elsewhere: %v", w.Header())
			}
		})
	}
	if !strings.Contains(log.String(), "disk on fire") {
		t.Errorf("the log lacks the error that nobody was told:\n%s", &log)
	}
}
