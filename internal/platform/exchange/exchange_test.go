package exchange_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/exchange"
	"offhook/internal/rc"
	"offhook/internal/sip"
	"offhook/internal/store"
)

// Voices of the people of the tests.
const (
	adaHz = 440
	bobHz = 700
	cyHz  = 950
)

func results(calls []store.Call) (all []string) {
	for _, c := range calls {
		all = append(all, c.Record.Direction+" "+c.Record.Result)
	}
	return all
}

// wantRows waits for what the log is to have: a call is written a moment after
// its phones have been told of its end.
func wantRows(t *testing.T, w *world, extensionID int64, want ...string) {
	t.Helper()
	for end := time.Now().Add(patience); ; {
		got := results(w.rows(t, extensionID))
		if fmt.Sprint(got) == fmt.Sprint(want) {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("the log of %d has %q, want %q", extensionID, got, want)
		}
	}
}

func TestTwoPhonesTalk(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz)
	a := ada.call("102")
	if got := fmt.Sprint(a.codes); got != "[100 100 183 200]" {
		t.Errorf("the INVITEs were answered %s, want a challenge, then 100, 183 and 200", got)
	}
	tx := bob.rings()
	invite := tx.Request()
	for name, want := range map[string]string{
		"From":               `"Ada Test" <sip:` + apitest.AdaPhone,
		"P-rc":               `Phn="` + apitest.AdaPhone + `"`,
		"p-rc-api-call-info": "callerIdName=Ada Test",
		"p-rc-api-ids":       "-2;session-id=" + a.ids[strings.Index(a.ids, "s-"):],
	} {
		if got := sip.HeaderValue(invite, name); !strings.Contains(got, want) {
			t.Errorf("%s of the INVITE is %q, want it to have %q", name, got, want)
		}
	}
	b := bob.answer(tx)
	a.ear.Hears(t, bobHz)
	b.ear.Hears(t, adaHz)
	bob.told(7)
	a.hangup()
	bob.ended()
	bob.told(2)
	w.idle(t)
	wantRows(t, w, apitest.Ada, "Outbound Call connected")
	wantRows(t, w, apitest.Bob, "Inbound Accepted")
}

func TestWhoAnswersFirstHasTheCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, one, two := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz), w.handset(t, apitest.Bob, cyHz)
	a := ada.call(apitest.BobPhone)
	first, second := one.rings(), two.rings()
	b := one.answer(first)
	quiet(t, second)
	two.told(7)
	a.ear.Hears(t, bobHz)
	b.hangup()
	ada.ended()
	w.idle(t)
	wantRows(t, w, apitest.Bob, "Inbound Accepted")
}

func TestACallThatIsGivenUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz)
	a := ada.call("102")
	tx := bob.rings()
	a.hangup()
	quiet(t, tx)
	bob.told(9)
	w.idle(t)
	wantRows(t, w, apitest.Bob, "Inbound Missed")
}

func TestHoldIsMusicForTheOther(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, bob, a, b := w.connected(t)
	a.hold(true)
	w.until(t, "the call on hold", func() bool { return w.saw(apitest.Ada, rc.TelephonyOnHold) })
	b.ear.HearsOther(t, adaHz)
	a.hold(false)
	b.ear.Hears(t, adaHz)
	a.ear.Hears(t, bobHz)
	a.hangup()
	bob.ended()
}

// saw reports whether an extension was told so. w.mu is held.
func (w *world) saw(extensionID int64, status string) bool {
	for _, s := range w.steps {
		if s.Extension == extensionID && s.State == status {
			return true
		}
	}
	return false
}

func TestVoicemailTakesWhatNobodyAnswers(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		change func(t *testing.T, w *world) (ring *handset)
		cmd    int // what the phone that rings says
	}{
		"who has no phone registered": {func(*testing.T, *world) *handset { return nil }, 0},
		"who sends the call there":    {func(t *testing.T, w *world) *handset { return w.handset(t, apitest.Bob, bobHz) }, 11},
		"who wants no calls (presence)": {func(t *testing.T, w *world) *handset {
			w.disturbNot(t, apitest.Bob)
			w.handset(t, apitest.Bob, bobHz)
			return nil
		}, 0},
		"who does not answer in due time": {func(t *testing.T, w *world) *handset {
			w.x.RingTime = time.Millisecond
			w.handset(t, apitest.Bob, bobHz)
			return nil
		}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			ada := w.handset(t, apitest.Ada, adaHz)
			bob := tt.change(t, w)
			a := ada.call("102")
			if bob != nil {
				tx := bob.rings()
				bob.says(tx, 17, "")
				bob.says(tx, tt.cmd, "")
				quiet(t, tx)
				bob.told(9)
			}
			w.until(t, "a call that is taken", func() bool { return w.saw(apitest.Ada, rc.TelephonyConnected) })
			if tt.cmd == 0 {
				a.hangup()
				w.idle(t)
				wantRows(t, w, apitest.Bob, "Inbound Voicemail")
				return
			}
			a.hush() // whoever presses keys says nothing
			a.beeped(t)
			a.say(t)
			a.press(t, '#')
			w.until(t, "the message", func() bool { return len(w.left) == 1 })
			v := w.left[0]
			if v.ExtensionID != apitest.Bob || v.From.Number != apitest.AdaPhone || v.Length < time.Second {
				t.Errorf("left for %d from %q: %v long", v.ExtensionID, v.From.Number, v.Length)
			}
			ada.ended()
			w.idle(t)
			wantRows(t, w, apitest.Bob, "Inbound Voicemail")
		})
	}
}

func (w *world) disturbNot(t *testing.T, extensionID int64) {
	t.Helper()
	err := w.Store.Write(t.Context(), func(tx store.PlatformTx) error {
		p, err := tx.ChangePresence(t.Context(), apitest.Acme, extensionID)
		if err != nil {
			return err
		}
		p.RefusesPersonal = true
		return tx.SavePresence(t.Context(), p)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestADeclinedCallIsBusy(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	for name, decline := range map[string]func(*handset, *sip.Tx){
		"by a message":  func(p *handset, tx *sip.Tx) { p.says(tx, 12, ""); quiet(t, tx) },
		"by a response": func(_ *handset, tx *sip.Tx) { _ = tx.Respond(603, "Decline") },
	} {
		t.Run(name, func(t *testing.T) {
			ada, bob := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz)
			a := ada.call("102")
			decline(bob, bob.rings())
			a.ear.HearsBoth(t, 480, 620)
			ada.ended()
			w.idle(t)
			bob.register("0")
			ada.register("0")
		})
	}
	wantRows(t, w, apitest.Bob, "Inbound Rejected", "Inbound Rejected")
}

func TestAForwardedCallReachesSomebodyElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, cy := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz), w.handset(t, apitest.Cy, cyHz)
	a := ada.call("102")
	tx := bob.rings()
	bob.says(tx, 10, ` FwdDly="0" Phn="103" PhnTp="3"`)
	quiet(t, tx)
	cy.answer(cy.rings())
	a.ear.Hears(t, cyHz)
	a.hangup()
	cy.ended()
	w.idle(t)
}

func TestABlindTransfer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, a, b := w.connected(t)
	cy := w.handset(t, apitest.Cy, cyHz)
	if got := b.send(sip.REFER, "", "", "Refer-To", "sip:103@sip.ringcentral.com", "Referred-By", "<sip:102@"+domain+">"); got != 202 {
		t.Fatalf("REFER was answered %d", got)
	}
	for _, want := range []string{"SIP/2.0 100 Trying", "SIP/2.0 200 OK"} {
		if got := <-bob.sipfrags; got != want {
			t.Errorf("told %q, want %q", got, want)
		}
	}
	bob.ended()
	c := cy.answer(cy.rings())
	a.ear.Hears(t, cyHz)
	c.ear.Hears(t, adaHz)
	c.hangup()
	ada.ended()
	w.idle(t)
	wantRows(t, w, apitest.Ada, "Outbound Call connected")
	wantRows(t, w, apitest.Bob, "Inbound Accepted")
	wantRows(t, w, apitest.Cy, "Inbound Accepted")
}

func TestATransferToNobodyLeavesTheCallAlone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, bob, a, b := w.connected(t)
	if got := b.send(sip.REFER, "", "", "Refer-To", "<sip:199@"+domain+">"); got != 202 {
		t.Fatalf("REFER was answered %d", got)
	}
	<-bob.sipfrags
	if got := <-bob.sipfrags; got != "SIP/2.0 404 Not Found" {
		t.Errorf("told %q", got)
	}
	a.ear.Hears(t, bobHz)
	b.ear.Hears(t, adaHz)
}

func TestAnAttendedTransfer(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, bob, a, b := w.connected(t)
	cy := w.handset(t, apitest.Cy, cyHz)
	b.hold(true)
	consult := bob.call("103")
	c := cy.answer(cy.rings())
	consult.ear.Hears(t, cyHz)
	replaces := fmt.Sprintf("<sip:103@%s?Replaces=%s%%3Bto-tag%%3D%s%%3Bfrom-tag%%3D%s>", domain, consult.CallID, consult.RemoteTag, consult.LocalTag)
	if got := b.send(sip.REFER, "", "", "Refer-To", replaces); got != 202 {
		t.Fatalf("REFER was answered %d", got)
	}
	bob.ended()
	bob.ended()
	a.ear.Hears(t, cyHz)
	c.ear.Hears(t, adaHz)
	a.hangup()
	cy.ended()
	w.idle(t)
}

func TestAParkedCallIsTakenBySomebodyElse(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, bob, a, b := w.connected(t)
	cy := w.handset(t, apitest.Cy, cyHz)
	if got := b.send(sip.INFO, `{"request":{"reqid":1,"command":"callpark"}}`, "application/json;charset=utf-8"); got != 200 {
		t.Fatalf("INFO was answered %d", got)
	}
	if got := <-bob.infos; !strings.Contains(got, `"park extension":"801"`) || !strings.Contains(got, `"reqid":1`) || !strings.Contains(got, `"code":0`) {
		t.Errorf("told %s", got)
	}
	b.hangup()
	a.ear.HearsOther(t, bobHz)
	c := cy.call("*801")
	a.ear.Hears(t, cyHz)
	c.ear.Hears(t, adaHz)
	if again := bob.try("*801"); again.codes[len(again.codes)-1] == 200 {
		bob.ended() // after the busy tone
	}
	a.hangup()
	cy.ended()
	w.idle(t)
}

func TestAParkedCallOutlivesThePhoneThatParkedIt(t *testing.T) {
	t.Parallel()
	for name, goes := range map[string]func(bob *handset, b *talk){
		"whose sound ends":      func(_ *handset, b *talk) { b.leg.Close() },
		"whose connection ends": func(bob *handset, _ *talk) { bob.flow.Close() },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(x *exchange.Exchange) { x.Goodbye, x.Grace = time.Millisecond, time.Millisecond })
			_, bob, a, b := w.connected(t)
			cy := w.handset(t, apitest.Cy, cyHz)
			b.parks()
			goes(bob, b)
			w.settles(t, func() bool { return w.x.Engine.Legs() == 1 })
			w.waits(t, cy, a)
		})
	}
}

func TestWhoeverHangsUpMayEndTheirSoundFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(x *exchange.Exchange) { x.Goodbye = patience })
	ada, _, _, b := w.connected(t)
	b.leg.Close()
	w.settles(t, func() bool { return w.x.Engine.Legs() == 1 })
	b.hangup()
	ada.ended()
	w.idle(t)
}

func TestAPhoneWhoseSoundHasEndedIsHungUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(x *exchange.Exchange) { x.Goodbye = time.Millisecond })
	ada, bob, _, b := w.connected(t)
	b.leg.Close()
	ada.ended()
	bob.ended()
	w.idle(t)
}

func TestWhoeverIsParkedByTheirCallerHearsMusic(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, bob, a, b := w.connected(t)
	cy := w.handset(t, apitest.Cy, cyHz)
	a.send(sip.INFO, `{"request":{"reqid":1,"command":"callpark"}}`, "application/json;charset=utf-8")
	b.ear.HearsOther(t, adaHz)
	a.hangup()
	b.ear.HearsOther(t, adaHz)
	c := cy.call("*801")
	b.ear.Hears(t, cyHz)
	c.hangup()
	bob.ended()
	w.idle(t)
}

func TestARecordingIsKept(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, _, a, b := w.connected(t)
	a.send(sip.INFO, `{"request":{"reqid":2,"command":"startcallrecord"}}`, "application/json;charset=utf-8")
	if got := <-ada.infos; !strings.Contains(got, `"command":"startcallrecord"`) || !strings.Contains(got, `"code":0`) {
		t.Errorf("told %s", got)
	}
	b.ear.Hears(t, adaHz) // the announcement is over
	b.hangup()
	ada.ended()
	w.idle(t)
	deadline := time.Now().Add(patience)
	for {
		rows := w.rows(t, apitest.Ada)
		if len(rows) == 1 && rows[0].Record.Recording != nil {
			break
		}
		if time.Now().After(deadline) {
			t.Fatalf("no recording in %+v", rows)
		}
	}
}

func TestNumbersThatLeadNowhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.handset(t, apitest.Ada, adaHz)
	for _, number := range []string{"199", apitest.Outside, "nonsense"} {
		c := ada.try(number)
		if got := fmt.Sprint(c.codes); got != "[100 100 183 486]" {
			t.Errorf("calling %s: %s, want 183 and 486", number, got)
		}
	}
	w.idle(t)
	wantRows(t, w, apitest.Ada, "Outbound Wrong Number", "Outbound Restricted Number", "Outbound Wrong Number")
	_, err := w.x.CallOut(t.Context(), apitest.Acme, apitest.Ada, ada.id, rc.CallTarget{PhoneNumber: apitest.Outside})
	if err == nil || err.Error() != rc.OutsideUnconnected {
		t.Errorf("calling outside without a trunk, by request: %v", err)
	}
}

func TestTheEchoAndTheOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.handset(t, apitest.Ada, adaHz)
	echo := ada.call("*601")
	echo.ear.Hears(t, adaHz)
	echo.hangup()
	busy := ada.call("+16505550603")
	busy.ear.HearsBoth(t, 480, 620)
	ada.ended()
	never := ada.call("*604")
	never.ear.HearsBoth(t, 440, 480)
	never.hangup()
	w.idle(t)
}

func TestWhoMayRegister(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	var all []*handset
	for range 5 {
		all = append(all, w.handset(t, apitest.Ada, adaHz))
	}
	sixth := w.unregistered(t, apitest.Ada, adaHz)
	if res := sixth.register("60"); res.StatusCode != 603 {
		t.Errorf("the sixth phone: %d, want 603", res.StatusCode)
	}
	if c := sixth.try("102"); c.codes[len(c.codes)-1] != 403 {
		t.Errorf("a call of a phone that is not registered: %v, want 403", c.codes)
	}
	if res := all[0].register("60"); res.StatusCode != 200 || !strings.Contains(sip.HeaderValue(res, "Contact"), "expires=60") {
		t.Errorf("registering again: %d, Contact %q", res.StatusCode, sip.HeaderValue(res, "Contact"))
	}
	all[0].flow.Close()
	<-all[0].flow.Done()
	w.until5(t, sixth)
	w.Advance(2 * time.Minute)
	for range 5 { // all others have run out
		w.handset(t, apitest.Ada, adaHz)
	}
}

// until5 registers a phone as soon as the one that left is noticed.
func (w *world) until5(t *testing.T, p *handset) {
	t.Helper()
	for end := time.Now().Add(patience); p.register("60").StatusCode != 200; {
		if time.Now().After(end) {
			t.Fatal("the place of a phone that left is not free")
		}
	}
}

func TestCloseEndsEveryCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz)
	ada.call("102")
	bob.answer(bob.rings())
	bob.told(7)
	w.x.Close()
	ada.ended()
	bob.ended()
	w.idle(t)
}

func TestAPhoneThatIsGoneEndsItsCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(x *exchange.Exchange) { x.Grace = time.Millisecond })
	ada, bob := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz)
	ada.call("102")
	bob.answer(bob.rings())
	ada.flow.Close()
	bob.ended()
	w.idle(t)
}
