package exchange

import (
	"context"
	"strings"
	"sync"

	"offhook/internal/media"
	"offhook/internal/sip"
)

// typing are the keys of a line that come as messages instead of sounds. Each
// is heard for a while by who hears it, and so the next has to wait.
type typing struct {
	begin sync.Once
	keys  chan rune // that wait
}

// maxTyped is how many keys wait: nobody types further ahead.
const maxTyped = 32

// dialledKey reads a key that comes as a message.
func dialledKey(req *sip.Request) (key rune, ok bool) {
	text := ""
	switch kind, _, _ := strings.Cut(strings.ToLower(sip.HeaderValue(req, "Content-Type")), ";"); strings.TrimSpace(kind) {
	case "application/dtmf-relay":
		for line := range strings.Lines(string(req.Body())) {
			if name, value, _ := strings.Cut(line, "="); strings.EqualFold(strings.TrimSpace(name), "Signal") {
				text = strings.TrimSpace(value)
			}
		}
	case "application/dtmf":
		text = strings.TrimSpace(string(req.Body()))
	}
	if len(text) != 1 || !strings.Contains("0123456789*#ABCD", text) {
		return 0, false
	}
	return rune(text[0]), true
}

// typed passes a key on behind those that came before it. It waits for
// nothing, and leaves out what is too much.
func (l *line) typed(key rune) {
	l.typing.begin.Do(func() {
		l.typing.keys = make(chan rune, maxTyped)
		l.x.spawn(l.passKeys)
	})
	select {
	case l.typing.keys <- key:
	default:
	}
}

// passKeys passes on key after key until the line ends.
func (l *line) passKeys(ctx context.Context) {
	for {
		select {
		case key := <-l.typing.keys:
			hears := make(chan *line, 1)
			l.postElse(func(c *call) { hears <- c.pressed(l, key) }, func() { hears <- nil })
			if other := <-hears; other != nil {
				l.sendKey(ctx, other, key)
			}
		case <-l.ended:
			return
		}
	}
}

// pressed takes a key that came as a message. It returns who is to hear it:
// nobody where the exchange itself has heard it.
func (c *call) pressed(l *line, key rune) *line {
	if c.service != nil && l == c.first() {
		c.service.seat.Press(key)
		return nil
	}
	other := c.other(l)
	if other == nil || l.held || other.held || c.orbit != nowhereParked {
		return nil
	}
	c.bridge.Mute(c.side(l), true) // a stream has one source at a time
	return other
}

// sendKey lets somebody hear a key of a line's that is silent meanwhile, and
// goes on to be where no other key follows.
func (l *line) sendKey(ctx context.Context, to *line, key rune) {
	_ = media.SendDigits(ctx, to.leg, string(key)) // who is gone need not hear it
	if len(l.typing.keys) > 0 {
		return
	}
	l.post(func(c *call) {
		if c.other(l) != nil {
			c.bridge.Mute(c.side(l), l.muted)
		}
	})
}

// side is where a line stands at the bridge.
func (c *call) side(l *line) media.Side {
	if l == c.first() {
		return media.A
	}
	return media.B
}
