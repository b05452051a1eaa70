package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"offhook/internal/platform/wire"
	"offhook/internal/rc"
)

// passed are the headers of a client's request that reach the REST handler.
// Credentials are not among them: a socket acts for its owner only.
var passed = []string{"Accept", "Accept-Language", "Content-Type", "If-None-Match", "X-Http-Method-Override", "X-User-Agent", "Rcextensionid"}

// maxHead bounds address and headers of a forwarded request, as a server does
// for those that come by HTTP: the frame has room for a large body, and what
// reads an address counts on a short one.
const maxHead = 64 << 10

// receive handles one frame of the client.
func (k *socket) receive(ctx context.Context, data []byte) {
	var parts []json.RawMessage
	var meta rc.FrameMeta
	if json.Unmarshal(data, &parts) != nil || len(parts) == 0 || len(parts) > 2 || json.Unmarshal(parts[0], &meta) != nil {
		k.complain("", rc.Coded(rc.Invalid, "CMN-103", "The frame is not a JSON array of a meta object and at most one body"))
		return
	}
	switch meta.Type {
	case rc.FrameHeartbeat:
		k.send(rc.FrameMeta{Type: rc.FrameHeartbeat, MessageID: meta.MessageID}, nil)
	case rc.FrameClientRequest:
		var body []byte
		if len(parts) == 2 {
			body = parts[1]
		}
		k.accept(ctx, meta, body)
	default:
		k.complain(meta.MessageID, rc.Coded(rc.Invalid, "CMN-101", "There is no frame type %q for clients; send ClientRequest or Heartbeat", meta.Type))
	}
}

// accept starts to answer a request, unless the socket has too many.
func (k *socket) accept(ctx context.Context, meta rc.FrameMeta, body []byte) {
	select {
	case k.active <- struct{}{}:
		k.wg.Go(func() {
			defer func() { <-k.active }()
			k.forward(ctx, meta, body)
		})
	default:
		w := newRecorder()
		w.Header().Set("Retry-After", "1")
		k.h.Face.Error(w, k.upgrade, rc.Coded(rc.TooMany, "CMN-301", "More than %d requests are active on this connection; wait for an answer first", maxActive))
		k.respond(meta, w)
	}
}

// forward has the REST handler answer a request.
func (k *socket) forward(ctx context.Context, meta rc.FrameMeta, body []byte) {
	w := newRecorder()
	r, err := k.request(ctx, meta, body)
	if err != nil {
		k.h.Face.Error(w, k.upgrade, err)
		k.respond(meta, w)
		return
	}
	if strings.HasPrefix(r.URL.Path, subscriptionPath) {
		k.session.hold(k)
		defer k.session.release(k)
	}
	k.serve(w, r)
	k.respond(meta, w)
}

// serve calls the REST handler and keeps its panics from ending the process,
// as net/http does for requests of its own.
func (k *socket) serve(w *recorder, r *http.Request) {
	defer func() {
		if p := recover(); p != nil {
			k.h.Log.Error("forwarded request panicked", "method", r.Method, "path", r.URL.Path, "panic", fmt.Sprintf("%T", p), "stack", string(debug.Stack()))
			w.status = 0
			w.body.Reset()
			k.h.Face.Error(w, r, rc.Coded(rc.Unavailable, "CMN-203", "Internal server error"))
		}
	}()
	k.h.REST.ServeHTTP(w, r)
}

// sessionKey is the context key of the session that a request came through.
type sessionKey struct{}

// request makes an HTTP request of a ClientRequest frame.
func (k *socket) request(ctx context.Context, meta rc.FrameMeta, body []byte) (*http.Request, error) {
	u, err := url.Parse(meta.Path)
	if err != nil || u.Scheme != "" || u.Host != "" || !strings.HasPrefix(u.Path, "/") {
		return nil, rc.Coded(rc.Invalid, "CMN-101", "The path %q of the request is not an absolute path", meta.Path)
	}
	if strings.HasPrefix(u.Path, "/restapi/oauth/") || !strings.HasPrefix(u.Path, "/restapi/") {
		return nil, rc.Coded(rc.NotFound, "CMN-120", "%s is not available over the notification socket; send it by HTTP", u.Path)
	}
	if !slices.Contains([]string{"GET", "POST", "PUT", "PATCH", "DELETE"}, meta.Method) {
		return nil, rc.Coded(rc.Invalid, "CMN-101", "The method %q is not one of GET, POST, PUT, PATCH and DELETE", meta.Method)
	}
	query := u.Query()
	for name, v := range meta.Query {
		addQuery(query, name, v)
	}
	// The guide's own sample ends in a slash.
	target := url.URL{Path: strings.TrimSuffix(u.Path, "/"), RawQuery: query.Encode()}
	k.session.mu.Lock()
	c := k.session.caller
	k.session.mu.Unlock()
	ctx = context.WithValue(wire.WithCaller(ctx, c), sessionKey{}, k.session)
	r, err := http.NewRequestWithContext(ctx, meta.Method, target.String(), bytes.NewReader(body))
	if err != nil {
		return nil, rc.Coded(rc.Invalid, "CMN-101", "The request cannot be read: %v", err)
	}
	for name, v := range meta.Headers {
		if slices.Contains(passed, http.CanonicalHeaderKey(name)) {
			r.Header.Set(name, v)
		}
	}
	if headSize(target, r.Header) > maxHead {
		return nil, rc.Errorf(rc.TooLarge, "The path, the query and the headers of the request are larger than %d bytes", maxHead)
	}
	if len(body) > 0 && r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Host, r.RemoteAddr, r.TLS, r.RequestURI = k.upgrade.Host, k.upgrade.RemoteAddr, k.upgrade.TLS, target.RequestURI()
	return r, nil
}

func headSize(address url.URL, header http.Header) int {
	n := len(address.Path) + len(address.RawQuery)
	for name, values := range header {
		n += len(name) + len(strings.Join(values, ""))
	}
	return n
}

// addQuery adds a query parameter as clients write it: a string, a number, a
// switch, or a list of these.
func addQuery(q url.Values, name string, v any) {
	switch v := v.(type) {
	case string:
		q.Add(name, v)
	case float64:
		q.Add(name, strconv.FormatFloat(v, 'f', -1, 64))
	case bool:
		q.Add(name, strconv.FormatBool(v))
	case []any:
		for _, one := range v {
			addQuery(q, name, one)
		}
	}
}

// respond writes a recorded answer as a frame. JSON goes as it is, multipart
// as raw text the way the contract has it, other text as a string.
func (k *socket) respond(meta rc.FrameMeta, w *recorder) {
	body := bytes.TrimSpace(w.body.Bytes())
	mediaType, _, _ := mime.ParseMediaType(w.header.Get("Content-Type"))
	switch {
	case len(body) == 0 || json.Valid(body) || strings.HasPrefix(mediaType, "multipart/"):
	case strings.HasPrefix(mediaType, "text/") && utf8.Valid(body):
		body, _ = json.Marshal(string(body)) // a string
	default:
		w = newRecorder()
		k.h.Face.Error(w, k.upgrade, rc.Coded(rc.Invalid, "CMN-202", "Content of type %s does not travel over the notification socket; fetch it by HTTP", mediaType))
		body = bytes.TrimSpace(w.body.Bytes())
	}
	k.answer(rc.FrameMeta{
		Type: rc.FrameClientRequest, MessageID: meta.MessageID, Status: max(w.status, http.StatusOK), Headers: w.headers(),
	}, body)
}

// A recorder keeps an answer.
type recorder struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func newRecorder() *recorder {
	return &recorder{header: http.Header{"Rcrequestid": {newUUID()}}}
}

// Header implements http.ResponseWriter.
func (w *recorder) Header() http.Header { return w.header }

// WriteHeader implements http.ResponseWriter.
func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
}

// Write implements http.ResponseWriter.
func (w *recorder) Write(b []byte) (int, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.Write(b)
}

// ReadFrom lets a handler copy into the answer.
func (w *recorder) ReadFrom(r io.Reader) (int64, error) {
	w.WriteHeader(http.StatusOK)
	return w.body.ReadFrom(r)
}

// headers are the answer's headers as the gateway spells them; Go's spelling
// of the two that are not in the usual form would hide them from clients.
func (w *recorder) headers() map[string]string {
	out := make(map[string]string, len(w.header))
	for name, values := range w.header {
		switch name {
		case "Rcrequestid":
			name = "RCRequestId"
		case "Wsg-Subscriptionid":
			name = "WSG-SubscriptionId"
		}
		out[name] = strings.Join(values, ", ")
	}
	return out
}
