package desk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/rc"
	"offhook/internal/store"
)

const (
	mmsPattern     = "POST /restapi/v1.0/account/~/extension/~/mms"
	contentPattern = "GET /restapi/v1.0/account/~/extension/~/message-store/{id}/content/{file}"
)

// handleFiles adds the platform's pictures and files.
func (p *platform) handleFiles(handle func(string, rc.Group, http.HandlerFunc)) {
	p.contents = make(map[string]string)
	handle(mmsPattern, rc.Medium, p.mms)
	handle(contentPattern, rc.Medium, func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		body, ok := p.contents[r.PathValue("file")]
		p.mu.Unlock()
		if !ok {
			w.WriteHeader(http.StatusNotFound)
			return
		}
		fmt.Fprint(w, body)
	})
}

func (p *platform) mms(w http.ResponseWriter, r *http.Request) {
	var req rc.SMSRequest
	var files []rc.Attachment
	err := readForm(r, &req, func(name, kind, body string) { files = append(files, p.attach(name, kind, body)) })
	if err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	p.post(w, r, req, files)
}

// attach keeps bytes and returns what a record says of them.
func (p *platform) attach(name, kind, body string) rc.Attachment {
	p.mu.Lock()
	defer p.mu.Unlock()
	id := int64(700 + len(p.contents))
	p.contents[strconv.FormatInt(id, 10)] = body
	return rc.Attachment{ID: id, Type: rc.TypeMMS, ContentType: kind, FileName: name, Size: int64(len(body))}
}

// receiveFiles lets a text with files arrive.
func (p *platform) receiveFiles(from, text string, files ...rc.Attachment) string {
	p.mu.Lock()
	m := p.add(rc.Inbound, from, []string{ada}, text)
	m.Attachments = files
	id := strconv.FormatInt(m.ID, 10)
	p.mu.Unlock()
	p.notify("", map[string]any{"changes": []any{}})
	return id
}

func pngBytes(t *testing.T, width, height int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// add adds a file to a draft.
func add(t *testing.T, d *Desk, conversation, id, name, kind string, body []byte) File {
	t.Helper()
	f, err := d.AddFile(t.Context(), Upload{ID: id, ConversationID: conversation, Name: name, ContentType: kind, Body: body})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func TestAReceivedPictureIsFetchedOnceAndOnlyForItsUser(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := open(t, h.pool(t))
	ready(t, d)
	a := h.attach("view.png", "image/png", "picture")
	a.Width, a.Height = 300, 200
	id := h.receiveFiles(bob, "", a, h.attach("offer.zip", "application/zip", "PK"))
	until(t, d, "the pictures", func() bool { return len(d.Conversations("", 0)) == 1 })

	c := d.Conversations("", 0)[0]
	_, messages, err := d.Conversation(c.ID)
	want := []File{
		{ID: "700", Name: "view.png", ContentType: "image/png", Size: 7, Width: 300, Height: 200},
		{ID: "701", Name: "offer.zip", ContentType: "application/zip", Size: 2},
	}
	if err != nil || c.Preview != "" || c.Carries != (Carried{Files: 2}) || !cmp.Equal(messages[0].Files, want) {
		t.Errorf("preview %q, %v\n%s", c.Preview, err, cmp.Diff(want, messages[0].Files))
	}
	var readers sync.WaitGroup
	for range 5 {
		readers.Go(func() {
			f, body, err := d.Attachment(t.Context(), id, "700")
			if err != nil || string(body) != "picture" || f.Name != "view.png" {
				t.Errorf("Attachment: %+v %q %v", f, body, err)
			}
		})
	}
	readers.Wait()
	h.mu.Lock()
	asked := h.counts[contentPattern]
	h.mu.Unlock()
	if asked != 1 {
		t.Errorf("the platform was asked %d times, want once", asked)
	}
	for _, at := range [][2]string{{id, "1"}, {"1", "700"}, {"x", "../../701"}, {id, "702"}} {
		_, _, err := d.Attachment(t.Context(), at[0], at[1])
		if e, ok := errors.AsType[*rc.Error](err); !ok || e.Kind != rc.NotFound {
			t.Errorf("attachment %s of %s: %v, want NotFound", at[1], at[0], err)
		}
	}
}

func TestADraftsFilesSurviveARestartAndAreSealed(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.pool(t)
	d := open(t, p)
	ready(t, d)
	conversation, err := d.ConversationWith(t.Context(), []string{bob})
	if err != nil {
		t.Fatal(err)
	}
	picture := pngBytes(t, 40, 30)
	want := File{ID: "f1", Name: "plan.png", ContentType: "image/png", Size: int64(len(picture)), Width: 40, Height: 30, Upload: true}
	for range 2 { // the second offer of the same is the same
		if got := add(t, d, conversation, "f1", `C:\pictures\plan.png`, "image/png", picture); got != want {
			t.Errorf("AddFile: %+v, want %+v", got, want)
		}
	}
	add(t, d, conversation, "f2", "taken back.zip", "application/zip", []byte("PK"))
	if err := d.RemoveFile(t.Context(), "f2"); err != nil {
		t.Fatal(err)
	}
	p.Close()

	d = open(t, h.pool(t))
	files, err := d.DraftFiles(t.Context(), conversation)
	if err != nil || !cmp.Equal(files, []File{want}) {
		t.Errorf("DraftFiles after a restart: %v\n%s", err, cmp.Diff([]File{want}, files))
	}
	if _, body, err := d.Uploaded(t.Context(), "f1"); err != nil || !bytes.Equal(body, picture) {
		t.Errorf("Uploaded: %d bytes, %v", len(body), err)
	}
	if others, err := d.DraftFiles(t.Context(), ""); err != nil || len(others) > 0 {
		t.Errorf("another draft has them, too: %+v, %v", others, err)
	}
	row, err := h.db.Widget().DeskFile(t.Context(), "g", "f1")
	if err != nil || bytes.Contains(row.Body, picture[:8]) || bytes.Contains(row.Facts, []byte("plan")) {
		t.Errorf("the store has them unsealed: %v", err)
	}
}

func TestWhatTextsCannotCarryIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := open(t, h.pool(t))
	ready(t, d)
	for i := range rc.MaxAttachments + 1 {
		add(t, d, "", fmt.Sprint("f", i), "a.gif", "image/gif", []byte("GIF89a"))
	}
	for _, tt := range []struct {
		name string
		u    Upload
		kind rc.Kind
	}{
		{"a program", Upload{ID: "x", Name: "a.exe", ContentType: "application/x-msdownload", Body: []byte("MZ")}, rc.Invalid},
		{"a page", Upload{ID: "x", Name: "a.png", ContentType: "text/html", Body: []byte("<script>")}, rc.Invalid},
		{"nothing", Upload{ID: "x", Name: "a.png", ContentType: "image/png"}, rc.Invalid},
		{"too much", Upload{ID: "x", Name: "a.zip", ContentType: "application/zip", Body: make([]byte, rc.MaxAttachmentBytes+1)}, rc.TooLarge},
		{"no id", Upload{Name: "a.gif", ContentType: "image/gif", Body: []byte("GIF89a")}, rc.Invalid},
	} {
		_, err := d.AddFile(t.Context(), tt.u)
		if e, ok := errors.AsType[*rc.Error](err); !ok || e.Kind != tt.kind || !strings.HasSuffix(e.Message, ".") {
			t.Errorf("%s: %v, want kind %d and a sentence", tt.name, err, tt.kind)
		}
	}
	for range 2 { // the answer to the first was lost
		add(t, d, "", "large", "a.zip", "application/zip", make([]byte, rc.MaxAttachmentBytes))
	}
	if files, err := d.DraftFiles(t.Context(), ""); err != nil || len(files) != rc.MaxAttachments+2 {
		t.Errorf("the draft has %d files, %v", len(files), err)
	}
	var many []string
	for i := range rc.MaxAttachments + 1 {
		many = append(many, fmt.Sprint("f", i))
	}
	for name, ids := range map[string][]string{"that is not here": {"gone"}, "twice": {"f1", "f1"}, "too large together": {"f1", "large"}, "too many": many} {
		_, err := d.Send(t.Context(), Outgoing{ID: "u-" + name, To: []string{bob}, Files: ids})
		if e, ok := errors.AsType[*rc.Error](err); !ok || e.Kind != rc.Invalid && e.Kind != rc.TooLarge {
			t.Errorf("sending a file %s: %v", name, err)
		}
	}
	if sent := h.outbound(); len(sent) > 0 {
		t.Errorf("%d texts went out", len(sent))
	}
}

func TestADraftHoldsTheFilesOfAFewTexts(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := open(t, h.pool(t))
	ready(t, d)
	for i := range draftTexts {
		add(t, d, "", fmt.Sprint("large", i), "a.zip", "application/zip", make([]byte, rc.MaxAttachmentBytes))
	}
	one := Upload{ID: "more", Name: "a.gif", ContentType: "image/gif", Body: []byte("GIF89a")}
	if _, err := d.AddFile(t.Context(), one); err == nil {
		t.Error("a draft took more bytes than it may hold")
	}
	one.ConversationID = "elsewhere"
	for i := range draftTexts * rc.MaxAttachments {
		add(t, d, one.ConversationID, fmt.Sprint("f", i), "a.gif", "image/gif", []byte("GIF89a"))
	}
	if _, err := d.AddFile(t.Context(), one); err == nil {
		t.Error("a draft took more files than it may hold")
	}
	add(t, d, one.ConversationID, "f3", "a.gif", "image/gif", []byte("GIF89a")) // once more
}

// A witness is a store that tells when something was written.
type witness struct {
	store.Widget
	wrote chan struct{}
}

func (w *witness) Write(ctx context.Context, fn func(store.WidgetTx) error) error {
	err := w.Widget.Write(ctx, fn)
	wake(w.wrote)
	return err
}

func TestATextWithFilesIsSentOnceWhateverHappens(t *testing.T) {
	for name, set := range map[string]func(p *platform){
		"at once":                         func(*platform) {},
		"although the answer was lost":    func(p *platform) { p.loseAnswers = 1 },
		"although the first was cut":      func(p *platform) { p.refuseSends = 1 },
		"although the limit was exceeded": func(p *platform) { p.overLimit = 1 },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHouse(t)
			p := h.pool(t)
			written := &witness{Widget: p.Store, wrote: make(chan struct{}, 1)}
			p.Store = written
			d := open(t, p)
			ready(t, d)
			picture := pngBytes(t, 4, 3)
			add(t, d, "", "f1", "plan.png", "image/png", picture)
			add(t, d, "", "f2", "", "text/vcard", []byte("BEGIN:VCARD"))
			h.mu.Lock()
			set(h.platform)
			h.mu.Unlock()
			o := Outgoing{ID: "u1", To: []string{bob}, Text: "", Files: []string{"f1", "f2"}}
			id, err := d.Send(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			again, err := d.Send(t.Context(), o) // names the conversation as the platform does if the text is there by now
			if err != nil {
				t.Errorf("the same again: %v", err)
			}
			until(t, d, "being sent", func() bool {
				_, messages, err := d.Conversation(id)
				return err == nil && len(messages) == 1 && messages[0].State != Sending && !messages[0].Files[0].Upload
			})
			if sent := h.outbound(); len(sent) != 1 {
				t.Errorf("%d texts arrived, want one", len(sent))
			}
			_, messages, err := d.Conversation(again)
			if err != nil || len(messages) != 1 || messages[0].Key != "u1" || len(messages[0].Files) != 2 || messages[0].Files[1].Name != "file-2.vcf" {
				t.Errorf("the text is %+v, %v", messages, err)
			}
			if _, body, err := d.Attachment(t.Context(), messages[0].ID, messages[0].Files[0].ID); err != nil || !bytes.Equal(body, picture) {
				t.Errorf("the picture that arrived has %d bytes, %v", len(body), err)
			}
			if files, err := d.DraftFiles(t.Context(), ""); err != nil || len(files) > 0 {
				t.Errorf("the draft still has %+v, %v", files, err)
			}
			for n := int64(1); n > 0; { // forgotten here with the write that notes it as sent
				var err error
				if n, err = h.db.Widget().DeskFileBytes(t.Context(), "g"); err != nil {
					t.Fatal(err)
				} else if n > 0 {
					<-written.wrote
				}
			}
		})
	}
}

func TestFilesWaitWithTheirTextThroughAKill(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	p := h.pool(t)
	wire := &plug{Widget: p.Store}
	p.Store = wire
	d := open(t, p)
	ready(t, d)
	add(t, d, "", "f1", "plan.png", "image/png", pngBytes(t, 4, 3))
	h.mu.Lock()
	h.loseAnswers = 1
	h.mu.Unlock()
	id, err := d.Send(t.Context(), Outgoing{ID: "u1", To: []string{bob}, Text: "The plan", Files: []string{"f1"}})
	if err != nil {
		t.Fatal(err)
	}
	h.waitFor(t, func() bool { return h.counts[mmsPattern] == 1 })
	wire.pull()
	p.Close()

	d = open(t, h.pool(t))
	until(t, d, "being sent", func() bool {
		_, messages, err := d.Conversation(id)
		return err == nil && len(messages) == 1 && settled(d)
	})
	if diff := cmp.Diff([]string{"The plan"}, h.outbound()); diff != "" {
		t.Error(diff)
	}
}

func TestAFileFromANumberThatCannotSendOneIsRefused(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := open(t, h.pool(t))
	ready(t, d)
	add(t, d, "", "f1", "a.gif", "image/gif", []byte("GIF89a"))
	d.mu.Lock()
	for i := range d.me.Numbers {
		d.me.Numbers[i].MMS = false
	}
	d.mu.Unlock()
	_, err := d.Send(t.Context(), Outgoing{ID: "u1", To: []string{bob}, Files: []string{"f1"}})
	if e, ok := errors.AsType[*rc.Error](err); !ok || e.Kind != rc.Denied {
		t.Errorf("%v, want Denied", err)
	}
}

func TestAFailedPictureIsSentAgainWithItsBytes(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := open(t, h.pool(t))
	ready(t, d)
	a := h.attach("plan.png", "image/png", "picture")
	h.mu.Lock()
	m := h.add(rc.Outbound, ada, []string{bob}, "")
	m.Attachments, m.MessageStatus = []rc.Attachment{a}, rc.DeliveryFailed
	id := strconv.FormatInt(m.ID, 10)
	h.mu.Unlock()
	h.notify("", map[string]any{"changes": []any{}})
	until(t, d, "the failure", func() bool { return len(d.Conversations("", 0)) == 1 })
	for range 2 {
		if err := d.Retry(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	h.waitFor(t, func() bool { return h.counts[mmsPattern] == 1 })
	until(t, d, "being sent", func() bool { return settled(d) && len(h.outbound()) == 2 })
	h.mu.Lock()
	defer h.mu.Unlock()
	if got := h.contents["701"]; got != "picture" || len(h.contents) != 2 {
		t.Errorf("%d attachments, the new one is %q", len(h.contents), got)
	}
}

func TestFilesThatWereNeverSentAreForgotten(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := open(t, h.pool(t))
	ready(t, d)
	add(t, d, "", "f1", "a.gif", "image/gif", []byte("GIF89a"))
	w := h.db.Widget()
	later := func(by time.Duration) {
		err := w.Write(t.Context(), func(tx store.WidgetTx) error {
			return tx.DeleteOldDeskFiles(t.Context(), "g", time.Now().Add(by-keepUploads))
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	later(0)
	if files, err := d.DraftFiles(t.Context(), ""); err != nil || len(files) != 1 {
		t.Errorf("a fresh one: %+v, %v", files, err)
	}
	later(keepUploads + time.Minute)
	if files, err := d.DraftFiles(t.Context(), ""); err != nil || len(files) != 0 {
		t.Errorf("an old one: %+v, %v", files, err)
	}
}

func TestContentsAreBoundedAndForgotten(t *testing.T) {
	var c contents
	fetched := 0
	get := func(grant, id string) {
		t.Helper()
		_, err := c.get(t.Context(), contentKey{grant, "m", id}, func() ([]byte, error) {
			fetched++
			return make([]byte, maxContents/4), nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for i := range 5 {
		get("a", fmt.Sprint(i))
	}
	if c.size > maxContents || len(c.entries) != 4 {
		t.Errorf("%d bytes of %d are kept in %d entries", c.size, maxContents, len(c.entries))
	}
	get("a", "4")
	get("b", "4") // another's is another
	if fetched != 6 {
		t.Errorf("fetched %d times, want 6", fetched)
	}
	c.forget("a")
	if c.size != maxContents/4 || len(c.entries) != 1 {
		t.Errorf("%d bytes in %d entries are left of the other grant", c.size, len(c.entries))
	}
	boom := errors.New("boom")
	if _, err := c.get(t.Context(), contentKey{"a", "m", "x"}, func() ([]byte, error) { return nil, boom }); !errors.Is(err, boom) || len(c.flights) > 0 {
		t.Errorf("a failed fetch: %v, %d flights", err, len(c.flights))
	}
}
