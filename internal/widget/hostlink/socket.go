package hostlink

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/coder/websocket"

	"offhook/internal/listen"
	"offhook/internal/rc"
	"offhook/internal/widget/lang"
	"offhook/internal/widget/visit"
)

const (
	beat        = 15 * time.Second
	writeWait   = 10 * time.Second // a reader slower than this is let go; it resumes
	recheckWait = 10 * time.Minute // how long a lost announcement of a sign-out can go unnoticed
	renewWait   = 2 * time.Minute  // how often a handle changes
	readLimit   = 4 << 10

	// statusSignedOut closes a socket whose session has ended. The frame that
	// precedes it says why; browsers do not show a refused upgrade's status.
	statusSignedOut = websocket.StatusCode(4401)
)

// A frame is what the server writes on a socket.
type frame struct {
	Type     string      `json:"type"` // welcome, event, service, host, handle, pong, crowded or ended
	Position string      `json:"position,omitempty"`
	Event    *frameEvent `json:"event,omitempty"`
	Message  any         `json:"message,omitempty"` // for the host page, as is
	Reason   string      `json:"reason,omitempty"`
	State    *state      `json:"state,omitempty"`  // with welcome
	Handle   rc.Secret   `json:"handle,omitempty"` // the frame's next one
	What     string      `json:"what,omitempty"`   // with service: what of it has changed
	ID       string      `json:"id,omitempty"`     // and which of several
}

// A frameEvent is an [Event] as the panels need it: what changed, not how.
type frameEvent struct {
	Type     string `json:"type"`
	ID       string `json:"id,omitempty"`
	New      bool   `json:"new,omitempty"`
	Own      bool   `json:"own,omitempty"`
	Reach    string `json:"reach,omitempty"`
	Count    *int   `json:"count,omitempty"`
	Online   *bool  `json:"online,omitempty"`
	Sentence string `json:"sentence,omitempty"`
	Readable bool   `json:"readable,omitempty"` // the user has a call log to look at
	Missed   int    `json:"missed,omitempty"`
	Mail
	Read string `json:"read,omitempty"` // the place of an [Arrival] that has been read

	Arrival     *Arrival     `json:"arrival,omitempty"`
	Preferences *Preferences `json:"preferences,omitempty"`
}

// state is what a frame must know before the first event.
type state struct {
	Online   bool   `json:"online"`
	Sentence string `json:"sentence,omitempty"`
	Unread   int    `json:"unread"`
	Readable bool   `json:"readable,omitempty"` // the user has a call log to look at
	Missed   int    `json:"missed,omitempty"`
	Mail
	User string `json:"user"` // the same after signing in again; it names nobody

	Preferences Preferences `json:"preferences"`
}

// A command is what a frame writes on its socket.
type command struct {
	Type     string    `json:"type"` // hello, ping, or handle: the frame holds it now
	Position string    `json:"position"`
	Fresh    bool      `json:"fresh"`    // the user signed in just now, in this frame
	Tab      string    `json:"tab"`      // with hello: tells this frame's tab from the user's others
	Session  rc.Secret `json:"session"`  // with hello: the handle, where the browser refuses cookies
	Language string    `json:"language"` // with hello: the reader's, BCP 47
	CallWith string    `json:"callWith"` // with hello: how the page has users call who have not chosen
	Callless bool      `json:"callless"` // with hello: the page wants no calls
	Handle   rc.Secret `json:"handle"`
}

// A socket is one frame's connection. Its goroutines all end with its
// context.
type socket struct {
	h       *Handler
	conn    *websocket.Conn
	r       *http.Request
	visit   visit.Visit
	caps    capabilities
	calling Calling // as it was told last
	desk    Desk
	fresh   bool
	lang    *lang.Language
	quit    <-chan struct{}

	calls    bool           // the user can call, as far as is known
	told     PresenceNotice // the last one that the host page got
	byHandle bool           // the session lives by this socket
	handle   rc.Secret      // the last one that came or went
	greeting *command       // a hello that was read already
}

// events answers GET /p/{key}/events. A session that is missing or ends is
// told in a frame; everything else that goes wrong just closes, and the
// frame comes back.
func (h *Handler) events(w http.ResponseWriter, r *http.Request, v visit.Visit) error {
	// Cookies of the frame's partition come with any same-site upgrade, and
	// http.CrossOriginProtection lets every GET pass.
	if !ownOrigin(r) {
		return rc.Errorf(rc.Denied, "This socket answers to the phone's own page only.")
	}
	caps, err := h.capabilities(r.Context(), v.Frame)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(r.Context()))
	defer cancel()
	// That there is a handle is no secret; the handle comes in the first frame.
	s := &socket{h: h, r: r, visit: v, caps: caps, byHandle: v.Session == nil && r.URL.Query().Get("by") == "handle"}
	if s.quit = h.enter(); s.quit == nil {
		return rc.Errorf(rc.Unavailable, "The server is about to restart. The phone comes back by itself.")
	}
	defer h.wg.Done()
	s.conn, err = websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true})
	if err != nil {
		return nil // Accept has answered
	}
	defer s.conn.CloseNow()
	s.conn.SetReadLimit(readLimit)
	s.run(ctx, cancel)
	return nil
}

// ownOrigin reports whether the request comes from a page of this server.
// The Host header is one of the listener's own names, or it would not be
// here.
func ownOrigin(r *http.Request) bool {
	origin, base := r.Header.Get("Origin"), listen.BaseURL(r)
	u, err := url.Parse(base)
	return err == nil && origin != "" && (origin == base || origin == u.Scheme+"://"+r.Host)
}

// enter counts a socket in. It returns the channel that tells it to end, or
// nil when the handler is closed.
func (h *Handler) enter() <-chan struct{} {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.closed {
		return nil
	}
	h.wg.Add(1)
	return h.quitting()
}

// run greets the frame and serves it until either side ends.
func (s *socket) run(ctx context.Context, cancel context.CancelFunc) {
	if s.byHandle && !s.introduce(ctx) {
		return
	}
	if s.visit.Session == nil {
		s.end(ctx, s.why(ctx, ""))
		return
	}
	leave, ok := s.h.seat(s.visit.Session.ID)
	if !ok {
		if s.write(ctx, frame{Type: "crowded"}) == nil {
			s.conn.Close(statusCrowded, "too many tabs")
		}
		return
	}
	defer leave()
	ended, stop, err := s.ends()
	if err != nil {
		s.h.Log.Error("subscribing to ended sessions", "err", err)
		return
	}
	defer stop()
	changed, quiet, err := s.h.changes(*s.visit.Session)
	if err != nil {
		s.h.Log.Error("subscribing to changes of services", "err", err)
		return
	}
	defer quiet()
	// A sign-out between the request's check and the subscription shows here.
	if !s.alive(ctx) {
		return
	}
	hello, err := s.hello(ctx)
	if err != nil {
		s.conn.Close(websocket.StatusPolicyViolation, "say hello first")
		return
	}
	s.fresh, s.lang = hello.Fresh, lang.Match(hello.Language)
	if hello.Callless {
		s.caps = s.caps.without(Calls)
	}
	s.desk, err = s.h.Desks.Desk(ctx, s.visit.Session.GrantID)
	if err != nil {
		s.refuse(ctx, err)
		return
	}
	if s.h.Tabs != nil {
		defer s.h.Tabs.Join(s.visit.Session.GrantID, s.visit.Frame, hello.Tab)()
	}
	if err := s.desk.SuggestWay(ctx, hello.CallWith); err != nil && ctx.Err() == nil {
		s.h.Log.Error("keeping how a page has users call", "grant", s.visit.Session.GrantID, "err", err)
	}
	watch := s.desk.Watch(hello.Position)
	defer watch.Close()
	s.h.wg.Go(func() { defer cancel(); s.read(ctx) })
	s.h.wg.Go(func() { defer cancel(); s.beat(ctx) })
	line := s.lift(ctx, hello)
	defer line.leave()
	if err := s.welcome(ctx); err != nil {
		return
	}
	if err := s.ring(ctx, &line); err != nil {
		return
	}
	s.serve(ctx, watch, ended, changed, &line)
}

// refuse tells the frame when its grant has ended; otherwise the desk could
// not be opened now, and the frame tries again later.
func (s *socket) refuse(ctx context.Context, err error) {
	var e *rc.Error
	if errors.As(err, &e) && e.Kind == rc.Unauthenticated {
		s.end(ctx, s.why(ctx, ""))
		return
	}
	if ctx.Err() == nil {
		s.h.Log.Error("opening a desk", "grant", s.visit.Session.GrantID, "err", err)
	}
	s.conn.Close(websocket.StatusTryAgainLater, "")
}

// introduce reads the handle in the first frame.
func (s *socket) introduce(ctx context.Context) bool {
	hello, err := s.hello(ctx)
	if err != nil {
		s.conn.Close(websocket.StatusPolicyViolation, "say hello first")
		return false
	}
	s.greeting, s.handle = &hello, hello.Session
	s.visit.Session, err = s.h.Handles.ByHandle(ctx, s.visit.Frame, string(hello.Session))
	if err != nil {
		s.h.Log.Error("looking a handle up", "err", err)
		s.conn.Close(websocket.StatusTryAgainLater, "")
		return false
	}
	return true
}

func (s *socket) hello(ctx context.Context) (command, error) {
	if s.greeting != nil {
		return *s.greeting, nil
	}
	ctx, cancel := context.WithTimeout(ctx, writeWait)
	defer cancel()
	s.h.wg.Go(func() { // a shutdown does not wait for a greeting
		select {
		case <-s.quit:
			cancel()
		case <-ctx.Done():
		}
	})
	c, err := s.command(ctx)
	if err == nil && c.Type != "hello" {
		err = errors.New("the first frame is not hello")
	}
	return c, err
}

func (s *socket) command(ctx context.Context) (c command, err error) {
	_, data, err := s.conn.Read(ctx)
	if err != nil {
		return c, err
	}
	return c, json.Unmarshal(data, &c)
}

func (s *socket) welcome(ctx context.Context) error {
	ok, sentence := s.desk.Online()
	readable, missed := s.desk.Missed(ctx)
	err := s.write(ctx, frame{Type: "welcome", State: &state{ok, s.lang.Sentence(sentence), s.desk.Unread(), readable, missed, s.desk.Mail(ctx), userOf(s.visit.Session.GrantID), s.desk.Preferences()}})
	if err != nil {
		return err
	}
	if err := s.identify(ctx); err != nil {
		return err
	}
	return s.attend(ctx)
}

// userOf lets a frame tell whether the one who signed in is the one of before.
func userOf(grantID string) string {
	sum := sha256.Sum256([]byte("user of " + grantID))
	return base64.RawURLEncoding.EncodeToString(sum[:12])
}

// identify tells the host page who is signed in, once that is known. The
// frame drops what it has told before.
func (s *socket) identify(ctx context.Context) error {
	id, ok := s.desk.Identity()
	if !ok {
		return nil
	}
	for _, m := range identityNotices(id, s.fresh, s.calls, s.caps) {
		if err := s.write(ctx, frame{Type: "host", Message: m}); err != nil {
			return err
		}
	}
	return s.tellCalling(ctx)
}

func (s *socket) serve(ctx context.Context, watch Watch, ended <-chan string, changed *changes, line *line) {
	every := recheckWait
	if s.byHandle {
		every = renewWait
	}
	recheck := time.NewTicker(every)
	defer recheck.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-s.quit:
			s.conn.Close(websocket.StatusGoingAway, "")
			return
		case reason := <-ended:
			s.end(ctx, reason)
			return
		case <-changed.C:
			for _, c := range changed.take() {
				if err := s.write(ctx, frame{Type: "service", What: c.What, ID: c.ID}); err != nil {
					return
				}
			}
		case <-line.changes:
			if err := s.ring(ctx, line); err != nil {
				return
			}
		case <-recheck.C:
			if !s.alive(ctx) {
				return
			}
		case e, ok := <-watch.C():
			if !ok { // too slow for the desk, or the desk closed
				s.conn.Close(websocket.StatusTryAgainLater, "")
				return
			}
			if e.Type == "ended" {
				// The desk knows what it has met, which may follow from the reason.
				s.end(ctx, s.why(ctx, e.Reason))
				return
			}
			if err := s.tell(ctx, e); err != nil {
				return
			}
		}
	}
}

// tell writes the event for the panels, then what the host page gets of it.
func (s *socket) tell(ctx context.Context, e Event) error {
	if err := s.write(ctx, frame{Type: "event", Position: e.Position, Event: s.panelEvent(ctx, e)}); err != nil {
		return err
	}
	switch e.Type {
	case "identity", "resync":
		if err := s.identify(ctx); err != nil {
			return err
		}
		return s.attend(ctx)
	case "presence":
		return s.attend(ctx)
	case "preferences":
		return s.tellCalling(ctx)
	case "session":
		return s.tellSession(ctx, *e.Session)
	case "calls":
		if e.New && s.caps.has(Status) {
			return s.write(ctx, frame{Type: "host", Message: map[string]string{"type": "rc-call-history-synced-notify"}})
		}
		return nil
	}
	if e.Message == nil || !s.caps.has(Texts) {
		return nil
	}
	for _, m := range messageNotices(*e.Message, e.New, s.h.Now()) {
		if err := s.write(ctx, frame{Type: "host", Message: m}); err != nil {
			return err
		}
	}
	return nil
}

func (s *socket) panelEvent(ctx context.Context, e Event) *frameEvent {
	f := &frameEvent{Type: e.Type, ID: e.ID, New: e.New}
	switch e.Type {
	case "calls", "identity", "resync":
		f.Readable, f.Missed = s.desk.Missed(ctx)
	}
	switch e.Type {
	case "mail", "identity", "resync":
		f.Mail = s.desk.Mail(ctx)
	}
	switch e.Type {
	case "presence":
		if e.Presence != nil {
			f.ID, f.Own, f.Reach = e.Presence.ExtensionID, e.Presence.Own, e.Presence.Reach
		}
	case "message":
		if e.Message != nil && e.Message.Conversation != nil && f.ID == "" {
			f.ID = e.Message.Conversation.ID
		}
		if m := e.Message; m != nil {
			if m.ReadStatus == rc.Read && m.Direction == rc.Inbound {
				f.Read = placeOf(*m, f.ID)
			}
			f.Arrival = arrivalOf(*m, f.ID, s.desk.Caller(m), e.New, s.h.Now())
			s.hush(f.Arrival)
		}
	case "failed":
		if e.Failure != nil {
			f.Arrival = failureOf(*e.Failure, s.lang)
			s.hush(f.Arrival)
		}
	case "preferences":
		p := s.desk.Preferences()
		f.Preferences = &p
	case "unread":
		f.Count = &e.Unread
	case "status":
		ok, sentence := s.desk.Online()
		f.Online, f.Sentence = &ok, s.lang.Sentence(sentence)
	case "notice":
		f.Sentence = s.lang.Sentence(e.Reason)
	case "resync":
		ok, sentence := s.desk.Online()
		n := s.desk.Unread()
		f.Online, f.Sentence, f.Count = &ok, s.lang.Sentence(sentence), &n
		p := s.desk.Preferences()
		f.Preferences = &p
	}
	return f
}

// hush has what is told make no sound for a user who is not to be disturbed.
func (s *socket) hush(a *Arrival) {
	if p, known := s.desk.Presence(); known && a != nil {
		a.Quiet = p.DNDStatus == rc.DoNotAcceptAnyCalls
	}
}

// read answers pings until the socket closes. A frame that is not a command
// closes it: only our own page writes here.
func (s *socket) read(ctx context.Context) {
	for {
		c, err := s.command(ctx)
		if err != nil {
			return
		}
		switch c.Type {
		case "ping":
			err = s.write(ctx, frame{Type: "pong"})
		case "handle":
			if s.byHandle {
				err = s.h.Handles.Settle(ctx, s.visit.Session.ID, string(c.Handle))
			}
		}
		if err != nil {
			return
		}
	}
}

func (s *socket) write(ctx context.Context, f frame) error { return s.writeJSON(ctx, f) }

func (s *socket) writeJSON(ctx context.Context, f any) error {
	data, err := json.Marshal(f)
	if err != nil {
		return fmt.Errorf("writing a frame: %w", err)
	}
	ctx, cancel := context.WithTimeout(ctx, writeWait)
	defer cancel()
	return s.conn.Write(ctx, websocket.MessageText, data)
}
