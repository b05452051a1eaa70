package sound

import (
	"context"
	"time"

	"offhook/internal/media"
)

// Clock tells the time as now shows it, in now's own zone, with a tone at every
// full ten seconds, until the line ends. It says the time that the tone is for:
// the first for which the words fit in.
func Clock(ctx context.Context, line Line, now func() time.Time) error {
	defer line.Fill()()
	for {
		words, wait := announce(now())
		if err := media.Play(ctx, line, words.Then(media.Silence(wait), media.Tone(200*time.Millisecond, 1000))); err != nil {
			return err
		}
	}
}

// announce returns what is said of the next full ten seconds that it can be
// said before, and the time from its end until then.
func announce(now time.Time) (words media.Sound, wait time.Duration) {
	const step, lead = 10 * time.Second, 300 * time.Millisecond
	at := now.Truncate(step)
	for {
		at = at.Add(step)
		words = spoken(timeWords(at)...)
		if wait = at.Sub(now) - words.Duration(); wait >= lead {
			return words, wait
		}
	}
}

// timeWords are «At the tone, the time will be nine oh five P M and ten
// seconds».
func timeWords(at time.Time) []string {
	words := append([]string{"clock"}, cardinal((at.Hour()+11)%12+1)...)
	switch m := at.Minute(); {
	case m == 0:
		words = append(words, "oclock")
	case m < 10:
		words = append(append(words, "oh"), cardinal(m)...)
	default:
		words = append(words, cardinal(m)...)
	}
	if at.Hour() < 12 {
		words = append(words, "am")
	} else {
		words = append(words, "pm")
	}
	if at.Second() == 0 {
		return append(words, "exactly")
	}
	return append(append(append(words, "and"), cardinal(at.Second())...), "seconds")
}
