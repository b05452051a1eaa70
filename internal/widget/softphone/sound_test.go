package softphone_test

import (
	"runtime"
	"testing"
	"time"

	"offhook/internal/media"
	"offhook/internal/media/mediatest"
	"offhook/internal/rc"
	"offhook/internal/widget/call"
	"offhook/internal/widget/softphone"
)

func TestOneTabHasTheMicrophoneAndAnyCanTakeIt(t *testing.T) {
	r := registered(t)
	_, c := r.talk()
	far := mediatest.Listen(t, c.leg)
	one, err := r.tab("one", false)
	if err != nil {
		t.Fatal(err)
	}
	mediatest.Sing(t, one, 700)
	far.Hears(t, 700)
	if _, err := r.tab("two", false); kind(err) != rc.Conflict {
		t.Errorf("a second tab: %v", err)
	}
	two, err := r.tab("two", true)
	if err != nil {
		t.Fatal(err)
	}
	mediatest.Wait(t, "the first tab's end", one.Done())
	mediatest.Sing(t, two, 1100)
	far.Hears(t, 1100)
	r.phone.Leave("one") // late, and so nothing
	if again, err := r.tab("two", false); err != nil {
		t.Errorf("the same tab again: %v", err)
	} else {
		mediatest.Sing(t, again, 1500)
		far.Hears(t, 1500)
	}
	r.phone.Leave("two")
	r.see("a free microphone", func(s call.Snapshot) bool { return s.Microphone == "" })
}

func TestAReloadIsOnlyAGap(t *testing.T) {
	r := registered(t)
	_, c := r.talk()
	far := mediatest.Listen(t, c.leg)
	for i, hertz := range []float64{700, 1100, 1500} {
		name := string(rune('a' + i))
		tab, err := r.tab(name, false)
		if err != nil {
			t.Fatal(err)
		}
		stop := mediatest.Sing(t, tab, hertz)
		far.Hears(t, hertz)
		stop()
		r.phone.Leave(name)
		far.HearsSilence(t) // which is sent, so that nobody takes the call for lost
	}
	if s := r.phone.Snapshot().Calls[0].State; s != call.Connected {
		t.Errorf("the call is %s", s)
	}
}

func TestAPageThatGoesIsHeardUntilItIsGone(t *testing.T) {
	r := registered(t, func(r *rig) { r.pool.Waits.Leave = time.Hour })
	_, c := r.talk()
	far := mediatest.Listen(t, c.leg)
	tab, err := r.tab("one", false)
	if err != nil {
		t.Fatal(err)
	}
	r.phone.Leave("one")
	r.see("a free microphone", func(s call.Snapshot) bool { return s.Microphone == "" })
	mediatest.Sing(t, tab, 700)
	far.Hears(t, 700)
	next, err := r.tab("two", false)
	if err != nil {
		t.Fatal(err)
	}
	mediatest.Wait(t, "the end of the first tab's sound", tab.Done())
	mediatest.Sing(t, next, 1100)
	far.Hears(t, 1100)
}

func TestAPageThatDoesNotGoIsHeardNoMore(t *testing.T) {
	r := registered(t, func(r *rig) { r.pool.Waits.Leave = time.Millisecond })
	_, c := r.talk()
	tab, err := r.tab("one", false)
	if err != nil {
		t.Fatal(err)
	}
	mediatest.Sing(t, tab, 700)
	mediatest.Listen(t, c.leg).Hears(t, 700)
	r.phone.Leave("one")
	mediatest.Wait(t, "the end of its sound", tab.Done())
}

func TestWhoIsLeftAloneHearsThatTheLineStands(t *testing.T) {
	r := registered(t, func(r *rig) { r.pool.Waits.Gap = 10 * time.Millisecond })
	id, c := r.talk()
	far := mediatest.Listen(t, c.leg)
	far.Hears(t, 440) // the first note of the tone
	tab, err := r.tab("one", false)
	if err != nil {
		t.Fatal(err)
	}
	mediatest.Sing(t, tab, 700)
	far.Hears(t, 700)
	r.act(id, "mute", softphone.Details{})
	far.HearsSilence(t)
}

func TestACallThatNobodyComesBackToEnds(t *testing.T) {
	r := registered(t, func(r *rig) { r.pool.Waits.Gap, r.pool.Waits.Grace = time.Hour, 50*time.Millisecond })
	if _, err := r.tab("one", false); err != nil {
		t.Fatal(err)
	}
	_, c := r.talk()
	r.phone.Leave("one")
	if got := r.state(call.Ended); got.Outcome != call.HungUp || got.Sentence != "No page with this phone came back in time, so the call was ended." {
		t.Errorf("the call ended as %+v", got)
	}
	r.until("the BYE", func() bool { return c.ended })
}

func TestAMicrophoneWithoutCallsIsGivenBack(t *testing.T) {
	r := registered(t, func(r *rig) { r.pool.Waits.Spare = 50 * time.Millisecond })
	leg := mediatest.Leg(t, r.engine)
	offer, err := leg.Offer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, version, err := r.phone.Attach(t.Context(), "one", offer, false)
	if err != nil {
		t.Fatal(err)
	}
	r.see("a free microphone", func(s call.Snapshot) bool { return s.Version > version && s.Microphone == "" })
}

func TestACallWithoutSoundEnds(t *testing.T) {
	r := registered(t, func(r *rig) { r.pool.Waits.Gap = 10 * time.Millisecond })
	_, c := r.talk()
	if _, err := r.tab("one", false); err != nil {
		t.Fatal(err)
	}
	mediatest.Listen(t, c.leg).HearsSilence(t) // so both sides can tell each other of the end
	c.leg.Close()
	if got := r.state(call.Ended); got.Outcome != call.Failed || got.Sentence != "The sound of this call was lost, so it was ended." {
		t.Errorf("the call ended as %+v", got)
	}
}

func TestACallWhoseEndWasToldHasNotLostItsSound(t *testing.T) {
	r := registered(t, func(r *rig) { r.pool.Waits.Gap = 10 * time.Millisecond })
	_, c := r.talk()
	mediatest.Listen(t, c.leg).HearsSilence(t) // so sound passes
	r.desk.tell("s-a1", 9, outbound(rc.PartyDisconnected, ""))
	c.leg.Close()
	if got := r.state(call.Ended); got.Outcome != call.HungUp || got.Sentence != "" {
		t.Errorf("the call ended as %+v", got)
	}
}

func TestSoundThatEndsBeforeTheCallDoesIsNoFault(t *testing.T) {
	r := registered(t, func(r *rig) { r.pool.Waits.Gap = time.Hour })
	_, c := r.talk()
	mediatest.Listen(t, c.leg).HearsSilence(t) // so sound passes
	gone := r.engine.Legs()
	c.leg.Close()
	for r.engine.Legs() >= gone { // until ours has noticed
		runtime.Gosched()
	}
	r.sbc.bye(c)
	if got := r.state(call.Ended); got.Outcome != call.HungUp || got.Sentence != "" {
		t.Errorf("the call ended as %+v", got)
	}
}

func TestABrowserWhoseSoundDoesNotFitIsToldSo(t *testing.T) {
	r := registered(t)
	if _, _, err := r.phone.Attach(t.Context(), "one", "v=0\r\n", false); kind(err) != rc.Invalid {
		t.Errorf("an offer without sound: %v", err)
	}
}

func TestDigitsReachTheFarSide(t *testing.T) {
	r := registered(t)
	id, c := r.talk()
	keys := make(chan rune, 8)
	c.leg.Listen(media.Digits(func(d rune) { keys <- d }))
	r.act(id, "digits", softphone.Details{Digits: "1#"})
	for _, want := range "1#" {
		if got := mediatest.Wait(t, "a key", keys); got != want {
			t.Errorf("the far side heard %q, want %q", got, want)
		}
	}
	if err := r.phone.Act(t.Context(), id, "digits", softphone.Details{Digits: "hello"}); kind(err) != rc.Invalid {
		t.Errorf("words: %v", err)
	}
}

func TestTabsWithoutEndDoNotTakeConnectionsWithoutEnd(t *testing.T) {
	r := registered(t)
	offer, err := mediatest.Leg(t, r.engine).Offer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	before := r.engine.Legs()
	r.phone.Joining(8) // tabs, which take their time
	if _, _, err := r.phone.Attach(t.Context(), "one", offer, true); kind(err) != rc.TooMany {
		t.Errorf("the ninth tab: %v", err)
	}
	if n := r.engine.Legs() - before; n != 0 {
		t.Errorf("%d connections were made for it", n)
	}
	r.phone.Joining(0)
	for range 20 { // one after the other, of which the last has its place
		if _, _, err := r.phone.Attach(t.Context(), "one", offer, true); err != nil {
			t.Fatal(err)
		}
	}
	if n := r.engine.Legs() - before; n != 1 {
		t.Errorf("%d connections are left of twenty", n)
	}
}
