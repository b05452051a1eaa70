package signin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"offhook/internal/listen"
	"offhook/internal/opaque"
	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/visit"
)

// A window of the phone's own has another cookie jar than the frame in the
// page that opened it: the browser parts them. The frame signs it in, by a
// flow whose window is not the platform's:
//
//	window (our origin, top)        server         frame in the page that opened it
//	  |-- POST window {F, secret} -->|                     |
//	  |                          [waiting]                 |
//	  |-- postMessage(F), our origin only ---------------->|
//	  |                              |<-- POST handover F -|  (its session)
//	  |                          [complete] --- handle --->|
//	  |<------------- postMessage(handle), our origin only-|
//	  |-- redeem {handle, secret} -->|
//	  |<------- cookie --------- [done]
//
// The handle is the code and the secret its verifier: neither is of use
// without the other, the first is good once and for half a minute, and both
// are kept as hashes. The page around the frame sees neither. A frame hands
// over to windows of the same app that name its own page as their opener, so a
// page that signs people in as it likes does so in its own windows only.

// handoverLife is how long a hand-over may take from its beginning to its end.
const handoverLife = 30 * time.Second

func (h *Handler) mountHandover(mux *http.ServeMux) {
	h.Visits.Open(mux, "POST /p/{key}/signin/window", h.limited(h.askFor))
	h.Visits.SignedIn(mux, "POST /p/{key}/signin/{flow}/handover", h.limited(h.handOver))
}

// askFor begins the flow of a window that waits to be signed in.
func (h *Handler) askFor(w http.ResponseWriter, r *http.Request, v visit.Visit) error {
	var q request
	if err := visit.Body(w, r, &q); err != nil {
		return err
	}
	if err := q.check(); err != nil {
		return err
	}
	if v.Frame.Opener == "" || v.Frame.Origin != listen.BaseURL(r) {
		return rc.Errorf(rc.Denied, "This window was not opened by a page with the phone. Press Sign In.")
	}
	if _, err := h.Embeds.Embed(r.Context(), v.Frame.Platform, v.Frame.ClientID); err != nil {
		return err
	}
	if _, err := h.begin(r.Context(), v.Frame, q.Flow, q.Secret, wayWindow, record{Agent: r.UserAgent()}); err != nil {
		return h.told(err)
	}
	visit.JSON(w, http.StatusCreated, started{})
	return nil
}

// handOver is asked by the frame in the page: it gives its own sign-in to the
// window whose flow it was told of, once. Any other flow is as good as none.
func (h *Handler) handOver(w http.ResponseWriter, r *http.Request, v visit.Visit) error {
	ctx := context.WithoutCancel(r.Context())
	f, err := h.live(h.Store.Flow(ctx, r.PathValue("flow")))
	if err != nil {
		return err
	}
	rec, err := h.opened(ctx, r, v.Frame, f)
	if err != nil {
		return err
	}
	handle := opaque.Text()
	f.State, f.HandleHash = store.FlowComplete, opaque.Hash(handle)
	if err := h.seal(&f, record{Agent: rec.Agent, From: v.Session.ID}); err != nil {
		return err
	}
	moved, err := h.move(ctx, f, store.FlowWaiting)
	if err != nil {
		return err
	}
	if !moved {
		return rc.Errorf(rc.Conflict, "This sign-in was used already. Press Sign In again.")
	}
	visit.JSON(w, http.StatusOK, outcome{Flow: f.ID, Handle: handle})
	return nil
}

// opened returns what is known of a flow of a window that the page of a frame
// has opened, in the same browser.
func (h *Handler) opened(ctx context.Context, r *http.Request, from store.Frame, f store.Flow) (record, error) {
	_, none := h.live(store.Flow{}, store.ErrNotFound)
	if f.Way != wayWindow {
		return record{}, none
	}
	window, err := h.Store.Frame(ctx, f.FrameKey)
	if err != nil {
		return record{}, fmt.Errorf("reading the frame of a window: %w", err)
	}
	rec := record{}
	if f.State == store.FlowWaiting {
		if rec, err = h.unseal(f); err != nil {
			return record{}, err
		}
	}
	same := window.Platform == from.Platform && window.ClientID == from.ClientID && window.Prefix == from.Prefix
	if !same || window.Opener != from.Origin || rec.Agent != r.UserAgent() {
		h.Refused(ctx, from, wayWindow, "a window that this page has not opened, or that is over")
		return record{}, none
	}
	return rec, nil
}

// enterWindow ends a hand-over in a session of the window. Who is signed in
// there already stays who they are.
func (h *Handler) enterWindow(w http.ResponseWriter, r *http.Request, frame store.Frame, f store.Flow, rec record) error {
	ctx := context.WithoutCancel(r.Context())
	r = r.WithContext(ctx)
	from := f.State
	f.State, f.Sealed, f.HandleHash = store.FlowDone, []byte{}, ""
	moved, err := h.move(ctx, f, from)
	if err != nil {
		return err
	}
	if !moved || rec.From == "" {
		return rc.Errorf(rc.Conflict, "This sign-in was used already. Press Sign In again.")
	}
	err = h.signWindowIn(w, r, frame, rec)
	if told, ok := errors.AsType[*rc.Error](err); ok {
		h.Refused(ctx, frame, wayWindow, told.Message)
	}
	if err != nil {
		return err
	}
	visit.JSON(w, http.StatusOK, started{SignedIn: true})
	return nil
}

func (h *Handler) signWindowIn(w http.ResponseWriter, r *http.Request, frame store.Frame, rec record) error {
	ctx := r.Context()
	if rec.Agent != r.UserAgent() {
		return rc.Errorf(rc.Denied, "This is not the window that signed in. Press Sign In again.")
	}
	if _, err := h.Embeds.Embed(ctx, frame.Platform, frame.ClientID); err != nil {
		return err // the operator may have removed it meanwhile
	}
	gone := rc.Errorf(rc.Conflict, "The phone in the page was signed out meanwhile. Press Sign In.")
	parent, err := h.Store.Session(ctx, rec.From, h.Now())
	if errors.Is(err, store.ErrNotFound) {
		return gone
	}
	if err != nil {
		return fmt.Errorf("reading the session to hand over: %w", err)
	}
	here, err := h.Visits.Sessions.Session(r, frame)
	if err != nil {
		return err
	}
	if here != nil && here.GrantID != parent.GrantID {
		return rc.Errorf(rc.Conflict, "Somebody else is signed in in this window. Sign out here first.")
	}
	grant, err := h.Store.Grant(ctx, parent.GrantID)
	if err == nil {
		_, err = h.Sessions.HandOver(w, r, frame, parent, wayWindow)
	}
	if errors.Is(err, store.ErrNotFound) {
		return gone
	}
	if err != nil {
		return err
	}
	e := entry(store.AuditSignIn, frame, wayWindow)
	e.OwnerID, e.GrantID, e.Detail = grant.OwnerID, grant.ID, "handed over by the phone in "+frame.Opener
	h.Audit.Record(ctx, e)
	return nil
}
