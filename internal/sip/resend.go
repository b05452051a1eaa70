package sip

import (
	"fmt"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
)

// The times of RFC 3261 section 17.1.1.1: t1 is what a round trip is taken to
// need, t2 the longest pause between two attempts.
const (
	t1 = 500 * time.Millisecond
	t2 = 4 * time.Second
)

// A resending is a message that is sent again until somebody has heard it, or
// for 64 × T1.
type resending struct {
	flow *Flow
	data []byte
	cap  time.Duration // of the pause; 0 for none
	lost func()        // when it was in vain; may be nil

	mu    sync.Mutex
	timer *time.Timer   // guarded by mu
	pause time.Duration // guarded by mu
	spent time.Duration // guarded by mu
	ended bool          // guarded by mu
}

// resend begins to send a message again that was sent just now. It is nil,
// which has all methods, where nothing is lost.
func (f *Flow) resend(data []byte, longest time.Duration, lost func()) *resending {
	if !f.lossy {
		return nil
	}
	r := &resending{flow: f, data: data, cap: longest, lost: lost, pause: t1}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.timer = time.AfterFunc(r.pause, r.fire)
	return r
}

func (r *resending) fire() {
	r.mu.Lock()
	if r.ended {
		r.mu.Unlock()
		return
	}
	r.spent += r.pause
	if r.spent >= transactionTime || r.flow.send(r.data) != nil {
		r.ended = true
		r.mu.Unlock()
		if r.lost != nil {
			r.lost()
		}
		return
	}
	r.pause *= 2
	if r.cap > 0 {
		r.pause = min(r.pause, r.cap)
	}
	r.pause = min(r.pause, transactionTime-r.spent)
	r.timer.Reset(r.pause)
	r.mu.Unlock()
}

// slow has the next attempts be t2 apart: the peer works at it (timer E in
// the state Proceeding).
func (r *resending) slow() {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.ended && r.pause < t2 {
		r.pause = t2
		r.timer.Reset(r.pause)
	}
}

// stop ends it. Twice does nothing.
func (r *resending) stop() {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended = true
	r.timer.Stop()
}

// A settled is an INVITE of ours that has its final response. That comes
// again when the ACK is lost, and other phones that a proxy has tried may
// accept too.
type settled struct {
	invite *Request
	tag    string // of the side that has accepted; empty when all refused
	ack    []byte // that was sent; nil until it was
}

// turn names an INVITE by its place in its dialog.
func turn(m sip.Message) string { return fmt.Sprint(m.CallID().Value(), "|", m.CSeq().SeqNo) }

// settle remembers an INVITE of ours for as long as its final response may
// come again. A WebSocket repeats nothing.
func (f *Flow) settle(invite *Request, res *Response, ack []byte) {
	if f.OverWebSocket() {
		return
	}
	s := &settled{invite: invite, ack: ack}
	if res.StatusCode < 300 {
		_, s.tag = Tags(res)
	}
	k := turn(invite)
	f.mu.Lock()
	f.settled[k] = s
	f.mu.Unlock()
	time.AfterFunc(transactionTime, func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		if f.settled[k] == s {
			delete(f.settled, k)
		}
	})
}

// acknowledged notes an ACK that is sent, to be sent again.
func (f *Flow) acknowledged(ack *Request, data []byte) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if s := f.settled[turn(ack)]; s != nil {
		s.ack = data
	}
}

// late takes a response that nobody waits for: a final one to an INVITE is
// acknowledged again (RFC 3261 section 13.2.2.4), and who accepts a call that
// somebody else has accepted is told that it is over.
func (f *Flow) late(res *Response) {
	if res.CSeq().MethodName != INVITE || res.StatusCode < 200 {
		return
	}
	f.mu.Lock()
	s := f.settled[turn(res)]
	var ack []byte
	other := false
	if s != nil {
		_, tag := Tags(res)
		other = res.StatusCode < 300 && s.tag != "" && s.tag != tag
		ack = s.ack
	}
	f.mu.Unlock()
	switch {
	case other:
		f.decline(s.invite, res)
	case ack != nil:
		_ = f.send(ack) // an ended flow needs none
	}
}

// decline acknowledges an acceptance that nobody wants and ends it.
func (f *Flow) decline(invite *Request, res *Response) {
	go func() {
		d := NewUAC(f, invite, res)
		_ = f.send(encode(f.withVia(d.request(ACK, d.invite, nil, "")))) // it fails with the flow only
		ctx, stop := f.patient()
		defer stop()
		_, _ = d.Do(ctx, d.Request(BYE, nil, ""), nil) // a phone that is gone has none to end
	}()
}
