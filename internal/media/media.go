// Package media is the sound of calls: legs that carry it by WebRTC, what
// joins them, and what plays, records, mixes and measures it.
//
// Sound travels as it came: a Packet that one Leg hears is written to another
// without being decoded, and only where the far side has no codec for it is it
// turned into PCMU. What this package makes itself (tones, prompts, mixtures)
// is PCMU at 8 kHz, because there is no Opus encoder without C; every leg
// negotiates both and may send either at any moment.
package media

import "time"

// A Codec is how the payload of a packet is to be read.
type Codec uint8

// The codecs of telephone calls. An Event is a key of the far phone's pad
// (RFC 4733), not sound.
const (
	Opus Codec = iota + 1
	PCMU
	Event
	// PCMA is only what a far side without WebRTC has; no [Packet] is of it.
	PCMA
)

func (c Codec) String() string {
	switch c {
	case Opus:
		return "Opus"
	case PCMU:
		return "PCMU"
	case Event:
		return "telephone-event"
	case PCMA:
		return "PCMA"
	}
	return "none"
}

// Frame is the time between two packets that this package makes itself.
const Frame = 20 * time.Millisecond

// A Packet is some milliseconds of sound. Its payload belongs to whoever hands
// it over and is valid until the function that takes it returns.
type Packet struct {
	Codec     Codec
	Clock     uint32 // ticks of Timestamp in a second: 48000 of Opus, 8000 of PCMU, either of events
	Marker    bool   // the first after a silence, or of an event
	Sequence  uint16
	Timestamp uint32
	Arrived   time.Time
	Payload   []byte
}

// A Sink takes sound. Packets of one source are in one stream of sequence
// numbers and timestamps; src says which source it is, and may be any value
// that can be compared. A sink makes one continuous stream of all of them, but
// only one source should speak at a time.
type Sink interface {
	Write(src any, p Packet)
}

// A Port is what can be spoken to and listened to; a Leg is one.
type Port interface {
	Sink
	// Listen hands f every packet that is heard, in the order of arrival and
	// one at a time, until stop is called. f must not wait.
	Listen(f func(Packet)) (stop func())
}
