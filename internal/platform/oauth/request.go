package oauth

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// A request is a checked authorization request (contract 2.2).
type request struct {
	app       store.App
	redirect  string // empty as long as nothing may be sent there
	given     bool   // redirect was named, not taken from the registration
	state     string
	response  string // response_type
	prompts   []string
	hint      string
	scopes    rc.ScopeSet
	challenge string
	method    string
	discovery bool
	params    params // as they were sent, to carry through a page
}

// repeatable are the parameters that the SDK repeats.
var repeatable = []string{"ui_options", "response_hint"}

// Faults that are shown instead of sent back: the redirect URI may not be
// used, so the answer stays here (RFC 9700 section 4.11.2).
var (
	errUnknownApp = &fault{http.StatusBadRequest, "invalid_client", "OAU-153", "This app is not registered here. Check its client id, or register the app."}
	errNoRedirect = &fault{http.StatusForbidden, "invalid_client", "OAU-113", "No redirect uri is registered for the client"}
	errForeign    = &fault{http.StatusForbidden, "invalid_grant", "OAU-109", "Redirect URIs do not match"}
)

func invalidRequest(sentence string) *fault {
	return &fault{http.StatusBadRequest, "invalid_request", "CMN-101", sentence}
}

// request checks an authorization request. When it returns a fault and
// redirect is set, the fault may be sent there.
func (h *Handler) request(ctx context.Context, p params) (q request, err error) {
	q = request{state: p["state"], response: p["response_type"], hint: p["login_hint"], prompts: strings.Fields(p["prompt"]), params: p}
	q.discovery = p["discovery"] == "true"
	if q.app, err = h.Store.App(ctx, p["client_id"]); errors.Is(err, store.ErrNotFound) {
		return q, errUnknownApp
	} else if err != nil {
		return q, fmt.Errorf("reading an app: %w", err)
	}
	uri, err := redirectOf(q.app, p["redirect_uri"])
	if err != nil {
		return q, err
	}
	q.redirect, q.given = uri, p["redirect_uri"] != ""
	return q, q.check(p)
}

// redirectOf compares byte for byte (RFC 9700 section 2.1). Only an app with
// a single redirect URI may leave it out.
func redirectOf(app store.App, sent string) (string, error) {
	switch {
	case len(app.RedirectURIs) == 0:
		return "", errNoRedirect
	case sent == "" && len(app.RedirectURIs) == 1:
		return app.RedirectURIs[0], nil
	case slices.Contains(app.RedirectURIs, sent):
		return sent, nil
	}
	return "", errForeign
}

// check finds the faults that are sent back.
func (q *request) check(p params) error {
	switch {
	case p["request"] != "":
		return &fault{http.StatusBadRequest, "request_not_supported", "CMN-101", "The parameter request is not supported."}
	case p["request_uri"] != "":
		return &fault{http.StatusBadRequest, "request_uri_not_supported", "CMN-101", "The parameter request_uri is not supported."}
	case q.response == "":
		return errMissing("response_type")
	case q.response != "code":
		return &fault{http.StatusBadRequest, "unsupported_response_type", "CMN-101", "The only supported response_type is code."}
	case p["response_mode"] != "" && p["response_mode"] != "query":
		return invalidRequest("The only supported response_mode is query.")
	case !slices.Contains(q.app.Grants, rc.GrantAuthorizationCode):
		return &fault{http.StatusBadRequest, "unauthorized_client", "OAU-112", "The app is not registered for authorization codes."}
	}
	if err := q.checkPrompt(); err != nil {
		return err
	}
	if err := q.checkChallenge(p["code_challenge"], p["code_challenge_method"]); err != nil {
		return err
	}
	var err error
	q.scopes, err = narrow(p["scope"], q.app.Scopes)
	return err
}

func (q *request) checkPrompt() error {
	for _, v := range q.prompts {
		if !slices.Contains([]string{"login", "sso", "consent", "none"}, v) {
			return invalidRequest("prompt may hold login, sso and consent, or none alone.")
		}
	}
	if slices.Contains(q.prompts, "none") && len(q.prompts) > 1 {
		return invalidRequest("prompt=none may not be combined with others.")
	}
	return nil
}

// checkChallenge enforces RFC 7636 sections 4.2 and 4.3, and PKCE for public
// apps (RFC 9700 section 2.1.1).
func (q *request) checkChallenge(challenge, method string) error {
	if challenge == "" {
		if method != "" {
			return invalidRequest("code_challenge_method was sent without code_challenge.")
		}
		if q.app.Public() {
			return invalidRequest("This app has no secret, so it must send code_challenge (PKCE, RFC 7636).")
		}
		return nil
	}
	if method == "" {
		method = "plain"
	}
	if method != "S256" && method != "plain" {
		return invalidRequest("code_challenge_method must be S256 or plain.")
	}
	if !unreserved(challenge) || method == "S256" && len(challenge) != 43 {
		return invalidRequest("code_challenge must be 43 to 128 characters of A-Z a-z 0-9 - . _ ~ (RFC 7636).")
	}
	q.challenge, q.method = challenge, method
	return nil
}

// unreserved reports whether s is a code verifier by RFC 7636 section 4.1.
func unreserved(s string) bool {
	bad := func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-._~", r))
	}
	return len(s) >= 43 && len(s) <= 128 && !strings.ContainsFunc(s, bad)
}

// narrow returns the scopes of have that are asked for; asking for none the
// platform knows means all of them, as the guide says (contract 2.2), and
// asking only for others is a fault.
func narrow(asked string, have rc.ScopeSet) (rc.ScopeSet, error) {
	want := rc.SplitScopes(asked)
	if len(want) == 0 {
		return have, nil
	}
	var got rc.ScopeSet
	for _, s := range want {
		if have.Has(s) {
			got = append(got, s)
		}
	}
	if len(got) == 0 {
		return nil, errScope
	}
	return got, nil
}

// asks reports whether the request has a prompt value.
func (q request) asks(prompt string) bool { return slices.Contains(q.prompts, prompt) }

// location is the redirect URI with an answer. iss is in every answer, so
// that a client of two servers can tell whose it is (RFC 9207).
func (q request) location(issuer string, answer url.Values) string {
	answer.Set("iss", issuer)
	if q.state != "" {
		answer.Set("state", q.state)
	}
	if q.response == "token" { // such a client reads the fragment only
		return q.redirect + "#" + answer.Encode()
	}
	sep := "?"
	if strings.Contains(q.redirect, "?") {
		sep = "&"
	}
	return q.redirect + sep + answer.Encode()
}

// destination is how the sign-in page names the redirect URI.
func (q request) destination() string {
	u, err := url.Parse(q.redirect)
	if err != nil {
		return ""
	}
	if u.Scheme == "http" || u.Scheme == "https" {
		return u.Host
	}
	return u.Scheme
}
