package media

import (
	"math"
	"time"
)

// Rate is the samples in a second of every Sound.
const Rate = 8000

// frameSamples are the samples of one Frame.
const frameSamples = Rate / 50

// A Sound is what telephones carry: one channel of 16-bit samples at Rate.
type Sound []int16

// Duration is how long the sound is.
func (s Sound) Duration() time.Duration { return time.Duration(len(s)) * time.Second / Rate }

// Then is the sound followed by others.
func (s Sound) Then(others ...Sound) Sound {
	whole := append(Sound(nil), s...)
	for _, o := range others {
		whole = append(whole, o...)
	}
	return whole
}

// Loudness is the root mean square, 0 to 1.
func (s Sound) Loudness() float64 {
	if len(s) == 0 {
		return 0
	}
	sum := 0.0
	for _, v := range s {
		sum += float64(v) * float64(v)
	}
	return math.Sqrt(sum/float64(len(s))) / math.MaxInt16
}

// Trim cuts what is silent from both ends, but for a margin, so that no soft
// first or last sound of a word is lost. A sound without anything loud in it
// is cut to nothing.
func (s Sound) Trim(margin time.Duration) Sound {
	const silent = 0.005 // about -46 dB
	first, last := -1, -1
	for i := 0; i < len(s); i += frameSamples {
		if s[i:min(i+frameSamples, len(s))].Loudness() > silent {
			if first < 0 {
				first = i
			}
			last = i + frameSamples
		}
	}
	if first < 0 {
		return nil
	}
	m := samples(margin)
	return s[max(0, first-m):min(len(s), last+m)]
}

// Silence is no sound for a time.
func Silence(d time.Duration) Sound { return make(Sound, samples(d)) }

// loud is the peak of a tone, a quarter of what a line carries: as loud as
// speech.
const loud = math.MaxInt16 / 4

// Tone is the frequencies in hertz at once. It begins and ends softly, so that
// it does not click.
func Tone(d time.Duration, hertz ...float64) Sound {
	s := Steady(d, hertz...)
	const soft = Rate / 200
	for i, v := range s {
		s[i] = int16(float64(v) * min(1, float64(i)/soft, float64(len(s)-1-i)/soft))
	}
	return s
}

// Steady is Tone without soft ends, for loops: where the whole length holds
// whole periods, the end goes over into the beginning.
func Steady(d time.Duration, hertz ...float64) Sound {
	s := make(Sound, samples(d))
	for i := range s {
		v := 0.0
		for _, f := range hertz {
			v += math.Sin(2 * math.Pi * f * float64(i) / Rate)
		}
		s[i] = int16(v / math.Sqrt(float64(len(hertz))) * loud)
	}
	return s
}

// Ringback is what callers hear while a phone rings, once: two seconds of
// tone, four of silence, as in North America.
func Ringback() Sound { return Tone(2*time.Second, 440, 480).Then(Silence(4 * time.Second)) }

// Busy is the tone of a busy line, once.
func Busy() Sound {
	return Tone(500*time.Millisecond, 480, 620).Then(Silence(500 * time.Millisecond))
}

// Beep is the tone that a recording begins after.
func Beep() Sound { return Tone(400*time.Millisecond, 1000) }

// Waiting is what a caller hears when nobody holds the line for a moment,
// once: two soft notes, then a pause.
func Waiting() Sound {
	return Tone(300*time.Millisecond, 440).Then(Tone(300*time.Millisecond, 554.37), Silence(2400*time.Millisecond))
}

func samples(d time.Duration) int { return int(d * Rate / time.Second) }

// Pitch is how much of a sound is at one frequency, from 0 (nothing) to 1 (a
// pure sine), by Goertzel's filter.
func (s Sound) Pitch(hertz float64) float64 {
	w := 2 * math.Pi * hertz / Rate
	c := 2 * math.Cos(w)
	var s1, s2, power float64
	for _, v := range s {
		x := float64(v)
		power += x * x
		s1, s2 = x+c*s1-s2, s1
	}
	if power == 0 {
		return 0
	}
	return 2 * (s1*s1 + s2*s2 - c*s1*s2) / (power * float64(len(s)))
}
