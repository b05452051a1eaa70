package desk

import (
	"fmt"
	"testing"
)

func TestADraftFollowsToOtherTabsAndGoesWithTheText(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := open(t, h.pool(t))
	ready(t, d)
	id, err := d.ConversationWith(t.Context(), []string{bob})
	if err != nil {
		t.Fatal(err)
	}
	if got := d.Conversations("", 0); len(got) != 0 {
		t.Errorf("an empty conversation is listed: %+v", got)
	}
	w := d.Watch(d.Position())
	defer w.Close()
	if err := d.SaveDraft(t.Context(), id, "half a"); err != nil {
		t.Fatal(err)
	}
	for e := range w.C {
		if e.Type == EventDraft && e.ID == id {
			break
		}
	}
	if got := d.Conversations("", 0); len(got) != 1 || !got[0].Draft {
		t.Errorf("conversations: %+v", got)
	}
	if _, err := d.Send(t.Context(), Outgoing{ID: "u", ConversationID: id, Text: "half a text"}); err != nil {
		t.Fatal(err)
	}
	if text, err := d.Draft(t.Context(), id); err != nil || text != "" {
		t.Errorf("the draft is still %q, %v", text, err)
	}
}

// TestWhatIsWrittenAfterATextStaysADraft: until the text is taken, the page
// keeps it in the draft, and with it what is being written meanwhile.
func TestWhatIsWrittenAfterATextStaysADraft(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.pool(t)
	d := open(t, p)
	ready(t, d)
	id, err := d.ConversationWith(t.Context(), []string{bob})
	if err != nil {
		t.Fatal(err)
	}
	for n, tt := range []struct{ draft, text, want string }{
		{"see you\nat five", "see you", "at five"},
		{"see you\nat five", "at five", "see you"},
		{"one\ntwo\nlines\nthree", "two\nlines", "one\nthree"},
		{"see you at five", "see you", ""}, // no line of its own: another state of the same text
		{"see yo", "see you", ""},
		{"see you", "see you", ""},
		{"", "see you", ""},
	} {
		if err := d.SaveDraft(t.Context(), id, tt.draft); err != nil {
			t.Fatal(err)
		}
		if _, err := d.Send(t.Context(), Outgoing{ID: fmt.Sprint("u", n), ConversationID: id, Text: tt.text}); err != nil {
			t.Fatal(err)
		}
		kept, err := d.keptDraft(t.Context(), d.pool.Store, d.draftOf(id))
		if err != nil || kept != tt.want {
			t.Errorf("%q sent from the draft %q: %q is written down, %v; want %q", tt.text, tt.draft, kept, err, tt.want)
		}
		if shown, err := d.Draft(t.Context(), id); err != nil || shown != tt.want {
			t.Errorf("%q sent from the draft %q: %q is shown, %v; want %q", tt.text, tt.draft, shown, err, tt.want)
		}
	}
}
