package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"offhook/internal/opaque"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// stepLife is how long a consent page may be looked at.
const stepLife = 15 * time.Minute

// needsConsent reports whether the user has to be asked before the app gets
// anything. The rule: an app of the user's own account, and one of whoever
// runs the platform, need no consent, because the account's administrator or
// the operator chose them; any other app is asked about once, and again when
// it wants more; prompt=consent asks in any case.
func (h *Handler) needsConsent(ctx context.Context, q request, user store.Extension) (bool, error) {
	if q.asks("consent") {
		return true, nil
	}
	if q.app.AccountID == 0 || q.app.AccountID == user.AccountID {
		return false, nil
	}
	c, err := h.Store.Consent(ctx, user.ID, q.app.ClientID)
	if errors.Is(err, store.ErrNotFound) {
		return true, nil
	}
	if err != nil {
		return false, fmt.Errorf("reading a consent: %w", err)
	}
	return !covers(c, q), nil
}

// covers reports whether a consent allows all that is asked for.
func covers(c store.Consent, q request) bool {
	more := slices.ContainsFunc(q.scopes, func(s rc.Scope) bool { return !slices.Contains(c.Scopes, s) })
	return !more && !slices.ContainsFunc(q.openID, func(s string) bool { return !slices.Contains(c.OpenID, s) })
}

// showConsent asks the user. What the page's button allows is kept here, not
// in the page: this user, this request, in this browser, once.
func (h *Handler) showConsent(w http.ResponseWriter, r *http.Request, q request, who person) {
	view := h.newView(w, r, q)
	step := opaque.Text()
	row := store.ConsentStep{
		Hash: opaque.Hash(step), Request: opaque.Hash(q.params.encode()), Browser: view.Form, ClientID: q.app.ClientID, ExtensionID: who.user.ID,
		AuthTime: who.at, ExpiresAt: h.now().Add(stepLife),
	}
	err := h.Store.Write(r.Context(), func(tx store.PlatformTx) error { return tx.AddConsentStep(r.Context(), row) })
	if err != nil {
		h.decline(w, r, q, fmt.Errorf("keeping a consent page: %w", err))
		return
	}
	maker := ""
	if q.app.AccountID != 0 {
		if a, err := h.Store.Account(r.Context(), q.app.AccountID); err == nil {
			maker = a.Company
		}
	}
	pageHeaders(w)
	render(w, http.StatusOK, "consent.html", consentView{view, newFace(who.user), step, maker, q.texts.wishes(q.scopes, q.openID)})
}

// allow takes the consent page's Allow button.
func (h *Handler) allow(w http.ResponseWriter, r *http.Request, q request, form params) {
	step, err := h.takeStep(r, q, form)
	if err != nil {
		h.refuse(w, r, &q, err)
		return
	}
	who, err := h.browserUser(r)
	if err != nil {
		h.decline(w, r, q, err)
		return
	}
	if who == nil || who.user.ID != step.ExtensionID { // signed out, or another user, in another tab meanwhile
		h.showSignIn(w, r, q, http.StatusOK, attempt{username: q.hint})
		return
	}
	if err := h.keepConsent(r.Context(), q, who.user); err != nil {
		h.decline(w, r, q, err)
		return
	}
	h.Log.Info("app allowed", "ext", who.user.ID, "app", q.app.ClientID, "scopes", rc.JoinScopes(q.scopes))
	h.approve(w, r, q, person{who.user, step.AuthTime})
}

// takeStep returns what the posted page was shown for. It belongs to this
// browser and to this very request, or it is stale.
func (h *Handler) takeStep(r *http.Request, q request, form params) (step store.ConsentStep, err error) {
	err = h.Store.Write(r.Context(), func(tx store.PlatformTx) (err error) {
		step, err = tx.TakeConsentStep(r.Context(), opaque.Hash(form["step"]))
		return err
	})
	switch {
	case errors.Is(err, store.ErrNotFound):
		return step, errStale
	case err != nil:
		return step, fmt.Errorf("taking a consent page: %w", err)
	case !h.now().Before(step.ExpiresAt), !opaque.Same(step.Browser, form["form"]), step.ClientID != q.app.ClientID, step.Request != opaque.Hash(q.params.encode()):
		return step, errStale
	}
	return step, nil
}

// keepConsent remembers what the user allowed, beside what was allowed
// before.
func (h *Handler) keepConsent(ctx context.Context, q request, user store.Extension) error {
	err := h.Store.Write(ctx, func(tx store.PlatformTx) error {
		c, err := tx.Consent(ctx, user.ID, q.app.ClientID)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		c.ExtensionID, c.ClientID, c.At = user.ID, q.app.ClientID, h.now()
		for _, s := range q.scopes {
			if !slices.Contains(c.Scopes, s) {
				c.Scopes = append(c.Scopes, s)
			}
		}
		for _, s := range q.openID {
			if !slices.Contains(c.OpenID, s) {
				c.OpenID = append(c.OpenID, s)
			}
		}
		return tx.PutConsent(ctx, c)
	})
	if err != nil {
		return fmt.Errorf("keeping a consent: %w", err)
	}
	return nil
}
