package session

import (
	"context"
	"net/http"
	"time"

	"offhook/internal/rc"
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

// signOut of a browser that is signed out already is no mistake: another tab
// was first.
func (h *Handler) signOut(w http.ResponseWriter, r *http.Request, v visit.Visit) error {
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
