package exchange_test

import (
	"fmt"
	"strings"
	"testing"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/rc"
	"offhook/internal/sip"
	"offhook/internal/store"
)

func TestAQueueRingsItsMembers(t *testing.T) {
	t.Parallel()
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
	t.Parallel()
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

func TestTheVoicemailOfAQueue(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		prepare func(*testing.T, *world)
		bob     string // what the log of the one who rings says
	}{
		"takes the calls that every member declines": {func(*testing.T, *world) {}, "Inbound Rejected"},
		"takes the calls that have waited enough": {func(t *testing.T, w *world) {
			w.rule(t, apitest.Desk, rc.BusinessHoursRule, rc.AnsweringRule{CallHandlingAction: rc.AgentQueue, Queue: &rc.QueueRule{TransferMode: rc.Simultaneous, HoldTime: 1}})
		}, "Inbound Missed"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.AddDesk()
			tt.prepare(t, w)
			bob, cy := w.handset(t, apitest.Bob, bobHz), w.handset(t, apitest.Cy, cyHz)
			c := cy.call(apitest.DeskPhone)
			tx := bob.rings()
			if tt.bob == "Inbound Rejected" {
				if err := tx.Respond(603, "Decline"); err != nil {
					t.Fatal(err)
				}
			} else {
				quiet(t, tx)
			}
			c.leavesAMessage(t)
			w.until(t, "the message", func() bool { return len(w.left) == 1 })
			if v := w.left[0]; v.ExtensionID != apitest.Desk || v.To.Number != apitest.DeskPhone {
				t.Errorf("left for %d at %s", v.ExtensionID, v.To.Number)
			}
			cy.ended()
			w.idle(t)
			wantRows(t, w, apitest.Cy, "Outbound Call connected")
			wantRows(t, w, apitest.Bob, tt.bob)
			wantRows(t, w, apitest.Desk, "Inbound Voicemail")
		})
	}
}

// leavesAMessage speaks to a voicemail.
func (c *talk) leavesAMessage(t *testing.T) {
	t.Helper()
	c.p.w.until(t, "the voicemail", func() bool { return c.p.w.saw(apitest.Cy, rc.TelephonyConnected) })
	c.hush() // whoever presses keys says nothing
	c.beeped(t)
	c.say(t)
	c.press(t, '#')
}

func TestAQueueWithoutMembersSaysSo(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.AddDesk()
	err := w.Store.Write(t.Context(), func(tx store.PlatformTx) error {
		for _, id := range []int64{apitest.Ada, apitest.Bob} {
			if _, err := tx.RemoveQueueMember(t.Context(), apitest.Desk, id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	cy := w.handset(t, apitest.Cy, cyHz)
	cy.call(apitest.DeskPhone)
	cy.ended() // after a sentence
	w.idle(t)
	wantRows(t, w, apitest.Cy, "Outbound No Answer")
}

func TestMembersOneAfterTheOther(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		mode   string
		agents []rc.FixedAgent
		first  []string // who rings first, call by call
	}{
		{rc.Rotating, nil, []string{"Ada", "Bob", "Ada"}},
		{rc.FixedOrder, nil, []string{"Ada", "Ada"}},
		{rc.FixedOrder, []rc.FixedAgent{{Extension: rc.AnsweringRef{ID: fmt.Sprint(apitest.Bob)}, Index: 1}}, []string{"Bob", "Bob"}},
	} {
		t.Run(fmt.Sprint(tt.mode, len(tt.agents)), func(t *testing.T) {
			w := newWorld(t)
			w.AddDesk()
			w.rule(t, apitest.Desk, rc.BusinessHoursRule, rc.AnsweringRule{CallHandlingAction: rc.AgentQueue, Queue: &rc.QueueRule{TransferMode: tt.mode, FixedOrderAgents: tt.agents}})
			ada, bob, cy := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz), w.handset(t, apitest.Cy, cyHz)
			for i, want := range tt.first {
				first, second := ada, bob
				if want == "Bob" {
					first, second = bob, ada
				}
				c := cy.call(apitest.DeskPhone)
				tx := first.rings()
				select {
				case <-second.calls:
					t.Fatalf("call %d rings at both", i)
				default:
				}
				first.says(tx, 12, "")
				second.answer(second.rings())
				c.hangup()
				second.ended()
				w.idle(t)
			}
		})
	}
}

func TestWhoCallsAQueueWaitsForAMemberWhoTalks(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.AddDesk()
	bob, cy := w.handset(t, apitest.Bob, bobHz), w.handset(t, apitest.Cy, cyHz)
	talk := bob.call("*601")
	talk.ear.Hears(t, bobHz)
	c := cy.call(apitest.DeskPhone)
	talk.hangup()
	bob.answer(bob.rings())
	c.ear.Hears(t, bobHz)
	c.hangup()
	bob.ended()
	w.idle(t)
}
