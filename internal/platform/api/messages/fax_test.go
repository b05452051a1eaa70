package messages_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/textproto"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/api/faxpage"
	"offhook/internal/platform/event"
	"offhook/internal/rc"
)

const faxPath = own + "/fax"

// A piece is a part of a form.
type piece struct{ name, file, kind, body string }

func (w *world) fax(as string, pieces ...piece) *httptest.ResponseRecorder {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for _, p := range pieces {
		h := textproto.MIMEHeader{}
		disposition := fmt.Sprintf(`form-data; name=%q`, p.name)
		if p.file != "" {
			disposition += fmt.Sprintf(`; filename=%q`, p.file)
		}
		h.Set("Content-Disposition", disposition)
		if p.kind != "" {
			h.Set("Content-Type", p.kind)
		}
		part, _ := form.CreatePart(h)
		part.Write([]byte(p.body))
	}
	form.Close()
	r := httptest.NewRequest("POST", "http://platform.example"+faxPath, &b)
	r.Header.Set("Authorization", "Bearer "+as)
	r.Header.Set("Content-Type", form.FormDataContentType())
	rec := httptest.NewRecorder()
	w.Mux.ServeHTTP(rec, r)
	return rec
}

// request is the JSON part, as SDKs send it.
func request(json string) piece { return piece{"json", "request.json", "application/json", json} }

func dot(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 9, 9))); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func (w *world) document(t *testing.T, as string, m rc.Message, i int) []byte {
	t.Helper()
	got := w.Do(as, "GET", inbox+"/"+strconv.FormatInt(m.ID, 10)+"/content/"+strconv.FormatInt(m.Attachments[i].ID, 10), nil)
	if got.Code != 200 || got.Header().Get("Content-Type") != "application/pdf" {
		t.Fatalf("%s's document %d: %d %s", as, i, got.Code, got.Header().Get("Content-Type"))
	}
	return got.Body.Bytes()
}

func TestAFaxArrivesAtAColleague(t *testing.T) {
	w := newWorld(t)
	own := "%PDF-1.4\n1 0 obj << /Type /Pages /Count 2 >> endobj"
	sent := apitest.Decode[rc.Message](t, w.fax("ada",
		request(`{"to":[{"phoneNumber":"(650) 555-0102","name":"ignored: it is Bob's number"}],"faxResolution":"Low","coverIndex":6,"coverPageText":"As promised"}`),
		piece{"attachment", "note.txt", "text/plain", "Hello\nBob"}, piece{"attachment", "dot.png", "image/png", dot(t)},
		piece{"attachment", "plan.pdf", "application/octet-stream", own},
	), http.StatusOK)
	if sent.MessageStatus != rc.Queued || sent.FaxPageCount != 5 || sent.FaxResolution != rc.FaxLow || *sent.CoverIndex != 6 || sent.CoverPageText != "As promised" ||
		sent.To[0].Name != "Bob Stone" || sent.From.PhoneNumber != apitest.AdaPhone || len(sent.Attachments) != 2 {
		t.Errorf("the fax when it is accepted: %+v", sent)
	}
	if got := w.list("bob", "messageType=Fax").Records; len(got) != 0 {
		t.Fatalf("Bob has it before it was sent: %+v", got)
	}
	w.run(t)
	var told rc.Message
	w.until(t, func(e event.Event) bool {
		if strings.HasSuffix(e.Filter, "/fax?direction=Inbound") {
			if err := json.Unmarshal(e.Body, &told); err != nil {
				t.Fatal(err)
			}
		}
		return told.ID != 0
	})
	got := w.list("bob", "messageType=Fax").Records
	if len(got) != 1 {
		t.Fatalf("Bob has %d faxes, want 1", len(got))
	}
	in := got[0]
	if in.Direction != rc.Inbound || in.ReadStatus != rc.Unread || in.MessageStatus != rc.Received || in.FaxPageCount != 5 || in.CoverIndex != nil ||
		in.From.Name != "Ada Test" || in.From.ExtensionNumber != "101" || !in.To[0].Target || told.ID != in.ID {
		t.Errorf("Bob's copy: %+v\nthe event: %+v", in, told)
	}
	for i, want := range []int{3, 2} {
		ours, theirs := w.document(t, "ada", sent, i), w.document(t, "bob", in, i)
		if n, err := faxpage.PDFPages(t.Context(), theirs); n != want || err != nil || !bytes.Equal(ours, theirs) {
			t.Errorf("document %d has %d pages, %v, want %d; the same on both sides: %v", i, n, err, want, bytes.Equal(ours, theirs))
		}
	}
	if string(w.document(t, "bob", in, 1)) != own {
		t.Error("a PDF did not stay as it was")
	}
	again := w.list("ada", "messageType=Fax").Records[0]
	if again.MessageStatus != rc.Sent || again.To[0].MessageStatus != rc.Sent {
		t.Errorf("Ada's fax ends as %s (%+v), want Sent", again.MessageStatus, again.To)
	}
	if id := strconv.FormatInt(in.ID, 10); w.Do("ada", "GET", inbox+"/"+id, nil).Code != http.StatusNotFound {
		t.Error("Ada reads Bob's copy")
	}
}

// until takes events until one of them is what is waited for.
func (w *world) until(t *testing.T, found func(event.Event) bool) {
	t.Helper()
	for !found(w.next(t, 1)[0]) {
	}
}

func TestAFaxThatNobodyTakesFails(t *testing.T) {
	w := newWorld(t)
	sent := apitest.Decode[rc.Message](t, w.fax("ada",
		piece{"to", "", "", `{"phoneNumber":"` + apitest.Outside + `"}`}, piece{"to", "", "", apitest.BobPhone}, piece{"attachment", "a.txt", "", "Hello"},
	), http.StatusOK)
	w.run(t)
	var last rc.Message
	w.until(t, func(event.Event) bool {
		last = w.list("ada", "messageType=Fax").Records[0]
		return last.MessageStatus != rc.Queued
	})
	var states []string
	for _, to := range last.To {
		states = append(states, to.MessageStatus)
	}
	if last.MessageStatus != rc.SendingFailed || last.DeliveryErrorCode == "" || !cmp.Equal(states, []string{rc.SendingFailed, rc.Sent}) {
		t.Errorf("the fax ended as %s %s, %v", last.MessageStatus, last.DeliveryErrorCode, states)
	}
	again := apitest.Decode[rc.Message](t, w.Do("ada", "POST", faxPath, map[string]any{"originalMessageId": sent.ID, "to": []map[string]string{{"phoneNumber": apitest.EvePhone}}}), http.StatusOK)
	w.until(t, func(event.Event) bool { return len(w.list("eve", "messageType=Fax").Records) == 1 })
	if !bytes.Equal(w.document(t, "ada", sent, 0), w.document(t, "eve", w.list("eve", "messageType=Fax").Records[0], 0)) || again.FaxPageCount != 1 {
		t.Error("the fax that was sent again is another")
	}
	if got := w.Do("bob", "POST", faxPath, map[string]any{"originalMessageId": strconv.FormatInt(sent.ID, 10)}); got.Code != http.StatusNotFound {
		t.Errorf("Bob sends Ada's fax again: %d", got.Code)
	}
}

func TestAFaxWaitsForItsTime(t *testing.T) {
	w := newWorld(t)
	later := apitest.Start.Add(time.Hour)
	apitest.Decode[rc.Message](t, w.fax("ada", request(`{"to":[{"phoneNumber":"`+apitest.BobPhone+`"}],"sendTime":"`+later.Format(time.RFC3339)+`"}`), piece{"attachment", "a.txt", "text/plain", "x"}), http.StatusOK)
	ms, err := w.Store.MessagesInTransit(t.Context(), apitest.Start.Add(time.Minute), 10)
	if err != nil || len(ms) != 0 {
		t.Errorf("before its time %v, %v", ms, err)
	}
	if ms, err = w.Store.MessagesInTransit(t.Context(), later.Add(time.Second), 10); err != nil || len(ms) != 1 {
		t.Errorf("at its time %v, %v", ms, err)
	}
}

func TestFaxesThatAreRefused(t *testing.T) {
	w := newWorld(t)
	to := `{"to":[{"phoneNumber":"` + apitest.BobPhone + `"}]`
	text := piece{"attachment", "a.txt", "text/plain", "Hello"}
	for _, tt := range []struct {
		name      string
		as        string
		pieces    []piece
		status    int
		code      string
		parameter string
	}{
		{"without documents", "ada", []piece{request(to + `}`)}, 400, "CMN-101", "attachment"},
		{"to nobody", "ada", []piece{request(`{}`), text}, 400, "CMN-101", "to"},
		{"to something else", "ada", []piece{{"to", "", "", "Bob"}, text}, 400, "CMN-101", "to.phoneNumber"},
		{"a kind of document that is not taken", "ada", []piece{request(to + `}`), {"attachment", "a.docx", "application/msword", "x"}}, 415, "MSG-348", "attachment"},
		{"one that only says that it is a PDF", "ada", []piece{request(to + `}`), {"attachment", "a.pdf", "application/pdf", "x"}}, 400, "CMN-101", "attachment"},
		{"an unknown cover page", "ada", []piece{request(to + `,"coverIndex":99}`), text}, 400, "CMN-101", "coverIndex"},
		{"an unknown resolution", "ada", []piece{request(to + `,"faxResolution":"Fine"}`), text}, 400, "CMN-101", "faxResolution"},
		{"a time that is none", "ada", []piece{request(to + `,"sendTime":"noon"}`), text}, 400, "CMN-101", "sendTime"},
		{"words that cannot be printed", "ada", []piece{request(to + `,"coverIndex":1,"coverPageText":"日"}`), text}, 400, "CMN-101", "coverPageText"},
		{"JSON that is none", "ada", []piece{request(`{`), text}, 400, "CMN-103", ""},
		{"an app that may not", "ada?ReadMessages", []piece{request(to + `}`), text}, 403, "CMN-401", ""},
	} {
		got := w.fax(tt.as, tt.pieces...)
		var e rc.ErrorEnvelope
		if err := json.Unmarshal(got.Body.Bytes(), &e); err != nil || got.Code != tt.status || e.ErrorCode != tt.code || e.ParameterName != tt.parameter {
			t.Errorf("%s: %d %s %q, want %d %s %q\n%s", tt.name, got.Code, e.ErrorCode, e.ParameterName, tt.status, tt.code, tt.parameter, got.Body)
		}
	}
	if got := w.list("ada", "messageType=Fax").Records; len(got) != 0 {
		t.Errorf("a refused fax was kept: %+v", got)
	}
}
