package oauth

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

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
	maxAge    time.Duration // how old the password may be; negative when any
	hint      string
	scopes    rc.ScopeSet
	openID    []string
	nonce     string
	challenge string
	method    string
	discovery bool
	params    params // to carry through a page, as they were sent
	pushed    string // key of the pushed request that it is, or empty
	form      string // hidden field of the browser that it is bound to, or empty
	display   string
	texts     *texts // in the language of the pages
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

// request finds and checks an authorization request, which the app may have
// pushed before. When it returns a fault and redirect is set, the fault may
// be sent there.
func (h *Handler) request(w http.ResponseWriter, r *http.Request, p params) (request, error) {
	q := request{params: p, texts: language(p, r)}
	app, err := h.Store.App(r.Context(), p["client_id"])
	if errors.Is(err, store.ErrNotFound) {
		return q, errUnknownApp
	}
	if err != nil {
		return q, fmt.Errorf("reading an app: %w", err)
	}
	uri := p["request_uri"]
	if !strings.HasPrefix(uri, pushedPrefix) {
		return h.newRequest(r, app, p)
	}
	form := formToken(w, r)
	p, key, err := h.pushedRequest(r.Context(), app, uri, form)
	if err != nil {
		return q, err
	}
	q, err = h.newRequest(r, app, p)
	q.params, q.pushed, q.form = params{"client_id": app.ClientID, "request_uri": uri}, key, form
	return q, err
}

// newRequest checks the parameters of an app's request.
func (h *Handler) newRequest(r *http.Request, app store.App, p params) (request, error) {
	q := request{
		app: app, state: p["state"], response: p["response_type"], hint: p["login_hint"], prompts: strings.Fields(p["prompt"]), maxAge: -1,
		nonce: p["nonce"], discovery: p["discovery"] == "true", params: p, display: p["display"], texts: language(p, r),
	}
	uri, err := redirectOf(app, p["redirect_uri"])
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
	}
	if err := q.checkResponse(p["response_mode"]); err != nil {
		return err
	}
	if err := q.checkPrompt(p); err != nil {
		return err
	}
	if err := q.checkBrand(p); err != nil {
		return err
	}
	if q.response == "code" {
		if err := q.checkChallenge(p["code_challenge"], p["code_challenge_method"]); err != nil {
			return err
		}
		q.openID = rc.SplitOpenID(p["scope"]) // an id_token comes with a code only
	}
	var err error
	q.scopes, err = narrow(p["scope"], q.app.Scopes)
	return err
}

// responses says for each response_type which grant an app must be
// registered for and how the answer travels. A token never travels in a
// query, which servers log and browsers send on as Referer (RFC 9700 section
// 4.3.2).
var responses = map[string]struct{ grant, mode, sentence string }{
	"code":  {rc.GrantAuthorizationCode, "query", "The app is not registered for authorization codes."},
	"token": {rc.GrantImplicit, "fragment", "The app is not registered for the implicit grant; use response_type=code with PKCE."},
}

func (q *request) checkResponse(mode string) error {
	known, ok := responses[q.response]
	switch {
	case !ok:
		return &fault{http.StatusBadRequest, "unsupported_response_type", "CMN-101", "The supported response types are code and token."}
	case mode != "" && mode != known.mode:
		return invalidRequest("The only response_mode for response_type=" + q.response + " is " + known.mode + ".")
	case !slices.Contains(q.app.Grants, known.grant):
		return &fault{http.StatusBadRequest, "unauthorized_client", "OAU-112", known.sentence}
	}
	return nil
}

func (q *request) checkPrompt(p params) error {
	for _, v := range q.prompts {
		if !slices.Contains([]string{"login", "sso", "consent", "none"}, v) {
			return invalidRequest("prompt may hold login, sso and consent, or none alone.")
		}
	}
	if slices.Contains(q.prompts, "none") && len(q.prompts) > 1 {
		return invalidRequest("prompt=none may not be combined with others.")
	}
	if p["force"] == "true" && !q.asks("none") { // the widget's own way to say prompt=login
		q.prompts = append(slices.DeleteFunc(q.prompts, func(v string) bool { return v == "sso" }), "login")
	}
	if age := p["max_age"]; age != "" {
		n, err := strconv.ParseInt(age, 10, 32)
		if err != nil || n < 0 {
			return invalidRequest("max_age must be a number of seconds.")
		}
		q.maxAge = time.Duration(n) * time.Second
	}
	return nil
}

// checkBrand: this platform looks the same under every brand, so it refuses
// only what cannot be one.
func (q *request) checkBrand(p params) error {
	for _, name := range []string{"brand_id", "brandId"} {
		if id := p[name]; len(id) > 10 || strings.Trim(id, "0123456789") != "" {
			return &fault{http.StatusForbidden, "invalid_request", "OAU-101", "The brand id must be a number, such as 1210."}
		}
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

// only reports whether the request has one of login and sso without the
// other: both together are the default and ask for nothing.
func (q request) only(prompt string) bool {
	return q.asks(prompt) && !(q.asks("login") && q.asks("sso"))
}

// needsPassword reports whether the password has to be typed although it was
// at the given time (OpenID Connect Core section 3.1.2.1).
func (q request) needsPassword(typed, now time.Time) bool {
	return q.only("login") || q.maxAge >= 0 && now.Sub(typed) >= q.maxAge
}

// mustAsk reports whether no answer may go out before somebody has looked: a
// private-use scheme may belong to any program on the device, so the redirect
// URI does not tell which app asks (RFC 8252 section 8.6). Loopback addresses
// are compared with their port and are for development on one's own machine.
func (q request) mustAsk() bool {
	return !strings.HasPrefix(q.redirect, "https:") && !strings.HasPrefix(q.redirect, "http:")
}
