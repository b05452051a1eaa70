package media

import (
	"strings"
	"time"
)

// keys are the keys of a phone in the order of their codes (RFC 4733 section
// 3.2).
const keys = "0123456789*#ABCD"

// keyTones are the frequencies of the rows and columns of keys (ITU-T Q.23).
var keyTones = map[rune][2]float64{
	'1': {697, 1209}, '2': {697, 1336}, '3': {697, 1477}, 'A': {697, 1633},
	'4': {770, 1209}, '5': {770, 1336}, '6': {770, 1477}, 'B': {770, 1633},
	'7': {852, 1209}, '8': {852, 1336}, '9': {852, 1477}, 'C': {852, 1633},
	'*': {941, 1209}, '0': {941, 1336}, '#': {941, 1477}, 'D': {941, 1633},
}

func keyCode(digit rune) (byte, bool) {
	i := strings.IndexRune(keys, digit)
	return byte(i), i >= 0
}

// DTMF is the tone of a key, nothing for what is no key.
func DTMF(digit rune) Sound {
	tones, ok := keyTones[digit]
	if !ok {
		return nil
	}
	return Tone(keyFrames*Frame, tones[0], tones[1])
}

// sameKey is how long nothing is heard of a key until the same timestamp is
// that of the next.
const sameKey = time.Second

// Digits returns a listener that calls f for each key, once, when it is first
// heard of. It is for one stream of packets.
func Digits(f func(digit rune)) func(Packet) {
	var last uint32
	var at time.Time
	return func(p Packet) {
		if p.Codec != Event || len(p.Payload) < 4 || int(p.Payload[0]) >= len(keys) {
			return
		}
		// The packets of one key have one timestamp. Some phones use the same
		// for the next key, too, but not within a second of the last packet.
		again := !at.IsZero() && p.Timestamp == last && p.Arrived.Sub(at) < sameKey
		last, at = p.Timestamp, p.Arrived
		if !again {
			f(rune(keys[p.Payload[0]]))
		}
	}
}
