package session_test

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/exchange/session"
	"offhook/internal/rc"
	"offhook/internal/rigtest"
	"offhook/internal/store"
)

// A world is a book on a platform with Ada, Bob and Cy of Acme and Eve of
// somebody else.
type world struct {
	*apitest.World
	*session.Book
	log  *rigtest.Log
	told func() []told
	ends ends
}

// ends are the people and numbers of the tests.
type ends struct{ ada, bob, cy, outside session.End }

// told is what an event says, shortly.
type told struct {
	Extension int64
	Party     string // its last digit
	State     string // and reason
	Missed    bool
	Sequence  int64
}

// calls notes what presence is told.
type calls struct {
	of map[int64][][]rc.ActiveCall
}

func (c *calls) CallsChanged(_ context.Context, _, extensionID int64, now []rc.ActiveCall) {
	c.of[extensionID] = append(c.of[extensionID], now)
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{World: apitest.New(t), log: new(rigtest.Log)}
	w.Book = w.open(t)
	w.ends = ends{
		ada:     session.End{Number: apitest.AdaPhone, Name: "Ada Test", AccountID: apitest.Acme, ExtensionID: apitest.Ada, ExtensionNumber: "101"},
		bob:     session.End{Number: apitest.BobPhone, Name: "Bob Stone", AccountID: apitest.Acme, ExtensionID: apitest.Bob, ExtensionNumber: "102"},
		cy:      session.End{Name: "Cy", AccountID: apitest.Acme, ExtensionID: apitest.Cy, ExtensionNumber: "103"},
		outside: session.End{Number: apitest.Outside},
	}
	events := w.Told()
	w.told = func() []told {
		t.Helper()
		w.flush(t)
		var all []told
		for _, e := range events() {
			if e.Filter != rc.TelephonyFilter(e.AccountID, e.ExtensionID) {
				continue
			}
			var body rc.TelephonyEvent
			if err := json.Unmarshal(e.Body, &body); err != nil {
				t.Fatal(err)
			}
			for _, p := range body.Parties {
				state := p.Status.Code
				if p.Status.Reason != "" {
					state += " " + p.Status.Reason
				}
				all = append(all, told{e.ExtensionID, p.ID[len(p.ID)-1:], state, p.MissedCall, body.Sequence})
			}
		}
		return all
	}
	return w
}

// open opens a book on the world's store, as a process does when it starts.
func (w *world) open(t *testing.T) *session.Book {
	t.Helper()
	k := session.New(w.Store, w.Bus, &store.IDs{Now: w.Now}, w.Now, w.log.Logger())
	if err := k.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(k.Close)
	return k
}

func (w *world) flush(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	if err := w.Flush(ctx); err != nil {
		t.Fatal(err)
	}
}

// call has somebody call somebody else: both are in Setup.
func (w *world) call(from, to session.End) (caller, callee *session.Party) {
	s := w.Begin(session.Spec{})
	caller = s.Add(session.PartySpec{Direction: rc.Outbound, AccountID: from.AccountID, ExtensionID: from.ExtensionID, From: from, To: to})
	callee = s.Add(session.PartySpec{Direction: rc.Inbound, AccountID: to.AccountID, ExtensionID: to.ExtensionID, From: from, To: to})
	return caller, callee
}

// rows are the calls of an extension's log, ended ones and then active ones,
// oldest first.
func (w *world) rows(t *testing.T, extensionID int64) []store.Call {
	t.Helper()
	w.flush(t)
	var all []store.Call
	for _, active := range []bool{false, true} {
		some, err := w.Store.Calls(t.Context(), apitest.Acme, store.CallQuery{ExtensionID: extensionID, Active: active}, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		slices.Reverse(some)
		all = append(all, some...)
	}
	return all
}

func TestEventsFollowACallInTheOrderOfItsSteps(t *testing.T) {
	w := newWorld(t)
	ada, bob := w.call(w.ends.ada, w.ends.bob)
	ada.Proceed()
	bob.Proceed()
	bob.Answer()
	ada.Answer()
	ada.Hold(true)
	ada.Hold(true) // changes nothing
	ada.Hold(false)
	bob.Mute(true)
	ada.End(rc.ReasonCallFinished, "")
	bob.End(rc.ReasonCallFinished, "")
	bob.End(rc.ReasonCallFinished, "")
	want := []told{
		{apitest.Ada, "1", "Setup", false, 1}, {apitest.Bob, "2", "Setup", false, 2},
		{apitest.Ada, "1", "Proceeding", false, 3}, {apitest.Bob, "2", "Proceeding", false, 4},
		{apitest.Bob, "2", "Answered", false, 5}, {apitest.Ada, "1", "Answered", false, 6},
		{apitest.Ada, "1", "Hold", false, 7}, {apitest.Ada, "1", "Answered", false, 8},
		{apitest.Bob, "2", "Answered", false, 9}, // muted
		{apitest.Ada, "1", "Disconnected CallFinished", false, 10}, {apitest.Bob, "2", "Disconnected CallFinished", false, 11},
	}
	if diff := cmp.Diff(want, w.told()); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if _, ok := w.Session(ada.Session().ID()); ok {
		t.Error("the session is still there after everybody left it")
	}
	if log := w.log.String(); log != "" {
		t.Errorf("the log says:\n%s", log)
	}
}

// TestStepsThatCannotBe tries every step from every state: only those of the
// table may change anything.
func TestStepsThatCannotBe(t *testing.T) {
	w := newWorld(t)
	type step struct {
		to   string
		take func(p *session.Party) bool
	}
	peer, _ := w.call(w.ends.cy, w.ends.outside)
	all := []step{
		{rc.PartyProceeding, (*session.Party).Proceed},
		{rc.PartyAnswered, (*session.Party).Answer},
		{rc.PartyHold, func(p *session.Party) bool { return p.Hold(true) }},
		{rc.PartyVoicemail, (*session.Party).Voicemail},
		{rc.PartyParked, func(p *session.Party) bool { return p.Parked("*801") }},
		{rc.PartyDisconnected, func(p *session.Party) bool { return p.End(rc.ReasonCallFinished, "") }},
		{rc.PartyGone, func(p *session.Party) bool { return p.Gone(rc.ReasonAttendedTransfer, peer) }},
	}
	may := map[string][]string{
		rc.PartySetup:      {rc.PartyProceeding, rc.PartyAnswered, rc.PartyVoicemail, rc.PartyDisconnected, rc.PartyGone},
		rc.PartyProceeding: {rc.PartyAnswered, rc.PartyVoicemail, rc.PartyDisconnected, rc.PartyGone},
		rc.PartyAnswered:   {rc.PartyHold, rc.PartyParked, rc.PartyDisconnected, rc.PartyGone},
		rc.PartyHold:       {rc.PartyAnswered, rc.PartyParked, rc.PartyDisconnected, rc.PartyGone},
		rc.PartyParked:     {rc.PartyAnswered, rc.PartyDisconnected, rc.PartyGone},
		rc.PartyVoicemail:  {rc.PartyAnswered, rc.PartyDisconnected, rc.PartyGone},
	}
	ways := map[string][]int{ // to each state, by index of the steps
		rc.PartySetup: nil, rc.PartyProceeding: {0}, rc.PartyAnswered: {1}, rc.PartyHold: {1, 2}, rc.PartyParked: {1, 4},
		rc.PartyVoicemail: {3}, rc.PartyDisconnected: {5}, rc.PartyGone: {6},
	}
	for from, way := range ways {
		for _, s := range all {
			p, _ := w.call(w.ends.ada, w.ends.outside)
			for _, i := range way {
				all[i].take(p)
			}
			before := p.Status()
			if before.Code != from {
				t.Fatalf("the way to %s led to %s", from, before.Code)
			}
			want := slices.Contains(may[from], s.to)
			if got := s.take(p); got != want {
				t.Errorf("from %s to %s: %v, want %v", from, s.to, got, want)
			}
			if !want {
				if diff := cmp.Diff(before, p.Status()); diff != "" {
					t.Errorf("from %s to %s was refused and changed (-before +after):\n%s", from, s.to, diff)
				}
			}
			p.Session().Drop(rc.ReasonCallFinished, "")
		}
	}
}

func TestSomebodyOutsideHasNoLogAndNoEvents(t *testing.T) {
	w := newWorld(t)
	ada, far := w.call(w.ends.ada, w.ends.outside)
	far.Answer()
	ada.Answer()
	far.End(rc.ReasonCallFinished, "")
	ada.End(rc.ReasonCallFinished, "")
	rows := w.rows(t, apitest.Ada)
	if len(rows) != 1 || rows[0].Record.Transport != "PSTN" || rows[0].Record.To.PhoneNumber != apitest.Outside {
		t.Errorf("Ada's log has %+v, want the one call to %s", rows, apitest.Outside)
	}
	for _, e := range w.told() {
		if e.Extension != apitest.Ada {
			t.Errorf("%+v is told to nobody's extension", e)
		}
	}
}

func TestAnotherCompanysExtensionsAreKnownByNumberAndName(t *testing.T) {
	w := newWorld(t)
	eve := session.End{Number: apitest.EvePhone, Name: "Eve Else", AccountID: apitest.Other, ExtensionID: apitest.Eve, ExtensionNumber: "101", DeviceID: "9"}
	caller, ada := w.call(eve, w.ends.ada)
	row := w.rows(t, apitest.Ada)[0].Record
	want := &rc.CallParty{PhoneNumber: apitest.EvePhone, Name: "Eve Else"}
	if diff := cmp.Diff([]any{want, "101001"}, []any{row.From, row.To.ExtensionID}); diff != "" {
		t.Errorf("Ada's log (-want +got):\n%s", diff)
	}
	s, _ := w.Describe(ada.Session().ID())
	own, other := s.Parties[0], s.Parties[1]
	if own.ID != caller.ID() || own.From.ExtensionID == "" || own.To.ExtensionID != "" || other.From.ExtensionID != "" || other.From.DeviceID != "" || other.To.ExtensionID == "" {
		t.Errorf("the session is %+v", s)
	}
}

func TestPresenceShowsEachCallUntilOnceAfterItsEnd(t *testing.T) {
	w := newWorld(t)
	seen := &calls{of: map[int64][][]rc.ActiveCall{}}
	w.Presence = seen
	ada, bob := w.call(w.ends.ada, w.ends.bob)
	ada.SIP(rc.SIPData{CallID: "call-1", ToTag: "to", FromTag: "from"})
	bob.Proceed()
	bob.Answer()
	ada.Answer()
	ada.Hold(true)
	if got := w.Active(apitest.Ada); len(got) != 1 || got[0].TelephonyStatus != rc.TelephonyOnHold || got[0].ID != "call-1" || got[0].SIPData.FromTag != "from" {
		t.Errorf("Ada's calls: %+v", got)
	}
	bob.End(rc.ReasonCallFinished, "")
	ada.End(rc.ReasonCallFinished, "")
	w.flush(t)
	for id, want := range map[int64][]string{
		apitest.Ada: {"Ringing", "Ringing", "CallConnected", "OnHold", "NoCall final"},
		apitest.Bob: {"Ringing", "Ringing", "CallConnected", "NoCall final"},
	} {
		var got []string
		for _, now := range seen.of[id] {
			for _, c := range now {
				got = append(got, strings.TrimSpace(c.TelephonyStatus+" "+c.TerminationType))
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("presence of %d (-want +got):\n%s", id, diff)
		}
	}
	if ringing := seen.of[apitest.Bob][0][0]; ringing.PartyID != bob.ID() || ringing.ID != bob.ID() {
		t.Errorf("a call that rings is known as %q of party %q, want %s", ringing.ID, ringing.PartyID, bob.ID())
	}
}

func TestAPartyIsLookedAtWhileItTakesOver(t *testing.T) {
	w := newWorld(t)
	ada, _ := w.call(w.ends.ada, w.ends.bob)
	cy := ada.Session().Add(session.PartySpec{
		Direction: rc.Outbound, AccountID: apitest.Acme, ExtensionID: apitest.Cy, From: w.ends.cy, To: w.ends.bob, Hidden: true,
	})
	cy.Supervise()
	seen := make(chan session.PartySpec)
	go func() { seen <- cy.Spec() }() // as a command for the party does
	if !cy.TakeOver(w.ends.ada) {
		t.Fatal("nobody takes over")
	}
	if got := <-seen; got.Hidden && got.To != w.ends.bob || !got.Hidden && got.To != w.ends.ada {
		t.Errorf("seen in the middle of it: %+v", got)
	}
	if got := cy.Spec(); got.Hidden || got.To != w.ends.ada {
		t.Errorf("taken over, the party is %+v, want it to talk to Ada openly", got)
	}
}
