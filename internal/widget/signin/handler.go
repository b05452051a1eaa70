package signin

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"time"

	"offhook/internal/bus"
	"offhook/internal/listen"
	"offhook/internal/opaque"
	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/intake"
	"offhook/internal/widget/lang"
	"offhook/internal/widget/seal"
	"offhook/internal/widget/visit"
)

// Grants is where the tokens of a sign-in come from and go to.
type Grants interface {
	// Redeem redeems a code or a JWT; a refusal is an *rc.Error.
	Redeem(ctx context.Context, platform, redirectURI string, o intake.Offer) (intake.Issue, error)
	// Check asks the platform whose the tokens are and whether that user may
	// use the phone; a no is an *rc.Error.
	Check(ctx context.Context, platform string, i *intake.Issue) error
	// Keep gives the tokens to their user's grant.
	Keep(ctx context.Context, platform, clientID string, i intake.Issue) (store.Grant, error)
	// Drop revokes tokens that no grant has taken.
	Drop(platform, clientID string, i intake.Issue)
}

// Embeds knows the apps.
type Embeds interface {
	// Embed returns an app as it may be embedded; an *rc.Error says why not.
	Embed(ctx context.Context, platform, clientID string) (store.Embed, error)
	// Secret and JWT return what is registered for the app, or nothing.
	Secret(ctx context.Context, platform, clientID string) (rc.Secret, error)
	JWT(ctx context.Context, platform, clientID string) (jwt rc.Secret, anyone bool, err error)
}

// Sessions begins the session that a flow ends in.
type Sessions interface {
	Begin(w http.ResponseWriter, r *http.Request, f store.Frame, grantID, way string) (store.Session, error)
	// HandOver begins one by another of the same sign-in; store.ErrNotFound
	// when that one has ended.
	HandOver(w http.ResponseWriter, r *http.Request, f store.Frame, from store.Session, way string) (store.Session, error)
}

// Audit takes the entries of the audit trail.
type Audit interface {
	Record(ctx context.Context, e store.AuditEntry)
}

// Handler serves the frame's side of a flow, under the frame's own path, and
// the window's side, which shares nothing with the frame.
type Handler struct {
	Store    store.Widget
	Bus      bus.Bus
	Ring     *seal.Ring
	Visits   *visit.Face
	Embeds   Embeds
	Intakes  *intake.Intakes
	Grants   Grants
	Sessions Sessions
	Audit    Audit
	Client   *http.Client // the checked client of package embed
	Now      func() time.Time
	Log      *slog.Logger

	limit   listen.Throttle // by source
	issuers issuers
	asked   preflights
}

// Mount registers the package's routes.
func (h *Handler) Mount(mux *http.ServeMux) {
	h.Visits.Open(mux, "POST /p/{key}/signin", told(h.limited(h.start)))
	h.Visits.Open(mux, "POST /p/{key}/signin/intake", told(h.claimIntake))
	h.Visits.Open(mux, "POST /p/{key}/signin/callback", told(h.limited(h.message)))
	h.Visits.Open(mux, "GET /p/{key}/signin/{flow}", h.watch)
	h.Visits.Open(mux, "POST /p/{key}/signin/{flow}/redeem", told(h.redeem))
	h.Visits.Open(mux, "POST /p/{key}/signin/{flow}/cancel", h.cancel)
	h.mountWindow(mux)
	h.mountHandover(mux)
}

// oauthHeader tells the frame's page OAuth's error code beside the sentence,
// for the developer's console.
const oauthHeader = "X-OAuth-Error"

// told adds the code of an error to its answer.
func told(fn visit.HandlerFunc) visit.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request, v visit.Visit) error {
		err := fn(w, r, v)
		if code := codeOf(err); code != "" {
			w.Header().Set(oauthHeader, code)
		}
		return err
	}
}

// perSource is how often one network may begin to sign in, since a beginning
// leaves a row and may cost the platform a question: an office that arrives
// in the morning, not a loop.
var perSource = listen.Rate{PerSecond: 10, Burst: 300}

func (h *Handler) limited(fn visit.HandlerFunc) visit.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request, v visit.Visit) error {
		if err := h.limit.AllowSource(r.Context(), perSource, h.Now()); err != nil {
			w.Header().Set("Retry-After", "1")
			return err
		}
		return fn(w, r, v)
	}
}

// A request is how a frame asks to sign in.
type request struct {
	Flow, Secret string            // chosen by the frame
	OwnWindow    bool              // the host page opens the window
	Silent       bool              // in a hidden frame, without a page
	SSO          bool              // by the browser's session with the platform, with a page only where that is not enough
	JWT          bool              // by the JWT that is kept or registered
	Keep         string            // what the address brought, under the name that intake gave
	Redirect     string            // a redirect page that is hosted elsewhere
	Hints        map[string]string // for the platform's sign-in page
}

func (q request) check() error {
	if !flowID.MatchString(q.Flow) || !secret.MatchString(q.Secret) {
		return rc.Errorf(rc.Invalid, "The phone sent something that its server does not understand. Reload the page.")
	}
	return nil
}

// started is the answer to start.
type started struct {
	WindowURL string `json:"windowUrl,omitempty"`
	OAuthURI  string `json:"oAuthUri,omitempty"` // for a window that the host page opens
	SignedIn  bool   `json:"signedIn,omitempty"`
}

func windowURL(id string) string { return "/signin/window?flow=" + id }

func (h *Handler) start(w http.ResponseWriter, r *http.Request, v visit.Visit) error {
	var q request
	if err := visit.Body(w, r, &q); err != nil {
		return err
	}
	if err := q.check(); err != nil {
		return err
	}
	e, err := h.Embeds.Embed(r.Context(), v.Frame.Platform, v.Frame.ClientID)
	if err != nil {
		return err
	}
	kept, err := h.kept(r.Context(), v.Frame, q.Keep)
	if err != nil {
		return err
	}
	if q.JWT {
		return h.byJWT(w, r, v.Frame, kept.Offer)
	}
	way, rec, err := h.plan(r, e, q, kept)
	if err != nil {
		return err
	}
	f, err := h.begin(r.Context(), v.Frame, q.Flow, q.Secret, way, rec)
	if err != nil {
		return h.told(err)
	}
	if !q.OwnWindow {
		visit.JSON(w, http.StatusCreated, started{WindowURL: windowURL(f.ID)})
		return nil
	}
	to, err := h.authorizeURL(r.Context(), f)
	if err != nil {
		return h.failWith(context.WithoutCancel(r.Context()), f, err)
	}
	visit.JSON(w, http.StatusCreated, started{OAuthURI: to})
	return nil
}

// told logs what is behind a sentence for the user.
func (h *Handler) told(err error) error {
	var e *rc.Error
	if errors.As(err, &e) && err != error(e) {
		h.Log.Warn("signing in", "err", err)
	}
	return err
}

// progress is what a frame may know of its flow.
type progress struct {
	State   store.FlowState `json:"state"`
	Seen    bool            `json:"seen"`              // the window has reached the server
	Message string          `json:"message,omitempty"` // of a failed flow
	Error   string          `json:"error,omitempty"`   // OAuth's error code, for the developer
}

// watchTime is how long watch waits for a change.
const watchTime = 25 * time.Second

// watch answers when the flow is no longer as the frame knows it: in the
// state of the parameter state, and seen or not as the parameter seen says.
func (h *Handler) watch(w http.ResponseWriter, r *http.Request, v visit.Visit) error {
	ctx, cancel := context.WithTimeout(r.Context(), watchTime)
	defer cancel()
	query := r.URL.Query()
	f, err := h.live(h.await(ctx, r.PathValue("flow"), func(f store.Flow, err error) bool {
		return err != nil || f.FrameKey != v.Frame.Key || string(f.State) != query.Get("state") || !f.SeenAt.IsZero() != (query.Get("seen") == "true")
	}))
	if err == nil && f.FrameKey != v.Frame.Key {
		_, err = h.live(store.Flow{}, store.ErrNotFound)
	}
	if err != nil {
		return err
	}
	p := progress{State: f.State, Seen: !f.SeenAt.IsZero(), Message: v.Language.Sentence(f.Message)}
	if f.State == store.FlowFailed {
		rec, err := h.unseal(f)
		if err != nil {
			return err
		}
		p.Error = rec.Fault
	}
	visit.JSON(w, http.StatusOK, p)
	return nil
}

// redeem ends a flow in a session: with the handle that the window handed
// over, or with the code that the user typed.
func (h *Handler) redeem(w http.ResponseWriter, r *http.Request, v visit.Visit) error {
	var body struct{ Handle, Code, Secret string }
	if err := visit.Body(w, r, &body); err != nil {
		return err
	}
	f, err := h.own(r, v, body.Secret)
	if err != nil {
		return err
	}
	if err := h.prove(r.Context(), f, body.Handle, body.Code); err != nil {
		return err
	}
	return h.finish(w, r, v.Frame, f)
}

// own reads the flow of a request by the frame that began it.
func (h *Handler) own(r *http.Request, v visit.Visit, frameSecret string) (store.Flow, error) {
	f, err := h.live(h.Store.Flow(r.Context(), r.PathValue("flow")))
	// A flow of another frame, or the wrong secret, is as good as no flow.
	if err == nil && (f.FrameKey != v.Frame.Key || !opaque.Same(f.SecretHash, opaque.Hash(frameSecret))) {
		return h.live(store.Flow{}, store.ErrNotFound)
	}
	return f, err
}

// cancel ends a flow that its user has given up in the phone; one that is
// over stays as it is.
func (h *Handler) cancel(w http.ResponseWriter, r *http.Request, v visit.Visit) error {
	var body struct{ Secret string }
	if err := visit.Body(w, r, &body); err != nil {
		return err
	}
	// The page may be gone by now.
	r = r.WithContext(context.WithoutCancel(r.Context()))
	for {
		f, err := h.own(r, v, body.Secret)
		if err != nil {
			return err
		}
		if f.State == store.FlowDone || f.State == store.FlowFailed {
			break
		}
		// The window may have moved the flow meanwhile: then it is read again.
		if err := h.fail(r.Context(), f, lang.Mark("You gave up this sign-in in the phone. You can close this window."), ""); err != nil {
			return err
		}
	}
	visit.JSON(w, http.StatusOK, struct{}{})
	return nil
}

// prove checks that the window that signed in and the frame belong together.
func (h *Handler) prove(ctx context.Context, f store.Flow, handle, code string) error {
	switch {
	case f.State == store.FlowFailed:
		return rc.Errorf(rc.Conflict, "%s", f.Message)
	case f.State != store.FlowComplete && f.State != store.FlowCode:
		return rc.Errorf(rc.Conflict, "This sign-in is not ready, or was used already. Press Sign In again.")
	case handle != "":
		if !opaque.Same(f.HandleHash, opaque.Hash(handle)) {
			return rc.Errorf(rc.Denied, "This is not the window that signed in. Press Sign In again.")
		}
		return nil
	case f.State != store.FlowCode:
		return rc.Errorf(rc.Denied, "This sign-in needs no code. Press Sign In again.")
	}
	return h.proveCode(ctx, f, code)
}

// proveCode counts every try before it looks at the code, so that tries at
// the same moment count as well.
func (h *Handler) proveCode(ctx context.Context, f store.Flow, code string) error {
	rec, err := h.unseal(f)
	if err != nil {
		return err
	}
	if !f.CodeUntil.After(h.Now()) {
		return h.refuseCode(ctx, f, lang.Mark("The code has expired. Press Sign In again."))
	}
	var tries int64
	err = h.Store.Write(ctx, func(tx store.WidgetTx) (err error) {
		tries, err = tx.TryFlow(ctx, f.ID)
		return err
	})
	switch {
	case err != nil:
		return fmt.Errorf("counting a try: %w", err)
	case tries <= codeTries && opaque.Same(rec.Code, code):
		return nil
	case tries >= codeTries:
		h.Log.Warn("a typed code was wrong too often", "frame", f.FrameKey)
		return h.refuseCode(ctx, f, lang.Mark("That was wrong too often. Press Sign In again."))
	}
	return rc.Errorf(rc.Denied, "That is not the code in the sign-in window. Look again: it has six digits.")
}

func (h *Handler) refuseCode(ctx context.Context, f store.Flow, sentence string) error {
	if err := h.fail(ctx, f, sentence, ""); err != nil {
		return err
	}
	return rc.Errorf(rc.Conflict, "%s", sentence)
}

func (h *Handler) finish(w http.ResponseWriter, r *http.Request, frame store.Frame, f store.Flow) error {
	rec, err := h.unseal(f)
	if err != nil {
		return err
	}
	if f.Way == wayWindow {
		return h.enterWindow(w, r, frame, f, rec)
	}
	if rec.Tokens == nil {
		return rc.Errorf(rc.Conflict, "This sign-in was used already. Press Sign In again.")
	}
	if err := h.settle(w, r, frame, f, *rec.Tokens); err != nil {
		return err
	}
	visit.JSON(w, http.StatusOK, started{SignedIn: true})
	return nil
}

// settle ends a flow in a grant and a session, once.
func (h *Handler) settle(w http.ResponseWriter, r *http.Request, frame store.Frame, f store.Flow, i intake.Issue) error {
	// From here on the browser's going away must not lose the tokens.
	ctx := context.WithoutCancel(r.Context())
	from := f.State
	f.State, f.Sealed, f.HandleHash = store.FlowDone, []byte{}, ""
	moved, err := h.move(ctx, f, from)
	if err != nil {
		return err
	}
	if !moved {
		return rc.Errorf(rc.Conflict, "This sign-in was used already. Press Sign In again.")
	}
	if f.Way == wayRenew {
		err = h.mayRenew(r, frame, i)
	}
	if err == nil { // the operator may have removed it meanwhile
		_, err = h.Embeds.Embed(ctx, frame.Platform, frame.ClientID)
	}
	var grant store.Grant
	if err == nil {
		grant, err = h.Grants.Keep(ctx, frame.Platform, frame.ClientID, i)
	}
	if err != nil {
		h.Grants.Drop(frame.Platform, frame.ClientID, i)
		return err
	}
	if f.Way == wayRenew {
		return nil // the session goes on with the new token
	}
	return h.Enter(w, r.WithContext(ctx), frame, f.Way, grant)
}

// mayRenew refuses a renewal that would make the phone somebody else's: the
// browser may be signed in as another user at the platform by now.
func (h *Handler) mayRenew(r *http.Request, frame store.Frame, i intake.Issue) error {
	session, err := h.Visits.Sessions.Session(r, frame)
	if err != nil {
		return err
	}
	if session != nil {
		g, err := h.Store.GrantOf(r.Context(), frame.Platform, frame.ClientID, i.OwnerID)
		if err == nil && g.ID == session.GrantID {
			return nil
		}
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return fmt.Errorf("reading the grant to renew: %w", err)
		}
	}
	return rc.Errorf(rc.Conflict, "Somebody else is signed in at the phone service now. Press Sign In to go on.")
}
