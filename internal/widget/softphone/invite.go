package softphone

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"regexp"
	"time"

	"offhook/internal/media"
	"offhook/internal/rc"
	"offhook/internal/sip"
	"offhook/internal/widget/call"
	"offhook/internal/widget/lang"
)

// Bounds of calls.
const (
	maxLive    = 6  // at once
	maxDialled = 12 // in a minute
	getReady   = 5 * time.Second
)

// An Order is a call that the user wants.
type Order struct {
	To        string `json:"to"`        // as it was typed
	From      string `json:"from"`      // the number to show, E.164; empty for the usual one
	Anonymous bool   `json:"anonymous"` // show none

	urgent string // the number of the emergency services that it is to; empty for another call
}

// Place begins a call and returns its id: what becomes of it is in the
// snapshots. The error is an *rc.Error with a sentence.
func (ph *Phone) Place(ctx context.Context, o Order) (id string, err error) {
	desk, err := ph.pool.Desks.Desk(ctx, ph.grantID)
	if err != nil {
		return "", err
	}
	number := o.urgent
	if number == "" {
		if number, err = dialable(desk, o.To); err != nil {
			return "", err
		}
	}
	if o.From != "" && !desk.MayShow(o.From) {
		return "", rc.Errorf(rc.Invalid, "This number is not yours to be shown. Choose another one.")
	}
	if o.From == "" && !o.Anonymous {
		o.From = desk.CallerID()
		if o.Anonymous = o.From == "anonymous"; o.Anonymous {
			o.From = ""
		}
	}
	if first, prompt := desk.RingsFirst(); first != "" && o.urgent == "" {
		return ph.ringFirst(ctx, desk, first, number, prompt, o)
	}
	if err := ph.ready(ctx); err != nil {
		return "", err
	}
	err = ph.ask(ctx, func(done func(error)) {
		if err := ph.mayDial(); err != nil && (o.urgent == "" || ph.line.flow == nil || ph.closing) {
			done(err)
			return
		}
		t := ph.newTalk(call.Outbound, call.Dialing)
		t.urgent = o.urgent != ""
		t.Number, t.Line, t.withheld = number, o.From, o.Anonymous
		if parked, ok := ph.parkedAt(number); ok { // whoever waits there is who it is about
			t.Number, t.Name = parked.Number, parked.Name
		}
		ph.holdOthers(t)
		ph.hear(t)
		t.dial(number, o)
		id = t.ID
		done(nil)
	})
	return id, err
}

// ready waits a moment for a line that is about to be registered.
func (ph *Phone) ready(ctx context.Context) error { return ready(ctx, ph, ph.done) }

// mayDial reports whether one more call may be placed, and counts it.
func (ph *Phone) mayDial() error {
	switch {
	case ph.closing:
		return restarting()
	case ph.line.flow == nil:
		return rc.Errorf(rc.Unavailable, "The phone is still connecting. Try again in a moment.")
	case ph.live() >= maxLive:
		return rc.Errorf(rc.Conflict, "You have %d calls already. End one of them first.", maxLive)
	}
	return ph.countDial()
}

// countDial bounds how often a page can make a phone reach somebody, which may
// cost money: by a call, or by having the platform place one.
func (ph *Phone) countDial() error {
	now := ph.pool.Now()
	for len(ph.dials) > 0 && now.Sub(ph.dials[0]) >= time.Minute {
		ph.dials = ph.dials[1:]
	}
	if len(ph.dials) >= maxDialled {
		return rc.Errorf(rc.TooMany, "You have placed %d calls within a minute. Wait a moment, then call again.", maxDialled)
	}
	ph.dials = append(ph.dials, now)
	return nil
}

// dial sends the INVITE of a call to a number (contract 8.4).
func (t *talk) dial(number string, o Order) {
	ph := t.ph
	flow, info := ph.line.flow, ph.line.info
	ctx, cancel := context.WithCancel(ph.ctx)
	t.flow, t.stop = flow, cancel
	a := sip.Address{URI: sip.URI{Scheme: "sip", User: number, Host: info.Domain}}
	req := sip.NewRequest(sip.Outline{
		Method: sip.INVITE, Target: a.URI, To: a, From: sip.Address{URI: sip.URI{Scheme: "sip", User: info.Username, Host: info.Domain}},
	})
	t.sipID = req.CallID().Value()
	req.AppendHeader(sip.ContactHeader(flow.Contact(info.Username), ""))
	sip.SetHeader(req, "User-Agent", userAgent)
	sip.SetHeader(req, "Allow", allowed)
	sip.SetHeader(req, "P-rc-endpoint-id", instance(ph.grantID))
	switch {
	case o.Anonymous:
		sip.SetHeader(req, "P-Asserted-Identity", "<sip:anonymous@"+info.Domain+">")
	case o.From != "":
		sip.SetHeader(req, "P-Asserted-Identity", "<sip:"+o.From+"@"+info.Domain+">")
	}
	t.alarm(ph.after(ph.pool.Waits.Ring, func() {
		if !t.talking() && !t.accepted {
			t.part()
			t.end(call.Missed, noAnswer)
		}
	}))
	ph.aside(func(context.Context) func() { return t.negotiate(ctx, req, credentials(info)) })
}

// allowed is what a phone takes.
const allowed = "INVITE, ACK, BYE, CANCEL, INFO, MESSAGE, NOTIFY, OPTIONS, REFER, UPDATE"

// negotiate does the INVITE beside the actor and returns the step that follows.
func (t *talk) negotiate(ctx context.Context, req *sip.Request, keys sip.Credentials) func() {
	leg, err := t.ph.pool.Engine.Leg()
	if err != nil {
		return func() { t.failed(fmt.Errorf("opening the sound of a call: %w", err)) }
	}
	offer, err := leg.Offer(ctx)
	if err != nil {
		leg.Close()
		return func() { t.failed(err) }
	}
	sip.SetBody(req, sip.SDP, []byte(offer))
	t.ph.box.post(func() {
		if !t.live() {
			leg.Close()
			return
		}
		t.local = []byte(offer)
		t.carry(leg)
	})
	answered := false
	take := func(res *sip.Response) error {
		if answered || len(res.Body()) == 0 {
			return nil
		}
		answered = true
		return leg.SetAnswer(string(res.Body()))
	}
	for asked := 0; ; asked++ {
		res, err := t.flow.Do(ctx, req, func(res *sip.Response) {
			// A callee may be heard before it has answered.
			if err := take(res); err != nil {
				t.ph.log.Info("the early sound of a call cannot be heard", "call", t.ID, "err", err)
			}
			t.ph.box.post(func() { t.proceeding(res) })
		})
		switch {
		case err != nil:
			return func() { t.failed(err) }
		case (res.StatusCode == 407 || res.StatusCode == 401) && asked == 0:
			if err := keys.Answer(req, res); err != nil {
				return func() { t.failed(err) }
			}
			continue
		case res.StatusCode >= 300:
			return func() { t.refused(res) }
		}
		err = take(res)
		return func() { t.accept(req, res, err) }
	}
}

var (
	partyID   = regexp.MustCompile(`party-id=([^;\s]+)`)
	sessionID = regexp.MustCompile(`session-id=([^;\s]+)`)
)

// named takes the ids by which the platform tells of a call elsewhere.
func (t *talk) named(m interface{ GetHeader(string) sip.Header }) {
	ids := sip.HeaderValue(m, "p-rc-api-ids")
	if p := partyID.FindStringSubmatch(ids); p != nil {
		t.PartyID = p[1]
	}
	s := sessionID.FindStringSubmatch(ids)
	if s == nil || t.TelephonySessionID == s[1] {
		return
	}
	t.TelephonySessionID = s[1]
	t.ph.changed()
	t.ph.recall(t)
}

// proceeding takes a provisional response.
func (t *talk) proceeding(res *sip.Response) {
	if !t.live() {
		return
	}
	t.named(res)
	t.offered = cmp.Or(fingerprintOf(res.Body()), t.offered)
	if res.StatusCode == 180 && t.State == call.Dialing {
		t.move(call.Ringing)
	}
}

// accept takes the 200, which comes at once: who was called may not have
// answered yet (contract 8.4). Telephony events say when they do; without
// events the 200 has to do.
func (t *talk) accept(req *sip.Request, res *sip.Response, soundErr error) {
	d := sip.NewUAC(t.flow, req, res)
	_ = d.Ack(nil, "") // fails with the flow only, whose end is told otherwise
	t.stop = nil
	if t.dialog = d; !t.live() {
		t.part()
		return
	}
	t.named(res)
	t.accepted = true
	t.offered = cmp.Or(fingerprintOf(res.Body()), t.offered)
	switch {
	case soundErr != nil:
		t.ph.log.Warn("the sound of a call cannot be connected", "call", t.ID, "err", soundErr)
		t.part()
		t.end(call.Failed, soundLost)
	case t.remote == rc.PartyAnswered, !t.ph.line.followed, t.meeting != nil:
		t.connected()
	default:
		t.pursue(t.ph.pool.Waits.Unsure)
	}
}

// pursue asks after a while what has become of a call that the platform has
// accepted, and again and again: it is the platform's to end, since its caller
// may wait in a queue.
func (t *talk) pursue(after time.Duration) {
	t.alarm(t.ph.after(after, func() {
		if !t.talking() {
			t.inquire()
			t.pursue(t.ph.pool.Waits.Again)
		}
	}))
}

// connected notes that somebody has answered.
func (t *talk) connected() {
	if !t.talking() {
		t.move(call.Connected)
		t.ph.review()
		t.meeting.stands(nil)
	}
}

// Sentences of calls that came to nothing.
var (
	noAnswer    = lang.Mark("Nobody answered.")
	isBusy      = lang.Mark("The line is busy.")
	noSuch      = lang.Mark("This number does not exist. Check it, then call again.")
	noOutside   = lang.Mark("This phone cannot call outside numbers yet. Ask your administrator to connect it to the telephone network.")
	notLet      = lang.Mark("Your phone service does not let you call this number.")
	tooOften    = lang.Mark("Too many calls were placed within a minute. Wait a moment, then call again.")
	wasDeclined = lang.Mark("The call was declined.")
	notPlaced   = lang.Mark("The phone service could not place the call. Try again in a moment.")
)

// refused takes a final response that is no 200.
func (t *talk) refused(res *sip.Response) {
	t.named(res)
	t.stop = nil
	if res.StatusCode == 401 || res.StatusCode == 407 {
		t.ph.line.stale()
	}
	outcome, sentence := call.Failed, notPlaced
	switch res.StatusCode {
	case 408, 480, 487:
		outcome, sentence = call.Missed, noAnswer
	case 486, 600:
		sentence = isBusy
	case 603:
		outcome, sentence = call.Declined, wasDeclined
	case 404, 410, 484, 604:
		sentence = noSuch
	case 403:
		sentence = notLet
		if sip.HeaderValue(res, "Retry-After") != "" {
			sentence = tooOften
		}
	}
	if why, because, ok := t.cameToNothing(); ok {
		outcome, sentence = why, because
	}
	t.end(outcome, sentence)
}

// failed ends a call that never got an answer.
func (t *talk) failed(err error) {
	t.stop = nil
	if errors.Is(err, context.Canceled) || !t.live() {
		return
	}
	if !errors.Is(err, media.ErrClosed) {
		t.ph.log.Warn("placing a call", "call", t.ID, "err", err)
	}
	t.end(call.Failed, notPlaced)
}
