package messages_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/api/messages"
	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/storetest"
)

// voicemail leaves something for Ada, and waits until she has been told.
func (w *world) voicemail(t *testing.T, v messages.Voicemail) rc.Message {
	t.Helper()
	if _, err := messages.LeaveVoicemail(t.Context(), w.Store, v); err != nil {
		t.Fatal(err)
	}
	w.run(t)
	var m rc.Message
	for _, e := range w.next(t, 2) {
		if strings.HasSuffix(e.Filter, "/voicemail") {
			if err := json.Unmarshal(e.Body, &m); err != nil {
				t.Fatal(err)
			}
		}
	}
	return m
}

func TestVoicemailArrives(t *testing.T) {
	w := newWorld(t)
	w.office.Base = "http://platform.example"
	before := apitest.Get[rc.MessageSync](w.World, "ada", own+"/message-sync?syncType=FSync&messageType=VoiceMail")
	told := w.voicemail(t, messages.Voicemail{
		From: apitest.BobPhone, To: apitest.AdaPhone, At: apitest.Start, Length: 3 * time.Second, Text: "Call me back",
	})
	got := w.list("ada", "messageType=VoiceMail").Records
	if len(got) != 1 {
		t.Fatalf("Ada has %d voicemail messages, want 1", len(got))
	}
	m := got[0]
	uri := "http://platform.example/restapi/v1.0/account/100001/extension/101001/message-store/" + strconv.FormatInt(m.ID, 10)
	if len(m.Attachments) != 2 {
		t.Fatalf("attachments %+v, want the sound and its transcription", m.Attachments)
	}
	at := rc.Time{Time: apitest.Start}
	want := rc.Message{
		ID: m.ID, URI: uri, ExtensionID: "101001", Type: rc.TypeVoiceMail, Direction: rc.Inbound, Availability: rc.Alive, ReadStatus: rc.Unread,
		Priority: "Normal", MessageStatus: rc.Received, CreationTime: at, LastModifiedTime: rc.Time{Time: apitest.Start.Add(time.Millisecond)}, // of the transcription
		From: &rc.Caller{PhoneNumber: apitest.BobPhone, ExtensionNumber: "102", ExtensionID: "101002", Name: "Bob Stone"},
		To:   []rc.Caller{{PhoneNumber: apitest.AdaPhone, Name: "Ada Test", Target: true}},
		Attachments: []rc.Attachment{
			{ID: m.Attachments[0].ID, URI: uri + "/content/" + strconv.FormatInt(m.Attachments[0].ID, 10), Type: rc.AudioRecording, ContentType: "audio/wav", Size: 24044, VMDuration: 3},
			{ID: m.Attachments[1].ID, URI: uri + "/content/" + strconv.FormatInt(m.Attachments[1].ID, 10), Type: rc.AudioTranscription, ContentType: "text/plain", FileName: "transcription", Size: 12, VMDuration: 3},
		},
		VMTranscriptionState: rc.TranscriptionCompleted,
	}
	if diff := cmp.Diff(want, m); diff != "" {
		t.Errorf("Ada's voicemail (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(m, told); diff != "" {
		t.Errorf("the event tells something else than the message store:\n%s", diff)
	}
	after := apitest.Get[rc.MessageSync](w.World, "ada", own+"/message-sync?syncType=ISync&syncToken="+before.SyncInfo.SyncToken)
	if len(after.Records) != 1 || after.Records[0].ID != m.ID {
		t.Errorf("the next sync brought %+v, want the voicemail", after.Records)
	}
	if texts := w.list("ada", "messageType=Text").Records; len(texts) != 0 {
		t.Errorf("voicemail is among the texts: %+v", texts)
	}
}

func TestVoicemailIsHeardByItsOwnerOnly(t *testing.T) {
	w := newWorld(t)
	m := w.voicemail(t, messages.Voicemail{From: apitest.Outside, Name: "WIRELESS CALLER", To: apitest.AcmeMain, At: apitest.Start, Length: time.Second, Text: "Grüße"})
	if m.From.Name != "WIRELESS CALLER" {
		t.Errorf("the caller is %+v", m.From)
	}
	path := func(i int) string {
		return inbox + "/" + strconv.FormatInt(m.ID, 10) + "/content/" + strconv.FormatInt(m.Attachments[i].ID, 10)
	}
	ask := func(as, path, part string) *httptest.ResponseRecorder {
		rec, r := httptest.NewRecorder(), httptest.NewRequest("GET", "http://platform.example"+path, nil)
		r.Header.Set("Authorization", "Bearer "+as)
		if part != "" {
			r.Header.Set("Range", part)
		}
		w.Mux.ServeHTTP(rec, r)
		return rec
	}
	for _, tt := range []struct {
		name, as, path, part string
		status, size         int
		kind                 string
	}{
		{"the whole", "ada", path(0), "", 200, 8044, "audio/wav"},
		{"a part, as players ask", "ada", path(0), "bytes=0-99", 206, 100, "audio/wav"},
		{"the transcription", "ada", path(1), "", 200, len("Grüße"), "text/plain; charset=utf-8"},
		{"the id of the message, which is a text's", "ada", inbox + "/" + strconv.FormatInt(m.ID, 10) + "/content/" + strconv.FormatInt(m.ID, 10), "", 404, -1, ""},
		{"a colleague", "bob", path(0), "", 404, -1, ""},
		{"a colleague by Ada's path", "bob", strings.Replace(path(0), "extension/~", "extension/101001", 1), "", 403, -1, ""},
		{"an app that may not read messages", "ada?ReadAccounts", path(0), "", 403, -1, ""},
	} {
		got := ask(tt.as, tt.path, tt.part)
		if got.Code != tt.status || tt.size >= 0 && (got.Body.Len() != tt.size || got.Header().Get("Content-Type") != tt.kind) {
			t.Errorf("%s: %d, %s, %d bytes; want %d, %s, %d", tt.name, got.Code, got.Header().Get("Content-Type"), got.Body.Len(), tt.status, tt.kind, tt.size)
		}
	}
	id := strconv.FormatInt(m.ID, 10)
	if read := apitest.Decode[rc.Message](t, w.Do("ada", "PUT", inbox+"/"+id, map[string]string{"readStatus": "Read"}), http.StatusOK); read.ReadStatus != rc.Read {
		t.Errorf("marked as read it is %+v", read)
	}
	if got := w.Do("ada", "DELETE", inbox+"/"+id+"?purge=true", nil); got.Code != http.StatusNoContent {
		t.Errorf("purging: %d", got.Code)
	}
	if got := ask("ada", path(0), ""); got.Code != http.StatusNotFound {
		t.Errorf("the sound of purged voicemail: %d, want 404", got.Code)
	}
}

func TestVoicemailNeedsSomebody(t *testing.T) {
	w := newWorld(t)
	if _, err := messages.LeaveVoicemail(t.Context(), w.Store, messages.Voicemail{From: apitest.AdaPhone, To: apitest.Outside, Length: time.Second}); err == nil {
		t.Error("voicemail for a number of nobody was taken")
	}
}

func TestVoicemailOfACallNeedsNoNumbers(t *testing.T) {
	w := newWorld(t)
	m, err := w.office.TakeVoicemail(t.Context(), messages.Voicemail{
		Account: apitest.Acme, Caller: apitest.Ada, Owner: apitest.Cy, At: apitest.Start, Length: 2 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	w.run(t)
	w.next(t, 2)
	got := w.list("cy", "messageType=VoiceMail").Records
	if len(got) != 1 || got[0].ID != m.ID || got[0].MessageStatus != rc.Received {
		t.Fatalf("Cy has %+v, want the voicemail %d", got, m.ID)
	}
	from := &rc.Caller{ExtensionNumber: "101", ExtensionID: "101001", Name: "Ada Test"}
	to := []rc.Caller{{ExtensionNumber: "103", ExtensionID: "101003", Name: "Cy", Target: true}}
	if diff := cmp.Diff([]any{from, to}, []any{got[0].From, got[0].To}); diff != "" {
		t.Errorf("who left it for whom (-want +got):\n%s", diff)
	}
	_, err = w.office.TakeVoicemail(t.Context(), messages.Voicemail{Account: apitest.Acme, Owner: apitest.Eve, At: apitest.Start, Length: time.Second})
	if err == nil {
		t.Error("a voicemail was left for somebody of another company")
	}
}

func TestEveryMemberGetsTheVoicemailOfAQueue(t *testing.T) {
	w := newWorld(t)
	w.AddDesk()
	_, err := w.office.TakeVoicemail(t.Context(), messages.Voicemail{
		Account: apitest.Acme, Owner: apitest.Desk, From: apitest.Outside, To: apitest.DeskPhone, At: apitest.Start, Length: 2 * time.Second,
	})
	if err != nil {
		t.Fatal(err)
	}
	to := []rc.Caller{{PhoneNumber: apitest.DeskPhone, ExtensionNumber: "500", ExtensionID: "101050", Name: "Front desk", Target: true}}
	for as, want := range map[string]int{"ada": 1, "bob": 1, "cy": 0} {
		got := w.list(as, "messageType=VoiceMail").Records
		if len(got) != want {
			t.Errorf("%s has %d, want %d", as, len(got), want)
			continue
		}
		if want == 1 {
			if diff := cmp.Diff(to, got[0].To); diff != "" {
				t.Errorf("%s is told that it was left for (-want +got):\n%s", as, diff)
			}
		}
	}
	one, other := w.list("ada", "messageType=VoiceMail").Records[0].ID, w.list("bob", "messageType=VoiceMail").Records[0].ID
	if one == other {
		t.Error("the members share one message, which only one of them can delete")
	}
}

func TestVoicemailIsThereOnceHoweverOftenItIsLeft(t *testing.T) {
	w := newWorld(t)
	w.AddDesk()
	deaf := &storetest.Deaf{Platform: w.Store, Times: 2}
	office := messages.NewOffice(deaf, w.Bus, &store.IDs{Now: w.Now}, w.Now, w.Log)
	v := messages.Voicemail{
		Key: "p-1-2", Account: apitest.Acme, Owner: apitest.Desk, From: apitest.Outside, To: apitest.DeskPhone, At: apitest.Start, Length: time.Second,
	}
	leave := func() int64 {
		t.Helper()
		for deaf.Times > 0 {
			if _, err := office.TakeVoicemail(t.Context(), v); err == nil {
				t.Fatal("the store has not failed")
			}
		}
		m, err := office.TakeVoicemail(t.Context(), v)
		if err != nil {
			t.Fatal(err)
		}
		return m.ID
	}
	id := leave()
	has := func(as string, want int) []rc.Message {
		t.Helper()
		got := w.list(as, "messageType=VoiceMail").Records
		if len(got) != want {
			t.Fatalf("%s has %d messages, want %d", as, len(got), want)
		}
		return got
	}
	if ada, bob := has("ada", 1)[0], has("bob", 1)[0]; ada.ID != id && bob.ID != id {
		t.Errorf("the message is %d, and those that are there %d and %d", id, ada.ID, bob.ID)
	}
	if got := w.Do("ada", "DELETE", inbox+"/"+strconv.FormatInt(has("ada", 1)[0].ID, 10)+"?purge=true", nil); got.Code != http.StatusNoContent {
		t.Fatalf("purging: %d", got.Code)
	}
	leave() // which does not bring it back
	has("ada", 0)
	has("bob", 1)
	v.Key = "p-2-2"
	leave()
	has("ada", 1)
	has("bob", 2)
}

func TestVoicemailIsListenedToOnTheTelephone(t *testing.T) {
	w := newWorld(t)
	for _, text := range []string{"first", "second"} {
		w.voicemail(t, messages.Voicemail{From: apitest.BobPhone, To: apitest.AdaPhone, At: w.Now(), Length: time.Second, Text: text})
		w.Advance(time.Minute)
	}
	ctx := t.Context()
	ada, err := w.Store.Extension(ctx, apitest.Ada)
	if err != nil {
		t.Fatal(err)
	}
	waiting, err := w.office.Waiting(ctx, apitest.Ada)
	if err != nil || len(waiting) != 2 || !waiting[0].CreatedAt.Before(waiting[1].CreatedAt) {
		t.Fatalf("%d messages wait, %v; want both, the oldest first", len(waiting), err)
	}
	if sound, err := w.office.Recording(ctx, apitest.Ada, waiting[0].ID); err != nil || !strings.HasPrefix(string(sound), "RIFF") {
		t.Errorf("the sound of the first: %d bytes, %v", len(sound), err)
	}
	if _, err := w.office.Recording(ctx, apitest.Bob, waiting[0].ID); err == nil {
		t.Error("Bob hears what is Ada's")
	}
	if err := w.office.Heard(ctx, ada, waiting[0].ID); err != nil {
		t.Fatal(err)
	}
	if err := w.office.Drop(ctx, ada, waiting[1].ID); err != nil {
		t.Fatal(err)
	}
	if err := w.office.Heard(ctx, ada, 1); err == nil {
		t.Error("a message that nobody has was heard")
	}
	if left, err := w.office.Waiting(ctx, apitest.Ada); err != nil || len(left) != 0 {
		t.Errorf("%d messages still wait, %v", len(left), err)
	}
	got := w.list("ada", "messageType=VoiceMail").Records
	if len(got) != 1 || got[0].ReadStatus != rc.Read {
		t.Errorf("Ada's screen shows %+v, want the first, read", got)
	}
}
