package exchange_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"offhook/internal/media/mediatest"
	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/exchange"
	"offhook/internal/rc"
	"offhook/internal/sip"
	"offhook/internal/store"
)

// lets gives or takes the right to listen in.
func (w *world) lets(t *testing.T, supervisor, agent int64, may bool) {
	t.Helper()
	err := w.Store.Write(t.Context(), func(tx store.PlatformTx) error { return tx.LetMonitor(t.Context(), supervisor, agent, may) })
	if err != nil {
		t.Fatal(err)
	}
}

// command asks for something within a call, and returns the outcome's code.
func (c *talk) command(name string) int {
	c.p.t.Helper()
	c.send(sip.INFO, fmt.Sprintf(`{"request":{"reqid":4,"command":%q}}`, name), "application/json;charset=utf-8")
	var out struct {
		Response struct {
			Command string `json:"command"`
			Result  struct {
				Code int `json:"code"`
			} `json:"result"`
		} `json:"response"`
	}
	if err := json.Unmarshal([]byte(mediatest.Wait(c.p.t, "the outcome of "+name, c.p.infos)), &out); err != nil || out.Response.Command != name {
		c.p.t.Fatalf("the outcome of %s: %v %+v", name, err, out)
	}
	return out.Response.Result.Code
}

// office is Bob, who is called by Ada, and Cy, who may listen to Bob.
func office(t *testing.T, change ...func(*exchange.Exchange)) (w *world, customer, agent *talk, cy *handset) {
	t.Helper()
	w = newWorld(t, change...)
	w.lets(t, apitest.Cy, apitest.Bob, true)
	_, _, customer, agent = w.connected(t)
	return w, customer, agent, w.handset(t, apitest.Cy, cyHz)
}

func TestASupervisorIsHeardByWhomTheyWant(t *testing.T) {
	t.Parallel()
	w, customer, agent, cy := office(t)
	watch := cy.call("*80102")
	watch.ear.HearsBoth(t, adaHz, bobHz)
	customer.ear.Hears(t, bobHz)
	agent.ear.Hears(t, adaHz)
	if code := watch.command("whisper"); code != 0 {
		t.Errorf("whisper: %d", code)
	}
	agent.ear.HearsBoth(t, adaHz, cyHz)
	customer.ear.Hears(t, bobHz)
	if code := watch.command("barge"); code != 0 {
		t.Errorf("barge: %d", code)
	}
	customer.ear.HearsBoth(t, bobHz, cyHz)
	agent.ear.HearsBoth(t, adaHz, cyHz)
	if code := watch.command("monitor"); code != 0 {
		t.Errorf("monitor: %d", code)
	}
	customer.ear.Hears(t, bobHz)
	agent.ear.Hears(t, adaHz)
	if code := watch.command("takeover"); code != 0 {
		t.Errorf("takeover: %d", code)
	}
	agent.p.ended()
	customer.ear.Hears(t, cyHz)
	watch.ear.Hears(t, adaHz)
	if code := watch.command("whisper"); code == 0 {
		t.Error("somebody who talks themselves whispers")
	}
	customer.hangup()
	cy.ended()
	w.idle(t)
	for _, row := range w.rows(t, apitest.Cy) {
		if row.Record.Action != "Monitoring" {
			t.Errorf("the supervisor's log says %q", row.Record.Action)
		}
	}
}

func TestASupervisorLeavesWithoutBeingMissed(t *testing.T) {
	t.Parallel()
	w, customer, agent, cy := office(t)
	watch := cy.call("*80102")
	watch.ear.HearsBoth(t, adaHz, bobHz)
	watch.hangup()
	customer.ear.Hears(t, bobHz)
	agent.ear.Hears(t, adaHz)
	again := cy.call("*82102")
	customer.ear.HearsBoth(t, bobHz, cyHz)
	agent.hold(true)
	again.ear.HearsSilence(t)
	agent.hold(false)
	customer.ear.HearsBoth(t, bobHz, cyHz)
	agent.hangup()
	customer.p.ended()
	cy.ended()
	w.idle(t)
}

func TestWhoMayNotListenInIsRefused(t *testing.T) {
	t.Parallel()
	w, customer, _, cy := office(t)
	for _, code := range []string{"*80101", "*80199", "*80103"} { // nobody let them; nobody is there; themselves
		if c := cy.try(code); c.codes[len(c.codes)-1] != 486 {
			t.Errorf("%s: %v, want 486", code, c.codes)
		}
	}
	w.lets(t, apitest.Cy, apitest.Bob, false)
	if c := cy.try("*80102"); c.codes[len(c.codes)-1] != 486 {
		t.Errorf("after the right was taken: %v, want 486", c.codes)
	}
	w.lets(t, apitest.Cy, apitest.Bob, true)
	watch := cy.call("*80102")
	watch.ear.HearsBoth(t, adaHz, bobHz)
	second := w.handset(t, apitest.Cy, 1900)
	second.call("*80102")
	second.ended()
	if code := customer.command("barge"); code == 0 {
		t.Error("somebody who is talked to barges in")
	}
	customer.hangup()
	cy.ended()
	w.idle(t)
}

func TestASupervisorWhoMayNotAnyMoreLeavesAtOnce(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"*80102", "*81102", "*82102"} {
		w, customer, agent, cy := office(t, often)
		watch := cy.call(mode)
		watch.ear.HearsBoth(t, adaHz, bobHz)
		w.lets(t, apitest.Cy, apitest.Bob, false) // as the command line does, which tells nobody
		cy.ended()
		customer.ear.Hears(t, bobHz)
		agent.ear.Hears(t, adaHz)
		customer.hangup()
		w.idle(t)
		rows := w.rows(t, apitest.Cy)
		if got := rows[len(rows)-1].Record; got.Action != "Monitoring" {
			t.Errorf("%s: the supervisor's log says %s: %s", mode, got.Action, got.Result)
		}
	}
}

func TestARequestBringsASupervisorIn(t *testing.T) {
	t.Parallel()
	w, customer, agent, cy := office(t)
	_ = agent
	session := strings.TrimPrefix(strings.Split(customer.ids, ";")[1], "session-id=")
	described, _ := w.x.Book.Describe(session)
	bobs := ""
	for _, p := range described.Parties {
		if p.Direction == rc.Inbound {
			bobs = p.ID
		}
	}
	party, err := w.x.SuperviseParty(t.Context(), session, bobs, apitest.Cy, cy.id, true)
	if err != nil {
		t.Fatal(err)
	}
	tx := cy.rings()
	if got, want := sip.HeaderValue(tx.Request(), "p-rc-api-monitoring-ids"), "party-id="+bobs+";session-id="+session; got != want {
		t.Errorf("p-rc-api-monitoring-ids is %q, want %q", got, want)
	}
	if sip.HeaderValue(tx.Request(), "Alert-Info") != "Auto Answer" {
		t.Error("the phone is not told to answer by itself")
	}
	watch := cy.answer(tx)
	watch.ear.HearsBoth(t, adaHz, bobHz)
	described, _ = w.x.Book.Describe(session)
	found := false
	for _, p := range described.Parties {
		if p.ID == party {
			found = p.Hidden && p.Status.Code == rc.PartyAnswered && p.Status.Reason == rc.ReasonSupervising
		}
	}
	if !found {
		t.Errorf("the supervisor's party: %+v", described.Parties)
	}
	watch.hangup()
	customer.hangup()
	w.idle(t)
}

func TestASupervisorsOwnPartIsHeldMutedAndEndedByRequest(t *testing.T) {
	t.Parallel()
	w, customer, agent, cy := office(t)
	watch := cy.call("*82102")
	session, party := sessionOf(watch.ids), partyOf(watch.ids)
	customer.ear.HearsBoth(t, bobHz, cyHz)

	done(t, w.x.MuteParty(t.Context(), session, party, true))
	customer.ear.Hears(t, bobHz)
	watch.ear.HearsBoth(t, adaHz, bobHz)
	done(t, w.x.MuteParty(t.Context(), session, party, false))
	agent.ear.HearsBoth(t, adaHz, cyHz)

	done(t, w.x.HoldParty(t.Context(), session, party, true))
	watch.ear.HearsSilence(t)
	customer.ear.Hears(t, bobHz)
	done(t, w.x.HoldParty(t.Context(), session, party, false))
	customer.ear.HearsBoth(t, bobHz, cyHz)

	refused(t, "a transfer of whom one listens to", w.x.TransferParty(t.Context(), session, party, rc.CallTarget{ExtensionNumber: "103"}), rc.Conflict)
	done(t, w.x.EndParty(t.Context(), session, party))
	cy.ended()
	customer.ear.Hears(t, bobHz)
	agent.ear.Hears(t, adaHz)
	customer.hangup()
	w.idle(t)
}

func TestASupervisorIsAskedWhoseCallTheyMean(t *testing.T) {
	t.Parallel()
	w, customer, agent, cy := office(t)
	for code, heard := range map[string]func(){
		"*80": func() { customer.ear.Hears(t, bobHz); agent.ear.Hears(t, adaHz) },
		"*81": func() { customer.ear.Hears(t, bobHz); agent.ear.HearsBoth(t, adaHz, cyHz) },
		"*82": func() { customer.ear.HearsBoth(t, bobHz, cyHz); agent.ear.HearsBoth(t, adaHz, cyHz) },
	} {
		watch := cy.call(code)
		watch.keys(t, "102")
		watch.ear.HearsBoth(t, adaHz, bobHz)
		watch.speak()
		heard()
		if code := watch.command("monitor"); code != 0 {
			t.Errorf("a command after the keys of %s: %d", watch.invite.Recipient.User, code)
		}
		watch.hangup()
	}
	for _, keys := range []string{"101", "103", "1#2#3#"} { // nobody let them; themselves; nobody
		watch := cy.call("*80")
		watch.keys(t, keys)
		cy.ended()
	}
	over := cy.call("*83")
	over.keys(t, "102")
	agent.p.ended()
	over.speak()
	customer.ear.Hears(t, cyHz)
	over.ear.Hears(t, adaHz)
	over.hangup()
	customer.p.ended()
	w.idle(t)
	if rows := w.rows(t, apitest.Cy); len(rows) != 1 || rows[0].Record.Action != "Monitoring" || len(rows[0].Record.Legs) != 4 {
		t.Errorf("the supervisor's log of one call, which they came into four times: %+v", rows)
	}
}

func TestWhoGivesUpWhileTheyAreAskedHasCalledNobody(t *testing.T) {
	t.Parallel()
	w, customer, _, cy := office(t)
	watch := cy.call("*80")
	watch.keys(t, "10")
	watch.hangup()
	customer.hangup()
	w.idle(t)
	if rows := w.rows(t, apitest.Cy); len(rows) != 0 {
		t.Errorf("the log has %d calls", len(rows))
	}
}
