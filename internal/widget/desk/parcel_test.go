package desk

import (
	"testing"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// elsewhere changes a row as another server does.
func elsewhere(t *testing.T, d *Desk, id string, change func(*store.OutboxItem)) {
	t.Helper()
	err := d.pool.Store.Write(t.Context(), func(tx store.WidgetTx) error {
		row, err := tx.OutboxItem(t.Context(), d.grantID, id)
		if err != nil {
			return err
		}
		known := row.UpdatedAt
		row.UpdatedAt = known.Add(time.Second)
		change(&row)
		return tx.SaveOutboxItem(t.Context(), row, known)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestWhatAServerWasSendingWhenItDiedIsSentOnce(t *testing.T) {
	for name, tt := range map[string]struct {
		make    func(*Desk) consignment
		arrived func(*house)
		found   func(*Desk) bool
		request string
	}{
		"a text": {
			func(d *Desk) consignment {
				return &item{parcel: d.newParcel("one"), letter: letter{Numbers: []string{bob}, From: ada, Text: "one"}}
			},
			func(h *house) { h.add(rc.Outbound, ada, []string{bob}, "one") },
			func(d *Desk) bool { return len(d.Conversations("", 0)) == 1 && settled(d) }, "sms",
		},
		"a fax": {
			func(d *Desk) consignment {
				return &faxItem{parcel: d.newParcel(faxPrefix + "one"), faxLetter: faxLetter{To: []string{grace}, Cover: 5, CoverText: "one"}}
			},
			func(h *house) {
				m := h.add(rc.Outbound, ada, []string{grace}, "")
				m.Type, m.CoverPageText = rc.TypeFax, "one"
			},
			func(d *Desk) bool { return noneWaits(d, 1)() }, "fax",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h, d, c := faxHouse(t, func(*house) {})
			i := tt.make(d)
			i.box().Holder, i.box().HeldUntil = "another", c.now().Add(time.Minute)
			row, _, err := d.hold(t.Context(), i, func(store.WidgetTx) error { return nil })
			if err != nil {
				t.Fatal(err)
			}
			if err := d.loadOutbox(t.Context()); err != nil { // here it waits, because the other server has it
				t.Fatal(err)
			}
			h.withMail(func() { tt.arrived(h) })
			sending, err := d.sealed(row, i.with(attempt{Attempted: c.now().Add(-time.Minute)}))
			if err != nil {
				t.Fatal(err)
			}
			elsewhere(t, d, row.ID, func(r *store.OutboxItem) {
				r.State, r.HeldUntil, r.Sealed = store.OutboxSending, c.now().Add(-time.Second), sending.Sealed
			})
			c.forward(10 * time.Second)
			wake(d.post)
			wake(d.wantFax)
			until(t, d, "it being found", func() bool { return tt.found(d) })
			if n := h.count("POST /restapi/v1.0/account/~/extension/~/" + tt.request); n != 0 {
				t.Errorf("it was handed over %d times more", n)
			}
		})
	}
}

func TestATextThatAnotherServerSendsAgainIsLeftToIt(t *testing.T) {
	t.Parallel()
	h, d, _ := faxHouse(t, func(h *house) { h.rejectTexts = true })
	id, err := d.Send(t.Context(), Outgoing{ID: "one", To: []string{bob}, Text: "hi"})
	if err != nil {
		t.Fatal(err)
	}
	state := func() Delivery {
		_, messages, err := d.Conversation(id)
		if err != nil || len(messages) != 1 {
			t.Fatalf("%+v, %v", messages, err)
		}
		return messages[0].State
	}
	until(t, d, "the refusal", func() bool { return state() == Failed })
	elsewhere(t, d, "one", func(r *store.OutboxItem) {
		r.State, r.Holder, r.HeldUntil = store.OutboxSending, "another", time.Now().Add(time.Hour)
	})
	if err := d.Retry(t.Context(), "one"); err != nil {
		t.Fatal(err)
	}
	if got, err := d.pool.Store.OutboxItem(t.Context(), d.grantID, "one"); err != nil || got.State != store.OutboxSending || got.Holder != "another" {
		t.Errorf("it is %s, held by %q, %v", got.State, got.Holder, err)
	}
	if got := state(); got != Sending {
		t.Errorf("it is shown as %s", got)
	}
	if n := h.count("POST /restapi/v1.0/account/~/extension/~/sms"); n != 1 {
		t.Errorf("it was handed over %d times", n)
	}
}

func TestWhatAnotherServerHasSentDoesNotFailHere(t *testing.T) {
	t.Parallel()
	_, d, c := faxHouse(t, func(*house) {})
	i := &item{parcel: d.newParcel("one"), letter: letter{Numbers: []string{bob}, From: ada, Text: "one", Files: []File{{ID: "gone", Upload: true}}}}
	i.Holder, i.HeldUntil = "another", c.now().Add(time.Hour)
	if _, _, err := d.hold(t.Context(), i, func(store.WidgetTx) error { return nil }); err != nil {
		t.Fatal(err)
	}
	// It has been sent, and its files went with it.
	elsewhere(t, d, "one", func(r *store.OutboxItem) { r.State, r.MessageID = store.OutboxSent, 4711 })
	if err := d.hand(t.Context(), i); err != nil {
		t.Fatal(err)
	}
	row, err := d.pool.Store.OutboxItem(t.Context(), d.grantID, "one")
	if err != nil || row.State != store.OutboxSent || row.MessageID != 4711 {
		t.Errorf("the store says %s (message %d), %v", row.State, row.MessageID, err)
	}
}

func TestWhatIsWrittenDownWithoutAnAnswerIsKnownSoon(t *testing.T) {
	t.Parallel()
	h, d, c := faxHouse(t, func(*house) {})
	i := &item{parcel: d.newParcel("one"), letter: letter{Numbers: []string{bob}, From: ada, Text: "one"}}
	i.Holder, i.HeldUntil = "another", c.now().Add(time.Hour) // so that it stays where it is
	if _, _, err := d.hold(t.Context(), i, func(store.WidgetTx) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if err := d.loadOutbox(t.Context()); err != nil {
		t.Fatal(err)
	}
	// This server was about to send it, and never heard that the store said so.
	elsewhere(t, d, "one", func(r *store.OutboxItem) {
		r.State, r.Holder, r.HeldUntil = store.OutboxSending, d.pool.Node, c.now().Add(time.Minute)
	})
	c.forward(10 * time.Second)
	wake(d.post)
	h.waitFor(t, func() bool { return h.counts["POST /restapi/v1.0/account/~/extension/~/sms"] == 1 })
	until(t, d, "it being sent", func() bool { return settled(d) })
}

func TestWhatAnotherServerKnowsBetterIsNotOverwritten(t *testing.T) {
	t.Parallel()
	_, d, c := faxHouse(t, func(*house) {})
	i := &item{parcel: d.newParcel("one"), letter: letter{Numbers: []string{bob}, From: ada, Text: "one"}}
	i.State = store.OutboxFailed // which nobody takes a step with but whoever presses
	if _, _, err := d.hold(t.Context(), i, func(store.WidgetTx) error { return nil }); err != nil {
		t.Fatal(err)
	}
	if err := d.loadOutbox(t.Context()); err != nil {
		t.Fatal(err)
	}
	elsewhere(t, d, "one", func(r *store.OutboxItem) {
		r.State, r.Holder, r.HeldUntil = store.OutboxSending, "another", c.now().Add(time.Hour)
	})
	d.mu.Lock()
	known := d.ledger.byItem["one"]
	d.mu.Unlock()
	err := d.advance(t.Context(), known, func(row *store.OutboxItem, _ *attempt) { row.State, row.MessageID = store.OutboxSent, 4711 })
	if err != nil {
		t.Fatal(err)
	}
	row, err := d.pool.Store.OutboxItem(t.Context(), d.grantID, "one")
	if err != nil || row.State != store.OutboxSending || row.MessageID != 0 {
		t.Errorf("the store says %s (message %d), %v", row.State, row.MessageID, err)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if known.State != store.OutboxSending {
		t.Errorf("here it is %s", known.State)
	}
}

func TestWhatIsOnItsWayAgainKeepsItsFilesThoughItIsDeletedHere(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		state string
		kept  bool
	}{"still failed": {store.OutboxFailed, false}, "on its way": {store.OutboxSending, true}} {
		_, d, c := faxHouse(t, func(*house) {})
		f := add(t, d, "", "f1", "view.png", "image/png", pngBytes(t, 2, 2))
		i := &item{parcel: d.newParcel("one"), letter: letter{Numbers: []string{bob}, From: ada, Text: "one", Files: []File{f}}}
		i.State = store.OutboxFailed
		if _, _, err := d.hold(t.Context(), i, func(tx store.WidgetTx) error { return d.take(t.Context(), tx, "one", i.Files, takenFile()) }); err != nil {
			t.Fatal(err)
		}
		elsewhere(t, d, "one", func(r *store.OutboxItem) {
			r.State, r.Holder, r.HeldUntil = tt.state, "another", c.now().Add(time.Hour)
		})
		if err := d.carriedOut(t.Context(), &removal{Items: []string{"one"}}); err != nil {
			t.Fatal(err)
		}
		_, err := d.pool.Store.OutboxItem(t.Context(), d.grantID, "one")
		_, ferr := d.pool.Store.DeskFile(t.Context(), d.grantID, "f1")
		if (err == nil) != tt.kept || (ferr == nil) != tt.kept {
			t.Errorf("%s: %v, its file: %v", name, err, ferr)
		}
	}
}
