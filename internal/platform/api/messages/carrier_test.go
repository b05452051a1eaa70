package messages_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"time"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/api/messages"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// Two processes that find the same texts in transit finish each of them
// once.
func TestTwoOfficesFinishATextOnce(t *testing.T) {
	w := newWorld(t)
	const texts = 9
	for i := range texts {
		w.send(t, "ada", text(apitest.AdaPhone, fmt.Sprint(i), apitest.Outside))
	}
	w.next(t, texts)
	first := w.office
	w.run(t)
	w.office = messages.NewOffice(w.Store, w.Bus, &store.IDs{Now: w.Now}, w.Now, w.Log)
	w.run(t)
	for i := range texts {
		w.office.Wake()
		first.Wake()
		if i%3 == 0 {
			w.send(t, "bob", text(apitest.BobPhone, fmt.Sprint(texts+i), apitest.Outside))
		}
	}
	finished, sent := 0, 0
	for finished < texts+texts/3 || sent < texts/3 {
		for _, e := range w.next(t, 1) {
			var body rc.MessageStoreEvent
			if err := json.Unmarshal(e.Body, &body); err != nil {
				t.Fatal(err)
			}
			finished += body.Changes[0].UpdatedCount
			sent += body.Changes[0].NewCount
		}
	}
	if finished != texts+texts/3 {
		t.Errorf("%d texts were announced as finished, want %d", finished, texts+texts/3)
	}
	for _, as := range []string{"ada", "bob"} {
		for _, m := range w.list(as, "").Records {
			if m.MessageStatus != rc.DeliveryFailed {
				t.Errorf("text %s of %s ended as %s", m.Subject, as, m.MessageStatus)
			}
		}
	}
}

// Whoever tries what an app says of failures can choose one.
func TestATextSaysHowItFails(t *testing.T) {
	w := newWorld(t)
	w.run(t)
	for body, want := range map[string]string{
		"Hello": "SMS-UP-410", "fail SMS-CAR-411": "SMS-CAR-411", "fail SMS-RC-501": "SMS-RC-501", "fail <b>": "SMS-UP-410", "do not fail SMS-CAR-411": "SMS-UP-410",
	} {
		w.send(t, "ada", text(apitest.AdaPhone, body, apitest.Outside))
		w.next(t, 2) // sent, failed
		if m := w.list("ada", "").Records[0]; m.Subject != body || m.MessageStatus != rc.DeliveryFailed || m.DeliveryErrorCode != want {
			t.Errorf("%q ended as %s with %s, want %s", m.Subject, m.MessageStatus, m.DeliveryErrorCode, want)
		}
		w.Advance(time.Second) // the list is newest first
	}
}
