package sip

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/emiago/sipgo/sip"
)

// transactionTime is how long a request other than INVITE waits for its final
// response, and a cancelled INVITE for what crosses the CANCEL: 64 × T1 (RFC
// 3261 section 17.1.2.2).
const transactionTime = 32 * time.Second

// A CancelReason, as the cause that ends the context of an INVITE, is what the
// CANCEL says in its Reason header (RFC 3326), such as
// SIP;cause=200;text="Call completed elsewhere".
type CancelReason string

// Error is for the owner of the context.
func (r CancelReason) Error() string { return "cancelled: " + string(r) }

// An outgoing is a request of ours that waits for responses.
type outgoing struct {
	invite bool
	again  *resending // nil where nothing is lost

	mu        sync.Mutex
	responses []*Response   // guarded by mu: what nobody has taken yet
	ended     bool          // guarded by mu
	arrived   chan struct{} // has room for one
}

// tooMany bounds what a flood of provisional responses can fill.
const tooMany = 100

func (o *outgoing) deliver(res *Response) {
	if o.invite || res.StatusCode >= 200 {
		o.again.stop()
	} else {
		o.again.slow()
	}
	o.mu.Lock()
	if len(o.responses) < tooMany || res.StatusCode >= 200 {
		o.responses = append(o.responses, res)
	}
	o.mu.Unlock()
	o.wake()
}

func (o *outgoing) end() {
	o.mu.Lock()
	o.ended = true
	o.mu.Unlock()
	o.wake()
}

func (o *outgoing) wake() {
	select {
	case o.arrived <- struct{}{}:
	default:
	}
}

// next returns the next response in order of arrival.
func (o *outgoing) next(ctx context.Context) (*Response, error) {
	for {
		o.mu.Lock()
		if len(o.responses) > 0 {
			res := o.responses[0]
			o.responses = slices.Delete(o.responses, 0, 1)
			o.mu.Unlock()
			return res, nil
		}
		ended := o.ended
		o.mu.Unlock()
		if ended {
			return nil, ErrClosed
		}
		select {
		case <-o.arrived:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// Do sends a request, which gets its Via here, and returns its final
// response. Provisional ones go to provisional, unless that is nil, in order
// and on the caller's goroutine. The ACK of a refused INVITE is sent here;
// that of an accepted one is the caller's (Dialog.Ack).
//
// A request other than INVITE waits at most 32 seconds, and an INVITE so long
// for its first response: ErrSilent then. Of web phones nothing is expected
// before they answer. When ctx ends an INVITE, a CANCEL follows as soon as there was a provisional response, and Do
// returns ctx's error at once, since web phones never answer the INVITE then
// (contract 8.10). A 200 that crosses the CANCEL is acknowledged and ended by
// BYE. ErrClosed when the flow ends first.
func (f *Flow) Do(ctx context.Context, req *Request, provisional func(*Response)) (*Response, error) {
	if !req.IsInvite() {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, transactionTime)
		defer stop()
	}
	k, o, err := f.begin(req)
	if err != nil {
		return nil, err
	}
	proceeding := false
	first, stop := f.first(ctx, req)
	defer stop()
	for {
		wait := ctx
		if !proceeding {
			wait = first
		}
		res, err := o.next(wait)
		if err != nil {
			o.again.stop()
			silent := req.IsInvite() && errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil
			if silent {
				err = ErrSilent
			}
			if req.IsInvite() && err != ErrClosed && !silent {
				why, _ := context.Cause(ctx).(CancelReason)
				go f.abandon(req, why, k, o, proceeding)
			} else {
				f.finish(k)
			}
			return nil, fmt.Errorf("waiting for the answer to %s: %w", req.Method, err)
		}
		if res.StatusCode < 200 {
			proceeding = true
			if provisional != nil {
				provisional(res)
			}
			continue
		}
		f.conclude(k, req, res)
		return res, nil
	}
}

// first is the context of waiting for the first response (timer B).
func (f *Flow) first(ctx context.Context, req *Request) (context.Context, context.CancelFunc) {
	if !req.IsInvite() || f.OverWebSocket() {
		return ctx, func() {}
	}
	return context.WithTimeout(ctx, transactionTime)
}

// conclude takes a final response: that of an INVITE is acknowledged when it
// refuses, and remembered.
func (f *Flow) conclude(k string, req *Request, res *Response) {
	if !req.IsInvite() {
		f.finish(k)
		return
	}
	var ack []byte
	if res.StatusCode >= 300 {
		ack = encode(refusalAck(req, res))
		_ = f.send(ack) // an ended flow needs none
	}
	f.settle(req, res, ack)
	f.finish(k)
}

// begin sends a request and returns where its responses arrive.
func (f *Flow) begin(req *Request) (string, *outgoing, error) {
	data := encode(f.withVia(req))
	longest := t2
	if req.IsInvite() {
		longest = 0
	}
	k, o := key(req), &outgoing{invite: req.IsInvite(), arrived: make(chan struct{}, 1)}
	o.again = f.resend(data, longest, nil)
	f.mu.Lock()
	f.pending[k] = o
	f.mu.Unlock()
	if err := f.send(data); err != nil {
		o.again.stop()
		f.finish(k)
		return "", nil, err
	}
	select {
	case <-f.quit: // it may have ended its requests before this one was there
		o.again.stop()
		f.finish(k)
		return "", nil, ErrClosed
	default:
		return k, o, nil
	}
}

// withVia gives a request of ours its hop.
func (f *Flow) withVia(req *Request) *Request {
	for req.RemoveHeader("Via") {
	}
	req.PrependHeader(f.via())
	return req
}

// patient is a context for what nobody waits for any more.
func (f *Flow) patient() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), transactionTime)
}

func (f *Flow) finish(k string) {
	f.mu.Lock()
	delete(f.pending, k)
	f.mu.Unlock()
}

// abandon sees an INVITE to its end of which nobody wants to know any more.
func (f *Flow) abandon(req *Request, why CancelReason, k string, o *outgoing, proceeding bool) {
	defer f.finish(k)
	ctx, stop := f.patient()
	defer stop()
	if proceeding {
		f.sendCancel(req, why)
	}
	for {
		res, err := o.next(ctx)
		switch {
		case err != nil:
			return
		case res.StatusCode < 200:
			if !proceeding {
				proceeding = true
				f.sendCancel(req, why)
			}
			continue
		case res.StatusCode < 300:
			f.settle(req, res, nil)
			d := NewUAC(f, req, res)
			_ = d.Ack(nil, "") // both fail with the flow only
			_, _ = d.Do(ctx, d.Request(BYE, nil, ""), nil)
		default:
			f.conclude(k, req, res)
		}
		return
	}
}

// sendCancel does not wait for the answer, which tells nothing but that the
// CANCEL has arrived.
func (f *Flow) sendCancel(invite *Request, why CancelReason) {
	req := sameTransaction(CANCEL, invite, invite.To())
	if why != "" {
		req.AppendHeader(sip.NewHeader("Reason", string(why)))
	}
	data := encode(req)
	if f.lossy {
		o := &outgoing{arrived: make(chan struct{}, 1), again: f.resend(data, t2, nil)}
		k := key(req)
		f.mu.Lock()
		f.pending[k] = o
		f.mu.Unlock()
		time.AfterFunc(transactionTime, func() { f.finish(k) })
	}
	_ = f.send(data) // an ended flow needs none
}

// refusalAck acknowledges a final response that is not a 2xx (RFC 3261 section
// 17.1.1.3).
func refusalAck(invite *Request, res *Response) *Request {
	return sameTransaction(ACK, invite, res.To())
}

func sameTransaction(method Method, invite *Request, to *sip.ToHeader) *Request {
	req := sip.NewRequest(method, *invite.Recipient.Clone())
	hops := sip.MaxForwardsHeader(70)
	req.AppendHeader(invite.Via().Clone())
	req.AppendHeader(sip.HeaderClone(invite.From()))
	req.AppendHeader(sip.HeaderClone(to))
	req.AppendHeader(sip.HeaderClone(invite.CallID()))
	req.AppendHeader(&sip.CSeqHeader{SeqNo: invite.CSeq().SeqNo, MethodName: method})
	req.AppendHeader(&hops)
	for _, route := range invite.GetHeaders("Route") { // RFC 3261 sections 9.1 and 17.1.1.3
		req.AppendHeader(sip.NewHeader("Route", route.Value()))
	}
	req.SetBody(nil)
	return req
}

// Send sends a request that has no responses: an ACK.
func (f *Flow) Send(req *Request) error {
	data := encode(f.withVia(req))
	f.acknowledged(req, data)
	return f.send(data)
}
