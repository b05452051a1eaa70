package logbook

import (
	"context"
	"errors"
	"fmt"
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
	pages   map[target]call // guarded by the handler's mu; pages with a logger, and how they asked last
	hooked  bool            // guarded by the handler's mu; goes on without a tab
}

// follow sees to it that a grant's desk is watched for a page.
func (h *Handler) follow(c call) {
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
		w = &watcher{grantID: grantID, owner: o, began: h.Now(), look: make(chan struct{}, 1), cancel: cancel, done: make(chan struct{}), pages: map[target]call{}}
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
			h.Log.Error("logging messages", "grant", w.grantID, "err", err)
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

// catchUp records every group of today that is to be logged by itself and is
// not. It looks at what there is, not at what happened, so nothing is missed
// however often it is interrupted.
func (h *Handler) catchUp(ctx context.Context, w *watcher, d Desk) error {
	for _, l := range h.ledgers(w) {
		if err := h.catchUpWith(ctx, l, d); err != nil {
			return err
		}
	}
	return nil
}

// A ledger is one place where a grant's texts are logged.
type ledger struct {
	to    target       // of the entries
	page  target       // whose matcher knows what is logged
	visit *visit.Visit // of the page; nil without one
	began time.Time
}

// ledgers are the places where a watcher's texts go now.
func (h *Handler) ledgers(w *watcher) []ledger {
	h.mu.Lock()
	defer h.mu.Unlock()
	var all []ledger
	hooked, hook := w.hooked, ledger{to: target{w.owner, store.LogWebhook}, began: w.began}
	for page, c := range w.pages {
		if c.hooked() {
			hooked, hook.page, hook.visit = true, page, &c.visit
		} else {
			all = append(all, ledger{c.target, page, &c.visit, w.began})
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
	at := placeOf(s)
	since := midnight(h.Now().Add(-lag), at.zone)
	threads := d.ThreadsSince(since)
	if len(threads) == 0 {
		return nil
	}
	recorded, err := h.Store.LogEntriesSince(ctx, l.to.owner, l.to.at, since.Add(-24*time.Hour))
	if err != nil {
		return fmt.Errorf("reading what was logged: %w", err)
	}
	var drafts []draft
	for _, t := range threads {
		g := at.groups(t)[0]
		if !h.due(l, g, at, autoOf(s).Message, recorded) {
			continue
		}
		d, err := h.draft(ctx, l.page, l.visit, g, at, triggerAuto)
		if err != nil {
			return err
		}
		drafts = append(drafts, d)
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

// due says whether a group is to be logged by itself: when that is switched
// on, or the group is logged already and something came since.
func (h *Handler) due(l ledger, g group, at place, always bool, recorded []store.LogEntry) bool {
	now, sent := h.Now(), g.newest().CreationTime.Time
	if at.day(sent) != at.day(now) && now.Sub(sent) > lag {
		return false
	}
	logID, before := at.logID(g.thread.ID, sent), false
	for _, e := range recorded {
		if e.Kind != kindMessage || e.Thing != g.thread.ID {
			continue
		}
		if e.Newest == g.key() {
			return false
		}
		before = before || e.LogID == logID
	}
	if always || before {
		return true
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return sent.After(l.began) && logged(h.known(l.page).of(logID, now))
}

// midnight is when the day of a moment began.
func midnight(at time.Time, zone *time.Location) time.Time {
	y, m, d := at.In(zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, zone)
}

// shown are the log ids that a tab may show.
func (h *Handler) shown(c call, open string, at place) ([]string, error) {
	d, err := h.Desks.Desk(context.Background(), c.visit.Session.GrantID)
	if err != nil {
		return nil, err
	}
	var ids []string
	if open != "" {
		if t, err := d.Thread(open); err == nil {
			for _, g := range at.groups(t) {
				ids = append(ids, at.logID(t.ID, g.newest().CreationTime.Time))
			}
		}
	}
	ids = ids[:min(len(ids), maxMatch/2)]
	for _, t := range d.ThreadsSince(h.Now().AddDate(0, 0, -30)) {
		ids = append(ids, at.logID(t.ID, t.Messages[0].CreationTime.Time))
	}
	return ids, nil
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
		delete(h.matches, page)
		for _, w := range h.watchers {
			delete(w.pages, page)
		}
	}
	for _, w := range h.watchers {
		if len(w.pages) == 0 && !w.hooked {
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
