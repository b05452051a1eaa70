package softphone

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"

	"offhook/internal/media"
	"offhook/internal/rc"
	"offhook/internal/widget/call"
	"offhook/internal/widget/lang"
)

// What is said of calls in which a recorded message was to be left.
var dropWords = map[call.DropState]string{
	call.DropLeft:    lang.Mark("Your message was left."),
	call.DropStopped: lang.Mark("You stopped your message."),
	call.DropNoisy:   lang.Mark("The other side did not fall silent, so no message was left."),
	call.DropCut:     lang.Mark("The call ended before your message was left."),
}

// Bounds of messages. A line carries two bytes a sample.
const (
	longestDrop  = 2 * time.Minute
	shortestDrop = 200 * time.Millisecond
	maxDrop      = int64(longestDrop/time.Second)*media.Rate*2 + 64<<10
	maxDrops     = 4 // messages of one user at once
	lastBreath   = 500 * time.Millisecond
)

// murmur is the loudness of a far side that speaks.
const murmur = 0.01

// A Message is a recorded message to be left in a call.
type Message struct {
	Label string
	Sound media.Sound
}

// A message goes to the far side of a call in place of the user's voice:
//
//	waiting ──silence──▶ playing ──▶ left, and the call ends
//	   └─────────────────────┴─────▶ stopped, noisy, cut: the call ends
//
// It belongs to the phone's actor.
type message struct {
	sound media.Sound
	hush  time.Duration  // the far side is silent for so long first
	stop  func()         // ends what is under way
	fate  call.DropState // how it has ended; empty while it has not
}

// Drop leaves a recorded message in a call that the user has placed, which
// ends with it. The user is free at once. The error is an *rc.Error with a
// sentence, or ctx's.
func (ph *Phone) Drop(ctx context.Context, id string, m Message) error {
	desk, err := ph.pool.Desks.Desk(ctx, ph.grantID)
	if err != nil {
		return err
	}
	hush := desk.Hush()
	return ph.ask(ctx, func(done func(error)) {
		t, err := ph.find(id)
		if err == nil {
			err = t.mayDrop()
		}
		if err == nil {
			t.drop(m, hush)
		}
		done(err)
	})
}

func dropping() error {
	return rc.Errorf(rc.Conflict, "A message is being left in this call.")
}

// mayDrop says why no message can be left in a call.
func (t *talk) mayDrop() error {
	under := 0
	for _, o := range t.ph.talks {
		if o.live() && o.message != nil {
			under++
		}
	}
	switch {
	case !t.live():
		return over()
	case t.message != nil:
		return dropping()
	case t.Direction != call.Outbound, t.meeting != nil, t.urgent, strings.HasPrefix(t.Number, "*"):
		return rc.Errorf(rc.Conflict, "A message can be left where you have called one person, and nowhere else.")
	case t.State == call.Held:
		return rc.Errorf(rc.Conflict, "Take the call off hold first.")
	case t.State != call.Connected, t.wire.leg == nil:
		return rc.Errorf(rc.Conflict, "Nobody has answered this call yet.")
	case t.refer != nil, t.merging, t.moving:
		return notDone()
	case under >= maxDrops:
		return rc.Errorf(rc.TooMany, "Other messages are being left already. Wait until one of them is done.")
	}
	return nil
}

// drop gives the call to a message. What the user says does not reach it any
// more.
func (t *talk) drop(m Message, hush time.Duration) {
	t.message = &message{sound: m.Sound, hush: hush}
	t.Drop = &call.Drop{Label: m.Label, State: call.DropWaits, Long: m.Sound.Duration()}
	t.Muted = false
	if t.ph.active == t {
		t.ph.hear(nil)
	}
	t.recite()
	t.ph.review()
	t.ph.changed()
}

// recite has the far side hear the message, from its beginning: it is called
// again when the call's sound has moved to another leg.
func (t *talk) recite() {
	m, leg := t.message, t.wire.leg
	if m == nil || leg == nil || !t.live() {
		return
	}
	if m.stop != nil {
		m.stop()
	}
	ctx, stop := context.WithCancel(t.ph.ctx)
	m.stop = stop
	sound, hush := m.sound, m.hush
	step := func(f func()) func() {
		return func() {
			if ctx.Err() == nil && t.live() {
				f()
			}
		}
	}
	t.ph.aside(func(context.Context) func() {
		err := fallsSilent(ctx, leg, hush, t.ph.pool.Waits.Chatter)
		if errors.Is(err, errChatter) {
			return step(func() { t.parts(call.DropNoisy) })
		}
		if err != nil {
			return nil // the call ends, or goes on over another leg
		}
		t.ph.box.post(step(t.recites))
		if media.Play(ctx, leg, sound.Then(media.Silence(lastBreath))) != nil {
			return nil
		}
		return step(func() { t.parts(call.DropLeft) })
	})
}

// recites notes that the far side hears the message from now on.
func (t *talk) recites() {
	d := *t.Drop
	d.State, d.Since = call.DropPlays, t.ph.pool.Now()
	t.Drop = &d
	t.ph.changed()
}

// parts ends a call after its message.
func (t *talk) parts(fate call.DropState) {
	t.message.fate = fate
	t.part()
	t.end(call.HungUp, "")
}

// dropped notes what became of the message of a call that is over, and says
// so where there is nothing else to say.
func (t *talk) dropped(sentence string) string {
	m := t.message
	if m == nil {
		return sentence
	}
	if m.stop != nil {
		m.stop()
	}
	m.sound = nil
	d := *t.Drop
	if d.State = m.fate; d.State == "" {
		d.State = call.DropCut
	}
	t.Drop = &d
	if sentence == "" {
		sentence = dropWords[d.State]
	}
	return sentence
}

var errChatter = errors.New("the far side did not fall silent")

// fallsSilent waits until nobody has spoken at the far side for so long: the
// greeting of an answering machine is over then, and its tone. It is
// errChatter when that has not come within the limit.
func fallsSilent(ctx context.Context, leg *media.Leg, hush, limit time.Duration) error {
	if hush <= 0 {
		return nil
	}
	began := time.Now()
	var spoke atomic.Int64 // nanoseconds after began
	decoder := media.NewDecoder()
	defer leg.Listen(func(p media.Packet) {
		if decoder.Decode(p).Loudness() > murmur {
			spoke.Store(int64(time.Since(began)))
		}
	})()
	t := time.NewTimer(hush)
	defer t.Stop()
	for {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-leg.Done():
			return media.ErrGone
		case <-t.C:
		}
		passed := time.Since(began)
		left := hush - passed + time.Duration(spoke.Load())
		switch {
		case left <= 0:
			return nil
		case passed > limit:
			return errChatter
		}
		t.Reset(left)
	}
}

// drop takes a recorded message, as the page has made it: sound of a
// telephone in a WAV file.
func (p *Pool) drop(w http.ResponseWriter, r *http.Request, ph Telephone) error {
	r.Body = http.MaxBytesReader(w, r.Body, maxDrop)
	if err := r.ParseMultipartForm(maxDrop); err != nil {
		return unreadable()
	}
	defer r.MultipartForm.RemoveAll() //nolint:errcheck // it is all in memory
	part, _, err := r.FormFile("sound")
	if err != nil {
		return unreadable()
	}
	defer part.Close()
	body, err := io.ReadAll(part)
	if err != nil {
		return unreadable()
	}
	s, err := media.FromWAV(body)
	if err != nil || s.Duration() < shortestDrop || s.Duration() > longestDrop {
		return unreadable()
	}
	label := clean(r.FormValue("label"))
	if label == "" {
		return rc.Errorf(rc.Invalid, "This message has no name, so it was not left.")
	}
	if err := ph.Drop(r.Context(), r.PathValue("id"), Message{label, s}); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func unreadable() error {
	return rc.Errorf(rc.Invalid, "This message cannot be played into a call. It has to be a sound of at most two minutes.")
}
