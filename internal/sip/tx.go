package sip

import (
	"sync"

	"github.com/emiago/sipgo/sip"
)

// A Handler is told of the requests of a flow, one at a time and in order. It
// runs on the goroutine that reads the flow: it hands long work, and above
// all Flow.Do, to another. An ACK comes as a Tx that takes no response;
// CANCEL does not come at all, see [Tx.Cancelled].
type Handler interface{ ServeSIP(tx *Tx) }

// A HandlerFunc is a function as a Handler.
type HandlerFunc func(tx *Tx)

// ServeSIP calls the function.
func (f HandlerFunc) ServeSIP(tx *Tx) { f(tx) }

// A Tx is a request that has arrived and its responses. Its methods may be
// called by any goroutine.
type Tx struct {
	flow      *Flow
	req       *Request
	tag       string // of our side, in every response
	cancelled chan struct{}
	lost      chan struct{}
	losing    sync.Once // closes lost

	mu       sync.Mutex
	last     []byte     // guarded by mu: the newest response, for a request that comes twice
	code     int        // guarded by mu: of the newest response
	repeats  *resending // guarded by mu: of the final response to an INVITE
	relies   *reliance  // guarded by mu: on a PRACK; nil when none is waited for
	reliable uint32     // guarded by mu: the number of the last reliable response
}

func newTx(f *Flow, req *Request) *Tx {
	tag, ok := req.To().Params.Get("tag")
	if !ok {
		tag = Token()
	}
	return &Tx{flow: f, req: req, tag: tag, cancelled: make(chan struct{}), lost: make(chan struct{})}
}

// Request is what has arrived. It is not changed.
func (t *Tx) Request() *Request { return t.req }

// Flow is where it came from.
func (t *Tx) Flow() *Flow { return t.flow }

// Tag is that of our side: the request's To tag, or the one that all
// responses to it bear.
func (t *Tx) Tag() string { return t.tag }

// Cancelled is closed when the peer has cancelled an INVITE that had no final
// response. It has been answered with 487 then.
func (t *Tx) Cancelled() <-chan struct{} { return t.cancelled }

// Lost is closed when a 2xx to an INVITE was sent for 32 seconds and never
// acknowledged: the call is to be ended then (RFC 3261 section 13.3.1.4). It
// is not where nothing is lost. It is closed as well when a reliable response
// has found no PRACK; the INVITE is refused then.
func (t *Tx) Lost() <-chan struct{} { return t.lost }

func (t *Tx) loses() { t.losing.Do(func() { close(t.lost) }) }

// resending is what repeats the final response; it may be nil.
func (t *Tx) resending() *resending {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.repeats
}

// An Option adds to a response.
type Option func(res *Response)

// With adds a header.
func With(name, value string) Option {
	return func(res *Response) { res.AppendHeader(sip.NewHeader(name, value)) }
}

// WithBody adds a body.
func WithBody(contentType string, body []byte) Option {
	return func(res *Response) {
		res.AppendHeader(sip.NewHeader("Content-Type", contentType))
		res.SetBody(body)
	}
}

// Respond sends a response, a 2xx perhaps only when what went before it is
// acknowledged (RespondReliably). After a final one there is no other: ErrAnswered.
// An ACK takes none at all.
func (t *Tx) Respond(code int, reason string, opts ...Option) error {
	if t.req.IsAck() {
		return ErrAnswered
	}
	res := t.compose(code, reason, opts)
	data := encode(res)
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.code >= 200 {
		return ErrAnswered
	}
	if t.putOff(code, data) {
		return nil
	}
	t.code = code
	if code >= 200 {
		return t.finally(data)
	}
	t.last = data
	return t.flow.send(data) // into a queue: nothing waits here
}

// compose makes a response.
func (t *Tx) compose(code int, reason string, opts []Option) *Response {
	res := sip.NewResponseFromRequest(t.req, code, reason, nil)
	if code == 100 {
		res.To().Params.Remove("tag")
		if tag, ok := t.req.To().Params.Get("tag"); ok {
			res.To().Params.Add("tag", tag)
		}
	} else {
		res.To().Params.Add("tag", t.tag)
	}
	for _, o := range opts {
		o(res)
	}
	return res
}

// finally sends the final response. t.mu is held, and t.code is its.
func (t *Tx) finally(data []byte) error {
	t.last = data
	t.settleReliably()
	t.flow.answered(t)
	t.repeat(data)
	return t.flow.send(data)
}

// repeat has the final response to an INVITE sent until it is acknowledged
// (timers G and H). t.mu is held.
func (t *Tx) repeat(data []byte) {
	if !t.req.IsInvite() || !t.flow.lossy {
		return
	}
	f, k, accepted := t.flow, turn(t.req), t.code < 300
	t.repeats = f.resend(data, t2, func() {
		f.mu.Lock()
		if f.unheard[k] == t {
			delete(f.unheard, k)
		}
		f.mu.Unlock()
		if accepted {
			t.loses()
		}
	})
	f.mu.Lock()
	f.unheard[k] = t
	f.mu.Unlock()
}

// again repeats the newest response, for a request that came twice.
func (t *Tx) again() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.last != nil {
		_ = t.flow.send(t.last) // an ended flow needs no response
	}
}

// refused reports whether the final response is not a 2xx.
func (t *Tx) refused() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.code >= 300
}

// cancel answers the INVITE of a CANCEL and reports whether it was in time.
func (t *Tx) cancel() bool {
	accepted := t.takeBack()
	if t.Respond(487, "Request Terminated") == ErrAnswered {
		return false
	}
	close(t.cancelled)
	if accepted {
		t.loses()
	}
	return true
}
