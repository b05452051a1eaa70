package media

import "github.com/pion/opus"

// A Decoder turns the packets of one source into sound. It is for one
// goroutine. The zero value is of no use; see NewDecoder.
type Decoder struct {
	opus   *opus.Decoder // made for the first packet of Opus
	buffer []int16
}

// longest is the samples of the longest packet that Opus allows: 120 ms.
const longest = Rate * 120 / 1000

// NewDecoder returns a decoder of either codec.
func NewDecoder() *Decoder { return &Decoder{buffer: make([]int16, longest)} }

// Decode returns the sound of a packet, nothing for events and for what cannot
// be read. The sound is valid until the next call.
func (d *Decoder) Decode(p Packet) Sound {
	switch p.Codec {
	case PCMU:
		s := d.buffer[:min(len(p.Payload), len(d.buffer))]
		for i := range s {
			s[i] = ulawSound[p.Payload[i]]
		}
		return s
	case Opus:
		return d.decodeOpus(p.Payload)
	}
	return nil
}

func (d *Decoder) decodeOpus(payload []byte) (s Sound) {
	if d.opus == nil {
		// The bandwidth of what is played is Rate's; a decoder for 8 kHz
		// leaves out what lies above.
		made, err := opus.NewDecoderWithOutput(Rate, 1)
		if err != nil {
			return nil
		}
		d.opus = &made
	}
	// These bytes are a stranger's, and one that makes the decoder stumble
	// must not end everybody's calls.
	defer func() {
		if recover() != nil {
			d.opus, s = nil, nil
		}
	}()
	n, err := d.opus.DecodeToInt16(payload, d.buffer)
	if err != nil {
		return nil
	}
	return d.buffer[:n]
}
