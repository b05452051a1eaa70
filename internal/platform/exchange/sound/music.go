package sound

import (
	"math"
	"sync"

	"offhook/internal/media"
)

// Music is what people hear on hold: a quiet piece of ours, sixteen bars that
// go over into themselves. It is computed once; do not change it.
var Music = sync.OnceValue(compose)

// The piece: a chord a bar, its notes plucked one after the other like a harp,
// above a soft bass. Notes are MIDI numbers.
var bars = [][]int{
	{48, 60, 64, 67, 71}, {45, 57, 60, 64, 67}, {41, 57, 60, 65, 69}, {43, 55, 59, 62, 69},
	{48, 60, 64, 67, 74}, {40, 55, 59, 64, 71}, {41, 57, 60, 65, 72}, {43, 55, 62, 65, 71},
	{45, 57, 60, 64, 72}, {41, 57, 60, 65, 69}, {48, 55, 60, 64, 67}, {43, 55, 59, 62, 67},
	{41, 57, 60, 64, 69}, {43, 55, 59, 64, 67}, {45, 57, 60, 64, 71}, {43, 55, 60, 62, 67},
}

// pattern is the order in which a bar's upper notes are plucked, an eighth each.
var pattern = [8]int{1, 2, 3, 4, 3, 2, 4, 3}

const (
	eighth  = media.Rate * 3 / 10 // samples: 100 beats in a minute
	ringing = media.Rate * 2      // how long a note sounds
)

func compose() media.Sound {
	mix := make([]float64, len(bars)*len(pattern)*eighth)
	for b, notes := range bars {
		start := b * len(pattern) * eighth
		pluck(mix, start, notes[0], 0.5)
		pluck(mix, start+4*eighth, notes[0]+12, 0.25)
		for i, n := range pattern {
			pluck(mix, start+i*eighth, notes[n], 0.3)
		}
	}
	s := make(media.Sound, len(mix))
	for i, v := range mix {
		// Soft limits instead of clipping; well below speech.
		s[i] = int16(math.Tanh(v) * 7000)
	}
	return s
}

// pluck adds a note that fades. What rings beyond the end sounds at the
// beginning, so that the piece has no seam.
func pluck(mix []float64, at, note int, strength float64) {
	w := 2 * math.Pi * 440 * math.Pow(2, float64(note-69)/12) / media.Rate
	const soft = media.Rate / 100
	for i := range ringing {
		t := float64(i) / media.Rate
		v := math.Sin(w*float64(i)) + 0.35*math.Exp(-3*t)*math.Sin(2*w*float64(i)) + 0.15*math.Exp(-6*t)*math.Sin(3*w*float64(i))
		v *= strength * math.Exp(-2.2*t) * min(1, float64(i)/soft, float64(ringing-i)/soft)
		mix[(at+i)%len(mix)] += v
	}
}
