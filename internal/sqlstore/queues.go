package sqlstore

import (
	"context"
	"errors"
	"fmt"

	"offhook/internal/store"
)

// Values of extensions.kind, as the contract calls the types of extensions.
const (
	kindUser  = "User"
	kindQueue = "Department"
)

const queueColumns = "id, account_id, number, first_name, created_at"

func scanQueue(r scanner) (q store.Queue, err error) {
	var created int64
	err = r.Scan(&q.ID, &q.AccountID, &q.Number, &q.Name, &created)
	q.CreatedAt = fromMillis(created)
	return q, err
}

func (q queries) Queue(ctx context.Context, id int64) (store.Queue, error) {
	return one(ctx, q, scanQueue, "SELECT "+queueColumns+" FROM extensions WHERE id = $1 AND kind = $2", id, kindQueue)
}

func (q queries) Queues(ctx context.Context, accountID int64) ([]store.Queue, error) {
	return many(ctx, q, scanQueue, "SELECT "+queueColumns+" FROM extensions WHERE account_id = $1 AND kind = $2 ORDER BY number", accountID, kindQueue)
}

// AddQueue gives the row a username that nobody can type, because the column
// asks for one, and no password.
func (q queries) AddQueue(ctx context.Context, queue store.Queue) error {
	return q.exec(ctx, "INSERT INTO extensions ("+extensionColumns+", kind) VALUES ($1, $2, $3, $4, '', '', '', '', $5, '', 0, $6, $7)",
		queue.ID, queue.AccountID, queue.Number, queue.Name, fmt.Sprintf("\nqueue %d", queue.ID), millis(queue.CreatedAt), kindQueue)
}

func (q queries) RemoveQueue(ctx context.Context, id int64) (bool, error) {
	queue, err := q.Queue(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	// Whoever sends into one of its threads holds the same row, and would
	// otherwise wait for this removal while this waits for them.
	if _, err := q.NextThreadChange(ctx, queue.AccountID); err != nil {
		return false, err
	}
	for _, stmt := range []string{
		"DELETE FROM attachment_contents WHERE extension_id = $1",
		"DELETE FROM phone_numbers WHERE extension_id = $1",
		"DELETE FROM extensions WHERE id = $1",
	} {
		if err := q.exec(ctx, stmt, id); err != nil {
			return false, err
		}
	}
	return true, nil
}

const memberColumns = "queue_id, extension_id, accepts"

func scanQueueMember(r scanner) (m store.QueueMember, err error) {
	var accepts int64
	err = r.Scan(&m.QueueID, &m.ExtensionID, &accepts)
	m.Accepts = accepts != 0
	return m, err
}

func (q queries) QueueMembers(ctx context.Context, queueID int64) ([]store.QueueMember, error) {
	return many(ctx, q, scanQueueMember, "SELECT "+memberColumns+" FROM queue_members WHERE queue_id = $1 ORDER BY extension_id", queueID)
}

func (q queries) MemberQueues(ctx context.Context, extensionID int64) ([]store.QueueMember, error) {
	return many(ctx, q, scanQueueMember, "SELECT "+memberColumns+" FROM queue_members WHERE extension_id = $1 ORDER BY queue_id", extensionID)
}

func (q queries) AddQueueMember(ctx context.Context, m store.QueueMember) error {
	return q.exec(ctx, "INSERT INTO queue_members ("+memberColumns+") VALUES ($1, $2, $3) ON CONFLICT (queue_id, extension_id) DO NOTHING",
		m.QueueID, m.ExtensionID, flag(m.Accepts))
}

// SaveQueueMember must never insert: on PostgreSQL the member may have been
// removed since the transaction read that they are one.
func (q queries) SaveQueueMember(ctx context.Context, m store.QueueMember) error {
	n, err := q.changed(ctx, "UPDATE queue_members SET accepts = $1 WHERE queue_id = $2 AND extension_id = $3", flag(m.Accepts), m.QueueID, m.ExtensionID)
	if err == nil && n == 0 {
		return store.ErrNotFound
	}
	return err
}

func (q queries) RemoveQueueMember(ctx context.Context, queueID, extensionID int64) (bool, error) {
	queue, err := q.Queue(ctx, queueID)
	if errors.Is(err, store.ErrNotFound) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if err := q.unassign(ctx, queue.AccountID, "assignee_id = $2 AND queue_id = $3", extensionID, queueID); err != nil {
		return false, err
	}
	n, err := q.changed(ctx, "DELETE FROM queue_members WHERE queue_id = $1 AND extension_id = $2", queueID, extensionID)
	return n > 0, err
}

// unassign takes the selected threads of an account from their assignees, as
// a change that a sync tells. It begins that change even where there is no
// such thread, because whoever is given one, or sends into one, is looked up
// among the members inside such a change, and a removal that is not committed
// yet does not show there. The condition's parameters count from $2.
func (q queries) unassign(ctx context.Context, accountID int64, where string, args ...any) error {
	change, err := q.NextThreadChange(ctx, accountID)
	if err != nil {
		return err
	}
	return q.exec(ctx, "UPDATE message_threads SET assignee_id = 0, change = $1 WHERE "+where, append([]any{change}, args...)...)
}
