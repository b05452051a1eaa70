package exchange_test

import (
	"strings"
	"testing"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/sip"
)

func TestAQueueRingsItsMembers(t *testing.T) {
	w := newWorld(t)
	w.AddDesk()
	ada, bob, cy := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz), w.handset(t, apitest.Cy, cyHz)
	c := cy.call(apitest.DeskPhone)
	toAda, toBob := ada.rings(), bob.rings()
	if got := sip.HeaderValue(toAda.Request(), "p-rc-api-call-info"); !strings.Contains(got, "callAttributes=queue-call,reject") || !strings.Contains(got, ";queueName=") {
		t.Errorf("p-rc-api-call-info is %q", got)
	}
	ada.says(toAda, 12, "")
	quiet(t, toAda)
	b := bob.answer(toBob)
	c.ear.Hears(t, bobHz)
	b.ear.Hears(t, cyHz)
	b.hangup()
	cy.ended()
	w.idle(t)
	wantRows(t, w, apitest.Cy, "Outbound Call connected")
	wantRows(t, w, apitest.Bob, "Inbound Accepted")
	wantRows(t, w, apitest.Ada, "Inbound Rejected")
}

func TestAMemberOfAQueueAnswersForAll(t *testing.T) {
	w := newWorld(t)
	w.AddDesk()
	ada, bob, cy := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz), w.handset(t, apitest.Cy, cyHz)
	c := cy.call(apitest.DeskPhone)
	toBob := bob.rings()
	ada.answer(ada.rings())
	quiet(t, toBob)
	bob.told(7)
	c.ear.Hears(t, adaHz)
	c.hangup()
	ada.ended()
	w.idle(t)
	wantRows(t, w, apitest.Bob, "Inbound Answered Elsewhere")
}

func TestAQueueThatNobodyAnswersFor(t *testing.T) {
	w := newWorld(t)
	w.AddDesk()
	bob, cy := w.handset(t, apitest.Bob, bobHz), w.handset(t, apitest.Cy, cyHz)
	cy.call(apitest.DeskPhone)
	tx := bob.rings()
	if err := tx.Respond(486, "Busy Here"); err != nil {
		t.Fatal(err)
	}
	cy.ended() // after a sentence
	w.idle(t)
	wantRows(t, w, apitest.Cy, "Outbound No Answer")
	bob.register("0")
	cy.call(apitest.DeskPhone)
	cy.ended()
	w.idle(t)
}
