package desk

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/rc"
)

// A mailRoom is the part of the double that has voicemail and faxes.
type mailRoom struct {
	hasMail   bool // the user may have them
	patches   []string
	faxes     []string // what was posted: recipients, cover page and documents
	loseFaxes int      // so many are taken, and the answer is lost
	dropFaxes int      // so many are cut off before they are taken
	noChanges bool     // nothing may be marked or had back
	refuseFax bool
	faxed     chan string // told of each that was taken
}

func (p *platform) handleMail(handle func(string, rc.Group, http.HandlerFunc)) {
	p.faxed = make(chan string, 10)
	handle("PATCH /restapi/v1.0/account/~/extension/~/message-store/{ids}", rc.Medium, func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.patches = append(p.patches, r.PathValue("ids"))
		if p.noChanges {
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, `{"errorCode":"CMN-408","message":"In order to call this API endpoint, user needs to have [EditMessages] permission."}`)
			return
		}
		for i, m := range p.messages {
			if strconv.FormatInt(m.ID, 10) == r.PathValue("ids") {
				p.seq++
				m.Availability, m.LastModifiedTime, p.changed[i] = rc.Alive, rc.TimeOf(time.Now()), p.seq
			}
		}
		fmt.Fprint(w, `{}`)
		go p.notify("", map[string]any{"changes": []any{}})
	})
	handle("POST /restapi/v1.0/account/~/extension/~/fax", rc.Heavy, p.fax)
	handle("GET /restapi/v1.0/dictionary/fax-cover-page", rc.Light, p.fixed(rc.List[rc.FaxCoverPage]{Records: []rc.FaxCoverPage{{ID: "0", Name: "None"}, {ID: "5", Name: "Classic"}}}))
}

// fax takes one as its knobs say.
func (p *platform) fax(w http.ResponseWriter, r *http.Request) {
	var req rc.FaxRequest
	var names []string
	err := readForm(r, &req, func(name, _, body string) { names = append(names, name+"="+body) })
	if err != nil {
		err = json.NewDecoder(r.Body).Decode(&req)
	}
	p.mu.Lock()
	if err != nil || p.refuseFax {
		p.mu.Unlock()
		w.WriteHeader(http.StatusBadRequest)
		fmt.Fprint(w, `{"errorCode":"CMN-101","message":"Parameter [to.phoneNumber] value is invalid."}`)
		return
	}
	if p.dropFaxes > 0 {
		p.dropFaxes--
		p.mu.Unlock()
		p.faxed <- "cut off: " + req.CoverPageText
		panic(http.ErrAbortHandler)
	}
	var to []string
	for _, c := range req.To {
		to = append(to, c.PhoneNumber)
	}
	cover := 0
	if req.CoverIndex != nil {
		cover = *req.CoverIndex
	}
	p.faxes = append(p.faxes, fmt.Sprintf("%s %d %q %s%s", strings.Join(to, ","), cover, req.CoverPageText, strings.Join(names, ","), req.OriginalMessageID))
	m := p.add(rc.Outbound, ada, to, "")
	m.Type, m.MessageStatus, m.FaxPageCount, m.CoverIndex, m.CoverPageText = rc.TypeFax, rc.Queued, 1, req.CoverIndex, req.CoverPageText
	answer := *m
	lost := p.loseFaxes > 0
	p.loseFaxes--
	p.mu.Unlock()
	p.faxed <- req.CoverPageText
	if lost {
		panic(http.ErrAbortHandler)
	}
	answerJSON(w, answer)
}

// leave adds voicemail with its words; the caller holds mu.
func (p *platform) leave(from, words string) *rc.Message {
	m := p.add(rc.Inbound, from, []string{ada}, "")
	m.Type = rc.TypeVoiceMail
	m.Attachments = []rc.Attachment{{ID: m.ID + 100_000, Type: rc.AudioRecording, ContentType: "audio/wav", VMDuration: 7}}
	if words != "" {
		m.VMTranscriptionState = rc.TranscriptionCompleted
		m.Attachments = append(m.Attachments, rc.Attachment{ID: m.ID + 200_000, Type: rc.AudioTranscription, ContentType: "text/plain"})
		p.contents[strconv.FormatInt(m.ID+200_000, 10)] = words
	}
	return m
}

func (h *house) withMail(f func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.hasMail = true
	f()
}

func spoken(d *Desk) (all []string) {
	for _, v := range d.Voicemails() {
		all = append(all, v.Party.Label()+": "+v.Spoken)
	}
	return all
}

func TestVoicemailIsReadAndTold(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.withMail(func() { h.leave(grace, "The keys are in the box"); h.add(rc.Inbound, bob, []string{ada}, "a text") })
	d := open(t, h.pool(t))
	ready(t, d)
	until(t, d, "the transcription being read", func() bool { return cmp.Equal(spoken(d), []string{"Gráce Hopper: The keys are in the box"}) })
	if box := d.Mailbox(); !box.Voicemail || !box.Synced || box.Unheard != 1 || box.Unseen != 0 {
		t.Errorf("the mailbox says %+v", box)
	}
	if v := d.Voicemails()[0]; !v.Unread || v.Length != 7*time.Second || !v.Sound || v.Spelt != SpeltHere {
		t.Errorf("the voicemail is %+v", v)
	}
	w := d.Watch(d.Position())
	defer w.Close()
	h.withMail(func() { h.leave(bob, "") })
	h.notify("", map[string]any{"changes": []any{map[string]any{"type": "VoiceMail", "newCount": 1}}})
	deadline := time.After(20 * time.Second)
	for told := false; !told; {
		select {
		case e := <-w.C:
			told = e.Type == EventMessage && e.New && e.Message.Type == rc.TypeVoiceMail
		case <-deadline:
			t.Fatal("nobody was told of new voicemail")
		}
	}
	if box := d.Mailbox(); box.Unheard != 2 {
		t.Errorf("unheard %d, want 2", box.Unheard)
	}
	if threads := d.Conversations("", 0); len(threads) != 1 {
		t.Errorf("voicemail is among the conversations: %+v", threads)
	}
}

func TestWhatIsDoneWithMailReachesThePlatformAfterARestart(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	var one, two *rc.Message
	h.withMail(func() { one, two = h.leave(grace, ""), h.leave(bob, "") })
	p := h.pool(t)
	d := open(t, p)
	ready(t, d)
	until(t, d, "both messages", func() bool { return len(d.Voicemails()) == 2 })
	h.withMail(func() { h.down = true })
	first, second := strconv.FormatInt(one.ID, 10), strconv.FormatInt(two.ID, 10)
	for _, err := range []error{d.MarkMail(first, true), d.RemoveMail(second), d.RestoreMail(second), d.RemoveMail(second)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := spoken(d); len(got) != 1 || d.Mailbox().Unheard != 0 {
		t.Errorf("here it is %v with %d unheard, want one and none", got, d.Mailbox().Unheard)
	}
	p.Close()
	h.withMail(func() { h.down = false })
	d = open(t, h.pool(t))
	ready(t, d)
	h.stirs(t, "the platform knowing", func() bool { return one.ReadStatus == rc.Read && two.Availability == rc.Deleted })
	if err := d.RestoreMail(second); err != nil {
		t.Fatal(err)
	}
	h.stirs(t, "having it back", func() bool { return two.Availability == rc.Alive })
	if len(d.Voicemails()) != 2 {
		t.Errorf("after it was had back: %v", spoken(d))
	}
	if err := d.MarkMail("999", true); err == nil {
		t.Error("a message that is not here was marked")
	}
}

// fileFor adds a document for the next fax.
func fileFor(t *testing.T, d *Desk, id, name, body string) {
	t.Helper()
	if _, err := d.AddFaxFile(t.Context(), Upload{ID: id, Name: name, Body: []byte(body)}); err != nil {
		t.Fatal(err)
	}
}

func faxStates(d *Desk) (all []string) {
	for _, f := range d.Faxes() {
		all = append(all, f.Parties[0].Label()+" "+string(f.State))
	}
	return all
}

func TestAFaxIsSentOnceThoughItsAnswerIsLost(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.withMail(func() { h.loseFaxes = 1 })
	p := h.pool(t)
	d := open(t, p)
	ready(t, d)
	until(t, d, "being read", func() bool { return d.Mailbox().Synced })
	fileFor(t, d, "f1", "offer.txt", "Hello")
	o := OutgoingFax{ID: "one", To: []string{grace}, Files: []string{"f1"}, Cover: 5, CoverText: "As promised"}
	for range 2 {
		if err := d.SendFax(t.Context(), o); err != nil {
			t.Fatal(err)
		}
	}
	select {
	case <-h.faxed:
	case <-time.After(30 * time.Second):
		t.Fatal("the platform never got it")
	}
	p.Close() // before anybody knows what became of it
	d = open(t, h.pool(t))
	ready(t, d)
	until(t, d, "the fax being found", func() bool {
		all := d.Faxes()
		return len(all) == 1 && !all[0].Waiting
	})
	if err := d.SendFax(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if want := []string{grace + ` 5 "As promised" offer.txt=Hello`}; !cmp.Equal(h.faxes, want) {
		t.Errorf("the platform got %q, want %q", h.faxes, want)
	}
}

func TestAFaxThatIsRefusedSaysWhyAndGoesAgain(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.withMail(func() { h.refuseFax = true })
	d := open(t, h.pool(t))
	ready(t, d)
	until(t, d, "being read", func() bool { return d.Mailbox().Synced })
	fileFor(t, d, "f1", "a.txt", "x")
	if err := d.SendFax(t.Context(), OutgoingFax{ID: "one", To: []string{grace}, Files: []string{"f1"}}); err != nil {
		t.Fatal(err)
	}
	until(t, d, "the refusal", func() bool { return slices.Equal(faxStates(d), []string{"Gráce Hopper failed"}) })
	f := d.Faxes()[0]
	if !strings.Contains(f.Error, "to.phoneNumber") || !f.Waiting {
		t.Errorf("it says %q", f.Error)
	}
	h.withMail(func() { h.refuseFax = false })
	for range 2 {
		if err := d.RetryFax(t.Context(), f.ID); err != nil {
			t.Fatal(err)
		}
	}
	until(t, d, "it being taken", func() bool { all := d.Faxes(); return len(all) == 1 && !all[0].Waiting })
	// The carrier gives up: it is sent again by its own documents.
	var failed *rc.Message
	h.withMail(func() {
		for i, m := range h.messages {
			if m.Type == rc.TypeFax {
				h.seq++
				m.MessageStatus, m.To[0].MessageStatus, m.LastModifiedTime, h.changed[i] = rc.SendingFailed, rc.SendingFailed, rc.TimeOf(time.Now().Add(time.Second)), h.seq
				failed = m
			}
		}
	})
	h.notify("", map[string]any{"changes": []any{map[string]any{"type": "Fax", "updatedCount": 1}}})
	until(t, d, "the failure", func() bool { return slices.Equal(faxStates(d), []string{"Gráce Hopper failed"}) })
	for range 2 {
		if err := d.RetryFax(t.Context(), strconv.FormatInt(failed.ID, 10)); err != nil {
			t.Fatal(err)
		}
	}
	until(t, d, "the second fax", func() bool { return len(d.Faxes()) == 2 && !d.Faxes()[0].Waiting })
	h.mu.Lock()
	defer h.mu.Unlock()
	if want := []string{grace + ` 0 "" a.txt=x`, fmt.Sprintf(`%s 0 "" %d`, grace, failed.ID)}; !cmp.Equal(h.faxes, want) {
		t.Errorf("the platform got %q, want %q", h.faxes, want)
	}
}

func TestFaxesThatCannotBeSent(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.withMail(func() {})
	d := open(t, h.pool(t))
	ready(t, d)
	fileFor(t, d, "f1", "a.pdf", "%PDF-")
	for _, tt := range []struct {
		name string
		fax  OutgoingFax
		want string
	}{
		{"to nobody", OutgoingFax{ID: "1", Files: []string{"f1"}}, "whom to fax"},
		{"nothing", OutgoingFax{ID: "1", To: []string{grace}}, "Add a document"},
		{"to words", OutgoingFax{ID: "1", To: []string{"hello"}, Files: []string{"f1"}}, "not a phone number"},
		{"a document that is gone", OutgoingFax{ID: "1", To: []string{grace}, Files: []string{"f2"}}, "not here any more"},
		{"without an id", OutgoingFax{To: []string{grace}, Files: []string{"f1"}}, "no id"},
		{"a long cover page", OutgoingFax{ID: "1", To: []string{grace}, Cover: 1, CoverText: strings.Repeat("a", 1025)}, "1024"},
	} {
		if err := d.SendFax(t.Context(), tt.fax); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
	for _, u := range []Upload{{ID: "x", Name: "a.docx", Body: []byte("x")}, {ID: "x", Name: "a.pdf"}, {Name: "a.pdf", Body: []byte("x")}} {
		if _, err := d.AddFaxFile(t.Context(), u); err == nil {
			t.Errorf("%+v was taken", u)
		}
	}
	if files, err := d.FaxFiles(t.Context()); err != nil || len(files) != 1 {
		t.Errorf("the draft has %v, %v, want its one document", files, err)
	}
}
