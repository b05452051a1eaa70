package ticket

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"offhook/internal/opaque"
	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/visit"
)

// signedIn is the answer to redeem. A ticket that is not good is no error:
// then nothing changes.
type signedIn struct {
	SignedIn bool `json:"signedIn"`
	Changed  bool `json:"changed,omitempty"` // with another session than before
	Stale    bool `json:"stale,omitempty"`   // the ticket was not good
}

// redeem signs the frame in. The proof that the frame's own page asks is the
// face's; the frame's origin is proven by its document.
func (h *Handler) redeem(w http.ResponseWriter, r *http.Request, v visit.Visit) error {
	var ask struct{ Ticket rc.Secret }
	if err := visit.Body(w, r, &ask); err != nil {
		return err
	}
	// A ticket that is taken must end in a session.
	ctx := context.WithoutCancel(r.Context())
	g, err := h.take(ctx, v.Frame, ask.Ticket)
	if errors.Is(err, store.ErrNotFound) || errors.Is(err, store.ErrSpent) {
		h.Entry.Refused(ctx, v.Frame, way, stale(err))
		visit.JSON(w, http.StatusOK, signedIn{SignedIn: v.Session != nil, Stale: true})
		return nil
	}
	if err != nil {
		return err
	}
	// The same user's session goes on: its sockets need not start anew.
	changed := v.Session == nil || v.Session.GrantID != g.ID
	if changed {
		if err := h.Entry.Enter(w, r.WithContext(ctx), v.Frame, way, g); err != nil {
			return err
		}
	}
	visit.JSON(w, http.StatusOK, signedIn{SignedIn: true, Changed: changed})
	return nil
}

var errElsewhere = errors.New("the ticket was made for another frame")

// stale is why a ticket was not good, for operators.
func stale(err error) string {
	switch {
	case errors.Is(err, errElsewhere):
		return errElsewhere.Error()
	case errors.Is(err, store.ErrSpent):
		return "the ticket was used before"
	}
	return "the ticket is unknown or has expired"
}

// take uses a ticket up, also when it turns out to be another frame's: it is
// known in the wrong place then.
func (h *Handler) take(ctx context.Context, f store.Frame, ticket rc.Secret) (g store.Grant, err error) {
	var t store.Ticket
	err = h.Store.Write(ctx, func(tx store.WidgetTx) error {
		if t, err = tx.TakeTicket(ctx, opaque.Hash(ticket), h.Now()); err != nil {
			return err
		}
		g, err = tx.Grant(ctx, t.GrantID)
		return err
	})
	if err != nil {
		return store.Grant{}, fmt.Errorf("taking a ticket: %w", err)
	}
	if g.Platform != f.Platform || g.ClientID != f.ClientID || t.Origin != f.Origin {
		h.Log.Warn("a ticket was shown in another frame than it was made for", "grant", g.ID, "made for", t.Origin, "origin", f.Origin)
		return store.Grant{}, fmt.Errorf("%w: %w", errElsewhere, store.ErrNotFound)
	}
	return g, nil
}
