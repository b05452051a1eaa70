package exchange

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"offhook/internal/platform/exchange/sound"
	"offhook/internal/rc"
)

// replyTime is how long sending a message to a caller may take: phones wait
// for it.
const replyTime = 8 * time.Second

var (
	errReplying = rc.Coded(rc.Conflict, "CMN-406", "A message to the caller is on its way.")
	errNoReply  = rc.Coded(rc.Conflict, "CMN-406", "Nobody can be written to instead of answering this call.")
)

// ReplyParty writes to the caller instead of answering. Where that cannot be
// done, the call rings on.
func (x *Exchange) ReplyParty(ctx context.Context, id, party string, reply rc.CallReply) error {
	var send func(context.Context) error
	err := x.onRing(ctx, id, party, func(c *call, r *ring) (err error) {
		send, err = c.replyTo(r, words(reply))
		return err
	})
	if err != nil || send == nil {
		return err
	}
	return send(context.WithoutCancel(ctx)) // who asked may be gone, and would not know what became of it
}

// replyTo begins a message to the caller, which send sends, anywhere but on the
// call's goroutine. It ends the ringing when that has succeeded, unless the
// call has gone on meanwhile. A message without words declines the call, and
// there is nothing to send.
func (c *call) replyTo(r *ring, text string) (send func(context.Context) error, err error) {
	if strings.TrimSpace(text) == "" {
		c.declined()
		return nil, nil
	}
	if r.replies {
		return nil, errReplying
	}
	r.replies = true
	return func(ctx context.Context) error {
		ctx, stop := context.WithTimeout(ctx, replyTime)
		defer stop()
		err := r.party.Reply(ctx, text)
		seen := make(chan struct{})
		c.postElse(func() {
			defer close(seen)
			r.replies = false
			if err == nil && c.ring == r {
				c.replied(r)
			}
		}, func() { close(seen) })
		<-seen
		return err
	}, nil
}

// replied ends the ringing after a message, and tells the caller so.
func (c *call) replied(r *ring) {
	why := ending{rc.ReasonCallReplied, "The caller got a message."}
	c.stopRing(why, "")
	l := c.first()
	if l == nil {
		c.finish(why)
		return
	}
	l.pickUp()
	l.party.End(rc.ReasonCallReplied, "They have sent a message instead.")
	ctx, s := c.attend(r.party, l)
	c.x.spawn(func(context.Context) {
		_ = sound.Say(ctx, s.seat, sound.Replied) // who hangs up has heard enough
		c.post(func() { c.finish(why) })
	})
}

// words is a reply as its reader gets it.
func words(reply rc.CallReply) string {
	p := reply.Pattern
	if p == nil {
		return reply.Text
	}
	when := "later"
	if p.Time > 0 {
		unit := map[string]string{"Hour": "hour", "Day": "day"}[p.TimeUnit]
		if unit == "" {
			unit = "minute"
		}
		if p.Time > 1 {
			unit += "s"
		}
		when = fmt.Sprintf("in %d %s", p.Time, unit)
	}
	switch p.Pattern {
	case "WillCallYouBack", "WillCallYouBackLater":
		return "I will call you back " + when + "."
	case "CallMeBack", "CallMeBackLater":
		return "Please call me back " + when + "."
	case "OnMyWay":
		return "I am on my way."
	case "OnTheOtherLine":
		return "I am on the other line."
	case "OnTheOtherLineNoCall":
		return "I am on the other line. Please do not call back."
	}
	return "I am in a meeting."
}

// reply reads what a phone asks to be told to the caller (contract 8.6).
func (b agentBody) reply() rc.CallReply {
	back := b.Dir == "1" // by the caller
	pattern := map[string]string{"1": "WillCallYouBack", "2": "OnMyWay", "3": "OnTheOtherLine", "4": "WillCallYouBackLater", "5": "InAMeeting", "6": "OnTheOtherLineNoCall"}[b.RepTp]
	switch {
	case pattern == "":
		return rc.CallReply{Text: b.Bdy}
	case back && pattern == "WillCallYouBack":
		pattern = "CallMeBack"
	case back && pattern == "WillCallYouBackLater":
		pattern = "CallMeBackLater"
	}
	p := &rc.ReplyPattern{Pattern: pattern, TimeUnit: map[string]string{"1": "Hour", "2": "Day"}[b.Units]}
	if n, err := strconv.Atoi(b.Vl); err == nil && n > 0 && pattern != "CallMeBackLater" && pattern != "WillCallYouBackLater" {
		p.Time = n
	}
	return rc.CallReply{Pattern: p}
}
