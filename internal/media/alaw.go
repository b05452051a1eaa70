package media

// Sound that a far side has as PCMA (ITU-T G.711, A-law), as most of the world's
// telephone networks do, is PCMU everywhere else in this package: it is turned
// into the other where it comes in and goes out.

// alawOf and ulawOf turn a byte of the one into one of the other.
var alawOf, ulawOf = func() (alaw, ulaw [256]byte) {
	for i := range alaw {
		alaw[i], ulaw[i] = toAlaw(ulawSound[i]), toUlaw(fromAlaw(byte(i)))
	}
	return alaw, ulaw
}()

// fromAlaw reads one sample of PCMA.
func fromAlaw(a byte) int16 {
	a ^= 0x55
	v, segment := int16(a&0x0f)<<4+8, a>>4&7
	if segment > 0 {
		v = (v + 0x100) << (segment - 1)
	}
	if a&0x80 == 0 {
		v = -v
	}
	return v
}

// toAlaw writes one sample as PCMA.
func toAlaw(sample int16) byte {
	v, mask := int(sample)>>3, byte(0xd5)
	if v < 0 {
		v, mask = -v-1, 0x55
	}
	segment := byte(0)
	for segment < 7 && v >= 0x20<<segment {
		segment++
	}
	return (segment<<4 | byte(v>>max(segment, 1)&0x0f)) ^ mask
}

// translated is a payload by a table, in room that is used again.
func translated(room, payload []byte, table *[256]byte) []byte {
	room = room[:0]
	for _, b := range payload {
		room = append(room, table[b])
	}
	return room
}
