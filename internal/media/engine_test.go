package media_test

import (
	"errors"
	"net"
	"runtime"
	"testing"
	"time"

	"offhook/internal/media"
	"offhook/internal/media/mediatest"
)

func TestNothingIsLeftOfLegsThatHaveEnded(t *testing.T) {
	before := runtime.NumGoroutine()
	// As many ports as the legs of one round need: those of a round before
	// must be free again.
	const rounds, pairs = 5, 5
	e, err := media.NewEngine(media.Config{LegIP: net.IPv4(127, 0, 0, 1), PortMin: 42000, PortMax: 42000 + 2*pairs + 4})
	if err != nil {
		t.Fatal(err)
	}
	for range rounds {
		var legs []*media.Leg
		for range pairs {
			a, b := mediatest.Connect(t, e)
			b.Fill()
			legs = append(legs, a, b)
		}
		for _, l := range legs {
			l.Close()
		}
		e.Settle()
	}
	if n := e.Legs(); n != 0 {
		t.Errorf("%d legs are counted as open", n)
	}
	if err := e.Close(); err != nil {
		t.Errorf("closing: %v", err)
	}
	if _, err := e.Leg(); !errors.Is(err, media.ErrClosed) {
		t.Errorf("a leg of a closed engine: %v, want ErrClosed", err)
	}
	// pion's last goroutines end on their own.
	for late := time.Now().Add(20 * time.Second); runtime.NumGoroutine() > before; runtime.Gosched() {
		if time.Now().After(late) {
			stacks := make([]byte, 1<<16)
			t.Fatalf("%d goroutines before, %d after:\n%s", before, runtime.NumGoroutine(), stacks[:runtime.Stack(stacks, true)])
		}
	}
}

func TestAnEngineSaysWhichAddressIsTaken(t *testing.T) {
	e := mediatest.Engine(t)
	_, err := media.NewEngine(media.Config{BrowserAddr: e.BrowserAddr().String()})
	if err == nil {
		t.Fatal("two engines share a port")
	}
	t.Log(err)
}
