package rigtest

import (
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"testing"
)

// Ports for programs that must be told theirs before they start. The system
// gives out ports from 32768 on, and its own choice for somebody else may be
// one that was seen free a moment ago. So these are lower, and come in hundreds
// of which a process keeps the first for as long as it lives, so that others
// leave the rest alone. e2e/lib/ports.js does the same.
const (
	firstHundred = 15000
	lastHundred  = 32500
)

var ports struct {
	mu   sync.Mutex
	held []net.Listener // the first of each hundred; guarded by mu
	next int            // guarded by mu
}

// Port returns a port of 127.0.0.1 that nobody has, by UDP or TCP.
func Port(t *testing.T) int { return Ports(t, 1) }

// Ports returns the first of n ports in a row that nobody has, by UDP or TCP,
// and that nobody else is told of. n is at most 99.
func Ports(t *testing.T, n int) int {
	t.Helper()
	ports.mu.Lock()
	defer ports.mu.Unlock()
	for {
		if ports.next%100 == 0 || ports.next%100+n > 100 {
			hundred(t)
		}
		first := ports.next
		ports.next += n
		if free(first, n) {
			return first
		}
	}
}

// hundred takes any hundred ports that no other process has. ports.mu is held.
func hundred(t *testing.T) {
	t.Helper()
	const all = (lastHundred-firstHundred)/100 + 1
	for i, from := 0, rand.N(all); i < all; i++ {
		p := firstHundred + 100*((from+i)%all)
		if l, err := net.Listen("tcp", at(p)); err == nil {
			ports.held, ports.next = append(ports.held, l), p+1
			return
		}
	}
	t.Fatal("no port is free")
}

func free(first, n int) bool {
	for p := first; p < first+n; p++ {
		l, err := net.Listen("tcp", at(p))
		if err != nil {
			return false
		}
		l.Close()
		u, err := net.ListenPacket("udp", at(p))
		if err != nil {
			return false
		}
		u.Close()
	}
	return true
}

func at(port int) string { return fmt.Sprint("127.0.0.1:", port) }
