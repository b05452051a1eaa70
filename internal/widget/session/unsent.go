package session

import (
	"context"
	"fmt"

	"offhook/internal/store"
)

// Unsent counts the texts that wait to be sent and that signing out of a session
// would drop: none while something else keeps the grant, which sends them.
func (s *Sessions) Unsent(ctx context.Context, session store.Session) (int, error) {
	rest, err := s.Store.SessionsOf(ctx, session.GrantID)
	if err != nil {
		return 0, fmt.Errorf("listing the sessions of a grant: %w", err)
	}
	holds, err := s.Store.Holds(ctx, session.GrantID)
	if err != nil {
		return 0, fmt.Errorf("listing the holds on a grant: %w", err)
	}
	now := s.Now()
	for _, other := range rest {
		if root(other) != root(session) && other.ExpiresAt.After(now) {
			return 0, nil
		}
	}
	for _, h := range holds {
		if h.KeepsUntil.After(now) {
			return 0, nil
		}
	}
	return s.UnsentEverywhere(ctx, session)
}

// UnsentEverywhere counts the texts that the end of all the user's sessions
// would drop.
func (s *Sessions) UnsentEverywhere(ctx context.Context, session store.Session) (int, error) {
	items, err := s.Store.OutboxItems(ctx, session.GrantID)
	if err != nil {
		return 0, fmt.Errorf("listing texts that wait: %w", err)
	}
	n := 0
	for _, i := range items {
		if i.State == store.OutboxQueued || i.State == store.OutboxSending {
			n++
		}
	}
	return n, nil
}
