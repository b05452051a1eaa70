package console

import (
	"context"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// LetMonitor lets a user listen in on the calls of a colleague, or takes that
// back. Both are usernames; nobody may until it is said.
func (c *Console) LetMonitor(ctx context.Context, supervisor, agent string, may bool) error {
	if supervisor == "" || agent == "" {
		return rc.Errorf(rc.Invalid, "Say with --user who listens, and with --agent to whose calls.")
	}
	return c.Store.Write(ctx, func(tx store.PlatformTx) error {
		s, err := tx.ExtensionByUsername(ctx, supervisor)
		if err != nil {
			return notFound(err, "Nobody signs in as %q.", supervisor)
		}
		a, err := tx.ExtensionByUsername(ctx, agent)
		if err != nil {
			return notFound(err, "Nobody signs in as %q.", agent)
		}
		if s.ID == a.ID || s.AccountID != a.AccountID {
			return rc.Errorf(rc.Invalid, "People listen in on colleagues' calls: name two users of one company.")
		}
		return tx.LetMonitor(ctx, s.ID, a.ID, may)
	})
}
