package streettest

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"offhook/internal/bus"
	"offhook/internal/rigtest"
	"offhook/internal/sqlstore"
	"offhook/internal/store"
	"offhook/internal/widget/audit"
	"offhook/internal/widget/embed"
	"offhook/internal/widget/grant"
	"offhook/internal/widget/intake"
	"offhook/internal/widget/seal"
	"offhook/internal/widget/session"
	"offhook/internal/widget/signin"
	"offhook/internal/widget/visit"
)

// A House is the rooms of the widget house that a sign-in passes through, on
// a real store, with a double of the platform beyond the street.
type House struct {
	Platform *Platform
	Store    store.Widget
	Clock    *rigtest.Clock
	Log      *rigtest.Log
	Embeds   *embed.Registry
	Intakes  *intake.Intakes
	Trail    *audit.Trail
	Grants   *grant.Grants
	Sessions *session.Sessions
	Visits   *visit.Face
	Flows    *signin.Handler
}

// Ring is a key ring whose key everybody knows.
func Ring() *seal.Ring {
	ring, err := seal.New(map[uint32][]byte{1: make([]byte, 32)})
	if err != nil {
		panic(err) // a mistake in our own source
	}
	return ring
}

// NewHouse builds a house whose operator allows the double's platform and
// others.
func NewHouse(t *testing.T, others ...embed.Record) *House {
	st, ring, b := sqlstore.OpenTest(t).Widget(), Ring(), new(bus.InProcess)
	h := &House{Platform: New(t), Store: st, Clock: rigtest.NewClock(), Log: new(rigtest.Log)}
	log, now := h.Log.Logger(), h.Clock.Now
	records := append(embed.Records{{Name: "Double", Origin: h.Platform.URL, AllowPrivate: true}}, others...)
	h.Embeds = &embed.Registry{Store: st, Ring: ring, Records: records, Now: now}
	h.Intakes = &intake.Intakes{Store: st, Ring: ring, Now: now}
	h.Trail = &audit.Trail{Store: st, Now: now, Log: log}
	h.Grants = &grant.Grants{
		Audit: h.Trail, Store: st, Bus: b, Ring: ring, Secrets: h.Embeds, Client: h.Platform.Client(), Holder: "test", Now: now, Log: log,
	}
	h.Sessions = &session.Sessions{Store: st, Bus: b, Grants: h.Grants, Audit: h.Trail, Now: now, Log: log}
	h.Visits = &visit.Face{Store: st, Sessions: h.Sessions, Log: log}
	h.Flows = &signin.Handler{
		Embeds: h.Embeds, Intakes: h.Intakes, Store: st, Bus: b, Ring: ring, Visits: h.Visits, Grants: h.Grants, Sessions: h.Sessions,
		Audit: h.Trail, Client: h.Platform.Client(), Now: now, Log: log,
	}
	return h
}

// A Room mounts its routes.
type Room interface{ Mount(mux *http.ServeMux) }

// Serve answers with what the rooms mount until the test ends. By then none of
// the secrets may stand in the log, nor anything that the platform said in
// confidence.
func (h *House) Serve(t *testing.T, secrets []string, rooms ...Room) *httptest.Server {
	mux := http.NewServeMux()
	for _, room := range append(rooms, &session.Handler{Sessions: h.Sessions, Visits: h.Visits}) {
		room.Mount(mux)
	}
	s := httptest.NewServer(mux)
	t.Cleanup(func() {
		s.Close()
		h.Grants.Close()
		for _, secret := range append(secrets, Mark) {
			if strings.Contains(h.Log.String(), secret) {
				t.Errorf("%s… is in an answer or in the log:\n%s", secret, h.Log)
			}
		}
	})
	return s
}

// Frame makes a frame known, as its first page does.
func (h *House) Frame(t *testing.T, f store.Frame) {
	t.Helper()
	f.CreatedAt = h.Clock.Now()
	if err := h.Store.Write(t.Context(), func(tx store.WidgetTx) error { return tx.PutFrame(t.Context(), f) }); err != nil {
		t.Fatal(err)
	}
}
