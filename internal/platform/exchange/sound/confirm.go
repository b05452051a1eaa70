package sound

import (
	"context"
	"time"

	"offhook/internal/media"
)

// An Answer is what somebody says by a key.
type Answer int

// The answers to Confirm.
const (
	Silent Answer = iota // no key was pressed, however often it was asked
	No                   // another key than 1
	Yes
)

// perAsking is how long a key is waited for after each question.
const perAsking = 4 * time.Second

// Confirm asks whoever has answered their phone to press 1 before somebody
// else is called for them, three times at most, and tells who does not that
// nobody was.
func Confirm(ctx context.Context, line Line) (Answer, error) {
	defer line.Fill()()
	k, stop := hearKeys(line)
	defer stop()
	a, err := k.confirm(ctx, line)
	if err != nil {
		return a, err
	}
	if a == Yes {
		return a, k.released(ctx, line)
	}
	return a, media.Play(ctx, line, spoken("notplaced"))
}

func (k *keypad) confirm(ctx context.Context, line Line) (Answer, error) {
	for range tries {
		if err := k.play(ctx, line, spoken("firstone")); err != nil {
			return Silent, err
		}
		switch d, err := k.read(ctx, line, perAsking); {
		case err != nil:
			return Silent, err
		case d == '1':
			return Yes, nil
		case d != 0:
			return No, nil
		}
	}
	return Silent, nil
}
