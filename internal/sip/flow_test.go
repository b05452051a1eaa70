package sip_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"offhook/internal/sip"
)

// serve speaks SIP with h at a URL of its own.
func serve(t *testing.T, h sip.Handler) (url string) {
	return serveFlows(t, h, nil)
}

func serveFlows(t *testing.T, h sip.Handler, accepted func(*sip.Flow)) (url string) {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sip.Serve(w, r, h, sip.ServeOptions{Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Accepted: accepted})
	}))
	t.Cleanup(s.Close)
	return strings.Replace(s.URL, "http:", "ws:", 1)
}

func dial(t *testing.T, url string, h sip.Handler) *sip.Flow {
	t.Helper()
	f, err := sip.Dial(t.Context(), url, nil, h)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close(); <-f.Done() })
	return f
}

func request(method sip.Method, cseq uint32) *sip.Request {
	at := sip.URI{Scheme: "sip", User: "bob", Host: "example.test"}
	return sip.NewRequest(sip.Outline{Method: method, Target: at, From: sip.Address{URI: sip.URI{Scheme: "sip", User: "ann", Host: "example.test"}}, To: sip.Address{URI: at}, CSeq: cseq})
}

// nobody answers what nobody should ask.
var nobody = sip.HandlerFunc(func(tx *sip.Tx) { _ = tx.Respond(501, "Not Implemented") })

func TestResponsesKeepTheirOrder(t *testing.T) {
	url := serve(t, sip.HandlerFunc(func(tx *sip.Tx) {
		if tx.Request().Method == sip.INVITE {
			_ = tx.Respond(180, "Ringing")
			_ = tx.Respond(200, "OK")
		}
	}))
	f := dial(t, url, nobody)
	for i := range uint32(300) {
		var codes []int
		res, err := f.Do(t.Context(), request(sip.INVITE, i+1), func(res *sip.Response) { codes = append(codes, res.StatusCode) })
		if err != nil {
			t.Fatal(err)
		}
		if codes = append(codes, res.StatusCode); fmt.Sprint(codes) != "[180 200]" {
			t.Fatalf("call %d was answered %v, want [180 200]", i, codes)
		}
	}
}

func TestRequestsOfOneFlowAreHandledInTheirOrder(t *testing.T) {
	seen := make(chan uint32, 400)
	url := serve(t, sip.HandlerFunc(func(tx *sip.Tx) {
		seen <- tx.Request().CSeq().SeqNo
		_ = tx.Respond(200, "OK")
	}))
	f := dial(t, url, nobody)
	next := uint32(0)
	for i := range uint32(300) {
		if err := f.Send(request(sip.INFO, i+1)); err != nil {
			t.Fatal(err)
		}
		if i%100 == 99 { // what waits for the peer is bounded
			for range 100 {
				next++
				if got := <-seen; got != next {
					t.Fatalf("request %d came where %d was sent", got, next)
				}
			}
		}
	}
}

func TestACancelledInviteIsAnsweredAndTellsItsHandler(t *testing.T) {
	cancelled, acked := make(chan *sip.Tx, 1), make(chan *sip.Tx, 1)
	url := serve(t, sip.HandlerFunc(func(tx *sip.Tx) {
		switch tx.Request().Method {
		case sip.INVITE:
			_ = tx.Respond(180, "Ringing")
			go func() { <-tx.Cancelled(); cancelled <- tx }()
		case sip.ACK:
			acked <- tx
		case sip.OPTIONS:
			_ = tx.Respond(200, "OK")
		}
	}))
	f := dial(t, url, nobody)
	ctx, cancel := context.WithCancelCause(t.Context())
	_, err := f.Do(ctx, request(sip.INVITE, 7), func(*sip.Response) { cancel(sip.CancelReason(`SIP;cause=200;text="Call completed elsewhere"`)) })
	if !errors.Is(err, context.Canceled) {
		t.Errorf("the caller is told %v", err)
	}
	tx := <-cancelled
	if err := tx.Respond(200, "OK"); !errors.Is(err, sip.ErrAnswered) {
		t.Errorf("answering a cancelled call: %v, want ErrAnswered", err)
	}
	// The ACK of the 487 belongs to the transaction: no handler sees it. What
	// is sent after it comes after it.
	if _, err := f.Do(t.Context(), request(sip.OPTIONS, 8), nil); err != nil {
		t.Fatal(err)
	}
	if len(acked) > 0 {
		t.Error("the ACK of a refusal reached the handler")
	}
}

func TestA200ThatCrossesItsCancelIsEnded(t *testing.T) {
	ended := make(chan struct{})
	var once sync.Once
	url := serve(t, sip.HandlerFunc(func(tx *sip.Tx) {
		switch tx.Request().Method {
		case sip.INVITE:
			_ = tx.Respond(180, "Ringing")
			_ = tx.Respond(200, "OK", sip.With("Contact", "<sip:bob@example.test>"))
		case sip.BYE:
			_ = tx.Respond(200, "OK")
			once.Do(func() { close(ended) })
		}
	}))
	f := dial(t, url, nobody)
	ctx, cancel := context.WithCancel(t.Context())
	// The 180 ends ctx, and the 200 is on its way already. Either the caller
	// still sees it, or it is acknowledged and ended behind its back.
	res, err := f.Do(ctx, request(sip.INVITE, 7), func(*sip.Response) { cancel() })
	if err == nil {
		if res.StatusCode != 200 {
			t.Errorf("answered %d", res.StatusCode)
		}
		return
	}
	<-ended
}

func TestARequestThatComesTwiceIsAnsweredTheSame(t *testing.T) {
	handled := atomic.Int32{}
	url := serve(t, sip.HandlerFunc(func(tx *sip.Tx) {
		_ = tx.Respond(200, fmt.Sprint("Number ", handled.Add(1)))
	}))
	c := raw(t, url)
	for range 2 {
		c.send(t, message("INFO", "z9hG4bKtwice", 3, ""))
		if got := c.next(t); !strings.HasPrefix(got, "SIP/2.0 200 Number 1\r\n") {
			t.Errorf("answered %q", got)
		}
	}
}

func TestPingsFragmentsAndKeepAlives(t *testing.T) {
	url := serve(t, sip.HandlerFunc(func(tx *sip.Tx) { _ = tx.Respond(200, "OK") }))
	c := raw(t, url)
	c.send(t, "\r\n\r\n")
	if got := c.next(t); got != "\r\n" {
		t.Errorf("a keep-alive was answered %q", got)
	}
	w, err := c.ws.Writer(t.Context(), websocket.MessageText)
	if err != nil {
		t.Fatal(err)
	}
	text := message("INFO", "z9hG4bKparts", 3, "")
	for _, part := range []string{text[:40], text[40:100], text[100:]} {
		if _, err := io.WriteString(w, part); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if got := c.next(t); !strings.HasPrefix(got, "SIP/2.0 200 OK\r\n") {
		t.Errorf("a message in fragments was answered %q", got)
	}
	// A ping is answered while messages go on.
	done := make(chan error, 1)
	go func() { done <- c.ws.Ping(t.Context()) }()
	c.send(t, message("INFO", "z9hG4bKafter", 4, ""))
	if got := c.next(t); !strings.HasPrefix(got, "SIP/2.0 200 OK\r\n") {
		t.Errorf("after a ping: %q", got)
	}
	go func() { _, _, _ = c.ws.Read(t.Context()) }()
	if err := <-done; err != nil {
		t.Errorf("a ping: %v", err)
	}
}

func TestWhatWebPhonesNeedOfHeaders(t *testing.T) {
	url := serve(t, sip.HandlerFunc(func(tx *sip.Tx) {
		_ = tx.Respond(200, "OK", sip.With("X-Evil", "a\r\nInjected: b"))
	}))
	c := raw(t, url)
	c.send(t, message("INFO", "z9hG4bKx", 3, "Grüße")) // with a Content-Length in characters
	got := c.next(t)
	for _, want := range []string{"\r\nVia: ", "\r\nFrom: ", "\r\nTo: ", "\r\nCall-Id: ", "\r\nCSeq: 3 INFO\r\n"} {
		if strings.Count(got, want) != 1 {
			t.Errorf("the answer lacks one %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "\r\nInjected") {
		t.Errorf("a value began another header:\n%s", got)
	}
}

func TestWhatCannotBeReadEndsTheFlow(t *testing.T) {
	for name, text := range map[string]string{
		"garbage":         "hello\r\n\r\n",
		"no Via":          "INFO sip:a@b SIP/2.0\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 INFO\r\n\r\n",
		"no branch":       "INFO sip:a@b SIP/2.0\r\nVia: SIP/2.0/WS a.invalid\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 INFO\r\n\r\n",
		"half a line end": "INFO sip:a@b SIP/2.0\r\nVia: SIP/2.0/WS a.invalid;branch=z9\nX: y\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 INFO\r\n\r\n",
		"more than 64 kB": message("INFO", "z9hG4bKbig", 1, strings.Repeat("x", 70<<10)),
	} {
		t.Run(name, func(t *testing.T) {
			flows := make(chan *sip.Flow, 1)
			c := raw(t, serveFlows(t, nobody, func(f *sip.Flow) { flows <- f }))
			c.send(t, text)
			<-(<-flows).Done()
		})
	}
}

func TestWhoDoesNotSpeakSIPIsTurnedAway(t *testing.T) {
	url := serve(t, nobody)
	res, err := http.Get(strings.Replace(url, "ws:", "http:", 1))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusUpgradeRequired {
		t.Errorf("a plain request: %d, want 426", res.StatusCode)
	}
	if _, _, err := websocket.Dial(t.Context(), url, &websocket.DialOptions{Subprotocols: []string{"chat"}}); err == nil {
		t.Error("a socket of another protocol was let in")
	}
}

func TestAFlowThatEndsEndsWhatWaits(t *testing.T) {
	url := serve(t, sip.HandlerFunc(func(tx *sip.Tx) { tx.Flow().Close() }))
	f := dial(t, url, nobody)
	if _, err := f.Do(t.Context(), request(sip.INFO, 1), nil); !errors.Is(err, sip.ErrClosed) {
		t.Errorf("waiting on a flow that ends: %v, want ErrClosed", err)
	}
	if _, err := f.Do(t.Context(), request(sip.INFO, 2), nil); !errors.Is(err, sip.ErrClosed) {
		t.Errorf("asking on a flow that has ended: %v, want ErrClosed", err)
	}
}

func TestAStreamIsFramedByContentLength(t *testing.T) {
	a, b := net.Pipe()
	got := make(chan string, 2)
	f := sip.NewStream(a, sip.HandlerFunc(func(tx *sip.Tx) {
		got <- string(tx.Request().Body())
		_ = tx.Respond(200, "OK")
	}))
	go func() {
		text := "\r\n" + message("INFO", "z9hG4bK1", 1, "one") + message("INFO", "z9hG4bK2", 2, "zwei")
		for len(text) > 0 { // as it comes from a network
			n := min(7, len(text))
			if _, err := io.WriteString(b, text[:n]); err != nil {
				return
			}
			text = text[n:]
		}
	}()
	go func() { _, _ = io.Copy(io.Discard, b) }()
	for _, want := range []string{"one", "zwei"} {
		if body := <-got; body != want {
			t.Errorf("a body of %q, want %q", body, want)
		}
	}
	f.Close()
	<-f.Done()
	if _, err := b.Write([]byte("x")); err == nil {
		t.Error("the connection is open after Close")
	}
}

// A client writes what no client of ours would.
type client struct{ ws *websocket.Conn }

func raw(t *testing.T, url string) client {
	t.Helper()
	c, _, err := websocket.Dial(t.Context(), url, &websocket.DialOptions{Subprotocols: []string{"sip"}})
	if err != nil {
		t.Fatal(err)
	}
	c.SetReadLimit(1 << 20)
	t.Cleanup(func() { _ = c.CloseNow() })
	return client{c}
}

func (c client) send(t *testing.T, text string) {
	t.Helper()
	if err := c.ws.Write(t.Context(), websocket.MessageText, []byte(text)); err != nil {
		t.Fatal(err)
	}
}

func (c client) next(t *testing.T) string {
	t.Helper()
	ctx, stop := context.WithTimeout(t.Context(), time.Minute)
	defer stop()
	_, data, err := c.ws.Read(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// message writes a request whose Content-Length counts characters, as web
// phones do.
func message(method, branch string, cseq int, body string) string {
	return fmt.Sprintf("%s sip:x@h SIP/2.0\r\nVia: SIP/2.0/WS a.invalid;branch=%s\r\nFrom: <sip:a@h>;tag=1\r\nTo: <sip:x@h>\r\nCall-ID: c%d\r\nCSeq: %d %s\r\n"+
		"Max-Forwards: 70\r\nContent-Type: text/plain\r\nContent-Length: %d\r\n\r\n%s", method, branch, cseq, cseq, method, len([]rune(body)), body)
}
