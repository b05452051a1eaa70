package signin

import (
	"context"
	"errors"
	"net/http"

	"offhook/internal/opaque"
	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/intake"
	"offhook/internal/widget/visit"
)

// claimed is what a frame's page gets for its intake. It is no error when
// signing in with it does not work: the page goes on with Sign In.
type claimed struct {
	Keep     string    `json:"keep"`             // names the rest in later requests
	Ticket   rc.Secret `json:"ticket,omitempty"` // for the page to redeem
	JWT      bool      `json:"jwt,omitempty"`    // Sign In signs in by JWT
	SignedIn bool      `json:"signedIn"`
	Message  string    `json:"message,omitempty"`
	Error    string    `json:"error,omitempty"` // OAuth's error code, for the developer
}

// claimIntake signs the frame in with what its address brought, unless
// somebody is signed in there, or has signed out by hand.
func (h *Handler) claimIntake(w http.ResponseWriter, r *http.Request, v visit.Visit) error {
	var q struct {
		Intake, Redirect string
		SignedOut        bool // the user has: a JWT waits for the click
	}
	if err := visit.Body(w, r, &q); err != nil {
		return err
	}
	// What is claimed is used up: the browser's going away must not lose it.
	r = r.WithContext(context.WithoutCancel(r.Context()))
	o, keep, err := h.Intakes.Claim(r.Context(), q.Intake, v.Frame)
	if errors.Is(err, store.ErrNotFound) {
		return rc.Errorf(rc.Conflict, "This page took too long to load. Reload it.")
	}
	if err != nil {
		return err
	}
	c := claimed{Keep: keep, JWT: o.JWT != "", SignedIn: v.Session != nil}
	switch {
	case o.Ticket != "":
		c.Ticket = o.Ticket // a ticket may be another user's, who replaces the session
	case c.SignedIn:
	case o.Code != "":
		err = h.givenCode(w, r, v.Frame, q.Redirect, o, &c)
	case o.JWT != "" && !q.SignedOut:
		err = h.direct(w, r, v.Frame, wayJWT, "", o)
		c.SignedIn = err == nil
	}
	if err != nil {
		var told *rc.Error
		if !errors.As(err, &told) {
			return err
		}
		c.Message, c.Error = v.Language.Sentence(told.Message), codeOf(err)
	}
	visit.JSON(w, http.StatusOK, c)
	return nil
}

// givenCode redeems a code that the host made itself. A page that is loaded
// again brings a code that is spent, which is no mistake: Sign In waits.
func (h *Handler) givenCode(w http.ResponseWriter, r *http.Request, f store.Frame, redirect string, o intake.Offer, c *claimed) error {
	e, err := h.Embeds.Embed(r.Context(), f.Platform, f.ClientID)
	if err != nil {
		return err
	}
	_, rec, err := h.plan(r, e, request{Redirect: redirect}, kept{o})
	if err != nil {
		return err
	}
	fresh, err := h.Intakes.Spend(r.Context(), f.Platform, f.ClientID, o.Code)
	if err != nil || !fresh {
		return err
	}
	if err := h.proven(r.Context(), f, o); err != nil {
		return err
	}
	err = h.direct(w, r, f, wayGivenCode, rec.Redirect, o)
	c.SignedIn = err == nil
	return err
}

// proven refuses a code that nothing ties to whoever asked for it: neither a
// PKCE verifier nor the app's secret. Anybody could have found it (RFC 9700
// section 4.5).
func (h *Handler) proven(ctx context.Context, f store.Frame, o intake.Offer) error {
	if o.Verifier != "" || o.ClientSecret != "" {
		return nil
	}
	registered, err := h.Embeds.Secret(ctx, f.Platform, f.ClientID)
	if err == nil && registered == "" {
		err = rc.Errorf(rc.Invalid, "A code alone does not sign in. Add the code verifier that it was asked for with (authorizationCodeVerifier), or ask your administrator to register the app's secret.")
	}
	return err
}

// byJWT signs in as the one user of a JWT: the address's, or the registered
// one where the operator has said that everybody may.
func (h *Handler) byJWT(w http.ResponseWriter, r *http.Request, f store.Frame, o intake.Offer) error {
	if o.JWT == "" {
		jwt, anyone, err := h.Embeds.JWT(r.Context(), f.Platform, f.ClientID)
		if err != nil {
			return err
		}
		if jwt == "" || !anyone {
			return rc.Errorf(rc.Denied, "This phone has no JWT that this page may use. Ask your administrator to run “offhook embed add” with --jwt-file and --jwt-access.")
		}
		o.JWT = jwt
	}
	if err := h.direct(w, r, f, wayJWT, "", o); err != nil {
		return err
	}
	visit.JSON(w, http.StatusOK, started{SignedIn: true})
	return nil
}

// direct is a flow without a window: from its beginning to the session in
// one request of the frame's own page.
func (h *Handler) direct(w http.ResponseWriter, r *http.Request, f store.Frame, way, redirect string, o intake.Offer) error {
	ctx := context.WithoutCancel(r.Context())
	flow, err := h.begin(ctx, f, opaque.Text(), opaque.Text(), way, record{Redirect: redirect})
	if err != nil {
		return err
	}
	if _, err := h.claim(ctx, flow); err != nil {
		return err
	}
	flow.State = store.FlowExchanging
	issue, err := h.issue(ctx, f, redirect, o)
	if err != nil {
		return h.failWith(ctx, flow, err)
	}
	return h.settle(w, r, f, flow, issue)
}

// issue redeems an offer and asks the platform whether its user may use the
// phone.
func (h *Handler) issue(ctx context.Context, f store.Frame, redirect string, o intake.Offer) (intake.Issue, error) {
	i, err := h.Grants.Redeem(ctx, f.Platform, redirect, o)
	if err != nil {
		return intake.Issue{}, err
	}
	if err := h.Grants.Check(ctx, f.Platform, &i); err != nil {
		h.Grants.Drop(f.Platform, f.ClientID, i)
		return intake.Issue{}, err
	}
	return i, nil
}

// codeOf is OAuth's error code in err's chain, for the developer's console.
func codeOf(err error) string {
	var f interface{ OAuthError() string }
	if errors.As(err, &f) {
		return f.OAuthError()
	}
	return ""
}
