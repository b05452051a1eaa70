package exchange_test

import (
	"testing"

	"offhook/internal/media"
	"offhook/internal/media/mediatest"
)

// press presses a key.
func (c *talk) press(t *testing.T, digit rune) {
	t.Helper()
	if err := media.SendDigits(t.Context(), c.leg, string(digit)); err != nil {
		t.Fatal(err)
	}
}

// say says a sentence.
func (c *talk) say(t *testing.T) {
	t.Helper()
	mediatest.Speak(c.leg)
}
