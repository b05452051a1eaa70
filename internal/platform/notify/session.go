package notify

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"offhook/internal/platform/wire"
	"offhook/internal/rc"
)

// A session is what outlives a dropped socket: the subscription and the
// notifications that the client may have missed. Its client names it, and
// what it saw last, by the wsc token of the last frame it got.
//
//	new ──▶ attached ──socket ends──▶ detached ──180 s──▶ forgotten
//	            ▲                        │
//	            └────wsc on a new socket─┘
//
// Locks are taken in the order Handler.mu, session.mu.
type session struct {
	id     string        // unguessable, but only its owner may recover it
	signIn string        // guarded by Handler.mu; the OAuth session
	sub    *subscription // guarded by Handler.mu; nil before the client asks for one

	mu     sync.Mutex
	caller wire.Caller // guarded by mu
	socket *socket     // guarded by mu; nil while detached
	seq    int64       // guarded by mu; of the newest notification; 1 is ConnectionDetails
	recent []frame     // guarded by mu; the newest notifications, oldest first
	left   time.Time   // guarded by mu; when it was detached
	expiry *time.Timer // guarded by mu; forgets a detached session
}

// A frame is an encoded notification. Frames of one session are numbered
// without gaps.
type frame struct {
	seq  int64
	data []byte
}

func newSession(c wire.Caller) *session {
	return &session{id: rand.Text(), signIn: c.SessionID, caller: c, seq: 1}
}

// token is the wsc token of a client that has seen every frame up to seq.
// Released clients send back the token alone, so it must say both.
func (s *session) token(seq int64) *rc.WSC {
	return &rc.WSC{Token: s.id + "." + strconv.FormatInt(seq, 10), Sequence: seq}
}

// splitToken is the reverse of token.
func splitToken(token string) (id string, seq int64, ok bool) {
	id, digits, _ := strings.Cut(token, ".")
	seq, err := strconv.ParseInt(digits, 10, 64)
	return id, seq, err == nil && seq > 0
}

// notify counts, encodes and keeps a notification, and wakes the socket. A
// socket that falls too far behind is cut off; its client finds the newest
// notifications when it recovers.
func (s *session) notify(n rc.Notification) error {
	body, err := json.Marshal(n)
	if err != nil {
		return fmt.Errorf("encoding a notification: %w", err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	meta, err := json.Marshal(rc.FrameMeta{
		Type: rc.FrameServerNotification, MessageID: n.UUID, Status: 200,
		Headers: map[string]string{"RCRequestId": n.UUID}, WSC: s.token(s.seq + 1),
	})
	if err != nil {
		return fmt.Errorf("encoding a notification's meta: %w", err)
	}
	s.seq++
	s.recent = append(s.recent, frame{s.seq, join(meta, body)})
	s.trim()
	if k := s.socket; k != nil {
		k.poke()
		if s.seq-k.sent > maxBacklog {
			k.cancel()
		}
	}
	return nil
}

// trim keeps the newest notifications for recovery, and those that the
// socket has still to send. s.mu is held.
func (s *session) trim() {
	extra := len(s.recent) - recoveryBuffer
	if k := s.socket; k != nil {
		extra = min(extra, len(s.recent)-int(s.seq-k.sent))
	}
	if extra > 0 {
		s.recent = slices.Delete(s.recent, 0, extra)
	}
}

// next is the frame that a socket has to send now, if any.
func (s *session) next(k *socket) (frame, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	behind := int(s.seq - k.sent)
	if s.socket != k || k.held > 0 || behind <= 0 {
		return frame{}, false
	}
	return s.recent[len(s.recent)-behind], true
}

// wrote notes that k has sent a notification.
func (s *session) wrote(k *socket, seq int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k.sent = seq
}

// seen is the wsc token of what k's client has been sent.
func (s *session) seen(k *socket) *rc.WSC {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.token(k.sent)
}

// hold keeps notifications back until release: a client must learn of its
// subscription before it gets the first of them, or it throws it away.
func (s *session) hold(k *socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	k.held++
}

// release ends a hold.
func (s *session) release(k *socket) {
	s.mu.Lock()
	k.held--
	s.mu.Unlock()
	k.poke()
}

// attach makes k the session's socket, as one that has seen everything up to
// seen. It returns the socket that had the session until now, if any: the
// client has left it, even if we have not noticed yet.
func (s *session) attach(k *socket, c wire.Caller, seen int64) (previous *socket) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.expiry != nil {
		s.expiry.Stop()
		s.expiry = nil
	}
	previous, s.socket, s.caller = s.socket, k, c
	// What is kept no more is passed over; the numbers show the gap.
	k.sent = max(seen, s.seq-int64(len(s.recent)))
	return previous
}

// detach reports whether k was the session's socket and leaves the session
// to be recovered; forget is called when nobody did so in time.
func (s *session) detach(k *socket, at time.Time, forget func()) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.socket != k {
		return false
	}
	s.socket, s.left = nil, at
	s.trim()
	var timer *time.Timer
	timer = time.AfterFunc(recoveryTimeout, func() {
		s.mu.Lock()
		// A timer that fired while the session was being recovered is not
		// the session's any more.
		current := s.expiry == timer
		s.mu.Unlock()
		if current {
			forget()
		}
	})
	s.expiry = timer
	return true
}

// end detaches the session for good and returns the socket it had.
func (s *session) end() *socket {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.expiry != nil {
		s.expiry.Stop()
		s.expiry = nil
	}
	k := s.socket
	s.socket = nil
	return k
}

// detached reports since when the session has had no socket.
func (s *session) detached() (since time.Time, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.left, s.socket == nil
}

// join writes a gateway frame: an array of meta and, unless it is empty, the
// body.
func join(meta, body []byte) []byte {
	out := make([]byte, 0, len(meta)+len(body)+3)
	out = append(out, '[')
	out = append(out, meta...)
	if len(body) > 0 {
		out = append(out, ',')
		out = append(out, body...)
	}
	return append(out, ']')
}
