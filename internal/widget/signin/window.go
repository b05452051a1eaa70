package signin

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"math/big"
	"net/http"
	"net/url"
	"strings"
	"time"

	"offhook/internal/opaque"
	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/lang"
	"offhook/internal/widget/visit"
)

func (h *Handler) mountWindow(mux *http.ServeMux) {
	mux.HandleFunc("GET /signin/window", h.page(h.window))
	mux.HandleFunc("GET /redirect.html", h.page(h.callback))
	mux.HandleFunc("GET /signin/done", h.page(h.done))
	var csrf http.CrossOriginProtection
	for path, fn := range map[string]func(http.ResponseWriter, *http.Request) error{"/signin/code": h.code, "/signin/fragment": h.fragment} {
		mux.Handle("POST "+path, csrf.Handler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Cache-Control", "no-store")
			lang.Answer(w, r)
			var err error = rc.Errorf(rc.Denied, "This request did not come from the phone's own page.")
			if r.Header.Get(visit.Header) != "" {
				err = fn(w, r)
			}
			if err != nil {
				h.Visits.Error(w, r, err)
			}
		})))
	}
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
	if f.State != store.FlowWaiting || f.Way == wayWindow {
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

// callback is where the platform sends the window back to, once. It ends in
// a page whose address holds neither code nor state.
func (h *Handler) callback(w http.ResponseWriter, r *http.Request) error {
	query := r.URL.Query()
	if !query.Has("state") && !query.Has("code") && !query.Has("error") {
		// An implicit grant answers in the fragment, which only a page can
		// read. The page holds nothing, so it may be framed: a silent renewal
		// ends here in a frame of a frame.
		w.Header().Del("X-Frame-Options")
		h.show(w, http.StatusOK, fragment)
		return nil
	}
	// Flow states outlive the browser's patience: what was begun is ended.
	ctx := context.WithoutCancel(r.Context())
	done := "/signin/done"
	if dest := r.Header.Get("Sec-Fetch-Dest"); dest != "" && dest != "document" {
		if dest != "iframe" || !h.silent(ctx, query.Get("state")) {
			return rc.Errorf(rc.Denied, "This page works only in a window of its own. Press Sign In in the phone.")
		}
		done += "?framed"
	}
	o, err := h.answer(ctx, query)
	if err != nil {
		return err
	}
	if o.language != "" && o.language != lang.Of(w).Code && !strings.Contains(done, "?") {
		done += "?language=" + url.QueryEscape(o.language) // the phone's, not the browser's
	}
	to := o.Again
	if to == "" {
		// The fragment stays in the browser: no log sees the handle.
		to = done + "#" + url.Values{"flow": {o.Flow}, "handle": {o.Handle}}.Encode()
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

// An outcome is what the window does next: it hands over the flow's
// completion handle, or asks the platform again.
type outcome struct {
	Flow   string `json:"flow,omitempty"`
	Handle string `json:"handle,omitempty"`
	Again  string `json:"again,omitempty"`

	language string // of the phone that asked
}

// answer takes the platform's answer to a flow, which the window brought.
func (h *Handler) answer(ctx context.Context, answer url.Values) (outcome, error) {
	if err := once(answer); err != nil {
		return outcome{}, err
	}
	f, err := h.live(h.Store.FlowByState(ctx, opaque.Hash(answer.Get("state"))))
	if err != nil {
		return outcome{}, err
	}
	rec, err := h.claim(ctx, f)
	if err != nil {
		return outcome{}, err
	}
	f.State = store.FlowExchanging
	o := outcome{Flow: f.ID, language: rec.Language}
	if rec.asksAgain(answer) {
		o.Again, err = h.askAgain(ctx, &f, rec)
	} else {
		o.Handle, err = h.complete(ctx, f, rec, answer)
	}
	if err != nil {
		return outcome{}, h.failWith(ctx, f, err)
	}
	return o, nil
}

// once refuses answers that say something twice (RFC 6749 section 3.1).
func once(answer url.Values) error {
	for _, name := range []string{"state", "code", "error", "iss", "access_token"} {
		if len(answer[name]) > 1 {
			return rc.Errorf(rc.Invalid, "The phone service sent an answer that makes no sense. Close this window and press Sign In again.")
		}
	}
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

// complete checks the platform's answer, redeems it and returns the flow's
// completion handle.
func (h *Handler) complete(ctx context.Context, f store.Flow, rec record, answer url.Values) (handle string, err error) {
	frame, err := h.Store.Frame(ctx, f.FrameKey)
	if err != nil {
		return "", fmt.Errorf("reading the frame of a sign-in: %w", err)
	}
	issue, err := h.redeemAnswer(ctx, frame, rec, answer)
	if err != nil {
		return "", err
	}
	handle = opaque.Text()
	f.State, f.HandleHash = store.FlowComplete, opaque.Hash(handle)
	if err := h.seal(&f, record{Tokens: &issue}); err != nil {
		return "", err
	}
	moved, err := h.move(ctx, f, store.FlowExchanging)
	if err == nil && !moved {
		err = rc.Errorf(rc.Conflict, "This sign-in was given up. Close this window and press Sign In again.")
	}
	if err != nil {
		h.Grants.Drop(frame.Platform, frame.ClientID, issue)
		return "", err
	}
	return handle, nil
}

// done is a page that reads its handle from the fragment and hands it to
// the frame that opened it.
func (h *Handler) done(w http.ResponseWriter, r *http.Request) error {
	v := handover
	if r.URL.Query().Has("framed") {
		// The end of a silent sign-in. The page has nothing but what its
		// fragment brings, which it posts to our own origin only.
		w.Header().Del("X-Frame-Options")
		v = fragment
	}
	h.show(w, http.StatusOK, v)
	return nil
}

// code makes the flow's typed code, for a window whose opener is gone: the
// platform's page may have cut it off (COOP). The handle proves that the
// window is the one that signed in.
func (h *Handler) code(w http.ResponseWriter, r *http.Request) error {
	var body struct{ Flow, Handle string }
	if err := visit.Body(w, r, &body); err != nil {
		return err
	}
	ctx := r.Context()
	f, err := h.live(h.Store.Flow(ctx, body.Flow))
	if err != nil {
		return err
	}
	if f.State != store.FlowComplete || !opaque.Same(f.HandleHash, opaque.Hash(body.Handle)) {
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
