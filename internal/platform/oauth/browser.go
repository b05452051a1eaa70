package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"offhook/internal/listen"
	"offhook/internal/opaque"
	"offhook/internal/store"
)

// Cookies of the platform's own pages. The prefix binds them to this host
// and makes browsers refuse them from anybody else.
const (
	browserCookie = "__Host-rc-signin"
	formCookie    = "__Host-rc-form"
	knownCookie   = "__Host-rc-known"
	// frameCookie is the signed-in browser's, too, and reaches a hidden frame
	// of another site's page where the browser allows that (SameSite=None). It
	// counts for prompt=none alone, which shows nothing and changes nothing:
	// whatever has an effect on a click needs the other one.
	frameCookie = "__Host-rc-frame"
)

// browserLife is how long a browser stays signed in to the platform.
const browserLife = 24 * time.Hour

// knownLife is how long a browser is remembered as one that a user signed in
// with.
const knownLife = 180 * 24 * time.Hour

// A person is who is signed in in a browser.
type person struct {
	user store.Extension
	at   time.Time // when the password was typed
}

// browserUser returns who is signed in to the platform in this browser, or
// nil.
func (h *Handler) browserUser(r *http.Request) (*person, error) { return h.userOf(r, browserCookie) }

// silentUser is browserUser for a request that shows no page.
func (h *Handler) silentUser(r *http.Request) (*person, error) {
	who, err := h.browserUser(r)
	if who == nil && err == nil {
		return h.userOf(r, frameCookie)
	}
	return who, err
}

func (h *Handler) userOf(r *http.Request, cookie string) (*person, error) {
	c, err := r.Cookie(cookie)
	if err != nil {
		return nil, nil
	}
	s, err := h.Store.BrowserSession(r.Context(), opaque.Hash(c.Value), h.now())
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading a browser's session: %w", err)
	}
	user, err := h.Store.Extension(r.Context(), s.ExtensionID)
	if err != nil {
		return nil, fmt.Errorf("reading the user of a browser's session: %w", err)
	}
	return &person{user, s.CreatedAt}, nil
}

// hinted reports whether the user is the one that the app asks for, if it
// asks for one.
func (h *Handler) hinted(ctx context.Context, q request, user store.Extension) bool {
	if q.hint == "" {
		return true
	}
	hinted, err := h.find(ctx, strings.TrimSpace(q.hint))
	return err == nil && hinted.ID == user.ID
}

// remember signs the browser in under a new id, so that an id planted before
// is worth nothing, and ends the session that it had. It notes that the user
// knows this browser, too.
func (h *Handler) remember(w http.ResponseWriter, r *http.Request, user store.Extension) (person, error) {
	id, known := opaque.Text(), knownBrowser(r)
	if known == "" {
		known = opaque.Text()
	}
	now := h.now()
	err := h.Store.Write(r.Context(), func(tx store.PlatformTx) error {
		if err := endBrowser(r.Context(), tx, r); err != nil {
			return err
		}
		if err := tx.PutKnownBrowser(r.Context(), store.KnownBrowser{Hash: opaque.Hash(known), ExtensionID: user.ID, ExpiresAt: now.Add(knownLife)}); err != nil {
			return err
		}
		return tx.AddBrowserSession(r.Context(), store.BrowserSession{Hash: opaque.Hash(id), ExtensionID: user.ID, CreatedAt: now, ExpiresAt: now.Add(browserLife)})
	})
	if err != nil {
		return person{}, fmt.Errorf("keeping a browser's session: %w", err)
	}
	setCookie(w, browserCookie, id, int(browserLife/time.Second))
	setFrameCookie(w, id, int(browserLife/time.Second))
	setCookie(w, knownCookie, known, int(knownLife/time.Second))
	return person{user, now}, nil
}

// knownBrowser is the browser's own name for itself, or empty. It signs
// nobody in.
func knownBrowser(r *http.Request) string {
	c, err := r.Cookie(knownCookie)
	if err != nil || len(c.Value) != 43 {
		return ""
	}
	return c.Value
}

// forget signs the browser out of the platform.
func (h *Handler) forget(w http.ResponseWriter, r *http.Request) error {
	err := h.Store.Write(r.Context(), func(tx store.PlatformTx) error { return endBrowser(r.Context(), tx, r) })
	if err != nil {
		return fmt.Errorf("ending a browser's session: %w", err)
	}
	setCookie(w, browserCookie, "", -1)
	setFrameCookie(w, "", -1)
	return nil
}

func endBrowser(ctx context.Context, tx store.PlatformTx, r *http.Request) error {
	c, err := r.Cookie(browserCookie)
	if err != nil {
		return nil
	}
	return tx.EndBrowserSession(ctx, opaque.Hash(c.Value))
}

// setCookie sets a cookie for this host only; age 0 makes it go with the
// browser. Lax, because the way back from an app is a cross-site GET.
func setCookie(w http.ResponseWriter, name, value string, age int) {
	http.SetCookie(w, &http.Cookie{Name: name, Value: value, Path: "/", MaxAge: age, Secure: true, HttpOnly: true, SameSite: http.SameSiteLaxMode})
}

func setFrameCookie(w http.ResponseWriter, value string, age int) {
	http.SetCookie(w, &http.Cookie{Name: frameCookie, Value: value, Path: "/", MaxAge: age, Secure: true, HttpOnly: true, SameSite: http.SameSiteNoneMode})
}

// formToken returns the hidden field that a form of this browser carries,
// and gives the browser the cookie that it belongs to. Another site can
// neither read the one nor set the other, so it cannot sign anybody in as
// somebody else (RFC 9700 section 4.7).
func formToken(w http.ResponseWriter, r *http.Request) string {
	if c, err := r.Cookie(formCookie); err == nil && len(c.Value) == 43 {
		return tokenOf(c.Value) // a second window keeps the first one's form working
	}
	id := opaque.Text()
	setCookie(w, formCookie, id, 0)
	return tokenOf(id)
}

func tokenOf(cookie string) string { return opaque.Hash("sign-in form " + cookie) }

// Faults of posted forms.
var (
	errCrossSite = &fault{http.StatusForbidden, "access_denied", "CMN-101", "This sign-in was sent by another site, so it was not used. Go back to the app and sign in again."}
	errStale     = &fault{http.StatusForbidden, "access_denied", "CMN-101", "This page is too old, or the browser refused its cookie. Allow cookies for this site, go back to the app and sign in again."}
)

// ownForm checks that a posted form is one of ours, in this browser. The
// Origin header says "null" because our pages send no referrer, so it can
// only accuse.
func ownForm(r *http.Request, token string) error {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" {
		return errCrossSite
	}
	if o := r.Header.Get("Origin"); o != "" && o != "null" && o != listen.BaseURL(r) && o != "http://"+r.Host && o != "https://"+r.Host {
		return errCrossSite
	}
	c, err := r.Cookie(formCookie)
	if err != nil || !opaque.Same(tokenOf(c.Value), token) {
		return errStale
	}
	return nil
}
