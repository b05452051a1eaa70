package sqlstore

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
)

const webhookColumns = "id, account_id, extension_id, client_id, credential_id, scopes, filters, address, token_header, sealed_token, " +
	"life, created_at, expires_at, reminded_at, failing_since, closed_at, closed_reason"

func scanWebhook(r scanner) (w store.Webhook, err error) {
	var scopes, filters string
	var life, created, expires, reminded, failing, closed int64
	err = r.Scan(&w.ID, &w.AccountID, &w.ExtensionID, &w.ClientID, &w.CredentialID, &scopes, &filters, &w.Address, &w.TokenHeader, &w.SealedToken,
		&life, &created, &expires, &reminded, &failing, &closed, &w.ClosedReason)
	if err != nil {
		return w, err
	}
	w.Scopes, w.Life = rc.SplitScopes(scopes), time.Duration(life)*time.Millisecond
	w.CreatedAt, w.ExpiresAt, w.RemindedAt = fromMillis(created), fromMillis(expires), fromMillis(reminded)
	w.FailingSince, w.ClosedAt = fromMillis(failing), fromMillis(closed)
	if err := json.Unmarshal([]byte(filters), &w.Filters); err != nil {
		return w, fmt.Errorf("reading the filters of webhook %s: %w", w.ID, err)
	}
	return w, nil
}

func filtersText(filters []string) (string, error) {
	text, err := json.Marshal(filters)
	return string(text), err
}

func (q queries) Webhook(ctx context.Context, id string) (store.Webhook, error) {
	return one(ctx, q, scanWebhook, "SELECT "+webhookColumns+" FROM webhooks WHERE id = $1", id)
}

func (q queries) Webhooks(ctx context.Context, extensionID int64, clientID string) ([]store.Webhook, error) {
	return many(ctx, q, scanWebhook, "SELECT "+webhookColumns+" FROM webhooks WHERE extension_id = $1 AND client_id = $2 ORDER BY created_at, id", extensionID, clientID)
}

func (q queries) OpenWebhooks(ctx context.Context, accountID int64, at time.Time) ([]store.Webhook, error) {
	if accountID == 0 {
		return many(ctx, q, scanWebhook, "SELECT "+webhookColumns+" FROM webhooks WHERE closed_at = 0 AND expires_at > $1 ORDER BY id", millis(at))
	}
	return many(ctx, q, scanWebhook, "SELECT "+webhookColumns+" FROM webhooks WHERE account_id = $1 AND closed_at = 0 AND expires_at > $2 ORDER BY id", accountID, millis(at))
}

func scanWebhookEvent(r scanner) (e store.WebhookEvent, err error) {
	var next, created int64
	err = r.Scan(&e.ID, &e.WebhookID, &e.UUID, &e.Body, &e.Attempts, &next, &created)
	e.NextAt, e.CreatedAt = fromMillis(next), fromMillis(created)
	return e, err
}

func (q queries) DueWebhookEvents(ctx context.Context, at time.Time, limit int) ([]store.WebhookEvent, error) {
	return many(ctx, q, scanWebhookEvent, `SELECT e.id, e.webhook_id, e.uuid, e.body, e.attempts, e.next_at, e.created_at
		FROM webhook_events e JOIN webhooks w ON w.id = e.webhook_id
		WHERE w.closed_at = 0 AND w.expires_at > $1 AND e.next_at <= $1
		AND e.id = (SELECT MIN(f.id) FROM webhook_events f WHERE f.webhook_id = w.id) ORDER BY e.next_at, e.id LIMIT $2`, millis(at), limit)
}

func (q queries) CountWebhookEvents(ctx context.Context, webhookID string) (int, error) {
	return one(ctx, q, scanInt, "SELECT COUNT(*) FROM webhook_events WHERE webhook_id = $1", webhookID)
}

func (q queries) AddWebhook(ctx context.Context, w store.Webhook) error {
	filters, err := filtersText(w.Filters)
	if err != nil {
		return err
	}
	return q.exec(ctx, "INSERT INTO webhooks ("+webhookColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)",
		w.ID, w.AccountID, w.ExtensionID, w.ClientID, w.CredentialID, rc.JoinScopes(w.Scopes), filters, w.Address, w.TokenHeader, w.SealedToken,
		w.Life.Milliseconds(), millis(w.CreatedAt), millis(w.ExpiresAt), millis(w.RemindedAt), millis(w.FailingSince), millis(w.ClosedAt), w.ClosedReason)
}

func (q queries) SaveWebhook(ctx context.Context, w store.Webhook) error {
	filters, err := filtersText(w.Filters)
	if err != nil {
		return err
	}
	n, err := q.changed(ctx, `UPDATE webhooks SET credential_id = $1, scopes = $2, filters = $3, life = $4, expires_at = $5, reminded_at = $6,
		failing_since = $7, closed_at = $8, closed_reason = $9 WHERE id = $10`,
		w.CredentialID, rc.JoinScopes(w.Scopes), filters, w.Life.Milliseconds(), millis(w.ExpiresAt), millis(w.RemindedAt),
		millis(w.FailingSince), millis(w.ClosedAt), w.ClosedReason, w.ID)
	if err == nil && n == 0 {
		return store.ErrNotFound
	}
	return err
}

func (q queries) DeleteWebhook(ctx context.Context, id string) (bool, error) {
	n, err := q.changed(ctx, "DELETE FROM webhooks WHERE id = $1", id)
	return n > 0, err
}

func (q queries) SweepWebhooks(ctx context.Context, at time.Time) error {
	return q.exec(ctx, "DELETE FROM webhooks WHERE expires_at <= $1", millis(at))
}

func (q queries) AddWebhookEvent(ctx context.Context, e store.WebhookEvent, keep int) error {
	if _, err := q.Webhook(ctx, e.WebhookID); errors.Is(err, store.ErrNotFound) {
		return nil
	} else if err != nil {
		return err
	}
	err := q.exec(ctx, "INSERT INTO webhook_events (id, webhook_id, uuid, body, attempts, next_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)",
		e.ID, e.WebhookID, e.UUID, e.Body, e.Attempts, millis(e.NextAt), millis(e.CreatedAt))
	if err != nil {
		return err
	}
	return q.exec(ctx, `DELETE FROM webhook_events WHERE webhook_id = $1 AND id <=
		(SELECT id FROM webhook_events WHERE webhook_id = $1 ORDER BY id DESC LIMIT 1 OFFSET $2)`, e.WebhookID, keep)
}

func (q queries) ClaimWebhookEvent(ctx context.Context, id int64, at, until time.Time) (bool, error) {
	n, err := q.changed(ctx, "UPDATE webhook_events SET attempts = attempts + 1, next_at = $1 WHERE id = $2 AND next_at <= $3", millis(until), id, millis(at))
	return n > 0, err
}

func (q queries) PostponeWebhookEvent(ctx context.Context, id int64, next time.Time) error {
	return q.exec(ctx, "UPDATE webhook_events SET next_at = $1 WHERE id = $2", millis(next), id)
}

func (q queries) DeleteWebhookEvent(ctx context.Context, id int64) error {
	return q.exec(ctx, "DELETE FROM webhook_events WHERE id = $1", id)
}

func (q queries) FailWebhook(ctx context.Context, id string, at time.Time) (time.Time, error) {
	scan := func(r scanner) (t time.Time, err error) {
		var ms int64
		err = r.Scan(&ms)
		return fromMillis(ms), err
	}
	return one(ctx, q, scan, "UPDATE webhooks SET failing_since = CASE WHEN failing_since = 0 THEN $1 ELSE failing_since END WHERE id = $2 RETURNING failing_since", millis(at), id)
}

func (q queries) PassWebhook(ctx context.Context, id string) error {
	return q.exec(ctx, "UPDATE webhooks SET failing_since = 0 WHERE id = $1 AND failing_since <> 0", id)
}

func (q queries) CloseWebhook(ctx context.Context, id, reason string, at time.Time) error {
	if err := q.exec(ctx, "UPDATE webhooks SET closed_at = $1, closed_reason = $2 WHERE id = $3", millis(at), reason, id); err != nil {
		return err
	}
	return q.exec(ctx, "DELETE FROM webhook_events WHERE webhook_id = $1", id)
}
