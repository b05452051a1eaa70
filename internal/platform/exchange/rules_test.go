package exchange_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"offhook/internal/platform/answering"
	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/exchange"
	"offhook/internal/rc"
	"offhook/internal/sip"
	"offhook/internal/store"
)

// set stores a setting of an extension, or of Acme, which is 0.
func (w *world) set(t *testing.T, extensionID int64, name string, v any) {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	err = w.Store.Write(t.Context(), func(tx store.PlatformTx) error {
		if _, err := tx.ChangeSetting(t.Context(), apitest.Acme, extensionID, name); err != nil {
			return err
		}
		return tx.SaveSetting(t.Context(), apitest.Acme, extensionID, name, text)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (w *world) rule(t *testing.T, extensionID int64, id string, r rc.AnsweringRule) {
	t.Helper()
	w.set(t, extensionID, answering.RulesSetting, answering.Rules{id: r})
}

// forwards gives somebody forwarding numbers that ring one after the other.
func (w *world) forwards(t *testing.T, extensionID int64, numbers ...string) {
	t.Helper()
	var all []answering.Number
	for i, n := range numbers {
		all = append(all, answering.Number{ID: fmt.Sprint(i + 1), PhoneNumber: n, Label: "Elsewhere", Type: "Other"})
	}
	w.set(t, extensionID, answering.NumbersSetting, all)
}

// closed gives somebody hours that are over at the time of the tests.
func (w *world) closed(t *testing.T, extensionID int64) {
	t.Helper()
	w.set(t, extensionID, answering.HoursSetting, rc.Schedule{WeeklyRanges: map[string][]rc.TimeRange{"friday": {{From: "09:00", To: "18:00"}}}})
}

func quickly(x *exchange.Exchange) { x.RingTime = 5 * time.Second }

func TestForwardingNumbersRingAfterTheirOwnersPhones(t *testing.T) {
	t.Parallel()
	w := newWorld(t, quickly)
	w.forwards(t, apitest.Bob, apitest.Outside, apitest.AdaPhone)
	w.rule(t, apitest.Bob, rc.BusinessHoursRule, rc.AnsweringRule{CallHandlingAction: rc.ForwardCalls, Forwarding: &rc.Forwarding{
		NotifyMySoftPhones: true, SoftPhonesRingCount: 1, SoftPhonesAlwaysRing: true, SoftPhonesTop: true, RingingMode: rc.Sequentially,
		Rules: []rc.ForwardingGroup{{RingCount: 1, Enabled: true, Numbers: []rc.ForwardingTarget{{ID: "1"}}}, {RingCount: 5, Enabled: true, Numbers: []rc.ForwardingTarget{{ID: "2"}}}},
	}})
	ada, bob, cy := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz), w.handset(t, apitest.Cy, cyHz)
	c := cy.call("102")
	own := bob.rings()
	tx := ada.rings()
	if got := sip.HeaderValue(tx.Request(), "From"); got == "" || cancelled(own) {
		t.Errorf("Bob's own phone rings no more, From %q", got)
	}
	ada.answer(tx)
	quiet(t, own)
	c.ear.Hears(t, adaHz)
	c.hangup()
	ada.ended()
	w.idle(t)
	wantRows(t, w, apitest.Ada, "Inbound Accepted")
	wantRows(t, w, apitest.Bob, "Inbound Accepted")
	wantRows(t, w, apitest.Cy, "Outbound Call connected")
}

func TestWhoIsForwardedToMayDecline(t *testing.T) {
	t.Parallel()
	w := newWorld(t, quickly)
	w.forwards(t, apitest.Bob, apitest.AdaPhone)
	ada, cy := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Cy, cyHz)
	c := cy.call("102")
	ada.says(ada.rings(), 12, "")
	c.leavesAMessage(t)
	w.leftFor(t, apitest.Bob)
	cy.ended()
	w.idle(t)
	wantRows(t, w, apitest.Ada, "Inbound Rejected")
}

func TestAServiceAnswersAForwardedCall(t *testing.T) {
	t.Parallel()
	w := newWorld(t, quickly)
	w.forwards(t, apitest.Bob, "+16505550603", "+16505550601")
	cy := w.handset(t, apitest.Cy, cyHz)
	c := cy.call("102")
	c.ear.Hears(t, cyHz) // the echo, after the number that is busy
	c.hangup()
	w.idle(t)
}

// Two who forward to each other, in either way, do not keep a call for ever.
func TestForwardingInACircleEndsWithTheVoicemailOfTheFirst(t *testing.T) {
	t.Parallel()
	always := func(number string) rc.AnsweringRule {
		return rc.AnsweringRule{CallHandlingAction: rc.ForwardAlways, UnconditionalForwarding: &rc.ForwardingTarget{PhoneNumber: number}}
	}
	for name, prepare := range map[string]func(w *world){
		"at once": func(w *world) {
			w.rule(t, apitest.Bob, rc.BusinessHoursRule, always(apitest.AdaPhone))
			w.rule(t, apitest.Ada, rc.BusinessHoursRule, always(apitest.BobPhone))
		},
		"by extension": func(w *world) {
			w.rule(t, apitest.Bob, rc.BusinessHoursRule, rc.AnsweringRule{
				CallHandlingAction: rc.TransferToExtension, Transfer: &rc.RuleExtension{Extension: rc.AnsweringRef{ID: fmt.Sprint(apitest.Ada)}},
			})
			w.rule(t, apitest.Ada, rc.BusinessHoursRule, always("102"))
		},
		"to oneself": func(w *world) { w.rule(t, apitest.Bob, rc.BusinessHoursRule, always("102")) },
		"after ringing": func(w *world) {
			w.forwards(t, apitest.Bob, apitest.AdaPhone)
			w.forwards(t, apitest.Ada, apitest.BobPhone)
		},
		"one of them at once": func(w *world) {
			w.forwards(t, apitest.Bob, apitest.AdaPhone)
			w.rule(t, apitest.Ada, rc.BusinessHoursRule, always(apitest.BobPhone))
		},
		"to nobody": func(w *world) { w.rule(t, apitest.Bob, rc.BusinessHoursRule, always(apitest.Outside)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t, func(x *exchange.Exchange) { x.RingTime = 50 * time.Millisecond })
			prepare(w)
			w.handset(t, apitest.Ada, adaHz)
			w.handset(t, apitest.Bob, bobHz)
			cy := w.handset(t, apitest.Cy, cyHz)
			cy.call("102").leavesAMessage(t)
			w.leftFor(t, apitest.Bob)
			cy.ended()
			w.idle(t)
			wantRows(t, w, apitest.Bob, "Inbound Voicemail")
		})
	}
}

func TestPhonesThatSendACallToAndFroEndAtTheVoicemailOfTheFirst(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, cy := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz), w.handset(t, apitest.Cy, cyHz)
	c := cy.call("102")
	for i := range 6 {
		from, to := bob, "101"
		if i%2 == 1 {
			from, to = ada, "102"
		}
		from.says(from.rings(), 10, ` FwdDly="0" Phn="`+to+`" PhnTp="3"`)
	}
	c.leavesAMessage(t)
	w.leftFor(t, apitest.Bob)
	cy.ended()
	w.idle(t)
}

func TestAfterHours(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		rule *rc.AnsweringRule
		want string // in Bob's log
	}{
		"messages are taken": {nil, "[Inbound Voicemail]"},
		"or what the rule says": {&rc.AnsweringRule{
			CallHandlingAction: rc.ForwardAlways, UnconditionalForwarding: &rc.ForwardingTarget{PhoneNumber: "+16505550601"},
		}, "[Inbound Accepted]"},
		"or nobody": {&rc.AnsweringRule{CallHandlingAction: rc.PlayAnnouncementOnly}, "[Inbound Missed]"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			w.closed(t, apitest.Bob)
			if tt.rule != nil {
				w.rule(t, apitest.Bob, rc.AfterHoursRule, *tt.rule)
			}
			bob, cy := w.handset(t, apitest.Bob, bobHz), w.handset(t, apitest.Cy, cyHz)
			c := cy.call("102")
			if tt.rule != nil && tt.rule.CallHandlingAction == rc.PlayAnnouncementOnly {
				cy.ended()
			} else {
				w.until(t, "a call that is taken", func() bool { return w.saw(apitest.Cy, rc.TelephonyConnected) })
				c.hangup()
			}
			w.idle(t)
			if got := fmt.Sprint(results(w.rows(t, apitest.Bob))); got != tt.want {
				t.Errorf("Bob's log has %s, want %s", got, tt.want)
			}
			select {
			case <-bob.calls:
				t.Error("Bob's phone rang")
			default:
			}
		})
	}
}

func TestHoursGoByTheClocksOfWhoIsCalled(t *testing.T) {
	t.Parallel()
	// It is 3:04 on a Friday in London, and 22:04 on Thursday in New York.
	w := newWorld(t, func(x *exchange.Exchange) { x.Zone = zoneOf("America/New_York") })
	w.set(t, apitest.Bob, answering.HoursSetting, rc.Schedule{WeeklyRanges: map[string][]rc.TimeRange{"thursday": {{From: "22:00", To: "24:00"}}}})
	bob, cy := w.handset(t, apitest.Bob, bobHz), w.handset(t, apitest.Cy, cyHz)
	c := cy.call("102")
	bob.answer(bob.rings())
	c.ear.Hears(t, bobHz)
	c.hangup()
	bob.ended()
	w.idle(t)
}
