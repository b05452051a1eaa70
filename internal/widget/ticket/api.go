package ticket

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"mime"
	"net/http"
	"strings"

	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/visit"
)

// maxBody is the largest request of a host's server.
const maxBody = 32 << 10

// An apiFunc answers a host's server that has proven itself by its key.
type apiFunc func(w http.ResponseWriter, r *http.Request, e store.Embed) error

// api lets servers in, and only servers: a page that could call this would
// hold the key, and everybody who opens it would, too.
func (h *Handler) api(fn apiFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		header := w.Header()
		header.Set("Cache-Control", "no-store")
		header.Set("X-Content-Type-Options", "nosniff")
		if e, err := h.admit(w, r, fn); err != nil {
			h.audit(r.Context(), e, err)
			h.fail(w, r, err)
		}
	}
}

// audit writes down who was refused; what was merely wrong is the server's
// own to see.
func (h *Handler) audit(ctx context.Context, of store.Embed, err error) {
	var e *rc.Error
	switch f := (store.Frame{Platform: of.Platform, ClientID: of.ClientID}); {
	case !errors.As(err, &e):
	case e.Kind == rc.Unauthenticated:
		h.Entry.Refused(ctx, f, way, "no good embed key")
	case e.Kind == rc.Denied:
		h.Entry.Refused(ctx, f, way, e.Message)
	}
}

// admit returns the embed that the request speaks for, once it is known.
func (h *Handler) admit(w http.ResponseWriter, r *http.Request, fn apiFunc) (e store.Embed, err error) {
	if r.Header.Get("Origin") != "" || r.Header.Get("Sec-Fetch-Site") != "" {
		return e, rc.Errorf(rc.Denied, "This address is for servers, and a browser asked. Ask from your server: in a page everybody could read the embed key.")
	}
	key, ok := rc.BearerToken(r.Header.Get("Authorization"))
	if !ok {
		return e, rc.Errorf(rc.Unauthenticated, "Send the embed key as “Authorization: Bearer OHEK_…”. “offhook embed add --key” makes one.")
	}
	if e, err = h.Embeds.ByKey(r.Context(), rc.Secret(key)); err != nil {
		return e, err
	}
	if !h.limit.Allow(e.Platform+" "+e.ClientID, perEmbed, h.Now()) {
		w.Header().Set("Retry-After", "1")
		return e, rc.Errorf(rc.TooMany, "This embed asks too often. Ask for a ticket only when a page is opened, and keep access tokens until they expire.")
	}
	return e, fn(w, r, e)
}

// A failure is how the API says no.
type failure struct {
	Error   string `json:"error"`
	Message string `json:"message"`
}

// names are the API's one table from Kind to its own code.
var names = map[rc.Kind]string{
	rc.Invalid: "invalid", rc.Unauthenticated: "unauthenticated", rc.Denied: "denied", rc.NotFound: "not_found",
	rc.Conflict: "conflict", rc.TooLarge: "too_large", rc.Unsupported: "unsupported", rc.TooMany: "too_many", rc.Unavailable: "unavailable", rc.Unacceptable: "unacceptable",
}

func (h *Handler) fail(w http.ResponseWriter, r *http.Request, err error) {
	var e *rc.Error
	if !errors.As(err, &e) {
		if r.Context().Err() == nil {
			h.Log.Error("answering a host's server", "path", r.Pattern, "err", err)
		}
		visit.JSON(w, http.StatusInternalServerError, failure{"internal", "Something went wrong here. Please try again."})
		return
	}
	if err != error(e) {
		h.Log.Warn("answering a host's server", "path", r.Pattern, "err", err)
	}
	if e.Kind == rc.Unauthenticated {
		w.Header().Set("WWW-Authenticate", "Bearer") // RFC 9110 section 11.6.1
	}
	visit.JSON(w, visit.Status(e.Kind), failure{names[e.Kind], e.Message})
}

// body reads one JSON object strictly: a name that is misspelt would
// otherwise be a parameter that is missing.
func body(w http.ResponseWriter, r *http.Request, v any) error {
	if kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || kind != "application/json" {
		return rc.Errorf(rc.Invalid, "Send the request as JSON, with “Content-Type: application/json”.")
	}
	dec := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody))
	dec.DisallowUnknownFields()
	err := dec.Decode(v)
	if err == nil && dec.More() {
		err = errors.New("more than one value")
	}
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &tooLarge):
		return rc.Errorf(rc.TooLarge, "A request may have up to %d kB.", maxBody>>10)
	case errors.Is(err, io.EOF):
		return rc.Errorf(rc.Invalid, "The request is empty. docs/sign-in.md describes what it holds.")
	case strings.HasPrefix(err.Error(), "json: unknown field "):
		// The decoder quotes the name; nothing of the values is in it.
		return rc.Errorf(rc.Invalid, "There is no field %s. docs/sign-in.md lists the fields.", strings.TrimPrefix(err.Error(), "json: unknown field "))
	}
	return rc.Errorf(rc.Invalid, "The request is not the JSON object that docs/sign-in.md describes.")
}
