package sound

import (
	"context"
	"time"

	"offhook/internal/media"
)

// A Message is what a caller has left.
type Message struct {
	Sound media.Sound // without the silence around it
}

// Empty reports whether nothing was said.
func (m Message) Empty() bool { return m.Sound.Duration() < shortest }

const (
	longestMessage = 3 * time.Minute // RingCentral's limit
	shortest       = time.Second     // below, somebody has hung up at the tone
)

// greeting is what answers for an extension: its own when it has one, or a
// sentence with its number. Pressing # goes on to the tone at once.
func greeting(number string, own media.Sound) media.Sound {
	if len(own) > 0 {
		return own
	}
	return spoken(append(append([]string{"extension"}, digits(number)...), "unavailable")...)
}

// Voicemail answers for an extension: greeting, tone, and then it listens
// until #, until the caller hangs up or for three minutes. The message is
// returned whatever ended it, with an error when there is nobody to say
// Goodbye to any more; it is for the caller of this function to keep. own is
// the extension's greeting, empty for the usual one with its number.
func Voicemail(ctx context.Context, line Line, number string, own media.Sound) (Message, error) {
	defer line.Fill()()
	k, stop := hearKeys(line)
	defer stop()
	if err := k.play(ctx, line, greeting(number, own)); err != nil {
		return Message{}, err
	}
	for len(k.pressed) > 0 { // those that cut the greeting short
		<-k.pressed
	}
	if err := media.Play(ctx, line, media.Beep()); err != nil {
		return Message{}, err
	}
	return k.record(ctx, line)
}

// Goodbye tells who has left a message that it is kept, or that nothing was
// heard.
func Goodbye(ctx context.Context, line Line, m Message) error {
	if m.Empty() {
		return Say(ctx, line, "nothing")
	}
	return Say(ctx, line, "saved")
}

// record listens until # or the end.
func (k *keypad) record(ctx context.Context, line Line) (Message, error) {
	r := media.Recorder{Limit: longestMessage}
	stop := line.Listen(func(p media.Packet) { r.Hear(media.A, p) })
	defer stop()
	over := time.NewTimer(longestMessage)
	defer over.Stop()
	var err error
	for listening := true; listening; {
		select {
		case d := <-k.pressed:
			listening = d != '#'
		case <-over.C:
			listening = false
		case <-line.Done():
			err, listening = media.ErrGone, false
		case <-ctx.Done():
			err, listening = ctx.Err(), false
		}
	}
	return Message{Sound: r.Stop().Trim(200 * time.Millisecond)}, err
}
