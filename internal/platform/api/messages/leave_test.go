package messages_test

import (
	"testing"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/api/messages"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// What another process leaves in the store arrives as if it had been sent.
func TestATextThatWasLeftArrives(t *testing.T) {
	w := newWorld(t)
	leave := func(from string, to ...string) error {
		return messages.LeaveText(t.Context(), w.Store, new(store.IDs), messages.SeedText{From: from, To: to, Text: "Hello from " + from, At: w.Now()})
	}
	for _, from := range []string{apitest.Outside, apitest.BobPhone} {
		if err := leave(from, apitest.AdaPhone); err != nil {
			t.Fatal(err)
		}
	}
	w.run(t)
	w.next(t, 5) // for Ada twice new and twice whole, for Bob delivered
	for _, m := range w.list("ada", "").Records {
		if m.MessageStatus != rc.Received || m.ReadStatus != rc.Unread || m.Direction != rc.Inbound || m.Subject != "Hello from "+m.From.PhoneNumber {
			t.Errorf("Ada has %+v", m)
		}
	}
	if sent := w.list("bob", "").Records; len(sent) != 1 || sent[0].MessageStatus != rc.Delivered || sent[0].Direction != rc.Outbound {
		t.Errorf("Bob has %+v", sent)
	}
	if err := leave(apitest.Outside, "+14155550111"); err == nil {
		t.Error("a text between two strangers was left")
	}
}
