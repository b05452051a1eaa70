package notify

import (
	"context"
	"encoding/json"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coder/websocket"

	"offhook/internal/platform/wire"
	"offhook/internal/rc"
)

const (
	pingInterval = 30 * time.Second
	pongTimeout  = 10 * time.Second
	// closeTimeout bounds how long a client may take to answer our close
	// frame.
	closeTimeout = time.Second
)

// A socket is one client's connection, as long as it lasts. The goroutine of
// its handler reads, another delivers notifications, a third watches the
// time, and each forwarded request has its own.
type socket struct {
	h       *Handler
	ws      *websocket.Conn
	upgrade *http.Request // what opened it; forwarded requests take after it
	cancel  context.CancelFunc
	session *session
	active  chan struct{} // a place for each forwarded request
	wake    chan struct{} // there may be notifications to deliver
	used    atomic.Int64  // Unix nanoseconds of the last frame either way
	wg      sync.WaitGroup

	sent int64 // guarded by session.mu; the last notification written
	held int   // guarded by session.mu; answers that must go out before notifications

	writing sync.Mutex // keeps a frame and the wsc it states together
}

func newSocket(h *Handler, ws *websocket.Conn, upgrade *http.Request, cancel context.CancelFunc) *socket {
	k := &socket{
		h: h, ws: ws, upgrade: upgrade, cancel: cancel,
		active: make(chan struct{}, maxActive), wake: make(chan struct{}, 1),
	}
	k.touch()
	return k
}

// run serves the socket until its client has gone. It returns an error only
// when the socket could not be opened.
func (k *socket) run(ctx context.Context, c wire.Caller, wsc string) error {
	details, seen, err := k.h.open(k, c, wsc)
	if err != nil {
		return err
	}
	// Asked after the session is registered, so that an end between the
	// token's check and now is not missed: from here on it is announced.
	if ok, err := k.h.stands(ctx, c.SessionID); !ok {
		k.h.drop(k.session)
		if err != nil {
			return err
		}
		return errRevoked
	}
	// The first frame goes out at once: released clients wait for it before
	// they call themselves signed in (clients.md section 3).
	body, _ := json.Marshal(details) // our own type
	k.send(rc.FrameMeta{
		Type: rc.FrameConnectionDetails, MessageID: newUUID(), Status: http.StatusOK,
		Headers: map[string]string{"RCRequestId": newUUID()}, WSC: k.session.token(seen),
	}, body)
	k.wg.Go(func() { k.deliver(ctx, c.SessionID) })
	k.wg.Go(func() { k.watch(ctx) })
	k.poke()
	k.read(ctx)
	k.h.leave(k)
	k.cancel()
	_ = k.ws.CloseNow()
	k.wg.Wait()
	return nil
}

func (k *socket) read(ctx context.Context) {
	for {
		_, data, err := k.ws.Read(ctx)
		if err != nil {
			return
		}
		k.touch()
		k.receive(ctx, data)
	}
}

// deliver writes notifications in order. A client that does not read stops
// this goroutine in Write and nobody else; what comes meanwhile waits in the
// session, whose limit or a missing pong then ends the socket.
//
// Nothing is delivered to a sign-in that has ended, whoever has ended it and
// told nobody here: the command line, or a process that died.
func (k *socket) deliver(ctx context.Context, signIn string) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-k.wake:
		}
		for {
			f, ok := k.session.next(k)
			if !ok {
				break
			}
			if !k.may(ctx, signIn) { // asked after f has come: what comes after the end is not delivered
				return
			}
			k.writing.Lock()
			err := k.ws.Write(context.Background(), websocket.MessageText, f.data) // closing ends it
			k.session.wrote(k, f.seq)
			k.writing.Unlock()
			if err != nil {
				k.cancel()
				return
			}
			k.touch()
		}
	}
}

// may ends the socket when its sign-in has ended, and lets the client come
// back when that cannot be known.
func (k *socket) may(ctx context.Context, signIn string) bool {
	ok, err := k.h.stands(ctx, signIn)
	switch {
	case err != nil && ctx.Err() == nil:
		k.h.Log.Error("asking whether a sign-in stands", "err", err)
		k.cancel()
	case err == nil && !ok:
		k.h.revoked(signIn)
	}
	return ok
}

// watch pings, and ends the socket when it has been idle or open too long.
func (k *socket) watch(ctx context.Context) {
	ping := time.NewTicker(pingInterval)
	defer ping.Stop()
	opened := time.Now()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ping.C:
		}
		switch now := time.Now(); {
		case now.Sub(opened) >= absoluteTimeout:
			k.fail(errAbsolute)
			return
		case now.Sub(time.Unix(0, k.used.Load())) >= idleTimeout:
			k.fail(errIdle)
			return
		}
		pong, cancel := context.WithTimeout(ctx, pongTimeout)
		err := k.ws.Ping(pong)
		cancel()
		if err != nil {
			k.cancel()
			return
		}
	}
}

// poke tells deliver to look.
func (k *socket) poke() {
	select {
	case k.wake <- struct{}{}:
	default:
	}
}

func (k *socket) touch() { k.used.Store(time.Now().UnixNano()) }

// answer writes a frame that states how far the client is.
func (k *socket) answer(meta rc.FrameMeta, body []byte) {
	k.writing.Lock()
	defer k.writing.Unlock()
	meta.WSC = k.session.seen(k)
	k.write(meta, body)
}

// write sends a frame; k.writing is held.
func (k *socket) write(meta rc.FrameMeta, body []byte) {
	head, _ := json.Marshal(meta) // strings and numbers only
	if err := k.ws.Write(context.Background(), websocket.MessageText, join(head, body)); err != nil {
		k.cancel()
	}
}

// send writes a frame that carries no wsc.
func (k *socket) send(meta rc.FrameMeta, body []byte) {
	k.writing.Lock()
	defer k.writing.Unlock()
	k.write(meta, body)
}

// complain sends an Error frame; the socket stays open.
func (k *socket) complain(messageID string, e *rc.Error) {
	if messageID == "" {
		messageID = newUUID()
	}
	body, _ := json.Marshal(rc.ErrorItem{ErrorCode: e.Code, Message: e.Message}) // strings only
	k.send(rc.FrameMeta{Type: rc.FrameError, MessageID: messageID, Status: wire.Statuses[e.Kind]}, body)
}

// fail sends an Error frame and closes the socket. The client's close frame
// is waited for, but not for long.
func (k *socket) fail(e *rc.Error) {
	stop := time.AfterFunc(closeTimeout, k.cancel)
	defer stop.Stop()
	k.complain("", e)
	_ = k.ws.Close(websocket.StatusPolicyViolation, e.Code)
	k.cancel()
}

// goAway closes the socket because the platform ends.
func (k *socket) goAway() {
	stop := time.AfterFunc(closeTimeout, k.cancel)
	defer stop.Stop()
	_ = k.ws.Close(websocket.StatusGoingAway, "")
	k.cancel()
}
