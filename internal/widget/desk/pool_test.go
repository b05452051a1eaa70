package desk

import (
	"testing"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
)

func TestTheEndOfTheGrantEndsTheDesk(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.pool(t)
	d := open(t, p)
	ready(t, d)
	w := d.Watch(d.Position())
	defer w.Close()
	if err := h.db.Widget().Write(t.Context(), func(tx store.WidgetTx) error { return tx.DeleteGrant(t.Context(), "g") }); err != nil {
		t.Fatal(err)
	}
	if err := h.bus.Publish(t.Context(), grantEnded, []byte(`{"grantId":"g","reason":"signed-out"}`)); err != nil {
		t.Fatal(err)
	}
	var last Event
	for e := range w.C {
		last = e
	}
	if last.Type != EventEnded || last.Reason != "signed-out" {
		t.Errorf("the last event is %+v", last)
	}
	<-d.done
	if _, err := p.Desk(t.Context(), "g"); err == nil {
		t.Error("the desk of an ended grant opens")
	}
}

func TestADeskThatNobodyUsesClosesAndOpensAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.pool(t)
	p.Linger = 100 * time.Millisecond
	d := open(t, p)
	ready(t, d)
	w := d.Watch(d.Position())
	h.receive(bob, "x")
	for e := range w.C {
		if e.Type == EventUnread {
			break
		}
	}
	w.Close()
	<-d.done
	again := open(t, p)
	if again == d || again.Unread() != 1 {
		t.Errorf("opened again: the same %v, %d unread", again == d, again.Unread())
	}
	if _, err := d.Send(t.Context(), Outgoing{ID: "u", To: []string{bob}, Text: "x"}); err == nil {
		t.Error("a closed desk took a text that it would not send")
	}
}

func TestAPlatformThatEndsTheGrantEndsTheDesk(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.pool(t)
	d := open(t, p)
	ready(t, d)
	w := d.Watch(d.Position())
	defer w.Close()
	p.Street.(*road).end()
	h.receive(bob, "which makes the desk ask")
	var last Event
	for e := range w.C {
		last = e
	}
	if last.Type != EventEnded || last.Reason != "refused" {
		t.Errorf("the last event is %+v", last)
	}
	if _, err := p.Desk(t.Context(), "g"); err == nil {
		t.Error("the desk opens again")
	}
}

func TestAGatewayThatIsNotListedIsNotDialled(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.pool(t)
	p.Street.(*road).refuse = true
	d := open(t, p)
	until(t, d, "being ready", func() bool { s := d.Status(); return s.State == Ready && s.Synced })
	h.waitFor(t, func() bool { return h.counts["POST /restapi/oauth/wstoken"] > 0 })
	if s := d.Status(); s.Live {
		t.Errorf("status %+v", s)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.sockets) > 0 {
		t.Error("a socket was opened")
	}
}

func TestSigningInAgainDoesNotForgetWhatWasSpent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.generous = true // a slow machine asks for more in each of them
	p := h.pool(t)
	for i := range 7 {
		d := open(t, p)
		until(t, d, "being ready", func() bool { s := d.Status(); return s.State == Ready && s.Synced })
		until(t, d, "the gateway, or having to wait for it", func() bool {
			return d.Status().Live || i >= live.share(rc.Auth.Limit())
		})
		err := h.db.Widget().Write(t.Context(), func(tx store.WidgetTx) error {
			if err := tx.DeleteGrant(t.Context(), "g"); err != nil {
				return err
			}
			return tx.AddGrant(t.Context(), store.Grant{ID: "g", Platform: "p", ClientID: "c", OwnerID: "101", Sealed: []byte{1}, CreatedAt: time.Now()})
		})
		if err != nil {
			t.Fatal(err)
		}
		if err := h.bus.Publish(t.Context(), grantEnded, []byte(`{"grantId":"g","reason":"signed-out"}`)); err != nil {
			t.Fatal(err)
		}
		<-d.done
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.limited > 0 {
		t.Errorf("%d requests were over the limit; counts %v", h.limited, h.counts)
	}
}
