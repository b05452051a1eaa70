package sqlstore

import (
	"context"
	"time"

	"offhook/internal/store"
)

const logColumns = "id, platform, client_id, owner_id, target, kind, thing, log_id, newest, trigger_type, position, state, attempts, next_at, holder, held_until, reason, since, created_at, updated_at, sealed"

func scanLogEntry(r scanner) (e store.LogEntry, err error) {
	var next, held, since, created, updated int64
	err = r.Scan(&e.ID, &e.Owner.Platform, &e.Owner.ClientID, &e.Owner.OwnerID, &e.Target, &e.Kind, &e.Thing, &e.LogID, &e.Newest, &e.Trigger,
		&e.Position, &e.State, &e.Attempts, &next, &e.Holder, &held, &e.Reason, &since, &created, &updated, &e.Sealed)
	e.NextAt, e.HeldUntil, e.Since, e.CreatedAt, e.UpdatedAt = fromMillis(next), fromMillis(held), fromMillis(since), fromMillis(created), fromMillis(updated)
	return e, err
}

func (q queries) LogEntry(ctx context.Context, id string) (store.LogEntry, error) {
	return one(ctx, q, scanLogEntry, "SELECT "+logColumns+" FROM log_entries WHERE id = $1", id)
}

const ofLogOwner = "platform = $1 AND client_id = $2 AND owner_id = $3 AND target = $4"

func (q queries) OpenLogEntries(ctx context.Context, o store.LogOwner, target string) ([]store.LogEntry, error) {
	return many(ctx, q, scanLogEntry, "SELECT "+logColumns+" FROM log_entries WHERE "+ofLogOwner+" AND state <> 'done' ORDER BY position, id",
		o.Platform, o.ClientID, o.OwnerID, target)
}

func (q queries) AllOpenLogEntries(ctx context.Context) ([]store.LogEntry, error) {
	return many(ctx, q, scanLogEntry, "SELECT "+logColumns+" FROM log_entries WHERE state <> 'done' ORDER BY position, id")
}

func (q queries) LogEntriesSince(ctx context.Context, o store.LogOwner, target string, since time.Time) ([]store.LogEntry, error) {
	return many(ctx, q, scanLogEntry, "SELECT "+logColumns+" FROM log_entries WHERE "+ofLogOwner+" AND created_at >= $5 ORDER BY position, id",
		o.Platform, o.ClientID, o.OwnerID, target, millis(since))
}

// dueLogs leaves out what must wait for an older one of the same log, so that
// a log never goes back in time.
const dueLogs = ` AND e.state = 'waiting' AND NOT EXISTS (SELECT 1 FROM log_entries o WHERE o.owner_id = e.owner_id AND o.target = e.target
	AND o.platform = e.platform AND o.client_id = e.client_id AND o.log_id = e.log_id AND o.state = 'waiting' AND o.position < e.position)
	ORDER BY e.position, e.id`

func (q queries) DueLogEntries(ctx context.Context, o store.LogOwner, target string, now time.Time, limit int) ([]store.LogEntry, error) {
	return many(ctx, q, scanLogEntry, "SELECT "+logColumns+` FROM log_entries e WHERE e.platform = $1 AND e.client_id = $2 AND e.owner_id = $3 AND e.target = $4
		AND e.next_at <= $5 AND e.held_until <= $6`+dueLogs+" LIMIT $7",
		o.Platform, o.ClientID, o.OwnerID, target, millis(now), millis(now), limit)
}

func (q queries) DueHookEntries(ctx context.Context, now time.Time, limit int) ([]store.LogEntry, error) {
	return many(ctx, q, scanLogEntry, "SELECT "+logColumns+" FROM log_entries e WHERE e.target = $1 AND e.next_at <= $2 AND e.held_until <= $3"+dueLogs+" LIMIT $4",
		store.LogWebhook, millis(now), millis(now), limit)
}

func (q queries) DueLogTargets(ctx context.Context, now time.Time) ([]store.LogTarget, error) {
	scan := func(r scanner) (t store.LogTarget, err error) {
		err = r.Scan(&t.Owner.Platform, &t.Owner.ClientID, &t.Owner.OwnerID, &t.At)
		return t, err
	}
	return many(ctx, q, scan, `SELECT DISTINCT platform, client_id, owner_id, target FROM log_entries
		WHERE state = 'waiting' AND target <> $1 AND next_at <= $2 AND held_until <= $3`, store.LogWebhook, millis(now), millis(now))
}

func (q queries) AddLogEntry(ctx context.Context, e store.LogEntry) error {
	return q.exec(ctx, "INSERT INTO log_entries ("+logColumns+") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)",
		e.ID, e.Owner.Platform, e.Owner.ClientID, e.Owner.OwnerID, e.Target, e.Kind, e.Thing, e.LogID, e.Newest, e.Trigger, e.Position, e.State, e.Attempts,
		millis(e.NextAt), e.Holder, millis(e.HeldUntil), e.Reason, millis(e.Since), millis(e.CreatedAt), millis(e.UpdatedAt), bytesOf(e.Sealed))
}

func (q queries) SupersedeLogEntries(ctx context.Context, e store.LogEntry) error {
	return q.exec(ctx, "DELETE FROM log_entries WHERE "+ofLogOwner+" AND log_id = $5 AND trigger_type = $6 AND state = 'waiting' AND attempts = 0 AND position < $7",
		e.Owner.Platform, e.Owner.ClientID, e.Owner.OwnerID, e.Target, e.LogID, e.Trigger, e.Position)
}

func (q queries) ClaimLogEntry(ctx context.Context, id, holder string, now, until time.Time) (bool, error) {
	n, err := q.changed(ctx, `UPDATE log_entries SET holder = $1, held_until = $2, attempts = attempts + 1
		WHERE id = $3 AND state = 'waiting' AND held_until <= $4 AND next_at <= $5`, holder, millis(until), id, millis(now), millis(now))
	return n == 1, err
}

func (q queries) ShortenLogClaims(ctx context.Context, holder string, until time.Time) error {
	return q.exec(ctx, "UPDATE log_entries SET held_until = $1 WHERE holder = $2 AND state = 'waiting' AND held_until > $3", millis(until), holder, millis(until))
}

func (q queries) FailLogEntry(ctx context.Context, id, holder, state, reason string, next, at time.Time) (bool, error) {
	n, err := q.changed(ctx, `UPDATE log_entries SET state = $1, reason = $2, next_at = $3, updated_at = $4, holder = '', held_until = 0
		WHERE id = $5 AND holder = $6 AND state = 'waiting'`, state, reason, millis(next), millis(at), id, holder)
	return n == 1, err
}

func (q queries) FinishLogEntry(ctx context.Context, o store.LogOwner, id, reason string, at time.Time) (bool, error) {
	n, err := q.changed(ctx, `UPDATE log_entries SET state = 'done', reason = $1, holder = '', held_until = 0, updated_at = $2, sealed = $3
		WHERE id = $4 AND platform = $5 AND client_id = $6 AND owner_id = $7 AND state <> 'done'`,
		reason, millis(at), []byte{}, id, o.Platform, o.ClientID, o.OwnerID)
	return n == 1, err
}

func (q queries) RetryLogEntries(ctx context.Context, o store.LogOwner, target string, at time.Time) error {
	return q.exec(ctx, `UPDATE log_entries SET state = 'waiting', next_at = $5, since = $6, updated_at = $7
		WHERE `+ofLogOwner+` AND state <> 'done' AND held_until <= $8`,
		o.Platform, o.ClientID, o.OwnerID, target, millis(at), millis(at), millis(at), millis(at))
}

func (q queries) DiscardLogEntries(ctx context.Context, o store.LogOwner, target string, at time.Time) (int64, error) {
	return q.changed(ctx, `UPDATE log_entries SET state = 'done', reason = 'discarded', holder = '', held_until = 0, updated_at = $5, sealed = $6
		WHERE `+ofLogOwner+` AND (state = 'stuck' OR state = 'waiting' AND reason <> '' AND held_until <= $7)`,
		o.Platform, o.ClientID, o.OwnerID, target, millis(at), []byte{}, millis(at))
}

func (q queries) SweepLogEntries(ctx context.Context, done, made time.Time) error {
	if err := q.exec(ctx, "DELETE FROM log_typing WHERE created_at < $1", millis(made)); err != nil {
		return err
	}
	return q.exec(ctx, "DELETE FROM log_entries WHERE state = 'done' AND updated_at < $1 OR created_at < $2", millis(done), millis(made))
}

const logSettingsColumns = "platform, client_id, owner_id, target, message, call, message_default, call_default, zone, locale, call_since"

func scanLogSettings(r scanner) (s store.LogSettings, err error) {
	var message, call, since int64
	err = r.Scan(&s.Owner.Platform, &s.Owner.ClientID, &s.Owner.OwnerID, &s.Target, &s.Message, &s.Call, &message, &call, &s.Zone, &s.Locale, &since)
	s.MessageDefault, s.CallDefault, s.CallSince = message != 0, call != 0, fromMillis(since)
	return s, err
}

func (q queries) LogSettings(ctx context.Context, o store.LogOwner, target string) (store.LogSettings, error) {
	return one(ctx, q, scanLogSettings, "SELECT "+logSettingsColumns+" FROM log_settings WHERE "+ofLogOwner, o.Platform, o.ClientID, o.OwnerID, target)
}

func (q queries) AutoLoggers(ctx context.Context) ([]store.LogSettings, error) {
	return many(ctx, q, scanLogSettings, "SELECT "+logSettingsColumns+` FROM log_settings s WHERE target = $1 AND (message = 'on' OR message = '' AND message_default = 1 OR call = 'on' OR call = '' AND call_default = 1)
		AND EXISTS (SELECT 1 FROM log_hooks h WHERE h.platform = s.platform AND h.client_id = s.client_id) ORDER BY platform, client_id, owner_id`, store.LogWebhook)
}

func (q queries) PutLogPlace(ctx context.Context, s store.LogSettings) error {
	return q.exec(ctx, "INSERT INTO log_settings ("+logSettingsColumns+`) VALUES ($1, $2, $3, $4, '', '', $5, $6, $7, $8, 0)
		ON CONFLICT (platform, client_id, owner_id, target) DO UPDATE SET
		message_default = excluded.message_default, call_default = excluded.call_default, zone = excluded.zone, locale = excluded.locale`,
		s.Owner.Platform, s.Owner.ClientID, s.Owner.OwnerID, s.Target, flag(s.MessageDefault), flag(s.CallDefault), s.Zone, s.Locale)
}

func (q queries) PutLogChoice(ctx context.Context, o store.LogOwner, target, message, call string) error {
	return q.exec(ctx, "INSERT INTO log_settings ("+logSettingsColumns+`) VALUES ($1, $2, $3, $4, $5, $6, 0, 0, '', '', 0)
		ON CONFLICT (platform, client_id, owner_id, target) DO UPDATE SET
		message = CASE WHEN excluded.message = '' THEN log_settings.message ELSE excluded.message END,
		call = CASE WHEN excluded.call = '' THEN log_settings.call ELSE excluded.call END`,
		o.Platform, o.ClientID, o.OwnerID, target, message, call)
}

func (q queries) PutLogCallSince(ctx context.Context, o store.LogOwner, target string, at time.Time) error {
	return q.exec(ctx, "UPDATE log_settings SET call_since = $5 WHERE "+ofLogOwner, o.Platform, o.ClientID, o.OwnerID, target, millis(at))
}

func (q queries) LogTyping(ctx context.Context, o store.LogOwner, textID string) (int64, error) {
	return one(ctx, q, scanInt64, "SELECT milliseconds FROM log_typing WHERE platform = $1 AND client_id = $2 AND owner_id = $3 AND text_id = $4", o.Platform, o.ClientID, o.OwnerID, textID)
}

func (q queries) PutLogTyping(ctx context.Context, o store.LogOwner, textID string, milliseconds int64, at time.Time) error {
	return q.exec(ctx, `INSERT INTO log_typing (platform, client_id, owner_id, text_id, milliseconds, created_at) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (platform, client_id, owner_id, text_id) DO UPDATE SET milliseconds = excluded.milliseconds`,
		o.Platform, o.ClientID, o.OwnerID, textID, milliseconds, millis(at))
}

func scanLogHook(r scanner) (h store.LogHook, err error) {
	var created int64
	err = r.Scan(&h.Platform, &h.ClientID, &h.URL, &h.SealedSecret, &created)
	h.CreatedAt = fromMillis(created)
	return h, err
}

func (q queries) LogHook(ctx context.Context, platform, clientID string) (store.LogHook, error) {
	return one(ctx, q, scanLogHook, "SELECT platform, client_id, url, sealed_secret, created_at FROM log_hooks WHERE platform = $1 AND client_id = $2", platform, clientID)
}

func (q queries) PutLogHook(ctx context.Context, h store.LogHook) error {
	return q.exec(ctx, `INSERT INTO log_hooks (platform, client_id, url, sealed_secret, created_at) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (platform, client_id) DO UPDATE SET url = excluded.url, sealed_secret = excluded.sealed_secret, created_at = excluded.created_at`,
		h.Platform, h.ClientID, h.URL, h.SealedSecret, millis(h.CreatedAt))
}

func (q queries) DeleteLogHook(ctx context.Context, platform, clientID string) error {
	return q.exec(ctx, "DELETE FROM log_hooks WHERE platform = $1 AND client_id = $2", platform, clientID)
}
