package messages_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/api/messages"
	"offhook/internal/platform/event"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// planPDF is a document that is kept as it was sent.
const planPDF = "%PDF-1.4\n1 0 obj << /Type /Pages /Count 2 >> endobj"

// toBoth is a fax to Bob and Eve.
func toBoth() []piece {
	return []piece{
		request(`{"to":[{"phoneNumber":"` + apitest.BobPhone + `"},{"phoneNumber":"` + apitest.EvePhone + `"}]}`),
		{"attachment", "plan.pdf", "application/pdf", planPDF},
	}
}

// faxState is how Ada's only fax and its receivers stand, and who has it.
func (w *world) faxState() (all []string) {
	for _, m := range w.list("ada", "messageType=Fax").Records {
		all = append(all, m.MessageStatus, m.DeliveryErrorCode)
		for _, to := range m.To {
			all = append(all, to.MessageStatus)
		}
	}
	for _, as := range []string{"bob", "eve"} {
		all = append(all, as+strings.Repeat(" has it", len(w.list(as, "messageType=Fax").Records)))
	}
	return all
}

func (w *world) ends(t *testing.T, want ...string) {
	t.Helper()
	w.until(t, func(event.Event) bool { return w.list("ada", "messageType=Fax").Records[0].MessageStatus != rc.Queued })
	if diff := cmp.Diff(want, w.faxState()); diff != "" {
		t.Errorf("the fax ended otherwise (-want +got):\n%s", diff)
	}
}

func TestRoomForAFaxCountsEveryCopy(t *testing.T) {
	w := newWorld(t)
	w.office.Room = 3*int64(len(planPDF)) - 1
	apitest.Refused(t, w.fax("ada", toBoth()...), http.StatusForbidden, "MSG-384", "")
	if n, err := w.Store.AttachmentBytes(t.Context(), apitest.Ada); err != nil || n != 0 || len(w.list("ada", "messageType=Fax").Records) > 0 {
		t.Errorf("%d bytes of a refused fax are kept, %v", n, err)
	}
	w.office.Room++
	apitest.Decode[rc.Message](t, w.fax("ada", toBoth()...), http.StatusOK)
	w.run(t)
	w.ends(t, rc.Sent, "", rc.Sent, rc.Sent, "bob has it", "eve has it")
}

func TestAFaxDoesNotTakeRoomThatWasFilledMeanwhile(t *testing.T) {
	w := newWorld(t)
	w.office.Room = 3 * int64(len(planPDF))
	apitest.Decode[rc.Message](t, w.fax("ada", toBoth()...), http.StatusOK)
	err := w.Store.Write(t.Context(), func(tx store.PlatformTx) error {
		return tx.AddAttachmentContent(t.Context(), store.AttachmentContent{ID: 1, MessageID: 1, ExtensionID: apitest.Bob, SenderID: apitest.Ada, Body: []byte("x")})
	})
	if err != nil {
		t.Fatal(err)
	}
	w.run(t)
	w.ends(t, rc.SendingFailed, "SMS-RC-501", rc.Sent, rc.SendingFailed, "bob has it", "eve")
}

// A flaky store takes so many changes, and then no more.
type flaky struct {
	store.Platform
	left atomic.Int64
}

func (f *flaky) Write(ctx context.Context, change func(store.PlatformTx) error) error {
	if f.left.Add(-1) < 0 {
		return errors.New("the disk is full")
	}
	return f.Platform.Write(ctx, change)
}

func TestAFaxGoesToEachReceiverOnceOverACrash(t *testing.T) {
	w := newWorld(t)
	apitest.Decode[rc.Message](t, w.fax("ada", toBoth()...), http.StatusOK)
	whole := w.office
	crashing := &flaky{Platform: w.Store}
	crashing.left.Store(1)
	w.office = messages.NewOffice(crashing, w.Bus, &store.IDs{Now: w.Now}, w.Now, w.Log)
	w.run(t)
	w.until(t, func(event.Event) bool { return len(w.list("bob", "messageType=Fax").Records) > 0 })
	if diff := cmp.Diff([]string{rc.Queued, "", rc.Sent, rc.Queued, "bob has it", "eve"}, w.faxState()); diff != "" {
		t.Errorf("after one change (-want +got):\n%s", diff)
	}
	w.office = whole
	w.run(t)
	w.ends(t, rc.Sent, "", rc.Sent, rc.Sent, "bob has it", "eve has it")
}

func TestTwoOfficesBringAFaxOnce(t *testing.T) {
	w := newWorld(t)
	apitest.Decode[rc.Message](t, w.fax("ada", toBoth()...), http.StatusOK)
	w.run(t)
	w.office = messages.NewOffice(w.Store, w.Bus, &store.IDs{Now: w.Now}, w.Now, w.Log)
	w.run(t)
	w.ends(t, rc.Sent, "", rc.Sent, rc.Sent, "bob has it", "eve has it")
}
