package console

import (
	"context"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// CallOutside lets a user call numbers outside, or takes that back, and
// returns whether they may now. Who asks for neither is only told.
func (c *Console) CallOutside(ctx context.Context, username string, allow, deny bool) (may bool, err error) {
	if allow && deny {
		return false, rc.Errorf(rc.Invalid, "Say --allow or --deny, not both.")
	}
	if username == "" {
		return false, rc.Errorf(rc.Invalid, "Say with --user whom it is about.")
	}
	err = c.Store.Write(ctx, func(tx store.PlatformTx) error {
		e, err := tx.ExtensionByUsername(ctx, username)
		if err != nil {
			return notFound(err, "Nobody signs in as %q.", username)
		}
		if allow || deny {
			if err := tx.LetCallOutside(ctx, e.ID, allow); err != nil {
				return err
			}
		}
		may, err = tx.MayCallOutside(ctx, e.ID)
		return err
	})
	return may, err
}
