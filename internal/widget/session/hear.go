package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"offhook/internal/store"
)

const (
	// hearEvery is how often ends are looked up that another process has
	// written down: the command line, which has no bus in common with us.
	hearEvery = 2 * time.Second
	// hearBack is how far back each look goes: the other's clock may be
	// behind, and its transaction may have been slow.
	hearBack = time.Minute
	// grantEndedSubject is where package grant announces ends.
	grantEndedSubject = "widget.grant.ended"
)

// Hear announces the ends that have been written down since the last look, so
// that sockets close and desks stop. Those of our own have been announced
// already; hearing of them twice changes nothing.
func (s *Sessions) Hear(ctx context.Context) error {
	ends, err := s.Store.SessionEndsSince(ctx, s.Now().Add(-hearBack))
	if err != nil {
		return fmt.Errorf("listing ended sessions: %w", err)
	}
	heard := make(map[string]bool, len(ends))
	for _, e := range ends {
		heard[e.Hash] = true
		if s.heard[e.Hash] {
			continue
		}
		s.announce(ctx, Ended{e.SessionID, e.GrantID, e.Reason})
		if err := s.hearOfGrant(ctx, e); err != nil {
			return err
		}
	}
	s.heard = heard
	return nil
}

// hearOfGrant announces the end of a session's grant, unless somebody has
// joined it again.
func (s *Sessions) hearOfGrant(ctx context.Context, e store.SessionEnd) error {
	_, err := s.Store.Grant(ctx, e.GrantID)
	if err == nil {
		return nil
	}
	if !errors.Is(err, store.ErrNotFound) {
		return fmt.Errorf("reading the grant of an ended session: %w", err)
	}
	data, err := json.Marshal(Ended{GrantID: e.GrantID, Reason: e.Reason})
	if err != nil {
		return err
	}
	return s.Bus.Publish(ctx, grantEndedSubject, data)
}
