package exchange_test

import (
	"errors"
	"testing"

	"offhook/internal/media"
	"offhook/internal/media/mediatest"
	"offhook/internal/platform/api/apitest"
)

// connected is a call of Ada's to Bob, who has answered.
func (w *world) connected(t *testing.T) (ada, bob *handset, a, b *talk) {
	t.Helper()
	ada, bob = w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz)
	a = ada.call("102")
	b = bob.answer(bob.rings())
	a.ear.Hears(t, bobHz)
	b.ear.Hears(t, adaHz)
	return ada, bob, a, b
}

// press presses a key. What hears it may hang up before the key is let go.
func (c *talk) press(t *testing.T, digit rune) {
	t.Helper()
	if err := media.SendDigits(t.Context(), c.leg, string(digit)); err != nil && !errors.Is(err, media.ErrGone) {
		t.Fatal(err)
	}
}

// beeped waits until a voicemail listens. Keys that are pressed before may
// come to nobody.
func (c *talk) beeped(t *testing.T) {
	t.Helper()
	c.ear.Hears(t, 1000)
}

// say says a sentence.
func (c *talk) say(t *testing.T) {
	t.Helper()
	mediatest.Speak(c.leg)
}
