package exchange_test

import (
	"testing"
	"time"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/exchange"
	"offhook/internal/sip"
)

func TestACallIsPickedUpForAColleague(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, cy := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz), w.handset(t, apitest.Cy, cyHz)
	a := ada.call("102")
	tx := bob.rings()
	party := partyOf(sip.HeaderValue(tx.Request(), "p-rc-api-ids"))
	if _, err := w.x.PickupParty(t.Context(), sessionOf(a.ids), party, apitest.Cy, bob.id); err == nil {
		t.Error("a call was picked up on somebody else's device")
	}
	if _, err := w.x.PickupParty(t.Context(), sessionOf(a.ids), party, apitest.Cy, cy.id); err != nil {
		t.Fatal(err)
	}
	quiet(t, tx)
	bob.told(7)
	rings := cy.rings()
	if got := sip.HeaderValue(rings.Request(), "Alert-Info"); got != "Auto Answer" {
		t.Errorf("Alert-Info is %q", got)
	}
	c := cy.answer(rings)
	a.ear.Hears(t, cyHz)
	c.ear.Hears(t, adaHz)
	c.hangup()
	ada.ended()
	w.idle(t)
	wantRows(t, w, apitest.Bob, "Inbound Answered Elsewhere")
	wantRows(t, w, apitest.Cy, "Inbound Accepted")
}

func TestAParkedCallIsPickedUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, cy := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz), w.handset(t, apitest.Cy, cyHz)
	a := ada.call("102")
	tx := bob.rings()
	party := partyOf(sip.HeaderValue(tx.Request(), "p-rc-api-ids"))
	b := bob.answer(tx)
	b.ear.Hears(t, adaHz)
	if err := w.x.ParkParty(t.Context(), sessionOf(a.ids), party); err != nil {
		t.Fatal(err)
	}
	bob.ended()
	if _, err := w.x.PickupParty(t.Context(), sessionOf(a.ids), party, apitest.Cy, cy.id); err != nil {
		t.Fatal(err)
	}
	cy.answer(cy.rings())
	a.ear.Hears(t, cyHz)
	a.hangup()
	cy.ended()
	w.idle(t)
}

func TestAParkedCallThatNobodyTakesComesBack(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(x *exchange.Exchange) { x.ParkTime = time.Millisecond })
	ada, bob := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz)
	a := ada.call("102")
	b := bob.answer(bob.rings())
	b.ear.Hears(t, adaHz)
	b.send(sip.INFO, `{"request":{"reqid":1,"command":"callpark"}}`, "application/json;charset=utf-8")
	again := bob.answer(bob.rings())
	a.ear.Hears(t, bobHz)
	again.ear.Hears(t, adaHz)
	a.hangup()
	w.idle(t)
}
