package sound_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/media"
	"offhook/internal/media/mediatest"
	"offhook/internal/platform/exchange/sound"
)

// A caller is the far end of the line that the exchange speaks to.
type caller struct {
	line, phone *media.Leg
	ear         *mediatest.Ear
	ended       chan error
}

// call lets the exchange do something with a line.
func call(t *testing.T, do func(ctx context.Context, line *media.Leg) error) caller {
	phone, line := mediatest.Connect(t, mediatest.Engine(t))
	c := caller{line, phone, mediatest.Listen(t, phone), make(chan error, 1)}
	go func() { c.ended <- do(t.Context(), line) }()
	return c
}

func (c caller) hangsUp(t *testing.T) {
	t.Helper()
	c.line.Close() // as the exchange does for a BYE
	if err := mediatest.Wait(t, "the exchange to notice that the line has ended", c.ended); err != media.ErrGone {
		t.Errorf("ended with %v, want ErrGone", err)
	}
}

func TestEchoIsABeepAndThenOnesOwnVoice(t *testing.T) {
	c := call(t, func(ctx context.Context, l *media.Leg) error { return sound.Echo(ctx, l) })
	c.ear.Hears(t, 1000)
	mediatest.Sing(t, c.phone, 600)
	c.ear.Hears(t, 600)
	c.hangsUp(t)
}

func TestTonesWithoutEnd(t *testing.T) {
	for _, tt := range []struct {
		name  string
		play  func(context.Context, media.Sink) error
		heard func(*mediatest.Ear)
	}{
		{"a phone rings elsewhere", sound.Ringback, func(e *mediatest.Ear) { e.HearsBoth(t, 440, 480) }},
		{"the line is busy", sound.Busy, func(e *mediatest.Ear) { e.HearsBoth(t, 480, 620) }},
		{"a tone", sound.Steady, func(e *mediatest.Ear) { e.Hears(t, 440) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := call(t, func(ctx context.Context, l *media.Leg) error { return tt.play(ctx, l) })
			tt.heard(c.ear)
			c.hangsUp(t)
		})
	}
}

func TestMusicIsQuietSteadyAndWithoutSeam(t *testing.T) {
	m := sound.Music()
	if d := m.Duration(); d < 30*time.Second || d > time.Minute {
		t.Errorf("it takes %v", d)
	}
	for i := 0; i+media.Rate <= len(m); i += media.Rate {
		if l := m[i : i+media.Rate].Loudness(); l < 0.02 || l > 0.15 {
			t.Errorf("second %d has loudness %.3f, want a quiet piece without holes", i/media.Rate, l)
		}
	}
	if step := int(m[0]) - int(m[len(m)-1]); step > 1500 || step < -1500 {
		t.Errorf("from the end to the beginning it steps by %d, which clicks", step)
	}
}

func TestKeysArePressed(t *testing.T) {
	c := call(t, func(ctx context.Context, l *media.Leg) error { return sound.Keys(ctx, l, "123") })
	keys := make(chan rune, 8)
	c.phone.Listen(media.Digits(func(d rune) { keys <- d }))
	got := ""
	for range 3 {
		got += string(mediatest.Wait(t, "a key", keys))
	}
	if got != "123" {
		t.Errorf("heard %q, want 123", got)
	}
	c.hangsUp(t)
}

func TestTheClockTellsTheTimeOfItsTone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithTimeout(t.Context(), 31*time.Second)
		defer stop()
		l, began := newTape(), time.Now() // midnight, in a test
		_ = sound.Clock(ctx, l, time.Now)
		heard := l.heard()
		tones := 0
		for at := 0; at+media.Rate/5 <= len(heard); at += media.Rate / 50 {
			if s := heard[at : at+media.Rate/5]; s.Pitch(1000) > 0.97 && s.Loudness() > 0.1 {
				when := began.Add(heard[:at].Duration())
				if off := when.Sub(when.Round(10 * time.Second)).Abs(); off > 60*time.Millisecond {
					t.Errorf("a tone at %v, %v beside a full ten seconds", when, off)
				}
				tones++
				at += media.Rate
			}
		}
		if tones < 2 {
			t.Errorf("heard %d tones in half a minute, want at least 2", tones)
		}
	})
}

func TestTheWordsOfTheClock(t *testing.T) {
	for at, want := range map[string]string{
		"00:00:00": "clock 12 oclock am exactly",
		"09:05:10": "clock 9 oh 5 am and 10 seconds",
		"12:20:20": "clock 12 20 pm and 20 seconds",
		"23:59:50": "clock 11 50 9 pm and 50 seconds",
	} {
		when, err := time.Parse("15:04:05", at)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, strings.Join(sound.TimeWords(when), " ")); diff != "" {
			t.Errorf("at %s (-want +got):\n%s", at, diff)
		}
	}
}

func TestEveryWordHasBeenSpoken(t *testing.T) {
	words := []string{sound.NotInService, sound.Nobody, sound.RecordingOn, sound.RecordingOff, "extension", "unavailable", "saved", "nothing",
		"none", "youhave", "message", "messages", "from", "unknown", "keys", "deleted", "last", "menu", "closed", "again"}
	for at := range 24 * 60 * 6 {
		words = append(words, sound.TimeWords(time.Unix(int64(at)*10, 0).UTC())...)
	}
	for _, w := range words {
		if s := sound.Spoken(w); s.Duration() < 200*time.Millisecond || s.Loudness() < 0.02 {
			t.Errorf("%q takes %v and has loudness %.3f", w, s.Duration(), s.Loudness())
		}
	}
}
