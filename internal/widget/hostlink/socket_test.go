package hostlink_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/google/go-cmp/cmp"

	"offhook/internal/bus"
	"offhook/internal/listen"
	"offhook/internal/rc"
	"offhook/internal/sqlstore"
	"offhook/internal/store"
	"offhook/internal/widget/hostlink"
	"offhook/internal/widget/lang"
	"offhook/internal/widget/visit"
)

const frameKey = "frame-1"

// A house is the handler on a real socket, with a desk that the test moves.
type house struct {
	*httptest.Server
	t       *testing.T
	handler *hostlink.Handler
	bus     *bus.InProcess
	desk    *desk

	mu       sync.Mutex
	sessions []*store.Session // guarded by mu; one is consumed per look, the last stays
	lookErr  error            // guarded by mu
	embed    store.Embed
	why      string
}

func open(t *testing.T, capabilities ...string) *house {
	t.Helper()
	db := sqlstore.OpenTest(t).Widget()
	frame := store.Frame{Key: frameKey, Platform: "https://platform.example", ClientID: "app", Origin: "https://crm.example", CreatedAt: time.Now()}
	if err := db.Write(t.Context(), func(tx store.WidgetTx) error { return tx.PutFrame(t.Context(), frame) }); err != nil {
		t.Fatal(err)
	}
	h := &house{
		t: t, bus: &bus.InProcess{}, embed: store.Embed{Capabilities: capabilities},
		desk:     &desk{online: true, watches: make(chan *watch, 40), now: make(chan struct{})},
		sessions: []*store.Session{{ID: "session-1", FrameKey: frameKey, GrantID: "grant-1"}},
	}
	log := slog.New(slog.DiscardHandler)
	h.handler = &hostlink.Handler{
		Visits: &visit.Face{Store: db, Sessions: h, Log: log}, Bus: h.bus, Desks: h, Embeds: h, Now: func() time.Time { return noon }, Log: log,
	}
	mux := http.NewServeMux()
	h.handler.Mount(mux)
	h.Server = httptest.NewServer(mux)
	t.Cleanup(func() { h.handler.Close(); h.Server.Close() })
	return h
}

var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// Session is the test's visit.Sessions.
func (h *house) Session(*http.Request, store.Frame) (*store.Session, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	s := h.sessions[0]
	if len(h.sessions) > 1 {
		h.sessions = h.sessions[1:]
	}
	return s, h.lookErr
}

// Ended is the reason for a session that is over, where the test has one.
func (h *house) Ended(*http.Request, store.Frame) (string, error) { return h.why, nil }

func (h *house) Embed(context.Context, string, string) (store.Embed, error) { return h.embed, nil }

func (h *house) Desk(_ context.Context, grantID string) (hostlink.Desk, error) {
	if grantID != "grant-1" {
		return nil, rc.Errorf(rc.Unauthenticated, "The sign-in has ended.")
	}
	return h.desk, nil
}

type desk struct {
	mu       sync.Mutex
	identity *hostlink.Identity // guarded by mu
	presence hostlink.Presence  // guarded by mu
	missed   int
	online   bool
	watches  chan *watch
	now      chan struct{}
	ways     []string // guarded by mu; that pages have suggested
}

func (d *desk) SuggestWay(_ context.Context, way string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.ways = append(d.ways, way)
	return nil
}

func (d *desk) Identity() (hostlink.Identity, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.identity == nil {
		return hostlink.Identity{}, false
	}
	return *d.identity, true
}

func (d *desk) become(id hostlink.Identity) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.identity = &id
}

func (d *desk) Online() (bool, string) {
	if d.online {
		return true, ""
	}
	return false, "The platform does not answer."
}

func (d *desk) Unread() int { return 3 }

func (d *desk) Mail(context.Context) hostlink.Mail { return hostlink.Mail{} }
func (d *desk) Preferences() hostlink.Preferences  { return hostlink.Preferences{Theme: "dark"} }

func (d *desk) Caller(m *rc.Message) string { return m.From.PhoneNumber }

func (d *desk) Missed(context.Context) (bool, int) { return d.missed > 0, d.missed }

func (d *desk) Watch(after string) hostlink.Watch {
	w := &watch{after: after, c: make(chan hostlink.Event), closed: make(chan struct{})}
	d.watches <- w
	return w
}

type watch struct {
	after  string
	c      chan hostlink.Event
	closed chan struct{}
}

func (w *watch) C() <-chan hostlink.Event { return w.c }
func (w *watch) Close()                   { close(w.closed) }

// A client is a frame's side of the socket.
type client struct {
	*websocket.Conn
	t *testing.T
}

func (h *house) dial(t *testing.T) *client {
	t.Helper()
	c, _, err := h.try(h.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.CloseNow() })
	return &client{c, t}
}

func (h *house) try(origin string) (*websocket.Conn, *http.Response, error) {
	header := http.Header{}
	if origin != "" {
		header.Set("Origin", origin)
	}
	return websocket.Dial(h.t.Context(), "ws"+strings.TrimPrefix(h.URL, "http")+"/p/"+frameKey+"/events", &websocket.DialOptions{HTTPHeader: header})
}

func (c *client) say(text string) {
	c.t.Helper()
	if err := c.Write(c.t.Context(), websocket.MessageText, []byte(text)); err != nil {
		c.t.Fatal(err)
	}
}

// expect reads one frame and compares it with want, written as JSON.
func (c *client) expect(want string) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 10*time.Second)
	defer cancel()
	_, got, err := c.Read(ctx)
	if err != nil {
		c.t.Fatalf("waiting for %s: %v", want, err)
	}
	if diff := cmp.Diff(parse(c.t, []byte(want)), parse(c.t, got)); diff != "" {
		c.t.Fatalf("frame %s (-want +got):\n%s", got, diff)
	}
}

func (c *client) expectClose(want websocket.StatusCode) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 10*time.Second)
	defer cancel()
	_, data, err := c.Read(ctx)
	if err == nil {
		c.t.Fatalf("got the frame %s, want a close with %d", data, want)
	}
	if got := websocket.CloseStatus(err); got != want {
		c.t.Fatalf("closed with %d (%v), want %d", got, err, want)
	}
}

func parse(t *testing.T, data []byte) (v any) {
	t.Helper()
	if err := json.Unmarshal(data, &v); err != nil {
		t.Fatalf("%s: %v", data, err)
	}
	return v
}

const welcome = `{"type":"welcome","state":{"online":true,"unread":3,"user":"Vgds-YcYhC-GfN1R","preferences":{"theme":"dark"}}}`

// greet brings a socket to where events flow.
func (h *house) greet(t *testing.T) (*client, *watch) {
	t.Helper()
	c := h.dial(t)
	c.say(`{"type":"hello","position":""}`)
	c.expect(welcome)
	return c, <-h.desk.watches
}

func TestSocketAnswersToOwnPageOnly(t *testing.T) {
	h := open(t, hostlink.Status)
	for _, tt := range []struct{ name, origin string }{
		{"another site", "https://evil.example"},
		{"the host page itself", "https://crm.example"},
		{"no origin", ""},
		{"an origin without a name", "null"},
		{"our name under another scheme", "https" + strings.TrimPrefix(h.URL, "http")},
		{"our name as a prefix", h.URL + ".evil.example"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, resp, err := h.try(tt.origin)
			if err == nil || resp == nil || resp.StatusCode != http.StatusForbidden {
				t.Errorf("origin %q: answer %v, error %v, want 403", tt.origin, resp, err)
			}
		})
	}
}

func TestSocketWithoutSessionSaysSo(t *testing.T) {
	h := open(t, hostlink.Status)
	h.sessions = []*store.Session{nil}
	c := h.dial(t)
	c.expect(`{"type":"ended","reason":"ended"}`)
	c.expectClose(4401)
	h.why = "everywhere"
	h.dial(t).expect(`{"type":"ended","reason":"everywhere"}`)
}

func TestSignOutBetweenCheckAndSubscriptionIsNoticed(t *testing.T) {
	h := open(t, hostlink.Status)
	h.sessions, h.why = append(h.sessions, nil), "signed-out"
	h.dial(t).expect(`{"type":"ended","reason":"signed-out"}`)
}

func TestSessionThatCannotBeCheckedIsNotServed(t *testing.T) {
	h := open(t, hostlink.Status)
	h.lookErr = errors.New("the disk is gone")
	_, resp, err := h.try(h.URL)
	if err == nil || resp == nil || resp.StatusCode != http.StatusInternalServerError {
		t.Errorf("answer %v, error %v, want 500", resp, err)
	}
}

func TestEndedGrantIsTold(t *testing.T) {
	h := open(t, hostlink.Status)
	h.sessions[0].GrantID, h.why = "grant-0", "refused"
	c := h.dial(t)
	c.say(`{"type":"hello"}`)
	c.expect(`{"type":"ended","reason":"refused"}`)
	c.expectClose(4401)
}

func TestHostLearnsWhoIsSignedInOnceKnown(t *testing.T) {
	h := open(t, hostlink.Status)
	c := h.dial(t)
	c.say(`{"type":"hello","fresh":true}`)
	c.expect(welcome)
	w := <-h.desk.watches
	w.c <- hostlink.Event{Position: "e-0", Type: "unread"} // the welcome is over
	c.expect(`{"type":"event","position":"e-0","event":{"type":"unread","count":0}}`)
	h.desk.become(hostlink.Identity{MainNumber: "+16505550100", ExtensionNumber: "101", CountryCode: "US", CanText: true})
	w.c <- hostlink.Event{Position: "e-1", Type: "identity"}
	c.expect(`{"type":"event","position":"e-1","event":{"type":"identity"}}`)
	c.expect(`{"type":"host","message":{"type":"rc-login-status-notify","loggedIn":true,"loginNumber":"+16505550100*101",
		"contractedCountryCode":"US","admin":false,"isFreshLogin":true,
		"features":{"sms":true,"meeting":false,"glip":false,"smartNote":false,"call":false,"ringSenseInsights":false}}}`)
}

func TestNoticesAreToldInTheReadersLanguage(t *testing.T) {
	h := open(t, hostlink.Status)
	c := h.dial(t)
	c.say(`{"type":"hello","language":"de-DE"}`)
	c.expect(welcome)
	const english = "This contact is not there any more."
	german := lang.Find("de-DE").Sentence(english)
	if german == english {
		t.Fatalf("there is no German for %q", english)
	}
	w := <-h.desk.watches
	w.c <- hostlink.Event{Position: "e-0", Type: "notice", Reason: english}
	c.expect(`{"type":"event","position":"e-0","event":{"type":"notice","sentence":"` + german + `"}}`)
}

func TestAPageSaysHowUsersCallWhoHaveNotChosen(t *testing.T) {
	h := open(t, hostlink.Status)
	c := h.dial(t)
	c.say(`{"type":"hello","callWith":"ringout"}`)
	c.expect(welcome)
	h.desk.mu.Lock()
	defer h.desk.mu.Unlock()
	if diff := cmp.Diff([]string{"ringout"}, h.desk.ways); diff != "" {
		t.Errorf("before the welcome the desk was told (-want +got):\n%s", diff)
	}
}

func TestEventsReachThePanels(t *testing.T) {
	h := open(t)
	c, w := h.greet(t)
	for _, tt := range []struct {
		name  string
		event hostlink.Event
		want  string
	}{
		{"a conversation changed", hostlink.Event{Position: "e-1", Type: "conversation", ID: "42"}, `{"type":"conversation","id":"42"}`},
		{"no unread text is a number, too", hostlink.Event{Position: "e-2", Type: "unread"}, `{"type":"unread","count":0}`},
		{"a draft", hostlink.Event{Position: "e-3", Type: "draft", ID: "42"}, `{"type":"draft","id":"42"}`},
		{"the platform answers", hostlink.Event{Position: "e-4", Type: "status"}, `{"type":"status","online":true}`},
		{"everything changed", hostlink.Event{Position: "e-5", Type: "resync"}, `{"type":"resync","online":true,"count":3,"preferences":{"theme":"dark"}}`},
		{"the phone is liked another way", hostlink.Event{Position: "e-6", Type: "preferences"}, `{"type":"preferences","preferences":{"theme":"dark"}}`},
		{
			"a text, with what a notification says of it", hostlink.Event{Position: "e-6", Type: "message", New: true, Message: ptr(inbound())},
			`{"type":"message","id":"42","new":true,"arrival":{"event":"wzDJAWTfEa47nDiOO7tJ","kind":"text","title":"+16505550102","text":"Hello","place":"42","route":"/conversations/42"}}`,
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w.c <- tt.event
			c.expect(`{"type":"event","position":"` + tt.event.Position + `","event":` + tt.want + `}`)
		})
	}
	// Without capabilities nothing is addressed to the host page.
	c.say(`{"type":"ping"}`)
	c.expect(`{"type":"pong"}`)
}

func TestHostGetsTexts(t *testing.T) {
	h := open(t, hostlink.Texts)
	c, w := h.greet(t)
	w.c <- hostlink.Event{Position: "e-1", Type: "message", New: true, Message: ptr(inbound())}
	c.expect(`{"type":"event","position":"e-1","event":{"type":"message","id":"42","new":true,"arrival":{"event":"wzDJAWTfEa47nDiOO7tJ","kind":"text","title":"+16505550102","text":"Hello","place":"42","route":"/conversations/42"}}}`)
	record, err := json.Marshal(inbound())
	if err != nil {
		t.Fatal(err)
	}
	c.expect(`{"type":"host","message":{"type":"rc-message-updated-notify","eventId":"lvENYK46dL8qmowLNno4","message":` + string(record) + `}}`)
	c.expect(`{"type":"host","message":{"type":"rc-inbound-message-notify","eventId":"wzDJAWTfEa47nDiOO7tJ","message":` + string(record) + `}}`)
}

func TestPositionIsHandedToTheDesk(t *testing.T) {
	h := open(t)
	c := h.dial(t)
	c.say(`{"type":"hello","position":"epoch-7"}`)
	c.expect(welcome)
	if w := <-h.desk.watches; w.after != "epoch-7" {
		t.Errorf("watched after %q, want epoch-7", w.after)
	}
}

func TestEndsAtOnce(t *testing.T) {
	for _, tt := range []struct{ name, subject, data string }{
		{"with its session", "widget.session.ended", `{"sessionId":"session-1","grantId":"grant-1","reason":"signed-out"}`},
		{"with its grant", "widget.grant.ended", `{"grantId":"grant-1","reason":"signed-out"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := open(t)
			c, w := h.greet(t)
			for _, other := range []string{`{"sessionId":"session-2","grantId":"grant-1"}`, `not json`} {
				h.publish(t, "widget.session.ended", other)
			}
			h.publish(t, "widget.grant.ended", `{"grantId":"grant-2"}`)
			w.c <- hostlink.Event{Position: "e-1", Type: "unread"}
			c.expect(`{"type":"event","position":"e-1","event":{"type":"unread","count":0}}`)
			h.publish(t, tt.subject, tt.data)
			c.expect(`{"type":"ended","reason":"signed-out"}`)
			c.expectClose(4401)
			<-w.closed
		})
	}
}

func (h *house) publish(t *testing.T, subject, data string) {
	t.Helper()
	if err := h.bus.Publish(t.Context(), subject, []byte(data)); err != nil {
		t.Fatal(err)
	}
}

func TestDeskEndsAndCloses(t *testing.T) {
	t.Run("an end is told", func(t *testing.T) {
		c, w := open(t).greet(t)
		w.c <- hostlink.Event{Type: "ended", Reason: "revoked"}
		c.expect(`{"type":"ended","reason":"revoked"}`)
		c.expectClose(4401)
	})
	t.Run("a frame that is too slow comes back later", func(t *testing.T) {
		c, w := open(t).greet(t)
		close(w.c)
		c.expectClose(websocket.StatusTryAgainLater)
	})
}

func TestFramesThatAreNotCommandsClose(t *testing.T) {
	for _, tt := range []struct{ name, text string }{
		{"something else than hello first", `{"type":"ping"}`},
		{"no JSON", `hello`},
		{"a list", `[]`},
		{"more than a command can be", `{"type":"hello","position":"` + strings.Repeat("x", 8<<10) + `"}`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			h := open(t)
			c := h.dial(t)
			c.say(tt.text)
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			if _, data, err := c.Read(ctx); err == nil || ctx.Err() != nil {
				t.Errorf("sent %.40s: got %s, error %v, want a close", tt.text, data, err)
			}
			if len(h.desk.watches) != 0 {
				t.Error("a desk was watched")
			}
		})
	}
}

func TestSilentBrowserIsLetGo(t *testing.T) {
	h := open(t)
	h.handler.Beat = 10 * time.Millisecond
	// A client that does not read answers no pings.
	_, w := h.greet(t)
	<-w.closed
}

func TestTwentyTabsOfOneUser(t *testing.T) {
	h := open(t)
	tabs := make([]*client, 20)
	for i := range tabs {
		c, w := h.greet(t)
		tabs[i] = c
		go func() { w.c <- hostlink.Event{Position: "e-1", Type: "unread", Unread: 1} }()
	}
	for _, c := range tabs {
		c.expect(`{"type":"event","position":"e-1","event":{"type":"unread","count":1}}`)
	}
	h.publish(t, "widget.session.ended", `{"sessionId":"session-1","reason":"signed-out"}`)
	for _, c := range tabs {
		c.expect(`{"type":"ended","reason":"signed-out"}`)
	}
}

func TestCloseEndsSocketsAndRefusesNewOnes(t *testing.T) {
	h := open(t)
	c, w := h.greet(t)
	done := make(chan struct{})
	go func() { defer close(done); h.handler.Close() }()
	c.expectClose(websocket.StatusGoingAway)
	<-w.closed
	<-done
	_, resp, err := h.try(h.URL)
	if err == nil || resp == nil || resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("after Close: answer %v, error %v, want 503", resp, err)
	}
}

func TestCloseDoesNotWaitForAGreeting(t *testing.T) {
	h := open(t)
	c := h.dial(t)
	h.handler.Close()
	if _, data, err := c.Read(t.Context()); err == nil {
		t.Errorf("got %s, want a closed socket", data)
	}
}

func TestAdapterIsServed(t *testing.T) {
	h := open(t)
	resp, err := http.Get(h.URL + "/adapter.js")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	// Host pages with COEP require-corp load nothing without this header.
	if got := resp.Header.Get("Cross-Origin-Resource-Policy"); resp.StatusCode != http.StatusOK || got != "cross-origin" {
		t.Errorf("status %d, Cross-Origin-Resource-Policy %q, want 200 and cross-origin", resp.StatusCode, got)
	}
}

func TestAdapterUnderAnotherNameSaysWhereItIs(t *testing.T) {
	h := open(t)
	l, err := listen.Open(listen.Config{Name: "widget", Addr: "127.0.0.1:0", Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- l.Serve(h.Config.Handler) }()
	for _, tt := range []struct{ url, want string }{
		{l.URL, "RCAdapter"},
		{strings.Replace(l.URL, "localhost", "127.0.0.1", 1), "console.error(\"There is no phone on this page: load it from " + l.URL + "/adapter.js"},
	} {
		resp, err := http.Get(tt.url + "/adapter.js")
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || !strings.Contains(string(body), tt.want) {
			t.Errorf("GET %s/adapter.js: error %v, want %q in\n%.300s", tt.url, err, tt.want, body)
		}
	}
	l.Shutdown(t.Context())
	if err := <-done; err != nil {
		t.Error(err)
	}
}

func ptr[T any](v T) *T { return &v }

// inbound is a text that has just come in.
func inbound() rc.Message {
	at := rc.TimeOf(noon.Add(-time.Second))
	return rc.Message{
		ID: 7, Type: rc.TypeSMS, Direction: rc.Inbound, Availability: rc.Alive, ReadStatus: rc.Unread, MessageStatus: rc.Received,
		Subject: "Hello", CreationTime: at, LastModifiedTime: at, Conversation: &rc.URIID{ID: "42"}, ConversationID: 42,
		From: &rc.Caller{PhoneNumber: "+16505550102"}, To: []rc.Caller{{PhoneNumber: "+16505550101"}},
	}
}
