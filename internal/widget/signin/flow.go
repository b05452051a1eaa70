// Package signin signs people in to the phone. One Flow on the server is one
// attempt; every way to sign in is a small adapter onto it, so that each
// attack is met once.
//
//	frame                     server                       window           platform
//	  |-- window.open(/signin/window?flow=F) ---------------->|
//	  |-- POST signin {F, secret}->|                          |
//	  |                       [waiting] <---- GET window -----|
//	  |                            |----- 303 authorize ----->|-- sign-in page -->|
//	  |                            |<---- redirect.html ------|<-- code, state ---|
//	  |                       [exchanging] ------------ code, verifier ---------->|
//	  |                       [complete] <---------------- tokens ----------------|
//	  |                            |-- 303 done#handle ------>|
//	  |<------------- postMessage(handle), our origin only ---|
//	  |-- redeem {handle, secret}->|
//	  |<------- cookie ------- [done]
//
//	complete -> code: the window found no opener and asks for a code to type
//	waiting, exchanging, complete, code -> failed: with a sentence that says why
//
// That is the way by code. The others differ in how the answer comes: with a
// token in the fragment of redirect.html, which its page posts (implicit); in
// a message to the frame, which then needs no handle (callbackUri); or there
// is no window at all, and the flow goes from waiting to done in one request
// of the frame's page (a code or JWT that was brought).
//
// Each arrow between states is a compare-and-set, so that an answer, a
// handle and a code count once. What protects what:
//
//   - The frame chooses F and its secret itself, at random, because
//     window.open must be called inside the click, before any answer could
//     arrive. F alone opens nothing: it shows the window to the platform.
//   - state (256 bits, only its hash is kept) ties the platform's answer to
//     the flow; PKCE ties the code to the server's verifier; iss (RFC 9207)
//     ties the answer to the platform that was asked.
//   - The handle reaches only a page of our own origin in the same browser,
//     because postMessage names the origin; only the frame that holds the
//     secret can redeem it. Whoever sends somebody else a link into their own
//     flow gets nothing: the handle stays in the victim's window. This is also
//     why the window needs no cookie, which a browser might refuse.
//   - Tokens wait sealed in the flow's row until they are redeemed. A flow
//     that is never finished touches no grant; its tokens are revoked.
package signin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"offhook/internal/opaque"
	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/intake"
)

const (
	// flowLife is how long somebody may take to sign in.
	flowLife = 10 * time.Minute
	// frameLife is how long a frame is known where nobody signs in.
	frameLife = 24 * time.Hour
	// codeLife and codeTries bound the typed code.
	codeLife  = 2 * time.Minute
	codeTries = 3
	// changed is where moves of flows are announced.
	changed = "widget.flow"
)

// change is announced on "widget.flow".
type change struct {
	FlowID string          `json:"flowId"`
	State  store.FlowState `json:"state"`
}

// A record is what a flow's row holds sealed.
type record struct {
	State        rc.Secret         // OAuth's state parameter
	Verifier     rc.Secret         // PKCE's; also of confidential clients (RFC 9700 section 2.1.1)
	ClientSecret rc.Secret         // that came with the sign-in
	Redirect     string            // redirect_uri
	Hints        map[string]string // brand and language for the sign-in page
	Language     string            // of the phone, for the last page of its window
	Prompt       string            // OAuth's prompt; "none" in a hidden frame
	Again        bool              // where none is not enough, the window shows the sign-in page
	Implicit     bool              // the answer is a token, in the fragment
	Agent        string            // what the browser calls itself, of a window that waits for a hand-over
	From         string            // the session that was handed over, from complete on
	Issuer       string            // the issuer that answers must name; empty when the platform promises none
	Tokens       *intake.Issue     // from complete on
	Code         string            // the typed code
	Fault        string            // of a failed flow: OAuth's error code, for the developer
}

func row(id string) string { return "flows/" + id }

// Ids and secrets are made by the frame with crypto.getRandomValues.
var (
	flowID = regexp.MustCompile(`^[A-Za-z0-9_-]{22,64}$`)
	secret = regexp.MustCompile(`^[A-Za-z0-9_-]{43,64}$`)
)

func (h *Handler) seal(f *store.Flow, rec record) error {
	plain, err := json.Marshal(rec)
	if err != nil {
		return errors.New("encoding a flow")
	}
	f.Sealed = h.Ring.Seal(plain, row(f.ID))
	return nil
}

func (h *Handler) unseal(f store.Flow) (record, error) {
	var rec record
	plain, err := h.Ring.Open(f.Sealed, row(f.ID))
	if err == nil {
		err = json.Unmarshal(plain, &rec)
	}
	if err != nil {
		return record{}, errors.New("opening a flow: it was sealed under another key, or damaged")
	}
	return rec, nil
}

// begin records a new flow of a frame; rec says how it will go.
func (h *Handler) begin(ctx context.Context, frame store.Frame, id, frameSecret, way string, rec record) (store.Flow, error) {
	now := h.Now()
	rec.State, rec.Verifier = rc.Secret(opaque.Text()), rc.Secret(opaque.Text())
	life := flowLife
	if way == wayWindow {
		life = handoverLife
	}
	f := store.Flow{
		ID: id, FrameKey: frame.Key, Way: way, State: store.FlowWaiting, SecretHash: opaque.Hash(frameSecret), StateHash: opaque.Hash(string(rec.State)),
		CreatedAt: now, ExpiresAt: now.Add(life),
	}
	if err := h.seal(&f, rec); err != nil {
		return store.Flow{}, err
	}
	err := h.Store.Write(ctx, func(tx store.WidgetTx) error { return tx.AddFlow(ctx, f) })
	if errors.Is(err, store.ErrExists) {
		return store.Flow{}, rc.Errorf(rc.Conflict, "This sign-in was started before. Press Sign In again.")
	}
	if err != nil {
		return store.Flow{}, fmt.Errorf("beginning a sign-in: %w", err)
	}
	h.announce(ctx, f)
	return f, nil
}

// move writes f's new state when the row is still in state from, tells the
// waiting pages, and reports whether it was.
func (h *Handler) move(ctx context.Context, f store.Flow, from store.FlowState) (bool, error) {
	var moved bool
	err := h.Store.Write(ctx, func(tx store.WidgetTx) (err error) {
		moved, err = tx.MoveFlow(ctx, f, from)
		return err
	})
	if err != nil {
		return false, fmt.Errorf("moving a sign-in to %s: %w", f.State, err)
	}
	if moved {
		h.announce(ctx, f)
	}
	return moved, nil
}

func (h *Handler) announce(ctx context.Context, f store.Flow) {
	data, err := json.Marshal(change{f.ID, f.State})
	if err == nil {
		err = h.Bus.Publish(ctx, changed, data)
	}
	if err != nil {
		h.Log.Error("announcing a sign-in", "err", err)
	}
}

// fail ends a flow with a sentence for the user and a code for the
// developer. The tokens that it may hold are revoked, and nothing of them
// stays.
func (h *Handler) fail(ctx context.Context, f store.Flow, sentence, code string) error {
	from := f.State
	tokens := h.tokens(f)
	f.State, f.Message, f.HandleHash = store.FlowFailed, sentence, ""
	if err := h.seal(&f, record{Fault: code}); err != nil {
		return err
	}
	moved, err := h.move(ctx, f, from)
	if !moved {
		return err
	}
	frame, err := h.Store.Frame(ctx, f.FrameKey)
	if err != nil {
		return fmt.Errorf("reading the frame of a sign-in: %w", err)
	}
	if tokens != nil {
		h.Grants.Drop(frame.Platform, frame.ClientID, *tokens)
	}
	h.Refused(ctx, frame, f.Way, strings.TrimPrefix(code+": "+sentence, ": "))
	return nil
}

// tokens are those that a flow holds and nobody has redeemed, or nil.
func (h *Handler) tokens(f store.Flow) *intake.Issue {
	if f.State != store.FlowComplete && f.State != store.FlowCode {
		return nil
	}
	rec, err := h.unseal(f)
	if err != nil {
		h.Log.Error("revoking the tokens of an unfinished sign-in", "err", err)
		return nil
	}
	return rec.Tokens
}

func (h *Handler) discard(ctx context.Context, f store.Flow, tokens intake.Issue) {
	frame, err := h.Store.Frame(ctx, f.FrameKey)
	if err != nil {
		h.Log.Error("revoking the tokens of an unfinished sign-in", "err", err)
		return
	}
	h.Grants.Drop(frame.Platform, frame.ClientID, tokens)
}

// live reads a flow that has not expired; none is a NotFound error.
func (h *Handler) live(f store.Flow, err error) (store.Flow, error) {
	if errors.Is(err, store.ErrNotFound) || err == nil && !f.ExpiresAt.After(h.Now()) {
		return store.Flow{}, rc.Errorf(rc.NotFound, "This sign-in has expired, or was started somewhere else. Close this window and press Sign In again.")
	}
	if err != nil {
		return store.Flow{}, fmt.Errorf("reading a sign-in: %w", err)
	}
	return f, nil
}

// await reads a flow now and after each of its changes until done accepts
// it or ctx ends, and returns the last that it read.
func (h *Handler) await(ctx context.Context, id string, done func(store.Flow, error) bool) (store.Flow, error) {
	wake := make(chan struct{}, 1)
	cancel, err := h.Bus.Subscribe(changed, func(data []byte) {
		var c change
		if json.Unmarshal(data, &c) == nil && c.FlowID == id {
			select {
			case wake <- struct{}{}:
			default:
			}
		}
	})
	if err != nil {
		return store.Flow{}, fmt.Errorf("waiting for a sign-in: %w", err)
	}
	defer cancel()
	for {
		// Read without ctx's end: the last word is the store's.
		f, err := h.Store.Flow(context.WithoutCancel(ctx), id)
		if done(f, err) {
			return f, err
		}
		select {
		case <-wake:
		case <-ctx.Done():
			return f, err
		}
	}
}

// Sweep removes expired flows and intakes and frames that nobody uses, and revokes tokens that nobody redeemed.
func (h *Handler) Sweep(ctx context.Context) error {
	expired, err := h.Store.ExpiredFlows(ctx, h.Now())
	if err != nil {
		return fmt.Errorf("listing expired sign-ins: %w", err)
	}
	for _, f := range expired {
		var was bool
		err := h.Store.Write(ctx, func(tx store.WidgetTx) (err error) {
			was, err = tx.DeleteFlow(ctx, f.ID)
			return err
		})
		if err != nil {
			return fmt.Errorf("removing an expired sign-in: %w", err)
		}
		if tokens := h.tokens(f); was && tokens != nil {
			h.discard(ctx, f, *tokens)
		}
	}
	// Anybody may name an origin: a frame that nobody signs in to is forgotten.
	err = h.Store.Write(ctx, func(tx store.WidgetTx) error { return tx.SweepFrames(ctx, h.Now().Add(-frameLife)) })
	if err != nil {
		return fmt.Errorf("forgetting frames: %w", err)
	}
	return h.Intakes.Sweep(ctx)
}

// Run sweeps every minute until ctx ends.
func (h *Handler) Run(ctx context.Context) {
	tick := time.NewTicker(time.Minute)
	defer tick.Stop()
	for {
		if err := h.Sweep(ctx); err != nil && ctx.Err() == nil {
			h.Log.Error("sweeping sign-ins", "err", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
