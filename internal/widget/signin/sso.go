package signin

import (
	"context"
	"net/url"

	"offhook/internal/opaque"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// Single sign-on uses the session that the browser has with the platform. In
// the frame it is asked for with prompt=none in a hidden frame, which works
// where the browser lets the platform's cookies into other sites' pages.
// Where it keeps them apart, a click opens the sign-in window, which is the
// platform's own site: it asks with prompt=none first, too, and closes by
// itself; only when that is not enough does the same window show a page.
//
//	waiting (none) -> exchanging -> complete        nobody typed anything
//	                            \-> waiting (page)  state and PKCE are new

// silent reports whether a state is of a flow that goes without a page, the
// only ones whose answer may come to a frame.
func (h *Handler) silent(ctx context.Context, state string) bool {
	f, err := h.live(h.Store.FlowByState(ctx, opaque.Hash(state)))
	if err != nil || f.State != store.FlowWaiting {
		return false
	}
	rec, err := h.unseal(f)
	return err == nil && rec.Prompt == "none" && !rec.Again
}

// asksAgain reports whether the platform has said that it must show a page,
// to a window that may (OpenID Connect Core section 3.1.2.6).
func (rec record) asksAgain(answer url.Values) bool {
	if !rec.Again || checkIssuer(rec, answer) != nil {
		return false
	}
	switch answer.Get("error") {
	case "login_required", "interaction_required", "consent_required", "account_selection_required":
		return true
	}
	return false
}

// askAgain lets the flow wait once more, for an answer with a page, and
// returns where the window goes. What the first answer could have shown to
// anybody is worth nothing any more.
func (h *Handler) askAgain(ctx context.Context, f *store.Flow, rec record) (string, error) {
	rec.State, rec.Verifier, rec.Prompt, rec.Again = rc.Secret(opaque.Text()), rc.Secret(opaque.Text()), "", false
	next := *f
	next.State, next.StateHash = store.FlowWaiting, opaque.Hash(string(rec.State))
	if err := h.seal(&next, rec); err != nil {
		return "", err
	}
	moved, err := h.move(ctx, next, f.State)
	if err == nil && !moved {
		err = rc.Errorf(rc.Conflict, "This sign-in was given up. Close this window and press Sign In again.")
	}
	if err != nil {
		return "", err
	}
	*f = next
	return h.authorizeURL(ctx, *f)
}
