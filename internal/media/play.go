package media

import (
	"context"
	"encoding/binary"
	"errors"
	"time"
)

// ErrGone is returned when the leg that was played to has ended.
var ErrGone = errors.New("the other side is gone")

// Play sends a sound and returns when it has been sent, or with ctx's error
// when that ends first. Toward a leg it begins when the leg is connected. It
// returns ErrGone when the leg ends.
func Play(ctx context.Context, to Sink, s Sound) error {
	if rest := len(s) % frameSamples; rest > 0 {
		s = s.Then(make(Sound, frameSamples-rest))
	}
	return pace(ctx, to, func(n int) bool { return n*frameSamples < len(s) }, soundOf(to, s))
}

// Loop sends a sound again and again until ctx ends, or the leg. It returns
// why.
func Loop(ctx context.Context, to Sink, s Sound) error {
	if len(s) < frameSamples {
		s = Silence(Frame)
	}
	return pace(ctx, to, func(int) bool { return true }, soundOf(to, s))
}

// soundOf returns a function that sends the n-th frame of a sound, which
// begins anew after its end.
func soundOf(to Sink, s Sound) func(n int) {
	src := new(source)
	payload := make([]byte, frameSamples)
	return func(n int) {
		for i := range payload {
			payload[i] = toUlaw(s[(n*frameSamples+i)%len(s)])
		}
		to.Write(src, src.next(payload))
	}
}

// A source counts the packets of a stream of PCMU that is made here.
type source struct {
	seq uint16
	ts  uint32
}

func (s *source) next(payload []byte) Packet {
	s.seq++
	s.ts += frameSamples
	return Packet{Codec: PCMU, Clock: Rate, Sequence: s.seq, Timestamp: s.ts, Payload: payload}
}

// SendDigits presses keys: 0-9, *, #, A-D; a comma is a pause of a second.
// Each is heard for 160 ms with 80 ms between. A far side without events
// (RFC 4733) hears the tones. Other characters are left out.
func SendDigits(ctx context.Context, to Sink, digits string) error {
	for _, d := range digits {
		if err := sendDigit(ctx, to, d); err != nil {
			return err
		}
	}
	return nil
}

const (
	keyFrames   = 8 // packets that a key is held
	keyEnds     = 3 // times its end is told, because one may be lost
	keySilences = 4
)

func sendDigit(ctx context.Context, to Sink, digit rune) error {
	if digit == ',' {
		return Play(ctx, to, Silence(time.Second))
	}
	code, ok := keyCode(digit)
	if !ok {
		return nil
	}
	if l, ok := to.(interface{ Sends(Codec) bool }); ok && !l.Sends(Event) {
		return Play(ctx, to, DTMF(digit).Then(Silence(keySilences*Frame)))
	}
	src, payload := new(source), []byte{code, 10, 0, 0} // 10: the power, -10 dBm0
	return pace(ctx, to, func(n int) bool { return n < keyFrames+keyEnds+keySilences }, func(n int) {
		if n >= keyFrames+keyEnds {
			return
		}
		binary.BigEndian.PutUint16(payload[2:], uint16(min(n+1, keyFrames)*frameSamples))
		if n >= keyFrames {
			payload[1] |= 0x80
		}
		p := src.next(payload)
		p.Codec, p.Timestamp = Event, frameSamples // one for the whole key
		to.Write(src, p)
	})
}

// pace calls send for frame after frame, at the speed of sound, while more
// says so. A late timer is made up for, so that a busy machine does not slow
// the sound down.
func pace(ctx context.Context, to Sink, more func(n int) bool, send func(n int)) error {
	var gone <-chan struct{}
	if l, ok := to.(interface {
		Connected() <-chan struct{}
		Done() <-chan struct{}
	}); ok {
		gone = l.Done()
		select {
		case <-l.Connected():
		case <-gone:
			return ErrGone
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	t := time.NewTicker(Frame)
	defer t.Stop()
	start := time.Now()
	for n := 0; more(n); {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-gone:
			return ErrGone
		case <-t.C:
		}
		for due := int(time.Since(start) / Frame); n < due && more(n); n++ {
			send(n)
		}
	}
	return nil
}
