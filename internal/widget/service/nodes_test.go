package service_test

import (
	"encoding/json"
	"strings"
	"testing"

	"offhook/internal/widget/service"
)

// beside is another server of the same database and bus.
func (w *world) beside(name string) *world {
	w.t.Helper()
	other := &world{t: w.t, store: w.store, bus: w.bus, caps: w.caps, now: w.now, grant: w.grant}
	other.restart()
	for _, one := range []struct {
		*world
		node string
	}{{w, "first"}, {other, name}} {
		one.Node = one.node
		stop, err := one.Start()
		if err != nil {
			w.t.Fatal(err)
		}
		w.t.Cleanup(stop)
	}
	return other
}

func TestATabAtAnotherServerSeesWhatThePageHasRegistered(t *testing.T) {
	w := newWorld(t)
	other := w.beside("second")
	registered := `{"type":"rc-adapter-register-third-party-service","service":{"name":"CRM","authorizationPath":"/authorize","authorized":false}}`
	for _, at := range []*world{w, other} { // a tab at each, with a page of its own
		if code, body := at.ask("POST", "", registered); code != 200 {
			t.Fatalf("registering: %d %s", code, body)
		}
	}
	changes := make(chan service.Change, 99)
	stop, err := other.bus.Subscribe(service.Changed, func(data []byte) {
		var c service.Change
		if json.Unmarshal(data, &c) == nil && c.GrantID == "g" {
			changes <- c
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	// says has the page of the first say whether Ada has authorized it, and
	// waits until frames of the other are told that they see it.
	says := func(authorized string) {
		t.Helper()
		if code, body := w.ask("POST", "", `{"type":"rc-adapter-update-authorization-status","authorized":`+authorized+`}`); code != 200 {
			t.Fatalf("authorizing: %d %s", code, body)
		}
		for range changes {
			if _, body := other.ask("GET", "", ""); strings.Contains(body, `"authorized":`+authorized) {
				return
			}
		}
	}
	says("true")

	// Whoever has no tab there costs it nothing, and another page's is another.
	w.grant = "other"
	w.ask("POST", "", registered)
	w.grant = "g"
	says("false")
	other.grant = "other"
	if _, body := other.ask("GET", "", ""); !strings.Contains(body, `"service":null`) {
		t.Errorf("somebody without a tab at the other server has %s", body)
	}
}
