package exchange_test

import (
	"errors"
	"strings"
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
	w.endQuietly(t, id)
	w.x.SessionEnded("app", extensionID)
}

// endQuietly ends a session without telling the exchange.
func (w *world) endQuietly(t *testing.T, id string) {
	t.Helper()
	err := w.Store.Write(t.Context(), func(tx store.PlatformTx) error {
		s, err1 := tx.OAuthSession(t.Context(), id)
		_, err2 := tx.EndOAuthSession(t.Context(), id)
		_, err3 := tx.RetireSIPPasswords(t.Context(), s.ClientID, s.ExtensionID, w.Now())
		return errors.Join(err1, err2, err3)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestPhonesOfWhoeverHasLostAccessAreTakenAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(x *exchange.Exchange) { x.RingTime = time.Hour })
	var ada *handset
	w.adaLoses(t, func(phone *handset, bobs *talk) {
		ada = phone
		w.session(t, "one", apitest.Ada)
		w.session(t, "two", apitest.Ada)
		w.end(t, "one", apitest.Ada) // the other one holds
		bobs.ear.Hears(t, adaHz)
		w.end(t, "two", apitest.Ada)
	})
	if codes := ada.try("102").codes; codes[len(codes)-1] != 403 {
		t.Errorf("calling was answered with %v", codes)
	}
	w.idle(t)
}

// adaLoses has Ada talk with Bob while Cy's call rings at her, and waits until
// her phone has none of it any more, nor a way back, because of what away does.
func (w *world) adaLoses(t *testing.T, away func(ada *handset, bobs *talk)) {
	t.Helper()
	ada, bob, _, bobs := w.connected(t)
	second := w.handset(t, apitest.Cy, cyHz).call("101")
	rings := ada.rings()
	away(ada, bobs)
	ada.ended()
	bob.ended()
	quiet(t, rings)
	second.hangup()
	if res := ada.register("600"); res.StatusCode != 403 {
		t.Errorf("registering again was answered with %d", res.StatusCode)
	}
}

func TestAPhoneWhoseDeviceIsGoneRingsNoMore(t *testing.T) {
	t.Parallel()
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

// often has an exchange look again at once what people may do.
func often(x *exchange.Exchange) { x.Review = time.Millisecond }

func TestWhoIsRemovedElsewhereIsGoneAtOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t, often)
	w.adaLoses(t, func(_ *handset, bobs *talk) {
		// As the command line does, which tells nobody.
		done(t, w.Store.Write(t.Context(), func(tx store.PlatformTx) error {
			_, err := tx.RemoveExtension(t.Context(), apitest.Ada)
			return err
		}))
		bobs.hush()
	})
	w.idle(t)
	wantRows(t, w, apitest.Bob, "Inbound Accepted")
	if text := w.log.String(); strings.Contains(text, "call log") {
		t.Errorf("the log is worried about the calls of who is gone:\n%s", text)
	}
}

func TestAccessThatIsRevokedElsewhereTakesPhonesAway(t *testing.T) {
	t.Parallel()
	w := newWorld(t, often)
	ada, bob := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz)
	w.session(t, "one", apitest.Ada)
	talk := ada.call("102")
	bobs := bob.answer(bob.rings())
	talk.ear.Hears(t, bobHz)
	bobs.ear.Hears(t, adaHz)
	w.endQuietly(t, "one")
	ada.ended()
	bob.ended()
	if res := ada.register("600"); res.StatusCode != 403 {
		t.Errorf("registering again was answered with %d", res.StatusCode)
	}
	// Bob's phone came with no session, as one does whose session has run out.
	again := w.handset(t, apitest.Cy, cyHz).call("102")
	bob.answer(bob.rings())
	again.ear.Hears(t, bobHz)
	again.hangup()
	w.idle(t)
}

func TestAFlipEndsWhereAccessHasEnded(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(x *exchange.Exchange) { x.RingTime = time.Hour })
	ada, bob, kitchen := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz), w.handset(t, apitest.Cy, cyHz)
	w.alsoAt(t, apitest.Ada, "2", "103")
	w.session(t, "one", apitest.Cy)
	talk := ada.call("102")
	bob.answer(bob.rings())
	talk.ear.Hears(t, bobHz)
	if code, _ := talk.flip("2"); code != 0 {
		t.Fatalf("flip: %d", code)
	}
	rings := kitchen.rings()
	w.end(t, "one", apitest.Cy)
	quiet(t, rings)
	talk.ear.Hears(t, bobHz) // they talk on
	talk.hangup()
	bob.ended()
	w.idle(t)
}
