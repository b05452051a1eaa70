package messages_test

import (
	"bytes"
	"compress/zlib"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/api/faxpage"
	"offhook/internal/platform/api/region"
	"offhook/internal/platform/event"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// pageOf asks for a document of a fax.
func (w *world) pageOf(as string, m rc.Message, i int, query string, header ...string) *httptest.ResponseRecorder {
	w.T.Helper()
	path := inbox + "/" + strconv.FormatInt(m.ID, 10) + "/content/" + strconv.FormatInt(m.Attachments[i].ID, 10)
	return w.Do(as, "GET", path+query, nil, header...)
}

// isPage requires a page as PNG.
func isPage(t *testing.T, got *httptest.ResponseRecorder) {
	t.Helper()
	img, err := png.DecodeConfig(got.Body)
	if err != nil || got.Code != http.StatusOK || got.Header().Get("Content-Type") != "image/png" || img.Width != faxpage.Width || img.Height != faxpage.Height {
		t.Errorf("%d %s, %+v, %v; want a page as PNG", got.Code, got.Header().Get("Content-Type"), img, err)
	}
}

func TestPagesOfAFaxAsPNG(t *testing.T) {
	w := newWorld(t)
	sent := apitest.Decode[rc.Message](t, w.fax("ada", request(`{"to":[{"phoneNumber":"`+apitest.BobPhone+`"}],"coverIndex":5}`),
		piece{"attachment", "note.txt", "text/plain", "Hello"}, piece{"attachment", "plan.pdf", "application/pdf", planPDF}), http.StatusOK)
	const ours, theirs = 0, 1
	if a := sent.Attachments; a[ours].Width != faxpage.Width || a[theirs].Width != 0 {
		t.Errorf("the documents are said to be %d and %d dots wide", a[ours].Width, a[theirs].Width)
	}
	for _, tt := range []struct {
		name     string
		document int
		accept   string
		query    string
		status   int
		want     string // a media type, or the code of an error
	}{
		{"what SDKs always ask for", ours, "application/json", "", 200, "application/pdf"},
		{"a page that there is not", ours, "image/png", "?page=3", 404, "CMN-102"},
		{"a page of no number", ours, "image/png", "?page=0", 400, "CMN-101"},
		{"a page of a PDF, which has them all", ours, "application/pdf", "?page=3", 200, "application/pdf"},
		{"PNG of what came as PDF", theirs, "image/png", "", 406, "MSG-343"},
		{"what came as PDF", theirs, "application/json", "", 200, "application/pdf"},
	} {
		got := w.pageOf("ada", sent, tt.document, tt.query, "Accept: "+tt.accept)
		kind := got.Header().Get("Content-Type")
		if tt.status != 200 {
			kind = apitest.Decode[rc.ErrorEnvelope](t, got, tt.status).ErrorCode
		}
		if got.Code != tt.status || kind != tt.want || got.Header().Get("Vary") != "Accept" {
			t.Errorf("%s: %d %s, vary %q, want %d %s", tt.name, got.Code, kind, got.Header().Get("Vary"), tt.status, tt.want)
		}
	}
	got := w.pageOf("ada", sent, ours, "?page=2&contentDisposition=Attachment", "Accept: image/png", "Range: bytes=0-7")
	if got.Code != http.StatusPartialContent || got.Body.String() != "\x89PNG\r\n\x1a\n" || got.Header().Get("Content-Disposition") != `attachment; filename=fax-2.png` {
		t.Errorf("the beginning of the second page: %d %q %q", got.Code, got.Body, got.Header())
	}
	if got := w.pageOf("bob", sent, ours, "", "Accept: image/png"); got.Code != http.StatusNotFound {
		t.Errorf("Bob sees a page of Ada's fax: %d", got.Code)
	}
}

func TestCopiesOfAFaxHavePagesToo(t *testing.T) {
	w := newWorld(t)
	sent := apitest.Decode[rc.Message](t, w.fax("ada", request(`{"to":[{"phoneNumber":"`+apitest.BobPhone+`"}]}`), piece{"attachment", "note.txt", "text/plain", "Hello"}), http.StatusOK)
	w.run(t)
	w.until(t, func(event.Event) bool { return len(w.list("bob", "messageType=Fax").Records) == 1 })
	isPage(t, w.pageOf("bob", w.list("bob", "messageType=Fax").Records[0], 0, "", "Accept: image/png"))
	again := apitest.Decode[rc.Message](t, w.Do("ada", "POST", faxPath, map[string]any{"originalMessageId": sent.ID}), http.StatusOK)
	isPage(t, w.pageOf("ada", again, 0, "", "Accept: image/png"))
	// What the platform drew comes back as a PDF like any other.
	back := apitest.Decode[rc.Message](t, w.fax("bob", request(`{"to":[{"phoneNumber":"`+apitest.AdaPhone+`"}]}`),
		piece{"attachment", "note.pdf", "application/pdf", string(w.document(t, "ada", sent, 0))}), http.StatusOK)
	apitest.Refused(t, w.pageOf("bob", back, 0, "", "Accept: image/png"), http.StatusNotAcceptable, "MSG-343", "")
}

// words are the texts of a PDF whose pages are drawn here.
func words(t *testing.T, pdf []byte) string {
	t.Helper()
	var all strings.Builder
	for from := range bytes.SplitSeq(pdf, []byte("/FlateDecode /Length ")) {
		_, packed, ok := bytes.Cut(from, []byte("stream\n"))
		z, err := zlib.NewReader(bytes.NewReader(packed))
		if !ok || err != nil {
			continue
		}
		content, _ := io.ReadAll(z)
		all.WriteString(strings.ReplaceAll(string(content), "\x00", ""))
	}
	return strings.NewReplacer(`\(`, "(", `\)`, ")").Replace(all.String())
}

func TestACoverPageIsWrittenAsItsSenderWrites(t *testing.T) {
	w := newWorld(t)
	err := w.Store.Write(t.Context(), func(tx store.PlatformTx) error {
		if _, err := tx.ChangeSetting(t.Context(), apitest.Acme, apitest.Ada, region.Setting); err != nil {
			return err
		}
		return tx.SaveSetting(t.Context(), apitest.Acme, apitest.Ada, region.Setting, []byte(`{"timezone":"Europe/Berlin","timeFormat":"24h"}`))
	})
	if err != nil {
		t.Fatal(err)
	}
	sent := apitest.Decode[rc.Message](t, w.fax("ada", request(`{"to":[{"phoneNumber":"`+apitest.BobPhone+`"},{"phoneNumber":"+442071838750","name":"Sam"}],"coverIndex":5,"coverPageText":"As promised"}`),
		piece{"attachment", "plan.pdf", "application/pdf", planPDF}), http.StatusOK)
	text := words(t, w.document(t, "ada", sent, 0))
	for _, want := range []string{"Bob Stone  (650) 555-0102", "Sam  +44 20 7183 8750", "Ada Test, Acme", "(650) 555-0101", "2 January 2026, 04:04 CET", "(3) Tj", "Classic", "As promised"} {
		if !strings.Contains(text, want) {
			t.Errorf("the cover page lacks %q:\n%s", want, text)
		}
	}
}
