package sound_test

import (
	"strings"
	"sync"
	"time"

	"offhook/internal/media"
)

// A tape is a line that keeps what the exchange says and is always there, so
// that tests can be told in the time of synctest.
type tape struct {
	mu    sync.Mutex
	said  media.Sound          // guarded by mu, as all below
	ears  []func(media.Packet) // those that have stopped are nil
	turn  uint16
	ended chan struct{}
}

func newTape() *tape { return &tape{ended: make(chan struct{})} }

func (l *tape) Write(_ any, p media.Packet) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if p.Codec == media.PCMU {
		l.said = append(l.said, media.FromUlaw(p.Payload)...)
	}
}

func (l *tape) Listen(f func(media.Packet)) (stop func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := len(l.ears)
	l.ears = append(l.ears, f)
	return func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.ears[i] = nil
	}
}

func (l *tape) Connected() <-chan struct{} {
	c := make(chan struct{})
	close(c)
	return c
}

func (l *tape) Done() <-chan struct{} { return l.ended }
func (l *tape) Fill() (stop func())   { return func() {} }

// heard is what the exchange has said so far, and forgets it.
func (l *tape) heard() media.Sound {
	l.mu.Lock()
	defer l.mu.Unlock()
	s := l.said
	l.said = nil
	return s
}

func (l *tape) hear(p media.Packet) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.turn++
	p.Sequence, p.Timestamp, p.Clock, p.Arrived = l.turn, uint32(l.turn)*160, media.Rate, time.Now()
	for _, ear := range l.ears {
		if ear != nil {
			ear(p)
		}
	}
}

// press lets the exchange hear keys.
func (l *tape) press(keys string) {
	for _, d := range keys {
		l.hear(media.Packet{Codec: media.Event, Payload: []byte{byte(strings.IndexRune("0123456789*#", d)), 10, 0, 160}})
	}
}

// say lets the exchange hear a tone.
func (l *tape) say(d time.Duration) {
	s := media.Steady(d, 500)
	for i := 0; i+160 <= len(s); i += 160 {
		l.hear(media.Packet{Codec: media.PCMU, Payload: s[i : i+160].Ulaw()})
		time.Sleep(media.Frame)
	}
}
