package mediatest

import (
	_ "embed"
	"encoding/binary"
	"math"
	"time"

	"offhook/internal/media"
)

// A sentence, and what Chromium's microphone made of it: packets of Opus, each
// after its length in two bytes.
var (
	//go:embed testdata/speech.ul
	said []byte
	//go:embed testdata/speech.opus
	packed []byte
)

// Speech is somebody who says a sentence.
func Speech() media.Sound { return media.FromUlaw(said) }

// SpeechPackets is the same sentence as a browser sends it, in Opus, from a
// moment on. Some silence is before and after it.
func SpeechPackets(at time.Time) (packets []media.Packet) {
	for b := packed; len(b) > 2; {
		n := int(binary.BigEndian.Uint16(b))
		i := len(packets)
		packets = append(packets, media.Packet{
			Codec: media.Opus, Clock: 48000, Sequence: uint16(65000 + i), Timestamp: uint32(math.MaxUint32 - 48000 + i*960),
			Arrived: at.Add(time.Duration(i) * media.Frame), Payload: b[2 : 2+n],
		})
		b = b[2+n:]
	}
	return packets
}

// Likeness says how much of what was said is in what was heard, whenever it
// was heard, from 0 to 1: the highest correlation of the two waves, as a whole
// or in pieces of a quarter of a second and more. A machine that slept for a
// moment has the rest said later, which is no other sound; one that is very
// busy tears the sound apart further. Other words are like it by less than a
// half.
func Likeness(said, heard media.Sound) float64 {
	whole := likeness(said, heard)
	if whole > 0.99 || len(said) < media.Rate/2 {
		return whole
	}
	var sum, weights float64
	for _, half := range []media.Sound{said[:len(said)/2], said[len(said)/2:]} {
		weight := half.Loudness() * half.Loudness() * float64(len(half))
		if weight > 0 {
			sum, weights = sum+weight*Likeness(half, heard), weights+weight
		}
	}
	if weights == 0 {
		return whole
	}
	return max(whole, sum/weights)
}

func likeness(said, heard media.Sound) float64 {
	a, b := loudness(said), loudness(heard)
	best, at := 0.0, 0
	for lag := -len(a); lag < len(b); lag++ {
		if c := correlate(a, b, lag); c > best {
			best, at = c, lag
		}
	}
	x, y := floats(said), floats(heard)
	best = 0
	for lag := (at - 2) * window; lag <= (at+2)*window; lag++ {
		best = max(best, math.Abs(correlate(x, y, lag)))
	}
	return best
}

const window = media.Rate / 50

// loudness is how loud a sound is over time, around its mean.
func loudness(s media.Sound) (v []float64) {
	mean := s.Loudness()
	for i := 0; i+window <= len(s); i += window {
		v = append(v, s[i:i+window].Loudness()-mean)
	}
	return v
}

func floats(s media.Sound) []float64 {
	v := make([]float64, len(s))
	for i, x := range s {
		v[i] = float64(x)
	}
	return v
}

// correlate compares a with b from lag on; what has no counterpart counts as
// silence.
func correlate(a, b []float64, lag int) float64 {
	var ab, aa, bb float64
	for i, x := range a {
		aa += x * x
		if j := i + lag; j >= 0 && j < len(b) {
			ab += x * b[j]
			bb += b[j] * b[j]
		}
	}
	if aa == 0 || bb == 0 {
		return 0
	}
	return ab / math.Sqrt(aa*bb)
}

// Speak sends SpeechPackets at the speed of speech and returns after the last.
func Speak(to media.Sink) {
	t := time.NewTicker(media.Frame)
	defer t.Stop()
	start := time.Now()
	for i, p := range SpeechPackets(start) {
		for time.Since(start) < time.Duration(i)*media.Frame {
			<-t.C
		}
		to.Write("speaker", p)
	}
}
