package logbook

import (
	"context"
	"encoding/json"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"offhook/internal/store"
)

// changed is the bus subject on which frames hear that something of their
// page's service is another (package service).
const changed = "widget.service.changed"

// A change is what they hear. What is log when there may be something to do,
// logged when marks are others.
type change struct {
	GrantID  string `json:"grantId"`
	FrameKey string `json:"frameKey"`
	What     string `json:"what"`
}

// announce tells every tab of a page that there may be something to do.
func (h *Handler) announce(ctx context.Context, page target) { h.tell(ctx, page, "log") }

// announceMarks tells them that marks are others.
func (h *Handler) announceMarks(ctx context.Context, page target) { h.tell(ctx, page, "logged") }

func (h *Handler) tell(ctx context.Context, page target, what string) {
	h.mu.Lock()
	var all []change
	if crew := h.crews[page]; crew != nil {
		all = crew.frames()
	}
	h.mu.Unlock()
	for _, c := range all {
		c.What = what
		data, err := json.Marshal(c)
		if err == nil {
			err = h.Bus.Publish(context.WithoutCancel(ctx), changed, data)
		}
		if err != nil {
			h.Log.Error("announcing a log", "err", err)
		}
	}
}

// Times of Run.
const (
	beat    = 2 * time.Second  // how often it looks for what is due
	rounds  = 30 * time.Second // how often for watchers to begin or end
	sweeps  = time.Hour
	keptFor = 8 * 24 * time.Hour  // what is done, so that it is not done again
	longest = 90 * 24 * time.Hour // what nobody ever took
)

// Run delivers until ctx ends, and waits for what it has begun.
func (h *Handler) Run(ctx context.Context) {
	h.begin()
	defer h.closing()
	look, round, sweep := time.NewTicker(beat), time.NewTicker(rounds), time.NewTicker(sweeps)
	defer look.Stop()
	defer round.Stop()
	defer sweep.Stop()
	h.round(ctx)
	for {
		h.look(ctx)
		select {
		case <-ctx.Done():
			return
		case <-h.wake:
		case <-look.C:
		case <-round.C:
			h.round(ctx)
		case <-sweep.C:
			h.sweep(ctx)
		}
	}
}

// look wakes the pages that have something to do, and sends what goes to
// webhooks.
func (h *Handler) look(ctx context.Context) {
	due, err := h.Store.DueLogTargets(ctx, h.Now())
	if err != nil {
		h.fault(ctx, "looking for what is to be logged", err)
		return
	}
	for _, t := range due {
		if page := (target{t.Owner, t.At}); h.manned(page) {
			h.announce(ctx, page)
		}
	}
	h.push(ctx)
}

// manned says whether a page has a tab that could deliver.
func (h *Handler) manned(page target) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	crew := h.crews[page]
	return crew != nil && crew.deliverer(h.Now()) != nil
}

// round begins to watch for webhooks, and lets go of pages that are gone.
func (h *Handler) round(ctx context.Context) {
	h.retire()
	all, err := h.Store.AutoLoggers(ctx)
	if err != nil {
		h.fault(ctx, "looking for those whose texts are logged", err)
		return
	}
	hooked := map[string]map[string]bool{}
	for _, s := range all {
		g, err := h.Store.GrantOf(ctx, s.Owner.Platform, s.Owner.ClientID, s.Owner.OwnerID)
		if err != nil {
			continue // signed out for good
		}
		// What the embed may still read is known by its capabilities.
		kinds := h.hookKinds(ctx, s)
		if len(kinds) == 0 {
			continue
		}
		hooked[g.ID] = kinds
		h.mu.Lock()
		if w := h.watch(g.ID, s.Owner); w != nil && !maps.Equal(w.hooked, kinds) {
			w.hooked = kinds
			poke(w.look)
		}
		h.mu.Unlock()
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for id, w := range h.watchers {
		if hooked[id] == nil {
			w.hooked = nil
		}
	}
}

// hookKinds are what is logged of somebody to a webhook without a tab.
func (h *Handler) hookKinds(ctx context.Context, s store.LogSettings) map[string]bool {
	e, err := h.Embeds.Embed(ctx, s.Owner.Platform, s.Owner.ClientID)
	if err != nil || !slices.Contains(e.Capabilities, capability) {
		return nil
	}
	kinds := map[string]bool{}
	for kind, on := range map[string]bool{kindMessage: autoOf(s).Message, kindCall: autoOf(s).Call} {
		if on && slices.Contains(e.Capabilities, capabilityOf[kind]) {
			kinds[kind] = true
		}
	}
	return kinds
}

func (h *Handler) sweep(ctx context.Context) {
	now := h.Now()
	err := h.Store.Write(ctx, func(tx store.WidgetTx) error { return tx.SweepLogEntries(ctx, now.Add(-keptFor), now.Add(-longest)) })
	if err != nil {
		h.fault(ctx, "sweeping log entries", err)
	}
}

func (h *Handler) fault(ctx context.Context, doing string, err error) {
	if ctx.Err() == nil {
		h.Log.Error(doing, "err", err)
	}
}

// backoff doubles with each attempt, with chance in it, so that entries do
// not come back in the same moment.
func backoff(attempts int64) time.Duration {
	w := min(firstWait<<min(max(attempts-1, 0), 20), maxWait)
	return w/2 + rand.N(w/2+1)
}
