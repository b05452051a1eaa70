package desk

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"offhook/internal/rc"
)

// mailFeatures are the platform's names for what brings the user mail.
const (
	voicemailFeature = "Voicemail"
	faxFeature       = "FaxReceiving"
)

func (d *Desk) mayHaveMail() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.me.Features[voicemailFeature] || d.me.Features[faxFeature]
}

// postman keeps the copy of voicemail and faxes, and tells the platform what
// the user has done with them.
func (d *Desk) postman() {
	if !d.waitUntil(d.mayHaveMail, d.wantMail) {
		return
	}
	d.mailStale()
	var b backoff
	for {
		err := d.collect(d.ctx)
		_, refused := errors.AsType[*refusal](err)
		d.refuseMail(refused)
		wait := d.mailWait()
		switch {
		case err == nil:
			b = backoff{}
		case errors.Is(err, errEnded) || d.ctx.Err() != nil:
			return
		case refused:
			wait = refresh
			d.log.Info("the platform does not give the user's voicemail and faxes", "err", err)
		default:
			if b.failures == 0 {
				d.log.Warn("syncing voicemail and faxes", "err", err)
			}
			if !d.pause(b.next()) {
				return
			}
			continue
		}
		asked, open := d.await(wait, d.wantMail)
		if !open {
			return
		}
		if !asked {
			d.mailStale()
		}
	}
}

func (d *Desk) mailWait() time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.connected {
		return pollMail
	}
	return pollMailDeaf
}

// mailStale has the mail read again soon.
func (d *Desk) mailStale() {
	d.mu.Lock()
	d.mail.stale = true
	d.mu.Unlock()
	wake(d.wantMail)
}

// RefreshMail has voicemail and faxes read again soon, because somebody looks.
func (d *Desk) RefreshMail() { d.mailStale() }

// mailChanged notes an event of the message store that is about mail.
func (d *Desk) mailChanged(body []byte) {
	var e rc.MessageStoreEvent
	if json.Unmarshal(body, &e) == nil && len(e.Changes) > 0 &&
		!slices.ContainsFunc(e.Changes, func(c rc.MessageStoreChange) bool { return c.Type == rc.TypeVoiceMail || c.Type == rc.TypeFax }) {
		return
	}
	d.mailStale()
}

func (d *Desk) refuseMail(refused bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.mail.refused != refused {
		d.mail.refused = refused
		d.tell(Event{Type: EventMail})
	}
}

// collect brings both sides to the same: what the user has done goes first.
func (d *Desk) collect(ctx context.Context) error {
	for {
		again, err := d.fulfil(ctx)
		if err != nil {
			return err
		}
		if !again {
			break
		}
	}
	d.mu.Lock()
	stale := d.mail.stale
	d.mail.stale = false
	d.mu.Unlock()
	if stale {
		if err := d.syncMail(ctx); err != nil {
			d.mu.Lock()
			d.mail.stale = true
			d.mu.Unlock()
			return err
		}
	}
	if err := d.lookBackMail(ctx); err != nil {
		return err
	}
	return d.readAhead(ctx)
}

// syncMail brings the copy up to date.
func (d *Desk) syncMail(ctx context.Context) error {
	d.mu.Lock()
	token := d.mail.row.Token
	d.mail.gen++
	gen := d.mail.gen
	d.mu.Unlock()
	full := url.Values{
		"syncType": {rc.FSync}, "messageType": {rc.TypeVoiceMail, rc.TypeFax}, "recordCount": {strconv.Itoa(mailSync)},
		"dateFrom": {d.pool.Now().UTC().Add(-mailAgo).Format(rc.TimeLayout)},
	}
	query := full
	if token != "" {
		query = url.Values{"syncType": {rc.ISync}, "syncToken": {token}}
	}
	s, err := get[rc.MessageSync](ctx, d, rc.Light, live, extensionPath+"/message-sync", query)
	if r, refused := errors.AsType[*refusal](err); refused && token != "" && r.Status == http.StatusBadRequest {
		token = "" // too old, or made by a platform that is gone (MSG-333)
		s, err = get[rc.MessageSync](ctx, d, rc.Light, live, extensionPath+"/message-sync", full)
	}
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.absorbMail(s, gen, token == "")
	return nil
}

// absorbMail takes over the answer to a sync. The caller holds mu.
func (d *Desk) absorbMail(s rc.MessageSync, gen int, full bool) {
	b, c := &d.mail, newChange()
	first := b.row.At.IsZero()
	changed := first
	if full {
		changed = b.dropMissing(s, c) || changed
		b.row.Whole = nil // of what the sync has left out
	}
	for _, r := range s.Records {
		told, isNew := b.take(r, gen, c)
		if told == nil {
			continue
		}
		changed = true
		if told.From != nil && told.Direction == rc.Inbound {
			d.ledger.people.hear(told.From)
		}
		if !first { // the first sync is the past, not news
			d.tell(Event{Type: EventMessage, Message: told, New: isNew})
		}
	}
	b.row.At = d.pool.Now()
	if s.SyncInfo.SyncToken != "" {
		b.row.Token = s.SyncInfo.SyncToken
	}
	b.trim(d.pool.Now(), c)
	c.rows[rowKey{rowMailbox, ""}] = true
	for k := range c.rows {
		d.dirty(k)
	}
	d.failed(c.failed...)
	if changed {
		d.tell(Event{Type: EventMail})
	}
}
