package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"offhook/internal/opaque"
	"offhook/internal/platform/password"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// An attempt is what the sign-in page is shown again with.
type attempt struct {
	username string
	reason   string // why the last one failed; empty at first
	code     string // RingCentral's code for that, when it is worth telling an administrator
}

// signInAgain leads whoever reloads the page after a failed attempt back to
// its start.
func (h *Handler) signInAgain(w http.ResponseWriter, r *http.Request) {
	pageHeaders(w)
	w.Header().Set("Location", rc.AuthorizePath+"?"+r.URL.RawQuery)
	w.WriteHeader(http.StatusSeeOther)
}

// signIn takes the sign-in page's forms. The authorization request is in the
// query, and is checked again: nothing that was checked before is believed.
func (h *Handler) signIn(w http.ResponseWriter, r *http.Request) {
	p, err := parse(r.URL.RawQuery, repeatable...)
	if err != nil {
		h.refuse(w, r, nil, err)
		return
	}
	form, err := body(w, r)
	if err != nil {
		h.refuse(w, r, nil, err)
		return
	}
	if err := ownForm(r, form["form"]); err != nil { // first: another site's form must not touch a pushed request
		h.refuse(w, r, nil, err)
		return
	}
	q, err := h.request(w, r, p)
	if err != nil {
		h.decline(w, r, q, err)
		return
	}
	switch form["do"] {
	case "continue":
		h.goOn(w, r, q, form["user"])
	case "allow":
		h.allow(w, r, q, form)
	case "cancel":
		h.decline(w, r, q, errCancelled)
	case "other":
		h.switchUser(w, r, q)
	default:
		h.checkPassword(w, r, q, form)
	}
}

var errCancelled = &fault{http.StatusForbidden, "access_denied", "OAU-102", "The user did not allow it."}

// goOn answers for the user that the browser is signed in as, if it is still
// the one whose name was on the button: another tab may have changed that.
func (h *Handler) goOn(w http.ResponseWriter, r *http.Request, q request, shown string) {
	who, err := h.browserUser(r)
	switch {
	case err != nil:
		h.decline(w, r, q, err)
	case who == nil || q.needsPassword(who.at, h.now()):
		h.showSignIn(w, r, q, http.StatusOK, attempt{username: q.hint})
	case shown != strconv.FormatInt(who.user.ID, 10):
		h.showChoice(w, r, q, who.user)
	default:
		h.proceed(w, r, q, *who)
	}
}

// switchUser signs the browser out, so that whoever sits there next does not
// find the last user's name.
func (h *Handler) switchUser(w http.ResponseWriter, r *http.Request, q request) {
	if err := h.forget(w, r); err != nil {
		h.decline(w, r, q, err)
		return
	}
	h.signInAgain(w, r)
}

func (h *Handler) checkPassword(w http.ResponseWriter, r *http.Request, q request, form params) {
	username := strings.TrimSpace(form["username"])
	if username == "" || form["password"] == "" {
		h.showSignIn(w, r, q, http.StatusForbidden, attempt{username: username, reason: q.texts.FillIn})
		return
	}
	user, wait, err := h.signer(r, username, form["password"])
	switch {
	case err != nil:
		h.decline(w, r, q, err)
	case wait > 0:
		h.Log.Info("sign-in delayed", "app", q.app.ClientID, "remote", remote(r), "wait", wait)
		w.Header().Set("Retry-After", fmt.Sprint(int((wait+time.Second-1)/time.Second)))
		h.showSignIn(w, r, q, http.StatusTooManyRequests, attempt{username, q.texts.wait(wait), "OAU-147"})
	case user == nil:
		h.Log.Info("sign-in refused", "app", q.app.ClientID, "remote", remote(r))
		h.showSignIn(w, r, q, http.StatusForbidden, attempt{username: username, reason: q.texts.WrongPassword})
	default:
		who, err := h.remember(w, r, *user)
		if err != nil {
			h.decline(w, r, q, err)
			return
		}
		h.Log.Info("signed in", "ext", user.ID, "app", q.app.ClientID, "remote", remote(r))
		h.proceed(w, r, q, who)
	}
}

// signer returns who the password belongs to, nil for nobody, or how long to
// wait before the next attempt. An attempt counts before the password is
// checked, so that many at once are no way around the limit.
func (h *Handler) signer(r *http.Request, username, typed string) (*store.Extension, time.Duration, error) {
	ctx, now := r.Context(), h.now()
	user, err := h.find(ctx, username)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, 0, fmt.Errorf("looking for a user: %w", err)
	}
	from, err := h.from(r, user, now)
	if err != nil {
		return nil, 0, err
	}
	name := canonical(username)
	if wait := h.signIns.take(name, from, now); wait > 0 {
		return nil, wait, nil
	}
	ok, err := password.Verify(ctx, user.PasswordHash, typed)
	if err != nil {
		return nil, 0, fmt.Errorf("checking a password: %w", err)
	}
	if !ok {
		h.signIns.failed(name, from, now)
		return nil, 0, nil
	}
	h.signIns.succeeded(name, from)
	return &user, 0, nil
}

// from says where an attempt comes from: a browser that the user knows, or
// an address. Nobody who does not exist knows one, but it is looked for all
// the same, so that the time to answer tells nothing.
func (h *Handler) from(r *http.Request, user store.Extension, now time.Time) (source, error) {
	browser := opaque.Hash(knownBrowser(r))
	known, err := h.Store.KnowsBrowser(r.Context(), browser, user.ID, now)
	if err != nil {
		return source{}, fmt.Errorf("looking for a known browser: %w", err)
	}
	if known {
		return source{key: "browser " + browser, known: true}, nil
	}
	return source{key: remote(r)}, nil
}

// find reads what people type: a username or e-mail address, a direct
// number, or a number and an extension as "+16505550100*101". It returns
// store.ErrNotFound for nobody.
func (h *Handler) find(ctx context.Context, username string) (store.Extension, error) {
	user, err := h.Store.ExtensionByUsername(ctx, username)
	if !errors.Is(err, store.ErrNotFound) {
		return user, err
	}
	number, ext, _ := strings.Cut(username, "*")
	e164, ok := e164(number)
	if !ok {
		return user, err
	}
	n, err := h.Store.PhoneNumber(ctx, e164)
	if err != nil {
		return user, err
	}
	if ext == "" {
		return h.Store.Extension(ctx, n.ExtensionID)
	}
	all, err := h.Store.Extensions(ctx, n.AccountID)
	if err != nil {
		return user, err
	}
	for _, e := range all {
		if e.Number == ext {
			return e, nil
		}
	}
	return user, store.ErrNotFound
}

// e164 reads a phone number as people write it; ten digits are North
// American.
func e164(s string) (string, bool) {
	digits := strings.Map(func(r rune) rune {
		if strings.ContainsRune("+ ()-./", r) {
			return -1
		}
		return r
	}, s)
	if len(digits) < 7 || len(digits) > 15 || strings.ContainsFunc(digits, func(r rune) bool { return r < '0' || r > '9' }) {
		return "", false
	}
	if len(digits) == 10 && !strings.HasPrefix(strings.TrimSpace(s), "+") {
		digits = "1" + digits
	}
	return "+" + digits, true
}

// canonical is a username as attempts are counted by: however people write
// it, it is one name.
func canonical(username string) string {
	number, ext, _ := strings.Cut(username, "*")
	if n, ok := e164(number); ok {
		return n + "*" + ext
	}
	return strings.ToLower(username)
}
