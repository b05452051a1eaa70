package natsbus

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
)

func TestWhatWasHeardIsKnownForAsLongAsItMayBeRepeated(t *testing.T) {
	var r replays
	begin := time.Unix(1_000_000, 0)
	heard := map[string]time.Time{}
	for i := range 1000 {
		at := begin.Add(time.Duration(i) * time.Second)
		name := fmt.Sprint(i)
		if !r.first([]byte(name), at) {
			t.Fatalf("%s is taken for heard before", name)
		}
		heard[name] = at
		for name, since := range heard {
			if at.Sub(since) > window {
				delete(heard, name)
			} else if r.first([]byte(name), at) {
				t.Fatalf("%s of %s ago is taken for new", name, at.Sub(since))
			}
		}
		if n := len(r.now) + len(r.before); n > 3*int(window/time.Second) {
			t.Fatalf("%d are kept", n)
		}
	}
}

// unsealed is a Sealer for tests of what is inside.
type unsealed struct{}

func (unsealed) Seal(plain []byte, _ string) []byte           { return plain }
func (unsealed) Open(sealed []byte, _ string) ([]byte, error) { return sealed, nil }

// What a server was asked that has ended since is nothing to the one that
// takes its place, though the sealed question is in time.
func TestAQuestionToAServerBeforeIsNotAnswered(t *testing.T) {
	b := &Bus{sealer: unsealed{}}
	m := &nats.Msg{Subject: prefix + asked + "test", Data: b.question(t.Context(), "test", []byte("call them"))}
	if _, _, err := b.heed(m, time.Now().Add(2*differing)); !errors.Is(err, errLate) {
		t.Errorf("a question of before: %v", err)
	}
	if data, _, err := b.heed(m, time.Now()); err != nil || string(data) != "call them" {
		t.Errorf("a question of now: %q, %v", data, err)
	}
}
