package session

import (
	"context"
	"net/http"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/visit"
)

// Handler answers what a frame asks about its session.
type Handler struct {
	Sessions *Sessions
	Visits   *visit.Face
}

// Mount registers the package's routes.
func (h *Handler) Mount(mux *http.ServeMux) {
	h.Visits.Open(mux, "GET /p/{key}/session", h.show)
	h.Visits.Open(mux, "POST /p/{key}/signout", h.signOut)
	h.Visits.Open(mux, "POST /p/{key}/signout-everywhere", h.signOutEverywhere)
}

// state is the answer to all of them.
type state struct {
	SignedIn bool `json:"signedIn"`
	// Cookies is whether the browser has sent a cookie of ours. A frame asks
	// twice: the first answer brings the cookie, the second tells whether it
	// was kept.
	Cookies bool `json:"cookies"`
}

// trial is a cookie that says nothing, with the attributes of the real one.
const trial = "trial"

func (h *Handler) show(w http.ResponseWriter, r *http.Request, v visit.Visit) error {
	_, err := r.Cookie(cookieName(trial))
	kept := err == nil
	if !kept {
		http.SetCookie(w, cookie(trial, "1", time.Hour))
	}
	visit.JSON(w, http.StatusOK, state{v.Session != nil, kept})
	return nil
}

// unsent is the answer to a sign-out that would drop texts.
type unsent struct {
	Waiting int `json:"waiting"`
}

// asked answers 409 when texts would go with the sign-out and the page wants
// to ask about them first (ask=1).
func (h *Handler) asked(w http.ResponseWriter, r *http.Request, v visit.Visit, waiting func(context.Context, store.Session) (int, error)) (bool, error) {
	if v.Session == nil || r.URL.Query().Get("ask") == "" {
		return false, nil
	}
	n, err := waiting(r.Context(), *v.Session)
	if err == nil && n > 0 {
		visit.JSON(w, http.StatusConflict, unsent{n})
	}
	return n > 0, err
}

// signOut of a browser that is signed out already is no mistake: another tab
// was first.
func (h *Handler) signOut(w http.ResponseWriter, r *http.Request, v visit.Visit) error {
	if asked, err := h.asked(w, r, v, h.Sessions.Unsent); asked || err != nil {
		return err
	}
	if v.Session != nil {
		// The end is felt even when the browser has gone away meanwhile.
		if err := h.Sessions.End(context.WithoutCancel(r.Context()), *v.Session, SignedOut); err != nil {
			return err
		}
	}
	signedOut(w, v)
	return nil
}

// signOutEverywhere needs to know whose sessions to end.
func (h *Handler) signOutEverywhere(w http.ResponseWriter, r *http.Request, v visit.Visit) error {
	if v.Session == nil {
		return rc.Errorf(rc.Unauthenticated, "You are signed out here already. Sign in again to sign out everywhere.")
	}
	if asked, err := h.asked(w, r, v, h.Sessions.UnsentEverywhere); asked || err != nil {
		return err
	}
	if err := h.Sessions.EndEverywhere(context.WithoutCancel(r.Context()), *v.Session); err != nil {
		return err
	}
	signedOut(w, v)
	return nil
}

func signedOut(w http.ResponseWriter, v visit.Visit) {
	http.SetCookie(w, cookie(v.Frame.Key, "", -time.Second))
	visit.JSON(w, http.StatusOK, state{})
}
