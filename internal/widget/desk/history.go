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
	"time"

	"offhook/internal/rc"
)

const callLogPath = extensionPath + "/call-log"

// callFeature is the platform's name for the right to read one's call log.
const callFeature = "ReadExtensionCallLog"

// Bounds of the copy of the call log.
const (
	maxCalls  = 2000 // the oldest go first
	maxLegs   = 10   // of one call
	callsSync = 250  // of a full sync (contract 4)
	callsPage = 100  // of older ones
	newCalls  = 24 * time.Hour
	callsAgo  = 5 * 365 * 24 * time.Hour // how far back older ones are asked for
	pollCalls = 5 * time.Minute          // while somebody watches; calls tell of themselves, but their log does not
)

// callBook is the copy of the user's call log.
type callBook struct {
	row     callsRow
	byID    map[string]*rc.CallRecord
	recent  []*recentCall    // that the log may not have yet, as they began
	sorted  []*rc.CallRecord // newest first, with the recent ones; nil when it is to be made
	refused bool             // the platform does not let this app read it
	asked   bool             // somebody waits for the next sync
	read    bool             // in this run
}

// A callsRow is what is kept beside the calls.
type callsRow struct {
	Token string    `json:"token"` // where the next incremental sync goes on
	At    time.Time `json:"at"`    // of the last sync
	Seen  time.Time `json:"seen"`  // missed calls up to here have been looked at
	Whole bool      `json:"whole"` // there are no older ones
	// Known are calls, by their telephony sessions, that the user themselves
	// did not answer: newer than Seen, and no news.
	Known []string `json:"known,omitempty"`
	// Declined are those of them that the user has turned away; the log may
	// say of such a call only that voicemail took it.
	Declined []string `json:"declined,omitempty"`
}

// maxKnown bounds the calls that a user has turned away since they last
// looked.
const maxKnown = 100

// maxDeclined bounds those that are known as turned away later.
const maxDeclined = 500

// list is every call, newest first.
func (b *callBook) list() []*rc.CallRecord {
	if b.sorted == nil {
		b.sorted = make([]*rc.CallRecord, 0, len(b.byID))
		for _, r := range b.byID {
			b.sorted = append(b.sorted, r)
		}
		b.sorted = b.unlogged(b.sorted)
		slices.SortFunc(b.sorted, func(x, y *rc.CallRecord) int {
			return cmp.Or(y.StartTime.Compare(x.StartTime.Time), cmp.Compare(y.ID, x.ID))
		})
	}
	return b.sorted
}

// missed counts the missed calls that nobody has looked at.
func (b *callBook) missed() (n int) {
	for _, r := range b.list() {
		if !r.StartTime.After(b.row.Seen) {
			break
		}
		if r.IsMissed() && (r.TelephonySessionID == "" || !slices.Contains(b.row.Known, r.TelephonySessionID)) {
			n++
		}
	}
	return n
}

// take takes over a record and reports whether that changed anything.
func (b *callBook) take(r rc.CallRecord, c *change) bool {
	before := b.byID[r.ID]
	switch {
	case r.ID == "":
		return false
	case r.Deleted && before == nil:
		return false
	case r.Deleted:
		delete(b.byID, r.ID)
	default:
		r.Legs = r.Legs[:min(len(r.Legs), maxLegs)]
		if len(r.Legs) == 1 { // it is the call itself
			r.Legs = nil
		}
		if before != nil && reflect.DeepEqual(*before, r) {
			return false
		}
		b.byID[r.ID] = &r
	}
	b.sorted = nil
	c.rows[rowKey{rowCall, r.ID}] = true
	return true
}

// trim forgets the oldest beyond the bound.
func (b *callBook) trim(c *change) {
	for all := b.list(); len(all) > maxCalls; all = all[:len(all)-1] {
		r := all[len(all)-1]
		delete(b.byID, r.ID)
		b.row.Whole = false
		c.rows[rowKey{rowCall, r.ID}] = true
		b.sorted = all[:len(all)-1]
	}
}

// caller keeps the copy of the call log: at the beginning, when a call has
// ended, when somebody asks for it, and now and then.
func (d *Desk) caller() {
	if !d.waitUntil(d.mayReadCalls, d.wantCalls) {
		return
	}
	d.mu.Lock()
	known := d.calls.row.At
	d.mu.Unlock()
	if !known.IsZero() && !d.rest(known, d.wantCalls) {
		return
	}
	var b backoff
	for {
		err := d.syncCalls(d.ctx)
		usual := refresh
		if d.feed.watched() {
			usual = pollCalls
		}
		wait, refused, open := d.again(&b, err, usual)
		if !open {
			return
		}
		if refused {
			wait = refresh
			d.log.Info("the platform does not give the user's call log", "err", err)
		}
		d.refuseCalls(refused)
		asked, open := d.await(wait, d.wantCalls)
		// Calls end together, as when a queue rings everybody, and who looks
		// again and again is not to spend the limit. What has just ended here
		// is shown meanwhile.
		if !open || asked && !d.sleep(d.budget.pace(rc.Heavy)) {
			return
		}
	}
}

// mayReadCalls reports whether the platform says that the user may.
func (d *Desk) mayReadCalls() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.me.Features[callFeature]
}

func (d *Desk) refuseCalls(refused bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.calls.refused != refused {
		d.calls.refused = refused
		d.tell(Event{Type: EventCalls, Missed: d.calls.missed()})
	}
}

// Known notes that the user knows of a call, by its telephony session, however
// it ends: they have declined it, or sent it elsewhere.
func (d *Desk) Known(session string, declined bool) {
	if session == "" {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	r := &d.calls.row
	if declined {
		r.Declined = noted(r.Declined, session, maxDeclined)
	}
	r.Known = noted(r.Known, session, maxKnown)
	d.dirty(rowKey{rowCalls, ""})
	d.tell(Event{Type: EventCalls, Missed: d.calls.missed()})
}

// noted are the newest of those that are known, and one more.
func noted(known []string, session string, most int) []string {
	if slices.Contains(known, session) {
		return known
	}
	known = append(known, session)
	return known[max(0, len(known)-most):]
}

// RefreshCalls has the call log read again soon, because somebody looks: a
// request that already waits goes before others.
func (d *Desk) RefreshCalls() {
	d.mu.Lock()
	d.calls.asked = true
	d.mu.Unlock()
	wake(d.urgeCalls)
	wake(d.wantCalls)
}

// syncCalls brings the copy up to date.
func (d *Desk) syncCalls(ctx context.Context) error {
	d.mu.Lock()
	token, asked := d.calls.row.Token, d.calls.asked
	d.mu.Unlock()
	full := url.Values{
		"syncType": {rc.FSync}, "view": {rc.DetailedView}, "recordCount": {strconv.Itoa(callsSync)}, "dateFrom": {d.pool.Now().UTC().Add(-history).Format(rc.TimeLayout)},
	}
	query := full
	if token != "" {
		query = url.Values{"syncType": {rc.ISync}, "view": {rc.DetailedView}, "syncToken": {token}, "showDeleted": {"true"}}
	}
	p := background
	switch {
	case asked:
		p = acting
	case token == "":
		p = live // somebody may look at an empty page
	}
	s, err := d.askCalls(ctx, p, query)
	if r, refused := errors.AsType[*refusal](err); refused && token != "" && r.Status == http.StatusBadRequest {
		// The token is too old, or more has happened than a sync tells (CLG-10x).
		token = ""
		s, err = d.askCalls(ctx, live, full)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if err != nil {
		d.calls.asked = d.calls.asked || asked
		return err
	}
	d.absorbCalls(s, token == "")
	return nil
}

// askCalls asks for a sync, which answers everybody who has asked for it until
// it is sent.
func (d *Desk) askCalls(ctx context.Context, p priority, query url.Values) (s rc.CallSync, err error) {
	t, err := d.budget.acquireOr(ctx, rc.Heavy, p, d.urgeCalls)
	if err != nil {
		return s, err
	}
	d.mu.Lock()
	d.calls.asked = false
	d.mu.Unlock()
	for _, c := range []chan struct{}{d.urgeCalls, d.wantCalls} {
		select {
		case <-c:
		default:
		}
	}
	a, err := d.send(ctx, call{group: rc.Heavy, method: http.MethodGet, path: extensionPath + "/call-log-sync", query: query}, t)
	if err == nil {
		err = json.Unmarshal(a.body, &s)
	}
	return s, err
}

// absorbCalls takes over the answer to a sync. The caller holds mu.
func (d *Desk) absorbCalls(s rc.CallSync, full bool) {
	b, c := &d.calls, newChange()
	now := d.pool.Now()
	first := b.row.At.IsZero()
	if first {
		// What was missed long before this phone was there is no news.
		b.row.Seen = now.Add(-newCalls)
	}
	some := full && b.dropMissing(s, now, c)
	named := false
	for _, r := range s.Records {
		some = b.take(r, c) || some
		named = d.ledger.people.hearCall(&r) || named
	}
	b.trim(c)
	b.forget(now)
	b.row.At, b.read = now, true
	if s.SyncInfo.SyncToken != "" {
		b.row.Token = s.SyncInfo.SyncToken
	}
	if some || full {
		c.rows[rowKey{rowCalls, ""}] = true
	}
	for k := range c.rows {
		d.dirty(k)
	}
	if some || first {
		d.tell(Event{Type: EventCalls, Missed: b.missed(), New: len(s.Records) > 0})
	}
	if named {
		d.tell(Event{Type: EventIdentity})
	}
}

// dropMissing forgets what a full sync should have brought and did not.
func (b *callBook) dropMissing(s rc.CallSync, now time.Time, c *change) (some bool) {
	from := now.Add(-history)
	present := make(map[string]bool, len(s.Records))
	for _, r := range s.Records {
		present[r.ID] = true
	}
	if n := len(s.Records); n >= callsSync {
		from = s.Records[n-1].StartTime.Time
	}
	for id, r := range b.byID {
		if !present[id] && r.StartTime.After(from) {
			delete(b.byID, id)
			b.sorted = nil
			c.rows[rowKey{rowCall, id}], some = true, true
		}
	}
	return some
}

// MoreCalls asks for calls older than those that are known and waits for the
// platform. The error is an *rc.Error with a sentence.
func (d *Desk) MoreCalls(ctx context.Context) error {
	d.mu.Lock()
	all, whole := d.calls.list(), d.calls.row.Whole
	oldest := d.pool.Now()
	if n := len(all); n > 0 {
		oldest = all[n-1].StartTime.Time
	}
	d.mu.Unlock()
	if whole || len(all) >= maxCalls {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, setPatience)
	defer cancel()
	list, err := get[rc.List[rc.CallRecord]](ctx, d, rc.Heavy, acting, callLogPath, url.Values{
		"view": {rc.DetailedView}, "perPage": {strconv.Itoa(callsPage)}, "dateTo": {oldest.UTC().Format(rc.TimeLayout)},
		"dateFrom": {oldest.Add(-callsAgo).UTC().Format(rc.TimeLayout)},
	})
	if err != nil {
		return callsUnread(err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	b, c := &d.calls, newChange()
	some, named := false, false
	for _, r := range list.Records {
		if b.byID[r.ID] == nil {
			some = b.take(r, c) || some
			named = d.ledger.people.hearCall(&r) || named
		}
	}
	b.row.Whole = !some || len(list.Records) < callsPage
	b.trim(c)
	c.rows[rowKey{rowCalls, ""}] = true
	for k := range c.rows {
		d.dirty(k)
	}
	d.tell(Event{Type: EventCalls, Missed: b.missed()})
	if named {
		d.tell(Event{Type: EventIdentity})
	}
	return nil
}

// callsUnread says why there are no calls to show.
func callsUnread(err error) error {
	if _, refused := errors.AsType[*refusal](err); refused {
		return rc.Errorf(rc.Denied, "Your phone service does not let this app read your call history. Ask your administrator to allow it.")
	}
	if errors.Is(err, errEnded) {
		return signedOut()
	}
	return rc.Errorf(rc.Unavailable, "The phone service does not answer. Try again in a moment.")
}

// SeeCalls notes that the user has looked at the missed calls.
func (d *Desk) SeeCalls() {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := d.calls.list()
	if len(all) == 0 || !all[0].StartTime.After(d.calls.row.Seen) {
		return
	}
	some := d.calls.missed() > 0
	d.calls.row.Seen = all[0].StartTime.Time
	for _, r := range d.calls.recent { // the log may have it as a little later
		if r.over() {
			d.calls.row.Known = noted(d.calls.row.Known, r.TelephonySessionID, maxKnown)
		}
	}
	d.dirty(rowKey{rowCalls, ""})
	if some {
		d.tell(Event{Type: EventCalls})
	}
}

// callsGap has the log read again after a time without events, unless this
// run has read it just now: such requests are few.
func (d *Desk) callsGap() {
	d.mu.Lock()
	just := d.calls.read && d.pool.Now().Sub(d.calls.row.At) < time.Minute
	d.mu.Unlock()
	if !just {
		wake(d.wantCalls)
	}
}

// telephonyEnded reports whether a telephony session event says that a call
// is over, after which the log has it.
func telephonyEnded(e rc.TelephonyEvent) bool {
	return slices.ContainsFunc(e.Parties, func(p rc.EventParty) bool { return p.Status.Over() || p.Status.Code == rc.PartyVoicemail })
}
