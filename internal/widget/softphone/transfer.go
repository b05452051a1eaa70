package softphone

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"

	"offhook/internal/rc"
	"offhook/internal/sip"
	"offhook/internal/widget/call"
)

// transfer has the far side talk to somebody else: to a number, or to the far
// side of another call of this phone (contract 8.8). People know the target as
// to.
func (t *talk) transfer(target string, to call.Far, answer func(error)) {
	t.next(request{answer: answer, run: func(done func(error)) {
		if t.refer != nil || !t.talking() {
			done(notDone())
			return
		}
		t.heading = to
		d := t.dialog
		req := d.Request(sip.REFER, nil, "")
		sip.SetHeader(req, "Refer-To", "<"+target+">")
		sip.SetHeader(req, "Referred-By", "<"+d.Local.URI.String()+">")
		late := t.ph.after(t.ph.pool.Waits.Answer, func() {
			if t.refer != nil {
				t.refer(notDone())
			}
		})
		t.refer = func(err error) {
			t.refer = nil
			late.stop()
			done(err)
		}
		t.ph.aside(func(ctx context.Context) func() {
			res, err := t.send(ctx, d, req)
			if err == nil && res.StatusCode >= 300 {
				err = fmt.Errorf("the phone service answered REFER with %d %s", res.StatusCode, res.Reason)
			}
			return func() {
				if err != nil && t.refer != nil {
					t.ph.log.Warn("transferring a call", "call", t.ID, "err", err)
					t.refer(rc.Errorf(rc.Unavailable, "The call could not be transferred. Try again in a moment."))
				}
			}
		})
	}})
}

// notified takes a NOTIFY about a transfer: how far the platform is with it.
func (t *talk) notified(req *sip.Request) {
	fields := strings.Fields(string(req.Body()))
	if t.refer == nil || len(fields) < 2 || !strings.HasPrefix(fields[0], "SIP/2.0") {
		return
	}
	code, err := strconv.Atoi(fields[1])
	switch {
	case err != nil || code < 200:
	case code < 300:
		t.handedOver()
		// The platform ends the call next; where it does not, we do.
		t.alarm(t.ph.after(t.ph.pool.Waits.Answer, t.goAway))
	default:
		t.refer(rc.Errorf(rc.Unavailable, "The call could not be transferred: who it was to go to cannot be reached."))
	}
}

// handedOver notes that the far side talks to somebody else now.
func (t *talk) handedOver() {
	t.transferred, t.MovedTo = true, t.heading
	t.refer(nil)
}

// blind transfers a call to a number.
func (t *talk) blind(number string, done func(error)) {
	to := sip.URI{Scheme: "sip", User: number, Host: t.keys.Domain}
	t.transfer(to.String(), call.Far{Number: number}, done)
}

// attended transfers a call to the far side of another one, which was asked
// first. The other call ends with it.
func (t *talk) attended(other *talk, done func(error)) {
	if other == t || !other.talking() || other.dialog == nil || other.Supervision != "" {
		done(rc.Errorf(rc.Conflict, "There is no other call to transfer this one to."))
		return
	}
	d := other.dialog
	replaces := url.QueryEscape(d.CallID + ";to-tag=" + d.RemoteTag + ";from-tag=" + d.LocalTag)
	to := sip.URI{Scheme: "sip", User: d.Remote.URI.User, Host: t.keys.Domain}
	other.moving = true
	t.transfer(to.String()+"?Replaces="+replaces, call.Far{Number: other.Number, Name: other.Name}, func(err error) {
		if err != nil {
			other.moving = false
		} else if other.live() {
			// Not at once: the platform joins the two far sides, and ends both
			// of our calls then.
			other.alarm(other.ph.after(other.ph.pool.Waits.Answer, other.goAway))
		}
		done(err)
	})
}

// goAway ends a call that the platform should have ended after a transfer.
func (t *talk) goAway() {
	t.part()
	t.end(call.Moved, "")
}
