package exchange_test

import (
	"testing"

	"offhook/internal/platform/api/apitest"
)

func TestACallGoesOnOverAnotherConnection(t *testing.T) {
	t.Parallel()
	for name, late := range map[string]bool{
		"after the old one has ended":         false,
		"before the old one is known to have": true,
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t)
			ada, bob := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz)
			a := ada.call("102")
			b := bob.answer(bob.rings())
			old := ada.flow
			if !late {
				old.Close()
				<-old.Done()
			}
			ada.dial()
			if res := ada.register("60"); res.StatusCode != 200 {
				t.Fatalf("registering again: %d", res.StatusCode)
			}
			a.Dialog = a.Dialog.On(ada.flow)
			a.hold(true)
			a.hold(false)
			b.ear.Hears(t, adaHz)
			b.hangup()
			ada.ended() // on the new connection
			if late {
				old.Close()
			}
			w.idle(t)
			wantRows(t, w, apitest.Ada, "Outbound Call connected")
		})
	}
}

func TestSomebodyElseCannotTakeADialog(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, cy := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz), w.handset(t, apitest.Cy, cyHz)
	a := ada.call("102")
	b := bob.answer(bob.rings())
	stolen := a.Dialog.On(cy.flow)
	if res, err := stolen.Do(t.Context(), stolen.Request("BYE", nil, ""), nil); err != nil || res.StatusCode != 481 {
		t.Errorf("a BYE of somebody else: %v, %v; want 481", res, err)
	}
	b.ear.Hears(t, adaHz)
}
