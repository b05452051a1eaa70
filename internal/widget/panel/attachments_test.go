package panel

import (
	"bytes"
	"context"
	"fmt"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"offhook/internal/rc"
	"offhook/internal/widget/visit"
)

// A filingDesk has the files that it is given.
type filingDesk struct {
	*fixtureDesk
	files map[string]File // by text and id, or by id alone when uploaded
	added []Upload
	taken []string
}

func (d *filingDesk) Attachment(_ context.Context, messageID, id string) (File, []byte, error) {
	if f, ok := d.files[messageID+"/"+id]; ok {
		return f, []byte("0123456789"), nil
	}
	return File{}, nil, rc.Errorf(rc.NotFound, "This file is not here any more.")
}

func (d *filingDesk) Uploaded(_ context.Context, id string) (File, []byte, error) {
	if f, ok := d.files[id]; ok {
		return f, []byte("0123456789"), nil
	}
	return File{}, nil, rc.Errorf(rc.NotFound, "This file is not here any more.")
}

func (d *filingDesk) AddFile(_ context.Context, u Upload) (File, error) {
	d.added = append(d.added, u)
	return File{ID: u.ID, Name: u.Name, ContentType: u.ContentType, Size: int64(len(u.Body)), Upload: true}, nil
}

func (d *filingDesk) RemoveFile(_ context.Context, id string) error {
	d.taken = append(d.taken, id)
	return nil
}

func newFilingFixture(t *testing.T) (*fixture, *filingDesk) {
	t.Helper()
	f := newFixture(t, nil)
	d := &filingDesk{fixtureDesk: newFixtureDesk(), files: map[string]File{}}
	f.handler.Desks = oneDesk{d, nil}
	return f, d
}

func TestStrangersBytesAreNeverADocumentOfOurs(t *testing.T) {
	f, d := newFilingFixture(t)
	for contentType, shown := range map[string]bool{
		"image/png": true, "image/jpeg": true, "image/gif": true, "video/mp4": true, "audio/mpeg": true,
		"image/svg+xml": false, "text/html": false, "text/vcard": false, "application/pdf": false, "application/xhtml+xml": false, "image/tiff": false, "": false,
	} {
		d.files["1/2"] = File{ID: "2", Name: "näme\"\r\nX: 1.svg", ContentType: contentType}
		w := f.do("GET", "/messages/1/attachments/2", nil)
		head := w.Header()
		if w.Code != 200 || w.Body.String() != "0123456789" {
			t.Fatalf("%q: status %d\n%s", contentType, w.Code, w.Body)
		}
		kind, how := head.Get("Content-Type"), head.Get("Content-Disposition")
		if shown && (kind != contentType || !strings.HasPrefix(how, "inline")) || !shown && (kind != "application/octet-stream" || !strings.HasPrefix(how, "attachment")) {
			t.Errorf("%q is answered as %q, %q; shown should be %v", contentType, kind, how, shown)
		}
		for name, want := range map[string]string{
			"X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin", "Cache-Control": "no-store",
			"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox", "X": "",
		} {
			if got := head.Get(name); got != want {
				t.Errorf("%q: %s is %q, want %q", contentType, name, got, want)
			}
		}
		if w := f.do("GET", "/messages/1/attachments/2?save=1", nil); !strings.HasPrefix(w.Header().Get("Content-Disposition"), "attachment") {
			t.Errorf("%q is not saved when asked: %q", contentType, w.Header().Get("Content-Disposition"))
		}
	}
	d.files["u1"] = File{ID: "u1", ContentType: "image/svg+xml", Upload: true}
	if w := f.do("GET", "/files/u1", nil); w.Header().Get("Content-Disposition") != `attachment; filename=file.svg` || w.Header().Get("Content-Type") != "application/octet-stream" {
		t.Errorf("a drawing that is being sent: %v", w.Header())
	}
}

func TestFilesAreForTheirSessionAndInParts(t *testing.T) {
	f, d := newFilingFixture(t)
	d.files["1/2"], d.files["u1"] = File{ID: "2", ContentType: "video/mp4"}, File{ID: "u1", ContentType: "image/png"}
	w := f.do("GET", "/messages/1/attachments/2", nil, "Range", "bytes=3-5")
	if w.Code != http.StatusPartialContent || w.Body.String() != "345" || w.Header().Get("Content-Range") != "bytes 3-5/10" {
		t.Errorf("a part: status %d, %q, %v", w.Code, w.Body, w.Header())
	}
	for _, path := range []string{"/messages/1/attachments/9", "/messages/2/attachments/2", "/files/u2"} {
		if w := f.do("GET", path, nil); w.Code != http.StatusNotFound {
			t.Errorf("%s: status %d, want 404", path, w.Code)
		}
	}
	for _, path := range []string{"/messages/1/attachments/2", "/files/u1"} {
		r := httptest.NewRequest("GET", "/p/k1/panel"+path, nil)
		rec := httptest.NewRecorder()
		f.mux.ServeHTTP(rec, r)
		if rec.Code != http.StatusUnauthorized || strings.Contains(rec.Body.String(), "0123") {
			t.Errorf("%s without a session: status %d\n%s", path, rec.Code, rec.Body)
		}
	}
}

func TestAFileIsAddedOnlyByOurOwnPage(t *testing.T) {
	f, d := newFilingFixture(t)
	post := func(size int, header string) *httptest.ResponseRecorder {
		var b bytes.Buffer
		form := multipart.NewWriter(&b)
		for name, value := range map[string]string{"id": "f1", "conversation": "42"} {
			if err := form.WriteField(name, value); err != nil {
				t.Fatal(err)
			}
		}
		part, err := form.CreateFormFile("file", "plan.png")
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(part, strings.Repeat("x", size))
		if err := form.Close(); err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest("POST", "/p/k1/panel/files", &b)
		r.AddCookie(&http.Cookie{Name: "in", Value: "1"})
		r.Header.Set("Content-Type", form.FormDataContentType())
		if header != "" {
			r.Header.Set(header, "1")
		}
		w := httptest.NewRecorder()
		f.mux.ServeHTTP(w, r)
		return w
	}
	if w := post(3, ""); w.Code != http.StatusForbidden || len(d.added) > 0 {
		t.Errorf("another page's form: status %d, added %v", w.Code, d.added)
	}
	if w := post(rc.MaxAttachmentBytes+100_000, visit.Header); w.Code != http.StatusBadRequest || len(d.added) > 0 {
		t.Errorf("too large: status %d", w.Code)
	}
	w := post(3, visit.Header)
	if w.Code != 200 || !strings.Contains(w.Body.String(), `"url":"/p/k1/panel/files/f1"`) {
		t.Errorf("status %d\n%s", w.Code, w.Body)
	}
	if len(d.added) != 1 || d.added[0].ConversationID != "42" || d.added[0].Name != "plan.png" || string(d.added[0].Body) != "xxx" {
		t.Errorf("added %+v", d.added)
	}
	if w := f.do("POST", "/files/f1/delete", nil); w.Code != http.StatusNoContent || len(d.taken) != 1 || d.taken[0] != "f1" {
		t.Errorf("removing: status %d, %v", w.Code, d.taken)
	}
}

func TestWhereCookiesAreRefusedPicturesWait(t *testing.T) {
	p := storyPage(newFixtureDesk())
	picture := []File{{ID: "2", Name: "a.png", ContentType: "image/png", Width: 2000, Height: 1000}}
	for held, want := range map[bool]string{false: ` src="/p/story/panel/messages/1/attachments/2"`, true: ` data-src="/p/story/panel/messages/1/attachments/2"`} {
		p.Held = held
		html, err := templates.Fragment(nil, "files", p.fileViews("1", picture))
		if err != nil || !strings.Contains(string(html), want) || !strings.Contains(string(html), ` width="240" height="120"`) {
			t.Errorf("held %v: %v\n%s", held, err, html)
		}
	}
}
