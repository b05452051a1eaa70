package exchange_test

import (
	"testing"
	"time"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/exchange"
	"offhook/internal/store"
)

// session opens a session of a user with the app of the phones.
func (w *world) session(t *testing.T, id string, extensionID int64) {
	t.Helper()
	s := store.OAuthSession{ID: id, ClientID: "app", ExtensionID: extensionID, CreatedAt: w.Now(), ExpiresAt: w.Now().Add(time.Hour)}
	if err := w.Store.Write(t.Context(), func(tx store.PlatformTx) error { return tx.AddOAuthSession(t.Context(), s, "") }); err != nil {
		t.Fatal(err)
	}
}

func (w *world) end(t *testing.T, id string, extensionID int64) {
	t.Helper()
	err := w.Store.Write(t.Context(), func(tx store.PlatformTx) error {
		_, err := tx.EndOAuthSession(t.Context(), id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	w.x.SessionEnded("app", extensionID)
}

func TestPhonesOfWhoeverHasLostAccessAreTakenAway(t *testing.T) {
	w := newWorld(t, func(x *exchange.Exchange) { x.RingTime = time.Hour })
	ada, bob, cy := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz), w.handset(t, apitest.Cy, 1300)
	w.session(t, "one", apitest.Ada)
	w.session(t, "two", apitest.Ada)
	talk := ada.call("102")
	bobs := bob.answer(bob.rings())
	talk.ear.Hears(t, bobHz)
	w.end(t, "one", apitest.Ada) // the other one holds
	bobs.ear.Hears(t, adaHz)
	second := cy.call("101")
	rings := ada.rings()

	w.end(t, "two", apitest.Ada)
	ada.ended()
	bob.ended()
	quiet(t, rings)
	second.hangup()
	if res := ada.register("600"); res.StatusCode != 403 {
		t.Errorf("registering again was answered with %d", res.StatusCode)
	}
	if codes := ada.try("102").codes; codes[len(codes)-1] != 403 {
		t.Errorf("calling was answered with %v", codes)
	}
	w.idle(t)
}

func TestAPhoneWhoseDeviceIsGoneRingsNoMore(t *testing.T) {
	w := newWorld(t)
	ada, one, two := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz), w.handset(t, apitest.Bob, bobHz)
	err := w.Store.Write(t.Context(), func(tx store.PlatformTx) error {
		devices, err := tx.SIPDevices(t.Context(), apitest.Bob)
		if err != nil {
			return err
		}
		_, err = tx.DeleteSIPDevice(t.Context(), devices[0].ID)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	c := ada.call("102")
	two.rings()
	if len(one.calls) > 0 {
		t.Error("the phone whose device is gone rings")
	}
	c.hangup()
	w.idle(t)
}
