package sound

import (
	"cmp"
	"context"
	"time"
)

// Whom is the question of a Menu for a supervisor.
const Whom = "whom"

// A Menu greets callers of a company's main number, and listens to keys while
// it speaks.
type Menu struct {
	// Question is what it asks; empty asks as a company does.
	Question string
	// Closed says that the company is, and who chooses nobody leaves a message.
	Closed bool
	// Match says whether a number is somebody's, and whether longer ones begin
	// with it, so that nobody waits for more keys than there are.
	Match func(number string) (whole, begins bool)
}

const (
	// tries is how often callers choose somebody who is not there.
	tries = 3
	// between two keys of a number.
	betweenKeys = 3 * time.Second
)

// Ask returns what a caller chooses: the number of an extension, "0" for the
// operator, or nothing for who presses nothing, or three times a number that
// is nobody's.
func (m Menu) Ask(ctx context.Context, line Line) (string, error) {
	defer line.Fill()()
	k, stop := hearKeys(line)
	defer stop()
	name := cmp.Or(m.Question, "menu")
	if m.Closed {
		name = "closed"
	}
	question := spoken(name)
	for range tries {
		if err := k.play(ctx, line, question); err != nil {
			return "", err
		}
		number, err := m.number(ctx, line, k)
		if err != nil || number == "" {
			return "", err
		}
		if whole, _ := m.Match(number); whole || number == "0" {
			return number, k.released(ctx, line)
		}
		question = spoken("again", name)
	}
	return "", nil
}

// number reads keys until they can be nobody else's number, until # or a
// pause. A star begins anew.
func (m Menu) number(ctx context.Context, line Line, k *keypad) (string, error) {
	number, patience := "", wait
	for {
		d, err := k.read(ctx, line, patience)
		switch {
		case err != nil || d == 0 || d == '#':
			return number, err
		case d == '*':
			number = ""
		default:
			number += string(d)
		}
		whole, begins := m.Match(number)
		if !begins && (whole || number == "0") {
			return number, nil
		}
		patience = betweenKeys
	}
}
