package hostlink

import (
	"cmp"
	"context"
	"encoding/json"
	"time"

	"github.com/coder/websocket"

	"offhook/internal/rc"
)

// why is the reason for which the session is over: what was written down,
// else what is likely. A frame that has a handle has not been told of an end,
// so its time ran out.
func (s *socket) why(ctx context.Context, likely string) string {
	var reason string
	var err error
	if s.byHandle {
		reason, err = s.h.Handles.EndedHandle(ctx, s.visit.Frame, string(s.handle))
	} else {
		reason, err = s.h.Visits.Sessions.Ended(s.r.WithContext(ctx), s.visit.Frame)
	}
	if err != nil && ctx.Err() == nil {
		s.h.Log.Error("looking up why a session ended", "err", err)
	}
	if s.byHandle {
		return cmp.Or(reason, likely, "expired")
	}
	return cmp.Or(reason, likely, "ended")
}

// maxSockets is how many tabs of one session are told what happens: twice what
// people open.
const maxSockets = 40

// statusCrowded closes a socket of a session that has enough of them. The frame
// that precedes it says so, and its tab waits a minute, or until somebody looks
// at it.
const statusCrowded = websocket.StatusCode(4429)

// seat counts a session's socket in, until leave is called; false when it has
// enough.
func (h *Handler) seat(sessionID string) (leave func(), ok bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.open[sessionID] >= maxSockets {
		return nil, false
	}
	if h.open == nil {
		h.open = map[string]int{}
	}
	h.open[sessionID]++
	return func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		if h.open[sessionID]--; h.open[sessionID] == 0 {
			delete(h.open, sessionID)
		}
	}, true
}

// beat asks the browser whether it is there. The browser answers by itself:
// a hidden tab's own timers may run only once a minute.
func (s *socket) beat(ctx context.Context) {
	every := cmp.Or(s.h.Beat, beat)
	t := time.NewTicker(every)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		ctx, cancel := context.WithTimeout(ctx, every*5/3)
		err := s.conn.Ping(ctx)
		cancel()
		if err != nil {
			return
		}
	}
}

// alive looks the session up again, which also keeps a session alive whose
// only request for days is this one. It ends the socket when there is none.
func (s *socket) alive(ctx context.Context) bool {
	if s.byHandle {
		return s.renew(ctx)
	}
	session, err := s.h.Visits.Sessions.Session(s.r.WithContext(ctx), s.visit.Frame)
	if err != nil {
		if ctx.Err() == nil {
			s.h.Log.Error("looking a session up again", "err", err)
		}
		// What cannot be checked is not allowed; the frame asks again.
		s.conn.Close(websocket.StatusTryAgainLater, "")
		return false
	}
	if session == nil || session.ID != s.visit.Session.ID {
		s.end(ctx, s.why(ctx, ""))
		return false
	}
	return true
}

// renew is alive for a session that lives by this socket: it gets more time
// and another handle.
func (s *socket) renew(ctx context.Context) bool {
	handle, err := s.h.Handles.Renew(ctx, s.visit.Session.ID)
	if err != nil {
		if ctx.Err() == nil {
			s.h.Log.Error("renewing a handle", "err", err)
		}
		s.conn.Close(websocket.StatusTryAgainLater, "")
		return false
	}
	if handle == "" {
		s.end(ctx, s.why(ctx, ""))
		return false
	}
	s.handle = rc.Secret(handle)
	return s.write(ctx, frame{Type: "handle", Handle: rc.Secret(handle)}) == nil
}

// end says why and closes. It is the last thing written.
func (s *socket) end(ctx context.Context, reason string) {
	if s.write(ctx, frame{Type: "ended", Reason: reason}) == nil {
		s.conn.Close(statusSignedOut, reason)
	}
}

// An ending is what the bus says of a session or grant that is over.
type ending struct {
	SessionID string `json:"sessionId"`
	GrantID   string `json:"grantId"`
	Reason    string `json:"reason"`
}

// ends returns a channel that gets the reason when this session, or its
// grant, is over on any node.
func (s *socket) ends() (ended <-chan string, stop func(), err error) {
	c := make(chan string, 2)
	session := *s.visit.Session
	offer := func(ours func(ending) bool) func([]byte) {
		return func(data []byte) {
			var e ending
			if json.Unmarshal(data, &e) == nil && ours(e) {
				select {
				case c <- cmp.Or(e.Reason, "ended"):
				default:
				}
			}
		}
	}
	stopSession, err := s.h.Bus.Subscribe("widget.session.ended", offer(func(e ending) bool { return e.SessionID == session.ID }))
	if err != nil {
		return nil, nil, err
	}
	stopGrant, err := s.h.Bus.Subscribe("widget.grant.ended", offer(func(e ending) bool { return e.GrantID == session.GrantID }))
	if err != nil {
		stopSession()
		return nil, nil, err
	}
	return c, func() { stopSession(); stopGrant() }, nil
}
