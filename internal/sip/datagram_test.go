package sip_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"offhook/internal/sip"
)

// A wire is one end of a network that loses what it is told to lose.
type wire struct {
	at    string
	in    chan []byte
	other *wire
	gone  chan struct{}
	once  sync.Once

	mu   sync.Mutex
	sent []string                   // guarded by mu: the first words of what was sent, and when
	lose func(n int, d string) bool // guarded by mu: of the nth datagram
	at0  time.Time
}

// Addr is where the end is.
type place string

func (place) Network() string  { return "udp" }
func (p place) String() string { return string(p) }

func wires() (a, b *wire) {
	a = &wire{at: "192.0.2.1:5060", in: make(chan []byte, 99), gone: make(chan struct{}), at0: time.Now()}
	b = &wire{at: "192.0.2.2:5060", in: make(chan []byte, 99), gone: make(chan struct{}), at0: time.Now(), other: a}
	a.other = b
	return a, b
}

func (w *wire) ReadFrom(p []byte) (int, net.Addr, error) {
	select {
	case data := <-w.in:
		return copy(p, data), place(w.other.at), nil
	case <-w.gone:
		return 0, nil, net.ErrClosed
	}
}

func (w *wire) WriteTo(p []byte, _ net.Addr) (int, error) {
	if len(bytes.TrimSpace(p)) == 0 {
		return len(p), nil // a keep-alive
	}
	word, _, _ := strings.Cut(string(p), "\r\n")
	word = strings.TrimPrefix(word, "SIP/2.0 ")
	word, _, _ = strings.Cut(word, " ")
	w.mu.Lock()
	w.sent = append(w.sent, word+"@"+time.Since(w.at0).Round(time.Millisecond).String())
	lost := w.lose != nil && w.lose(len(w.sent), word)
	w.mu.Unlock()
	if !lost {
		w.other.in <- bytes.Clone(p)
	}
	return len(p), nil
}

func (w *wire) Close() error                     { w.once.Do(func() { close(w.gone) }); return nil }
func (w *wire) LocalAddr() net.Addr              { return place(w.at) }
func (w *wire) SetDeadline(time.Time) error      { return nil }
func (w *wire) SetReadDeadline(time.Time) error  { return nil }
func (w *wire) SetWriteDeadline(time.Time) error { return nil }

func (w *wire) told() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return strings.Join(w.sent, " ")
}

// losing has an end lose datagrams.
func (w *wire) losing(lose func(n int, word string) bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lose = lose
}

// twoEnds is a client's flow to a server that h answers for, over a network
// in a bubble of its own time.
func twoEnds(t *testing.T, h sip.Handler, run func(t *testing.T, client *sip.Flow, near, far *wire)) {
	synctest.Test(t, func(t *testing.T) {
		near, far := wires()
		client, server := sip.NewDatagrams(near), sip.NewDatagrams(far)
		server.Accept = func(net.Addr) sip.Handler { return h }
		go client.Serve()
		go server.Serve()
		f, err := client.Flow(place(far.at), nobody)
		if err != nil {
			t.Fatal(err)
		}
		run(t, f, near, far)
		client.Close()
		server.Close()
	})
}

func accepting(tx *sip.Tx) {
	if !tx.Request().IsAck() {
		_ = tx.Respond(200, "OK")
	}
}

func TestARequestThatIsLostIsSentAgain(t *testing.T) {
	twoEnds(t, sip.HandlerFunc(accepting), func(t *testing.T, f *sip.Flow, near, _ *wire) {
		near.losing(func(n int, _ string) bool { return n < 6 })
		res, err := f.Do(t.Context(), request(sip.OPTIONS, 1), nil)
		if err != nil || res.StatusCode != 200 {
			t.Fatal(res, err)
		}
		if got, want := near.told(), "OPTIONS@0s OPTIONS@500ms OPTIONS@1.5s OPTIONS@3.5s OPTIONS@7.5s OPTIONS@11.5s"; got != want {
			t.Errorf("sent %s\nwant %s", got, want)
		}
	})
}

func TestAnAnswerThatIsLostIsSentAgainAndTheRequestHandledOnce(t *testing.T) {
	handled := 0
	h := sip.HandlerFunc(func(tx *sip.Tx) { handled++; accepting(tx) })
	twoEnds(t, h, func(t *testing.T, f *sip.Flow, _, far *wire) {
		far.losing(func(n int, _ string) bool { return n == 1 })
		if res, err := f.Do(t.Context(), request(sip.BYE, 1), nil); err != nil || res.StatusCode != 200 {
			t.Fatal(res, err)
		}
		if got, want := far.told(), "200@0s 200@500ms"; got != want || handled != 1 {
			t.Errorf("sent %s, handled %d times; want %s, once", got, handled, want)
		}
	})
}

func TestAPeerThatSaysNothingFailsAnInviteAfter32Seconds(t *testing.T) {
	twoEnds(t, sip.HandlerFunc(func(*sip.Tx) {}), func(t *testing.T, f *sip.Flow, near, _ *wire) {
		begun := time.Now()
		_, err := f.Do(t.Context(), request(sip.INVITE, 1), nil)
		if !errors.Is(err, sip.ErrSilent) || time.Since(begun) != 32*time.Second {
			t.Errorf("told %v after %v, want ErrSilent after 32s", err, time.Since(begun))
		}
		if got, want := near.told(), "INVITE@0s INVITE@500ms INVITE@1.5s INVITE@3.5s INVITE@7.5s INVITE@15.5s INVITE@31.5s"; got != want {
			t.Errorf("sent %s\nwant %s", got, want)
		}
	})
}

func TestAnInviteIsNotRepeatedOnceItIsBeingWorkedAt(t *testing.T) {
	ringing := sip.HandlerFunc(func(tx *sip.Tx) {
		if tx.Request().IsInvite() {
			_ = tx.Respond(180, "Ringing")
			time.AfterFunc(time.Minute, func() { _ = tx.Respond(200, "OK") })
		}
	})
	twoEnds(t, ringing, func(t *testing.T, f *sip.Flow, near, _ *wire) {
		req := request(sip.INVITE, 1)
		res, err := f.Do(t.Context(), req, nil)
		if err != nil || res.StatusCode != 200 {
			t.Fatal(res, err)
		}
		if err := sip.NewUAC(f, req, res).Ack(nil, ""); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if got, want := near.told(), "INVITE@0s ACK@1m0s"; got != want {
			t.Errorf("sent %s, want %s", got, want)
		}
	})
}

func TestAnAcceptanceIsRepeatedUntilItIsAcknowledged(t *testing.T) {
	var last *sip.Tx
	acks := 0
	h := sip.HandlerFunc(func(tx *sip.Tx) {
		if tx.Request().IsAck() {
			acks++
			return
		}
		last = tx
		_ = tx.Respond(200, "OK")
	})
	twoEnds(t, h, func(t *testing.T, f *sip.Flow, near, far *wire) {
		near.losing(func(n int, word string) bool { return word == "ACK" && n == 2 })
		req := request(sip.INVITE, 1)
		res, err := f.Do(t.Context(), req, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := sip.NewUAC(f, req, res).Ack(nil, ""); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if got, want := far.told(), "200@0s 200@500ms"; got != want || acks != 1 {
			t.Errorf("the 200 went %s with %d ACKs, want %s with one", got, acks, want)
		}
		select {
		case <-last.Lost():
			t.Error("a call that was acknowledged is lost")
		default:
		}
	})
}

func TestAnAcceptanceThatNobodyAcknowledgesIsTold(t *testing.T) {
	var lost chan time.Duration // of the bubble
	h := sip.HandlerFunc(func(tx *sip.Tx) {
		if tx.Request().IsInvite() {
			begun := time.Now()
			_ = tx.Respond(200, "OK")
			go func() { <-tx.Lost(); lost <- time.Since(begun) }()
		}
	})
	twoEnds(t, h, func(t *testing.T, f *sip.Flow, _, _ *wire) {
		lost = make(chan time.Duration, 1)
		if _, err := f.Do(t.Context(), request(sip.INVITE, 1), nil); err != nil {
			t.Fatal(err)
		}
		if got := <-lost; got != 32*time.Second {
			t.Errorf("told after %v, want 32s", got)
		}
	})
}

func TestARefusalIsRepeatedUntilItIsAcknowledged(t *testing.T) {
	h := sip.HandlerFunc(func(tx *sip.Tx) { _ = tx.Respond(486, "Busy Here") })
	twoEnds(t, h, func(t *testing.T, f *sip.Flow, near, far *wire) {
		near.losing(func(n int, word string) bool { return word == "ACK" && n < 4 })
		if res, err := f.Do(t.Context(), request(sip.INVITE, 1), nil); err != nil || res.StatusCode != 486 {
			t.Fatal(res, err)
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if got, want := far.told(), "486@0s 486@500ms 486@1.5s"; got != want {
			t.Errorf("the refusal went %s, want %s", got, want)
		}
		if got, want := near.told(), "INVITE@0s ACK@0s ACK@500ms ACK@1.5s"; got != want {
			t.Errorf("acknowledged %s, want %s", got, want)
		}
	})
}

func TestACancelThatIsLostIsSentAgain(t *testing.T) {
	var cancelled chan struct{} // of the bubble
	h := sip.HandlerFunc(func(tx *sip.Tx) {
		if tx.Request().IsInvite() {
			_ = tx.Respond(180, "Ringing")
			go func() { <-tx.Cancelled(); close(cancelled) }()
		}
	})
	twoEnds(t, h, func(t *testing.T, f *sip.Flow, near, _ *wire) {
		cancelled = make(chan struct{})
		near.losing(func(n int, word string) bool { return n == 2 && word == "CANCEL" })
		ctx, cancel := context.WithCancel(t.Context())
		_, err := f.Do(ctx, request(sip.INVITE, 1), func(*sip.Response) { cancel() })
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		<-cancelled
		synctest.Wait()
		if got, want := near.told(), "INVITE@0s CANCEL@0s CANCEL@500ms ACK@500ms"; got != want {
			t.Errorf("sent %s, want %s", got, want)
		}
	})
}

func TestASecondPhoneThatAcceptsIsSentAway(t *testing.T) {
	twoEnds(t, sip.HandlerFunc(accepting), func(t *testing.T, f *sip.Flow, near, far *wire) {
		req := request(sip.INVITE, 1)
		res, err := f.Do(t.Context(), req, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := sip.NewUAC(f, req, res).Ack(nil, ""); err != nil {
			t.Fatal(err)
		}
		second := res.Clone()
		second.To().Params.Add("tag", "other")
		near.in <- []byte(second.String())
		synctest.Wait()
		if got, want := near.told(), "INVITE@0s ACK@0s ACK@0s BYE@0s"; got != want {
			t.Errorf("sent %s, want %s", got, want)
		}
	})
}

func TestDatagramsThatAreNoMessagesChangeNothing(t *testing.T) {
	twoEnds(t, sip.HandlerFunc(accepting), func(t *testing.T, f *sip.Flow, near, far *wire) {
		for _, junk := range []string{"\r\n\r\n", "\x00", "GET / HTTP/1.1\r\n\r\n", "OPTIONS sip:a@b SIP/2.0\r\nContent-Length: 9\r\n\r\nshort"} {
			far.in <- []byte(junk)
			near.in <- []byte(junk)
		}
		if res, err := f.Do(t.Context(), request(sip.OPTIONS, 1), nil); err != nil || res.StatusCode != 200 {
			t.Fatal(res, err)
		}
	})
}

func TestStrangersGetNoAnswer(t *testing.T) {
	twoEnds(t, nil, func(t *testing.T, f *sip.Flow, _, far *wire) {
		if _, err := f.Do(t.Context(), request(sip.OPTIONS, 1), nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a stranger is told %v", err)
		}
		if got := far.told(); got != "" {
			t.Errorf("a stranger was sent %s", got)
		}
	})
}

func TestDialogsPassTheProxiesOnTheirWay(t *testing.T) {
	req := request(sip.INVITE, 1)
	two := `<sip:p1.test;lr>, <sip:p2.test;lr>`
	var tx *sip.Tx
	h := sip.HandlerFunc(func(got *sip.Tx) { tx = got; accepting(got) })
	sip.SetHeader(req, "Record-Route", two)
	twoEnds(t, h, func(t *testing.T, f *sip.Flow, _, _ *wire) {
		answer, err := f.Do(t.Context(), req, nil)
		if err != nil {
			t.Fatal(err)
		}
		uac, uas := sip.NewUAC(f, req, answer), sip.NewUAS(tx, sip.URI{})
		if got := strings.Join(uas.Routes, " | "); got != `<sip:p1.test;lr> | <sip:p2.test;lr>` {
			t.Errorf("the called side goes by %s", got)
		}
		if got := strings.Join(uac.Routes, " | "); got != `<sip:p2.test;lr> | <sip:p1.test;lr>` {
			t.Errorf("the calling side goes by %s", got)
		}
		bye := uac.Request(sip.BYE, nil, "")
		if got := bye.GetHeaders("Route"); len(got) != 2 || got[0].Value() != `<sip:p2.test;lr>` {
			t.Errorf("a BYE goes by %v", got)
		}
		_ = uac.Ack(nil, "")
	})
}
