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
)

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
	second, _ := ada.RecordAnew(rc.RecordedOnDemand)
	if again, _ := ada.StartRecording(rc.RecordedOnDemand); second == id || again != second {
		t.Errorf("another recording is %s, and goes on as %s", second, again)
	}
	ada.End(rc.ReasonCallFinished, "")
	bob.End(rc.ReasonCallFinished, "")
	if _, ok := ada.StartRecording(rc.RecordedOnDemand); ok {
		t.Error("a call that is over can be recorded")
	}
	if err := ada.KeepRecording(t.Context(), id, w.Now(), []byte("RIFF"), 3*time.Second); err != nil {
		t.Fatal(err)
	}
	for range 2 { // also by a store that says too late that it has it
		if err := ada.KeepRecording(t.Context(), second, w.Now(), []byte("RIFF"), 3*time.Second); err != nil {
			t.Fatal(err)
		}
	}
	row := w.rows(t, apitest.Ada)[0]
	want, further := &rc.RecordingOfACall{ID: id, Type: rc.RecordedOnDemand}, &rc.RecordingOfACall{ID: second, Type: rc.RecordedOnDemand}
	var legs []*rc.RecordingOfACall
	for _, l := range row.Record.Legs {
		legs = append(legs, l.Recording)
	}
	if diff := cmp.Diff([]any{want, []*rc.RecordingOfACall{want, further}, false}, []any{row.Record.Recording, legs, row.Active}); diff != "" {
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
	if err := bob.LeaveVoicemail(t.Context(), w.Now(), []byte("RIFF"), 5*time.Second); err != nil {
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

func TestAVoicemailIsFromWhomItHasListenedTo(t *testing.T) {
	for name, tt := range map[string]struct {
		come func(bob *session.Party, cy session.End) // in Ada's place
		from string
	}{
		"who spoke at its end": {func(bob *session.Party, cy session.End) { bob.CalledBy(cy); bob.Heard() }, "Cy"},
		"not who came later":   {func(bob *session.Party, cy session.End) { bob.Heard(); bob.CalledBy(cy) }, "Ada Test"},
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			box := mailbox{}
			w.Mailbox = box
			_, bob := w.call(w.ends.ada, w.ends.bob)
			bob.Voicemail()
			tt.come(bob, w.ends.cy)
			bob.End(rc.ReasonCallFinished, "")
			if err := bob.LeaveVoicemail(t.Context(), w.Now(), []byte("RIFF"), time.Second); err != nil {
				t.Fatal(err)
			}
			if got := box[apitest.Bob].From.Name; got != tt.from {
				t.Errorf("the voicemail is from %q, want %q", got, tt.from)
			}
			if got := w.rows(t, apitest.Bob)[0].Record.From.Name; got != tt.from {
				t.Errorf("Bob's log has a call from %q, want %q", got, tt.from)
			}
		})
	}
}
