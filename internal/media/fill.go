package media

import (
	"sync"
	"time"
)

// pause is how long nobody speaks before silence is sent instead. Far sides
// bridge shorter gaps with what they have heard, which is kinder to the ear,
// and sound that is late by less loses nothing.
const pause = 200 * time.Millisecond

// Fill sends silence whenever nobody has sent anything for a moment, until
// stop is called or the leg ends. Far sides that hear nothing at all for some
// seconds take the call for lost.
func (l *Leg) Fill() (stop func()) {
	ended := make(chan struct{})
	l.engine.wait.Go(func() { l.fill(ended) })
	return sync.OnceFunc(func() { close(ended) })
}

func (l *Leg) fill(ended <-chan struct{}) {
	t := time.NewTicker(Frame)
	defer t.Stop()
	src := new(source)
	silence := make(Sound, frameSamples).Ulaw()
	for {
		select {
		case <-ended:
			return
		case <-l.done:
			return
		case now := <-t.C:
			by, at := l.out.last()
			if by == src || now.Sub(at) >= pause {
				l.Write(src, l.silence(src, silence))
			}
		}
	}
}

// silence is a frame in the codec that was sent last.
func (l *Leg) silence(src *source, pcmu []byte) Packet {
	p := src.next(pcmu)
	if l.out.codec() == Opus {
		// A frame of CELT with nothing in it (RFC 6716 section 3.1).
		p.Codec, p.Clock, p.Payload = Opus, 48000, []byte{0xf8, 0xff, 0xfe}
		p.Timestamp *= 48000 / Rate
	}
	return p
}
