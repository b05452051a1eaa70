package sqlstore

import (
	"context"
	"errors"
	"time"

	"offhook/internal/store"
)

const callNoteColumns = "platform, client_id, owner_id, session_id, made_at, sealed"

const ofCallNoteOwner = "platform = $1 AND client_id = $2 AND owner_id = $3"

func scanCallNote(r scanner) (n store.CallNote, err error) {
	var made int64
	err = r.Scan(&n.Platform, &n.ClientID, &n.OwnerID, &n.SessionID, &made, &n.Sealed)
	n.MadeAt = fromMillis(made)
	return n, err
}

func (q queries) CallNote(ctx context.Context, platform, clientID, ownerID, sessionID string) (store.CallNote, error) {
	return one(ctx, q, scanCallNote, "SELECT "+callNoteColumns+" FROM call_notes WHERE "+ofCallNoteOwner+" AND session_id = $4", platform, clientID, ownerID, sessionID)
}

func (q queries) CallNotes(ctx context.Context, platform, clientID, ownerID string, limit int) ([]store.CallNote, error) {
	return many(ctx, q, scanCallNote, "SELECT "+callNoteColumns+" FROM call_notes WHERE "+ofCallNoteOwner+" ORDER BY made_at DESC, session_id LIMIT $4",
		platform, clientID, ownerID, limit)
}

func (q queries) PutCallNote(ctx context.Context, n store.CallNote) error {
	return q.exec(ctx, "INSERT INTO call_notes ("+callNoteColumns+`) VALUES ($1, $2, $3, $4, $5, $6)
		ON CONFLICT (platform, client_id, owner_id, session_id) DO UPDATE SET made_at = excluded.made_at, sealed = excluded.sealed`,
		n.Platform, n.ClientID, n.OwnerID, n.SessionID, millis(n.MadeAt), n.Sealed)
}

func (q queries) TrimCallNotes(ctx context.Context, before time.Time, platform, clientID, ownerID string, keep int) error {
	return errors.Join(
		q.exec(ctx, "DELETE FROM call_notes WHERE made_at < $1", millis(before)),
		q.exec(ctx, "DELETE FROM call_notes WHERE "+ofCallNoteOwner+` AND session_id NOT IN
			(SELECT session_id FROM call_notes WHERE `+ofCallNoteOwner+" ORDER BY made_at DESC, session_id LIMIT $4)",
			platform, clientID, ownerID, keep),
	)
}
