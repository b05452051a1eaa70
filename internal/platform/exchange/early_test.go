package exchange_test

import (
	"testing"
	"time"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/exchange"
	"offhook/internal/rc"
)

func TestHoldBeforeTheAnswerIsNoFault(t *testing.T) {
	t.Parallel()
	w := newWorld(t) // it looks for steps that cannot be
	ada, bob := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz)
	c := ada.call("102")
	tx := bob.rings()
	c.hold(true)
	c.hold(false)
	c.hold(true)
	there := bob.answer(tx)
	w.until(t, "the hold", func() bool { return w.saw(apitest.Ada, rc.TelephonyOnHold) })
	c.hold(false)
	there.ear.Hears(t, adaHz)
	c.hangup()
	bob.ended()
	w.idle(t)
}

func TestWhoEndsTheirOwnCallOutHangsUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.handset(t, apitest.Ada, adaHz)
	id, err := w.x.CallOut(t.Context(), apitest.Acme, apitest.Ada, ada.id, rc.CallTarget{PhoneNumber: "*601"})
	done(t, err)
	tx := ada.rings()
	s, _ := w.x.Book.Describe(id)
	done(t, w.x.EndParty(t.Context(), id, s.Parties[0].ID))
	<-tx.Cancelled()
	w.idle(t)
	wantRows(t, w, apitest.Ada, "Outbound Hang Up")
}

func TestACallThatLastsTooLongEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(x *exchange.Exchange) { x.LongestCall = time.Second })
	ada := w.handset(t, apitest.Ada, adaHz)
	ada.try("*601") // on a slow machine the call may be over before there is sound
	w.until(t, "the call", func() bool { return len(w.steps) > 0 })
	w.idle(t)
	if d := w.rows(t, apitest.Ada)[0].Record.ReasonDescription; d != "The call has lasted as long as calls may here." {
		t.Errorf("the log says %q", d)
	}
}
