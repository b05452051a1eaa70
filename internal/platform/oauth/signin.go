package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"offhook/internal/platform/password"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// An attempt is what the sign-in page is shown again with.
type attempt struct {
	username string
	reason   string // why the last one failed; empty at first
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
		h.refuse(w, r, err)
		return
	}
	form, err := body(w, r)
	if err != nil {
		h.refuse(w, r, err)
		return
	}
	q, err := h.request(r.Context(), p)
	if err != nil {
		h.decline(w, r, q, err)
		return
	}
	if err := ownForm(r, form["form"]); err != nil {
		h.refuse(w, r, err)
		return
	}
	switch form["do"] {
	case "continue":
		h.goOn(w, r, q)
	case "other":
		h.switchUser(w, r, q)
	default:
		h.checkPassword(w, r, q, form)
	}
}

// goOn answers for the user that the browser is signed in as.
func (h *Handler) goOn(w http.ResponseWriter, r *http.Request, q request) {
	user, err := h.browserUser(r)
	switch {
	case err != nil:
		h.decline(w, r, q, err)
	case user == nil || q.asks("login"):
		h.showSignIn(w, r, q, http.StatusOK, attempt{username: q.hint})
	default:
		h.approve(w, r, q, *user)
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
		h.showSignIn(w, r, q, http.StatusForbidden, attempt{username, "Enter your e-mail address or phone number, and your password."})
		return
	}
	user, wait, err := h.verify(r.Context(), remote(r), username, form["password"])
	switch {
	case err != nil:
		h.decline(w, r, q, err)
	case wait > 0:
		w.Header().Set("Retry-After", fmt.Sprint(int(wait.Seconds())))
		h.showSignIn(w, r, q, http.StatusTooManyRequests, attempt{username, "Too many attempts. Wait " + inWords(wait) + ", then try again."})
	case user == nil:
		h.Log.Info("sign-in refused", "app", q.app.ClientID, "remote", remote(r))
		h.showSignIn(w, r, q, http.StatusForbidden, attempt{username, "The user name or the password is not right."})
	default:
		if err := h.remember(w, r, *user); err != nil {
			h.decline(w, r, q, err)
			return
		}
		h.Log.Info("signed in", "ext", user.ID, "app", q.app.ClientID, "remote", remote(r))
		h.approve(w, r, q, *user)
	}
}

// verify returns who the password belongs to, nil for nobody, or how long to
// wait before the next attempt. An attempt counts before the password is
// checked, so that many at once are no way around the limit.
func (h *Handler) verify(ctx context.Context, addr, username, typed string) (*store.Extension, time.Duration, error) {
	now := h.now()
	pair := strings.ToLower(username) + " " + addr
	if wait := max(h.signIns.take(pair, perUser, now), h.signIns.take(addr, perAddress, now)); wait > 0 {
		return nil, wait, nil
	}
	user, err := h.find(ctx, username)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, 0, fmt.Errorf("looking for a user: %w", err)
	}
	ok, err := password.Verify(ctx, user.PasswordHash, typed)
	if err != nil {
		return nil, 0, fmt.Errorf("checking a password: %w", err)
	}
	if !ok {
		return nil, 0, nil
	}
	h.signIns.forgive(pair)
	h.signIns.giveBack(addr)
	return &user, 0, nil
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

func inWords(d time.Duration) string {
	if d <= time.Minute {
		return fmt.Sprintf("%d seconds", max(1, int(d.Seconds())))
	}
	return fmt.Sprintf("%d minutes", int((d+time.Minute-1)/time.Minute))
}
