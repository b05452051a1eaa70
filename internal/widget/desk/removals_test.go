package desk

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/rc"
)

// handleRemovals lets texts be deleted, one by one and by conversation.
func (p *platform) handleRemovals(handle func(string, rc.Group, http.HandlerFunc)) {
	remove := func(w http.ResponseWriter, asked string, gone func(*rc.Message) bool, parts []map[string]any) {
		p.deletes = append(p.deletes, asked)
		refused := p.noDeletes
		if !refused {
			p.remove(gone)
		}
		switch {
		case refused:
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, `{"errorCode":"CMN-401","message":"In order to call this API endpoint, application needs to have [EditMessages] permission"}`)
			return
		case slices.ContainsFunc(parts, func(part map[string]any) bool { return part["status"] != http.StatusOK }):
			w.WriteHeader(http.StatusMultiStatus)
			answerJSON(w, parts)
		default:
			w.WriteHeader(http.StatusNoContent)
		}
		go p.notify("", map[string]any{"changes": []any{}})
	}
	handle("DELETE /restapi/v1.0/account/~/extension/~/message-store/{ids}", rc.Medium, func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		left, parts := p.refuses(strings.Split(r.PathValue("ids"), ","))
		remove(w, r.PathValue("ids"), func(m *rc.Message) bool { return slices.Contains(left, strconv.FormatInt(m.ID, 10)) }, parts)
	})
	handle("DELETE /restapi/v1.0/account/~/extension/~/message-store", rc.Medium, func(w http.ResponseWriter, r *http.Request) {
		ids := r.URL.Query()["conversationId"]
		to, err := time.Parse(rc.TimeLayout, r.URL.Query().Get("dateTo"))
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		remove(w, strings.Join(ids, "+"), func(m *rc.Message) bool {
			return slices.Contains(ids, m.Conversation.ID) && m.CreationTime.Before(to)
		}, nil)
	})
}

// remove deletes what fits. The caller holds mu.
func (p *platform) remove(gone func(*rc.Message) bool) {
	for i, m := range p.messages {
		if m.Availability == rc.Alive && gone(m) {
			p.seq++
			m.Availability, p.changed[i] = rc.Deleted, p.seq
		}
	}
}

func (p *platform) asked() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clone(p.deletes)
}

func (p *platform) alive() (texts []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, m := range p.messages {
		if m.Availability == rc.Alive {
			texts = append(texts, m.Subject)
		}
	}
	return texts
}

func previews(d *Desk) (all []string) {
	for _, c := range d.Conversations("", 0) {
		all = append(all, c.Preview)
	}
	return all
}

func TestAConversationIsDeletedOnceItCannotBeUndoneAnyMore(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.pool(t)
	d := open(t, p)
	ready(t, d)
	h.receive(bob, "one")
	h.receive(bob, "two")
	h.receive(grace, "other")
	until(t, d, "all texts", func() bool { return d.Unread() == 3 })
	id := idOf(t, d, "two")
	if err := d.SaveDraft(t.Context(), id, "half"); err != nil {
		t.Fatal(err)
	}

	undone, err := d.Remove(t.Context(), []string{id}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := previews(d); !cmp.Equal(got, []string{"other"}) || d.Unread() != 1 {
		t.Errorf("what is left after deleting: %v with %d unread", got, d.Unread())
	}
	if err := d.Undo(t.Context(), undone); err != nil {
		t.Fatal(err)
	}
	if draft, _ := d.Draft(t.Context(), id); d.Unread() != 3 || draft != "half" {
		t.Errorf("after undoing: %d unread, draft %q", d.Unread(), draft)
	}
	if len(h.asked()) > 0 {
		t.Errorf("the platform was asked to delete %v", h.asked())
	}

	removed, err := d.Remove(t.Context(), []string{id}, nil)
	if err != nil {
		t.Fatal(err)
	}
	p.Close() // the server restarts before the platform knows

	d = open(t, h.pool(t))
	ready(t, d)
	h.receive(bob, "three") // begins the conversation anew
	until(t, d, "the new text", func() bool { return d.Unread() == 2 })
	if got := previews(d); !cmp.Equal(got, []string{"three", "other"}) {
		t.Errorf("after the restart: %v", got)
	}
	d.Confirm(removed)
	until(t, d, "forgetting", func() bool { d.mu.Lock(); defer d.mu.Unlock(); return len(d.ledger.removals) == 0 })
	if got := h.alive(); !cmp.Equal(got, []string{"other", "three"}) {
		t.Errorf("the platform still has %v", got)
	}
	if got := h.asked(); len(got) != 1 {
		t.Errorf("the platform was asked %v", got)
	}
	if err := d.Undo(t.Context(), removed); !isKind(err, rc.NotFound) {
		t.Errorf("undoing too late: %v", err)
	}
}

func TestManyAreDeletedWithFewRequests(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.mu.Lock()
	var numbers []string
	for i := range 60 {
		numbers = append(numbers, fmt.Sprintf("+1415555%04d", i))
		h.add(rc.Inbound, numbers[i], []string{ada}, "hello")
	}
	h.mu.Unlock()
	d := open(t, h.pool(t))
	ready(t, d)
	var ids []string
	for _, c := range d.Conversations("", 0) {
		ids = append(ids, c.ID)
	}
	if len(ids) != 60 {
		t.Fatalf("%d conversations", len(ids))
	}
	id, err := d.Remove(t.Context(), ids, nil)
	if err != nil {
		t.Fatal(err)
	}
	d.Confirm(id)
	until(t, d, "deleting", func() bool { return len(h.alive()) == 0 })
	if got := len(h.asked()); got != 2 {
		t.Errorf("%d requests for 60 conversations, want 2", got)
	}
}

func TestASingleTextIsDeletedAndTheOthersStay(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := open(t, h.pool(t))
	ready(t, d)
	one := h.receive(bob, "one")
	h.receive(bob, "two")
	until(t, d, "both texts", func() bool { return d.Unread() == 2 })
	id, err := d.Remove(t.Context(), nil, []string{strconv.FormatInt(one, 10)})
	if err != nil {
		t.Fatal(err)
	}
	_, messages, err := d.Conversation(idOf(t, d, "two"))
	if err != nil || len(messages) != 1 || messages[0].Text != "two" {
		t.Errorf("after deleting one: %+v, %v", messages, err)
	}
	d.Confirm(id)
	until(t, d, "deleting", func() bool { return cmp.Equal(h.alive(), []string{"two"}) })
	if got := h.asked(); !cmp.Equal(got, []string{strconv.FormatInt(one, 10)}) {
		t.Errorf("the platform was asked %v", got)
	}
}

func TestWhatMayNotBeDeletedComesBackWithASentence(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.mu.Lock()
	h.noDeletes = true
	h.mu.Unlock()
	d := open(t, h.pool(t))
	ready(t, d)
	h.receive(bob, "one")
	until(t, d, "the text", func() bool { return d.Unread() == 1 })
	w := d.Watch(d.Position())
	defer w.Close()
	id, err := d.Remove(t.Context(), []string{idOf(t, d, "one")}, nil)
	if err != nil {
		t.Fatal(err)
	}
	d.Confirm(id)
	for e := range w.C {
		if e.Type == EventNotice {
			if !strings.Contains(e.Reason, "does not let you delete") {
				t.Errorf("the notice says %q", e.Reason)
			}
			break
		}
	}
	if got := previews(d); !cmp.Equal(got, []string{"one"}) {
		t.Errorf("after the refusal: %v", got)
	}
}

func TestAFailedTextIsDeletedHereAlone(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.mu.Lock()
	h.rejectTexts = true
	h.mu.Unlock()
	p := h.pool(t)
	d := open(t, p)
	ready(t, d)
	conversation, err := d.Send(t.Context(), Outgoing{ID: "u1", To: []string{bob}, Text: "never"})
	if err != nil {
		t.Fatal(err)
	}
	until(t, d, "the refusal", func() bool { _, m, _ := d.Conversation(conversation); return len(m) == 1 && m[0].State == Failed })
	id, err := d.Remove(t.Context(), nil, []string{"u1"})
	if err != nil {
		t.Fatal(err)
	}
	if got := previews(d); len(got) != 0 {
		t.Errorf("after deleting: %v", got)
	}
	d.Confirm(id)
	until(t, d, "forgetting", func() bool {
		rows, err := p.Store.OutboxItems(t.Context(), "g")
		if err != nil {
			t.Fatal(err)
		}
		return len(rows) == 0
	})
	if len(h.asked()) > 0 {
		t.Errorf("the platform was asked %v", h.asked())
	}
}

func TestMarkingAsUnreadIsToldAndMayBeTakenBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := open(t, h.pool(t))
	ready(t, d)
	h.receive(bob, "one")
	until(t, d, "the text", func() bool { return d.Unread() == 1 })
	id := idOf(t, d, "one")
	told := func(want ...string) {
		t.Helper()
		h.waitFor(t, func() bool { return cmp.Equal(h.puts, want) })
	}
	if err := d.MarkRead(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	told(rc.Read)
	if err := d.MarkUnread(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if d.Unread() != 1 || d.List(true, "", 0, 9).Total != 1 {
		t.Errorf("%d unread, %+v", d.Unread(), d.List(true, "", 0, 9))
	}
	told(rc.Read, rc.Unread)
	if d.Unread() != 1 {
		t.Errorf("%d unread after the platform knows", d.Unread())
	}

	mine, err := d.Send(t.Context(), Outgoing{ID: "u1", To: []string{grace}, Text: "hi"})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.MarkUnread(t.Context(), mine); !isKind(err, rc.Invalid) {
		t.Errorf("marking as unread where nobody else has written: %v", err)
	}
}

// idOf is the conversation whose newest text is this.
func idOf(t *testing.T, d *Desk, text string) string {
	t.Helper()
	for _, c := range d.Conversations("", 0) {
		if c.Preview == text {
			return c.ID
		}
	}
	t.Fatalf("no conversation ends with %q", text)
	return ""
}

func isKind(err error, k rc.Kind) bool {
	e, ok := errors.AsType[*rc.Error](err)
	return ok && e.Kind == k
}

func TestADeletedTextStaysDeletedWhenItIsToldAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := open(t, h.pool(t))
	ready(t, d)
	here := h.receive(bob, "deleted here")
	h.receive(bob, "deleted elsewhere")
	until(t, d, "both texts", func() bool { return d.Unread() == 2 })
	h.mu.Lock()
	var again []rc.Message
	for _, m := range h.messages {
		again = append(again, *m)
	}
	h.mu.Unlock()
	id, err := d.Remove(t.Context(), nil, []string{strconv.FormatInt(here, 10)})
	if err != nil {
		t.Fatal(err)
	}
	d.Confirm(id)
	h.mu.Lock()
	h.remove(func(m *rc.Message) bool { return m.Subject == "deleted elsewhere" })
	h.mu.Unlock()
	h.notify("", map[string]any{"changes": []any{}})
	forgotten := func() bool {
		d.mu.Lock()
		defer d.mu.Unlock()
		return len(d.ledger.removals) == 0 && !slices.ContainsFunc(again, func(m rc.Message) bool { return d.ledger.messages[m.ID] != nil })
	}
	for !forgotten() { // each text leads to one more sync
		id := h.receive(bob, "meanwhile")
		until(t, d, "the next text", func() bool {
			d.mu.Lock()
			defer d.mu.Unlock()
			return d.ledger.messages[id] != nil
		})
	}
	for _, m := range again { // as a gateway does that was lost for a moment
		h.instant(m)
	}
	h.receive(bob, "new")
	until(t, d, "the new text", func() bool { return slices.Contains(previews(d), "new") })
	_, messages, err := d.Conversation(idOf(t, d, "new"))
	if err != nil || slices.ContainsFunc(messages, func(m Message) bool { return strings.HasPrefix(m.Text, "deleted") }) {
		t.Errorf("%+v, %v", messages, err)
	}
}
