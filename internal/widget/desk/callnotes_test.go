package desk

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	calls "offhook/internal/widget/call"
)

func TestWhatIsKnownOfCallsIsKeptSealedAndNotForEver(t *testing.T) {
	h := newHouse(t)
	d := open(t, h.pool(t))
	now := d.pool.Now().Truncate(time.Millisecond)
	note := func(session string, age time.Duration) calls.Note {
		return calls.Note{Session: session, At: now.Add(-age), Unseen: true, Sound: &calls.Sound{Codec: "Opus", Here: calls.Hearing{MOS: 4.2, Loss: 0.01, Jitter: 12 * time.Millisecond}}}
	}
	old, young := note("s-old", notesFor+time.Minute), note("s-young", time.Minute)
	for _, n := range []calls.Note{old, young} {
		if err := d.KeepCall(t.Context(), n); err != nil {
			t.Fatal(err)
		}
	}
	other := open(t, h.pool(t)) // of the same user, at another server
	got, ok, err := other.CallNote(t.Context(), "s-young")
	if diff := cmp.Diff(young, got); !ok || err != nil || diff != "" {
		t.Errorf("%v, %v (-want +got):\n%s", ok, err, diff)
	}
	for _, session := range []string{"", "s-old", "s-never"} {
		if n, ok, err := other.CallNote(t.Context(), session); ok || err != nil {
			t.Errorf("of %q: %+v, %v", session, n, err)
		}
	}
	if all, err := other.CallNotes(t.Context(), 5); err != nil || len(all) != 1 {
		t.Errorf("all notes: %+v, %v", all, err)
	}
	row, err := h.db.Widget().CallNote(t.Context(), d.owner.platform, d.owner.clientID, d.owner.ownerID, "s-young")
	if err != nil || bytes.Contains(row.Sealed, []byte("Opus")) {
		t.Errorf("the row can be read by anybody: %q, %v", row.Sealed, err)
	}
}
