package oauth

import (
	"errors"
	"fmt"
	"net/http"

	"offhook/internal/platform/wire"
	"offhook/internal/rc"
)

// A fault is what a client of the OAuth endpoints is told: OAuth's own name
// for it, which no [rc.Kind] determines, and RingCentral's code (contract
// 2.6).
type fault struct {
	status   int
	name     string // OAuth's error
	code     string // RingCentral's errorCode
	sentence string
}

// Error returns the sentence.
func (f *fault) Error() string { return f.sentence }

// Faults of requests that are not well formed.
var (
	errTooLarge = &fault{http.StatusRequestEntityTooLarge, "invalid_request", "CMN-101", "The request is too large."}
	errForm     = &fault{http.StatusBadRequest, "invalid_request", "CMN-101", "Send the parameters as application/x-www-form-urlencoded, in UTF-8."}
	errInURL    = &fault{http.StatusBadRequest, "invalid_request", "CMN-101", "Send the parameters in the request body, not in the URL, where they end up in logs."}
	errTooMany  = &fault{http.StatusTooManyRequests, "temporarily_unavailable", "CMN-301", "Too many failed requests from this address; wait a minute."}
)

// Faults of clients.
var (
	errNoClient       = &fault{http.StatusUnauthorized, "invalid_client", "OAU-123", "Client authentication is missing: send client_id in the body, or id and secret by HTTP Basic."}
	errBadClient      = &fault{http.StatusUnauthorized, "invalid_client", "OAU-146", "The client id or secret is wrong."}
	errNeedsSecret    = &fault{http.StatusUnauthorized, "invalid_client", "OAU-123", "This app has a secret; send id and secret by HTTP Basic."}
	errNeedsAssertion = &fault{http.StatusUnauthorized, "invalid_client", "OAU-151", "This app has a key pair and no secret; send a client_assertion that it signed."}
	errTwoMethods     = &fault{http.StatusBadRequest, "invalid_request", "OAU-116", "The app authenticates in more than one way; choose HTTP Basic, client_secret or client_assertion."}
	errTwoClients     = &fault{http.StatusBadRequest, "invalid_request", "OAU-150", "client_id differs from the id in the Authorization header."}
	errBasic          = &fault{http.StatusUnauthorized, "invalid_client", "OAU-134", "The Authorization header is not HTTP Basic with a client id and secret."}
)

// Faults of grants. What a guesser could learn from is one sentence.
var (
	errCode         = &fault{http.StatusBadRequest, "invalid_grant", "OAU-106", "The authorization code is invalid or was used before; start the sign-in again."}
	errCodeExpired  = &fault{http.StatusBadRequest, "invalid_grant", "OAU-108", "The authorization code has expired; start the sign-in again."}
	errRedirect     = &fault{http.StatusBadRequest, "invalid_grant", "OAU-109", "Redirect URIs do not match"}
	errVerifier     = &fault{http.StatusBadRequest, "invalid_grant", "OAU-106", "code_verifier does not belong to this authorization code; start the sign-in again."}
	errRefreshToken = &fault{http.StatusBadRequest, "invalid_grant", "OAU-213", "Token not found"}
	errScope        = &fault{http.StatusBadRequest, "invalid_scope", "OAU-117", "The app or the sign-in does not have the requested scope."}
	errGrantType    = &fault{http.StatusBadRequest, "unsupported_grant_type", "OAU-112", "This grant type is not supported here; see grant_types_supported in the discovery document."}
	errGrantDenied  = &fault{http.StatusBadRequest, "unauthorized_client", "OAU-112", "The app is not registered for this grant type."}
)

func errRepeated(name string) *fault {
	return &fault{http.StatusBadRequest, "invalid_request", "OAU-111", fmt.Sprintf("The parameter %s was sent more than once.", name)}
}

func errMissing(name string) *fault {
	return &fault{http.StatusBadRequest, "invalid_request", "CMN-101", fmt.Sprintf("The parameter %s is missing.", name)}
}

// fail writes err in the OAuth envelope. What is not a fault is logged and
// told to nobody.
func (h *Handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	f := h.known(w, r, err)
	if f.status == http.StatusUnauthorized && r.Header.Get("Authorization") != "" {
		w.Header().Set("WWW-Authenticate", `Basic realm="RingCentral REST API"`) // RFC 6749 section 5.2
	}
	wire.JSON(w, f.status, rc.OAuthError{
		Error: f.name, ErrorDescription: f.sentence, Errors: []rc.ErrorItem{{ErrorCode: f.code, Message: f.sentence}},
	})
}

// known returns err's fault; any other error is logged and becomes one.
func (h *Handler) known(w http.ResponseWriter, r *http.Request, err error) *fault {
	var f *fault
	if errors.As(err, &f) {
		return f
	}
	if r.Context().Err() == nil {
		h.Log.Error("answering a request", "method", r.Method, "path", r.URL.Path, "request", w.Header().Get("RCRequestId"), "err", err)
	}
	return &fault{http.StatusInternalServerError, "server_error", "CMN-203", "Something went wrong here. Please try again."}
}

// oauth adapts an endpoint to [wire.Face]: its errors have OAuth's envelope
// and no answer is ever stored.
func (h *Handler) oauth(fn func(w http.ResponseWriter, r *http.Request) error) func(w http.ResponseWriter, r *http.Request) error {
	return func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Pragma", "no-cache") // RFC 6749 section 5.1
		if err := fn(w, r); err != nil {
			h.fail(w, r, err)
		}
		return nil
	}
}
