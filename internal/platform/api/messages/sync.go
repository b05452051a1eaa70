package messages

import (
	"fmt"
	"net/http"
	"slices"

	"offhook/internal/listen"
	"offhook/internal/platform/api/synctoken"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

const (
	maxFull        = 1000 // records of a full sync
	defaultFull    = 250
	maxIncremental = 5000 // changes of an incremental sync; the rest comes with the next
)

// A syncAnswer is rc.MessageSync with tombstones among the records.
type syncAnswer struct {
	URI      string      `json:"uri"`
	Records  []any       `json:"records"`
	SyncInfo rc.SyncInfo `json:"syncInfo"`
}

// sync answers GET extension/~/message-sync. A full sync gives the newest
// messages of the frame and a token; an incremental one gives what changed
// since the token, through the same filters. Positions are the numbers of
// changes, so nothing falls between two syncs and nothing needs to come
// twice for safety.
func (h *Handler) sync(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return err
	}
	// Read before the records: what changes meanwhile comes again, rather
	// than never.
	latest, err := h.Store.MessageChange(r.Context(), e.ID)
	if err != nil {
		return fmt.Errorf("reading the position of a sync: %w", err)
	}
	kind, err := synctoken.Kind(r.URL.Query())
	if err != nil {
		return err
	}
	if kind == rc.ISync {
		return h.incrementalSync(w, r, e, latest)
	}
	return h.fullSync(w, r, e, latest)
}

func (h *Handler) fullSync(w http.ResponseWriter, r *http.Request, e store.Extension, latest int64) error {
	q, err := h.query(r, e)
	if err != nil {
		return err
	}
	limit, err := count(r.URL.Query(), "recordCount")
	if err != nil {
		return err
	}
	if limit == 0 {
		limit = defaultFull
	}
	limit = min(limit, maxFull)
	q.Availability, q.ReadStatuses, q.PhoneNumber = nil, nil, ""
	ms, err := h.Store.Messages(r.Context(), e.ID, q, 0, limit+1)
	if err != nil {
		return fmt.Errorf("reading a full sync: %w", err)
	}
	more := len(ms) > limit
	if more {
		ms = ms[:limit]
	}
	return h.answerSync(w, r, e, ms, token{
		ExtensionID: e.ID, Epoch: e.CreatedAt.UnixMilli(), Position: latest, From: q.From.UnixMilli(),
		Types: q.Types, Directions: q.Directions, ConversationIDs: q.ConversationIDs,
		OwnerIDs: q.OwnerIDs, Shared: q.Shared, Any: q.Any,
	}, rc.SyncInfo{SyncType: rc.FSync, OlderRecordsExist: more})
}

func (h *Handler) incrementalSync(w http.ResponseWriter, r *http.Request, e store.Extension, latest int64) error {
	t, err := parseToken(r.URL.Query().Get("syncToken"), e, latest)
	if err != nil {
		return err
	}
	changed, err := h.Store.ChangedMessages(r.Context(), e.ID, t.Position, maxIncremental)
	if err != nil {
		return fmt.Errorf("reading an incremental sync: %w", err)
	}
	t.Position = latest
	if len(changed) == maxIncremental {
		// The last change may have touched more messages than fit; the next
		// sync repeats it whole.
		t.Position = changed[len(changed)-1].Change - 1
	}
	var ms []store.Message
	for _, m := range changed {
		if t.selects(m) {
			ms = append(ms, m)
		}
	}
	slices.SortStableFunc(ms, func(a, b store.Message) int {
		if c := b.CreatedAt.Compare(a.CreatedAt); c != 0 {
			return c
		}
		return int(min(max(b.ID-a.ID, -1), 1))
	})
	return h.answerSync(w, r, e, ms, t, rc.SyncInfo{SyncType: rc.ISync})
}

func (h *Handler) answerSync(w http.ResponseWriter, r *http.Request, e store.Extension, ms []store.Message, t token, info rc.SyncInfo) error {
	info.SyncTime = rc.TimeOf(h.Now())
	t.Time = info.SyncTime.UnixMilli()
	var err error
	if info.SyncToken, err = synctoken.Encode(t); err != nil {
		return err
	}
	base := listen.BaseURL(r)
	records := make([]any, len(ms))
	for i, m := range ms {
		records[i] = synced(base, m)
	}
	wire.JSON(w, http.StatusOK, syncAnswer{
		URI: base + rc.ExtensionPath(e.AccountID, e.ID) + "/message-sync", Records: records, SyncInfo: info,
	})
	return nil
}
