package media

import (
	"encoding/binary"
	"errors"
)

// WAVType is the content type of what Sound.WAV returns.
const WAVType = "audio/wav"

// WAV is the sound as a file that every browser plays: PCM of 16 bits in a
// RIFF container.
func (s Sound) WAV() []byte {
	const header = 44
	b := make([]byte, 0, header+2*len(s))
	b = append(b, "RIFF"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(header-8+2*len(s)))
	b = append(b, "WAVEfmt "...)
	b = binary.LittleEndian.AppendUint32(b, 16)
	b = binary.LittleEndian.AppendUint16(b, 1) // PCM
	b = binary.LittleEndian.AppendUint16(b, 1) // channel
	b = binary.LittleEndian.AppendUint32(b, Rate)
	b = binary.LittleEndian.AppendUint32(b, 2*Rate) // bytes in a second
	b = binary.LittleEndian.AppendUint16(b, 2)      // bytes in a sample
	b = binary.LittleEndian.AppendUint16(b, 16)     // bits in a sample
	b = append(b, "data"...)
	b = binary.LittleEndian.AppendUint32(b, uint32(2*len(s)))
	for _, v := range s {
		b = binary.LittleEndian.AppendUint16(b, uint16(v))
	}
	return b
}

// errNotWAV is told for files that FromWAV cannot read.
var errNotWAV = errors.New("this is no WAV file with one channel of 8 or 16 bits at 8 kHz")

// FromWAV reads what WAV writes, and PCM of 8 bits.
func FromWAV(b []byte) (Sound, error) {
	if len(b) < 12 || string(b[:4]) != "RIFF" || string(b[8:12]) != "WAVE" {
		return nil, errNotWAV
	}
	bits := 0
	for b = b[12:]; len(b) >= 8; {
		name, size := string(b[:4]), int(binary.LittleEndian.Uint32(b[4:]))
		body := b[8:]
		body = body[:min(size, len(body))]
		switch {
		case name == "fmt " && len(body) >= 16:
			if binary.LittleEndian.Uint16(body) != 1 || binary.LittleEndian.Uint16(body[2:]) != 1 || binary.LittleEndian.Uint32(body[4:]) != Rate {
				return nil, errNotWAV
			}
			bits = int(binary.LittleEndian.Uint16(body[14:]))
		case name == "data":
			return pcm(body, bits)
		}
		b = b[min(8+size+size%2, len(b)):]
	}
	return nil, errNotWAV
}

func pcm(b []byte, bits int) (Sound, error) {
	switch bits {
	case 8:
		s := make(Sound, len(b))
		for i, v := range b {
			s[i] = (int16(v) - 128) << 8
		}
		return s, nil
	case 16:
		s := make(Sound, len(b)/2)
		for i := range s {
			s[i] = int16(binary.LittleEndian.Uint16(b[2*i:]))
		}
		return s, nil
	}
	return nil, errNotWAV
}
