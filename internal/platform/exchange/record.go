package exchange

import (
	"context"
	"slices"
	"time"

	"offhook/internal/media"
	"offhook/internal/platform/exchange/session"
	"offhook/internal/platform/exchange/sound"
	"offhook/internal/rc"
)

// A recording is one that a party of a call makes, of everybody in it.
type recording struct {
	party *session.Party
	id    string
	tape  media.Recorder
	stop  func()      // nil while it is stopped
	full  *time.Timer // ends it when it is as long as it may be
}

// record begins, stops or takes up again the recording of a party. It
// returns its id, and false where nothing is to be recorded.
func (c *call) record(l *line, on bool) (string, bool) {
	var r *recording
	for _, o := range c.recordings {
		if o.party == l.party {
			r = o
		}
	}
	switch {
	case on && len(c.lines) < 2, !on && (r == nil || r.stop == nil):
		return "", false
	case on && r != nil && r.stop != nil:
		return r.id, true
	case !on:
		c.pause(r)
		return r.id, true
	}
	start := l.party.StartRecording
	if r == nil { // what the party has recorded before is complete
		start = l.party.RecordAnew
	}
	id, ok := start(rc.RecordedOnDemand)
	if !ok {
		return "", false
	}
	if r == nil {
		r = c.newRecording(l.party, id)
	}
	r.stop = c.tap(r)
	c.announce(sound.RecordingOn)
	return id, true
}

// newRecording puts a tape in, which ends when it is full.
func (c *call) newRecording(p *session.Party, id string) *recording {
	r := &recording{party: p, id: id}
	r.tape.Limit = c.x.LongestRecording
	r.tape.Start(time.Now()) // packets have the real time
	r.full = c.later(c.x.LongestRecording, func() {
		if slices.Contains(c.recordings, r) {
			c.complete(r)
		}
	})
	c.recordings = append(c.recordings, r)
	return r
}

// pause stops a recording, and everybody hears that it does.
func (c *call) pause(r *recording) {
	r.stop()
	r.stop = nil
	r.party.PauseRecording(r.id)
	c.announce(sound.RecordingOff)
}

// complete ends a recording that is as long as it may be, as if its user had
// stopped it, and stores it. Another may follow.
func (c *call) complete(r *recording) {
	if r.stop != nil {
		c.pause(r)
	}
	c.recordings = slices.DeleteFunc(c.recordings, func(o *recording) bool { return o == r })
	c.keepRecording(r)
}

// tap hands a recording what is said in the call, until stop is called.
func (c *call) tap(r *recording) (stop func()) {
	switch {
	case c.conference != nil:
		return c.conference.mixer.Tap(r.tape.Hear)
	case c.watch != nil:
		return c.watch.mixer.Tap(r.tape.Hear)
	}
	return c.bridge.Tap(r.tape.Hear)
}

// retap has recordings go on where what is said is now.
func (c *call) retap() {
	for _, r := range c.recordings {
		if r.stop != nil {
			r.stop()
			r.stop = c.tap(r)
		}
	}
}

// announce says a sentence to everybody in the call, who do not hear each
// other meanwhile.
func (c *call) announce(words string) {
	if c.ring != nil || c.service != nil || len(c.lines) < 2 {
		return
	}
	c.tune() // ends an announcement that goes on
	c.hush()
	if c.conference != nil {
		c.scatter()
	}
	c.unmix()
	c.bridge.Set(media.A, nil)
	c.bridge.Set(media.B, nil)
	ctx, stop := context.WithCancel(c.x.ctx)
	c.hush = stop
	rest := len(c.lines)
	for _, l := range c.lines {
		c.x.spawn(func(context.Context) {
			_ = sound.Say(ctx, l.leg, words) // a phone that is gone need not hear it
			c.post(func() {
				if rest--; rest == 0 && ctx.Err() == nil {
					c.tune()
				}
			})
		})
	}
}

// tellRecorded tells who has come to a call that somebody records that they
// do; they hear the others afterwards.
func (c *call) tellRecorded(l *line) {
	if c.conference == nil || !slices.ContainsFunc(c.recordings, func(r *recording) bool { return r.stop != nil }) {
		return
	}
	c.conference.mixer.Leave(l.leg)
	c.conference.in = slices.DeleteFunc(c.conference.in, func(o *line) bool { return o == l })
	c.x.spawn(func(ctx context.Context) {
		_ = sound.Say(ctx, l.leg, sound.RecordingOn) // a phone that is gone need not hear it
		l.post(func(c *call) { c.tune() })
	})
}

// keepRecordings stores the recordings of a call that is over.
func (c *call) keepRecordings() {
	for _, r := range c.recordings {
		c.keepRecording(r)
	}
	c.recordings = nil
}

// keepRecordingsOf ends and stores what a party has recorded that leaves the
// call: what the others say from now on is not theirs to hear.
func (c *call) keepRecordingsOf(p *session.Party) {
	c.recordings = slices.DeleteFunc(c.recordings, func(r *recording) bool {
		if r.party != p {
			return false
		}
		c.keepRecording(r)
		return true
	})
}

func (c *call) keepRecording(r *recording) {
	r.full.Stop()
	if r.stop != nil {
		r.stop()
	}
	party, id, s, ended := r.party, r.id, r.tape.Stop(), c.x.Now()
	c.x.spawn(func(context.Context) {
		wav, long := s.WAV(), s.Duration()
		c.keep(len(wav), func(ctx context.Context) error { return party.KeepRecording(ctx, id, ended, wav, long) })
	})
}
