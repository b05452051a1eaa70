package sqlstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
)

const threadColumns = "id, account_id, queue_id, owner_number, guest_number, status, reason, label, assignee_id, created_at, modified_at, change"

func scanThread(r scanner) (t store.Thread, err error) {
	var created, modified int64
	err = r.Scan(&t.ID, &t.AccountID, &t.QueueID, &t.Owner, &t.Guest, &t.Status, &t.Reason, &t.Label, &t.AssigneeID, &created, &modified, &t.Change)
	t.CreatedAt, t.ModifiedAt = fromMillis(created), fromMillis(modified)
	return t, err
}

const entryColumns = "id, account_id, queue_id, thread_id, kind, direction, status, author_id, assignee_id, previous_id, body, attachments, created_at, modified_at, change"

func scanEntry(r scanner) (e store.ThreadEntry, err error) {
	var created, modified int64
	var attachments string
	err = r.Scan(&e.ID, &e.AccountID, &e.QueueID, &e.ThreadID, &e.Kind, &e.Direction, &e.Status, &e.AuthorID, &e.AssigneeID, &e.PreviousID,
		&e.Text, &attachments, &created, &modified, &e.Change)
	if err != nil {
		return e, err
	}
	e.CreatedAt, e.ModifiedAt = fromMillis(created), fromMillis(modified)
	if attachments != "" {
		if err := json.Unmarshal([]byte(attachments), &e.Attachments); err != nil {
			return e, fmt.Errorf("reading what belongs to entry %d of a thread: %w", e.ID, err)
		}
	}
	return e, nil
}

// A selection is a WHERE that grows, and its arguments.
type selection struct {
	where string
	args  []any
}

// and adds a condition in which each "?" stands for a value.
func (s *selection) and(condition string, values ...any) {
	for _, v := range values {
		s.args = append(s.args, v)
		condition = strings.Replace(condition, "?", fmt.Sprintf("$%d", len(s.args)), 1)
	}
	if s.where != "" {
		s.where += " AND "
	}
	s.where += condition
}

// in adds that a column has one of some values, unless there are none.
func (s *selection) in(column string, values []any) {
	if len(values) > 0 {
		s.and(column+" IN (?"+strings.Repeat(", ?", len(values)-1)+")", values...)
	}
}

// times adds what a query says of creation and change.
func (s *selection) times(q store.ThreadQuery) {
	if !q.From.IsZero() {
		s.and("created_at >= ?", millis(q.From))
	}
	if !q.To.IsZero() {
		s.and("created_at < ?", millis(q.To))
	}
	if q.After > 0 {
		s.and("change > ?", q.After)
	}
}

// threads adds which threads a query means. A query that names no queue means
// none: whoever asks must have said what they may see.
func (s *selection) threads(q store.ThreadQuery) {
	s.and("account_id = ?", q.AccountID)
	if len(q.QueueIDs) == 0 {
		s.and("1 = 0")
	}
	s.in("queue_id", anys(q.QueueIDs))
	for column, value := range map[string]string{"status": q.Status, "owner_number": q.Owner, "guest_number": q.Guest} {
		if value != "" {
			s.and(column+" = ?", value)
		}
	}
}

func selectThreads(q store.ThreadQuery) (s selection) {
	s.threads(q)
	s.in("id", anys(q.ThreadIDs))
	s.times(q)
	return s
}

func selectEntries(q store.ThreadQuery) (s selection) {
	s.and("account_id = ?", q.AccountID)
	if len(q.QueueIDs) == 0 {
		s.and("1 = 0")
	}
	s.in("queue_id", anys(q.QueueIDs))
	s.in("id", anys(q.EntryIDs))
	s.in("thread_id", anys(q.ThreadIDs))
	s.in("kind", anys(q.Kinds))
	s.times(q)
	if q.Status != "" {
		s.and("thread_id IN (SELECT id FROM message_threads WHERE status = ?)", q.Status)
	}
	return s
}

// pageOf reads a page of a selection.
func pageOf[T any](ctx context.Context, q queries, scan func(scanner) (T, error), columns, table string, s selection, offset, limit int) ([]T, error) {
	if limit <= 0 {
		limit = 1 << 31
	}
	query := fmt.Sprintf("SELECT %s FROM %s WHERE %s ORDER BY modified_at DESC, id DESC LIMIT $%d OFFSET $%d", columns, table, s.where, len(s.args)+1, len(s.args)+2)
	return many(ctx, q, scan, query, append(s.args, limit, offset)...)
}

func (q queries) Thread(ctx context.Context, accountID, id int64) (store.Thread, error) {
	return one(ctx, q, scanThread, "SELECT "+threadColumns+" FROM message_threads WHERE id = $1 AND account_id = $2", id, accountID)
}

func (q queries) OpenThread(ctx context.Context, owner, guest string) (store.Thread, error) {
	return one(ctx, q, scanThread, "SELECT "+threadColumns+" FROM message_threads WHERE owner_number = $1 AND guest_number = $2 AND status = 'Open'", owner, guest)
}

func (q queries) Threads(ctx context.Context, tq store.ThreadQuery, offset, limit int) ([]store.Thread, error) {
	return pageOf(ctx, q, scanThread, threadColumns, "message_threads", selectThreads(tq), offset, limit)
}

func (q queries) CountThreads(ctx context.Context, tq store.ThreadQuery) (int, error) {
	s := selectThreads(tq)
	return one(ctx, q, scanInt, "SELECT COUNT(*) FROM message_threads WHERE "+s.where, s.args...)
}

func (q queries) IdleThreads(ctx context.Context, before time.Time, limit int) ([]store.Thread, error) {
	return many(ctx, q, scanThread, "SELECT "+threadColumns+" FROM message_threads WHERE status = $1 AND modified_at < $2 ORDER BY modified_at, id LIMIT $3",
		rc.ThreadOpen, millis(before), limit)
}

func (q queries) ThreadEntries(ctx context.Context, tq store.ThreadQuery, offset, limit int) ([]store.ThreadEntry, error) {
	return pageOf(ctx, q, scanEntry, entryColumns, "thread_entries", selectEntries(tq), offset, limit)
}

func (q queries) CountThreadEntries(ctx context.Context, tq store.ThreadQuery) (int, error) {
	s := selectEntries(tq)
	return one(ctx, q, scanInt, "SELECT COUNT(*) FROM thread_entries WHERE "+s.where, s.args...)
}

func (q queries) ThreadEntry(ctx context.Context, accountID, id int64) (store.ThreadEntry, error) {
	return one(ctx, q, scanEntry, "SELECT "+entryColumns+" FROM thread_entries WHERE id = $1 AND account_id = $2", id, accountID)
}

func (q queries) ThreadEntriesInTransit(ctx context.Context, before time.Time, limit int) ([]store.ThreadEntry, error) {
	return many(ctx, q, scanEntry, "SELECT "+entryColumns+" FROM thread_entries WHERE status IN ($1, $2) AND modified_at < $3 ORDER BY modified_at, id LIMIT $4",
		rc.Queued, rc.Sent, millis(before), limit)
}

func (q queries) ThreadChange(ctx context.Context, accountID int64) (int64, error) {
	n, err := one(ctx, q, scanInt64, "SELECT last FROM thread_changes WHERE account_id = $1", accountID)
	if errors.Is(err, store.ErrNotFound) {
		return 0, nil
	}
	return n, err
}

func (q queries) EntryMessages(ctx context.Context, entryID int64) ([]store.Message, error) {
	return many(ctx, q, scanMessage, "SELECT "+messageColumns+" FROM messages WHERE entry_id = $1 AND entry_id <> 0 ORDER BY extension_id", entryID)
}

func (q queries) NextThreadChange(ctx context.Context, accountID int64) (int64, error) {
	return one(ctx, q, scanInt64, `INSERT INTO thread_changes (account_id, last) VALUES ($1, 1)
		ON CONFLICT (account_id) DO UPDATE SET last = thread_changes.last + 1 RETURNING last`, accountID)
}

func (q queries) AddThread(ctx context.Context, t store.Thread) error {
	return q.exec(ctx, "INSERT INTO message_threads ("+threadColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
		t.ID, t.AccountID, t.QueueID, t.Owner, t.Guest, t.Status, t.Reason, t.Label, t.AssigneeID, millis(t.CreatedAt), millis(t.ModifiedAt), t.Change)
}

func (q queries) SaveThread(ctx context.Context, t store.Thread) error {
	n, err := q.changed(ctx, "UPDATE message_threads SET status = $1, reason = $2, label = $3, assignee_id = $4, modified_at = $5, change = $6 WHERE id = $7 AND account_id = $8",
		t.Status, t.Reason, t.Label, t.AssigneeID, millis(t.ModifiedAt), t.Change, t.ID, t.AccountID)
	if err == nil && n == 0 {
		return store.ErrNotFound
	}
	return err
}

func (q queries) AddThreadEntry(ctx context.Context, e store.ThreadEntry) error {
	attachments := ""
	if len(e.Attachments) > 0 {
		text, err := json.Marshal(e.Attachments)
		if err != nil {
			return fmt.Errorf("encoding what belongs to entry %d of a thread: %w", e.ID, err)
		}
		attachments = string(text)
	}
	return q.exec(ctx, "INSERT INTO thread_entries ("+entryColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
		e.ID, e.AccountID, e.QueueID, e.ThreadID, e.Kind, e.Direction, e.Status, e.AuthorID, e.AssigneeID, e.PreviousID,
		e.Text, attachments, millis(e.CreatedAt), millis(e.ModifiedAt), e.Change)
}

func (q queries) SaveThreadEntry(ctx context.Context, e store.ThreadEntry) error {
	n, err := q.changed(ctx, "UPDATE thread_entries SET status = $1, modified_at = $2, change = $3 WHERE id = $4 AND account_id = $5",
		e.Status, millis(e.ModifiedAt), e.Change, e.ID, e.AccountID)
	if err == nil && n == 0 {
		return store.ErrNotFound
	}
	return err
}
