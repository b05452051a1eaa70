package softphone

import (
	"cmp"
	"context"
	"time"

	"offhook/internal/widget/call"
	"offhook/internal/widget/lang"
)

// What is said of calls that their user was not there for.
var (
	nobodyBack    = lang.Mark("No page with this phone came back in time, so the call was ended.")
	leftToMailbox = lang.Mark("No page with this phone came back in time, so the call went to your voicemail.")
	leftToNumber  = lang.Mark("No page with this phone came back in time, so the call was forwarded.")
	leftAnyway    = lang.Mark("No page with this phone came back in time. The call could not go where you wanted it to, so it was ended.")

	notShown       = lang.Mark("No open page has shown this call yet.")
	neverSeen      = lang.Mark("The call came in while no open page could show it.")
	unseenToBox    = lang.Mark("No open page showed this call, so it went to your voicemail.")
	unseenToNumber = lang.Mark("No open page showed this call, so it was forwarded.")
)

// Absences are what a desk knows and does for calls that their user is not
// there for, and what it keeps of each.
type Absences interface {
	// CallerID is the number that callees are shown, or "anonymous", where a
	// call does not say which; empty for the platform's choice.
	CallerID() string
	// Fallbacks are where calls are to go.
	Fallbacks() call.Fallbacks
	// Hush is how long a far side has to be silent before a recorded message
	// is left there.
	Hush() time.Duration
	// ToMailbox has the far side of a call that goes on speak with the user's
	// voicemail. The error is an *rc.Error with a sentence.
	ToMailbox(ctx context.Context, session, party string) error
	// KeepCall keeps what is known of a call that is over.
	KeepCall(ctx context.Context, n call.Note) error
	// CallOver is told of each call that has just ended, for the list of the
	// user's calls.
	CallOver(c call.Call)
}

// An absence is the time that calls have nobody who listens:
//
//	gap ──▶ tone ──▶ grace over: each call goes where its user wants, or ends
//	 └────────┴─── a tab comes back: as before
type absence struct {
	on    bool
	count int    // of absences: what was begun for an earlier one is old
	gap   *alarm // ends the silence
	alone bool   // for longer than the gap
	grace *alarm
}

// attend begins an absence, or ends it.
func (ph *Phone) attend(lonely bool) {
	a := &ph.sound.absence
	switch {
	case lonely && !a.on:
		a.on = true
		a.count++
		a.gap = ph.after(ph.pool.Waits.Gap, func() { a.alone = true; ph.comfort() })
		ph.countDown(time.Now(), a.count)
	case !lonely && a.on:
		a.gap.stop()
		a.grace.stop()
		a.on, a.alone, a.gap, a.grace = false, false, nil, nil
	}
}

// countDown waits as long as the user wants it, who may change that meanwhile.
func (ph *Phone) countDown(began time.Time, count int) {
	ph.aside(func(ctx context.Context) func() {
		f := ph.fallbacks(ctx)
		return func() {
			a := &ph.sound.absence
			if !a.on || a.count != count {
				return
			}
			if left := cmp.Or(f.Grace, ph.pool.Waits.Grace) - time.Since(began); left > 0 {
				a.grace = ph.after(left, func() { ph.countDown(began, count) })
				return
			}
			ph.abandon(f.Left)
		}
	})
}

// fallbacks are what the user wants; the usual where nobody can say.
func (ph *Phone) fallbacks(ctx context.Context) call.Fallbacks {
	desk, err := ph.pool.Desks.Desk(ctx, ph.grantID)
	if err != nil {
		ph.log.Warn("asking where calls are to go", "err", err)
		return call.Fallbacks{}
	}
	return desk.Fallbacks()
}

// abandon has the calls that nobody came back to go where their user wants.
func (ph *Phone) abandon(to call.Fallback) {
	for _, t := range ph.talks {
		if t.tended() && t.farewell == "" {
			t.forsake(to)
		}
	}
	ph.review()
}

// forsake sends a call away that nobody came back to. One that cannot go ends.
func (t *talk) forsake(to call.Fallback) {
	gone := func(err error) {
		if !t.live() {
			return
		}
		t.part()
		if err != nil {
			t.end(t.outcome(), leftAnyway)
			return
		}
		t.end(call.Moved, "")
	}
	switch {
	case to.Way == call.Usually || !t.talking() || t.meeting != nil:
		t.part()
		t.end(t.outcome(), nobodyBack)
	case to.Way == call.ToMailbox:
		t.farewell = leftToMailbox
		t.ph.aside(func(ctx context.Context) func() {
			err := t.ph.toMailbox(ctx, t.TelephonySessionID, t.PartyID)
			return func() { gone(err) }
		})
	default:
		t.farewell = leftToNumber
		if err := t.ph.mayForward(to.Number); err != nil {
			gone(err)
			return
		}
		t.blind(to.Number, gone)
	}
}

func (ph *Phone) toMailbox(ctx context.Context, session, party string) error {
	desk, err := ph.pool.Desks.Desk(ctx, ph.grantID)
	if err == nil {
		err = desk.ToMailbox(ctx, session, party)
	}
	if err != nil {
		ph.log.Warn("sending a call to voicemail", "session", session, "err", err)
	}
	return err
}

// mayForward counts a call to outside, which costs money.
func (ph *Phone) mayForward(number string) error {
	if number == "" || number[0] != '+' {
		return nil
	}
	return ph.countDial()
}

// unseen has a call that rings, and that no page shows, go where its user
// wants. Usually the platform goes on by its own rules.
func (t *talk) unseen() {
	waits := func() bool { return !t.shown && t.State == call.Ringing && !t.answering && t.leaving == "" }
	if !waits() {
		return
	}
	t.Unseen = true // also when this alarm is the first to be heard
	missed := func(error) {
		if t.State == call.Ringing {
			t.farewell = ""
			t.part()
			t.end(call.Missed, neverSeen)
		}
	}
	t.ph.aside(func(ctx context.Context) func() {
		to := t.ph.fallbacks(ctx).Unseen
		return func() {
			switch {
			case !waits():
			case to.Way == call.Usually || t.notice == nil || t.queued:
				missed(nil)
			case to.Way == call.ToMailbox:
				t.farewell = unseenToBox
				t.command(call.Voicemail, missed, clientVoicemail)
			case t.ph.mayForward(to.Number) != nil:
				missed(nil)
			default:
				t.farewell = unseenToNumber
				t.command(call.Forwarded, missed, clientForward, forwardTo(to.Number)...)
			}
		}
	})
}

// noticed notes whether a page shows a call that rings.
func (t *talk) noticed(shown bool) {
	t.Unseen = !shown
	t.shown = t.shown || shown
	switch {
	case !shown:
		t.say(notShown)
	case t.Sentence == notShown:
		t.say("")
	default:
		t.ph.changed()
	}
}

// fate is how a call ends that was sent away: whoever ends it then.
func (t *talk) fate(outcome call.Outcome, sentence string) (call.Outcome, string) {
	if t.farewell == "" || sentence != "" {
		return outcome, sentence
	}
	if outcome == call.HungUp {
		outcome = call.Moved
	}
	return outcome, t.farewell
}
