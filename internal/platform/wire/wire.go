// Package wire is what the platform's HTTP faces share: who is calling, JSON
// answers, RingCentral's error envelopes, CORS and rate limits (contract 2.6,
// 2.7 and 4). Each face owns its own paths.
package wire

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"

	"offhook/internal/rc"
)

// A Caller is the user and app that a request acts for.
type Caller struct {
	AccountID   int64
	ExtensionID int64
	ClientID    string
	SessionID   string // the OAuth session: all tokens of one sign-in
	Scopes      rc.ScopeSet
}

// An Authenticator knows access tokens. An unknown, expired or revoked token
// is an Unauthenticated *rc.Error with its OAU code.
type Authenticator interface {
	Authenticate(ctx context.Context, accessToken string) (Caller, error)
}

// A Face answers the operations of the contract: it checks token, scope and
// rate limit before a handler runs, and writes its error after.
type Face struct {
	Auth  Authenticator
	Limit *Limiter // nil switches limits off
	Log   *slog.Logger
}

// A HandlerFunc answers an operation for a caller. It returns an error
// instead of writing one.
type HandlerFunc func(w http.ResponseWriter, r *http.Request, c Caller) error

// Handle registers h for an operation that needs a token. The operation must
// be in rc.Operations, which says its rate group and scope; anything else is
// a mistake in our source and panics.
func (f *Face) Handle(mux *http.ServeMux, method, path string, h HandlerFunc) {
	op := operation(method, path)
	mux.HandleFunc(op.Pattern(), func(w http.ResponseWriter, r *http.Request) {
		if err := f.serve(w, r, op, h); err != nil {
			f.Error(w, r, err)
		}
	})
}

// Public registers h for an operation that needs no token.
func (f *Face) Public(mux *http.ServeMux, method, path string, h func(w http.ResponseWriter, r *http.Request) error) {
	op := operation(method, path)
	mux.HandleFunc(op.Pattern(), func(w http.ResponseWriter, r *http.Request) {
		if err := h(w, r); err != nil {
			f.Error(w, r, err)
		}
	})
}

func operation(method, path string) rc.Operation {
	for _, op := range rc.Operations {
		if op.Method == method && op.Path == path {
			return op
		}
	}
	panic(fmt.Sprintf("%s %s is not an operation of the contract", method, path))
}

func (f *Face) serve(w http.ResponseWriter, r *http.Request, op rc.Operation, h HandlerFunc) error {
	c, err := f.Caller(r)
	if err != nil {
		return err
	}
	if err := f.Limit.Take(w.Header(), c, op.Group); err != nil {
		return err
	}
	if op.Scope != "" && !c.Scopes.Has(op.Scope) {
		return rc.Coded(rc.Denied, "CMN-401", "In order to call this API endpoint, application needs to have [%s] permission", op.Scope)
	}
	return h(w, r, c)
}

// callerKey is the context key of [WithCaller].
type callerKey struct{}

// WithCaller lets requests with this context act for c without a token: the
// notification gateway forwards what a socket's owner asks for, and knows
// the owner since the socket was opened.
func WithCaller(ctx context.Context, c Caller) context.Context {
	return context.WithValue(ctx, callerKey{}, c)
}

// Caller is who the request acts for: who [WithCaller] says, else the owner
// of its access token.
func (f *Face) Caller(r *http.Request) (Caller, error) {
	if c, ok := r.Context().Value(callerKey{}).(Caller); ok {
		return c, nil
	}
	token, ok := rc.BearerToken(r.Header.Get("Authorization"))
	if !ok {
		return Caller{}, rc.Coded(rc.Unauthenticated, "OAU-123", "Authorization header is not specified; send Authorization: Bearer and an access token")
	}
	return f.Auth.Authenticate(r.Context(), token)
}

// JSON writes v. Encoding our own types cannot fail.
func JSON(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v)
}

// Statuses is the platform's one table from Kind to HTTP status.
var Statuses = map[rc.Kind]int{
	rc.Invalid:         http.StatusBadRequest,
	rc.Unauthenticated: http.StatusUnauthorized,
	rc.Denied:          http.StatusForbidden,
	rc.NotFound:        http.StatusNotFound,
	rc.Conflict:        http.StatusConflict,
	rc.TooLarge:        http.StatusRequestEntityTooLarge,
	rc.Unsupported:     http.StatusUnsupportedMediaType,
	rc.TooMany:         http.StatusTooManyRequests,
	rc.Unavailable:     http.StatusServiceUnavailable,
	rc.Unacceptable:    http.StatusNotAcceptable,
}

// codes are the errorCodes of errors that carry none.
var codes = map[rc.Kind]string{
	rc.Invalid: "CMN-101", rc.Unauthenticated: "OAU-128", rc.Denied: "CMN-408", rc.NotFound: "CMN-102",
	rc.Conflict: "CMN-406", rc.TooLarge: "CMN-101", rc.Unsupported: "MSG-348", rc.TooMany: "CMN-301", rc.Unavailable: "CMN-201", rc.Unacceptable: "MSG-343",
}

// Error writes err in the REST envelope. What is not an *rc.Error is logged
// and told to nobody.
func (f *Face) Error(w http.ResponseWriter, r *http.Request, err error) {
	var e *rc.Error
	if !errors.As(err, &e) {
		if r.Context().Err() == nil {
			f.Log.Error("answering a request", "method", r.Method, "path", r.URL.Path, "request", w.Header().Get("RCRequestId"), "err", err)
		}
		JSON(w, http.StatusInternalServerError, envelope("CMN-203", "Internal server error", ""))
		return
	}
	code := e.Code
	if code == "" {
		code = codes[e.Kind]
	}
	if e.Kind == rc.Unauthenticated {
		w.Header().Set("WWW-Authenticate", `Bearer realm="RingCentral REST API"`)
	}
	JSON(w, Statuses[e.Kind], envelope(code, e.Message, e.Parameter))
}

func envelope(code, message, parameter string) rc.ErrorEnvelope {
	return rc.ErrorEnvelope{
		ErrorCode: code, Message: message, ParameterName: parameter,
		Errors: []rc.ErrorItem{{ErrorCode: code, Message: message, ParameterName: parameter}},
	}
}

// maxBody is the largest JSON body that any operation takes.
const maxBody = 1 << 20

// Body decodes a JSON body of at most 1 MiB into v.
func Body(w http.ResponseWriter, r *http.Request, v any) error {
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(v)
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &tooLarge):
		return rc.Errorf(rc.TooLarge, "The request body is larger than %d bytes", maxBody)
	default:
		return rc.Coded(rc.Invalid, "CMN-103", "The request body is not valid JSON for this operation")
	}
}

// allowedHeaders are the request headers of released clients (contract 2.7
// and clients.md section 1); browsers refuse "*" with credentials.
const allowedHeaders = "Authorization, Client-Id, X-User-Agent, Content-Type, Accept, Accept-Language, Discovery-Tag, Cache-Control, Pragma, Expires, RCExtensionId, If-None-Match, X-HTTP-Method-Override"

// exposedHeaders are the response headers that clients read.
const exposedHeaders = "Retry-After, Discovery-Required, Discovery-Tag, X-Rate-Limit-Group, X-Rate-Limit-Limit, X-Rate-Limit-Remaining, X-Rate-Limit-Window, Date, RCRequestId, ETag, Content-Disposition"

// CORS lets any origin call the API with a token, as the contract demands.
// No path that a browser's own cookie could authorize may be behind it
// (RFC 9700 section 2.6): noCORS names those.
func CORS(next http.Handler, noCORS ...string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		origin := r.Header.Get("Origin")
		for _, p := range noCORS {
			if strings.HasPrefix(r.URL.Path, p) {
				origin = ""
			}
		}
		if origin == "" {
			next.ServeHTTP(w, r)
			return
		}
		h := w.Header()
		h.Add("Vary", "Origin")
		h.Set("Access-Control-Allow-Origin", origin)
		h.Set("Access-Control-Allow-Credentials", "true")
		h.Set("Access-Control-Expose-Headers", exposedHeaders)
		if r.Method == http.MethodOptions && r.Header.Get("Access-Control-Request-Method") != "" {
			h.Set("Access-Control-Allow-Methods", "GET, POST, PUT, PATCH, DELETE")
			h.Set("Access-Control-Allow-Headers", allowedHeaders)
			h.Set("Access-Control-Max-Age", "600")
			w.WriteHeader(http.StatusNoContent)
			return
		}
		next.ServeHTTP(w, r)
	})
}
