package messages_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"mime/multipart"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/rc"
	"offhook/internal/store"
)

const mmsPath = own + "/mms"

// A part of a form: its head lines, and its body.
type part struct {
	head string
	body string
}

func form(t *testing.T, parts ...part) (body, boundary string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for _, p := range parts {
		head := textproto.MIMEHeader{}
		for line := range strings.SplitSeq(p.head, "\n") {
			name, value, _ := strings.Cut(line, ": ")
			head.Set(name, value)
		}
		pw, err := w.CreatePart(head)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = pw.Write([]byte(p.body))
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String(), w.Boundary()
}

func letterJSON(t *testing.T, text string) string {
	t.Helper()
	raw, err := json.Marshal(rc.SMSRequest{From: rc.Caller{PhoneNumber: apitest.AdaPhone}, To: []rc.Caller{{PhoneNumber: apitest.BobPhone}}, Text: text})
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func pngPicture(t *testing.T) string {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 30, 20))); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func fileHead(field, name, kind string) string {
	return fmt.Sprintf("Content-Disposition: form-data; name=%q; filename=%q\nContent-Type: %s", field, name, kind)
}

const jsonHead = "Content-Disposition: form-data; name=\"json\"; filename=\"request.json\"\nContent-Type: application/json"

// sent reads what both sides have of the newest text.
func both(t *testing.T, w *world) (hers, his rc.Message) {
	t.Helper()
	return w.list("ada", "").Records[0], w.list("bob", "").Records[0]
}

func TestAttachmentsAsClientsSendThem(t *testing.T) {
	picture := pngPicture(t)
	field := func(name string) string { return fmt.Sprintf("Content-Disposition: form-data; name=%q", name) }
	for _, tt := range []struct {
		name  string
		path  string
		kind  string
		parts []part
	}{
		{"a form with a part json and parts attachment", mmsPath, "multipart/form-data", []part{
			{jsonHead, letterJSON(t, "Look!")}, {fileHead("attachment", "view.png", "image/png"), picture}, {fileHead("attachment", "bo.vcf", "text/x-vcard"), "BEGIN:VCARD"},
		}},
		{"the same to the resource of plain texts", smsPath, "multipart/form-data", []part{
			{jsonHead, letterJSON(t, "Look!")}, {fileHead("attachment", "view.png", "image/png"), picture}, {fileHead("attachment", "bo.vcf", "text/vcard"), "BEGIN:VCARD"},
		}},
		{"mixed, the JSON first and without a name", mmsPath, "multipart/mixed", []part{
			{"Content-Type: application/json", letterJSON(t, "Look!")},
			{"Content-Type: image/png\nContent-Disposition: attachment; filename=\"view.png\"", picture},
			{"Content-Type: application/octet-stream\nContent-Disposition: attachment; filename=\"bo.vcf\"", "BEGIN:VCARD"},
		}},
		{"mixed, in base64", mmsPath, "multipart/mixed", []part{
			{"Content-Type: application/json", letterJSON(t, "Look!")},
			{"Content-Type: image/png\nContent-Transfer-Encoding: base64\nContent-Disposition: attachment; filename=\"view.png\"", base64.StdEncoding.EncodeToString([]byte(picture))},
			{"Content-Type: text/vcard\nContent-Disposition: attachment; filename=\"bo.vcf\"", "BEGIN:VCARD"},
		}},
		{"the fields of the specification, as JSON", mmsPath, "multipart/form-data", []part{
			{field("from"), `{"phoneNumber":"` + apitest.AdaPhone + `"}`}, {field("to"), `[{"phoneNumber":"` + apitest.BobPhone + `"}]`},
			{field("text"), "Look!"}, {field("country"), `{"isoCode":"US"}`},
			{fileHead("attachments", "view.png", "image/png"), picture}, {fileHead("attachments", "bo.vcf", "text/vcard"), "BEGIN:VCARD"},
		}},
		{"the fields of the specification, as text", mmsPath, "multipart/form-data", []part{
			{field("from"), apitest.AdaPhone}, {field("to"), "(650) 555-0102"}, {field("text"), "Look!"}, {field("country"), "US"},
			{fileHead("attachments", "view.png", "image/png"), picture}, {fileHead("attachments", "/home/ada/bo.vcf", ""), "BEGIN:VCARD"},
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			body, boundary := form(t, tt.parts...)
			sent := apitest.Decode[rc.Message](t, w.Do("ada", "POST", tt.path, body, "Content-Type: "+tt.kind+"; boundary="+boundary), http.StatusOK)
			hers, his := both(t, w)
			if diff := cmp.Diff(sent, hers); diff != "" {
				t.Errorf("the answer is not her copy (-answer +list):\n%s", diff)
			}
			if sent.Type != rc.TypeSMS || sent.Subject != "Look!" || his.Subject != "Look!" {
				t.Errorf("sent %+v, arrived %+v", sent, his)
			}
			for as, m := range map[string]rc.Message{"ada": hers, "bob": his} {
				if len(m.Attachments) != 3 || m.Attachments[0].Type != "Text" || m.Attachments[0].ID != m.ID {
					t.Fatalf("%s has the attachments %+v, want the text and two files", as, m.Attachments)
				}
				a, b := m.Attachments[1], m.Attachments[2]
				want := rc.Attachment{ID: a.ID, URI: fmt.Sprintf("%s/content/%d", m.URI, a.ID), Type: rc.TypeMMS, ContentType: "image/png", FileName: "view.png",
					Size: int64(len(picture)), Width: 30, Height: 20}
				if diff := cmp.Diff(want, a); diff != "" {
					t.Errorf("%s's picture (-want +got):\n%s", as, diff)
				}
				if b.ContentType != "text/vcard" || b.FileName != "bo.vcf" || b.Size != 11 {
					t.Errorf("%s's vCard: %+v", as, b)
				}
				got := w.Do(as, "GET", strings.TrimPrefix(a.URI, "http://platform.example"), nil)
				if got.Code != 200 || got.Body.String() != picture || got.Header().Get("Content-Type") != "image/png" {
					t.Errorf("%s's picture as it is read: %d %s, %d bytes", as, got.Code, got.Header(), got.Body.Len())
				}
			}
			if hers.Attachments[1].ID == his.Attachments[1].ID {
				t.Error("both sides share an attachment")
			}
		})
	}
}

func TestAttachmentsWithoutWords(t *testing.T) {
	w := newWorld(t)
	body, boundary := form(t, part{jsonHead, letterJSON(t, "")}, part{fileHead("attachment", "a.gif", "image/gif"), "GIF89a"})
	apitest.Decode[rc.Message](t, w.Do("ada", "POST", mmsPath, body, "Content-Type: multipart/form-data; boundary="+boundary), http.StatusOK)
	_, his := both(t, w)
	if len(his.Attachments) != 1 || his.Attachments[0].Type != rc.TypeMMS || his.Subject != "" {
		t.Errorf("a picture alone: %+v", his)
	}
	body, boundary = form(t, part{jsonHead, letterJSON(t, "Just words")})
	if m := apitest.Decode[rc.Message](t, w.Do("ada", "POST", smsPath, body, "Content-Type: multipart/form-data; boundary="+boundary), http.StatusOK); len(m.Attachments) != 1 {
		t.Errorf("a form without files: %+v", m)
	}
}

func TestFormsThatAreRefused(t *testing.T) {
	w := newWorld(t)
	letter := part{jsonHead, letterJSON(t, "Look!")}
	file := func(name, kind string, size int) part {
		return part{fileHead("attachment", name, kind), strings.Repeat("x", size)}
	}
	many := []part{letter}
	for range rc.MaxAttachments + 1 {
		many = append(many, file("a.gif", "image/gif", 1))
	}
	for _, tt := range []struct {
		name      string
		parts     []part
		status    int
		code      string
		parameter string
	}{
		{"a program", []part{letter, file("a.exe", "application/octet-stream", 10)}, 415, "MSG-348", "attachments"},
		{"a page under a picture's name", []part{letter, file("a.png", "text/html", 10)}, 415, "MSG-348", "attachments"},
		{"one byte too many", []part{letter, file("a.png", "image/png", rc.MaxAttachmentBytes), file("b.png", "image/png", 1)}, 413, "CMN-101", "attachments"},
		{"far too many bytes", []part{letter, file("a.png", "image/png", 4_000_000)}, 413, "CMN-101", "attachments"},
		{"too many files", many, 400, "CMN-101", "attachments"},
		{"an empty file", []part{letter, file("a.png", "image/png", 0)}, 400, "CMN-101", "attachments"},
		{"no file", []part{letter}, 400, "CMN-101", "attachments"},
		{"nobody to send it to", []part{{jsonHead, `{"from":{"phoneNumber":"` + apitest.AdaPhone + `"}}`}, file("a.png", "image/png", 1)}, 400, "CMN-101", "to"},
		{"another's number", []part{{jsonHead, `{"from":{"phoneNumber":"` + apitest.BobPhone + `"},"to":[{"phoneNumber":"` + apitest.BobPhone + `"}]}`}, file("a.png", "image/png", 1)}, 403, "MSG-304", "from"},
		{"JSON that is none", []part{{jsonHead, "{"}, file("a.png", "image/png", 1)}, 400, "CMN-103", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			body, boundary := form(t, tt.parts...)
			apitest.Refused(t, w.Do("ada", "POST", mmsPath, body, "Content-Type: multipart/form-data; boundary="+boundary), tt.status, tt.code, tt.parameter)
		})
	}
	for name, header := range map[string]string{"no form": "application/json", "no boundary": "multipart/form-data", "a broken form": "multipart/form-data; boundary=b"} {
		t.Run(name, func(t *testing.T) {
			apitest.Refused(t, w.Do("ada", "POST", mmsPath, "--b\r\nContent-", "Content-Type: "+header), 400, "CMN-104", "")
		})
	}
	if n := len(w.list("ada", "").Records) + len(w.list("bob", "").Records); n > 0 {
		t.Errorf("%d messages are there after refusals only", n)
	}
	body, boundary := form(t, letter, file("a.png", "image/png", rc.MaxAttachmentBytes))
	if rec := w.Do("ada", "POST", mmsPath, body, "Content-Type: multipart/form-data; boundary="+boundary); rec.Code != 200 {
		t.Errorf("as much as may be sent: status %d\n%s", rec.Code, rec.Body)
	}
	if rec := w.Do("ada?ReadMessages", "POST", mmsPath, body, "Content-Type: multipart/form-data; boundary="+boundary); rec.Code != 403 {
		t.Errorf("without the scope to send: status %d, want 403", rec.Code)
	}
}

func TestContentIsTheOwnersAlone(t *testing.T) {
	w := newWorld(t)
	body, boundary := form(t, part{jsonHead, letterJSON(t, "Look!")}, part{fileHead("attachment", "v.svg", "image/svg+xml"), "<svg>0123456789</svg>"})
	apitest.Decode[rc.Message](t, w.Do("ada", "POST", mmsPath, body, "Content-Type: multipart/form-data; boundary="+boundary), http.StatusOK)
	hers, his := both(t, w)
	path := func(m rc.Message, id int64) string { return fmt.Sprintf("%s/%d/content/%d", inbox, m.ID, id) }
	svg := path(his, his.Attachments[1].ID)
	for _, tt := range []struct {
		name, as, path string
		header         []string
		want           int
	}{
		{"the receiver's", "bob", svg, nil, 200},
		{"a part of it", "bob", svg, []string{"Range: bytes=5-9"}, 206},
		{"beyond its end", "bob", svg, []string{"Range: bytes=100-"}, 416},
		{"the sender's copy, as the receiver", "bob", path(hers, hers.Attachments[1].ID), nil, 404},
		{"the sender's attachment under the receiver's message", "bob", path(his, hers.Attachments[1].ID), nil, 404},
		{"another message's attachment", "ada", path(hers, his.Attachments[1].ID), nil, 404},
		{"the receiver's message by a stranger", "eve", svg, nil, 404},
		{"the receiver's extension by the sender", "ada", strings.Replace(svg, "extension/~", fmt.Sprint("extension/", apitest.Bob), 1), nil, 403},
		{"without the scope to read", "bob?Contacts", svg, nil, 403},
		{"without a token", "", svg, nil, 401},
	} {
		if rec := w.Do(tt.as, "GET", tt.path, nil, tt.header...); rec.Code != tt.want || tt.want >= 400 && strings.Contains(rec.Body.String(), "svg>") {
			t.Errorf("%s: status %d, want %d\n%s", tt.name, rec.Code, tt.want, rec.Body)
		}
	}
	rec := w.Do("bob", "GET", svg+"?contentDisposition=Attachment&contentDispositionFilename="+url.QueryEscape("näme.svg"), nil, "Range: bytes=5-9")
	want := map[string]string{
		"Content-Type": "image/svg+xml", "Content-Disposition": "attachment; filename*=utf-8''n%C3%A4me.svg", "Content-Range": "bytes 5-9/21",
		"X-Content-Type-Options": "nosniff", "Content-Security-Policy": "sandbox; default-src 'none'", "Cache-Control": "private",
	}
	for name, value := range want {
		if got := rec.Header().Get(name); got != value {
			t.Errorf("%s: %q, want %q", name, got, value)
		}
	}
	if rec.Body.String() != "01234" {
		t.Errorf("the part is %q", rec.Body)
	}
}

func TestPurgingTakesTheAttachmentsOfOneSide(t *testing.T) {
	w := newWorld(t)
	body, boundary := form(t, part{jsonHead, letterJSON(t, "Look!")}, part{fileHead("attachment", "a.zip", "application/zip"), "PK"})
	apitest.Decode[rc.Message](t, w.Do("ada", "POST", mmsPath, body, "Content-Type: multipart/form-data; boundary="+boundary), http.StatusOK)
	hers, his := both(t, w)
	content := func(as string, m rc.Message) int {
		return w.Do(as, "GET", fmt.Sprintf("%s/%d/content/%d", inbox, m.ID, m.Attachments[1].ID), nil).Code
	}
	w.Do("bob", "DELETE", fmt.Sprintf("%s/%d", inbox, his.ID), nil)
	if got := content("bob", his); got != 200 {
		t.Errorf("a deleted message can be brought back, and its file: status %d, want 200", got)
	}
	w.Do("bob", "DELETE", fmt.Sprintf("%s/%d", inbox, his.ID), nil)
	if got := content("bob", his); got != 404 {
		t.Errorf("the file of a purged message: status %d, want 404", got)
	}
	if got := content("ada", hers); got != 200 {
		t.Errorf("the sender's own file: status %d, want 200", got)
	}
	if n, err := w.Store.AttachmentBytes(t.Context(), apitest.Ada); err != nil || n != 2 {
		t.Errorf("%d bytes are kept, %v; want her two", n, err)
	}
	if _, err := w.Store.AttachmentContent(t.Context(), apitest.Bob, his.Attachments[1].ID); err == nil {
		t.Error("the purged bytes are still in the store")
	}
}

func TestRoomForAttachmentsIsBounded(t *testing.T) {
	w := newWorld(t)
	err := w.Store.Write(t.Context(), func(tx store.PlatformTx) error {
		return tx.AddAttachmentContent(t.Context(), store.AttachmentContent{ID: 1, MessageID: 1, ExtensionID: apitest.Bob, SenderID: apitest.Ada, Body: make([]byte, 100)})
	})
	if err != nil {
		t.Fatal(err)
	}
	w.office.Room = 101
	body, boundary := form(t, part{jsonHead, letterJSON(t, "Look!")}, part{fileHead("attachment", "a.zip", "application/zip"), "PK"})
	apitest.Refused(t, w.Do("ada", "POST", mmsPath, body, "Content-Type: multipart/form-data; boundary="+boundary), 403, "MSG-384", "")
	if got := w.list("ada", "").Records; len(got) > 0 {
		t.Errorf("it was sent all the same: %+v", got)
	}
	w.office.Room = 104
	if rec := w.Do("ada", "POST", mmsPath, body, "Content-Type: multipart/form-data; boundary="+boundary); rec.Code != 200 {
		t.Errorf("with room for both copies: status %d\n%s", rec.Code, rec.Body)
	}
}
