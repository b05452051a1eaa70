package sip_test

import (
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"offhook/internal/sip"
)

// A crowd is a socket that anybody writes to, under any name.
type crowd struct {
	wire
	packets chan packet

	mu   sync.Mutex
	told map[string]int // guarded by mu: packets by whom they were for
}

type packet struct {
	from string
	data []byte
}

func newCrowd() *crowd {
	return &crowd{wire: wire{at: "192.0.2.1:5060", gone: make(chan struct{})}, packets: make(chan packet, 999), told: map[string]int{}}
}

func (c *crowd) ReadFrom(p []byte) (int, net.Addr, error) {
	select {
	case got := <-c.packets:
		return copy(p, got.data), place(got.from), nil
	case <-c.gone:
		return 0, nil, net.ErrClosed
	}
}

func (c *crowd) WriteTo(p []byte, to net.Addr) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(strings.TrimSpace(string(p))) > 0 {
		c.told[to.String()]++
	}
	return len(p), nil
}

// spoofed sends a question under n names, and waits until all were dealt with.
func (c *crowd) spoofed(n int, method sip.Method) {
	for i := range n {
		c.says(fmt.Sprintf("192.0.2.2:%d", 10000+i), method)
		time.Sleep(time.Millisecond) // of the bubble
	}
	synctest.Wait()
}

// says sends one question.
func (c *crowd) says(from string, method sip.Method) {
	req := request(method, 1)
	sip.SetHeader(req, "Via", "SIP/2.0/UDP "+from+";branch=z9hG4bK"+sip.Token()+";rport")
	c.packets <- packet{from, []byte(req.String())}
}

func (c *crowd) answered(to string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.told[to]
}

func ended(f *sip.Flow) bool {
	select {
	case <-f.Done():
		return true
	default:
		return false
	}
}

func TestFlowsThatAreNeededAreNotPushedOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCrowd()
		d := sip.NewDatagrams(c)
		ringing := false
		d.Accept = func(net.Addr) sip.Handler {
			return sip.HandlerFunc(func(tx *sip.Tx) {
				if tx.Request().IsInvite() && ringing {
					return // it has no answer yet
				}
				accepting(tx)
			})
		}
		go d.Serve()
		open := func(at string) *sip.Flow {
			f, err := d.Flow(place(at), nobody)
			if err != nil {
				t.Fatal(err)
			}
			return f
		}
		carrier, idle := open("192.0.2.9:5060"), open("192.0.2.8:5060")
		release := carrier.Keep()
		c.spoofed(600, sip.OPTIONS)
		if ended(carrier) || open("192.0.2.9:5060") != carrier {
			t.Error("the flow that somebody keeps was pushed out")
		}
		if !ended(idle) {
			t.Error("a flow that nobody needs has stayed")
		}

		// Where everybody is busy, strangers have to wait, and our own do not.
		ringing = true
		c.spoofed(400, sip.INVITE)
		if ended(carrier) {
			t.Error("the flow was pushed out by calls")
		}
		ringing = false
		c.says("192.0.2.3:5060", sip.OPTIONS)
		synctest.Wait()
		if n := c.answered("192.0.2.3:5060"); n != 0 {
			t.Errorf("a stranger was let in in the place of a call, and answered %d times", n)
		}
		if second := open("192.0.2.7:5060"); ended(second) {
			t.Error("there is no room for a peer of our own choice")
		}
		release()
		release()
		d.Close()
	})
}
