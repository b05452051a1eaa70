package exchange_test

import (
	"net"
	"strings"
	"testing"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/sip"
)

// softphone is a phone without WebRTC, on a connection of its own.
func (w *world) softphone(t *testing.T, extensionID int64, hertz float64) *handset {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	served := make(chan struct{})
	go func() {
		defer close(served)
		if c, err := l.Accept(); err == nil {
			w.x.ServeStream(c)
		}
	}()
	p := w.unregistered(t, extensionID, hertz)
	p.flow.Close()
	<-p.flow.Done()
	c, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	p.flow, p.classic = sip.NewStream(c, p), true
	t.Cleanup(func() { p.flow.Close(); <-served })
	if res := p.register("60"); res.StatusCode != 200 {
		t.Fatalf("registering: %d", res.StatusCode)
	}
	return p
}

func TestPhonesWithoutWebRTCCallAndAreCalled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	plain := w.handset(t, apitest.Cy, 700)
	plain.classic = true
	if c := plain.try("*601"); c.codes[len(c.codes)-1] != 488 {
		t.Errorf("a web phone without WebRTC was answered with %v", c.codes)
	}
	old, web := w.softphone(t, apitest.Ada, 400), w.handset(t, apitest.Bob, 900)

	c := old.call("102")
	if got := strings.Count(string(c.invite.Body()), "a=crypto"); got != 1 {
		t.Fatalf("the phone offers %d keys", got)
	}
	d := web.answer(web.rings())
	c.ear.Hears(t, 900)
	d.ear.Hears(t, 400)
	c.hangup()
	web.ended()

	e := web.call("101")
	f := old.answer(old.rings())
	e.ear.Hears(t, 400)
	f.ear.Hears(t, 900)
	e.hangup()
	old.ended()
	w.idle(t)

	echo := old.call("*601")
	echo.ear.Hears(t, 400)
	echo.hangup()
	w.idle(t)
}
