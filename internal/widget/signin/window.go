package signin

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/visit"
)

func (h *Handler) mountWindow(mux *http.ServeMux) {
	mux.HandleFunc("GET /signin/window", h.page(h.window))
	mux.HandleFunc("GET /redirect.html", h.page(h.callback))
	mux.HandleFunc("GET /signin/done", h.page(h.done))
	var csrf http.CrossOriginProtection
	mux.Handle("POST /signin/code", csrf.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := h.code(w, r); err != nil {
			h.Visits.Error(w, r, err)
		}
	})))
}

// startTime is how long the window waits for the frame's POST, which was
// sent at the same moment.
const startTime = 5 * time.Second

// window is the first page of the sign-in window. That it is asked for tells
// the frame that the browser did not block it.
func (h *Handler) window(w http.ResponseWriter, r *http.Request) error {
	id := r.URL.Query().Get("flow")
	if !flowID.MatchString(id) {
		_, err := h.live(store.Flow{}, store.ErrNotFound)
		return err
	}
	ctx, cancel := context.WithTimeout(r.Context(), startTime)
	defer cancel()
	f, err := h.live(h.await(ctx, id, func(_ store.Flow, err error) bool { return !errors.Is(err, store.ErrNotFound) }))
	if err != nil {
		return err
	}
	if f.State != store.FlowWaiting {
		return rc.Errorf(rc.Conflict, "This sign-in was used already. Close this window and press Sign In again.")
	}
	now := h.Now()
	if err := h.Store.Write(r.Context(), func(tx store.WidgetTx) error { return tx.SeeFlow(r.Context(), f.ID, now) }); err != nil {
		return fmt.Errorf("noting a sign-in window: %w", err)
	}
	h.announce(r.Context(), f)
	to, err := h.authorizeURL(r.Context(), f)
	if err != nil {
		return h.failWith(context.WithoutCancel(r.Context()), f, err)
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// authorizeURL is the platform's sign-in page. What the platform promises
// about iss is written into the flow before anybody goes there.
func (h *Handler) authorizeURL(ctx context.Context, f store.Flow) (string, error) {
	rec, err := h.unseal(f)
	if err != nil {
		return "", err
	}
	frame, err := h.Store.Frame(ctx, f.FrameKey)
	if err != nil {
		return "", fmt.Errorf("reading the frame of a sign-in: %w", err)
	}
	if rec.Issuer, err = h.issuers.issuer(ctx, h.Client, h.Now(), frame.Platform); err != nil {
		return "", err
	}
	if err := h.seal(&f, rec); err != nil {
		return "", err
	}
	if _, err := h.move(ctx, f, store.FlowWaiting); err != nil {
		return "", err
	}
	challenge := sha256.Sum256([]byte(rec.Verifier))
	return frame.Platform + rc.AuthorizePath + "?" + url.Values{
		"response_type": {"code"}, "client_id": {frame.ClientID}, "redirect_uri": {rec.Redirect}, "state": {string(rec.State)},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(challenge[:])}, "code_challenge_method": {"S256"},
		"display": {"page"}, "ui_options": {"hide_remember_me", "hide_tos"},
	}.Encode(), nil
}

// callback is where the platform sends the window back to, once. It ends in
// a page whose address holds neither code nor state.
func (h *Handler) callback(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	for _, name := range []string{"state", "code", "error", "iss"} {
		if len(query[name]) > 1 { // RFC 6749 section 3.1
			return rc.Errorf(rc.Invalid, "The phone service sent an answer that makes no sense. Close this window and press Sign In again.")
		}
	}
	if dest := r.Header.Get("Sec-Fetch-Dest"); dest != "" && dest != "document" {
		return rc.Errorf(rc.Denied, "This page works only in a window of its own. Press Sign In in the phone.")
	}
	// Flow states outlive the browser's patience: what was begun is ended.
	ctx := context.WithoutCancel(r.Context())
	f, err := h.live(h.Store.FlowByState(ctx, hash(query.Get("state"))))
	if err != nil {
		return err
	}
	rec, err := h.claim(ctx, f)
	if err != nil {
		return err
	}
	f.State = store.FlowExchanging
	handle, err := h.exchange(ctx, f, rec, query)
	if err != nil {
		return h.failWith(ctx, f, err)
	}
	// The fragment stays in the browser: no log sees the handle.
	http.Redirect(w, r, "/signin/done#"+url.Values{"flow": {f.ID}, "handle": {handle}}.Encode(), http.StatusSeeOther)
	return nil
}

// claim makes this answer the flow's only one.
func (h *Handler) claim(ctx context.Context, f store.Flow) (record, error) {
	if f.State == store.FlowWaiting {
		rec, err := h.unseal(f)
		if err != nil {
			return record{}, err
		}
		f.State = store.FlowExchanging
		moved, err := h.move(ctx, f, store.FlowWaiting)
		if moved || err != nil {
			return rec, err
		}
	}
	return record{}, rc.Errorf(rc.Conflict, "This sign-in was used already. Close this window; press Sign In in the phone if you are not signed in.")
}

// exchange checks the platform's answer, redeems the code and returns the
// flow's completion handle.
func (h *Handler) exchange(ctx context.Context, f store.Flow, rec record, query url.Values) (handle string, err error) {
	if err := checkIssuer(rec.Issuer, query); err != nil {
		return "", err
	}
	if query.Has("error") || query.Get("code") == "" {
		return "", refusalOf(query.Get("error"))
	}
	frame, err := h.Store.Frame(ctx, f.FrameKey)
	if err != nil {
		return "", fmt.Errorf("reading the frame of a sign-in: %w", err)
	}
	info, err := h.Grants.Exchange(ctx, frame.Platform, frame.ClientID, rec.Redirect, rc.Secret(query.Get("code")), rec.Verifier)
	if err != nil {
		return "", err
	}
	handle = random()
	f.State, f.HandleHash = store.FlowComplete, hash(handle)
	rec.Tokens, rec.Verifier, rec.State = &info, "", ""
	if err := h.seal(&f, rec); err != nil {
		return "", err
	}
	moved, err := h.move(ctx, f, store.FlowExchanging)
	if err == nil && !moved {
		err = rc.Errorf(rc.Conflict, "This sign-in was given up. Close this window and press Sign In again.")
	}
	if err != nil {
		h.Grants.Discard(frame.Platform, frame.ClientID, info)
		return "", err
	}
	return handle, nil
}

// checkIssuer refuses an answer of another authorization server (RFC 9207
// section 2.4), and one without iss from a server that promises it.
func checkIssuer(issuer string, query url.Values) error {
	if issuer == "" && !query.Has("iss") || issuer != "" && query.Get("iss") == issuer {
		return nil
	}
	if issuer == "" {
		// Nothing to compare with: the platform has never said who it is.
		return nil
	}
	return errors.Join(errors.New("the answer's iss is not the platform's"),
		rc.Errorf(rc.Denied, "The answer did not come from the phone service that was asked. Close this window and press Sign In again."))
}

// refusalOf turns OAuth's error codes into sentences (RFC 6749 section
// 4.1.2.1). The platform's own text is not shown: whoever can make somebody
// open a link could write it.
func refusalOf(code string) error {
	switch code {
	case "access_denied":
		return rc.Errorf(rc.Denied, "You did not allow the phone to use your account. Press Sign In to try again.")
	case "unauthorized_client", "unsupported_response_type", "invalid_scope", "invalid_request":
		return rc.Errorf(rc.Denied, "The phone service refused this app (%s). Ask your administrator to check how the app is registered.", code)
	case "server_error", "temporarily_unavailable":
		return rc.Errorf(rc.Unavailable, "The phone service cannot sign you in right now. Please try again in a moment.")
	case "login_required", "interaction_required", "consent_required":
		return rc.Errorf(rc.Denied, "The phone service wants you to sign in again. Press Sign In.")
	}
	return rc.Errorf(rc.Denied, "The phone service did not sign you in. Press Sign In to try again.")
}

// failWith ends the flow, so that the frame says the same as the window.
func (h *Handler) failWith(ctx context.Context, f store.Flow, cause error) error {
	sentence := "Something went wrong here. Press Sign In to try again."
	var e *rc.Error
	if errors.As(cause, &e) {
		sentence = e.Message
	}
	if err := h.fail(ctx, f, sentence); err != nil {
		h.Log.Error("ending a sign-in that failed", "err", err)
	}
	return h.told(cause)
}

// done is a page that reads its handle from the fragment and hands it to
// the frame that opened it.
func (h *Handler) done(w http.ResponseWriter, r *http.Request) error {
	h.show(w, http.StatusOK, handover)
	return nil
}

// code makes the flow's typed code, for a window whose opener is gone: the
// platform's page may have cut it off (COOP). The handle proves that the
// window is the one that signed in.
func (h *Handler) code(w http.ResponseWriter, r *http.Request) error {
	w.Header().Set("Cache-Control", "no-store")
	if r.Header.Get(visit.Header) == "" {
		return rc.Errorf(rc.Denied, "This request did not come from the phone's own page.")
	}
	var body struct{ Flow, Handle string }
	if err := visit.Body(w, r, &body); err != nil {
		return err
	}
	ctx := r.Context()
	f, err := h.live(h.Store.Flow(ctx, body.Flow))
	if err != nil {
		return err
	}
	if f.State != store.FlowComplete || !same(f.HandleHash, hash(body.Handle)) {
		return rc.Errorf(rc.Conflict, "This sign-in was used already. Close this window; press Sign In in the phone if you are not signed in.")
	}
	frame, err := h.Store.Frame(ctx, f.FrameKey)
	if err != nil {
		return fmt.Errorf("reading the frame of a sign-in: %w", err)
	}
	rec, err := h.unseal(f)
	if err != nil {
		return err
	}
	rec.Code = sixDigits()
	f.State, f.CodeUntil = store.FlowCode, h.Now().Add(codeLife)
	if err := h.seal(&f, rec); err != nil {
		return err
	}
	moved, err := h.move(ctx, f, store.FlowComplete)
	if err == nil && !moved {
		err = rc.Errorf(rc.Conflict, "This sign-in was used already. Close this window.")
	}
	if err != nil {
		return err
	}
	h.Log.Info("a sign-in asks for a typed code", "platform", frame.Platform, "client", frame.ClientID, "origin", frame.Origin)
	visit.JSON(w, http.StatusOK, struct {
		Code   string `json:"code"`
		Origin string `json:"origin"`
		App    string `json:"app"`
	}{rec.Code, frame.Origin, frame.ClientID})
	return nil
}

func sixDigits() string {
	n, err := rand.Int(rand.Reader, big.NewInt(1_000_000))
	if err != nil {
		panic(err) // crypto/rand does not fail
	}
	text := n.String()
	return strings.Repeat("0", 6-len(text)) + text
}
