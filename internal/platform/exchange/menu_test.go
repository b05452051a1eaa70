package exchange_test

import (
	"context"
	"testing"
	"time"
	_ "time/tzdata" // machines may have no zone database

	"offhook/internal/platform/api/apitest"
	"offhook/internal/rc"
)

func zoneOf(name string) func(context.Context, int64, int64) (*time.Location, error) {
	return func(context.Context, int64, int64) (*time.Location, error) { return time.LoadLocation(name) }
}

// keys presses keys without a word.
func (c *talk) keys(t *testing.T, keys string) {
	t.Helper()
	c.p.w.until(t, "the menu", func() bool { return c.p.w.saw(apitest.Cy, rc.TelephonyConnected) })
	c.hush()
	for _, d := range keys {
		c.press(t, d)
	}
}

func TestTheMainNumberAsksForAnExtension(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, cy := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz), w.handset(t, apitest.Cy, cyHz)
	c := cy.call(apitest.AcmeMain)
	c.keys(t, "102")
	tx := bob.rings()
	bob.answer(tx)
	c.ear.Hears(t, bobHz)
	c.hangup()
	bob.ended()
	w.idle(t)
	ada.unrung(t)
	wantRows(t, w, apitest.Cy, "Outbound Call connected")
	wantRows(t, w, apitest.Bob, "Inbound Accepted")
}

func TestTheMainNumberLeadsToTheOperator(t *testing.T) {
	t.Parallel()
	for name, keys := range map[string]string{"by key": "0", "by wrong extensions": "9#8#7#"} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			ada, cy := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Cy, cyHz)
			c := cy.call(apitest.AcmeMain)
			c.keys(t, keys)
			ada.answer(ada.rings())
			c.ear.Hears(t, adaHz)
			c.hangup()
			ada.ended()
			w.idle(t)
		})
	}
}

func TestACompanyThatIsClosedTakesMessages(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.closed(t, 0)
	ada, cy := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Cy, cyHz)
	c := cy.call(apitest.AcmeMain)
	c.keys(t, "0")
	w.until(t, "the operator's voicemail", func() bool { return w.saw(apitest.Ada, rc.TelephonyRinging) })
	c.beeped(t)
	c.say(t)
	c.press(t, '#')
	w.leftFor(t, apitest.Ada)
	cy.ended()
	w.idle(t)
	ada.unrung(t)
}

func TestPeopleOfACompanyThatIsClosedAreReachedByExtension(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.closed(t, 0)
	bob, cy := w.handset(t, apitest.Bob, bobHz), w.handset(t, apitest.Cy, cyHz)
	c := cy.call(apitest.AcmeMain)
	c.keys(t, "102")
	bob.answer(bob.rings())
	c.ear.Hears(t, bobHz)
	c.hangup()
	bob.ended()
	w.idle(t)
}

func TestACompanyMayBypassItsMenu(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.rule(t, 0, rc.BusinessHoursRule, rc.AnsweringRule{CallHandlingAction: rc.BypassMenu, Extension: &rc.AnsweringRef{ID: "101002"}})
	bob, cy := w.handset(t, apitest.Bob, bobHz), w.handset(t, apitest.Cy, cyHz)
	c := cy.call(apitest.AcmeMain)
	bob.answer(bob.rings())
	c.ear.Hears(t, bobHz)
	c.hangup()
	bob.ended()
	w.idle(t)
}

func TestATransferToTheMainNumberHearsTheMenu(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, cy := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz), w.handset(t, apitest.Cy, cyHz)
	c := cy.call("102")
	b := bob.answer(bob.rings())
	c.ear.Hears(t, bobHz)
	b.send("REFER", "", "", "Refer-To", "sip:"+apitest.AcmeMain+"@"+domain)
	bob.ended()
	c.keys(t, "0")
	ada.answer(ada.rings())
	c.ear.Hears(t, adaHz)
	c.hangup()
	ada.ended()
	w.idle(t)
}
