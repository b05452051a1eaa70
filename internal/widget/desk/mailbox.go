package desk

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"offhook/internal/rc"
)

// Bounds of the copy of voicemail and faxes.
const (
	maxMail      = 1000 // the oldest go first
	mailSync     = 250  // of a full sync
	mailAgo      = 365 * 24 * time.Hour
	maxSpoken    = 64 << 10        // bytes of a transcription
	spokenAhead  = 40              // transcriptions that are read before somebody asks, of the newest
	undoMail     = 5 * time.Minute // so long what was deleted can be had back
	pollMail     = 5 * time.Minute
	pollMailDeaf = 30 * time.Second // while the platform does not tell what changes
)

// A mailbox is the copy of the user's voicemail and faxes. What the user does
// with them is kept with each until the platform knows.
type mailbox struct {
	row     mailRow
	byID    map[int64]*mail
	sorted  []*mail // newest first, those that were deleted here left out; nil when it is to be made
	stale   bool    // the platform has said that something changed, or somebody asks
	refused bool    // the platform does not let this app read messages
	gen     int     // counts syncs that were started
}

// A mailRow is what is kept beside the messages.
type mailRow struct {
	Token string    `json:"token"` // where the next incremental sync goes on
	At    time.Time `json:"at"`    // of the last sync
	Older bool      `json:"older"` // the platform has more, from before
}

// A mail is one voicemail message or fax. Wishes are empty, or what the user
// wants and the platform does not know yet.
type mail struct {
	Record  rc.Message `json:"record"`
	Spoken  string     `json:"spoken,omitempty"` // the transcription
	Asked   bool       `json:"asked,omitempty"`  // and it has been asked for
	Read    string     `json:"read,omitempty"`   // wish: rc.Read, rc.Unread
	Theirs  string     `json:"theirs,omitempty"` // what the platform says instead
	Keep    string     `json:"keep,omitempty"`   // wish: rc.Alive, rc.Deleted
	Removed time.Time  `json:"removed,omitzero"` // deleted here at
	readGen int        // the newest sync when the platform took the wish: its records may be older
	readAt  time.Time  // when the message changed by it, as the platform says; zero when it does not
	keepGen int
}

func (m *mail) unread() bool {
	return m.Removed.IsZero() && m.Record.Direction == rc.Inbound && m.Record.ReadStatus == rc.Unread
}

// list is all that is not deleted, newest first.
func (b *mailbox) list() []*mail {
	if b.sorted == nil {
		b.sorted = make([]*mail, 0, len(b.byID))
		for _, m := range b.byID {
			if m.Removed.IsZero() {
				b.sorted = append(b.sorted, m)
			}
		}
		slices.SortFunc(b.sorted, func(x, y *mail) int {
			return cmp.Or(y.Record.CreationTime.Compare(x.Record.CreationTime.Time), cmp.Compare(y.Record.ID, x.Record.ID))
		})
	}
	return b.sorted
}

func isMail(m *rc.Message) bool { return m.Type == rc.TypeVoiceMail || m.Type == rc.TypeFax }

// take takes over a record that a sync of that number brought, and reports
// whether anything is different now.
func (b *mailbox) take(r rc.Message, gen int, c *change) (told *rc.Message, isNew bool) {
	old := b.byID[r.ID]
	key := rowKey{rowMail, strconv.FormatInt(r.ID, 10)}
	if r.Availability == rc.Deleted || r.Availability == rc.Purged {
		if old == nil || !old.Removed.IsZero() || old.Keep != "" || gen <= old.keepGen {
			return nil, false // deleted here: it waits for being wanted back
		}
		delete(b.byID, r.ID)
		b.sorted, c.rows[key] = nil, true
		old.Record.Availability = r.Availability
		return &old.Record, false
	}
	if !isMail(&r) || r.ID == 0 {
		return nil, false
	}
	r.Conversation, r.ConversationID = nil, 0
	m := mail{Record: r}
	if old != nil {
		if r.LastModifiedTime.Before(old.Record.LastModifiedTime.Time) {
			return nil, false
		}
		m = *old
		m.Record = r
		newer := !old.readAt.IsZero() && r.LastModifiedTime.After(old.readAt)
		if old.Read != "" || gen <= old.readGen && !newer {
			m.Theirs, m.Record.ReadStatus = r.ReadStatus, old.Record.ReadStatus
		}
		if !old.Removed.IsZero() && old.Keep == "" && gen > old.keepGen {
			m.Removed = time.Time{} // somebody else has had it back
		}
		if reflect.DeepEqual(m, *old) {
			return nil, false
		}
	}
	b.byID[r.ID] = &m
	b.sorted, c.rows[key] = nil, true
	if !m.Removed.IsZero() {
		return nil, false
	}
	record := m.Record
	return &record, old == nil
}

// trim forgets the oldest beyond the bound, and what was deleted too long ago
// to be wanted back.
func (b *mailbox) trim(now time.Time, c *change) {
	for id, m := range b.byID {
		if !m.Removed.IsZero() && m.Keep == "" && now.Sub(m.Removed) > undoMail {
			delete(b.byID, id)
			c.rows[rowKey{rowMail, strconv.FormatInt(id, 10)}] = true
		}
	}
	all := b.list()
	for _, m := range all[min(len(all), maxMail):] {
		delete(b.byID, m.Record.ID)
		b.row.Older, b.sorted = true, nil
		c.rows[rowKey{rowMail, strconv.FormatInt(m.Record.ID, 10)}] = true
	}
}

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
	for !d.mayHaveMail() {
		select {
		case <-d.ctx.Done():
			return
		case <-d.wantMail:
		}
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
		b.row.Older = s.SyncInfo.OlderRecordsExist
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
	if changed {
		d.tell(Event{Type: EventMail})
	}
}

// dropMissing forgets what a full sync should have brought and did not.
func (b *mailbox) dropMissing(s rc.MessageSync, c *change) (any bool) {
	present := make(map[int64]bool, len(s.Records))
	var oldest time.Time
	for _, r := range s.Records {
		present[r.ID] = true
		if oldest.IsZero() || r.CreationTime.Before(oldest) {
			oldest = r.CreationTime.Time
		}
	}
	for id, m := range b.byID {
		older := s.SyncInfo.OlderRecordsExist && m.Record.CreationTime.Before(oldest)
		if !present[id] && !older && m.Removed.IsZero() && m.Keep == "" {
			delete(b.byID, id)
			b.sorted, any = nil, true
			c.rows[rowKey{rowMail, strconv.FormatInt(id, 10)}] = true
		}
	}
	return any
}

// fulfil tells the platform one of the user's wishes, of as many messages as
// have the same; false when there is none.
func (d *Desk) fulfil(ctx context.Context) (bool, error) {
	d.mu.Lock()
	wish, ids := d.mail.wish()
	d.mu.Unlock()
	if len(ids) == 0 {
		return false, nil
	}
	names := make([]string, len(ids))
	for i, id := range ids {
		names[i] = strconv.FormatInt(id, 10)
	}
	req := call{
		group: rc.Medium, priority: live, method: http.MethodPut, path: storePath + "/" + strings.Join(names, ","),
		body: map[string]string{"readStatus": wish}, accept: listedJSON,
	}
	switch wish {
	case rc.Deleted:
		req.method, req.body, req.accept = http.MethodDelete, nil, ""
	case rc.Alive:
		req.method, req.body, req.accept = http.MethodPatch, map[string]string{"availability": rc.Alive}, ""
	}
	answer, err := d.do(ctx, req)
	r, refused := errors.AsType[*refusal](err)
	if err != nil && !refused {
		return false, err
	}
	if refused {
		d.log.Warn("the platform does not change voicemail or faxes", "wish", wish, "status", r.Status, "code", r.Code)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if refused && (r.Status != http.StatusNotFound || wish == rc.Alive) { // what is gone is as good as read or deleted
		d.unfulfilled(wish, ids)
	} else {
		d.fulfilled(wish, ids, changeTimes(answer.body))
	}
	return true, nil
}

// wish is one thing that the platform does not know, and whom it is about.
func (b *mailbox) wish() (wish string, ids []int64) {
	for _, m := range b.byID {
		w := cmp.Or(m.Keep, m.Read)
		if w == "" || wish != "" && w != wish || len(ids) == maxBulk || wish == rc.Alive {
			continue
		}
		wish, ids = w, append(ids, m.Record.ID)
	}
	slices.Sort(ids)
	return wish, ids
}

// wishes reports whether there is something that the platform does not know.
func (b *mailbox) wishes() bool {
	_, ids := b.wish()
	return len(ids) > 0
}

// fulfilled notes that the platform knows, and when that changed the messages.
// The caller holds mu.
func (d *Desk) fulfilled(wish string, ids []int64, changed map[int64]time.Time) {
	told := false
	for _, id := range ids {
		m := d.mail.byID[id]
		switch {
		case m == nil:
			continue
		case m.Keep == wish:
			m.Keep, m.keepGen = "", d.mail.gen
		case m.Read == wish:
			told = m.marked(changed[id], d.mail.gen) || told
		}
		d.dirty(rowKey{rowMail, strconv.FormatInt(id, 10)})
	}
	if told {
		d.tell(Event{Type: EventMail})
	}
}

// marked notes that the platform has marked a message, which changed by it at a
// time. It reports whether a newer record, which has come meanwhile, says
// otherwise: that is what counts.
func (m *mail) marked(at time.Time, gen int) (otherwise bool) {
	otherwise = m.Theirs != "" && m.Theirs != m.Read && !at.IsZero() && m.Record.LastModifiedTime.After(at)
	if otherwise {
		m.Record.ReadStatus = m.Theirs
	}
	m.Read, m.Theirs, m.readGen, m.readAt = "", "", gen, at
	return otherwise
}

// refusals say why what the user has done is undone, by wish.
var refusals = map[string]string{
	rc.Read:    "Your phone service does not let you mark this, so it is as it was. Ask your administrator to allow it.",
	rc.Unread:  "Your phone service does not let you mark this, so it is as it was. Ask your administrator to allow it.",
	rc.Deleted: "Your phone service does not let you delete this, so it is back. Ask your administrator to allow it.",
	rc.Alive:   "Your phone service does not give this back, so it stays deleted.",
}

// unfulfilled undoes what the platform will not have, says so, and has
// everything read anew. The caller holds mu.
func (d *Desk) unfulfilled(wish string, ids []int64) {
	for _, id := range ids {
		m := d.mail.byID[id]
		switch {
		case m == nil:
			continue
		case m.Keep == wish:
			m.Keep, m.keepGen, m.Removed = "", d.mail.gen, time.Time{}
			if wish == rc.Alive {
				m.Removed = d.pool.Now()
			}
		case m.Read == wish:
			m.Record.ReadStatus = cmp.Or(m.Theirs, m.Record.ReadStatus)
			m.Read, m.Theirs, m.readGen, m.readAt = "", "", d.mail.gen, time.Time{}
		default:
			continue // wanted otherwise meanwhile
		}
		d.touched(m)
	}
	d.mail.row.Token, d.mail.stale = "", true
	d.dirty(rowKey{rowMailbox, ""})
	d.tell(Event{Type: EventNotice, Reason: refusals[wish]})
}

// readAhead reads the transcriptions of the newest voicemail, so that lists
// can say what it is about.
func (d *Desk) readAhead(ctx context.Context) error {
	for {
		d.mu.Lock()
		var next *mail
		all := d.mail.list()
		for _, m := range all[:min(len(all), spokenAhead)] {
			if _, ok := spokenOf(&m.Record); ok && !m.Asked {
				next = m
				break
			}
		}
		var id int64
		if next != nil {
			id = next.Record.ID
		}
		d.mu.Unlock()
		if next == nil {
			return nil
		}
		if _, err := d.readSpoken(ctx, id, background); err != nil {
			return err
		}
	}
}

// spokenOf is the attachment that has the transcription of a voicemail
// message, where there is one to be had.
func spokenOf(r *rc.Message) (string, bool) {
	if r.VMTranscriptionState != rc.TranscriptionCompleted && r.VMTranscriptionState != "CompletedPartially" {
		return "", false
	}
	for _, a := range r.Attachments {
		if a.Type == rc.AudioTranscription {
			return strconv.FormatInt(a.ID, 10), true
		}
	}
	return "", false
}

// readSpoken reads a transcription and keeps it.
func (d *Desk) readSpoken(ctx context.Context, id int64, p priority) (string, error) {
	d.mu.Lock()
	m := d.mail.byID[id]
	if m == nil || m.Asked {
		defer d.mu.Unlock()
		if m == nil {
			return "", noMail()
		}
		return m.Spoken, nil
	}
	attachment, ok := spokenOf(&m.Record)
	d.mu.Unlock()
	if !ok {
		return "", nil
	}
	a, err := d.do(ctx, call{
		group: rc.Medium, priority: p, method: http.MethodGet, path: storePath + "/" + strconv.FormatInt(id, 10) + "/content/" + attachment, accept: "*/*",
	})
	if _, refused := errors.AsType[*refusal](err); refused {
		err = nil // it is not to be had: the sound says as much
	}
	if err != nil {
		return "", err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if m = d.mail.byID[id]; m == nil {
		return "", noMail()
	}
	m.Asked = true
	if len(a.body) <= maxSpoken {
		m.Spoken = strings.TrimSpace(strings.ToValidUTF8(string(a.body), "\uFFFD"))
	}
	d.dirty(rowKey{rowMail, strconv.FormatInt(id, 10)})
	d.tell(Event{Type: EventMail})
	return m.Spoken, nil
}

func noMail() error { return rc.Errorf(rc.NotFound, "This message is not here any more.") }
