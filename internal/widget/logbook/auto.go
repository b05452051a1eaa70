package logbook

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"sync"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/visit"
)

// settle is how long a group waits for more to log with it
// (contract/service.md 8.2).
const settle = 300 * time.Millisecond

// lag is how long after its day a text may still be logged by itself: it came
// around midnight, or while the server was not there.
const lag = 15 * time.Minute

// idle is how long a watcher goes on without a tab.
const idle = 5 * time.Minute

// A watcher logs by itself what happens on one grant's desk.
type watcher struct {
	grantID string
	owner   store.LogOwner
	began   time.Time
	look    chan struct{} // has a token when it should look
	cancel  context.CancelFunc
	done    chan struct{}
	pages   map[target]visitor   // guarded by the handler's mu; pages with a logger, and how they asked last
	hooked  map[string]bool      // guarded by the handler's mu, replaced whole; kinds that go on without a tab
	first   map[string]time.Time // guarded by the handler's mu; when calls were first looked at
}

// follow sees to it that a grant's desk is watched for a page.
func (h *Handler) follow(c visitor) {
	h.begin()
	h.mu.Lock()
	defer h.mu.Unlock()
	w := h.watch(c.visit.Session.GrantID, c.target.owner)
	if w == nil {
		return
	}
	w.pages[c.page()] = c
	poke(w.look)
}

// watch returns the watcher of a grant, a new one at first; nil when the
// handler is closed. It needs h.mu.
func (h *Handler) watch(grantID string, o store.LogOwner) *watcher {
	if h.closed {
		return nil
	}
	if h.watchers == nil {
		h.watchers = map[string]*watcher{}
	}
	w := h.watchers[grantID]
	if w == nil {
		ctx, cancel := context.WithCancel(context.Background())
		w = &watcher{grantID: grantID, owner: o, began: h.Now(), look: make(chan struct{}, 1), cancel: cancel, done: make(chan struct{}), pages: map[target]visitor{}, first: map[string]time.Time{}}
		h.watchers[grantID] = w
		go h.attend(ctx, w)
	}
	return w
}

// review makes a grant's watcher look again.
func (h *Handler) review(grantID string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if w := h.watchers[grantID]; w != nil {
		poke(w.look)
	}
}

func poke(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}

// attend looks at a desk whenever something changes there, until the desk or
// the watcher ends.
func (h *Handler) attend(ctx context.Context, w *watcher) {
	defer close(w.done)
	defer h.unwatch(w)
	d, err := h.Desks.Desk(ctx, w.grantID)
	if err != nil {
		if told := (*rc.Error)(nil); !errors.As(err, &told) && ctx.Err() == nil {
			h.Log.Error("opening a desk to log it", "err", err)
		}
		return
	}
	changes := d.Watch()
	defer changes.Close()
	for {
		select {
		case <-ctx.Done():
			return
		case _, ok := <-changes.C():
			if !ok {
				return
			}
		case <-w.look:
		}
		if !wait(ctx, settle) {
			return
		}
		if err := h.catchUp(ctx, w, d); err != nil && ctx.Err() == nil {
			h.Log.Error("logging texts and calls", "grant", w.grantID, "err", err)
			time.AfterFunc(rounds, func() { h.review(w.grantID) })
		}
	}
}

func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}

func (h *Handler) unwatch(w *watcher) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.watchers[w.grantID] == w {
		delete(h.watchers, w.grantID)
	}
}

// catchUp records everything that is to be logged by itself and is not. It looks at what there is, not at what happened, so nothing is missed
// however often it is interrupted.
func (h *Handler) catchUp(ctx context.Context, w *watcher, d Desk) error {
	for _, l := range h.ledgers(w) {
		if err := h.catchUpWith(ctx, l, d); err != nil {
			return err
		}
	}
	return nil
}

// A ledger is one place where a grant's texts and calls are logged.
type ledger struct {
	to    target          // of the entries
	page  target          // whose matcher knows what is logged
	visit *visit.Visit    // of the page; nil without one
	kinds map[string]bool // what is logged there
	began time.Time

	seen   func(session string) time.Time // when a call was first looked at
	review func()                         // has it looked at again
}

// ledgers are the places where a watcher's texts and calls go now.
func (h *Handler) ledgers(w *watcher) []ledger {
	h.mu.Lock()
	defer h.mu.Unlock()
	var all []ledger
	seen := func(session string) time.Time { return h.firstSeen(w, session) }
	review := func() { h.review(w.grantID) }
	hook := ledger{to: target{w.owner, store.LogWebhook}, kinds: w.hooked, began: w.began, seen: seen, review: review}
	hooked := len(w.hooked) > 0
	for page, c := range w.pages {
		kinds := map[string]bool{}
		for _, s := range h.subjects() {
			kinds[s.kind()] = c.logs(s)
		}
		if c.hooked() {
			hooked, hook.page, hook.visit, hook.kinds = true, page, &c.visit, kinds
		} else {
			all = append(all, ledger{c.target, page, &c.visit, kinds, w.began, seen, review})
		}
	}
	if hooked {
		all = append(all, hook)
	}
	return all
}

func (h *Handler) catchUpWith(ctx context.Context, l ledger, d Desk) error {
	s, err := h.settings(ctx, l.to)
	if err != nil {
		return err
	}
	back := 48 * time.Hour // a day of texts, wherever the user is
	if l.kinds[kindCall] {
		back = keptFor
	}
	recorded, err := h.Store.LogEntriesSince(ctx, l.to.owner, l.to.at, h.Now().Add(-back))
	if err != nil {
		return fmt.Errorf("reading what was logged: %w", err)
	}
	var drafts []draft
	for _, sub := range h.subjects() {
		if !l.kinds[sub.kind()] {
			continue
		}
		some, err := sub.due(ctx, l, s, d, recorded)
		if err != nil {
			return err
		}
		drafts = append(drafts, some...)
	}
	if len(drafts) == 0 {
		return nil
	}
	if err := h.record(ctx, l.to, drafts...); err != nil {
		return err
	}
	h.nudge()
	if l.to == l.page {
		h.announce(ctx, l.page)
	}
	return nil
}

// firstSeen is when a watcher has looked at a call for the first time. Room is
// made by what has long had its time: to forget a call that still waits would
// let it wait anew, and with many of them none would ever be logged.
func (h *Handler) firstSeen(w *watcher, session string) time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	at, ok := w.first[session]
	if !ok {
		if at = h.Now(); len(w.first) > callsShown {
			maps.DeleteFunc(w.first, func(_ string, seen time.Time) bool { return at.Sub(seen) > 2*asking })
		}
		w.first[session] = at
	}
	return at
}

// midnight is when the day of a moment began.
func midnight(at time.Time, zone *time.Location) time.Time {
	y, m, d := at.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone)
}

// retire ends the watchers that have no tab left and no webhook.
func (h *Handler) retire() {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.Now()
	for page, crew := range h.crews {
		if crew.prune(now) {
			crew.left = now
		}
		if len(crew.tabs) > 0 || now.Sub(crew.left) < idle {
			continue
		}
		delete(h.crews, page)
		delete(h.picks, page)
		for kind := range capabilityOf {
			delete(h.matches, shelf{page, kind})
		}
		for _, w := range h.watchers {
			delete(w.pages, page)
		}
	}
	for _, w := range h.watchers {
		if len(w.pages) == 0 && len(w.hooked) == 0 {
			w.cancel()
		}
	}
}

// closing ends every watcher and waits for them.
func (h *Handler) closing() {
	h.mu.Lock()
	h.closed = true
	all := make([]*watcher, 0, len(h.watchers))
	for _, w := range h.watchers {
		all = append(all, w)
	}
	h.mu.Unlock()
	var wg sync.WaitGroup
	for _, w := range all {
		w.cancel()
		wg.Go(func() { <-w.done })
	}
	wg.Wait()
	h.pushing.Wait()
}
