package calllog

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"offhook/internal/listen"
	"offhook/internal/platform/api/page"
	"offhook/internal/platform/api/synctoken"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

const (
	maxRecords = 250  // of one sync (contract 4)
	maxChanges = 5000 // that an incremental sync looks through
)

// sync answers call-log-sync. A full sync gives the newest calls and a
// token; an incremental one gives what changed since the token, through the
// same filters. Positions are the numbers of changes.
func (h *Handler) sync(w http.ResponseWriter, r *http.Request, b book) error {
	// Read before the records: what changes meanwhile comes again, rather
	// than never.
	latest, err := h.Store.CallChange(r.Context(), b.accountID)
	if err != nil {
		return fmt.Errorf("reading the position of a sync: %w", err)
	}
	kind, err := synctoken.Kind(r.URL.Query())
	if err != nil {
		return err
	}
	if kind == rc.ISync {
		return h.incrementalSync(w, r, b, latest)
	}
	return h.fullSync(w, r, b, latest)
}

func (h *Handler) fullSync(w http.ResponseWriter, r *http.Request, b book, latest int64) error {
	v := r.URL.Query()
	q := store.CallQuery{ExtensionID: b.extensionID}
	limit := maxRecords
	if text := v.Get("recordCount"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return target.Invalid("recordCount", "Send a number from 1 to 250.")
		}
		limit = min(n, maxRecords)
	}
	var err error
	if q.From, err = page.Moment(v, "dateFrom"); err != nil {
		return err
	}
	if err := recorded(v, &q); err != nil {
		return err
	}
	switch v.Get("statusGroup") {
	case "", "All":
	case "Missed":
		q.Missed = true
	default:
		return target.Invalid("statusGroup", "Send Missed or All.")
	}
	if q.Deleted, err = flag(v, "showDeleted"); err != nil {
		return err
	}
	calls, err := h.Store.Calls(r.Context(), b.accountID, q, 0, limit)
	if err != nil {
		return fmt.Errorf("reading a full sync: %w", err)
	}
	t := token{AccountID: b.accountID, ExtensionID: b.extensionID, Epoch: b.since.UnixMilli(), Position: latest, Missed: q.Missed, Recorded: q.Recorded, RecordingType: q.RecordingType}
	if !q.From.IsZero() {
		t.From = q.From.UnixMilli()
	}
	return h.answerSync(w, r, b, calls, t, rc.FSync)
}

func (h *Handler) incrementalSync(w http.ResponseWriter, r *http.Request, b book, latest int64) error {
	v := r.URL.Query()
	t, err := parseToken(v.Get("syncToken"), b, latest)
	if err != nil {
		return err
	}
	deleted, err := flag(v, "showDeleted")
	if err != nil {
		return err
	}
	changed, err := h.Store.ChangedCalls(r.Context(), b.accountID, b.extensionID, t.Position, maxChanges)
	if err != nil {
		return fmt.Errorf("reading an incremental sync: %w", err)
	}
	calls := slices.DeleteFunc(slices.Clone(changed), func(c store.Call) bool { return !t.selects(c) || c.Deleted && !deleted })
	if len(calls) > maxRecords || len(changed) == maxChanges {
		return fullSyncRequired("CLG-105", "max sync record number limit is exceeded")
	}
	slices.SortStableFunc(calls, func(a, b store.Call) int {
		if c := b.Record.StartTime.Compare(a.Record.StartTime.Time); c != 0 {
			return c
		}
		return strings.Compare(b.ID, a.ID)
	})
	t.Position = latest
	return h.answerSync(w, r, b, calls, t, rc.ISync)
}

func (h *Handler) answerSync(w http.ResponseWriter, r *http.Request, b book, calls []store.Call, t token, kind string) error {
	detailed, err := detailed(r.URL.Query())
	if err != nil {
		return err
	}
	info := rc.SyncInfo{SyncType: kind, SyncTime: rc.TimeOf(h.Now())}
	t.Time = info.SyncTime.UnixMilli()
	if info.SyncToken, err = synctoken.Encode(t); err != nil {
		return err
	}
	base := listen.BaseURL(r)
	wire.JSON(w, http.StatusOK, rc.CallSync{URI: base + b.path + "/call-log-sync", Records: records(base, calls, detailed), SyncInfo: info})
	return nil
}
