package softphone

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"time"

	"offhook/internal/rc"
	"offhook/internal/sip"
	"offhook/internal/widget/call"
)

// Bounds of a line.
const (
	dialTimeout = 15 * time.Second
	lifetime    = time.Minute     // of a registration; what the platform grants counts
	longest     = 2 * time.Minute // between two attempts
	patience    = 5 * time.Minute // between two attempts where the platform refuses
)

// A failure is why a line is broken.
type failure struct {
	state    call.LineState
	sentence string
	fresh    bool // ask the platform anew how to register
	patient  bool // trying again soon is of no use
	err      error
}

func (f *failure) Error() string { return f.err.Error() }
func (f *failure) Unwrap() error { return f.err }

// A watchkeeper keeps a line registered from one wake to the next sleep.
type watchkeeper struct {
	line *line
	run  int
}

// tell posts a step that counts only while this is the line's watchkeeper.
func (w *watchkeeper) tell(step func()) bool {
	return w.line.ph.box.post(func() {
		if w.line.awake && w.line.run == w.run {
			step()
		}
	})
}

// keep registers again and again until ctx ends.
func (w *watchkeeper) keep(ctx context.Context) {
	ph := w.line.ph
	stop := func() {}
	defer func() { stop() }()
	wait := ph.pool.Waits.Retry
	for {
		began := time.Now()
		err := w.attempt(ctx, &stop)
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > longest {
			wait = ph.pool.Waits.Retry
		}
		f, known := errors.AsType[*failure](err)
		if !known {
			f = &failure{state: call.Broken, sentence: lineGone, err: err}
		}
		ph.log.Info("the line to the phone service is broken", "err", err)
		w.tell(func() { w.line.broken(f) })
		pause := wait/2 + rand.N(wait)
		if f.patient {
			pause = patience
		}
		wait = min(2*wait, longest)
		if !w.pause(ctx, pause) {
			return
		}
	}
}

// pause waits, less when somebody wants the line now; false at the end.
func (w *watchkeeper) pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-w.line.hurry:
	case <-timer.C:
	}
	return true
}

// attempt registers and stays so. The error says why it could not, or no
// longer can.
func (w *watchkeeper) attempt(ctx context.Context, stop *func()) error {
	ph := w.line.ph
	desk, err := ph.pool.Desks.Desk(ctx, ph.grantID)
	if err != nil {
		return fmt.Errorf("opening the desk of a phone: %w", err)
	}
	(*stop)()
	*stop = desk.Telephony(
		func(e rc.TelephonyEvent) { w.tell(func() { ph.telephony(e) }) },
		func(on bool) { w.tell(func() { ph.follow(on) }) },
	)
	info, err := w.provision(ctx, desk)
	if err != nil {
		return err
	}
	flow, err := w.dial(ctx, info)
	if err != nil {
		return err
	}
	defer flow.Close()
	return w.stay(ctx, flow, info)
}

// stay keeps a flow registered until it ends.
func (w *watchkeeper) stay(ctx context.Context, flow *sip.Flow, info rc.SIPInfo) error {
	w.tell(func() { w.line.info = info }) // a call may be faster than the answer to REGISTER
	r := newRegistration(flow, info, w.line.ph.grantID)
	for {
		expires, err := r.register(ctx, lifetime)
		if err != nil {
			if ctx.Err() != nil {
				leave(ctx, r) // the answer may be on its way
			}
			return err
		}
		w.tell(func() { w.line.registered(flow, info) })
		timer := time.NewTimer(renewal(expires))
		select {
		case <-ctx.Done():
			timer.Stop()
			leave(ctx, r)
			return ctx.Err()
		case <-flow.Done():
			timer.Stop()
			return errors.New("the connection to the phone service has ended")
		case <-timer.C:
		}
	}
}

// leave takes a registration back, unless it is another node's by now: the
// phone has one name wherever it is (RFC 5626 section 4.1), and the platform
// would forget it there.
func leave(ctx context.Context, r *registration) {
	if !errors.Is(context.Cause(ctx), errTaken) {
		r.leave()
	}
}

// renewal is when to register again: a little before it expires, so that an
// answer may take its time.
func renewal(expires time.Duration) time.Duration {
	return max(expires-max(expires/10, 5*time.Second), expires/2)
}

// provision returns how to register, as the platform said it last.
func (w *watchkeeper) provision(ctx context.Context, desk Desk) (rc.SIPInfo, error) {
	known := make(chan *rc.SIPProvision, 1)
	w.line.ph.box.post(func() { known <- w.line.known })
	select {
	case p := <-known:
		if p != nil {
			return w.choose(ctx, *p)
		}
	case <-ctx.Done():
		return rc.SIPInfo{}, ctx.Err()
	}
	p, err := desk.Provision(ctx, rc.SIPProvisionRequest{SIPInfo: []rc.SIPInfoRequest{{Transport: "WSS"}, {Transport: "WS"}}})
	if e, ok := errors.AsType[*rc.Error](err); ok {
		f := &failure{state: call.Broken, sentence: e.Message, err: err}
		if e.Kind == rc.Denied {
			f.state, f.patient = call.None, true
		}
		return rc.SIPInfo{}, f
	}
	if err != nil {
		return rc.SIPInfo{}, err
	}
	info, err := w.choose(ctx, p)
	if err == nil {
		w.tell(func() { w.line.known = &p })
	}
	return info, err
}

// choose picks the way that the record of the platform allows.
func (w *watchkeeper) choose(ctx context.Context, p rc.SIPProvision) (rc.SIPInfo, error) {
	if !p.SIPFlags.VoIPFeatureEnabled {
		return rc.SIPInfo{}, &failure{state: call.None, sentence: noPhone, fresh: true, patient: true, err: errors.New("the platform gives the user no web phone")}
	}
	err := errors.New("the platform named no way to register by WebSocket")
	for _, info := range p.SIPInfo {
		u, known := proxyURL(info)
		if !known {
			continue
		}
		if _, err = w.line.ph.pool.Street.Gateway(ctx, w.line.ph.grantID, u); err == nil {
			return info, nil
		}
	}
	sentence := lineRefused
	if e, ok := errors.AsType[*rc.Error](err); ok {
		sentence = e.Message
	}
	return rc.SIPInfo{}, &failure{state: call.Broken, sentence: sentence, fresh: true, patient: true, err: err}
}

// proxyURL is where a phone connects: the scheme is the transport, and a path
// may come with the host (contract, clients 19).
func proxyURL(info rc.SIPInfo) (*url.URL, bool) {
	scheme := strings.ToLower(info.Transport)
	if scheme != "ws" && scheme != "wss" || info.OutboundProxy == "" {
		return nil, false
	}
	u, err := url.Parse(scheme + "://" + info.OutboundProxy)
	return u, err == nil && u.User == nil && u.RawQuery == "" && u.Fragment == ""
}

// dial connects to the platform's proxy, or to the one that it keeps in reserve.
func (w *watchkeeper) dial(ctx context.Context, info rc.SIPInfo) (*sip.Flow, error) {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	ph := w.line.ph
	var first error
	for _, proxy := range []string{info.OutboundProxy, info.OutboundProxyBackup} {
		way := info
		way.OutboundProxy = proxy
		u, ok := proxyURL(way)
		if !ok {
			continue
		}
		client, err := ph.pool.Street.Gateway(ctx, ph.grantID, u)
		if err == nil {
			var flow *sip.Flow
			if flow, err = sip.Dial(ctx, u.String(), client, ph); err == nil {
				return flow, nil
			}
		}
		first = cmp.Or(first, fmt.Errorf("connecting to the phone service: %w", err))
	}
	return nil, first
}
