package app_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"offhook/internal/app"
	"offhook/internal/store"
	"offhook/internal/widget/streettest"
	"offhook/internal/widget/visit"
)

func TestThePlatformIsToldWhoseApplicationAsks(t *testing.T) {
	house := streettest.NewHouse(t)
	answer := house.Platform.Config.Handler
	agents := map[string]bool{}
	house.Platform.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		agents[r.Header.Get("X-User-Agent")] = true
		answer.ServeHTTP(w, r)
	})
	grant, err := house.Grants.Join(t.Context(), house.Platform.URL, "app", house.Platform.Mint("ada"))
	if err != nil {
		t.Fatal(err)
	}
	apps := new(visit.Apps)
	street := app.Street(house.Grants, apps)
	ask := func() {
		req := httptest.NewRequest("GET", "/restapi/v1.0/echo", nil)
		req.URL.Scheme, req.URL.Host, req.RequestURI = "", "", ""
		req.Header.Set("X-User-Agent", "Offhook/1.0")
		res, err := street.Do(t.Context(), grant.ID, req)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
	}
	ask()
	if !agents["Offhook/1.0"] {
		t.Errorf("without an application the platform was told %v", agents)
	}

	apps.Opened("frame", visit.App{Agent: "Acme/1.0"})
	if err := house.Store.Write(t.Context(), func(tx store.WidgetTx) error {
		return tx.PutFrame(t.Context(), store.Frame{Key: "frame", Platform: house.Platform.URL, ClientID: "app", Origin: "https://crm.example"})
	}); err != nil {
		t.Fatal(err)
	}
	face := &visit.Face{Store: house.Store, Sessions: signedIn{grant.ID}, Apps: apps}
	mux := http.NewServeMux()
	face.SignedIn(mux, "GET /p/{key}/panel", func(http.ResponseWriter, *http.Request, visit.Visit) error { return nil })
	mux.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("GET", "/p/frame/panel", nil))
	ask()
	if !agents["Acme/1.0 Offhook/1.0"] {
		t.Errorf("with an application the platform was told %v", agents)
	}
}

// signedIn is somebody with this grant.
type signedIn struct{ grantID string }

func (s signedIn) Session(*http.Request, store.Frame) (*store.Session, error) {
	return &store.Session{GrantID: s.grantID}, nil
}
func (signedIn) Ended(*http.Request, store.Frame) (string, error) { return "", nil }
