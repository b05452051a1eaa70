package desk

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/url"
	"sync/atomic"
	"testing"
	"time"

	"offhook/internal/bus"
	"offhook/internal/rc"
	"offhook/internal/sqlstore"
	"offhook/internal/store"
	"offhook/internal/widget/seal"
)

// A road is the street to the double.
type road struct {
	p      *platform
	client *http.Client
	ended  atomic.Bool
	refuse bool // the gateway's host is not listed
}

func (r *road) end() { r.ended.Store(true) }

func (r *road) Do(_ context.Context, _ string, req *http.Request) (*http.Response, error) {
	if r.ended.Load() {
		return nil, rc.Errorf(rc.Unauthenticated, "You have been signed out.")
	}
	u, err := url.Parse(r.p.server.URL)
	if err != nil {
		return nil, err
	}
	req.URL.Scheme, req.URL.Host = u.Scheme, u.Host
	return r.client.Do(req)
}

func (r *road) Gateway(context.Context, string, *url.URL) (*http.Client, error) {
	if r.refuse {
		return nil, errors.New("that host is not listed")
	}
	return r.client, nil
}

// A house is what survives a restart of the server: the database, the keys
// and the platform outside.
type house struct {
	*platform
	db   *sqlstore.DB
	ring *seal.Ring
	bus  *bus.InProcess
}

func newHouse(t *testing.T) *house {
	ring, err := seal.New(map[uint32][]byte{1: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	h := &house{platform: newPlatform(t), db: sqlstore.OpenTest(t), ring: ring, bus: new(bus.InProcess)}
	err = h.db.Widget().Write(t.Context(), func(tx store.WidgetTx) error {
		return tx.AddGrant(t.Context(), store.Grant{ID: "g", Platform: "p", ClientID: "c", OwnerID: "101", Sealed: []byte{1}, CreatedAt: time.Now()})
	})
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// pool starts a server's pool.
func (h *house) pool(t *testing.T) *Pool {
	transport := &http.Transport{}
	p := &Pool{
		Store: h.db.Widget(), Bus: h.bus, Ring: h.ring, Street: &road{p: h.platform, client: &http.Client{Transport: transport}},
		Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn})),
	}
	t.Cleanup(func() {
		p.Close()
		transport.CloseIdleConnections()
	})
	return p
}

func open(t *testing.T, p *Pool) *Desk {
	t.Helper()
	d, err := p.Desk(t.Context(), "g")
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// until waits, by the desk's own events, until ok holds.
func until(t *testing.T, d *Desk, what string, ok func() bool) {
	t.Helper()
	w := d.Watch(d.Position())
	defer w.Close()
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	for !ok() {
		select {
		case _, open := <-w.C:
			if !open && !ok() {
				t.Fatalf("the desk closed before %s", what)
			}
		case <-deadline.C:
			t.Fatalf("%s did not happen", what)
		}
	}
}

func ready(t *testing.T, d *Desk) {
	t.Helper()
	until(t, d, "being ready and connected", func() bool {
		s := d.Status()
		return s.State == Ready && s.Synced && s.Live
	})
}
