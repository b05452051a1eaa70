package robot

import (
	"context"
	"errors"
	"fmt"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// Bounds of what robots keep. Nobody reads in a robot's message store but the
// robot, which needs a text only until it has answered.
const (
	keep       = 24 * time.Hour
	forgetOnce = 200 // messages purged at once, for each robot
)

// forget purges what a robot has kept for long enough: what it has got and
// answered, and its own copies of what it has sent. What is still on its way,
// or to be answered, stays.
func (b *Robots) forget(ctx context.Context, r store.Robot) error {
	old, err := b.Store.Messages(ctx, r.ExtensionID, store.MessageQuery{Availability: []string{rc.Alive, rc.Deleted}, To: b.Now().Add(-keep)}, 0, forgetOnce)
	if err != nil || len(old) == 0 {
		return err
	}
	err = b.Store.Write(ctx, func(tx store.PlatformTx) error {
		change, err := tx.NextMessageChange(ctx, r.ExtensionID)
		if err != nil {
			return err
		}
		for _, m := range old {
			if err := b.purge(ctx, tx, m, change); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("purging what was kept: %w", err)
	}
	return nil
}

// purge leaves of a message what purging leaves of anybody's: that there was
// one. A message that has changed since it was listed is looked at anew.
func (b *Robots) purge(ctx context.Context, tx store.PlatformTx, listed store.Message, change int64) error {
	m, err := tx.Message(ctx, listed.ExtensionID, listed.ID)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return nil
	case err != nil:
		return err
	case m.Direction == rc.Inbound && m.ReadStatus == rc.Unread, m.Status == rc.Queued:
		return nil
	}
	if err := tx.DeleteAttachmentContents(ctx, m.ExtensionID, m.ID); err != nil {
		return err
	}
	m.Availability, m.Change, m.ModifiedAt = rc.Purged, change, b.Now()
	m.Text, m.From, m.To, m.Attachments, m.Facts = "", rc.Caller{}, nil, nil, store.MessageFacts{}
	return tx.SaveMessage(ctx, m)
}
