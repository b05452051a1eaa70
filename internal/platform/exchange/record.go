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
	stop  func() // nil while it is stopped
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
		r.stop()
		r.stop = nil
		r.party.PauseRecording(r.id)
		c.announce(sound.RecordingOff)
		return r.id, true
	}
	id, ok := l.party.StartRecording(rc.RecordedOnDemand)
	if !ok {
		return "", false
	}
	if r == nil {
		r = &recording{party: l.party, id: id}
		r.tape.Start(time.Now()) // packets have the real time
		c.recordings = append(c.recordings, r)
	}
	r.stop = c.tap(r)
	c.announce(sound.RecordingOn)
	return id, true
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
	if r.stop != nil {
		r.stop()
	}
	party, id, s, ended := r.party, r.id, r.tape.Stop(), c.x.Now()
	c.x.spawn(func(context.Context) {
		wav, long := s.WAV(), s.Duration()
		c.keep(len(wav), func(ctx context.Context) error { return party.KeepRecording(ctx, id, ended, wav, long) })
	})
}
