package signin

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"

	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/intake"
	"offhook/internal/widget/lang"
	"offhook/internal/widget/visit"
)

// redeemAnswer makes tokens of the platform's answer to a flow.
func (h *Handler) redeemAnswer(ctx context.Context, f store.Frame, rec record, answer url.Values) (intake.Issue, error) {
	if err := checkIssuer(rec, answer); err != nil {
		return intake.Issue{}, err
	}
	if answer.Has("error") {
		return intake.Issue{}, refusalOf(answer.Get("error"))
	}
	if rec.Implicit {
		return h.take(ctx, f, answer)
	}
	if answer.Get("code") == "" {
		return intake.Issue{}, refusalOf("")
	}
	return h.issue(ctx, f, rec.Redirect, intake.Offer{
		ClientID: f.ClientID, ClientSecret: rec.ClientSecret, Code: rc.Secret(answer.Get("code")), Verifier: rec.Verifier,
	})
}

// implicitLife is the longest that a token of the implicit grant is used,
// whatever the answer says, which came through the browser.
const implicitLife = 3600

// take accepts the token of an implicit grant once the platform has said
// whose it is. Nothing in the answer is believed but the token: whoever could
// write the fragment could write the rest.
func (h *Handler) take(ctx context.Context, f store.Frame, answer url.Values) (intake.Issue, error) {
	token := answer.Get("access_token")
	if token == "" {
		return intake.Issue{}, refusalOf("unsupported_response_type")
	}
	life, err := strconv.Atoi(answer.Get("expires_in"))
	if err != nil || life <= 0 || life > implicitLife {
		life = implicitLife
	}
	i := intake.Issue{TokenInfo: rc.TokenInfo{
		AccessToken: token, TokenType: "bearer", ExpiresIn: life, Scope: answer.Get("scope"), EndpointID: answer.Get("endpoint_id"),
	}}
	if err := h.Grants.Check(ctx, f.Platform, &i); err != nil {
		return intake.Issue{}, err // not revoked: it may be somebody else's
	}
	return i, nil
}

// fragment takes the answer to an implicit grant from our own redirect page,
// and says what the page does next. Without a live flow's state it is
// nobody's.
func (h *Handler) fragment(w http.ResponseWriter, r *http.Request) error {
	var body struct{ Fragment string }
	if err := visit.Body(w, r, &body); err != nil {
		return err
	}
	answer, err := url.ParseQuery(body.Fragment)
	if err != nil {
		return refusalOf("")
	}
	o, err := h.answer(context.WithoutCancel(r.Context()), answer)
	if err != nil {
		return err
	}
	visit.JSON(w, http.StatusOK, o)
	return nil
}

// checkIssuer refuses an answer of another authorization server (RFC 9207
// section 2.4), and one without iss from a server that promises it. An
// implicit answer is not promised one there, so only a wrong one is refused.
func checkIssuer(rec record, answer url.Values) error {
	if rec.Issuer == "" || answer.Get("iss") == rec.Issuer || rec.Implicit && !answer.Has("iss") {
		return nil // with no promise there is nothing to compare with
	}
	return errors.Join(errors.New("the answer's iss is not the platform's"),
		rc.Errorf(rc.Denied, "The answer did not come from the phone service that was asked. Close this window and press Sign In again."))
}

// A refusal is the authorization endpoint's no (RFC 6749 section 4.1.2.1).
type refusal struct {
	code     string
	sentence error
}

func (r refusal) Error() string      { return "the authorization endpoint answered " + r.code }
func (r refusal) OAuthError() string { return r.code }
func (r refusal) Unwrap() error      { return r.sentence }

// refusalOf turns OAuth's error codes into sentences. The platform's own
// text is not shown, and a code that nobody registered not repeated: whoever
// can make somebody open a link could write them.
func refusalOf(code string) error {
	kind, sentence := rc.Denied, ""
	switch code {
	case "access_denied":
		sentence = lang.Mark("You did not allow the phone to use your account. Press Sign In to try again.")
	case "unsupported_response_type":
		sentence = lang.Mark("The phone service does not let this app sign in this way (unsupported_response_type). Ask your administrator whether the app is for the implicit grant, and to register it here accordingly.")
	case "invalid_scope":
		sentence = lang.Mark("The phone asked for permissions that this app does not have (invalid_scope). Ask your administrator to add them to the app.")
	case "unauthorized_client", "invalid_client":
		sentence = fmt.Sprintf(lang.Mark("The phone service does not know this app, or does not let it sign people in (%s). Ask your administrator to check its client id."), code)
	case "invalid_request":
		sentence = lang.Mark("The phone service refused this app (invalid_request). Ask your administrator to check how the app is registered.")
	case "server_error", "temporarily_unavailable":
		kind, sentence = rc.Unavailable, lang.Mark("The phone service cannot sign you in right now. Please try again in a moment.")
	case "login_required", "interaction_required", "consent_required", "account_selection_required":
		sentence = lang.Mark("The phone service wants you to sign in again. Press Sign In.")
	default:
		code, sentence = "unknown", lang.Mark("The phone service did not sign you in. Press Sign In to try again.")
	}
	return refusal{code, rc.Errorf(kind, "%s", sentence)}
}

// failWith ends the flow, so that the frame says the same as the window.
func (h *Handler) failWith(ctx context.Context, f store.Flow, cause error) error {
	sentence := lang.Mark("Something went wrong here. Press Sign In to try again.")
	var e *rc.Error
	if errors.As(cause, &e) {
		sentence = e.Message
	}
	if err := h.fail(ctx, f, sentence, codeOf(cause)); err != nil {
		h.Log.Error("ending a sign-in that failed", "err", err)
	}
	return h.told(cause)
}
