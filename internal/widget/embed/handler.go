package embed

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"offhook/internal/listen"
	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/intake"
	"offhook/internal/widget/visit"
	"offhook/web"
)

// Handler serves app.html. It establishes which app is asked for and which
// page embeds it; the Shell draws what follows.
//
// Nobody can say truthfully from inside a frame who is around it, so a claim
// is enough: the document is served with frame-ancestors of exactly the
// claimed origin, and the browser shows it nowhere else. The claim is the
// parameter embedOrigin, else the Referer; where there is neither, a page
// without any content asks the browser and comes back with the parameter.
type Handler struct {
	Registry *Registry
	Sessions visit.Sessions
	Shell    visit.Shell
	Audit    Audit
	// Intakes takes secrets out of addresses; nil where the operator does
	// not allow them there.
	Intakes *intake.Intakes
	Visits  *visit.Face // answers the probe page
	Now     func() time.Time
	Log     *slog.Logger

	kept listen.Throttle // by source
}

// Audit takes the entries of the audit trail.
type Audit interface {
	Record(ctx context.Context, e store.AuditEntry)
}

// Mount registers the package's routes.
func (h *Handler) Mount(mux *http.ServeMux) {
	mux.HandleFunc("GET /app.html", h.app)
	h.Visits.Open(mux, "GET /p/{key}/environments", h.environments)
	h.mountIntake(mux)
}

// embedOrigin is the parameter with which the probe page comes back.
const embedOrigin = "embedOrigin"

func (h *Handler) app(w http.ResponseWriter, r *http.Request) {
	protect(w.Header(), "'none'")
	to, err := h.clean(r)
	if err != nil {
		h.refuse(w, r, err)
		return
	}
	if to != "" {
		// A Referrer-Policy on a redirect would take the next request's
		// Referer, which is the host page's and our candidate.
		w.Header().Del("Referrer-Policy")
		http.Redirect(w, r, to, http.StatusSeeOther)
		return
	}
	if err := h.show(w, r); err != nil {
		h.refuse(w, r, err)
	}
}

// baseOf is base with the host that the request was really sent to.
func baseOf(r *http.Request, base string) string {
	scheme, _, _ := strings.Cut(base, "://")
	return scheme + "://" + strings.ToLower(r.Host)
}

func (h *Handler) show(w http.ResponseWriter, r *http.Request) error {
	query, own := r.URL.Query(), listen.BaseURL(r)
	clientID := firstOf(query, "clientId", "appKey")
	origin, framed := claim(r), true
	if topLevel(r) {
		origin, framed = own, false
	}
	if origin == "" || clientID == "" && !query.Has(embedOrigin) {
		h.probe(w)
		return nil
	}
	v, err := h.view(r, clientID, origin)
	if err != nil {
		return err
	}
	v.Framed = framed
	protect(w.Header(), ancestors(v))
	allowAssets(w.Header(), v.embed, v.ShellView)
	if v.Signin.Implicit || v.Signin.SSO {
		// A hidden frame asks the platform who is signed in there, or again
		// before the hour of an implicit sign-in is over.
		w.Header().Set("Content-Security-Policy", w.Header().Get("Content-Security-Policy")+"; frame-src 'self' "+v.Frame.Platform)
	}
	if r.URL.Query().Get("embedderPolicy") == "none" {
		// With a policy of our own, every answer on a hidden frame's way must
		// allow us (Cross-Origin-Resource-Policy), and platforms do not know of
		// it. Host pages that have such a policy must not ask for this.
		w.Header().Del("Cross-Origin-Embedder-Policy")
	}
	h.Shell.Shell(w, r, v.ShellView)
	return nil
}

// A view is a ShellView with what only the headers need.
type view struct {
	visit.ShellView
	embed store.Embed
}

func (h *Handler) view(r *http.Request, clientID, origin string) (view, error) {
	query := r.URL.Query()
	platform, e, err := h.admit(r.Context(), query, origin, listen.BaseURL(r))
	if err != nil {
		return view{}, err
	}
	if err := refuseSecret(query.Get(removed), e); err != nil {
		return view{}, err
	}
	frame, err := h.frame(r, store.Frame{
		Platform: platform.Origin, ClientID: clientID, Prefix: query.Get("prefix"), Origin: origin, Opener: h.opener(query, e, origin, listen.BaseURL(r)),
	})
	if err != nil {
		return view{}, err
	}
	session, err := h.Sessions.Session(r, frame)
	if err != nil {
		return view{}, err
	}
	signin, err := h.signin(r, platform, e, frame)
	if err != nil {
		return view{}, err
	}
	for _, name := range []string{embedOrigin, removed, intakeParam} {
		query.Del(name)
	}
	v := view{visit.ShellView{
		Frame: frame, SignedIn: session != nil, Platform: platform.Name, Capabilities: e.Capabilities, Query: query, Signin: signin,
	}, e}
	settle(&v.ShellView, e)
	if h.Visits != nil && h.Visits.Apps != nil {
		h.Visits.Apps.Opened(frame.Key, appOf(query))
	}
	return v, nil
}

// mayFrame is asked before the document is served; the browser asks again.
func (h *Handler) mayFrame(e store.Embed, origin, own string) error {
	if origin == "null" {
		return rc.Errorf(rc.Denied, "This page has no address of its own (it was opened from a file, or in a sandbox), so the phone cannot know it. Open it from a web server such as http://127.0.0.1.")
	}
	if origin == own || h.Registry.Frames(e, origin) {
		return nil
	}
	return rc.Errorf(rc.Denied, "This phone is not set up for %s. Ask your administrator to run “offhook embed add” with --origin %s.", origin, origin)
}

// frame records the frame once and returns it with its key. Reading first
// spares a write for every page that is opened.
func (h *Handler) frame(r *http.Request, f store.Frame) (store.Frame, error) {
	f.Key, f.CreatedAt = Key(f), h.Now()
	ctx := r.Context()
	known, err := h.Registry.Store.Frame(ctx, f.Key)
	if err == nil {
		return known, nil
	}
	if !errors.Is(err, store.ErrNotFound) {
		return store.Frame{}, fmt.Errorf("reading the frame: %w", err)
	}
	if err := h.Registry.Store.Write(ctx, func(tx store.WidgetTx) error { return tx.PutFrame(ctx, f) }); err != nil {
		return store.Frame{}, fmt.Errorf("recording the frame: %w", err)
	}
	return f, nil
}

// Key is the hash that names a frame in URLs and cookies. Each field is
// preceded by its length, so that no two frames share one.
func Key(f store.Frame) string {
	h := sha256.New()
	parts := []string{f.Platform, f.ClientID, f.Prefix, f.Origin}
	if f.Opener != "" {
		parts = append(parts, f.Opener)
	}
	for _, part := range parts {
		fmt.Fprintf(h, "%d %s", len(part), part)
	}
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil))[:22]
}

// claim is the origin that seems to embed us, still to be proven.
func claim(r *http.Request) string {
	if text := r.URL.Query().Get(embedOrigin); text != "" {
		if origin, err := ParseOrigin(text); err == nil {
			return origin
		}
		return "null"
	}
	return refererOrigin(r)
}

func ancestors(v view) string {
	if !v.Framed {
		return "'none'"
	}
	return strings.Join(append([]string{v.Frame.Origin}, v.embed.Ancestors...), " ")
}

// policy is design's one policy; connect-src 'self' covers the socket.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; " +
	"connect-src 'self'; form-action 'self'; base-uri 'none'"

// anybody lets every page frame a document that holds nothing. A policy of
// "*" would leave out the pages without an origin, which need to be told.
const anybody = ""

// protect writes the headers of every document here. Embedder and resource
// policy are for host pages with COEP require-corp, which frame nothing
// without them.
func protect(h http.Header, frameAncestors string) {
	h.Set("Content-Security-Policy", policy)
	if frameAncestors != anybody {
		h.Set("Content-Security-Policy", policy+"; frame-ancestors "+frameAncestors)
	}
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Cross-Origin-Embedder-Policy", "require-corp")
	h.Set("Cross-Origin-Resource-Policy", "cross-origin")
	h.Set("Cache-Control", "no-store")
}

// refuse shows a sentence. It may be framed by anybody, else the page that
// embeds us without leave would show an empty box and nobody would know why;
// there is nothing in it to click or to read.
func (h *Handler) refuse(w http.ResponseWriter, r *http.Request, err error) {
	protect(w.Header(), anybody)
	var e *rc.Error
	if !errors.As(err, &e) {
		if r.Context().Err() == nil {
			h.Log.Error("opening a frame", "err", err)
		}
		h.Shell.Refuse(w, r, http.StatusInternalServerError, "Something went wrong here. Please try again.")
		return
	}
	if e.Kind == rc.Denied {
		h.Audit.Record(r.Context(), store.AuditEntry{
			Kind: store.AuditRefusal, Way: "embed", ClientID: firstOf(r.URL.Query(), "clientId", "appKey"), Origin: claim(r), Detail: e.Message,
		})
	}
	h.Shell.Refuse(w, r, visit.Status(e.Kind), e.Message)
}

var probePage = template.Must(template.New("probe").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Phone</title>
<script type="module" src="{{.}}"></script>
<noscript>The phone needs JavaScript.</noscript></html>
`))

// probe serves the page that finds out who embeds us. It holds nothing, so
// any page may frame it.
func (h *Handler) probe(w http.ResponseWriter) {
	protect(w.Header(), anybody)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if err := probePage.Execute(w, web.URL("widget/probe.js")); err != nil {
		h.Log.Debug("writing the probe page", "err", err)
	}
}

// firstOf returns the first of the named parameters that is not empty; old
// names come last.
func firstOf(query url.Values, names ...string) string {
	for _, name := range names {
		if v := query.Get(name); v != "" {
			return v
		}
	}
	return ""
}
