package logbook

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"offhook/internal/store"
)

// Kinds of entries.
const (
	kindMessage = "message"
	kindCall    = "call"
)

// Triggers that this package tells apart (contract/service.md 8.2).
const (
	triggerAuto   = "auto"
	triggerManual = "manual"
	triggerForm   = "logForm"
)

// A draft is an entry that is not written down yet.
type draft struct {
	kind    string
	thing   string // the conversation or the call's session
	logID   string
	newest  string // what of it is new
	trigger string
	press   string // the click it comes from, empty for none
	body    map[string]any
}

// key is the entry's idempotency key. The day is left out: it follows from
// the newest message, and the user may travel.
func (d draft) key(t target) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{
		"log", t.owner.Platform, t.owner.ClientID, t.owner.OwnerID, t.at, d.kind, d.thing, d.trigger, d.newest, d.press,
	}, "\x00")))
	return "log_" + base64.RawURLEncoding.EncodeToString(sum[:18])
}

// record writes entries down, in their order. What was recorded before, done
// or not, is left as it is. It returns when they cannot be lost any more.
func (h *Handler) record(ctx context.Context, t target, drafts ...draft) error {
	h.begin()
	ctx = context.WithoutCancel(ctx)
	now := h.Now()
	for _, d := range drafts {
		key := d.key(t)
		d.body["idempotencyKey"] = key
		plain, err := json.Marshal(d.body)
		if err != nil {
			return fmt.Errorf("drawing up a log entry: %w", err)
		}
		e := store.LogEntry{
			ID: key, Owner: t.owner, Target: t.at, Kind: d.kind, Thing: d.thing, LogID: cmp.Or(d.logID, d.thing), Newest: d.newest, Trigger: d.trigger,
			Position: h.ids.Next(), State: store.LogWaiting, NextAt: now, Since: now, CreatedAt: now, UpdatedAt: now, Sealed: h.Ring.Seal(plain, rowOf(key)),
		}
		err = h.Store.Write(ctx, func(tx store.WidgetTx) error { return add(ctx, tx, e) })
		if err != nil && !errors.Is(err, store.ErrExists) { // another node was first
			return fmt.Errorf("writing down a log entry: %w", err)
		}
	}
	return nil
}

func add(ctx context.Context, tx store.WidgetTx, e store.LogEntry) error {
	_, err := tx.LogEntry(ctx, e.ID)
	if !errors.Is(err, store.ErrNotFound) {
		return err // nil when it is there
	}
	// A whole day says everything that an earlier state of the day would.
	if e.Kind == kindMessage && e.Trigger == triggerAuto {
		if err := tx.SupersedeLogEntries(ctx, e); err != nil {
			return err
		}
	}
	return tx.AddLogEntry(ctx, e)
}

func rowOf(id string) string { return "log_entries/" + id }

// body opens what an entry says.
func (h *Handler) body(e store.LogEntry) (json.RawMessage, error) {
	plain, err := h.Ring.Open(e.Sealed, rowOf(e.ID))
	if err != nil {
		return nil, fmt.Errorf("opening log entry %s: %w", e.ID, err)
	}
	return plain, nil
}

// Bounds of attempts.
const (
	patience  = 15 * time.Second // for an answer (contract/service.md 3)
	claimed   = 25 * time.Second // how long somebody may take who has an entry
	firstWait = 2 * time.Second
	maxWait   = 15 * time.Minute
	stuckAt   = 24 * time.Hour
)

// fail gives an entry back: for a later attempt, or as stuck after a day of
// them. The holder must have claimed it.
func (h *Handler) fail(ctx context.Context, e store.LogEntry, holder, reason string) error {
	now := h.Now()
	state := store.LogWaiting
	if now.Sub(e.Since) >= stuckAt {
		state = store.LogStuck
	}
	next := now.Add(backoff(e.Attempts))
	return h.Store.Write(ctx, func(tx store.WidgetTx) error {
		_, err := tx.FailLogEntry(ctx, e.ID, holder, state, reason, next, now)
		return err
	})
}

// finish ends an entry for good; false when it had ended.
func (h *Handler) finish(ctx context.Context, o store.LogOwner, id string) (ended bool, err error) {
	err = h.Store.Write(ctx, func(tx store.WidgetTx) (err error) {
		ended, err = tx.FinishLogEntry(ctx, o, id, "", h.Now())
		return err
	})
	if err != nil {
		return false, fmt.Errorf("ending log entry %s: %w", id, err)
	}
	return ended, nil
}

// claim makes holder the only one who may try these entries for now, and
// returns those that it got.
func (h *Handler) claim(ctx context.Context, entries []store.LogEntry, holder string) ([]store.LogEntry, error) {
	var mine []store.LogEntry
	now := h.Now()
	err := h.Store.Write(ctx, func(tx store.WidgetTx) error {
		mine = nil
		for _, e := range entries {
			ok, err := tx.ClaimLogEntry(ctx, e.ID, holder, now, now.Add(claimed))
			if err != nil {
				return err
			}
			if ok {
				e.Attempts++
				mine = append(mine, e)
			}
		}
		return nil
	})
	return mine, err
}
