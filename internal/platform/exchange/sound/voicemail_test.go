package sound_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/media"
	"offhook/internal/media/mediatest"
	"offhook/internal/platform/exchange/sound"
)

// leaveMessage calls a voicemail and speaks after the tone.
func leaveMessage(t *testing.T, speak func(to media.Sink)) (c caller, kept *sound.Message) {
	kept = new(sound.Message)
	c = call(t, func(ctx context.Context, l *media.Leg) (err error) {
		if *kept, err = sound.Voicemail(ctx, l, "101", media.Tone(500*time.Millisecond, 700)); err != nil {
			return err
		}
		return sound.Goodbye(ctx, l, *kept)
	})
	c.ear.Hears(t, 700) // the extension's own greeting
	c.ear.Hears(t, 1000)
	c.ear.HearsSilence(t)
	speak(c.phone)
	return c, kept
}

func TestVoicemailKeepsWhatWasSaid(t *testing.T) {
	c, m := leaveMessage(t, mediatest.Speak)
	if err := media.SendDigits(t.Context(), c.phone, "#"); err != nil {
		t.Error(err)
	}
	if err := mediatest.Wait(t, "the voicemail to end", c.ended); err != nil {
		t.Error(err)
	}
	if like := mediatest.Likeness(mediatest.Speech(), m.Sound); like < 0.5 {
		t.Errorf("the message is like what was said by %.2f, want above 0.5", like)
	}
	if d := m.Sound.Duration() - mediatest.Speech().Duration(); d.Abs() > time.Second || m.Empty() {
		t.Errorf("the message takes %v, want about the %v that were said", m.Sound.Duration(), mediatest.Speech().Duration())
	}
}

func TestVoicemailKeepsTheMessageOfCallersWhoHangUp(t *testing.T) {
	c, m := leaveMessage(t, func(to media.Sink) {
		if err := media.Play(t.Context(), to, media.Tone(1500*time.Millisecond, 500)); err != nil {
			t.Error(err)
		}
	})
	c.hangsUp(t)
	if m.Empty() || m.Sound.Pitch(500) < 0.7 {
		t.Errorf("the message takes %v and is the caller's tone by %.2f", m.Sound.Duration(), m.Sound.Pitch(500))
	}
}

func TestHowMessagesEnd(t *testing.T) {
	for _, tt := range []struct {
		name string
		do   func(l *tape)
		want time.Duration // of the message, to the tenth of a second
		bye  []string
	}{
		{"nothing is said", func(l *tape) { l.press("#") }, 0, []string{"nothing"}},
		{"less than a second is no message", func(l *tape) { l.say(500 * time.Millisecond); l.press("#") }, 500 * time.Millisecond, []string{"nothing"}},
		{"two seconds, other keys do not end it", func(l *tape) { l.say(time.Second); l.press("5"); l.say(time.Second); l.press("#") }, 2 * time.Second, []string{"saved"}},
		{"nobody ends it", func(l *tape) { l.say(4 * time.Minute) }, 3 * time.Minute, []string{"saved"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newTape()
				var m sound.Message
				done := make(chan error, 1)
				go func() {
					var err error
					if m, err = sound.Voicemail(t.Context(), l, "101", nil); err == nil {
						err = sound.Goodbye(t.Context(), l, m)
					}
					done <- err
				}()
				synctest.Wait()
				l.press("#") // straight to the tone
				time.Sleep(media.Beep().Duration() + 2*media.Frame)
				if s := l.heard(); s.Duration() > time.Second || s.Pitch(1000) < 0.8 {
					t.Errorf("after # there are %v with %.2f of the tone, want the tone alone", s.Duration(), s.Pitch(1000))
				}
				tt.do(l)
				if err := <-done; err != nil {
					t.Error(err)
				}
				if d := m.Sound.Duration().Round(100 * time.Millisecond); d != tt.want {
					t.Errorf("the message takes %v, want %v", d, tt.want)
				}
				if like := mediatest.Likeness(sound.Spoken(tt.bye...), l.heard()); like < 0.95 {
					t.Errorf("what was said at the end is like %v by %.2f", tt.bye, like)
				}
			})
		})
	}
}

func TestTheGreetingSaysTheNumber(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newTape()
		ctx, stop := context.WithTimeout(t.Context(), 12*time.Second)
		defer stop()
		if _, err := sound.Voicemail(ctx, l, "+103", nil); err != context.DeadlineExceeded {
			t.Errorf("ended with %v", err)
		}
		if like := mediatest.Likeness(sound.Spoken("extension", "1", "0", "3", "unavailable"), l.heard()); like < 0.95 {
			t.Errorf("the greeting is like the sentence with the number by %.2f", like)
		}
	})
}

// A box is a mailbox that notes what is done with it.
type box struct {
	left []sound.Left

	mu  sync.Mutex
	did []string // guarded by mu
}

func (b *box) note(what string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.did = append(b.did, what)
	return nil
}

func (b *box) done() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Clone(b.did)
}

func (b *box) New(context.Context) ([]sound.Left, error) { return b.left, nil }
func (b *box) Sound(context.Context, string) (media.Sound, error) {
	return media.Tone(time.Second, 500), nil
}

func (b *box) Heard(_ context.Context, id string) error  { return b.note("heard " + id) }
func (b *box) Delete(_ context.Context, id string) error { return b.note("deleted " + id) }

func TestMessagesArePlayedToTheirOwner(t *testing.T) {
	two := []sound.Left{{ID: "m1", From: "+16505550102"}, {ID: "m2"}}
	for _, tt := range []struct {
		name string
		left []sound.Left
		keys string // one after each message
		want []string
		said [][]string
	}{
		{"there are none", nil, "", nil, [][]string{{"none"}}},
		{"one, and nothing is pressed", two[:1], " ", []string{"heard m1"}, [][]string{{"youhave", "1", "message"}, {"from", "1", "6", "5", "0", "5", "5", "5", "0", "1", "0", "2"}, {"keys"}, {"last"}}},
		{"two are kept", two, "2#", []string{"heard m1", "heard m2"}, [][]string{{"youhave", "2", "messages"}, {"unknown"}, {"last"}}},
		{"heard again, then deleted", two[:1], "13", []string{"heard m1", "heard m1", "deleted m1"}, [][]string{{"deleted"}, {"last"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l, b := newTape(), &box{left: tt.left}
				done := make(chan error, 1)
				go func() { done <- sound.Access(t.Context(), l, b) }()
				for _, d := range tt.keys {
					// The question comes some seconds after the message, and takes five.
					synctest.Wait()
					for n := len(b.done()); len(b.done()) == n; synctest.Wait() {
						time.Sleep(media.Frame)
					}
					time.Sleep(time.Second)
					if d != ' ' {
						l.press(string(d))
					}
				}
				if err := <-done; err != nil {
					t.Error(err)
				}
				if diff := cmp.Diff(tt.want, b.done()); diff != "" {
					t.Errorf("done with the messages (-want +got):\n%s", diff)
				}
				heard := l.heard()
				for _, words := range tt.said {
					if like := mediatest.Likeness(sound.Spoken(words...), heard); like < 0.9 {
						t.Errorf("%v is in what was heard by %.2f only", words, like)
					}
				}
			})
		})
	}
}
