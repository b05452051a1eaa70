package exchange_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/exchange"
	"offhook/internal/rc"
	"offhook/internal/sip"
	"offhook/internal/store"
)

// inAmerica are the emergency numbers of the tests' account, and those of where
// an address is in Germany.
func inAmerica(x *exchange.Exchange) {
	x.Emergency = func(_ context.Context, _, _ int64, address *rc.EmergencyAddress, digits string) (bool, error) {
		abroad := address != nil && address.CountryISOCode == "DE"
		return digits == "911" || digits == "112" || digits == "933" || abroad && digits == "110", nil
	}
}

// lives registers where help is sent to for a phone.
func (p *handset) lives(a rc.EmergencyAddress) {
	p.t.Helper()
	id, _ := strconv.ParseInt(p.id, 10, 64)
	err := p.w.Store.Write(p.t.Context(), func(tx store.PlatformTx) error { return tx.PutEmergencyAddress(p.t.Context(), id, a, p.w.Now()) })
	if err != nil {
		p.t.Fatal(err)
	}
}

var home = rc.EmergencyAddress{CustomerName: "Ada", Street: "1 Harbor Way", City: "Belmont", State: "CA", Zip: "94002", CountryISOCode: "US"}

func TestAnEmergencyCallIsAnsweredByTheTestPlatform(t *testing.T) {
	t.Parallel()
	w := newWorld(t, inAmerica)
	ada := w.handset(t, apitest.Ada, adaHz)
	ada.lives(home)
	for _, number := range []string{"911", "9-1-1", "933", "+911", "+112"} {
		c := ada.call(number)
		w.until(t, "the answer", func() bool { return w.sees(apitest.Ada, "CallConnected") })
		c.hangup()
		w.idle(t)
		w.forgets()
	}
	for _, row := range w.rows(t, apitest.Ada) {
		if got := row.Record; got.Action != "Emergency" || got.Result != rc.CallConnected || !slices.Contains([]string{"911", "112", "933"}, got.To.PhoneNumber) {
			t.Errorf("the log says %s to %s: %s", got.Action, got.To.PhoneNumber, got.Result)
		}
	}
}

func TestWithoutAnAddressNobodyCallsTheEmergencyServices(t *testing.T) {
	t.Parallel()
	w := newWorld(t, inAmerica)
	ada, other := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Ada, bobHz)
	other.lives(home) // of another device, which may be anywhere
	c := ada.try("911")
	if got := fmt.Sprint(c.codes); got != "[100 100 183 486]" {
		t.Errorf("calling without an address: %s, want 183 and 486", got)
	}
	w.idle(t)
	rows := w.rows(t, apitest.Ada)
	if len(rows) != 1 {
		t.Fatalf("%d calls in the log, want 1", len(rows))
	}
	if got := rows[0].Record; got.Reason != "Emergency Address not defined" || !strings.HasPrefix(got.ReasonDescription, "No address is registered") {
		t.Errorf("the log says %q: %q", got.Reason, got.ReasonDescription)
	}
}

func TestWhereHelpIsSentToSaysByWhichNumberItIsCalled(t *testing.T) {
	t.Parallel()
	w := newWorld(t, inAmerica)
	ada, there := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Ada, bobHz)
	ada.lives(home)
	germany := home
	germany.CountryISOCode = "DE"
	there.lives(germany)
	for _, number := range []string{"110", "+110"} {
		if c := ada.try(number); c.codes[len(c.codes)-1] != 486 {
			t.Errorf("%s from America: %v, want a refusal", number, c.codes)
		}
		there.call(number).hangup()
		w.idle(t)
	}
	calls := 0
	for _, row := range w.rows(t, apitest.Ada) {
		if row.Record.Action == "Emergency" {
			calls++
		}
	}
	if calls != 2 {
		t.Errorf("%d calls for help, want the two from Germany", calls)
	}
}

func TestAFullPhoneCallsTheEmergencyServices(t *testing.T) {
	t.Parallel()
	w := newWorld(t, inAmerica, func(x *exchange.Exchange) { x.MaxCalls = 1 })
	ada := w.handset(t, apitest.Ada, adaHz)
	ada.lives(home)
	first := ada.call("*601")
	if c := ada.try("*602"); c.codes[len(c.codes)-1] != 486 {
		t.Errorf("a second call is answered with %v, want 486", c.codes)
	}
	urgent := ada.call("911")
	urgent.hangup()
	first.hangup()
	w.idle(t)
}

func TestNobodyIsSentToTheEmergencyServices(t *testing.T) {
	t.Parallel()
	w := newWorld(t, inAmerica)
	ada, bob := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz)
	ada.lives(home)
	bob.lives(home)
	t.Run("by a transfer", func(t *testing.T) {
		c := ada.call("102")
		answered := bob.answer(bob.rings())
		answered.send(sip.REFER, "", "", "Refer-To", "<sip:911@"+domain+">")
		for _, want := range []string{"SIP/2.0 100 Trying", "SIP/2.0 404 Not Found"} {
			if got := <-bob.sipfrags; got != want {
				t.Errorf("told %q, want %q", got, want)
			}
		}
		c.hangup()
		bob.ended()
	})
	t.Run("by a request", func(t *testing.T) {
		_, err := w.x.CallOut(t.Context(), apitest.Acme, apitest.Ada, ada.id, rc.CallTarget{PhoneNumber: "911"})
		if err == nil {
			t.Error("a call-out to 911 began")
		}
		if _, err = w.x.RingOut(t.Context(), apitest.Acme, apitest.Ada, rc.RingOutOrder{From: apitest.AdaPhone, To: rc.CallTarget{PhoneNumber: "911"}}); err == nil {
			t.Error("a ring-out to 911 began")
		}
	})
	w.idle(t)
}

// sees reports whether presence has shown a state. w.mu is held.
func (w *world) sees(extensionID int64, state string) bool {
	for _, s := range w.steps {
		if s.Extension == extensionID && s.State == state {
			return true
		}
	}
	return false
}

// forgets drops what presence has shown.
func (w *world) forgets() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.steps = nil
}
