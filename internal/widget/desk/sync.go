package desk

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"time"

	"offhook/internal/rc"
)

// How often the desk looks by itself: seldom while events come, often while
// they do not and somebody watches.
const (
	pollConnected = 5 * time.Minute
	pollWatched   = 3 * time.Second
	pollAlone     = 30 * time.Second
)

// history is how far back the first sync reaches, at most syncSize texts.
const (
	history  = 90 * 24 * time.Hour
	syncSize = "250"
)

// syncer asks what has changed: when an event says so, after every
// reconnect, and now and then. Events that come while it asks lead to one
// more sync, not to one each; the faster they come, the longer it waits.
func (d *Desk) syncer() {
	// Texts are filed by the user's own numbers, so those come first.
	if !d.waitUntil(d.identified, d.wantSync) {
		return
	}
	wake(d.wantSync)
	var b backoff
	looked := false
	for {
		wait, first := d.poll()
		if _, open := d.await(wait, d.wantSync); !open {
			return
		}
		// Somebody waits for the first one.
		if !first && !d.sleep(d.budget.pace(rc.Light)) {
			return
		}
		hush(d.wantSync) // what asked meanwhile is answered by this sync
		switch err := d.sync(d.ctx, live); {
		case err == nil:
			b = backoff{}
			if !looked {
				looked = true
				d.lookBack(d.ctx)
			}
		case errors.Is(err, errEnded) || d.ctx.Err() != nil:
			return
		default:
			if b.failures == 0 {
				d.log.Warn("syncing messages", "err", err)
			}
			wake(d.wantSync)
			if !d.pause(b.next()) {
				return
			}
		}
	}
}

// poll says how long to wait for an event, and whether nothing was read yet.
func (d *Desk) poll() (wait time.Duration, first bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	switch {
	case d.connected:
		wait = pollConnected
	case d.feed.watched():
		wait = pollWatched
	default:
		wait = pollAlone
	}
	return wait, d.token == ""
}

func (d *Desk) identified() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.identity != nil
}

// sync brings the ledger up to date; what the platform had before the call is
// there after it. One runs at a time.
func (d *Desk) sync(ctx context.Context, p priority) error {
	select {
	case <-d.syncing:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { d.syncing <- struct{}{} }()
	d.mu.Lock()
	token := d.token
	d.syncGen++
	gen := d.syncGen
	d.mu.Unlock()

	query := url.Values{"syncType": {rc.ISync}, "syncToken": {token}}
	if token == "" {
		query = d.fullSync()
	}
	s, err := get[rc.MessageSync](ctx, d, rc.Light, p, extensionPath+"/message-sync", query)
	if r, refused := errors.AsType[*refusal](err); refused && token != "" && r.Status == http.StatusBadRequest {
		// The token is too old or was made by a platform that is gone (MSG-333).
		token = ""
		s, err = get[rc.MessageSync](ctx, d, rc.Light, p, extensionPath+"/message-sync", d.fullSync())
	}
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.absorb(s, gen, token == "")
	return nil
}

func (d *Desk) fullSync() url.Values {
	return url.Values{
		"syncType": {rc.FSync}, "messageType": {rc.TypeSMS, rc.TypePager}, "recordCount": {syncSize},
		"dateFrom": {d.pool.Now().UTC().Add(-history).Format(rc.TimeLayout)},
	}
}

// absorb takes over the answer to a sync. The caller holds mu.
func (d *Desk) absorb(s rc.MessageSync, gen int, full bool) {
	c := newChange()
	if full {
		d.dropMissing(s, c)
	}
	for _, m := range s.Records {
		d.ledger.apply(m, gen, c)
	}
	for id, r := range d.ledger.reads {
		if r.acked && r.gen < gen {
			delete(d.ledger.reads, id)
		}
	}
	d.ledger.forgetRemovals(gen, c)
	if full && d.token == "" {
		// The first sync is the past, not news.
		c.records = nil
		c.threads = nil
		defer d.tell(Event{Type: EventResync})
	}
	if s.SyncInfo.SyncToken != "" && s.SyncInfo.SyncToken != d.token {
		d.token = s.SyncInfo.SyncToken
		if len(c.rows) > 0 || full {
			c.rows[rowKey{rowSync, ""}] = true
		}
	}
	d.commit(c)
	d.review()
	wake(d.post) // a text in flight may have been found
}

// dropMissing forgets what a full sync should have brought and did not: it
// was deleted while nobody listened. The caller holds mu.
func (d *Desk) dropMissing(s rc.MessageSync, c *change) {
	if len(s.Records) == 0 && s.SyncInfo.OlderRecordsExist {
		return
	}
	from := d.pool.Now().Add(-history)
	present := make(map[int64]bool, len(s.Records))
	for i, m := range s.Records {
		present[m.ID] = true
		if s.SyncInfo.OlderRecordsExist && (i == 0 || m.CreationTime.Before(from)) {
			from = m.CreationTime.Time
		}
	}
	now := d.pool.Now()
	for id, m := range d.ledger.messages {
		// Texts of this very moment may be newer than the answer.
		if !present[id] && m.CreationTime.After(from) && now.Sub(m.CreationTime.Time) > time.Minute {
			d.ledger.remove(m, c)
		}
	}
}
