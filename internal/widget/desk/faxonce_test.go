package desk

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// A clock is the time, put forward by as much as a test says.
type clock struct{ ahead atomic.Int64 }

func (c *clock) now() time.Time          { return time.Now().Add(time.Duration(c.ahead.Load())) }
func (c *clock) forward(d time.Duration) { c.ahead.Add(int64(d)) }

// faxHouse is a double with a desk that has read its mail, and its clock.
func faxHouse(t *testing.T, knobs func(*house)) (*house, *Desk, *clock) {
	h, c := newHouse(t), &clock{}
	h.withMail(func() { knobs(h) })
	p := h.pool(t)
	p.Now = c.now
	d := open(t, p)
	ready(t, d)
	until(t, d, "being read", func() bool { return d.Mailbox().Synced })
	return h, d, c
}

func (h *house) takesFax(t *testing.T, want string) {
	t.Helper()
	select {
	case got := <-h.faxed:
		if got != want {
			t.Fatalf("the platform got %q, want %q", got, want)
		}
	case <-time.After(30 * time.Second):
		t.Fatalf("the platform never got %q", want)
	}
}

func sendFax(t *testing.T, d *Desk, id string) {
	t.Helper()
	if err := d.SendFax(t.Context(), OutgoingFax{ID: id, To: []string{grace}, Cover: 5, CoverText: id}); err != nil {
		t.Fatal(err)
	}
}

func noneWaits(d *Desk, n int) func() bool {
	return func() bool {
		all := d.Faxes()
		return len(all) == n && !slices.ContainsFunc(all, func(f Fax) bool { return f.Waiting })
	}
}

func TestOfTwoFaxesToTheSamePeopleNoneIsTakenForTheOther(t *testing.T) {
	t.Parallel()
	h, d, c := faxHouse(t, func(h *house) { h.dropFaxes, h.loseFaxes = 1, 2 })
	sendFax(t, d, "one")
	sendFax(t, d, "two")
	h.takesFax(t, "cut off: one")
	c.forward(faxSettle)
	wake(d.wantFax)
	h.takesFax(t, "one")
	h.takesFax(t, "two")
	until(t, d, "both being found", noneWaits(d, 2))
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.faxes) != 2 {
		t.Errorf("the platform has %q", h.faxes)
	}
}

func TestAFaxThatThePlatformTakesLateIsNotSentAgain(t *testing.T) {
	t.Parallel()
	h, d, c := faxHouse(t, func(h *house) { h.dropFaxes = 1 })
	const syncs = "GET /restapi/v1.0/account/~/extension/~/message-sync"
	before := h.count(syncs)
	sendFax(t, d, "one")
	h.takesFax(t, "cut off: one")
	h.stirs(t, "looking for it", func() bool { return h.counts[syncs] > before })
	h.withMail(func() {
		m := h.add(rc.Outbound, ada, []string{grace}, "")
		m.Type, m.MessageStatus, m.CoverPageText = rc.TypeFax, rc.Queued, "one"
	})
	c.forward(faxSettle)
	wake(d.wantFax)
	until(t, d, "it being found", noneWaits(d, 1))
	if n := h.count("POST /restapi/v1.0/account/~/extension/~/fax"); n != 1 {
		t.Errorf("it was handed over %d times", n)
	}
}

func TestFaxesToTheSamePeopleAreToldApartByTheirRecords(t *testing.T) {
	i := &faxItem{faxLetter: faxLetter{To: []string{grace}, Cover: 5, CoverText: "As  promised", Files: make([]File, 2)}}
	five, six := 5, 6
	for name, tt := range map[string]struct {
		change func(*rc.Message)
		want   bool
	}{
		"that say nothing":        {func(*rc.Message) {}, true},
		"that say the same":       {func(r *rc.Message) { r.CoverIndex, r.CoverPageText, r.FaxPageCount = &five, "As promised", 7 }, true},
		"of another cover page":   {func(r *rc.Message) { r.CoverIndex = &six }, false},
		"of other words":          {func(r *rc.Message) { r.CoverPageText = "As agreed" }, false},
		"of another resolution":   {func(r *rc.Message) { r.FaxResolution = rc.FaxLow }, false},
		"of fewer pages":          {func(r *rc.Message) { r.FaxPageCount = 1 }, false},
		"to somebody else, first": {func(r *rc.Message) { r.To[0].PhoneNumber = bob }, false},
	} {
		r := rc.Message{Type: rc.TypeFax, Direction: rc.Outbound, To: []rc.Caller{{PhoneNumber: grace}}}
		tt.change(&r)
		if got := likeFax(&r, i); got != tt.want {
			t.Errorf("records %s: %v", name, got)
		}
	}
}

func TestWhatAnotherTabHasSetOnItsWayIsLeftAlone(t *testing.T) {
	t.Parallel()
	_, d, _ := faxHouse(t, func(h *house) { h.refuseFax = true })
	fileFor(t, d, "f1", "a.txt", "x")
	if err := d.SendFax(t.Context(), OutgoingFax{ID: "one", To: []string{grace}, Files: []string{"f1"}}); err != nil {
		t.Fatal(err)
	}
	until(t, d, "the refusal", func() bool { return slices.Equal(faxStates(d), []string{"Gráce Hopper failed"}) })
	id := d.Faxes()[0].ID
	elsewhere(t, d, id, func(r *store.OutboxItem) {
		r.State, r.Holder, r.HeldUntil = store.OutboxSending, "another", time.Now().Add(time.Hour)
	})
	if err := d.RetryFax(t.Context(), id); err != nil {
		t.Fatal(err)
	}
	if err := d.DropFax(t.Context(), id); err == nil || !strings.Contains(err.Error(), "on its way") {
		t.Errorf("removing it: %v", err)
	}
	if got, err := d.pool.Store.OutboxItem(t.Context(), "g", id); err != nil || got.State != store.OutboxSending || got.Holder != "another" {
		t.Errorf("it is %s, held by %q, %v", got.State, got.Holder, err)
	}
	if _, body, err := d.Uploaded(t.Context(), "f1"); err != nil || string(body) != "x" {
		t.Errorf("its document is %q, %v", body, err)
	}
}

func TestAFaxThatAnotherServerHasForgottenCanBeRemoved(t *testing.T) {
	t.Parallel()
	_, d, _ := faxHouse(t, func(h *house) { h.refuseFax = true })
	sendFax(t, d, "one")
	until(t, d, "the refusal", func() bool { return d.Faxes()[0].State == Failed })
	id := d.Faxes()[0].ID
	if err := d.pool.Store.Write(t.Context(), func(tx store.WidgetTx) error { return tx.DeleteFailedOutboxItem(t.Context(), "g", id) }); err != nil {
		t.Fatal(err)
	}
	if err := d.DropFax(t.Context(), id); err != nil || len(d.Faxes()) != 0 {
		t.Errorf("there are %+v, %v", d.Faxes(), err)
	}
}

// fail has the carrier give up a fax; the caller holds mu.
func (p *platform) fail(of *rc.Message) { p.carried(of, rc.SendingFailed) }

// carried has the carrier say what became of a fax for each, and of the whole
// what became of the first; the caller holds mu.
func (p *platform) carried(of *rc.Message, statuses ...string) {
	for i, m := range p.messages {
		if m == of {
			p.seq++
			m.MessageStatus, m.LastModifiedTime, p.changed[i] = statuses[0], rc.TimeOf(time.Now().Add(time.Second)), p.seq
			for n, status := range statuses {
				m.To[n].MessageStatus = status
			}
		}
	}
}

func TestAFaxThatFailedTwiceIsSentAThirdTime(t *testing.T) {
	t.Parallel()
	var first *rc.Message
	h, d, _ := faxHouse(t, func(h *house) {
		first = h.add(rc.Outbound, ada, []string{grace}, "")
		first.Type = rc.TypeFax
		h.fail(first)
	})
	id := strconv.FormatInt(first.ID, 10)
	for n := 1; n <= 2; n++ {
		for range 2 {
			if err := d.RetryFax(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
		h.takesFax(t, "")
		until(t, d, "it being sent", noneWaits(d, n+1))
		h.withMail(func() { h.fail(h.messages[len(h.messages)-1]) })
		h.notify("", map[string]any{"changes": []any{map[string]any{"type": "Fax", "updatedCount": 1}}})
		until(t, d, "it failing", func() bool { return d.Faxes()[0].State == Failed })
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.faxes) != 2 {
		t.Errorf("the platform got %q", h.faxes)
	}
}

func TestAFaxIsSentAgainToEachWhoDidNotGetIt(t *testing.T) {
	t.Parallel()
	var first *rc.Message
	h, d, _ := faxHouse(t, func(h *house) {
		first = h.add(rc.Outbound, ada, []string{grace, bob}, "")
		first.Type = rc.TypeFax
		h.carried(first, rc.SendingFailed, rc.Queued) // it is still tried to reach the other
	})
	id := strconv.FormatInt(first.ID, 10)
	becomes := func(of *rc.Message, statuses ...string) {
		t.Helper()
		h.withMail(func() { h.carried(of, statuses...) })
		h.notify("", map[string]any{"changes": []any{map[string]any{"type": "Fax", "updatedCount": 1}}})
		until(t, d, "the outcome", func() bool {
			d.mu.Lock()
			defer d.mu.Unlock()
			m := d.mail.byID[of.ID]
			return m != nil && m.Record.To[len(statuses)-1].MessageStatus == statuses[len(statuses)-1]
		})
	}
	for n, to := range []string{grace, bob} {
		for range 2 {
			if err := d.RetryFax(t.Context(), id); err != nil {
				t.Fatal(err)
			}
		}
		h.takesFax(t, "")
		until(t, d, "it being sent", noneWaits(d, n+2))
		var again *rc.Message
		h.withMail(func() { again = h.messages[len(h.messages)-1] })
		if len(again.To) != 1 || again.To[0].PhoneNumber != to {
			t.Fatalf("it went to %+v, want %s", again.To, to)
		}
		becomes(again, rc.Sent)
		if err := d.RetryFax(t.Context(), id); err == nil || !strings.Contains(err.Error(), "it arrived") {
			t.Errorf("sending again what has arrived: %v", err)
		}
		becomes(first, rc.SendingFailed, rc.SendingFailed)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.faxes) != 2 {
		t.Errorf("the platform got %q", h.faxes)
	}
}

// A toll notes how many sounds are being fetched when a document is.
type toll struct {
	Street
	pool *Pool
	mu   sync.Mutex
	busy []int // guarded by mu
}

func (s *toll) Do(ctx context.Context, grantID string, req *http.Request) (*http.Response, error) {
	if strings.Contains(req.URL.Path, "/content/") {
		s.pool.sounds.mu.Lock()
		busy := s.pool.sounds.busy
		s.pool.sounds.mu.Unlock()
		s.mu.Lock()
		s.busy = append(s.busy, busy)
		s.mu.Unlock()
	}
	return s.Street.Do(ctx, grantID, req)
}

func TestALargeFaxIsFetchedWithinTheBoundOfSounds(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	const size = 40 << 20
	var m *rc.Message
	h.withMail(func() {
		m = h.add(rc.Inbound, bob, []string{ada}, "")
		m.Type, m.Attachments = rc.TypeFax, []rc.Attachment{{ID: 9, Type: rc.RenderedDocument, ContentType: pdfType}}
		h.contents["9"] = "%PDF-" + strings.Repeat(" ", size-5)
	})
	p := h.pool(t)
	road := &toll{Street: p.Street, pool: p}
	p.Street = road
	d := open(t, p)
	ready(t, d)
	until(t, d, "the fax", func() bool { return len(d.Faxes()) == 1 })
	for range 2 {
		_, body, err := d.FaxDocument(t.Context(), strconv.FormatInt(m.ID, 10), "9")
		if err != nil || len(body) != size {
			t.Fatalf("%d bytes, %v", len(body), err)
		}
	}
	road.mu.Lock()
	defer road.mu.Unlock()
	if !slices.Equal(road.busy, []int{1}) {
		t.Errorf("it was fetched with %v counted, want once with itself", road.busy)
	}
}
