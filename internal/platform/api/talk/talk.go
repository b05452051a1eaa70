// Package talk makes the sound of people talking, for recordings and
// voicemail that nobody has spoken.
package talk

import (
	"bytes"
	"encoding/binary"
	"math"
	"time"
)

// rate is the samples in a second of what telephones carry.
const rate = 8000

// ContentType is what the sounds are: PCM in a RIFF container, one channel of
// 8 bits, which every browser plays.
const ContentType = "audio/wav"

// Dialog is two voices that hum at each other in turn.
func Dialog(length time.Duration) []byte { return hum(length, 2) }

// Monolog is one voice that hums.
func Monolog(length time.Duration) []byte { return hum(length, 1) }

func hum(length time.Duration, voices int) []byte {
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
		b.WriteByte(sample(float64(i)/rate, voices))
	}
	return b.Bytes()
}

// sample is the hum at a time in seconds: two seconds each, syllables of a
// quarter of a second, the second voice a fifth below the first.
func sample(at float64, voices int) byte {
	pitch := 196.0
	if int(at/2)%voices == 1 {
		pitch = 131
	}
	pitch *= 1 + 0.06*sine.at(at/1.7)
	swell := sine.at(2 * at) // half a period for each syllable
	return byte(128 + 40*math.Abs(swell)*voice.at(pitch*at))
}

// A period of a wave in steps: minutes of sound are made when a demo starts.
type period [4096]float64

var (
	sine  = newPeriod(math.Sin)
	voice = newPeriod(func(x float64) float64 { return math.Sin(x) + 0.4*math.Sin(2*x) + 0.2*math.Sin(3*x) })
)

func newPeriod(of func(float64) float64) *period {
	var p period
	for i := range p {
		p[i] = of(2 * math.Pi * float64(i) / float64(len(p)))
	}
	return &p
}

// at is the wave after so many periods, which are not negative.
func (p *period) at(periods float64) float64 {
	return p[int(periods*float64(len(p)))%len(p)]
}

// WAVLength is how long a recording in a RIFF container plays; false for what
// is none, or says nothing of it.
func WAVLength(wav []byte) (time.Duration, bool) {
	if len(wav) < 12 || string(wav[:4]) != "RIFF" || string(wav[8:12]) != "WAVE" {
		return 0, false
	}
	var perSecond uint32
	for rest := wav[12:]; len(rest) >= 8; {
		size := int(binary.LittleEndian.Uint32(rest[4:]))
		body := rest[8:]
		switch string(rest[:4]) {
		case "fmt ":
			if len(body) < 16 || size < 16 {
				return 0, false
			}
			perSecond = binary.LittleEndian.Uint32(body[8:])
		case "data":
			if perSecond == 0 {
				return 0, false
			}
			// A recorder that was cut off did not write how much there is.
			return time.Duration(float64(min(size, len(body))) / float64(perSecond) * float64(time.Second)), true
		}
		if size += size % 2; size > len(body) { // chunks begin at even places
			return 0, false
		}
		rest = body[size:]
	}
	return 0, false
}
