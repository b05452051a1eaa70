package exchange_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"offhook/internal/media/mediatest"
	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/exchange/trunk"
	"offhook/internal/rc"
	"offhook/internal/sip"
)

// A part is somebody's party in their one call, as requests name it.
type part struct{ session, party string }

func (w *world) part(t *testing.T, extensionID int64) part {
	t.Helper()
	calls := w.x.Book.Active(extensionID)
	if len(calls) != 1 {
		t.Fatalf("extension %d has the calls %+v, want one", extensionID, calls)
	}
	return part{calls[0].TelephonySessionID, calls[0].PartyID}
}

func done(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refused requires an error that says what to do, of a kind.
func refused(t *testing.T, what string, err error, kind rc.Kind) {
	t.Helper()
	var e *rc.Error
	if !errors.As(err, &e) || e.Kind != kind || e.Message == "" {
		t.Errorf("%s: %v, want an error of the kind %v", what, err, kind)
	}
}

func TestRequestsHoldMuteAndEnd(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, a, b := w.connected(t)
	ctx, p := t.Context(), w.part(t, apitest.Ada)
	done(t, w.x.MuteParty(ctx, p.session, p.party, true))
	if s, _ := w.x.Book.Describe(p.session); !s.Parties[0].Muted || s.Parties[1].Muted {
		t.Errorf("muted, the session is %+v", s)
	}
	done(t, w.x.MuteParty(ctx, p.session, p.party, false))
	b.ear.Hears(t, adaHz)
	done(t, w.x.HoldParty(ctx, p.session, p.party, true))
	if s := w.x.Book.Active(apitest.Ada)[0].TelephonyStatus; s != rc.TelephonyOnHold {
		t.Errorf("on hold, Ada is %s", s)
	}
	done(t, w.x.HoldParty(ctx, p.session, p.party, false))
	a.ear.Hears(t, bobHz)
	b.ear.Hears(t, adaHz)
	done(t, w.x.EndParty(ctx, p.session, p.party))
	ada.ended()
	bob.ended()
	w.idle(t)
	wantRows(t, w, apitest.Ada, "Outbound Call connected")
	refused(t, "holding a call that is over", w.x.HoldParty(ctx, p.session, p.party, true), rc.Conflict)
	refused(t, "ending it again", w.x.EndSession(ctx, p.session), rc.Conflict)
}

func TestRequestsEndASessionForEverybody(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, _, _ := w.connected(t)
	done(t, w.x.EndSession(t.Context(), w.part(t, apitest.Bob).session))
	ada.ended()
	bob.ended()
	w.idle(t)
}

func TestRequestsForACallThatRings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, one, two := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz), w.handset(t, apitest.Bob, bobHz)
	ctx := t.Context()
	a := ada.call("102")
	first, second := one.rings(), two.rings()
	p := w.part(t, apitest.Bob)
	refused(t, "holding it", w.x.HoldParty(ctx, p.session, p.party, true), rc.Conflict)
	refused(t, "forwarding it to nobody", w.x.ForwardParty(ctx, p.session, p.party, rc.CallTarget{ExtensionNumber: "199"}), rc.Invalid)
	refused(t, "forwarding it to another company's", w.x.ForwardParty(ctx, p.session, p.party, rc.CallTarget{ExtensionID: fmt.Sprint(apitest.Eve)}), rc.Invalid)
	refused(t, "ignoring it on no device", w.x.IgnoreParty(ctx, p.session, p.party, "1"), rc.NotFound)
	done(t, w.x.IgnoreParty(ctx, p.session, p.party, one.id))
	quiet(t, first)
	one.told(9)
	done(t, w.x.RejectParty(ctx, p.session, p.party))
	quiet(t, second)
	a.ear.Hears(t, 1000) // the tone after which one speaks
	a.say(t)
	a.hangup()
	w.until(t, "a message for Bob", func() bool { return len(w.left) == 1 && w.left[0].ExtensionID == apitest.Bob })
	w.idle(t)
	wantRows(t, w, apitest.Bob, "Inbound Voicemail")
}

func TestHangingUpByRequestDeclinesACallThatRings(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz)
	a := ada.call("102")
	tx := bob.rings()
	p := w.part(t, apitest.Bob)
	done(t, w.x.EndParty(t.Context(), p.session, p.party))
	quiet(t, tx)
	a.hangup()
	w.idle(t)
	wantRows(t, w, apitest.Bob, "Inbound Rejected")
}

func TestAPhoneAnswersByRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz)
	a := ada.call("102")
	ringing := bob.rings()
	p := w.part(t, apitest.Bob)
	refused(t, "answering on Ada's phone", w.x.AnswerParty(t.Context(), p.session, p.party, ada.id), rc.NotFound)
	done(t, w.x.AnswerParty(t.Context(), p.session, p.party, bob.id))
	quiet(t, ringing)
	again := bob.rings()
	if got := sip.HeaderValue(again.Request(), "Alert-Info"); got != "Auto Answer" || !strings.Contains(sip.HeaderValue(again.Request(), "Call-Info"), "Answer-After=0") {
		t.Errorf("the INVITE says %q and %q, want it to have the phone answer by itself", got, sip.HeaderValue(again.Request(), "Call-Info"))
	}
	b := bob.answer(again)
	a.ear.Hears(t, bobHz)
	b.hangup()
	ada.ended()
	w.idle(t)
	wantRows(t, w, apitest.Bob, "Inbound Accepted")
}

func TestAPhoneIsOnlyItsOwnersToAnswerAndToSilence(t *testing.T) {
	t.Parallel()
	t.Run("in a queue", func(t *testing.T) {
		t.Parallel()
		w := newWorld(t)
		w.AddDesk()
		ada, bob, cy := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz), w.handset(t, apitest.Cy, cyHz)
		c := cy.call(apitest.DeskPhone)
		toAda, toBob := ada.rings(), bob.rings()
		w.leavesAlone(t, toAda, bob.id)
		bobs := partyOf(sip.HeaderValue(toBob.Request(), "p-rc-api-ids"))
		done(t, w.x.AnswerParty(t.Context(), sessionOf(c.ids), bobs, bob.id))
		quiet(t, toBob) // by his own request, and for the first time
		bob.answer(bob.rings())
		c.ear.Hears(t, bobHz)
		c.hangup()
		bob.ended()
		w.idle(t)
	})
	t.Run("at forwarding numbers", func(t *testing.T) {
		t.Parallel()
		w, outside := trunked(t, trunk.UDP)
		w.let(t, apitest.Bob, true)
		w.forwards(t, apitest.Bob, apitest.AdaPhone, far)
		w.rule(t, apitest.Bob, rc.BusinessHoursRule, rc.AnsweringRule{CallHandlingAction: rc.ForwardCalls, Forwarding: &rc.Forwarding{
			NotifyMySoftPhones: true, SoftPhonesRingCount: 9, SoftPhonesAlwaysRing: true, RingingMode: rc.Simultaneously,
			Rules: []rc.ForwardingGroup{{RingCount: 9, Enabled: true, Numbers: []rc.ForwardingTarget{{ID: "1"}, {ID: "2"}}}},
		}})
		ada, bob, cy := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz), w.handset(t, apitest.Cy, cyHz)
		w.ready(t)
		c := cy.call("102")
		toAda, toBob := ada.rings(), bob.rings()
		toFar := mediatest.Wait(t, "the carrier to be called", outside.calls)
		w.leavesAlone(t, toBob, ada.id)
		w.leavesAlone(t, toBob, "0") // which a phone outside is not
		w.leavesAlone(t, toAda, bob.id)
		there := outside.take(toFar, 900)
		quiet(t, toAda)
		quiet(t, toBob)
		c.ear.Hears(t, 900)
		there.ear.Hears(t, cyHz)
		outside.hangUp(c)
		w.idle(t)
	})
}

// leavesAlone requires that a device is not there for whoever hears a call
// ring.
func (w *world) leavesAlone(t *testing.T, ring *sip.Tx, deviceID string) {
	t.Helper()
	ids := sip.HeaderValue(ring.Request(), "p-rc-api-ids")
	session, party := sessionOf(ids), partyOf(ids)
	refused(t, "answering on the device "+deviceID, w.x.AnswerParty(t.Context(), session, party, deviceID), rc.NotFound)
	refused(t, "silencing the device "+deviceID, w.x.IgnoreParty(t.Context(), session, party, deviceID), rc.NotFound)
}

func TestRequestsSendACallOn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, a, _ := w.connected(t)
	cy := w.handset(t, apitest.Cy, cyHz)
	ctx, p := t.Context(), w.part(t, apitest.Bob)
	refused(t, "transferring to nobody", w.x.TransferParty(ctx, p.session, p.party, rc.CallTarget{ExtensionNumber: "999"}), rc.Invalid)
	refused(t, "transferring to a park location", w.x.TransferParty(ctx, p.session, p.party, rc.CallTarget{ParkOrbit: "801"}), rc.Invalid)
	done(t, w.x.TransferParty(ctx, p.session, p.party, rc.CallTarget{ExtensionID: fmt.Sprint(apitest.Cy)}))
	bob.ended()
	c := cy.answer(cy.rings())
	a.ear.Hears(t, cyHz)
	c.ear.Hears(t, adaHz)
	c.hangup()
	ada.ended()
	w.idle(t)
	wantRows(t, w, apitest.Bob, "Inbound Accepted")
	wantRows(t, w, apitest.Cy, "Inbound Accepted")
}

func TestRequestsJoinTwoCalls(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, a, _ := w.connected(t)
	cy := w.handset(t, apitest.Cy, cyHz)
	first := w.part(t, apitest.Bob)
	done(t, w.x.HoldParty(t.Context(), first.session, first.party, true))
	bob.call("103")
	c := cy.answer(cy.rings())
	c.ear.Hears(t, bobHz)
	var second part
	for _, call := range w.x.Book.Active(apitest.Bob) {
		if call.TelephonySessionID != first.session {
			second = part{call.TelephonySessionID, call.PartyID}
		}
	}
	done(t, w.x.BridgeParty(t.Context(), first.session, first.party, second.session, second.party))
	a.ear.Hears(t, cyHz)
	c.ear.Hears(t, adaHz)
	bob.ended()
	bob.ended()
	c.hangup()
	ada.ended()
	w.idle(t)
}

func TestRequestsParkAndRecord(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, a, _ := w.connected(t)
	ctx, p := t.Context(), w.part(t, apitest.Bob)
	id, err := w.x.RecordParty(ctx, p.session, p.party, true)
	if err != nil || id == "" {
		t.Fatalf("recording: %q, %v", id, err)
	}
	a.ear.Hears(t, bobHz) // after the announcement
	if again, err := w.x.RecordParty(ctx, p.session, p.party, false); err != nil || again != id {
		t.Errorf("stopping the recording: %q, %v; want %q", again, err, id)
	}
	a.ear.Hears(t, bobHz)
	done(t, w.x.ParkParty(ctx, p.session, p.party))
	bob.ended()
	refused(t, "parking it again", w.x.ParkParty(ctx, p.session, p.party), rc.Conflict)
	calls := w.x.Book.Active(apitest.Bob)
	if len(calls) != 1 || calls[0].TelephonyStatus != rc.TelephonyParked {
		t.Fatalf("parked, Bob has %+v", calls)
	}
	s, _ := w.x.Book.Describe(p.session)
	cy := w.handset(t, apitest.Cy, cyHz)
	c := cy.call(s.Parties[1].Park.ID)
	a.ear.Hears(t, cyHz)
	c.hangup()
	ada.ended()
	w.idle(t)
	if rows := w.rows(t, apitest.Bob); len(rows) != 1 || rows[0].Record.Recording == nil || rows[0].Record.Recording.ID != id {
		t.Errorf("Bob's log has %+v, want the recording %s", rows, id)
	}
}

func TestAPhoneCallsByRequest(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz)
	ctx := t.Context()
	_, err := w.x.CallOut(ctx, apitest.Acme, apitest.Ada, ada.id, rc.CallTarget{ExtensionNumber: "199"})
	refused(t, "calling nobody", err, rc.Invalid)
	_, err = w.x.CallOut(ctx, apitest.Acme, apitest.Ada, bob.id, rc.CallTarget{PhoneNumber: apitest.BobPhone})
	refused(t, "calling from Bob's phone", err, rc.Conflict)
	id, err := w.x.CallOut(ctx, apitest.Acme, apitest.Ada, ada.id, rc.CallTarget{PhoneNumber: apitest.BobPhone})
	done(t, err)
	own := ada.rings()
	if got := sip.HeaderValue(own.Request(), "Alert-Info"); got != "Auto Answer" {
		t.Errorf("Ada's phone is told %q, want it to answer by itself", got)
	}
	a := ada.answer(own)
	tx := bob.rings()
	if from := sip.HeaderValue(tx.Request(), "From"); !strings.Contains(from, apitest.AdaPhone) {
		t.Errorf("Bob sees %q call, want Ada", from)
	}
	b := bob.answer(tx)
	a.ear.Hears(t, bobHz)
	b.ear.Hears(t, adaHz)
	if s, ok := w.x.Book.Describe(id); !ok || s.Origin.Type != "CallOut" || s.Parties[0].Status.Code != rc.PartyAnswered || !s.Parties[0].Status.RCC {
		t.Errorf("the session is %+v", s)
	}
	b.hangup()
	ada.ended()
	w.idle(t)
	wantRows(t, w, apitest.Ada, "Outbound Call connected")
	wantRows(t, w, apitest.Bob, "Inbound Accepted")
}

func TestARingOutRingsAtBothEnds(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	one, two, bob := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz)
	_, err := w.x.RingOut(t.Context(), apitest.Acme, apitest.Ada, rc.RingOutOrder{From: apitest.BobPhone, To: rc.CallTarget{PhoneNumber: apitest.AdaPhone}})
	refused(t, "ringing Bob first", err, rc.Invalid)
	_, err = w.x.RingOut(t.Context(), apitest.Acme, apitest.Ada, rc.RingOutOrder{From: apitest.AdaPhone, To: rc.CallTarget{PhoneNumber: apitest.BobPhone}})
	done(t, err)
	first, second := one.rings(), two.rings()
	if auto := sip.HeaderValue(first.Request(), "Alert-Info"); auto != "" {
		t.Errorf("Ada's phone is told %q, though she is to answer", auto)
	}
	a := two.answer(second)
	quiet(t, first)
	b := bob.answer(bob.rings())
	a.ear.Hears(t, bobHz)
	b.ear.Hears(t, adaHz)
	a.hangup()
	bob.ended()
	w.idle(t)
	wantRows(t, w, apitest.Ada, "Outbound Call connected")
}

func TestAPhoneThatDoesNotTakeACallByRequestEndsIt(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz)
	for _, tt := range []struct {
		name string
		end  func(tx *sip.Tx)
	}{
		{"declined", func(tx *sip.Tx) { _ = tx.Respond(603, "Decline") }},
		{"sent to voicemail", func(tx *sip.Tx) { ada.says(tx, 11, "") }},
		{"forwarded", func(tx *sip.Tx) { ada.says(tx, 10, ` FwdDly="0" Phn="103" PhnTp="3"`) }},
	} {
		_, err := w.x.CallOut(t.Context(), apitest.Acme, apitest.Ada, ada.id, rc.CallTarget{ExtensionNumber: "102"})
		done(t, err)
		tx := ada.rings()
		ada.says(tx, 17, "") // as phones do that have the INVITE
		tt.end(tx)
		w.until(t, tt.name, func() bool { return len(w.x.Book.Active(apitest.Ada)) == 0 })
	}
	w.idle(t)
	bob.unrung(t)
	wantRows(t, w, apitest.Ada, "Outbound Rejected", "Outbound Rejected", "Outbound Rejected")
}
