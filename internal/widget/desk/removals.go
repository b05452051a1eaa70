package desk

import (
	"cmp"
	"context"
	crand "crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/lang"
)

// undoTime is how long what was deleted can be had back: the ten seconds that
// the phone offers it, and the way of a press. Then the platform is told,
// which has no way back that every platform offers.
const undoTime = 12 * time.Second

// A removal is what a user has deleted at once. It is hidden from the first
// moment, kept sealed, and carried out at the platform when it is due, unless
// it is undone before:
//
//	hidden ──Undo──▶ as before
//	   └──due, or Confirm──▶ begun ──answer──▶ done ──next sync──▶ forgotten
//	                           └────refusal──▶ as before, with a notice
type removal struct {
	ID       string            `json:"id"`
	Threads  []removedThread   `json:"threads,omitempty"`
	Messages []int64           `json:"messages,omitempty"`
	Items    []string          `json:"items,omitempty"`  // failed texts, which only we have
	Drafts   map[string]string `json:"drafts,omitempty"` // by the ids that numbers make
	Due      time.Time         `json:"due"`

	begun bool // the platform is being told
	done  bool // it has answered
	gen   int  // the newest sync started when it did
}

// A removedThread is a conversation up to the newest text that it held. What
// comes after begins it anew.
type removedThread struct {
	ID   string    `json:"id"` // the platform's
	UpTo time.Time `json:"upTo"`
}

func (r *removal) has(m *rc.Message) bool {
	return slices.Contains(r.Messages, m.ID) || slices.ContainsFunc(r.Threads, func(t removedThread) bool {
		return t.ID == conversationOf(m) && !m.CreationTime.After(t.UpTo)
	})
}

func (l *ledger) isRemoved(m *rc.Message) bool {
	return slices.ContainsFunc(l.removals, func(r *removal) bool { return r.has(m) })
}

func (l *ledger) isRemovedItem(id string) bool {
	return slices.ContainsFunc(l.removals, func(r *removal) bool { return slices.Contains(r.Items, id) })
}

// Remove deletes conversations and single texts: here at once, at the platform
// when the time to undo it is over. It returns the id that Undo and Confirm
// know it by. What is not here any more is left out; when that is all, it is
// NotFound. A text that is still on its way cannot be deleted: it stays.
func (d *Desk) Remove(ctx context.Context, conversations, messages []string) (id string, err error) {
	d.drafting.Lock()
	defer d.drafting.Unlock()
	d.mu.Lock()
	r := &removal{ID: crand.Text(), Drafts: make(map[string]string), Due: d.pool.Now().Add(undoTime)}
	for _, id := range conversations {
		if t := d.ledger.thread(id); t != nil {
			d.ledger.gather(r, t)
		}
	}
	for _, id := range messages {
		n, _ := strconv.ParseInt(id, 10, 64)
		if m := d.ledger.messages[n]; m != nil {
			r.Messages = append(r.Messages, n)
		} else if i := d.ledger.byItem[id]; i != nil && i.State == store.OutboxFailed {
			r.Items = append(r.Items, id)
		}
	}
	if len(r.Threads)+len(r.Messages)+len(r.Items)+len(r.Drafts) == 0 {
		d.mu.Unlock()
		return "", rc.Errorf(rc.NotFound, "This is not here any more.")
	}
	d.ledger.removals = append(d.ledger.removals, r)
	c := newChange()
	d.ledger.hide(r, c)
	for key := range r.Drafts {
		d.placeDraft(key, "")
		d.dirty(rowKey{rowDraft, key})
	}
	d.commit(c)
	d.mu.Unlock()
	d.write(context.WithoutCancel(ctx)) // what a user has deleted does not come back with a restart
	for key := range r.Drafts {
		d.announceDraft(ctx, key)
	}
	wake(d.sweep)
	return r.ID, nil
}

// gather notes what a conversation holds, as far as it can be deleted.
func (l *ledger) gather(r *removal, t *thread) {
	if id := cmp.Or(t.id, t.local); id != t.local && len(t.messages) > 0 {
		r.Threads = append(r.Threads, removedThread{id, newest(t)})
	}
	for _, i := range l.items {
		if i.thread == t && i.State == store.OutboxFailed {
			r.Items = append(r.Items, i.ID)
		}
	}
	if text := l.drafts[t.local]; text != "" {
		r.Drafts[t.local] = text
	}
}

// hide takes what a removal has out of sight.
func (l *ledger) hide(r *removal, c *change) {
	for _, m := range l.messages {
		if m.hidden || !r.has(&m.Message) {
			continue
		}
		l.take(m)
		m.hidden, c.threads[m.thread] = true, true
	}
	for _, id := range r.Items {
		if i := l.byItem[id]; i != nil {
			i.hidden, c.threads[i.thread] = true, true
		}
	}
	c.rows[rowKey{rowRemovals, ""}] = true
	for t := range c.threads {
		l.prune(t)
	}
}

// show brings back what nothing hides any more.
func (l *ledger) show(c *change) {
	for _, m := range l.messages {
		if m.hidden && !l.isRemoved(&m.Message) {
			m.hidden, m.thread = false, l.threadOf(&m.Message, c)
			l.place(m)
		}
	}
	for _, i := range l.items {
		if i.hidden && !l.isRemovedItem(i.ID) {
			i.hidden, c.threads[i.thread] = false, true
		}
	}
	c.rows[rowKey{rowRemovals, ""}] = true
}

// removal finds one that the platform has not been told of. The caller holds
// mu.
func (d *Desk) removal(id string) *removal {
	i := slices.IndexFunc(d.ledger.removals, func(r *removal) bool { return r.ID == id && !r.begun })
	if i < 0 {
		return nil
	}
	return d.ledger.removals[i]
}

// Undo brings back what was deleted. It is NotFound when it is too late.
func (d *Desk) Undo(ctx context.Context, id string) error {
	d.mu.Lock()
	r := d.removal(id)
	if r == nil {
		d.mu.Unlock()
		return rc.Errorf(rc.NotFound, "This was deleted too long ago to bring it back.")
	}
	d.restore(r)
	d.mu.Unlock()
	d.write(context.WithoutCancel(ctx))
	for key, text := range r.Drafts {
		if now, err := d.Draft(ctx, key); err == nil && now == "" {
			if err := d.SaveDraft(ctx, key, text); err != nil {
				d.log.Info("bringing a draft back", "err", err) // its conversation may be gone
			}
		}
	}
	return nil
}

// restore forgets a removal and shows what it hid. The caller holds mu.
func (d *Desk) restore(r *removal) {
	l := d.ledger
	l.removals = slices.DeleteFunc(l.removals, func(o *removal) bool { return o == r })
	c := newChange()
	l.show(c)
	for key := range r.Drafts {
		if t := l.locals[key]; t != nil {
			c.threads[t] = true
		}
	}
	d.commit(c)
}

// Confirm has the platform told now of what was deleted: nobody will undo it.
// One that is not here is done already.
func (d *Desk) Confirm(id string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if r := d.removal(id); r != nil {
		r.Due = d.pool.Now()
		wake(d.sweep)
	}
}

// sweeper tells the platform what was deleted, until it knows.
func (d *Desk) sweeper() {
	var b backoff
	for {
		if _, open := d.await(d.nextRemoval(), d.sweep); !open {
			return
		}
		r := d.beginRemoval()
		if r == nil {
			continue
		}
		err := d.carryOut(d.ctx, r)
		refused, isRefusal := errors.AsType[*refusal](err)
		switch {
		case err == nil:
			b = backoff{}
		case errors.Is(err, errEnded) || d.ctx.Err() != nil:
			return
		case isRefusal:
			d.giveBack(r, refused)
		default:
			if b.failures == 0 {
				d.log.Warn("deleting texts", "err", err)
			}
			if !d.pause(b.next()) {
				return
			}
		}
	}
}

// nextRemoval says how long nothing is due.
func (d *Desk) nextRemoval() time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	wait := time.Hour
	for _, r := range d.ledger.removals {
		if !r.done {
			wait = min(wait, r.Due.Sub(d.pool.Now()))
		}
	}
	return max(wait, 0)
}

// beginRemoval returns what is due; from now on it cannot be undone.
func (d *Desk) beginRemoval() *removal {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, r := range d.ledger.removals {
		if !r.done && !r.Due.After(d.pool.Now()) {
			r.begun = true
			return r
		}
	}
	return nil
}

// carryOut deletes at the platform. Conversations go by their ids, with what
// of them was never read here, up to the newest text that the user saw: a sync
// comes first, so that whatever has come after is known and stays.
func (d *Desk) carryOut(ctx context.Context, r *removal) error {
	if len(r.Threads) > 0 {
		if err := d.sync(ctx, live); err != nil {
			return err
		}
	}
	for _, q := range d.sweeps(r.Threads) {
		_, err := d.do(ctx, call{group: rc.Medium, priority: live, method: http.MethodDelete, path: storePath, query: q})
		if err != nil && !isGone(err) {
			return err
		}
	}
	for ids := range slices.Chunk(r.Messages, maxBulk) {
		a, err := d.do(ctx, call{group: rc.Medium, priority: live, method: http.MethodDelete, path: storePath + "/" + joined(ids), accept: listedJSON})
		if isGone(err) {
			continue
		}
		if err != nil {
			return err
		}
		v := verdictsOf(a, ids)
		if v.why != nil {
			d.keepSome(r, v.refused, v.why)
		}
		if err := v.err(); err != nil {
			return err
		}
	}
	return d.carriedOut(ctx, r)
}

// isGone reports whether the platform has what was to be deleted no more.
func isGone(err error) bool {
	r, ok := errors.AsType[*refusal](err)
	return ok && r.Status == http.StatusNotFound
}

// sweeps are the requests that delete conversations, several with one request
// where nothing has come meanwhile that it would take along. Its end is the
// time of a text that is there: later ones are not touched, whatever our clock
// says.
func (d *Desk) sweeps(threads []removedThread) []url.Values {
	d.mu.Lock()
	defer d.mu.Unlock()
	threads = slices.Clone(threads)
	slices.SortFunc(threads, func(a, b removedThread) int { return b.UpTo.Compare(a.UpTo) })
	var all []url.Values
	for len(threads) > 0 {
		end := threads[0].UpTo.Add(time.Millisecond)
		q := url.Values{"dateTo": {end.UTC().Format(rc.TimeLayout)}}
		var later []removedThread
		for i, t := range threads {
			if i > 0 && (len(q["conversationId"]) == maxBulk || d.ledger.hasBetween(t, end)) {
				later = append(later, t)
				continue
			}
			q["conversationId"] = append(q["conversationId"], t.ID)
		}
		all, threads = append(all, q), later
	}
	return all
}

// hasBetween reports whether a deleted conversation was begun anew before end.
func (l *ledger) hasBetween(t removedThread, end time.Time) bool {
	at := l.threads[t.ID]
	return at != nil && slices.ContainsFunc(at.messages, func(m *message) bool {
		return m.CreationTime.After(t.UpTo) && m.CreationTime.Before(end)
	})
}

// carriedOut notes that the platform has deleted what a removal names.
func (d *Desk) carriedOut(ctx context.Context, r *removal) error {
	err := d.pool.Store.Write(ctx, func(tx store.WidgetTx) error {
		for _, id := range r.Items {
			err := tx.DeleteFailedOutboxItem(ctx, d.grantID, id)
			if errors.Is(err, store.ErrOutdated) {
				continue // forgotten already, or on its way again through another server
			}
			if err == nil {
				err = tx.DeleteItemFiles(ctx, d.grantID, id)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("forgetting texts that failed: %w", err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	r.done, r.gen = true, d.syncGen
	c := newChange()
	for _, id := range r.Items {
		if i := d.ledger.byItem[id]; i != nil {
			delete(d.ledger.byItem, id)
			d.ledger.items = slices.DeleteFunc(d.ledger.items, func(o *item) bool { return o == i })
			c.threads[i.thread] = true
		}
	}
	d.commit(c)
	wake(d.wantSync)
	return nil
}

// giveBack shows again what the platform does not let the user delete, and
// says why.
func (d *Desk) giveBack(r *removal, why *refusal) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.restore(r)
	d.notDeleted(why)
}

// keepSome shows again those texts of a removal that the platform does not let
// the user delete. The others stay deleted.
func (d *Desk) keepSome(r *removal, ids []int64, why *refusal) {
	d.mu.Lock()
	defer d.mu.Unlock()
	r.Messages = slices.DeleteFunc(slices.Clone(r.Messages), func(id int64) bool { return slices.Contains(ids, id) })
	c := newChange()
	d.ledger.show(c)
	d.commit(c)
	d.notDeleted(why)
}

// notDeleted tells the user that something is back. The caller holds mu.
func (d *Desk) notDeleted(why *refusal) {
	d.log.Warn("the platform does not delete texts", "status", why.Status, "code", why.Code)
	d.tell(Event{Type: EventNotice, Reason: lang.Mark("Your phone service does not let you delete this, so it is back. Ask your administrator to allow it.")})
}

// forgetRemovals drops what the platform has deleted, once a sync that began
// after its answer is in: records that come later are newer.
func (l *ledger) forgetRemovals(gen int, c *change) {
	for _, r := range slices.Clone(l.removals) {
		if !r.done || r.gen >= gen {
			continue
		}
		for _, m := range l.messages {
			if m.hidden && r.has(&m.Message) {
				l.bury(m.ID)
				l.remove(m, c)
			}
		}
		l.removals = slices.DeleteFunc(l.removals, func(o *removal) bool { return o == r })
		c.rows[rowKey{rowRemovals, ""}] = true
	}
}
