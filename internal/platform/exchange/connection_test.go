package exchange_test

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"offhook/internal/media/mediatest"
	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/exchange/trunk"
	"offhook/internal/sip"
)

func TestACallOutlivesTheTrunksConnection(t *testing.T) {
	t.Parallel()
	w, c, ada := adasTrunk(t, trunk.TCP, func(cfg *trunk.Config) { cfg.Retry = 10 * time.Millisecond })
	first := mediatest.Wait(t, "the trunk's connection", c.flows)
	_, there := c.talking(ada)
	first.Close()
	next := mediatest.Wait(t, "the trunk's next connection", c.flows)
	there.ear.Hears(t, adaHz)
	there.Dialog = there.On(next)
	if res := there.send(sip.BYE, "", ""); res.StatusCode != 200 {
		t.Errorf("hanging up over the next connection: %d", res.StatusCode)
	}
	ada.ended()
	w.idle(t)
}

func TestManySendersDoNotPushTheCarrierOut(t *testing.T) {
	t.Parallel()
	w, c, ada := adasTrunk(t, trunk.UDP)
	out, there := c.talking(ada)
	for i := range 300 { // with the carrier's address, as anybody can write it on a datagram
		conn, err := net.Dial("udp", w.x.Trunk.Addr())
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(patience))
		req := sip.NewRequest(sip.Outline{Method: sip.OPTIONS, Target: sip.URI{Scheme: "sip", Host: "trunk.test"}, From: sip.Address{URI: sip.URI{Scheme: "sip", Host: "a.test"}}, To: sip.Address{URI: sip.URI{Scheme: "sip", Host: "trunk.test"}}})
		sip.SetHeader(req, "Via", fmt.Sprintf("SIP/2.0/UDP %s;branch=z9hG4bK%d;rport", conn.LocalAddr(), i))
		if _, err := conn.Write([]byte(req.String())); err != nil {
			t.Fatal(err)
		}
		if _, err := conn.Read(make([]byte, 2048)); err != nil {
			t.Fatalf("the %dth sender has no answer: %v", i, err)
		}
		conn.Close()
	}
	there.ear.Hears(t, adaHz)
	c.hangUp(out)
	_, there = c.talking(ada)
	there.hangsUp(ada)
	w.idle(t)
}

func TestACarrierThatIsNotThereIsSaidAtOnce(t *testing.T) {
	t.Parallel()
	w, c, ada := adasTrunk(t, trunk.TCP, func(cfg *trunk.Config) { cfg.Retry = 10 * time.Millisecond })
	c.leave()
	mediatest.Wait(t, "the trunk's connection", c.flows).Close()
	for {
		s, changed := w.x.Trunk.State()
		if !s.Ready && s.Trouble != "" {
			break
		}
		mediatest.Wait(t, "the trunk to say that it has none", changed)
	}
	ada.call(far)
	ada.ended()
	rows := w.rows(t, apitest.Ada)
	if got := rows[len(rows)-1].Record.Result; got != "Call Failed" {
		t.Errorf("a call without a carrier: %s", got)
	}
	w.idle(t)
}

func TestACarrierWithoutAGoodCertificateIsNotSpokenTo(t *testing.T) {
	t.Parallel()
	w, c := trunked(t, trunk.TLS, func(cfg *trunk.Config) { cfg.Client, cfg.Retry = nil, 10*time.Millisecond })
	for {
		s, changed := w.x.Trunk.State()
		if strings.Contains(s.Trouble, "certificate") {
			break
		}
		mediatest.Wait(t, "the trunk to say what is wrong", changed)
	}
	select {
	case <-c.flows:
		t.Error("a carrier that proves nothing was asked something")
	default:
	}
}

func TestACarrierByIPv6(t *testing.T) {
	t.Parallel()
	w, c := trunkedAt(t, trunk.UDP, net.IPv6loopback)
	ada := w.handset(t, apitest.Ada, adaHz)
	w.ready(t)
	out := ada.call(far)
	tx := mediatest.Wait(t, "the carrier to be called", c.calls)
	if got := tx.Request().Recipient.Host; got != "[::1]" {
		t.Errorf("the carrier is asked for somebody at %s", got)
	}
	if contact := sip.HeaderValue(tx.Request(), "Contact"); !strings.Contains(contact, "@[::1]:") {
		t.Errorf("the Contact is %s", contact)
	}
	s := c.take(tx, 900)
	out.ear.Hears(t, 900)
	s.ear.Hears(t, adaHz)
	c.hangUp(out)

	f := mediatest.Wait(t, "the trunk's connection", c.flows)
	_, answer := c.call(t.Context(), f, apitest.AdaPhone, far)
	in := ada.answer(ada.rings())
	caller, _ := answer()
	in.ear.Hears(t, 700)
	caller.ear.Hears(t, adaHz)
	c.hangUp(in)
	w.idle(t)
}
