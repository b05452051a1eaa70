package exchange_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"offhook/internal/media/mediatest"
	"offhook/internal/platform/answering"
	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/exchange"
	"offhook/internal/rc"
	"offhook/internal/sip"
	"offhook/internal/store"
)

// alsoAt has a user's calls go on at another number, by its flip number.
func (w *world) alsoAt(t *testing.T, extensionID int64, flipNumber, phone string) {
	t.Helper()
	text, err := json.Marshal([]answering.Number{{ID: "1", PhoneNumber: phone, Label: "Kitchen", Type: "Other", FlipNumber: flipNumber}})
	if err != nil {
		t.Fatal(err)
	}
	err = w.Store.Write(t.Context(), func(tx store.PlatformTx) error {
		if _, err := tx.ChangeSetting(t.Context(), apitest.Acme, extensionID, answering.NumbersSetting); err != nil {
			return err
		}
		return tx.SaveSetting(t.Context(), apitest.Acme, extensionID, answering.NumbersSetting, text)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// flip asks for the call to go on elsewhere, and returns the outcome.
func (c *talk) flip(target string) (code int, number string) {
	c.p.t.Helper()
	c.send(sip.INFO, fmt.Sprintf(`{"request":{"reqid":3,"command":"callflip","target":%q}}`, target), "application/json;charset=utf-8")
	var out struct {
		Response struct {
			Result struct {
				Code   int    `json:"code"`
				Number string `json:"number"`
			} `json:"result"`
		} `json:"response"`
	}
	if err := json.Unmarshal([]byte(mediatest.Wait(c.p.t, "the outcome of a flip", c.p.infos)), &out); err != nil {
		c.p.t.Fatal(err)
	}
	return out.Response.Result.Code, out.Response.Result.Number
}

func TestACallGoesOnAtAnotherPhone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, kitchen := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz), w.handset(t, apitest.Cy, cyHz)
	w.alsoAt(t, apitest.Bob, "3", "103")
	customer := ada.call("102")
	first := bob.answer(bob.rings())
	customer.ear.Hears(t, bobHz)
	if code, _ := first.flip("7"); code == 0 {
		t.Error("a flip to a number that nobody has")
	}
	if code, number := first.flip("3"); code != 0 || number != "103" {
		t.Errorf("a flip: code %d, number %q", code, number)
	}
	tx := kitchen.rings()
	customer.ear.Hears(t, bobHz) // they talk on while it rings
	if code, _ := first.flip("103"); code == 0 {
		t.Error("a second flip meanwhile")
	}
	there := kitchen.answer(tx)
	bob.ended()
	customer.ear.Hears(t, cyHz)
	there.ear.Hears(t, adaHz)
	there.hangup()
	ada.ended()
	w.idle(t)
	wantRows(t, w, apitest.Ada, "Outbound Call connected")
	wantRows(t, w, apitest.Bob, "Inbound Accepted")
}

func TestAFlipThatNobodyTakes(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, kitchen := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz), w.handset(t, apitest.Cy, cyHz)
	w.alsoAt(t, apitest.Bob, "3", "103")
	customer := ada.call("102")
	first := bob.answer(bob.rings())
	t.Run("declined, and they talk on", func(t *testing.T) {
		first.flip("3")
		_ = kitchen.rings().Respond(603, "Decline")
		customer.ear.Hears(t, bobHz)
		first.ear.Hears(t, adaHz)
	})
	t.Run("the first phone hangs up", func(t *testing.T) {
		for code := 1; code != 0; { // the refusal may be on its way
			code, _ = first.flip("3")
		}
		tx := kitchen.rings()
		first.hangup()
		<-tx.Cancelled()
		ada.ended()
	})
	w.idle(t)
}

func TestARequestFlipsACall(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(x *exchange.Exchange) { x.CallsPerMinute = 3 })
	ada, bob, kitchen := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz), w.handset(t, apitest.Cy, cyHz)
	w.alsoAt(t, apitest.Ada, "2", "103")
	customer := ada.call("102")
	bob.answer(bob.rings())
	customer.ear.Hears(t, bobHz) // before, there is nobody to go on with
	session, party := sessionOf(customer.ids), partyOf(customer.ids)
	if err := w.x.FlipParty(t.Context(), session, party, "9"); err == nil {
		t.Error("a flip to a number that nobody has")
	}
	if err := w.x.FlipParty(t.Context(), session, party, "*2"); err != nil {
		t.Fatal(err)
	}
	there := kitchen.answer(kitchen.rings())
	ada.ended()
	there.ear.Hears(t, bobHz)
	s, _ := w.x.Book.Describe(session)
	for _, p := range s.Parties {
		if p.ID == party && p.Status.Reason != rc.ReasonCallFlip {
			t.Errorf("the first phone's party ended with %+v", p.Status)
		}
	}
	there.hangup()
	bob.ended()
	w.idle(t)
}
