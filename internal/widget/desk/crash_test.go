package desk

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// A plug is a store whose plug can be pulled: after that nothing is written,
// as when the process is killed.
type plug struct {
	store.Widget
	mu     sync.Mutex
	pulled bool
}

var errPulled = errors.New("killed")

func (p *plug) Write(ctx context.Context, fn func(store.WidgetTx) error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.pulled {
		return errPulled
	}
	return p.Widget.Write(ctx, fn)
}

func (p *plug) pull() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.pulled = true
}

func TestATextInFlightDuringAKillIsSentOnce(t *testing.T) {
	for name, arrived := range map[string]bool{"which the platform had taken": true, "which never arrived": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			h.mu.Lock()
			h.add("Outbound", ada, []string{bob}, "hi") // the same words, sent yesterday
			if arrived {
				h.loseAnswers = 1
			} else {
				h.refuseSends = 1
			}
			h.mu.Unlock()
			p := h.pool(t)
			wire := &plug{Widget: p.Store}
			p.Store = wire
			d := open(t, p)
			ready(t, d)
			id, err := d.Send(t.Context(), Outgoing{ID: "u1", To: []string{bob}, Text: "hi"})
			if err != nil {
				t.Fatal(err)
			}
			h.waitFor(t, func() bool { return h.counts["POST /restapi/v1.0/account/~/extension/~/sms"] == 1 })
			wire.pull()
			p.Close()

			d = open(t, h.pool(t))
			until(t, d, "being sent", func() bool {
				_, messages, err := d.Conversation(id)
				return err == nil && len(messages) == 2 && settled(d)
			})
			if diff := cmp.Diff([]string{"hi", "hi"}, h.outbound()); diff != "" {
				t.Error(diff)
			}
			if _, messages, err := d.Conversation(id); err != nil || messages[1].Key != "u1" {
				t.Errorf("%+v %v; want the second to be ours", messages, err)
			}
		})
	}
}

func TestNoAcknowledgedTextIsLostOrDoubledByManyKills(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	want := make(map[string]int)
	for round := range 4 { // more would have to wait for the rate limit
		p := h.pool(t)
		wire := &plug{Widget: p.Store}
		p.Store = wire
		d := open(t, p)
		until(t, d, "knowing who it is", func() bool { return d.Status().State == Ready })
		h.mu.Lock()
		h.loseAnswers = round % 2
		h.mu.Unlock()
		for i := range 3 {
			text := fmt.Sprintf("round %d text %d", round, i)
			if _, err := d.Send(t.Context(), Outgoing{ID: text, To: []string{bob}, Text: text}); err == nil {
				want[text] = 1
			}
		}
		wire.pull()
		p.Close()
	}
	d := open(t, h.pool(t))
	until(t, d, "everything sent", func() bool { return len(h.outbound()) >= len(want) && settled(d) })
	got := make(map[string]int)
	for _, text := range h.outbound() {
		got[text]++
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("acknowledged and sent (-want +got):\n%s", diff)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.limited > 0 {
		t.Errorf("%d requests were over the limit; counts %v", h.limited, h.counts)
	}
}

func TestTwoServersOnOneDatabaseSendATextOnce(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	one, two := h.pool(t), h.pool(t)
	one.Node, two.Node = "one", "two"
	d1, d2 := open(t, one), open(t, two)
	ready(t, d1)
	ready(t, d2)
	id, err := d1.ConversationWith(t.Context(), []string{bob})
	if err != nil {
		t.Fatal(err)
	}
	if err := d1.SaveDraft(t.Context(), "", "from the first"); err != nil {
		t.Fatal(err)
	}
	until(t, d2, "the draft", func() bool {
		text, err := d2.Draft(t.Context(), "")
		return err == nil && text == "from the first"
	})
	var wg sync.WaitGroup
	for _, d := range []*Desk{d1, d2} {
		wg.Go(func() {
			if _, err := d.Send(t.Context(), Outgoing{ID: "u1", To: []string{bob}, Text: "hi"}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for _, d := range []*Desk{d1, d2} {
		until(t, d, "being sent", func() bool {
			_, messages, err := d.Conversation(id)
			return settled(d) && (err != nil || len(messages) == 1 && messages[0].State == Sent)
		})
	}
	if diff := cmp.Diff([]string{"hi"}, h.outbound()); diff != "" {
		t.Error(diff)
	}
}

func TestTextsLeftBehindGoOutThoughNobodyComesBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.pool(t)
	d := open(t, p)
	ready(t, d)
	h.setDown(true)
	if _, err := d.Send(t.Context(), Outgoing{ID: "u1", To: []string{bob}, Text: "hi"}); err != nil {
		t.Fatal(err)
	}
	p.Close()
	h.setDown(false)
	if err := h.pool(t).Start(); err != nil {
		t.Fatal(err)
	}
	h.waitFor(t, func() bool {
		return slices.ContainsFunc(h.messages, func(m *rc.Message) bool { return m.Subject == "hi" })
	})
}
