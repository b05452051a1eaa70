package exchange_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"offhook/internal/media/mediatest"
	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/exchange"
	"offhook/internal/rc"
	"offhook/internal/sip"
)

// recorded waits for a recording in somebody's log.
func (w *world) recorded(t *testing.T, extensionID int64, id string) {
	t.Helper()
	for end := time.Now().Add(patience); ; {
		for _, r := range w.rows(t, extensionID) {
			if r.Record.Recording != nil && r.Record.Recording.ID == id {
				return
			}
		}
		if time.Now().After(end) {
			t.Fatalf("the recording %s is not in the log of %d", id, extensionID)
		}
	}
}

func TestARecordingEndsWhenWhoMakesItLeaves(t *testing.T) {
	t.Parallel()
	for name, leave := range map[string]func(w *world, bob, cy *handset, b *talk, p part) (c *talk){
		"by a transfer": func(w *world, bob, cy *handset, _ *talk, p part) *talk {
			done(t, w.x.TransferParty(t.Context(), p.session, p.party, rc.CallTarget{ExtensionID: fmt.Sprint(apitest.Cy)}))
			bob.ended()
			return cy.answer(cy.rings())
		},
		"by parking the call": func(w *world, bob, cy *handset, _ *talk, p part) *talk {
			done(t, w.x.ParkParty(t.Context(), p.session, p.party))
			bob.ended()
			return cy.call("*801")
		},
		"by a transfer after asking": func(_ *world, bob, cy *handset, b *talk, _ part) *talk {
			consult := bob.call("103")
			c := cy.answer(cy.rings())
			consult.ear.Hears(t, cyHz)
			replaces := fmt.Sprintf("<sip:102@%s?Replaces=%s%%3Bto-tag%%3D%s%%3Bfrom-tag%%3D%s>", domain, b.CallID, b.RemoteTag, b.LocalTag)
			consult.send(sip.REFER, "", "", "Refer-To", replaces)
			bob.ended()
			bob.ended()
			return c
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			ada, bob, a, b := w.connected(t)
			cy := w.handset(t, apitest.Cy, cyHz)
			p := w.part(t, apitest.Bob)
			id, err := w.x.RecordParty(t.Context(), p.session, p.party, true)
			done(t, err)
			a.ear.Hears(t, bobHz) // after the announcement
			c := leave(w, bob, cy, b, p)
			a.ear.Hears(t, cyHz)
			w.recorded(t, apitest.Bob, id) // though the others talk on
			c.hangup()
			ada.ended()
			w.idle(t)
		})
	}
}

func TestACompanyDoesNotTakeWhatAnotherHasParked(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, bob, a, _ := w.connected(t)
	cy, eve := w.handset(t, apitest.Cy, cyHz), w.handset(t, apitest.Eve, 1500)
	p := w.part(t, apitest.Bob)
	done(t, w.x.ParkParty(t.Context(), p.session, p.party))
	bob.ended()
	if other := eve.call("*801"); sessionOf(other.ids) == p.session {
		t.Error("somebody else's phone is in the call that Acme has parked")
	}
	c := cy.call("*801")
	a.ear.Hears(t, cyHz)
	c.ear.Hears(t, adaHz)
}

func TestOnlyOneTakesAParkedCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	_, bob, a, _ := w.connected(t)
	cy, other := w.handset(t, apitest.Cy, cyHz), w.handset(t, apitest.Cy, cyHz)
	p := w.part(t, apitest.Bob)
	done(t, w.x.ParkParty(t.Context(), p.session, p.party))
	bob.ended()
	first := make(chan *talk, 1)
	go func() { first <- cy.try("*801") }()
	other.try("*801")
	<-first
	a.ear.Hears(t, cyHz)
	ada := w.part(t, apitest.Ada) // who is told that it is over when the second one ends the call
	done(t, w.x.HoldParty(t.Context(), ada.session, ada.party, true))
}

func TestWhoHoldsIsNotHeardAfterATransfer(t *testing.T) {
	t.Parallel()
	for name, transfer := range map[string]func(w *world, bob, cy *handset, b *talk) (c *talk){
		"to a number": func(w *world, _, cy *handset, b *talk) *talk {
			b.send(sip.REFER, "", "", "Refer-To", "<sip:103@"+domain+">")
			return cy.answer(cy.rings())
		},
		"after asking": func(_ *world, bob, cy *handset, b *talk) *talk {
			consult := bob.call("103")
			c := cy.answer(cy.rings())
			consult.ear.Hears(t, cyHz)
			b.send(sip.REFER, "", "", "Refer-To", fmt.Sprintf("<sip:103@%s?Replaces=%s>", domain, consult.CallID))
			bob.ended()
			return c
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			ada, bob, a, b := w.connected(t)
			cy := w.handset(t, apitest.Cy, cyHz)
			a.hold(true)
			c := transfer(w, bob, cy, b)
			bob.ended()
			w.until(t, "Cy in the call", func() bool { return w.saw(apitest.Cy, rc.TelephonyConnected) })
			if calls := w.x.Book.Active(apitest.Ada); len(calls) != 1 || calls[0].TelephonyStatus != rc.TelephonyOnHold {
				t.Errorf("Ada, who holds, has %+v", calls)
			}
			a.hold(false)
			c.ear.Hears(t, adaHz)
			c.hangup()
			ada.ended()
			w.idle(t)
		})
	}
}

func TestWhoWithholdsTheirNumberDoesSoWhereTheCallIsTaken(t *testing.T) {
	t.Parallel()
	for name, take := range map[string]func(w *world, bob, cy *handset, b *talk, p part) (shown string){
		"by a transfer": func(_ *world, _, cy *handset, b *talk, _ part) string {
			b.send(sip.REFER, "", "", "Refer-To", "<sip:103@"+domain+">")
			return sip.HeaderValue(cy.rings().Request(), "P-rc")
		},
		"from where it was parked": func(w *world, bob, cy *handset, _ *talk, p part) string {
			done(t, w.x.ParkParty(t.Context(), p.session, p.party))
			_, err := w.x.PickupParty(t.Context(), p.session, p.party, apitest.Cy, cy.id)
			done(t, err)
			return sip.HeaderValue(cy.rings().Request(), "P-rc")
		},
		"into a conference": func(w *world, bob, _ *handset, _ *talk, p part) string {
			id, err := w.x.Conference(t.Context(), apitest.Acme, apitest.Bob)
			done(t, err)
			s, _ := w.x.Book.Describe(id)
			bob.call(s.VoiceCallToken)
			party, err := w.x.BringIn(t.Context(), id, p.session, p.party)
			done(t, err)
			s, _ = w.x.Book.Describe(id)
			for _, one := range s.Parties {
				if one.ID == party && !one.Withheld {
					return fmt.Sprintf("%+v", one)
				}
			}
			return ""
		},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			ada, bob, cy := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz), w.handset(t, apitest.Cy, cyHz)
			ada.try("102", "P-Asserted-Identity", "<sip:anonymous@"+domain+">")
			b := bob.answer(bob.rings())
			b.ear.Hears(t, adaHz)
			if shown := take(w, bob, cy, b, w.part(t, apitest.Bob)); strings.Contains(shown, apitest.AdaPhone) || strings.Contains(shown, "Ada") {
				t.Errorf("who Ada is was told: %s", shown)
			}
		})
	}
}

func TestACallThatEndsBeforeItsSoundIsThereIsAnswered(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada := w.handset(t, apitest.Ada, adaHz)
	last := make(chan int, 1)
	go func() {
		c := ada.try("*604")
		last <- c.codes[len(c.codes)-1]
	}()
	w.until(t, "the call", func() bool { return len(w.steps) > 0 })
	for _, c := range w.x.Book.Active(apitest.Ada) {
		done(t, w.x.EndSession(t.Context(), c.TelephonySessionID))
	}
	if got := mediatest.Wait(t, "the answer to the INVITE", last); got == 200 {
		ada.ended()
	} else if got != 480 {
		t.Errorf("the call was answered %d", got)
	}
	w.idle(t)
}

func TestAPhoneHasNoMoreCallsThanItMay(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(x *exchange.Exchange) { x.MaxCalls = 2 })
	ada, bob := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz)
	first, second := ada.call("*604"), ada.call("*604")
	if third := ada.try("*604"); third.codes[len(third.codes)-1] != 486 {
		t.Errorf("the third call was answered %v", third.codes)
	}
	bob.call("*604").hangup()
	first.hangup()
	w.calls(t, 1) // a phone hears of the end of its call a moment before it counts
	ada.call("*604").hangup()
	second.hangup()
	w.idle(t)
}
