package panel

import (
	"context"
	"fmt"
	"html/template"
	"net/http"
	"strconv"
	"time"

	"offhook/internal/widget/visit"
)

// Logs draws what becomes of texts and calls that are logged elsewhere. Its answers are
// empty or nil where nothing is logged.
type Logs interface {
	// Settings are the switches and what waits to be logged.
	Settings(ctx context.Context, v visit.Visit) (template.HTML, error)
	// Button logs a conversation.
	Button(ctx context.Context, v visit.Visit, conversation string) (template.HTML, error)
	// Rows draws the rows of the list; menu says that the button that logs one
	// stands among others.
	Rows(ctx context.Context, v visit.Visit, menu bool) (LogRow, error)
	// CallRows draws the rows of calls likewise, and CallButtons what the page of
	// one call has of the logs.
	CallRows(ctx context.Context, v visit.Visit, menu bool) (CallLogRow, error)
	CallButtons(ctx context.Context, v visit.Visit, session string) (template.HTML, error)
	// Texts draws what stands beside each text, by its id; nil where they are not
	// logged one by one.
	Texts(ctx context.Context, v visit.Visit) (func(id string) template.HTML, error)
	// Typed keeps how many milliseconds were written at a text.
	Typed(ctx context.Context, v visit.Visit, textID string, milliseconds int64) error
	// Marks says how a conversation's day stands.
	Marks(ctx context.Context, v visit.Visit) (func(conversation string, at time.Time) template.HTML, error)
}

// A LogRow says how the newest day of a conversation stands, and draws the
// button that logs it.
type LogRow = func(conversation string, at time.Time) (mark, do template.HTML)

// markDays draws how each day of a conversation stands, and what stands beside
// its texts.
func (h *Handler) markDays(ctx context.Context, v *threadView) error {
	if h.Logs == nil {
		return nil
	}
	mark, err := h.Logs.Marks(ctx, v.visit)
	if err != nil || mark == nil {
		return err
	}
	pick, err := h.Logs.Texts(ctx, v.visit)
	if err != nil {
		return err
	}
	for i, it := range v.Items {
		if it.Day != nil {
			v.Items[i].Log = mark(v.ID, it.At)
		}
		if pick != nil {
			v.Items[i].Pick = pick(it.ID)
		}
	}
	return nil
}

// log draws what a conversation has of the logs.
func (h *Handler) log(ctx context.Context, v *conversationView) (err error) {
	if h.Logs == nil {
		return nil
	}
	if v.Log, err = h.Logs.Button(ctx, v.visit, v.ID); err != nil {
		return fmt.Errorf("drawing the button of a log: %w", err)
	}
	return h.markDays(ctx, &v.Thread)
}

// typed keeps how long the user has written at a text, where the frame says
// so. A text goes out without it, too.
func (h *Handler) typed(r *http.Request, p page, textID string) {
	ms, err := strconv.ParseInt(r.PostForm.Get("typed"), 10, 64)
	if err != nil || h.Logs == nil {
		return
	}
	if err := h.Logs.Typed(r.Context(), p.visit, textID, ms); err != nil {
		h.Log.Error("keeping how long somebody has typed", "err", err)
	}
}
