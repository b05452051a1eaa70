package sound

import (
	"context"
	"time"

	"offhook/internal/media"
)

// A Mailbox is where an extension's messages are.
type Mailbox interface {
	// New lists the messages that have not been heard, the oldest first.
	New(ctx context.Context) ([]Left, error)
	// Sound reads a message's recording.
	Sound(ctx context.Context, id string) (media.Sound, error)
	// Heard marks a message as heard.
	Heard(ctx context.Context, id string) error
	// Delete takes a message away.
	Delete(ctx context.Context, id string) error
}

// A Left message is one that waits in a Mailbox.
type Left struct {
	ID   string
	From string // the caller's number; empty when withheld
}

// Access plays an extension's new messages to it. After each, 1 plays it
// again, 2 or # keeps it and goes on, 3 deletes it. It returns when the last
// has been heard and goodbye been said, or what ended it before.
func Access(ctx context.Context, line Line, box Mailbox) error {
	defer line.Fill()()
	k, stop := hearKeys(line)
	defer stop()
	left, err := box.New(ctx)
	if err != nil {
		return err
	}
	if len(left) == 0 {
		return Say(ctx, line, "none")
	}
	if err := k.play(ctx, line, spoken(count(len(left))...)); err != nil {
		return err
	}
	for _, m := range left {
		if err := k.offer(ctx, line, box, m); err != nil {
			return err
		}
	}
	return Say(ctx, line, "last")
}

func count(n int) []string {
	words := append([]string{"youhave"}, cardinal(n)...)
	if n == 1 {
		return append(words, "message")
	}
	return append(words, "messages")
}

// offer plays one message until the listener has decided about it. Without a
// key it is kept.
func (k *keypad) offer(ctx context.Context, line Line, box Mailbox, m Left) error {
	recorded, err := box.Sound(ctx, m.ID)
	if err != nil {
		return err
	}
	from := []string{"unknown"}
	if m.From != "" {
		from = append([]string{"from"}, digits(m.From)...)
	}
	whole := spoken(from...).Then(media.Silence(300*time.Millisecond), recorded, media.Beep())
	for {
		if err := k.play(ctx, line, whole); err != nil {
			return err
		}
		if err := box.Heard(ctx, m.ID); err != nil {
			return err
		}
		if err := k.play(ctx, line, spoken("keys")); err != nil {
			return err
		}
		switch d, err := k.read(ctx, line, wait); {
		case err != nil:
			return err
		case d == '1':
			continue
		case d == '3':
			if err := box.Delete(ctx, m.ID); err != nil {
				return err
			}
			return Say(ctx, line, "deleted")
		default:
			return nil
		}
	}
}
