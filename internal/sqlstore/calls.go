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

const callColumns = "id, account_id, extension_id, record, active, deleted, change"

func scanCall(r scanner) (c store.Call, err error) {
	var active, deleted int64
	var record string
	if err := r.Scan(&c.ID, &c.AccountID, &c.ExtensionID, &record, &active, &deleted, &c.Change); err != nil {
		return c, err
	}
	c.Active, c.Deleted = active != 0, deleted != 0
	if err := json.Unmarshal([]byte(record), &c.Record); err != nil {
		return c, fmt.Errorf("reading call %s: %w", c.ID, err)
	}
	return c, nil
}

func (q queries) Call(ctx context.Context, accountID int64, id string) (store.Call, error) {
	return one(ctx, q, scanCall, "SELECT "+callColumns+" FROM calls WHERE account_id = $1 AND id = $2 AND deleted = 0", accountID, id)
}

func (q queries) Calls(ctx context.Context, accountID int64, cq store.CallQuery, offset, limit int) ([]store.Call, error) {
	where, args := selectCalls(accountID, cq)
	query := fmt.Sprintf("SELECT %s FROM calls WHERE %s ORDER BY started_at DESC, id DESC LIMIT $%d OFFSET $%d", callColumns, where, len(args)+1, len(args)+2)
	return many(ctx, q, scanCall, query, append(args, limit, offset)...)
}

func (q queries) CountCalls(ctx context.Context, accountID int64, cq store.CallQuery) (int, error) {
	where, args := selectCalls(accountID, cq)
	return one(ctx, q, scanInt, "SELECT COUNT(*) FROM calls WHERE "+where, args...)
}

// selectCalls writes the condition of a query, and its arguments.
func selectCalls(accountID int64, cq store.CallQuery) (where string, args []any) {
	where, args = "account_id = $1 AND active = $2", []any{accountID, flag(cq.Active)}
	and := func(condition string, values ...any) {
		for _, v := range values {
			args = append(args, v)
			condition = strings.Replace(condition, "?", fmt.Sprintf("$%d", len(args)), 1)
		}
		where += " AND " + condition
	}
	if !cq.Deleted {
		and("deleted = 0")
	}
	if cq.ExtensionID != 0 {
		and("extension_id = ?", cq.ExtensionID)
	}
	if cq.Recorded || cq.RecordingType != "" {
		and("recording_id <> ''")
	}
	for _, text := range []struct{ column, value string }{
		{"session_id", cq.SessionID},
		{"telephony_session_id", cq.TelephonySessionID},
		{"peer_number", cq.PhoneNumber},
		{"peer_extension", cq.ExtensionNumber},
		{"recording_type", cq.RecordingType},
	} {
		if text.value != "" {
			and(text.column+" = ?", text.value)
		}
	}
	for _, list := range []struct {
		column string
		values []any
	}{
		{"type", anys(cq.Types)},
		{"direction", anys(cq.Directions)},
		{"transport", anys(cq.Transports)},
	} {
		if len(list.values) > 0 {
			and(list.column+" IN (?"+strings.Repeat(", ?", len(list.values)-1)+")", list.values...)
		}
	}
	if cq.Missed {
		and("missed = 1")
	}
	if cq.NotBlocked {
		and("result <> ?", rc.CallBlocked)
	}
	if !cq.From.IsZero() {
		and("started_at >= ?", millis(cq.From))
	}
	if !cq.To.IsZero() {
		and("started_at < ?", millis(cq.To))
	}
	return where, args
}

func (q queries) CallChange(ctx context.Context, accountID int64) (int64, error) {
	n, err := one(ctx, q, scanInt64, "SELECT last FROM call_changes WHERE account_id = $1", accountID)
	if errors.Is(err, store.ErrNotFound) {
		return 0, nil
	}
	return n, err
}

func (q queries) ChangedCalls(ctx context.Context, accountID, extensionID, after int64, limit int) ([]store.Call, error) {
	where, args := "account_id = $1 AND change > $2 AND active = 0", []any{accountID, after}
	if extensionID != 0 {
		where, args = where+" AND extension_id = $3", append(args, extensionID)
	}
	query := fmt.Sprintf("SELECT %s FROM calls WHERE %s ORDER BY change, id LIMIT $%d", callColumns, where, len(args)+1)
	return many(ctx, q, scanCall, query, append(args, limit)...)
}

func (q queries) NextCallChange(ctx context.Context, accountID int64) (int64, error) {
	return one(ctx, q, scanInt64, `INSERT INTO call_changes (account_id, last) VALUES ($1, 1)
		ON CONFLICT (account_id) DO UPDATE SET last = call_changes.last + 1 RETURNING last`, accountID)
}

func (q queries) PutCall(ctx context.Context, c store.Call) error {
	r := c.Record
	record, err := json.Marshal(r)
	if err != nil {
		return fmt.Errorf("encoding call %s: %w", c.ID, err)
	}
	peer := r.To
	if r.Direction == rc.Inbound {
		peer = r.From
	}
	if peer == nil {
		peer = new(rc.CallParty)
	}
	recording := r.Recording
	if recording == nil {
		recording = new(rc.RecordingOfACall)
	}
	n, err := q.changed(ctx, `INSERT INTO calls (id, account_id, extension_id, session_id, telephony_session_id, type, direction, transport, result, missed,
		peer_number, peer_extension, recording_id, recording_type, record, started_at, active, deleted, change)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19)
		ON CONFLICT (id) DO UPDATE SET result = $9, missed = $10, peer_number = $11, peer_extension = $12, recording_id = $13, recording_type = $14,
		record = $15, active = $17, deleted = $18, change = $19 WHERE calls.extension_id = $3`,
		c.ID, c.AccountID, c.ExtensionID, r.SessionID, r.TelephonySessionID, r.Type, r.Direction, r.Transport, r.Result, flag(r.IsMissed()),
		peer.PhoneNumber, peer.ExtensionNumber, recording.ID, recording.Type, string(record), millis(r.StartTime.Time), flag(c.Active), flag(c.Deleted), c.Change)
	if err == nil && n == 0 {
		return store.ErrExists
	}
	return err
}

func (q queries) DeleteCalls(ctx context.Context, extensionID int64, before time.Time, change int64) error {
	calls, err := many(ctx, q, scanCall, "SELECT "+callColumns+" FROM calls WHERE extension_id = $1 AND started_at < $2 AND active = 0 AND deleted = 0",
		extensionID, millis(before))
	if err != nil {
		return err
	}
	for _, c := range calls {
		c.Deleted, c.Change = true, change
		c.Record.From, c.Record.To, c.Record.Recording, c.Record.Message, c.Record.Legs = nil, nil, nil, nil, nil
		if err := q.PutCall(ctx, c); err != nil {
			return err
		}
	}
	return nil
}

func scanCallRecording(r scanner) (c store.CallRecording, err error) {
	var duration, created int64
	err = r.Scan(&c.ID, &c.AccountID, &c.ContentType, &duration, &created)
	c.Duration, c.CreatedAt = time.Duration(duration)*time.Millisecond, fromMillis(created)
	return c, err
}

func (q queries) CallRecording(ctx context.Context, accountID int64, id string) (store.CallRecording, error) {
	return one(ctx, q, scanCallRecording, "SELECT id, account_id, content_type, duration, created_at FROM call_recordings WHERE account_id = $1 AND id = $2", accountID, id)
}

func scanSound(r scanner) (sound []byte, err error) {
	err = r.Scan(&sound)
	return sound, err
}

func (q queries) CallRecordingSound(ctx context.Context, accountID int64, id string) ([]byte, error) {
	return one(ctx, q, scanSound, "SELECT sound FROM call_recordings WHERE account_id = $1 AND id = $2", accountID, id)
}

func (q queries) HeardBy(ctx context.Context, extensionID int64, recordingID string) (bool, error) {
	n, err := one(ctx, q, scanInt, "SELECT COUNT(*) FROM calls WHERE recording_id = $1 AND extension_id = $2 AND deleted = 0", recordingID, extensionID)
	return n > 0 && recordingID != "", err
}

func (q queries) AddCallRecording(ctx context.Context, r store.CallRecording, sound []byte) error {
	return q.exec(ctx, "INSERT INTO call_recordings (id, account_id, content_type, duration, created_at, sound) VALUES ($1, $2, $3, $4, $5, $6)",
		r.ID, r.AccountID, r.ContentType, r.Duration.Milliseconds(), millis(r.CreatedAt), sound)
}
