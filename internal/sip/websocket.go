package sip

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/coder/websocket"
)

// ServeOptions tune Serve. The zero value works.
type ServeOptions struct {
	Log *slog.Logger // nil logs nothing
	// Accepted is told of the flow before its first request, on the goroutine
	// that reads it. Whoever keeps it is told of its end by Done.
	Accepted func(*Flow)
}

// IsUpgrade reports whether a request asks for SIP over WebSocket.
func IsUpgrade(r *http.Request) bool {
	if !strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		return false
	}
	offered := strings.Split(strings.Join(r.Header.Values("Sec-WebSocket-Protocol"), ","), ",")
	return slices.ContainsFunc(offered, func(p string) bool { return strings.TrimSpace(p) == "sip" })
}

// Serve speaks SIP over WebSocket (RFC 7118) until the socket or the request's
// context ends. Pages of every origin are let in: a peer proves who it is by
// digest authentication, and no cookie counts. Who does not offer the
// subprotocol "sip" gets 426.
func Serve(w http.ResponseWriter, r *http.Request, h Handler, o ServeOptions) {
	if !IsUpgrade(r) {
		http.Error(w, "This address speaks SIP over WebSocket: connect with the subprotocol “sip”.", http.StatusUpgradeRequired)
		return
	}
	c, err := websocket.Accept(w, r, &websocket.AcceptOptions{Subprotocols: []string{"sip"}, InsecureSkipVerify: true})
	if err != nil {
		return // Accept has answered
	}
	transport := "WS"
	if r.TLS != nil {
		transport = "WSS"
	}
	f := newFlow(newSocket(r.Context(), c), h, transport, r.Host, r.RemoteAddr, o.Log)
	stop := context.AfterFunc(r.Context(), f.Close)
	defer stop()
	if o.Accepted != nil {
		o.Accepted(f)
	}
	f.run()
}

// Dial connects to a SIP server by WebSocket, at a ws: or wss: URL. ctx ends
// the dialling only. A nil client is http.DefaultClient.
func Dial(ctx context.Context, url string, client *http.Client, h Handler) (*Flow, error) {
	c, res, err := websocket.Dial(ctx, url, &websocket.DialOptions{HTTPClient: client, Subprotocols: []string{"sip"}})
	if err != nil {
		return nil, err
	}
	if c.Subprotocol() != "sip" {
		_ = c.CloseNow() // nothing was sent
		return nil, errors.New("the server does not speak SIP over WebSocket")
	}
	transport := "WS"
	if strings.HasPrefix(strings.ToLower(url), "wss:") {
		transport = "WSS"
	}
	remote := url
	if res != nil && res.Request != nil {
		remote = res.Request.URL.Host
	}
	// Nobody can connect to a browser or to us (RFC 7118 section 5.2.1).
	f := newFlow(newSocket(context.Background(), c), h, transport, strings.ToLower(Token())+".invalid", remote, nil)
	go f.run()
	return f, nil
}

// A socket is a WebSocket as a conn.
type socket struct {
	c    *websocket.Conn
	ctx  context.Context
	stop context.CancelFunc
}

func newSocket(ctx context.Context, c *websocket.Conn) *socket {
	c.SetReadLimit(maxMessage)
	// The request's end must not cut off what Close still sends.
	ctx, stop := context.WithCancel(context.WithoutCancel(ctx))
	return &socket{c, ctx, stop}
}

func (s *socket) read() ([]byte, error) {
	_, data, err := s.c.Read(s.ctx)
	return data, err
}

func (s *socket) write(data []byte) error {
	ctx, stop := context.WithTimeout(s.ctx, patience)
	defer stop()
	return s.c.Write(ctx, websocket.MessageText, data)
}

func (s *socket) ping() error {
	ctx, stop := context.WithTimeout(s.ctx, patience)
	defer stop()
	return s.c.Ping(ctx)
}

func (s *socket) close() {
	s.stop()
	_ = s.c.CloseNow() // it may be closed already
}
