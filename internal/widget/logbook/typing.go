package logbook

import (
	"context"
	"errors"
	"fmt"

	"offhook/internal/store"
	"offhook/internal/widget/visit"
)

// longestTyping bounds what a frame may say: nobody writes at a text for more
// than a day.
const longestTyping = 24 * 60 * 60 * 1000

// Typed keeps how many milliseconds a user has written at a text, by the
// text's id, for the log of it. It keeps nothing for a page that may not log.
func (h *Handler) Typed(ctx context.Context, v visit.Visit, textID string, milliseconds int64) error {
	c, ok, err := h.visible(ctx, v)
	if err != nil || !ok || milliseconds <= 0 || milliseconds > longestTyping {
		return err
	}
	ctx = context.WithoutCancel(ctx)
	err = h.Store.Write(ctx, func(tx store.WidgetTx) error {
		return tx.PutLogTyping(ctx, c.target.owner, textID, milliseconds, h.Now())
	})
	if err != nil {
		return fmt.Errorf("keeping how long a text was written at: %w", err)
	}
	return nil
}

// item draws a group up for a logger, with the time that was written at its
// texts (contract/service.md 8.3).
func (h *Handler) item(ctx context.Context, o store.LogOwner, at place, g group) (item, error) {
	it, err := at.item(g)
	if err != nil {
		return it, err
	}
	for i, m := range g.messages {
		key, ok := g.thread.Keys[m.ID]
		if !ok {
			continue
		}
		ms, err := h.Store.LogTyping(ctx, o, key)
		switch {
		case errors.Is(err, store.ErrNotFound):
		case err != nil:
			return it, fmt.Errorf("reading how long a text was written at: %w", err)
		default:
			it.Messages[i]["typingDurationMs"] = ms
		}
	}
	return it, nil
}
