package exchange_test

import (
	"fmt"
	"testing"
	"time"

	"offhook/internal/platform/api/apitest"
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
