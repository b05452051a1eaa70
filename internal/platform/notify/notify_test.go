package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"offhook/internal/bus"
	"offhook/internal/platform/event"
	"offhook/internal/platform/notify"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/rigtest"
	"offhook/internal/sqlstore"
	"offhook/internal/store"
)

const account = 100001

// Two users of one account and two apps; the OAuth session of each pair.
var callers = map[string]wire.Caller{
	"ada":       {AccountID: account, ExtensionID: 101, ClientID: "phone", SessionID: "s-ada", Scopes: rc.Scopes},
	"ada again": {AccountID: account, ExtensionID: 101, ClientID: "phone", SessionID: "s-ada-2", Scopes: rc.Scopes},
	"ada crm":   {AccountID: account, ExtensionID: 101, ClientID: "crm", SessionID: "s-ada-crm", Scopes: rc.Scopes},
	"ada small": {AccountID: account, ExtensionID: 101, ClientID: "phone", SessionID: "s-ada-small", Scopes: rc.ScopeSet{rc.ReadAccounts, rc.WebSocket}},
	"bob":       {AccountID: account, ExtensionID: 102, ClientID: "phone", SessionID: "s-bob", Scopes: rc.Scopes},
}

// tokens authenticates a name as the user of that name; who a token speaks
// for is the authorization server's business.
type tokens struct{}

func (tokens) Authenticate(_ context.Context, token string) (wire.Caller, error) {
	c, ok := callers[strings.ReplaceAll(token, "_", " ")]
	if !ok {
		return c, rc.Coded(rc.Unauthenticated, "OAU-213", "Token not found")
	}
	return c, nil
}

// A platform is the gateway with a store, a bus and a REST operation or two.
type platform struct {
	t     testing.TB
	store store.Platform
	bus   *bus.InProcess
	h     *notify.Handler
	mux   *http.ServeMux
	log   *rigtest.Log
	url   string
	http  *http.Client
	hooks *receiver
}

// newPlatform serves on loopback.
func newPlatform(t testing.TB) *platform {
	p := prepare(t)
	srv := httptest.NewServer(p.mux)
	t.Cleanup(srv.Close)
	t.Cleanup(p.h.Close)
	p.url, p.http = srv.URL, srv.Client()
	return p
}

// newPipedPlatform serves over pipes in memory, whose waiting a synctest
// bubble understands.
func newPipedPlatform(t testing.TB, with ...func(*notify.Handler)) *platform {
	p := prepare(t, with...)
	ln := &pipes{conns: make(chan net.Conn), done: make(chan struct{})}
	srv := &http.Server{Handler: p.mux}
	var wg sync.WaitGroup
	wg.Go(func() { _ = srv.Serve(ln) })
	transport := &http.Transport{DialContext: ln.dial}
	t.Cleanup(wg.Wait)
	t.Cleanup(func() { _ = srv.Close() })
	t.Cleanup(transport.CloseIdleConnections)
	t.Cleanup(p.h.Close)
	p.url, p.http = "http://pipe.test", &http.Client{Transport: transport}
	return p
}

func prepare(t testing.TB, with ...func(*notify.Handler)) *platform {
	p := &platform{t: t, store: sqlstore.OpenTest(t).Platform(), bus: new(bus.InProcess), mux: http.NewServeMux(), log: new(rigtest.Log)}
	ctx := t.Context()
	err := p.store.Write(ctx, func(tx store.PlatformTx) error {
		errs := []error{tx.AddAccount(ctx, store.Account{ID: account, CreatedAt: time.Now()})}
		for id, name := range map[int64]string{101: "ada", 102: "bob"} {
			errs = append(errs, tx.AddExtension(ctx, store.Extension{ID: id, AccountID: account, Number: name, Username: name, CreatedAt: time.Now()}))
		}
		for _, app := range []string{"phone", "crm"} {
			errs = append(errs, tx.PutApp(ctx, store.App{ClientID: app, Scopes: rc.Scopes, CreatedAt: time.Now()}))
		}
		for _, c := range callers {
			errs = append(errs, tx.AddOAuthSession(ctx, store.OAuthSession{
				ID: c.SessionID, ClientID: c.ClientID, ExtensionID: c.ExtensionID, Scopes: c.Scopes, ExpiresAt: time.Now().Add(1000 * time.Hour),
			}, ""))
		}
		return errors.Join(errs...)
	})
	if err != nil {
		t.Fatal(err)
	}
	log := p.log.Logger()
	face := &wire.Face{Auth: tokens{}, Log: log}
	p.hooks = newReceiver()
	p.h = &notify.Handler{
		Store: p.store, Bus: p.bus, Face: face, REST: p.mux, Log: log,
		Client: &http.Client{Transport: p.hooks}, Listed: []string{"localhost"}, Sealer: vault{},
	}
	for _, set := range with {
		set(p.h)
	}
	if err := p.h.Start(); err != nil {
		t.Fatal(err)
	}
	p.h.Mount(p.mux)
	return p
}

// wsToken asks for a socket token as the named user.
func (p *platform) wsToken(as string) rc.WSToken {
	p.t.Helper()
	status, body := p.request("POST", rc.WSTokenPath, as, "")
	var token rc.WSToken
	if err := json.Unmarshal(body, &token); status != 200 || err != nil {
		p.t.Fatalf("wstoken as %s: %d %s", as, status, body)
	}
	return token
}

// request makes a plain HTTP request as the named user.
func (p *platform) request(method, path, as, body string) (int, []byte) {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), method, p.url+path, strings.NewReader(body))
	if err != nil {
		p.t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+strings.ReplaceAll(as, " ", "_"))
	res, err := p.http.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return res.StatusCode, data
}

// A client is the far end of a socket.
type client struct {
	t  testing.TB
	ws *websocket.Conn
}

// dial opens a socket and does not read from it.
func (p *platform) dial(query url.Values) *client {
	p.t.Helper()
	ws, _, err := websocket.Dial(p.t.Context(), p.url+"/ws?"+query.Encode(), &websocket.DialOptions{HTTPClient: p.http})
	if err != nil {
		p.t.Fatal(err)
	}
	ws.SetReadLimit(1 << 22)
	p.t.Cleanup(func() { _ = ws.CloseNow() })
	return &client{p.t, ws}
}

// connect opens a socket as the named user and returns its first frame.
func (p *platform) connect(as, wsc string) (*client, gotFrame) {
	p.t.Helper()
	query := url.Values{"access_token": {p.wsToken(as).WSAccessToken}}
	if wsc != "" {
		query.Set("wsc", wsc)
	}
	k := p.dial(query)
	return k, k.read()
}

// subscribe opens a socket with a subscription to the given filters.
func (p *platform) subscribe(as string, filters ...string) (*client, rc.Subscription) {
	p.t.Helper()
	k, _ := p.connect(as, "")
	return k, k.subscribe(filters...)
}

func (k *client) subscribe(filters ...string) rc.Subscription {
	k.t.Helper()
	answer := k.call("POST", "/restapi/v1.0/subscription", subscription(filters...))
	if answer.meta.Status != 200 {
		k.t.Fatalf("subscribing to %v: %s", filters, answer.text)
	}
	var sub rc.Subscription
	answer.into(&sub)
	return sub
}

func subscription(filters ...string) rc.SubscriptionRequest {
	return rc.SubscriptionRequest{EventFilters: filters, DeliveryMode: &rc.DeliveryMode{TransportType: "WebSocket"}}
}

// A gotFrame is a frame as the client read it.
type gotFrame struct {
	t    testing.TB
	text string
	meta rc.FrameMeta
	body json.RawMessage
}

func (f gotFrame) into(v any) {
	f.t.Helper()
	if err := json.Unmarshal(f.body, v); err != nil {
		f.t.Fatalf("reading the body of %s: %v", f.text, err)
	}
}

// notification reads the frame as one, and fails for any other.
func (f gotFrame) notification() (n rc.Notification) {
	f.t.Helper()
	if f.meta.Type != rc.FrameServerNotification {
		f.t.Fatalf("got %s, want a notification", f.text)
	}
	f.into(&n)
	return n
}

// code is the errorCode of a refusal.
func (f gotFrame) code() string {
	f.t.Helper()
	var e rc.ErrorItem
	f.into(&e)
	return e.ErrorCode
}

func (k *client) read() gotFrame {
	k.t.Helper()
	f, err := k.tryRead()
	if err != nil {
		k.t.Fatalf("reading a frame: %v", err)
	}
	return f
}

func (k *client) tryRead() (gotFrame, error) {
	_, data, err := k.ws.Read(k.t.Context())
	if err != nil {
		return gotFrame{}, err
	}
	f := gotFrame{t: k.t, text: string(data)}
	var parts []json.RawMessage
	if err := json.Unmarshal(data, &parts); err != nil {
		return f, fmt.Errorf("the frame %s is not JSON: %w", data, err)
	}
	if len(parts) == 2 {
		f.body = parts[1]
	}
	return f, json.Unmarshal(parts[0], &f.meta)
}

func (k *client) write(text string) {
	k.t.Helper()
	if err := k.ws.Write(k.t.Context(), websocket.MessageText, []byte(text)); err != nil {
		k.t.Fatalf("writing %s: %v", text, err)
	}
}

// request sends a ClientRequest and does not wait.
func (k *client) request(meta rc.FrameMeta, body any) {
	k.t.Helper()
	meta.Type = rc.FrameClientRequest
	frame := []any{meta}
	if body != nil {
		frame = append(frame, body)
	}
	text, err := json.Marshal(frame)
	if err != nil {
		k.t.Fatal(err)
	}
	k.write(string(text))
}

// call sends a request and returns the frame that follows.
func (k *client) call(method, path string, body any) gotFrame {
	k.t.Helper()
	k.request(rc.FrameMeta{MessageID: "m-" + method, Method: method, Path: path}, body)
	return k.read()
}

// text announces a text to ada (or bob), as the message store does.
func (p *platform) text(extension, id int64) {
	p.t.Helper()
	err := event.Publish(p.t.Context(), p.bus, account, extension, rc.MessageStoreFilter(account, extension), rc.MessageStoreEvent{
		AccountID: fmt.Sprint(account), ExtensionID: fmt.Sprint(extension),
		Changes: []rc.MessageStoreChange{{Type: rc.TypeSMS, NewCount: 1, NewMessageIDs: []int64{id}}},
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

// textID is the message that a notification of text is about.
func textID(n rc.Notification) int64 {
	var body rc.MessageStoreEvent
	if json.Unmarshal(n.Body, &body) != nil || len(body.Changes) == 0 || len(body.Changes[0].NewMessageIDs) == 0 {
		return 0
	}
	return body.Changes[0].NewMessageIDs[0]
}

// pipes is a listener in memory.
type pipes struct {
	conns chan net.Conn
	done  chan struct{}
	once  sync.Once
}

func (l *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	a, b := net.Pipe()
	near, far := buffer(a), buffer(b)
	select {
	case l.conns <- far:
		return near, nil
	case <-l.done:
		return nil, net.ErrClosed
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.done:
		return nil, net.ErrClosed
	}
}

func (l *pipes) Close() error {
	l.once.Do(func() { close(l.done) })
	return nil
}

func (l *pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)} }

// A buffered pipe takes writes that nobody reads yet, as sockets do.
type buffered struct {
	net.Conn
	queue chan []byte
	done  chan struct{}
	once  sync.Once
}

func buffer(c net.Conn) *buffered {
	b := &buffered{Conn: c, queue: make(chan []byte, 64), done: make(chan struct{})}
	go func() {
		for {
			select {
			case data := <-b.queue:
				if _, err := c.Write(data); err != nil {
					return
				}
			case <-b.done:
				return
			}
		}
	}()
	return b
}

func (b *buffered) Write(data []byte) (int, error) {
	select {
	case b.queue <- append([]byte(nil), data...):
		return len(data), nil
	case <-b.done:
		return 0, net.ErrClosed
	}
}

func (b *buffered) Close() error {
	b.once.Do(func() { close(b.done) })
	return b.Conn.Close()
}
