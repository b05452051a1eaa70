package calllog

import (
	"bytes"
	"encoding/binary"
	"math"
	"time"
)

// rate is the samples in a second of what telephones carry.
const rate = 8000

// talk is a recording of two voices that hum at each other in turn: what a
// seeded call sounds like. It is PCM in a RIFF container, one channel of 8
// bits, which every browser plays.
func talk(length time.Duration) []byte {
	n := int(length.Seconds() * rate)
	var b bytes.Buffer
	put := func(values ...any) {
		for _, v := range values {
			_ = binary.Write(&b, binary.LittleEndian, v) // into memory, of fixed size
		}
	}
	b.WriteString("RIFF")
	put(uint32(36 + n))
	b.WriteString("WAVEfmt ")
	put(uint32(16), uint16(1), uint16(1), uint32(rate), uint32(rate), uint16(1), uint16(8))
	b.WriteString("data")
	put(uint32(n))
	for i := range n {
		b.WriteByte(sample(float64(i) / rate))
	}
	return b.Bytes()
}

// sample is the hum at a time in seconds: two seconds each, syllables of a
// quarter of a second, the second voice a fifth below the first.
func sample(at float64) byte {
	pitch := 196.0
	if int(at/2)%2 == 1 {
		pitch = 131
	}
	syllable := math.Mod(at, 0.25) / 0.25
	pitch *= 1 + 0.06*math.Sin(2*math.Pi*at/1.7)
	swell := math.Sin(math.Pi * syllable)
	wave := math.Sin(2*math.Pi*pitch*at) + 0.4*math.Sin(4*math.Pi*pitch*at) + 0.2*math.Sin(6*math.Pi*pitch*at)
	return byte(128 + 40*swell*wave)
}
