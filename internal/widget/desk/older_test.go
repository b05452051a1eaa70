package desk

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/rc"
)

// handleOlder lists the message store.
func (p *platform) handleOlder(handle func(string, rc.Group, http.HandlerFunc)) {
	handle("GET /restapi/v1.0/account/~/extension/~/message-store", rc.Light, func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		to, err := time.Parse(rc.TimeLayout, q.Get("dateTo"))
		size, err2 := strconv.Atoi(q.Get("perPage"))
		if err != nil || err2 != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		page, _ := strconv.Atoi(q.Get("page"))
		p.mu.Lock()
		defer p.mu.Unlock()
		var found []rc.Message
		seen := make(map[string]bool)
		for _, m := range slices.Backward(p.messages) { // made in the order of their times
			id := ""
			if m.Conversation != nil {
				id = m.Conversation.ID
			}
			if m.Availability != rc.Alive || q.Has("messageType") && !slices.Contains(q["messageType"], m.Type) || !m.CreationTime.Before(to) || q.Get("conversationId") != "" && q.Get("conversationId") != id || q.Has("distinctConversations") && seen[id] {
				continue
			}
			seen[id] = true
			found = append(found, *m)
		}
		at := min(max(page-1, 0)*size, len(found))
		answerJSON(w, rc.List[rc.Message]{Records: found[at:min(at+size, len(found))]})
	})
}

// past has the platform hold so many old texts of each of some people, of
// which a full sync brings none, and one that it brings.
func (p *platform) past(people, texts int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	begin := time.Now().Add(-300 * 24 * time.Hour)
	n := 0
	for i := range texts {
		for person := range people {
			m := p.add(rc.Inbound, fmt.Sprintf("+1415555%04d", person), []string{ada}, fmt.Sprintf("old %d of %d", i, person))
			m.ReadStatus = rc.Read
			m.CreationTime = rc.TimeOf(begin.Add(time.Duration(n) * time.Minute))
			m.LastModifiedTime = m.CreationTime
			n++
		}
	}
	p.syncFrom = time.Now().Add(-time.Hour)
	p.add(rc.Inbound, "+14155550000", []string{ada}, "new").ReadStatus = rc.Read
}

func TestOlderConversationsAreReadWhenSomebodyAsks(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.past(250, 2)
	pool := h.pool(t)
	d := open(t, pool)
	ready(t, d)
	w := d.Watch(d.Position())
	defer w.Close()
	var totals []int
	for d.Older() {
		if err := d.MoreConversations(t.Context()); err != nil {
			t.Fatal(err)
		}
		totals = append(totals, d.List(false, "", 0, 9).Total)
	}
	if !cmp.Equal(totals, []int{101, 201, 250}) {
		t.Errorf("conversations after each part: %v", totals)
	}
	if got := d.List(false, "", 0, 2).Rows; got[0].Preview != "new" || got[1].Preview != "old 1 of 249" {
		t.Errorf("the first two: %q, %q", got[0].Preview, got[1].Preview)
	}
	if n := d.Unread(); n != 0 {
		t.Errorf("%d unread", n)
	}

	// The conversation that the sync brought grows to its beginning.
	id := idOf(t, d, "new")
	if err := d.MoreMessages(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if c, m, err := d.Conversation(id); err != nil || len(m) != 3 || c.Older {
		t.Errorf("%d messages, more %v, %v", len(m), c.Older, err)
	}

	// They are the past: nobody is told of them as news, and nothing is kept.
	if err := d.MarkRead(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	pool.Close()
	again := open(t, h.pool(t))
	if got := len(again.Conversations("", 0)); got != 1 {
		t.Errorf("%d conversations are kept", got)
	}
	for e := range w.C {
		if e.Type == EventMessage {
			t.Errorf("told as news: %+v", e)
		}
	}
}

func TestASearchGoesOnInWhatIsOlder(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.past(3, 400)
	d := open(t, h.pool(t))
	ready(t, d)
	if got := d.Conversations("old 0 of 2", 0); len(got) != 0 {
		t.Fatalf("found at once: %+v", got)
	}
	parts := 0
	for more := true; more; parts++ {
		var back time.Time
		var err error
		if back, more, err = d.MoreTexts(t.Context()); err != nil || back.After(time.Now().Add(-time.Hour)) {
			t.Fatalf("part %d: back to %v, %v", parts, back, err)
		}
	}
	found := d.Conversations("old 0 of 2", 0)
	if parts != 2 || len(found) != 1 || found[0].Preview != "old 0 of 2" || found[0].Hit == "" {
		t.Errorf("after %d parts: %+v", parts, found)
	}
	if d.Older() {
		t.Error("there is said to be more")
	}
	if c, _, _ := d.Conversation(found[0].ID); c.Older {
		t.Error("a conversation is said to have more")
	}
}

func TestNobodyIsOfferedWhatIsNotThere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.mu.Lock()
	h.add(rc.Inbound, bob, []string{ada}, "all there is")
	h.mu.Unlock()
	d := open(t, h.pool(t))
	ready(t, d)
	until(t, d, "having looked back", func() bool { return !d.Older() })
}
