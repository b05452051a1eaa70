package desk

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/rc"
)

func TestAFirstSignInShowsWhoItIsAndTheHistory(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.receive(grace, "from before")
	d := open(t, h.pool(t))
	ready(t, d)

	me := d.Me()
	if me.Name != "Ada Test" || me.Initials != "AT" || me.ExtensionNumber != "101" || me.MainNumber != company || !me.Features["SMSSending"] {
		t.Errorf("Me: %+v", me)
	}
	if got := me.Senders(); len(got) != 1 || got[0].Number != ada || got[0].Display != "(650) 555-0101" {
		t.Errorf("senders: %+v", got)
	}
	until(t, d, "the directory", func() bool { return d.Me().Company == "Acme" })
	list := d.Conversations("", 0)
	if len(list) != 1 || list[0].Title != "Gráce Hopper" || list[0].Preview != "from before" || list[0].Unread != 1 || d.Unread() != 1 {
		t.Errorf("conversations: %+v", list)
	}
}

func TestATextArrivesAtOnceAndWhole(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := open(t, h.pool(t))
	ready(t, d)
	w := d.Watch(d.Position())
	defer w.Close()
	id := h.receive(bob, "hello")
	var got *rc.Message
	var isNew bool
	for got == nil || got.Conversation == nil {
		e := <-w.C
		if e.Type == EventMessage && e.Message.ID == id {
			got, isNew = e.Message, isNew || e.New
		}
	}
	if !isNew || got.Subject != "hello" || got.ReadStatus != rc.Unread || got.Direction != rc.Inbound {
		t.Errorf("event: %+v, new %v", got, isNew)
	}
	c, messages, err := d.Conversation(got.Conversation.ID)
	if err != nil || len(messages) != 1 || messages[0].State != Received || messages[0].From.Display != "(650) 555-9999" {
		t.Errorf("conversation: %+v %+v %v", c, messages, err)
	}
}

func TestSendingIsShownAtOnceAndKeepsItsKeyWhenThePlatformHasIt(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := open(t, h.pool(t))
	ready(t, d)
	h.mu.Lock()
	h.unfinished = make(chan struct{})
	h.mu.Unlock()

	first, err := d.Send(t.Context(), Outgoing{ID: "u1", To: []string{"(650) 555-9999"}, Text: " hi "})
	if err != nil {
		t.Fatal(err)
	}
	_, messages, err := d.Conversation(first)
	if err != nil || len(messages) != 1 || messages[0].Key != "u1" || messages[0].State != Sending || messages[0].Text != "hi" {
		t.Fatalf("before the answer: %+v %v", messages, err)
	}
	close(h.unfinished)
	until(t, d, "the text being sent", func() bool {
		_, messages, err := d.Conversation(first)
		if err != nil || len(messages) != 1 {
			t.Fatalf("the conversation shows %+v, %v", messages, err)
		}
		return messages[0].State == Sent
	})
	c, messages, err := d.Conversation(first)
	if err != nil || messages[0].Key != "u1" || messages[0].ID == "u1" || c.ID == first {
		t.Errorf("after: %+v %+v %v; want the platform's ids and the old key", c, messages, err)
	}
	if again, err := d.Send(t.Context(), Outgoing{ID: "u1", To: []string{bob}, Text: "hi"}); err != nil || again != c.ID {
		t.Errorf("the same again: %q %v, want %q", again, err, c.ID)
	}
	if with, err := d.ConversationWith(t.Context(), []string{"650 555 9999"}); err != nil || with != c.ID {
		t.Errorf("ConversationWith: %q %v, want %q", with, err, c.ID)
	}
	if got := h.outbound(); len(got) != 1 {
		t.Errorf("sent %q", got)
	}
}

func TestTextsOfAConversationGoOutInOrder(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := open(t, h.pool(t))
	ready(t, d)
	h.mu.Lock()
	h.refuseSends, h.loseAnswers = 1, 1
	h.mu.Unlock()
	var want []string
	for i := range 8 {
		text := fmt.Sprintf("number %d", i)
		want = append(want, text)
		if _, err := d.Send(t.Context(), Outgoing{ID: text, To: []string{bob}, Text: text}); err != nil {
			t.Fatal(err)
		}
	}
	until(t, d, "sending", func() bool {
		return len(h.outbound()) >= 8 && settled(d)
	})
	if diff := cmp.Diff(want, h.outbound()); diff != "" {
		t.Errorf("sent (-want +got):\n%s", diff)
	}
}

// settled reports that nothing is shown as being on its way.
func settled(d *Desk) bool {
	for _, c := range d.Conversations("", 0) {
		_, messages, err := d.Conversation(c.ID)
		if err != nil || slices.ContainsFunc(messages, func(m Message) bool { return m.State == Sending }) {
			return false
		}
	}
	return true
}

func TestARestartKeepsWhatWasKnownAndOnlySyncs(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.receive(grace, "one")
	first := h.pool(t)
	d := open(t, first)
	ready(t, d)
	if err := d.SaveDraft(t.Context(), "", "to nobody yet"); err != nil {
		t.Fatal(err)
	}
	first.Close()
	h.receive(grace, "two")

	d = open(t, h.pool(t))
	if got := d.Conversations("", 0); len(got) != 1 || got[0].Preview != "one" && got[0].Preview != "two" {
		t.Errorf("at once after the restart: %+v", got)
	}
	if d.Status().State != Ready {
		t.Errorf("status: %+v", d.Status())
	}
	until(t, d, "the new text", func() bool { return d.Unread() == 2 })
	if text, err := d.Draft(t.Context(), "compose"); err != nil || text != "to nobody yet" {
		t.Errorf("draft: %q %v", text, err)
	}
}

func TestASyncTokenThatIsRefusedStartsOver(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	first := h.pool(t)
	d := open(t, first)
	h.receive(grace, "one")
	until(t, d, "the text", func() bool { return d.Unread() == 1 })
	ready(t, d)
	first.Close()
	h.receive(grace, "two")
	h.mu.Lock()
	h.oldTokens = true
	h.mu.Unlock()
	d = open(t, h.pool(t))
	until(t, d, "the new text", func() bool { return d.Unread() == 2 })
}

func TestReadingIsSeenAtOnceAndReachesThePlatform(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := open(t, h.pool(t))
	ready(t, d)
	for i := range 5 {
		h.receive(bob, fmt.Sprint(i))
	}
	until(t, d, "five texts", func() bool { return d.Unread() == 5 })
	id := d.Conversations("", 0)[0].ID
	if err := d.MarkRead(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if d.Unread() != 0 {
		t.Errorf("%d unread right after MarkRead", d.Unread())
	}
	h.waitFor(t, func() bool {
		if d.Unread() != 0 {
			t.Fatal("a text came back unread")
		}
		return !slices.ContainsFunc(h.messages, func(m *rc.Message) bool { return m.ReadStatus == rc.Unread })
	})
}

func TestOfflineIsSaidAndWhatIsSentMeanwhileGoesOutLater(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := open(t, h.pool(t))
	ready(t, d)
	h.setDown(true)
	until(t, d, "offline", func() bool { return d.Status().State == Offline && d.Status().Sentence != "" })
	id, err := d.Send(t.Context(), Outgoing{ID: "u1", To: []string{bob}, Text: "later"})
	if err != nil {
		t.Fatal(err)
	}
	h.mu.Lock()
	h.add(rc.Inbound, bob, []string{ada}, "missed")
	h.mu.Unlock()
	h.setDown(false)
	until(t, d, "being back", func() bool { return d.Status().State == Ready && d.Unread() == 1 && settled(d) })
	if _, messages, err := d.Conversation(id); err != nil || len(messages) != 2 {
		t.Errorf("%+v %v", messages, err)
	}
	if diff := cmp.Diff([]string{"later"}, h.outbound()); diff != "" {
		t.Error(diff)
	}
}

func TestARefusedTextFailsWithASentenceAndCanBeRetried(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := open(t, h.pool(t))
	ready(t, d)
	h.mu.Lock()
	h.rejectTexts = true
	h.mu.Unlock()
	id, err := d.Send(t.Context(), Outgoing{ID: "u1", To: []string{bob}, Text: "no"})
	if err != nil {
		t.Fatal(err)
	}
	var m Message
	until(t, d, "the failure", func() bool {
		_, messages, err := d.Conversation(id)
		if err != nil {
			t.Fatal(err)
		}
		m = messages[0]
		return m.State == Failed
	})
	if !strings.Contains(m.Error, "Recipients are not allowed") || !d.Conversations("", 0)[0].Failed {
		t.Errorf("message: %+v", m)
	}
	h.mu.Lock()
	h.rejectTexts = false
	h.mu.Unlock()
	for range 2 {
		if err := d.Retry(t.Context(), m.ID); err != nil {
			t.Fatal(err)
		}
	}
	until(t, d, "the retry", func() bool { return settled(d) })
	if diff := cmp.Diff([]string{"no"}, h.outbound()); diff != "" {
		t.Error(diff)
	}
}

func TestARetryThatFailsCanBeRetried(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := open(t, h.pool(t))
	ready(t, d)
	id, err := d.Send(t.Context(), Outgoing{ID: "u1", To: []string{bob}, Text: "lost"})
	if err != nil {
		t.Fatal(err)
	}
	until(t, d, "the text", func() bool { return settled(d) && len(h.outbound()) == 1 })
	d.mu.Lock()
	for _, m := range d.ledger.messages {
		m.MessageStatus = rc.DeliveryFailed // a carrier's word, some time later
	}
	d.mu.Unlock()
	h.mu.Lock()
	h.rejectTexts = true
	h.mu.Unlock()
	if err := d.Retry(t.Context(), "u1"); err != nil {
		t.Fatal(err)
	}
	until(t, d, "the refusal", func() bool {
		_, messages, err := d.Conversation(id)
		return err == nil && len(messages) == 2 && slices.ContainsFunc(messages, func(m Message) bool { return m.ID != "1001" && m.State == Failed })
	})
	h.mu.Lock()
	h.rejectTexts = false
	h.mu.Unlock()
	for range 2 {
		if err := d.Retry(t.Context(), "u1"); err != nil {
			t.Fatal(err)
		}
	}
	until(t, d, "the second retry", func() bool { return settled(d) && len(h.outbound()) >= 2 })
	if diff := cmp.Diff([]string{"lost", "lost"}, h.outbound()); diff != "" {
		t.Error(diff)
	}
}

func TestWhatCannotBeSentIsRefusedWithASentence(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := open(t, h.pool(t))
	ready(t, d)
	until(t, d, "the directory", func() bool { return d.Me().Company == "Acme" })
	for name, tt := range map[string]struct {
		o    Outgoing
		want string
	}{
		"no text":           {Outgoing{ID: "1", To: []string{bob}, Text: " \n"}, "Write something"},
		"too long":          {Outgoing{ID: "1", To: []string{bob}, Text: strings.Repeat("é", 1001)}, "1000 characters"},
		"nobody":            {Outgoing{ID: "1", Text: "x"}, "Choose whom"},
		"not a number":      {Outgoing{ID: "1", To: []string{"hello"}, Text: "x"}, "not a phone number"},
		"without area code": {Outgoing{ID: "1", To: []string{"555 0199"}, Text: "x"}, "not a phone number"},
		"no number":         {Outgoing{ID: "1", To: []string{"103"}, Text: "x"}, "No Number has no phone number"},
		"a foreign sender":  {Outgoing{ID: "1", To: []string{bob}, From: grace, Text: "x"}, "cannot be sent from"},
		"a lost thread":     {Outgoing{ID: "1", ConversationID: "77", Text: "x"}, "not here any more"},
		"no id":             {Outgoing{To: []string{bob}, Text: "x"}, "no id"},
	} {
		_, err := d.Send(t.Context(), tt.o)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", name, err, tt.want)
		}
	}
	if id, err := d.Send(t.Context(), Outgoing{ID: "1", To: []string{"102"}, Text: "x"}); err != nil || d.firstNumber(id) != grace {
		t.Errorf("an extension number: %q %v", id, err)
	}
}

// firstNumber is whom a conversation is with.
func (d *Desk) firstNumber(id string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ledger.thread(id).numbers[0]
}

func TestFindingConversationsAndPeople(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.receive(grace, "Crème brûlée at noon?")
	h.receive(bob, "see you")
	d := open(t, h.pool(t))
	ready(t, d)
	until(t, d, "the directory", func() bool { return d.Me().Company == "Acme" })
	for query, want := range map[string]string{
		"grace": "Gráce Hopper", "HOPPER": "Gráce Hopper", "creme BRULEE": "Gráce Hopper", "650-555-0102": "Gráce Hopper",
		"(650) 555-9999": "(650) 555-9999", "9999": "(650) 555-9999", "see y": "(650) 555-9999", "nothing": "",
	} {
		var got string
		if found := d.Conversations(query, 0); len(found) == 1 {
			got = found[0].Title
		} else if len(found) > 1 {
			got = fmt.Sprint(len(found), " conversations")
		}
		if got != want {
			t.Errorf("conversations for %q: %q, want %q", query, got, want)
		}
	}
	for query, want := range map[string]string{
		"gra": grace, "hop": grace, "102": grace, "6505550102": grace, "+44 20 7946 0958": "+442079460958", "650 555 9999": bob,
	} {
		got := d.Lookup(query, 5)
		if len(got) == 0 || got[0].Number != want {
			t.Errorf("people for %q: %+v, want %s first", query, got, want)
		}
	}
	if got := d.Lookup("", 0); len(got) != 2 || got[0].Number != bob {
		t.Errorf("people for nothing typed: %+v, want the newest first and not oneself", got)
	}
	h.receive(grace, "The second thing that I wanted to say is that the walnut table has arrived")
	h.receive(grace, "Bye")
	until(t, d, "all texts", func() bool { return d.Conversations("grace", 0)[0].Preview == "Bye" })
	for query, want := range map[string]string{
		"grace": "Bye", "brulee": "Crème brûlée at noon?", "WALNUT": "…to say is that the walnut table has arrived", "second thing": "The second thing that I wanted to say is that the walnut table has arrived",
	} {
		if found := d.Conversations(query, 0); len(found) != 1 || found[0].Preview != want {
			t.Errorf("%q shows %+v, want %q", query, found, want)
		}
	}
}

func TestABurstOfTextsArrivesWholeAndWithinTheLimits(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := open(t, h.pool(t))
	ready(t, d)
	begin := time.Now()
	for i := range 200 {
		h.receive(bob, fmt.Sprintf("text %d", i))
		if i%50 == 0 {
			until(t, d, "the first of them", func() bool { return len(d.Conversations("", 0)) > 0 })
			if err := d.MarkRead(t.Context(), d.Conversations("", 0)[0].ID); err != nil {
				t.Fatal(err)
			}
		}
	}
	until(t, d, "200 texts", func() bool {
		_, messages, err := d.Conversation(d.Conversations("", 0)[0].ID)
		return err == nil && len(messages) == 200
	})
	t.Logf("200 texts in %v", time.Since(begin))
	if _, err := d.Send(t.Context(), Outgoing{ID: "u", To: []string{bob}, Text: "enough"}); err != nil {
		t.Fatal(err)
	}
	until(t, d, "the answer", func() bool { return settled(d) })
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.limited > 0 {
		t.Errorf("%d requests were over the limit; counts %v", h.limited, h.counts)
	}
}
