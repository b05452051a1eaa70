package notify

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/coder/websocket"

	"offhook/internal/platform/wire"
	"offhook/internal/rc"
)

// maxFrame is the largest frame a client may send: a REST body and its meta.
const maxFrame = 1<<20 + 16<<10

// Why the gateway ends a socket. The client is told by an Error frame, and
// each may be followed by another socket.
var (
	errToken    = rc.Coded(rc.Unauthenticated, "OAU-213", "The socket token is unknown or has expired; get a new one from POST %s", rc.WSTokenPath)
	errRevoked  = rc.Coded(rc.Unauthenticated, "OAU-213", "Token revoked; sign in again")
	errTooMany  = rc.Coded(rc.TooMany, "CMN-301", "This sign-in has %d sockets open already; close some of them", maxConnections)
	errIdle     = rc.Coded(rc.Unavailable, "WSG-902", "Idle timeout expired; send a Heartbeat frame when there is nothing to say")
	errAbsolute = rc.Coded(rc.Unavailable, "WSG-903", "Absolute timeout expired; connect again with a new token")
	errInternal = rc.Coded(rc.Unavailable, "CMN-203", "Internal server error; connect again")
)

// gateway answers GET /ws. Any origin may connect: the token in the URL is
// the whole proof, and no cookie counts.
//
// A refusal is an Error frame, too, because released clients under Node end
// their process when the handshake itself is refused.
func (h *Handler) gateway(w http.ResponseWriter, r *http.Request) {
	query := r.URL.Query()
	c, refusal := h.caller(r.Context(), query.Get("access_token"))
	ws, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return // Accept has answered
	}
	defer ws.CloseNow() //nolint:errcheck // closed properly where there was something to say
	if !h.enter() {
		_ = ws.Close(websocket.StatusGoingAway, "")
		return
	}
	defer h.sockets.Done()
	ws.SetReadLimit(maxFrame)
	// The request's context ends when a hijacking handler likes, but its
	// values (which listener, which address) serve the forwarded requests.
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
	defer cancel()
	k := newSocket(h, ws, r, cancel)
	if refusal == nil {
		refusal = k.run(ctx, c, query.Get("wsc"))
	}
	if refusal != nil {
		var e *rc.Error
		if !errors.As(refusal, &e) {
			h.Log.Error("opening a notification socket", "err", refusal)
			e = errInternal
		}
		k.fail(e)
	}
}

// enter counts a socket in, unless the handler is closed.
func (h *Handler) enter() bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return false
	}
	h.sockets.Add(1)
	return true
}

// open gives a socket its session: the one that the wsc token names, if its
// owner is the caller and it is still kept, else a new one. It returns what
// the ConnectionDetails frame says, and what the client has seen.
func (h *Handler) open(k *socket, c wire.Caller, wsc string) (details rc.ConnectionDetails, seen int64, err error) {
	details = rc.ConnectionDetails{
		CreationTime:             h.now().UTC().Format("2006-01-02T15:04:05.000-0700"),
		MaxConnectionsPerSession: maxConnections,
		RecoveryBufferSize:       recoveryBuffer,
		RecoveryTimeout:          int(recoveryTimeout / time.Second),
		IdleTimeout:              int(idleTimeout / time.Second),
		AbsoluteTimeout:          int(absoluteTimeout / time.Second),
		MaxActiveRequests:        maxActive,
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	s, seen := h.recoverable(c, wsc)
	if s == nil {
		if err := h.makeRoom(c.SessionID); err != nil {
			return details, 0, err
		}
		s, seen = newSession(c), 1
		h.sessions[s.id] = s
		if wsc != "" {
			details.RecoveryState, details.RecoveryErrorCode = "Failed", "WSG-1005"
		}
	} else {
		details.RecoveryState = "Successful"
		h.leaveSignIn(s)
	}
	s.signIn = c.SessionID
	if h.signIns[s.signIn] == nil {
		h.signIns[s.signIn] = make(map[*session]struct{})
	}
	h.signIns[s.signIn][s] = struct{}{}
	if s.sub != nil { // its promise counts from every connection
		s.sub.renewed = h.now()
	}
	k.session = s
	if previous := s.attach(k, c, seen); previous != nil {
		previous.cancel()
	}
	return details, seen, nil
}

// recoverable finds the session of a wsc token and what its client has seen.
// h.mu is held.
func (h *Handler) recoverable(c wire.Caller, wsc string) (s *session, seen int64) {
	id, seen, ok := splitToken(wsc)
	if !ok || h.sessions[id] == nil {
		return nil, 0
	}
	s = h.sessions[id]
	s.mu.Lock()
	defer s.mu.Unlock()
	// Another sign-in of the same user may recover, but only with the same
	// permissions: filters were allowed by them.
	same := s.caller.AccountID == c.AccountID && s.caller.ExtensionID == c.ExtensionID &&
		s.caller.ClientID == c.ClientID && slices.Equal(s.caller.Scopes, c.Scopes)
	if !same || seen > s.seq {
		return nil, 0
	}
	return s, seen
}

// makeRoom keeps a sign-in within its number of sessions; the one that has
// been without a socket for longest makes room. h.mu is held.
func (h *Handler) makeRoom(signIn string) error {
	if len(h.signIns[signIn]) < maxConnections {
		return nil
	}
	var oldest *session
	var since time.Time
	for s := range h.signIns[signIn] {
		if left, ok := s.detached(); ok && (oldest == nil || left.Before(since)) {
			oldest, since = s, left
		}
	}
	if oldest == nil {
		return errTooMany
	}
	oldest.end()
	h.forget(oldest)
	return nil
}

// leave detaches a socket whose client has gone.
func (h *Handler) leave(k *socket) {
	k.session.detach(k, h.now(), func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if _, ok := k.session.detached(); ok {
			h.forget(k.session)
		}
	})
}

// drop ends a session whose socket was not opened after all.
func (h *Handler) drop(s *session) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s.end()
	h.forget(s)
}

// forget drops a session and its subscription. h.mu is held.
func (h *Handler) forget(s *session) {
	delete(h.sessions, s.id)
	h.leaveSignIn(s)
	if s.sub != nil {
		h.unbind(s.sub)
	}
}

func (h *Handler) leaveSignIn(s *session) {
	delete(h.signIns[s.signIn], s)
	if len(h.signIns[s.signIn]) == 0 {
		delete(h.signIns, s.signIn)
	}
}
