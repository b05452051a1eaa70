package media

// ulawSound is the table from PCMU (ITU-T G.711, µ-law) to samples.
var ulawSound = func() (table [256]int16) {
	for i := range table {
		u := ^byte(i)
		v := (int(u&0x0f)<<3+0x84)<<(u>>4&7) - 0x84
		if u&0x80 != 0 {
			v = -v
		}
		table[i] = int16(v)
	}
	return table
}()

// toUlaw writes one sample as PCMU.
func toUlaw(sample int16) byte {
	const bias, clip = 0x84, 32635
	v, sign := int(sample), byte(0)
	if v < 0 {
		v, sign = -v, 0x80
	}
	v = min(v, clip) + bias
	exponent := byte(7)
	for mask := 0x4000; exponent > 0 && v&mask == 0; mask >>= 1 {
		exponent--
	}
	return ^(sign | exponent<<4 | byte(v>>(exponent+3)&0x0f))
}

// Ulaw is the sound as PCMU.
func (s Sound) Ulaw() []byte {
	if len(s) == 0 {
		return nil
	}
	b := make([]byte, len(s))
	for i, v := range s {
		b[i] = toUlaw(v)
	}
	return b
}

// FromUlaw reads PCMU.
func FromUlaw(b []byte) Sound {
	s := make(Sound, len(b))
	for i, v := range b {
		s[i] = ulawSound[v]
	}
	return s
}
