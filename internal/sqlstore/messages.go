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

const messageColumns = "id, account_id, extension_id, conversation_id, type, direction, availability, read_status, status, error_code, sender, recipients, body, attachments, facts, created_at, modified_at, due_at, change, owner_id, entry_id"

func scanMessage(r scanner) (m store.Message, err error) {
	var sender, recipients, attachments, facts string
	var created, modified, due int64
	err = r.Scan(&m.ID, &m.AccountID, &m.ExtensionID, &m.ConversationID, &m.Type, &m.Direction, &m.Availability, &m.ReadStatus,
		&m.Status, &m.ErrorCode, &sender, &recipients, &m.Text, &attachments, &facts, &created, &modified, &due, &m.Change, &m.OwnerID, &m.EntryID)
	if err != nil {
		return m, err
	}
	m.CreatedAt, m.ModifiedAt, m.DueAt = fromMillis(created), fromMillis(modified), fromMillis(due)
	if err := errors.Join(json.Unmarshal([]byte(sender), &m.From), json.Unmarshal([]byte(recipients), &m.To)); err != nil {
		return m, fmt.Errorf("reading the parties of message %d: %w", m.ID, err)
	}
	for text, into := range map[string]any{attachments: &m.Attachments, facts: &m.Facts} {
		if text == "" {
			continue
		}
		if err := json.Unmarshal([]byte(text), into); err != nil {
			return m, fmt.Errorf("reading what belongs to message %d: %w", m.ID, err)
		}
	}
	return m, nil
}

// belongings writes the columns of what belongs to a message; of a text they
// are nearly always empty.
func belongings(m store.Message) (attachments, facts string, err error) {
	var err1, err2 error
	var text []byte
	if len(m.Attachments) > 0 {
		text, err1 = json.Marshal(m.Attachments)
		attachments = string(text)
	}
	if m.Facts != (store.MessageFacts{}) {
		text, err2 = json.Marshal(m.Facts)
		facts = string(text)
	}
	if err := errors.Join(err1, err2); err != nil {
		return "", "", fmt.Errorf("encoding what belongs to message %d: %w", m.ID, err)
	}
	return attachments, facts, nil
}

// parties writes the columns that hold who talks to whom: two as JSON, and
// the far ends' numbers between spaces, which a LIKE can find.
func parties(m store.Message) (sender, recipients, peers string, err error) {
	from, err1 := json.Marshal(m.From)
	to, err2 := json.Marshal(m.To)
	far := m.To
	if m.Direction == rc.Inbound {
		far = append([]rc.Caller{m.From}, m.To...)
	}
	var b strings.Builder
	b.WriteByte(' ')
	for _, p := range far {
		if p.PhoneNumber != "" && !(m.Direction == rc.Inbound && p.Target) {
			b.WriteString(p.PhoneNumber + " ")
		}
	}
	return string(from), string(to), b.String(), errors.Join(err1, err2)
}

func (q queries) Message(ctx context.Context, extensionID, id int64) (store.Message, error) {
	return one(ctx, q, scanMessage, "SELECT "+messageColumns+" FROM messages WHERE id = $1 AND extension_id = $2", id, extensionID)
}

func (q queries) Messages(ctx context.Context, extensionID int64, mq store.MessageQuery, offset, limit int) ([]store.Message, error) {
	from, args := selectMessages(extensionID, mq)
	if limit <= 0 {
		limit = 1 << 31
	}
	query := fmt.Sprintf("SELECT %s FROM %s ORDER BY created_at DESC, id DESC LIMIT $%d OFFSET $%d", messageColumns, from, len(args)+1, len(args)+2)
	return many(ctx, q, scanMessage, query, append(args, limit, offset)...)
}

func (q queries) CountMessages(ctx context.Context, extensionID int64, mq store.MessageQuery) (int, error) {
	from, args := selectMessages(extensionID, mq)
	return one(ctx, q, scanInt, "SELECT COUNT(*) FROM "+from, args...)
}

// selectMessages writes what follows FROM for a query, and its arguments.
func selectMessages(extensionID int64, mq store.MessageQuery) (from string, args []any) {
	args = []any{extensionID}
	where := "extension_id = $1"
	and := func(condition string, values ...any) {
		for _, v := range values {
			args = append(args, v)
			condition = strings.Replace(condition, "?", fmt.Sprintf("$%d", len(args)), 1)
		}
		where += " AND " + condition
	}
	if len(mq.Availability) == 0 {
		mq.Availability = []string{rc.Alive}
	}
	switch {
	case mq.Shared:
		and("owner_id <> 0")
	case !mq.Any && len(mq.OwnerIDs) == 0:
		mq.OwnerIDs = []int64{0}
	}
	for column, values := range map[string][]any{
		"availability": anys(mq.Availability), "type": anys(mq.Types), "direction": anys(mq.Directions),
		"read_status": anys(mq.ReadStatuses), "conversation_id": anys(mq.ConversationIDs), "owner_id": anys(mq.OwnerIDs),
	} {
		if len(values) > 0 {
			and(column+" IN (?"+strings.Repeat(", ?", len(values)-1)+")", values...)
		}
	}
	if mq.PhoneNumber != "" {
		and("peers LIKE ?", "% "+mq.PhoneNumber+" %")
	}
	if !mq.From.IsZero() {
		and("created_at >= ?", millis(mq.From))
	}
	if !mq.To.IsZero() {
		and("created_at < ?", millis(mq.To))
	}
	if mq.PerConversation <= 0 {
		return "messages WHERE " + where, args
	}
	args = append(args, mq.PerConversation)
	return fmt.Sprintf(`(SELECT messages.*, ROW_NUMBER() OVER (PARTITION BY conversation_id ORDER BY created_at DESC, id DESC) AS place
		FROM messages WHERE %s) AS ranked WHERE place <= $%d`, where, len(args)), args
}

func anys[T any](values []T) []any {
	all := make([]any, len(values))
	for i, v := range values {
		all[i] = v
	}
	return all
}

func scanInt(r scanner) (n int, err error) {
	err = r.Scan(&n)
	return n, err
}

func scanInt64(r scanner) (n int64, err error) {
	err = r.Scan(&n)
	return n, err
}

func (q queries) MessageChange(ctx context.Context, extensionID int64) (int64, error) {
	n, err := one(ctx, q, scanInt64, "SELECT last FROM message_changes WHERE extension_id = $1", extensionID)
	if errors.Is(err, store.ErrNotFound) {
		return 0, nil
	}
	return n, err
}

func (q queries) ChangedMessages(ctx context.Context, extensionID, after int64, limit int) ([]store.Message, error) {
	return many(ctx, q, scanMessage, "SELECT "+messageColumns+" FROM messages WHERE extension_id = $1 AND change > $2 ORDER BY change, id LIMIT $3",
		extensionID, after, limit)
}

func (q queries) MessagesInTransit(ctx context.Context, before time.Time, limit int) ([]store.Message, error) {
	return many(ctx, q, scanMessage, "SELECT "+messageColumns+` FROM messages
		WHERE status IN ($1, $2) AND (direction <> $3 OR owner_id = 0) AND (status = $1 OR direction = $3 AND type <> $4) AND modified_at < $5 AND due_at < $5 ORDER BY modified_at, id LIMIT $6`,
		rc.Queued, rc.Sent, rc.Outbound, rc.TypeFax, millis(before), limit)
}

func (q queries) NextMessageChange(ctx context.Context, extensionID int64) (int64, error) {
	return one(ctx, q, scanInt64, `INSERT INTO message_changes (extension_id, last) VALUES ($1, 1)
		ON CONFLICT (extension_id) DO UPDATE SET last = message_changes.last + 1 RETURNING last`, extensionID)
}

func (q queries) PutConversation(ctx context.Context, extensionID int64, members string, newID int64) (int64, error) {
	err := q.exec(ctx, "INSERT INTO conversations (id, extension_id, members) VALUES ($1, $2, $3) ON CONFLICT (extension_id, members) DO NOTHING",
		newID, extensionID, members)
	if err != nil {
		return 0, err
	}
	return one(ctx, q, scanInt64, "SELECT id FROM conversations WHERE extension_id = $1 AND members = $2", extensionID, members)
}

func (q queries) AddMessage(ctx context.Context, m store.Message) error {
	sender, recipients, peers, err := parties(m)
	if err != nil {
		return fmt.Errorf("encoding the parties of message %d: %w", m.ID, err)
	}
	files, facts, err := belongings(m)
	if err != nil {
		return err
	}
	return q.exec(ctx, "INSERT INTO messages ("+messageColumns+", peers) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22)",
		m.ID, m.AccountID, m.ExtensionID, m.ConversationID, m.Type, m.Direction, m.Availability, m.ReadStatus, m.Status, m.ErrorCode,
		sender, recipients, m.Text, files, facts, millis(m.CreatedAt), millis(m.ModifiedAt), millis(m.DueAt), m.Change, m.OwnerID, m.EntryID, peers)
}

func (q queries) SaveMessage(ctx context.Context, m store.Message) error {
	sender, recipients, peers, err := parties(m)
	if err != nil {
		return fmt.Errorf("encoding the parties of message %d: %w", m.ID, err)
	}
	files, facts, err := belongings(m)
	if err != nil {
		return err
	}
	n, err := q.changed(ctx, `UPDATE messages SET availability = $1, read_status = $2, status = $3, error_code = $4, sender = $5, recipients = $6,
		peers = $7, body = $8, attachments = $9, facts = $10, modified_at = $11, change = $12 WHERE id = $13 AND extension_id = $14`,
		m.Availability, m.ReadStatus, m.Status, m.ErrorCode, sender, recipients, peers, m.Text, files, facts, millis(m.ModifiedAt), m.Change, m.ID, m.ExtensionID)
	if err == nil && n == 0 {
		return store.ErrNotFound
	}
	return err
}
