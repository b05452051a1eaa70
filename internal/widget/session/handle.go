package session

import (
	"context"
	"errors"
	"fmt"
	"time"

	"offhook/internal/opaque"
	"offhook/internal/store"
)

const (
	// handleLife is how long a session lasts whose browser refuses cookies,
	// from the last sign of life of its socket.
	handleLife = 10 * time.Minute
	// settled is how long a handle stays good after the frame is known to
	// hold its successor: requests under way still carry it.
	settled = 30 * time.Second
)

// ByHandle finds the session of a frame's handle, nil when there is none. It
// does not move the idle clock: a handle lives by its socket.
func (s *Sessions) ByHandle(ctx context.Context, f store.Frame, handle string) (*store.Session, error) {
	session, err := s.Store.SessionByHandle(ctx, opaque.Hash(handle), s.Now())
	if errors.Is(err, store.ErrNotFound) || err == nil && session.FrameKey != f.Key {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the session of a handle: %w", err)
	}
	return &session, nil
}

// Renew gives a session that lives by its socket more time, and another
// handle; the others go on until Settle, because the new one may be lost on
// its way. A session that has ended is an empty handle.
func (s *Sessions) Renew(ctx context.Context, sessionID string) (handle string, err error) {
	now, value := s.Now(), opaque.Text()
	err = s.Store.Write(ctx, func(tx store.WidgetTx) error {
		session, err := tx.Session(ctx, sessionID, now)
		if err != nil {
			return err
		}
		if err := tx.TouchSession(ctx, sessionID, now, now.Add(session.Idle)); err != nil {
			return err
		}
		if err := tx.DeleteExpiredHandles(ctx, sessionID, now); err != nil {
			return err
		}
		return tx.AddHandle(ctx, store.Handle{Hash: opaque.Hash(value), SessionID: sessionID, ExpiresAt: now.Add(session.Idle)})
	})
	if errors.Is(err, store.ErrNotFound) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("renewing a handle: %w", err)
	}
	return value, nil
}

// Settle ends the other handles of a session soon, once the frame has shown
// that it holds this one.
func (s *Sessions) Settle(ctx context.Context, sessionID, handle string) error {
	err := s.Store.Write(ctx, func(tx store.WidgetTx) error {
		return tx.SettleHandle(ctx, sessionID, opaque.Hash(handle), s.Now().Add(settled))
	})
	if err != nil {
		return fmt.Errorf("settling a handle: %w", err)
	}
	return nil
}
