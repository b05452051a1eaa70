package threads

import (
	"fmt"
	"net/http"
	"slices"

	"offhook/internal/listen"
	"offhook/internal/platform/api/inbox"
	"offhook/internal/platform/api/synctoken"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

const (
	maxFull        = 1000 // records of a full sync, those that changed last
	maxIncremental = 5000 // changes that an incremental sync tells; after more, clients begin again
	maxThreads     = 5000 // threads whose texts a full sync looks through, those that changed last
)

// Which threads a sync of entries is about.
const (
	accessible     = "Accessible"
	unassigned     = "Unassigned"
	mine           = "AssignedToMe"
	mineUnassigned = "AssignedToMeAndUnassigned"
	explicit       = "Explicit"
)

var scopes = []string{accessible, unassigned, mine, mineUnassigned, explicit}

// A token is what a sync token says: how far the client has seen, of which
// queues, and which of their threads it wants to know of.
type token struct {
	ExtensionID int64   `json:"e"`
	Epoch       int64   `json:"o"` // when the account was made: a platform that started over has another
	Position    int64   `json:"p"` // the last change seen
	Time        int64   `json:"t"` // milliseconds, so that each answer has a token of its own
	QueueIDs    []int64 `json:"q"`
	Entries     bool    `json:"n,omitempty"`
	Scope       string  `json:"s,omitempty"`
	ThreadIDs   []int64 `json:"i,omitempty"`
}

// again tells a client to begin with a full sync.
func again() error {
	return target.Invalid("syncToken", "Full synchronization is required. Send syncType=FSync.")
}

// A syncing is a request for a sync, as far as both resources have it in
// common.
type syncing struct {
	view
	token
	full   bool
	latest int64 // the account's last change, read before the records: what changes meanwhile comes again, rather than never
}

// begin reads a request for a sync. What the caller may see is decided anew
// each time: with other queues than before, an incremental sync could neither
// tell what was there already nor what is gone, so it must begin again.
func (h *Handler) begin(r *http.Request, c wire.Caller, entries bool) (s syncing, err error) {
	if s.view, err = h.view(r, c); err != nil {
		return s, err
	}
	kind, err := synctoken.Kind(r.URL.Query())
	if err != nil {
		return s, err
	}
	s.latest, err = h.Inbox.Store.ThreadChange(r.Context(), c.AccountID)
	if err != nil {
		return s, fmt.Errorf("reading the position of a sync of threads: %w", err)
	}
	now := token{ExtensionID: c.ExtensionID, Epoch: s.plan.Account.CreatedAt.UnixMilli(), Position: s.latest, QueueIDs: s.queues, Entries: entries}
	if kind == rc.FSync {
		s.token, s.full = now, true
		return s, nil
	}
	if !synctoken.Decode(r.URL.Query().Get("syncToken"), &s.token) {
		return s, again()
	}
	if s.ExtensionID != now.ExtensionID || s.Epoch != now.Epoch || s.Entries != entries || s.Position > s.latest || s.Position < 0 ||
		!slices.Equal(s.QueueIDs, now.QueueIDs) || len(s.ThreadIDs) > maxIDs {
		return s, again()
	}
	return s, nil
}

// query selects what a sync is about: everything that changed since, or what
// is open.
func (s syncing) query() (q store.ThreadQuery, limit int) {
	q = store.ThreadQuery{AccountID: s.plan.Account.ID, QueueIDs: s.queues}
	if s.full {
		q.Status = rc.ThreadOpen
		return q, maxFull
	}
	q.After = s.Position
	return q, maxIncremental + 1
}

// answer writes records and the token for the next sync.
func (h *Handler) answerSync(w http.ResponseWriter, s syncing, records []any) error {
	info := rc.SyncInfo{SyncType: rc.ISync, SyncTime: rc.TimeOf(h.Inbox.Now())}
	if s.full {
		info.SyncType = rc.FSync
	}
	s.token.Position, s.token.Time = s.latest, info.SyncTime.UnixMilli()
	var err error
	if info.SyncToken, err = synctoken.Encode(s.token); err != nil {
		return err
	}
	wire.JSON(w, http.StatusOK, struct {
		Records  []any       `json:"records"`
		SyncInfo rc.SyncInfo `json:"syncInfo"`
	}{records, info})
	return nil
}

// sync answers GET account/~/message-threads/sync: the open threads, or those
// that changed since.
func (h *Handler) sync(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	s, err := h.begin(r, c, false)
	if err != nil {
		return err
	}
	q, limit := s.query()
	all, err := h.Inbox.Store.Threads(r.Context(), q, 0, limit)
	if err != nil {
		return fmt.Errorf("syncing threads: %w", err)
	}
	if len(all) > maxIncremental {
		return again()
	}
	records := make([]any, len(all))
	for i, t := range all {
		records[i] = inbox.Record(s.plan, t)
	}
	return h.answerSync(w, s, records)
}

// entriesSync answers GET account/~/message-threads/entries/sync: the texts of
// open threads, or what is new in threads since, with what happened to them.
func (h *Handler) entriesSync(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	s, err := h.begin(r, c, true)
	if err != nil {
		return err
	}
	if s.full {
		if err := s.readScope(r); err != nil {
			return err
		}
	}
	entries, err := h.entries(r, s, c.ExtensionID)
	if err != nil {
		return err
	}
	records := make([]any, len(entries))
	for i, e := range entries {
		records[i] = inbox.SyncRecord(listen.BaseURL(r), s.plan, e)
	}
	return h.answerSync(w, s, records)
}

// readScope reads which threads a client wants to know of.
func (s *syncing) readScope(r *http.Request) (err error) {
	q := r.URL.Query()
	if s.Scope = q.Get("scope"); s.Scope == "" {
		s.Scope = mine
	}
	if !slices.Contains(scopes, s.Scope) {
		return target.Invalid("scope", "Send Accessible, Unassigned, AssignedToMe, AssignedToMeAndUnassigned or Explicit.")
	}
	if s.ThreadIDs, err = ids(q, "threadIds"); err != nil {
		return err
	}
	if (s.Scope == explicit) != (len(s.ThreadIDs) > 0) {
		return target.Invalid("threadIds", "Send the ids of threads with scope=Explicit, and only then.")
	}
	return nil
}

// entries reads the entries that a sync tells.
func (h *Handler) entries(r *http.Request, s syncing, extensionID int64) ([]store.ThreadEntry, error) {
	q, limit := s.query()
	q.ThreadIDs = s.ThreadIDs
	if s.full {
		all, err := h.Inbox.Store.Threads(r.Context(), s.threads(), 0, maxThreads)
		if err != nil {
			return nil, fmt.Errorf("reading the threads of a sync: %w", err)
		}
		all = slices.DeleteFunc(all, func(t store.Thread) bool { return !s.selects(t, store.ThreadEntry{}, extensionID) })
		if len(all) == 0 {
			return nil, nil
		}
		q.ThreadIDs, q.Kinds, q.Status = nil, []string{store.ThreadMessage}, ""
		for _, t := range all {
			q.ThreadIDs = append(q.ThreadIDs, t.ID)
		}
	}
	found, err := h.Inbox.Store.ThreadEntries(r.Context(), q, 0, limit)
	if err != nil {
		return nil, fmt.Errorf("syncing the entries of threads: %w", err)
	}
	if len(found) > maxIncremental {
		return nil, again()
	}
	threads, err := h.threadsOf(r, s, found)
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(found, func(e store.ThreadEntry) bool { return !s.selects(threads[e.ThreadID], e, extensionID) }), nil
}

// threads selects the threads whose texts a full sync may tell: the open ones,
// or those that were named.
func (s syncing) threads() store.ThreadQuery {
	q := store.ThreadQuery{AccountID: s.plan.Account.ID, QueueIDs: s.queues, ThreadIDs: s.ThreadIDs, Status: rc.ThreadOpen}
	if s.Scope == explicit {
		q.Status = ""
	}
	return q
}

// threadsOf reads the threads of entries, as they are now.
func (h *Handler) threadsOf(r *http.Request, s syncing, entries []store.ThreadEntry) (map[int64]store.Thread, error) {
	threads := map[int64]store.Thread{}
	var missing []int64
	for _, e := range entries {
		if _, ok := threads[e.ThreadID]; !ok {
			threads[e.ThreadID] = store.Thread{}
			missing = append(missing, e.ThreadID)
		}
	}
	if len(missing) == 0 {
		return threads, nil
	}
	all, err := h.Inbox.Store.Threads(r.Context(), store.ThreadQuery{AccountID: s.plan.Account.ID, QueueIDs: s.queues, ThreadIDs: missing}, 0, 0)
	if err != nil {
		return nil, fmt.Errorf("reading the threads of entries: %w", err)
	}
	for _, t := range all {
		threads[t.ID] = t
	}
	return threads, nil
}

// selects reports whether an entry belongs to the threads that a client wants
// to know of. What moves a thread in or out of them belongs to them, too.
func (s syncing) selects(t store.Thread, e store.ThreadEntry, extensionID int64) bool {
	moved := e.Kind == store.ThreadAssigned || e.Kind == store.ThreadResolved
	open := t.Status == rc.ThreadOpen && t.AssigneeID == 0 || moved && e.PreviousID == 0
	own := t.AssigneeID == extensionID || moved && (e.AssigneeID == extensionID || e.PreviousID == extensionID)
	switch s.Scope {
	case unassigned:
		return open
	case mine:
		return own
	case mineUnassigned:
		return open || own
	}
	return true
}
