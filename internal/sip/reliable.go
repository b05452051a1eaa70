package sip

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Provisional responses that the other side is sure to hear of (RFC 3262). Who
// is called repeats one until a PRACK acknowledges it; who calls acknowledges
// each, in order.

// Reliable is the option tag of reliable provisional responses.
const Reliable = "100rel"

// OptionTags lists the option tags of a header such as Require or Supported, which
// may be there more than once.
func OptionTags(m interface{ GetHeaders(string) []Header }, name string) []string {
	short := map[string]string{"Supported": "k"}[name]
	all := m.GetHeaders(name)
	if short != "" {
		all = append(all, m.GetHeaders(short)...)
	}
	var tags []string
	for _, h := range all {
		for tag := range strings.SplitSeq(h.Value(), ",") {
			if tag = strings.ToLower(strings.TrimSpace(tag)); tag != "" {
				tags = append(tags, tag)
			}
		}
	}
	return tags
}

// A reliance is a provisional response that waits for its PRACK.
type reliance struct {
	number    uint32
	described bool            // it has a body, without whose PRACK the call is not to be accepted
	taken     func(prack *Tx) // see RespondReliably
	repeats   *resending
	timer     *time.Timer // where nothing is repeated
	after     []byte      // the 2xx that waits for the PRACK; nil for none
}

func (r *reliance) stop() {
	r.repeats.stop()
	r.timer.Stop()
}

// RespondReliably sends a provisional response to an INVITE until the peer has
// acknowledged it. One at a time: while an earlier one is not acknowledged it
// sends nothing, as provisional responses may be left out. A 2xx behind one
// with a body waits for its PRACK, too. Without a PRACK in 32 seconds the
// INVITE is refused, and Lost tells.
//
// The PRACK is answered here, and told to nobody, unless taken is set: that
// answers it then. It runs on the goroutine that reads the flow.
func (t *Tx) RespondReliably(code int, reason string, taken func(prack *Tx), opts ...Option) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.code >= 200 || !t.req.IsInvite() {
		return ErrAnswered
	}
	if t.relies != nil {
		return nil
	}
	if t.reliable == 0 {
		t.reliable = firstCSeq()
	}
	t.reliable++
	res := t.compose(code, reason, slices.Concat(opts, []Option{With("Require", Reliable), With("RSeq", strconv.FormatUint(uint64(t.reliable), 10))}))
	data := encode(res)
	r := &reliance{number: t.reliable, described: len(res.Body()) > 0, taken: taken}
	t.relies, t.last, t.code = r, data, code
	r.timer = time.AfterFunc(transactionTime, func() { t.unacknowledged(r) })
	r.repeats = t.flow.resend(data, 0, nil)
	t.flow.rely(t, true)
	return t.flow.send(data)
}

// unacknowledged ends an INVITE whose reliable response nobody has heard.
func (t *Tx) unacknowledged(r *reliance) {
	t.mu.Lock()
	if t.relies != r {
		t.mu.Unlock()
		return
	}
	t.relies = nil
	waiting := r.after != nil
	if waiting {
		t.code = 0 // what is put off was never sent
	}
	open := t.code < 200
	t.mu.Unlock()
	r.stop()
	t.flow.rely(t, false)
	if open {
		_ = t.Respond(504, "Server Time-out") // nobody may be there to hear it
		t.loses()
	}
}

// putOff keeps a 2xx back until the description before it is acknowledged
// (RFC 3262 section 3). t.mu is held.
func (t *Tx) putOff(code int, data []byte) bool {
	if t.relies == nil || !t.relies.described || code < 200 || code >= 300 {
		return false
	}
	t.relies.after, t.code = data, code
	return true
}

// takeBack forgets a 2xx that was put off, for a caller who gives up.
func (t *Tx) takeBack() (was bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.relies == nil || t.relies.after == nil {
		return false
	}
	t.relies.after, t.code = nil, 0
	return true
}

// stopRelying ends the waiting with the flow.
func (t *Tx) stopRelying() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.relies != nil {
		t.relies.stop()
	}
}

// settleReliably is what a final response does to a reliable one before it: it
// is repeated no more, and its PRACK still welcome. t.mu is held.
func (t *Tx) settleReliably() {
	if t.relies != nil {
		t.relies.repeats.stop()
	}
}

// rely has the flow know who waits for a PRACK.
func (f *Flow) rely(t *Tx, on bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if on {
		f.relied[turn(t.req)] = t
	} else if f.relied[turn(t.req)] == t {
		delete(f.relied, turn(t.req))
	}
}

// prack takes an acknowledgement of a reliable response, which names it by
// RAck. One that acknowledges nothing is refused (RFC 3262 section 3).
func (f *Flow) prack(tx *Tx) {
	req := tx.req
	number, invite, ok := readRAck(HeaderValue(req, "RAck"))
	f.mu.Lock()
	t := f.relied[fmt.Sprint(req.CallID().Value(), "|", invite)]
	f.mu.Unlock()
	if _, tag := Tags(req); !ok || t == nil || t.tag != tag {
		_ = tx.Respond(481, "Call/Transaction Does Not Exist") // an ended flow needs no response
		return
	}
	t.mu.Lock()
	r := t.relies
	if r == nil || r.number != number {
		t.mu.Unlock()
		_ = tx.Respond(481, "Call/Transaction Does Not Exist")
		return
	}
	t.relies = nil
	t.mu.Unlock()
	r.stop()
	f.rely(t, false)
	switch {
	case r.taken != nil:
		r.taken(tx)
	case len(req.Body()) == 0:
		_ = tx.Respond(200, "OK")
	default: // an offer, which no response of ours has made room for
		_ = tx.Respond(488, "Not Acceptable Here")
	}
	if r.after != nil {
		t.mu.Lock()
		t.finally(r.after)
		t.mu.Unlock()
	}
}

// readRAck reads the number of a reliable response and that of its INVITE.
func readRAck(value string) (number, cseq uint32, ok bool) {
	words := strings.Fields(value)
	if len(words) != 3 || Method(words[2]) != INVITE {
		return 0, 0, false
	}
	n, err := strconv.ParseUint(words[0], 10, 32)
	m, err2 := strconv.ParseUint(words[1], 10, 32)
	return uint32(n), uint32(m), err == nil && err2 == nil && n > 0
}

// maxEarly is how many of those that a proxy tries at a time are listened to.
const maxEarly = 32

// Progress follows the reliable responses to one INVITE of ours. Its methods
// may be called by any goroutine.
type Progress struct {
	mu    sync.Mutex
	early map[string]*Dialog // guarded by mu; by the tag of who is called
	heard map[string]uint32  // guarded by mu; the number of the last response of each
}

// Take looks at a provisional response. One that wants to be acknowledged has
// a PRACK, to be sent in d, unless it came again. What came too early is to be
// passed over: it will come again, behind what was lost (RFC 3262 section 4).
func (p *Progress) Take(f *Flow, invite *Request, res *Response) (d *Dialog, prack *Request, passOver bool) {
	number, err := strconv.ParseUint(strings.TrimSpace(HeaderValue(res, "RSeq")), 10, 32)
	_, tag := Tags(res)
	if err != nil || tag == "" || res.StatusCode == 100 || !Requires(res, Reliable) {
		return nil, nil, false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	last, known := p.heard[tag]
	if known && uint32(number) != last+1 || !known && len(p.heard) >= maxEarly {
		return nil, nil, true
	}
	if p.early == nil {
		p.early, p.heard = map[string]*Dialog{}, map[string]uint32{}
	}
	p.heard[tag] = uint32(number)
	if p.early[tag] == nil {
		p.early[tag] = NewUAC(f, invite, res)
	}
	d = p.early[tag]
	prack = d.Request(PRACK, nil, "")
	prack.AppendHeader(NewHeader("RAck", fmt.Sprintf("%d %d INVITE", number, res.CSeq().SeqNo)))
	return d, prack, false
}

// Dialog is the one that the final response makes. Where there was an early
// one, its numbers go on.
func (p *Progress) Dialog(f *Flow, invite *Request, res *Response) *Dialog {
	d := NewUAC(f, invite, res)
	p.mu.Lock()
	defer p.mu.Unlock()
	if early := p.early[d.RemoteTag]; early != nil {
		d.cseq = early.cseq
	}
	return d
}

// Requires reports whether a message is of no use to who does not know an
// option.
func Requires(m interface{ GetHeaders(string) []Header }, tag string) bool {
	return slices.Contains(OptionTags(m, "Require"), tag)
}
