package exchange_test

import (
	"testing"
	"time"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/exchange"
	"offhook/internal/rc"
	"offhook/internal/sip"
)

func TestNobodyReachesOthersWithoutEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(x *exchange.Exchange) { x.CallsPerMinute = 3 })
	ada, bob := w.handset(t, apitest.Ada, 500), w.handset(t, apitest.Bob, 700)
	last := func(c *talk) int { return c.codes[len(c.codes)-1] }
	for range 3 { // numbers that nobody has count as well
		if got := last(ada.try("999")); got != 486 {
			t.Fatalf("a call was answered with %d", got)
		}
	}
	if got := last(ada.try("*601")); got != 403 {
		t.Errorf("the fourth call was answered with %d", got)
	}
	tooMany := func(what string, err error) {
		t.Helper()
		refused(t, what, err, rc.TooMany)
	}
	cys := rc.CallTarget{ExtensionNumber: "103"}
	bobs := rc.CallTarget{ExtensionNumber: "102"}
	_, err := w.x.CallOut(t.Context(), apitest.Acme, apitest.Ada, "", bobs)
	tooMany("calling out", err)
	_, err = w.x.RingOut(t.Context(), apitest.Acme, apitest.Ada, rc.RingOutOrder{From: apitest.AdaPhone, To: bobs})
	tooMany("ringing out", err)

	// Who is called may still be called, and their own commands are counted.
	call := bob.call("101")
	tx := ada.rings()
	p := w.part(t, apitest.Ada)
	tooMany("passing a call on", w.x.ForwardParty(t.Context(), p.session, p.party, cys))
	answered := ada.answer(tx)
	if code := answered.send(sip.REFER, "", "", "Refer-To", "<sip:103@"+domain+">"); code != 403 {
		t.Errorf("a transfer was answered with %d", code)
	}
	tooMany("transferring", w.x.TransferParty(t.Context(), p.session, p.party, cys))
	call.hangup()
	w.idle(t)

	w.Advance(time.Minute)
	ada.register("600")
	if got := last(ada.try("999")); got != 486 {
		t.Errorf("a minute later a call was answered with %d", got)
	}
}
