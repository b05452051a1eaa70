package exchange_test

import (
	"context"
	"strings"
	"testing"

	"offhook/internal/media"
	"offhook/internal/media/mediatest"
	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/exchange/trunk"
	"offhook/internal/rc"
	"offhook/internal/sip"
)

func TestCallsGoOutAndComeInByEveryTransport(t *testing.T) {
	t.Parallel()
	for _, transport := range []string{trunk.UDP, trunk.TCP, trunk.TLS} {
		t.Run(transport, func(t *testing.T) {
			w, c, ada := adasTrunk(t, transport)

			out := ada.call(far)
			tx := mediatest.Wait(t, "the carrier to be called", c.calls)
			if got := tx.Request().Recipient.User; got != far {
				t.Errorf("the carrier is asked for %s", got)
			}
			if encrypted := strings.Contains(string(tx.Request().Body()), "RTP/SAVP"); encrypted != (transport == trunk.TLS) {
				t.Errorf("sound is encrypted: %v", encrypted)
			}
			_ = tx.Respond(180, "Ringing")
			there := c.take(tx, 900)
			out.ear.Hears(t, 900)
			there.ear.Hears(t, adaHz)
			if res := there.send(sip.REFER, "", ""); res.StatusCode != 403 {
				t.Errorf("a carrier that transfers is answered %d", res.StatusCode)
			}
			c.hangUp(out)
			w.idle(t)

			f := mediatest.Wait(t, "the trunk's connection", c.flows)
			_, answer := c.call(t.Context(), f, apitest.AdaPhone, "+12125550000")
			ring := ada.rings()
			if got := ring.Request().From().Address.User; got != "+12125550000" {
				t.Errorf("the phone shows %s", got)
			}
			in := ada.answer(ring)
			caller, _ := answer()
			in.ear.Hears(t, 700)
			caller.ear.Hears(t, adaHz)
			caller.hangsUp(ada)
			w.idle(t)
			if n := w.x.Trunk.Calls(); n != 0 {
				t.Errorf("%d calls are counted after the last", n)
			}
		})
	}
}

// refused is a call that the gate does not let out: the phone is told at once,
// and the caller's log says why.
func (w *world) refused(t *testing.T, p *handset, number, result string) {
	t.Helper()
	c := p.try(number)
	if got := c.codes[len(c.codes)-1]; got != 486 {
		t.Errorf("calling %s: %v, want a refusal", number, c.codes)
	}
	rows := w.rows(t, apitest.Ada)
	if got := rows[len(rows)-1].Record.Result; got != result {
		t.Errorf("calling %s: the log says %s, want %s", number, got, result)
	}
}

func TestNothingGoesOutThatTheGateDoesNotLet(t *testing.T) {
	t.Parallel()
	w, c := trunked(t, trunk.UDP, func(cfg *trunk.Config) { cfg.Gate.PerUser = 2 })
	ada, bob := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, 500)
	w.ready(t)

	w.refused(t, ada, abroad, "Restricted Number")
	for _, help := range []string{"+1911", "+49112", "+44999", "+353112"} {
		w.refused(t, ada, help, "Restricted Number")
	}
	w.let(t, apitest.Ada, false)
	w.refused(t, ada, far, "Restricted Number")

	// Nor by a transfer, a forward or a request of somebody who may not.
	talk := ada.call("102")
	there := bob.answer(bob.rings())
	talk.ear.Hears(t, 500)
	if code := talk.send(sip.REFER, "", "", "Refer-To", "<sip:"+far+"@"+domain+">"); code != 202 {
		t.Errorf("REFER: %d", code)
	}
	for {
		if got := mediatest.Wait(t, "the outcome of the transfer", ada.sipfrags); got != "SIP/2.0 100 Trying" {
			if got == "SIP/2.0 200 OK" {
				t.Error("a transfer went outside that may not")
			}
			break
		}
	}
	if _, err := w.x.CallOut(t.Context(), apitest.Acme, apitest.Ada, ada.id, rc.CallTarget{PhoneNumber: far}); err == nil || !strings.Contains(err.Error(), "administrator") {
		t.Errorf("a request to call outside: %v", err)
	}
	talk.hangup()
	there.p.ended()
	in := ada.call("102")
	ring := bob.rings()
	party := partyOf(sip.HeaderValue(ring.Request(), "p-rc-api-ids"))
	if err := w.x.ForwardParty(t.Context(), sessionOf(in.ids), party, rc.CallTarget{PhoneNumber: far}); err == nil {
		t.Error("a forward went outside that may not")
	}
	in.hangup()
	quiet(t, ring)

	// Who may is counted.
	w.let(t, apitest.Ada, true)
	for range 2 {
		out := ada.call(far)
		tx := mediatest.Wait(t, "the carrier to be called", c.calls)
		out.hangup()
		mediatest.Wait(t, "the carrier's phone to be quiet", tx.Cancelled())
	}
	third := ada.call(far) // the phone is accepted, and hears that it is busy
	ada.ended()
	_ = third
	rows := w.rows(t, apitest.Ada)
	if got := rows[len(rows)-1].Record.Result; got != "Restricted Number" {
		t.Errorf("the third call within a minute: %s", got)
	}
	select {
	case tx := <-c.calls:
		t.Errorf("the carrier was called: %s", tx.Request().Recipient.User)
	default:
	}
	w.idle(t)
}

func TestCarriersAnswersAreToldAsReasons(t *testing.T) {
	t.Parallel()
	w, c, ada := adasTrunk(t, trunk.UDP, func(cfg *trunk.Config) { cfg.Gate.PerUser = 60 })
	for _, tt := range []struct {
		code int
		want string
	}{
		{404, "Wrong Number"}, {403, "Restricted Number"}, {480, "No Answer"}, {486, "Busy"}, {603, "Rejected"}, {503, "Call Failed"},
	} {
		call := ada.call(far)
		tx := mediatest.Wait(t, "the carrier to be called", c.calls)
		_ = tx.Respond(tt.code, "No")
		w.until(t, "the end of the caller's part", func() bool { return len(w.steps) > 0 && w.steps[len(w.steps)-1].State == rc.NoCall })
		rows := w.rows(t, apitest.Ada)
		if got := rows[len(rows)-1].Record.Result; got != tt.want {
			t.Errorf("after %d the log says %s, want %s", tt.code, got, tt.want)
		}
		call.hangup()
		w.mu.Lock()
		w.steps = nil
		w.mu.Unlock()
	}
	w.idle(t)
}

func TestWhoCallsHearsWhatTheCarrierSaysBeforeAnybodyAnswers(t *testing.T) {
	t.Parallel()
	w, c, ada := adasTrunk(t, trunk.UDP)
	out := ada.call(far)
	tx := mediatest.Wait(t, "the carrier to be called", c.calls)
	announcement := mediatest.Leg(t, c.engine)
	sdp, err := announcement.Answer(t.Context(), string(tx.Request().Body()))
	if err != nil {
		t.Fatal(err)
	}
	_ = tx.Respond(183, "Session Progress", sip.WithBody(sip.SDP, []byte(sdp)))
	hush := mediatest.Sing(t, announcement, 600)
	out.ear.Hears(t, 600)
	hush()
	before := mediatest.Listen(t, announcement)
	there := c.take(tx, 900) // at another address
	if heard := before.Codecs(); len(heard) > 0 {
		t.Errorf("the carrier heard %v before anybody answered", heard)
	}
	out.ear.Hears(t, 900)
	there.ear.Hears(t, adaHz)
	c.hangUp(out)
	w.idle(t)
}

func TestCarriersHoldAndKeepCallsAlive(t *testing.T) {
	t.Parallel()
	w, c, ada := adasTrunk(t, trunk.UDP)
	out, there := c.talking(ada)
	held := string(sip.NextVersion(sip.WithDirection([]byte(there.sdp), sip.SendOnly)))
	if res := there.send(sip.INVITE, held, sip.SDP); res.StatusCode != 200 || sip.DirectionOf(res.Body()) != sip.RecvOnly {
		t.Errorf("holding: %d\n%s", res.StatusCode, res.Body())
	}
	back := string(sip.NextVersion(sip.WithDirection([]byte(held), sip.SendRecv)))
	if res := there.send(sip.INVITE, back, sip.SDP); res.StatusCode != 200 || sip.DirectionOf(res.Body()) != sip.SendRecv {
		t.Errorf("taking back: %d\n%s", res.StatusCode, res.Body())
	}
	there.ear.Hears(t, adaHz)
	if res := there.send(sip.UPDATE, "", ""); res.StatusCode != 200 {
		t.Errorf("keeping alive: %d", res.StatusCode)
	}
	there.hush() // who sends keys does not speak
	out.hush()
	keys := make(chan rune, 9)
	stop := out.leg.Listen(media.Digits(func(d rune) { keys <- d }))
	defer stop()
	if err := media.SendDigits(t.Context(), there.leg, "7"); err != nil {
		t.Fatal(err)
	}
	if d := mediatest.Wait(t, "the carrier's key", keys); d != '7' {
		t.Errorf("heard the key %c", d)
	}
	far := make(chan rune, 9)
	defer there.leg.Listen(media.Digits(func(d rune) { far <- d }))()
	if err := media.SendDigits(t.Context(), out.leg, "9"); err != nil {
		t.Fatal(err)
	}
	if d := mediatest.Wait(t, "the phone's key", far); d != '9' {
		t.Errorf("the carrier heard the key %c", d)
	}
	if res := there.send(sip.INFO, "Signal=5\r\nDuration=160\r\n", "application/dtmf-relay"); res.StatusCode != 200 {
		t.Errorf("a key: %d", res.StatusCode)
	}
	if d := mediatest.Wait(t, "the key of a message", keys); d != '5' {
		t.Errorf("heard the key %c", d)
	}
	there.hangsUp(ada)
	w.idle(t)
}

func TestCallsInReachNothingButNumbersOfThePlatform(t *testing.T) {
	t.Parallel()
	w, c, ada := adasTrunk(t, trunk.UDP)
	f := mediatest.Wait(t, "the trunk's connection", c.flows)
	for _, number := range []string{far, "101", "*601", "*801", "911", "conf_x", "+1911", ""} {
		_, answer := c.call(t.Context(), f, number, "+12125550000")
		if _, res := answer(); res == nil || res.StatusCode != 404 {
			t.Errorf("calling %q from outside: %v, want 404", number, res)
		}
	}
	if _, answer := c.call(t.Context(), f, apitest.AdaPhone, "x", "Require", "100rel, precondition"); true {
		if _, res := answer(); res == nil || res.StatusCode != 420 || sip.HeaderValue(res, "Unsupported") != "precondition" {
			t.Errorf("a call that requires what is not there: %v", res)
		}
	}
	// Somebody withheld is nobody, and who gives up stops the ringing.
	ctx, giveUp := context.WithCancel(t.Context())
	_, answer := c.call(ctx, f, apitest.AdaPhone, "+12125550000", "Privacy", "id")
	ring := ada.rings()
	if got := ring.Request().From().Address.User; got != "anonymous" {
		t.Errorf("the phone shows %s", got)
	}
	giveUp()
	answer()
	quiet(t, ring)
	// A declined call is declined.
	_, answer = c.call(t.Context(), f, strings.TrimPrefix(apitest.AdaPhone, "+"), "+12125550000")
	_ = ada.rings().Respond(603, "Decline")
	if _, res := answer(); res == nil || res.StatusCode != 486 && res.StatusCode != 603 {
		t.Errorf("a declined call is answered %v", res)
	}
	w.idle(t)
	if n := w.x.Trunk.Calls(); n != 0 {
		t.Errorf("%d calls are counted after the last", n)
	}
}

func TestWhoHidesTheirNumberIsShownToTheCarrierAlone(t *testing.T) {
	t.Parallel()
	w, c, ada := adasTrunk(t, trunk.UDP)
	for _, tt := range []struct {
		name, asks, from, privacy string
	}{
		{"openly", "", apitest.AdaPhone, ""},
		{"withheld", "<sip:anonymous@" + domain + ">", "anonymous", "id"},
	} {
		req := make(chan *talk, 1)
		go func() { req <- ada.try(far, "P-Asserted-Identity", tt.asks) }()
		tx := mediatest.Wait(t, "the carrier to be called", c.calls)
		got := tx.Request()
		if got.From().Address.User != tt.from || sip.HeaderValue(got, "Privacy") != tt.privacy {
			t.Errorf("%s: From is %s, Privacy %q", tt.name, got.From().Value(), sip.HeaderValue(got, "Privacy"))
		}
		if id := sip.HeaderValue(got, "P-Asserted-Identity"); !strings.Contains(id, apitest.AdaPhone) {
			t.Errorf("%s: the carrier is told %q", tt.name, id)
		}
		talk := mediatest.Wait(t, "the phone's call", req)
		talk.hangup()
		mediatest.Wait(t, "the carrier's phone to be quiet", tx.Cancelled())
	}
	w.idle(t)
}

func TestWhoTakesACallOutsidePaysForIt(t *testing.T) {
	t.Parallel()
	w, c := trunked(t, trunk.UDP)
	w.let(t, apitest.Bob, true)
	w.let(t, apitest.Ada, false)
	ada, bob := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, 500)
	w.ready(t)

	// Bob passes on what rings at his phone.
	in := ada.call("102")
	ring := bob.rings()
	party := partyOf(sip.HeaderValue(ring.Request(), "p-rc-api-ids"))
	if err := w.x.ForwardParty(t.Context(), sessionOf(in.ids), party, rc.CallTarget{PhoneNumber: far}); err != nil {
		t.Fatal(err)
	}
	tx := mediatest.Wait(t, "the carrier to be called", c.calls)
	if got := tx.Request().From().Address.User; got != apitest.BobPhone {
		t.Errorf("the carrier is shown %s, who does not pay", got)
	}
	there := c.take(tx, 900)
	in.ear.Hears(t, 900)
	there.ear.Hears(t, adaHz)
	c.hangUp(in)

	// Bob transfers whom he talks with.
	in = ada.call("102")
	talk := bob.answer(bob.rings())
	in.ear.Hears(t, 500)
	if code := talk.send(sip.REFER, "", "", "Refer-To", "<sip:"+far+"@"+domain+">"); code != 202 {
		t.Fatalf("REFER: %d", code)
	}
	there = c.take(mediatest.Wait(t, "the carrier to be called", c.calls), 900)
	in.ear.Hears(t, 900)
	there.ear.Hears(t, adaHz)
	there.hangsUp(ada)
	w.idle(t)
}

func TestACarrierWithPCMAAlone(t *testing.T) {
	t.Parallel()
	w, c, ada := adasTrunk(t, trunk.UDP)
	out := ada.call(far)
	tx := mediatest.Wait(t, "the carrier to be called", c.calls)
	offer := string(tx.Request().Body())
	if !strings.Contains(offer, "RTP/AVP 0 8 101") {
		t.Fatalf("a carrier is offered\n%s", offer)
	}
	s := c.takeOf(tx, strings.Replace(offer, "RTP/AVP 0 8 101", "RTP/AVP 8 101", 1), 900)
	out.ear.Hears(t, 900)
	s.ear.Hears(t, adaHz)
	c.hangUp(out)
	w.idle(t)
}
