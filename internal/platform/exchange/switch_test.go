package exchange_test

import (
	"fmt"
	"testing"
	"time"

	"offhook/internal/platform/api/apitest"
)

func TestACallMovesToAnotherPhone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, tablet := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz), w.handset(t, apitest.Ada, cyHz)
	a := ada.call("102")
	b := bob.answer(bob.rings())
	b.ear.Hears(t, adaHz)
	replaces := fmt.Sprintf("whatever;to-tag=%s;from-tag=%s;early-only", a.LocalTag, a.RemoteTag)
	if c := bob.try("102", "Replaces", replaces); c.codes[len(c.codes)-1] != 481 {
		t.Errorf("taking somebody else's call: %v, want 481", c.codes)
	}
	moved := tablet.try("102", "Replaces", replaces, "RC-call-type", "replace")
	if got := moved.codes[len(moved.codes)-1]; got != 200 {
		t.Fatalf("taking the call over: %v", moved.codes)
	}
	ada.ended()
	b.ear.Hears(t, cyHz)
	moved.ear.Hears(t, bobHz)
	moved.hangup()
	bob.ended()
	w.idle(t)
	wantRows(t, w, apitest.Ada, "Outbound Call connected")
	wantRows(t, w, apitest.Bob, "Inbound Accepted")
}

func TestOneOfTwoPhonesThatTakeACallHasIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, _, a, b := w.connected(t)
	first, second := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Ada, adaHz)
	replaces := "x;to-tag=" + a.LocalTag + ";from-tag=" + a.RemoteTag
	one := make(chan *talk, 1)
	go func() { one <- first.try("102", "Replaces", replaces) }()
	second.try("102", "Replaces", replaces)
	<-one
	ada.ended()
	b.ear.Hears(t, adaHz)
	p := w.part(t, apitest.Bob) // who is still in the call
	done(t, w.x.HoldParty(t.Context(), p.session, p.party, true))
}

func TestAServiceTalksOnToThePhoneThatTakesItsCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, tablet := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Ada, cyHz)
	a := ada.call("*601")
	a.ear.Hears(t, adaHz)
	moved := tablet.try("*601", "Replaces", "x;to-tag="+a.LocalTag+";from-tag="+a.RemoteTag)
	ada.ended()
	moved.ear.Hears(t, cyHz)
	moved.hangup()
	w.idle(t)
	wantRows(t, w, apitest.Ada, "Outbound Call connected")
}

func TestAMessageIsLeftFromTwoPhones(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, tablet := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Ada, cyHz)
	a := ada.call("102")
	a.hush()
	a.beeped(t)
	a.say(t)
	moved := tablet.try("102", "Replaces", "x;to-tag="+a.LocalTag+";from-tag="+a.RemoteTag)
	ada.ended()
	moved.hush()
	moved.say(t)
	moved.press(t, '#')
	w.until(t, "the message", func() bool { return len(w.left) == 1 })
	if got := w.left[0].Length; got < 2*time.Second {
		t.Errorf("the message is %v long, want what was said on both phones", got)
	}
	tablet.ended()
	w.idle(t)
	wantRows(t, w, apitest.Bob, "Inbound Voicemail")
}
