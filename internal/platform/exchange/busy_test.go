package exchange_test

import (
	"testing"
	"time"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/exchange"
	"offhook/internal/rc"
	"offhook/internal/sip"
)

func TestAPhoneThatIsFullLeavesTheCallToTheOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, full, free := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz), w.handset(t, apitest.Bob, cyHz)
	a := ada.call("102")
	tx := free.rings()
	if err := full.rings().Respond(486, "Busy Here"); err != nil {
		t.Fatal(err)
	}
	full.register("60") // what it has said is read by then
	free.answer(tx)
	a.ear.Hears(t, cyHz)
	a.hangup()
	free.ended()
	w.idle(t)
	wantRows(t, w, apitest.Bob, "Inbound Accepted")
}

func TestVoicemailAnswersForPhonesThatAreAllFull(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz)
	a := ada.call("102")
	if err := bob.rings().Respond(486, "Busy Here"); err != nil {
		t.Fatal(err)
	}
	w.until(t, "the voicemail", func() bool { return w.saw(apitest.Ada, rc.TelephonyConnected) })
	a.hangup()
	w.idle(t)
	wantRows(t, w, apitest.Bob, "Inbound Voicemail")
}

// A phone whose user types forever keeps nobody waiting forever.
func TestAPhoneGetsMoreTimeAFewTimes(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(x *exchange.Exchange) { x.RingTime = time.Second })
	ada, bob := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz)
	a := ada.call("102")
	tx := bob.rings()
	for end := time.Now().Add(patience); !cancelled(tx); {
		if time.Now().After(end) {
			t.Fatal("the phone gets more time for ever")
		}
		bob.message(tx, 13, "")
	}
	w.until(t, "the voicemail", func() bool { return w.saw(apitest.Ada, rc.TelephonyConnected) })
	a.hangup()
	w.idle(t)
}

func cancelled(tx *sip.Tx) bool {
	select {
	case <-tx.Cancelled():
		return true
	default:
		return false
	}
}
