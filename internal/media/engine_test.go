package media_test

import (
	"errors"
	"net"
	"runtime"
	"strings"
	"testing"
	"time"

	"offhook/internal/media"
	"offhook/internal/media/mediatest"
	"offhook/internal/rigtest"
)

func TestNothingIsLeftOfLegsThatHaveEnded(t *testing.T) {
	before := runtime.NumGoroutine()
	// As many ports as the legs of one round need: those of a round before
	// must be free again.
	const rounds, pairs = 5, 5
	const needed = 2*pairs + 5
	first := uint16(rigtest.Ports(t, needed))
	e, err := media.NewEngine(media.Config{LegIP: net.IPv4(127, 0, 0, 1), PortMin: first, PortMax: first + needed - 1})
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

func TestAddressesThatAreAnnounced(t *testing.T) {
	pages := mediatest.Engine(t)
	offer, err := mediatest.Leg(t, pages).Offer(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		config media.Config
	}{
		{"behind a router", media.Config{BrowserAddr: "0.0.0.0:0", TCPAddr: "0.0.0.0:0", Announce: []net.IP{net.IPv4(203, 0, 113, 7)}}},
		{"on one address", media.Config{LegIP: net.IPv4(127, 0, 0, 1), Announce: []net.IP{net.IPv4(203, 0, 113, 7)}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			e, err := media.NewEngine(tt.config)
			if err != nil {
				t.Fatal(err)
			}
			defer e.Close()
			_, answer, err := e.Browser(t.Context(), offer)
			if err != nil {
				t.Fatal(err)
			}
			own, err := mediatest.Leg(t, e).Offer(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, sdp := range []string{answer, own} {
				if n := strings.Count(sdp, "1 udp 2130706431 203.0.113.7 "); n > max(outside(t), 1) || n > 0 != strings.Contains(sdp, "c=IN IP4 203.0.113.7\r\n") || strings.Contains(sdp, " 127.0.0.1 ") {
					t.Errorf("%d ways for UDP, want 203.0.113.7 for each of the %d addresses that others reach, and no other:\n%s", n, outside(t), sdp)
				}
			}
		})
	}
}

// outside counts this machine's addresses that are not loopback.
func outside(t *testing.T) (n int) {
	all, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range all {
		if ip, ok := a.(*net.IPNet); ok && ip.IP.To4() != nil && !ip.IP.IsLoopback() {
			n++
		}
	}
	return n
}
