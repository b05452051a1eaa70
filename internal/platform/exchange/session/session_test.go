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

func TestEveryCallIsOnceInTheLogOfEachWhoTookPart(t *testing.T) {
	for _, tt := range []struct {
		name                   string
		run                    func(w *world, ada, bob *session.Party)
		caller, callee         string // results
		callerWhy, calleeWhy   string // reasons
		missed                 bool
		callerLong, calleeLong int64 // seconds
	}{
		{"answered", func(w *world, ada, bob *session.Party) {
			w.Advance(4 * time.Second)
			bob.Answer()
			ada.Answer()
			w.Advance(9 * time.Second)
			ada.End(rc.ReasonCallFinished, "")
			bob.End(rc.ReasonCallFinished, "")
		}, "Call connected", "Accepted", "", "", false, 9, 9},
		{"given up", func(w *world, ada, bob *session.Party) {
			w.Advance(4 * time.Second)
			ada.End(rc.ReasonCancelled, "")
			bob.End(rc.ReasonCancelled, "")
		}, "Hang Up", "Missed", "Hang Up", "No Answer", true, 4, 4},
		{"nobody answers", func(w *world, ada, bob *session.Party) {
			bob.End(rc.ReasonNoAnswer, "")
			ada.End(rc.ReasonNoAnswer, "")
		}, "No Answer", "Missed", "No Answer", "No Answer", true, 0, 0},
		{"declined", func(w *world, ada, bob *session.Party) {
			bob.End(rc.ReasonRejected, "")
			ada.End(rc.ReasonTargetBusy, "")
		}, "Busy", "Rejected", "Line Busy", "Calls Not Accepted", false, 0, 0},
		{"to voicemail", func(w *world, ada, bob *session.Party) {
			bob.Voicemail()
			ada.Answer()
			w.Advance(7 * time.Second)
			ada.End(rc.ReasonCallFinished, "")
			bob.End(rc.ReasonCallFinished, "")
		}, "Call connected", "Voicemail", "", "", true, 7, 7},
		{"a colleague answers", func(w *world, ada, bob *session.Party) {
			bob.End(rc.ReasonAgentAnswered, "")
			ada.Answer()
			ada.End(rc.ReasonCallFinished, "")
		}, "Call connected", "Answered Elsewhere", "", "", false, 0, 0},
		{"no such number", func(w *world, ada, bob *session.Party) {
			bob.End(rc.ReasonCancelled, "")
			ada.End(rc.ReasonInvalidNumber, "")
		}, "Wrong Number", "Missed", "Bad Number", "No Answer", true, 0, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			ada, bob := w.call(w.ends.ada, w.ends.bob)
			ada.Proceed()
			bob.Proceed()
			for _, id := range []int64{apitest.Ada, apitest.Bob} {
				if rows := w.rows(t, id); len(rows) != 1 || !rows[0].Active || rows[0].Record.Result != rc.CallInProgress {
					t.Fatalf("while it rings, the log of %d has %+v, want one call in progress", id, rows)
				}
			}
			tt.run(w, ada, bob)
			for _, side := range []struct {
				id          int64
				direction   string
				result, why string
				long        int64
			}{{apitest.Ada, rc.Outbound, tt.caller, tt.callerWhy, tt.callerLong}, {apitest.Bob, rc.Inbound, tt.callee, tt.calleeWhy, tt.calleeLong}} {
				rows := w.rows(t, side.id)
				if len(rows) != 1 {
					t.Fatalf("%d calls in the log of %d, want 1", len(rows), side.id)
				}
				r := rows[0].Record
				got := []any{rows[0].Active, r.Direction, r.Result, r.Reason, r.Duration, r.TelephonySessionID, r.SessionID, r.From.PhoneNumber, r.To.ExtensionID, len(r.Legs) > 0 && r.Legs[0].Master}
				want := []any{false, side.direction, side.result, side.why, side.long, ada.Session().ID(), ada.Session().Number(), apitest.AdaPhone, "101002", true}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("the call in the log of %d (-want +got):\n%s", side.id, diff)
				}
			}
			all := w.told()
			last := all[slices.IndexFunc(all, func(e told) bool {
				return e.Extension == apitest.Bob && strings.HasPrefix(e.State, rc.PartyDisconnected)
			})]
			if last.Missed != tt.missed {
				t.Errorf("Bob's last event says missed %v, want %v", last.Missed, tt.missed)
			}
		})
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

func TestATransferredCallIsInThreeLogs(t *testing.T) {
	w := newWorld(t)
	ada, bob := w.call(w.ends.ada, w.ends.bob)
	bob.Answer()
	ada.Answer()
	cy := ada.Session().Add(session.PartySpec{Direction: rc.Inbound, AccountID: apitest.Acme, ExtensionID: apitest.Cy, From: w.ends.ada, To: w.ends.cy})
	bob.End(rc.ReasonBlindTransfer, "")
	cy.Answer()
	ada.End(rc.ReasonCallFinished, "")
	cy.End(rc.ReasonCallFinished, "")
	for id, result := range map[int64]string{apitest.Ada: rc.CallConnected, apitest.Bob: rc.CallAccepted, apitest.Cy: rc.CallAccepted} {
		if rows := w.rows(t, id); len(rows) != 1 || rows[0].Record.Result != result || rows[0].Active {
			t.Errorf("the log of %d has %+v, want one call that was %s", id, rows, result)
		}
	}
}

func TestAWarmTransferNamesTheOtherSession(t *testing.T) {
	w := newWorld(t)
	events := w.Told()
	ada, bob := w.call(w.ends.ada, w.ends.bob)
	bob.Answer()
	ada.Answer()
	bobAgain, cy := w.call(w.ends.bob, w.ends.cy)
	cy.Answer()
	bobAgain.Answer()
	joined := ada.Session().Add(session.PartySpec{Direction: rc.Inbound, AccountID: apitest.Acme, ExtensionID: apitest.Cy, From: w.ends.ada, To: w.ends.cy})
	joined.Answer()
	cy.Gone(rc.ReasonAttendedTransfer, joined)
	w.flush(t)
	var gone *rc.PeerID
	for _, e := range events() {
		var body rc.TelephonyEvent
		if err := json.Unmarshal(e.Body, &body); err == nil && len(body.Parties) == 1 && body.Parties[0].Status.Code == rc.PartyGone {
			gone = body.Parties[0].Status.PeerID
		}
	}
	want := &rc.PeerID{SessionID: ada.Session().Number(), TelephonySessionID: ada.Session().ID(), PartyID: joined.ID()}
	if diff := cmp.Diff(want, gone); diff != "" {
		t.Errorf("the peer of who is gone (-want +got):\n%s", diff)
	}
}

func TestCallsThatGoOnWhenTheProcessDiesAreClosedAtTheNextStart(t *testing.T) {
	w := newWorld(t)
	ada, bob := w.call(w.ends.ada, w.ends.bob)
	bob.Answer()
	ada.Answer()
	w.call(w.ends.cy, w.ends.ada)
	w.flush(t)
	w.Book = w.open(t) // the first book is never told of an end
	for _, tt := range []struct {
		extension int64
		results   []string
	}{
		{apitest.Ada, []string{rc.CallConnected, rc.CallMissed}},
		{apitest.Bob, []string{rc.CallAccepted}},
		{apitest.Cy, []string{rc.CallHangUp}},
	} {
		var got []string
		for _, r := range w.rows(t, tt.extension) {
			got = append(got, r.Record.Result)
			if r.Active || r.Record.Reason != "Stopped" || r.Record.ReasonDescription != "The platform stopped during the call" {
				t.Errorf("%d: active %v, %s, %q; want a closed call that says why", tt.extension, r.Active, r.Record.Reason, r.Record.ReasonDescription)
			}
		}
		slices.Sort(got)
		slices.Sort(tt.results)
		if diff := cmp.Diff(tt.results, got); diff != "" {
			t.Errorf("results of %d (-want +got):\n%s", tt.extension, diff)
		}
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

func TestARecordingIsNamedInTheLogAndCanBeHeard(t *testing.T) {
	w := newWorld(t)
	ada, bob := w.call(w.ends.ada, w.ends.bob)
	bob.Answer()
	ada.Answer()
	id, ok := ada.StartRecording(rc.RecordedOnDemand)
	if !ok || !ada.PauseRecording(id) || ada.PauseRecording(id) {
		t.Fatal("a recording could not be started and paused once")
	}
	if again, _ := ada.StartRecording(rc.RecordedOnDemand); again != id {
		t.Errorf("the recording went on as %s, want %s", again, id)
	}
	ada.End(rc.ReasonCallFinished, "")
	bob.End(rc.ReasonCallFinished, "")
	if _, ok := ada.StartRecording(rc.RecordedOnDemand); ok {
		t.Error("a call that is over can be recorded")
	}
	if err := ada.KeepRecording(t.Context(), id, []byte("RIFF"), 3*time.Second); err != nil {
		t.Fatal(err)
	}
	row := w.rows(t, apitest.Ada)[0]
	want := &rc.RecordingOfACall{ID: id, Type: rc.RecordedOnDemand}
	if diff := cmp.Diff([]any{want, want, false}, []any{row.Record.Recording, row.Record.Legs[0].Recording, row.Active}); diff != "" {
		t.Errorf("Ada's record (-want +got):\n%s", diff)
	}
	if sound, err := w.Store.CallRecordingSound(t.Context(), apitest.Acme, id); err != nil || string(sound) != "RIFF" {
		t.Errorf("the recording is %q, %v", sound, err)
	}
	if w.rows(t, apitest.Bob)[0].Record.Recording != nil {
		t.Error("Bob's log names a recording that is Ada's")
	}
}

// A mailbox keeps what is left for whom.
type mailbox map[int64]session.Voicemail

func (m mailbox) LeaveVoicemail(_ context.Context, v session.Voicemail) (int64, error) {
	m[v.ExtensionID] = v
	return 77, nil
}

func (m mailbox) Deliver() { m[0] = session.Voicemail{} }

func TestAVoicemailIsNamedInTheLog(t *testing.T) {
	w := newWorld(t)
	box := mailbox{}
	w.Mailbox = box
	ada, bob := w.call(w.ends.ada, w.ends.bob)
	bob.Voicemail()
	ada.Answer()
	ada.End(rc.ReasonCallFinished, "")
	bob.End(rc.ReasonCallFinished, "")
	if err := bob.LeaveVoicemail(t.Context(), []byte("RIFF"), 5*time.Second); err != nil {
		t.Fatal(err)
	}
	if _, told := box[0]; !told {
		t.Error("nobody has been told of the voicemail")
	}
	row := w.rows(t, apitest.Bob)[0]
	if diff := cmp.Diff(&rc.MessageOfACall{ID: "77", Type: rc.TypeVoiceMail}, row.Record.Message); diff != "" {
		t.Errorf("Bob's record (-want +got):\n%s", diff)
	}
	if v := box[apitest.Bob]; v.From.Number != apitest.AdaPhone || v.Length != 5*time.Second {
		t.Errorf("the voicemail is %+v", v)
	}
	if w.rows(t, apitest.Ada)[0].Record.Message != nil {
		t.Error("Ada's log names the message that she left")
	}
}
