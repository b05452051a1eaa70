package calllog_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/api/calllog"
	"offhook/internal/rc"
)

const (
	own     = "/restapi/v1.0/account/~/extension/~"
	company = "/restapi/v1.0/account/~"
)

type world struct{ *apitest.World }

// newWorld gives Ada an afternoon of calls: with Bob, with Eve of another
// company, and with somebody outside.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{apitest.New(t)}
	(&calllog.Handler{Face: w.Face, Store: w.Store, Now: w.Now}).Mount(w.Mux)
	ago := func(hours int) time.Time { return apitest.Start.Add(-time.Duration(hours) * time.Hour) }
	err := calllog.Seed(t.Context(), w.Store, []calllog.PastCall{
		{From: apitest.BobPhone, To: apitest.AdaPhone, At: ago(1), Duration: 2 * time.Second, Outcome: calllog.Answered, Recording: rc.RecordedOnDemand},
		{From: apitest.Outside, To: apitest.AdaPhone, At: ago(2), Duration: 20 * time.Second, Outcome: calllog.Missed, Name: "WIRELESS CALLER"},
		{From: apitest.AdaPhone, To: apitest.EvePhone, At: ago(3), Duration: time.Second, Outcome: calllog.Answered, Recording: rc.RecordedAutomatic},
		{From: apitest.AdaPhone, To: apitest.Outside, At: ago(4), Duration: 9 * time.Second, Outcome: calllog.Busy},
		{From: apitest.EvePhone, To: apitest.AdaPhone, At: ago(48), Duration: 9 * time.Second, Outcome: calllog.Voicemail},
	})
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// told writes calls as hours ago and result.
func told(calls []rc.CallRecord) string {
	var all []string
	for _, c := range calls {
		text := apitest.Start.Sub(c.StartTime.Time).Truncate(time.Hour).String()
		all = append(all, strings.TrimSuffix(text, "0m0s")+" "+c.Result)
	}
	return strings.Join(all, ", ")
}

func (w *world) list(as, path string) rc.List[rc.CallRecord] {
	w.T.Helper()
	return apitest.Get[rc.List[rc.CallRecord]](w.World, as, path)
}

func TestACallIsInTheLogOfBothSides(t *testing.T) {
	w := newWorld(t)
	ada := w.list("ada", own+"/call-log?view=Detailed&sessionId="+w.list("ada", own+"/call-log").Records[0].SessionID).Records[0]
	bob := w.list("bob", own+"/call-log").Records[0]
	uri := "http://platform.example/restapi/v1.0/account/100001"
	recording := &rc.RecordingOfACall{ID: ada.Recording.ID, Type: rc.RecordedOnDemand, URI: uri + "/recording/" + ada.Recording.ID, ContentURI: uri + "/recording/" + ada.Recording.ID + "/content"}
	facts := rc.CallFacts{
		TelephonySessionID: bob.TelephonySessionID, PartyID: strings.TrimSuffix(bob.PartyID, "1") + "2", StartTime: rc.TimeOf(apitest.Start.Add(-time.Hour)), Duration: 2, DurationMs: 2000,
		Type: rc.Voice, InternalType: "Sip", Direction: rc.Inbound, Action: "Phone Call", Result: rc.CallAccepted, Transport: "VoIP",
		From: &rc.CallParty{PhoneNumber: apitest.BobPhone, ExtensionNumber: "102", ExtensionID: "101002", Name: "Bob Stone"},
		To:   &rc.CallParty{PhoneNumber: apitest.AdaPhone, ExtensionNumber: "101", ExtensionID: "101001", Name: "Ada Test"},
	}
	extension := &rc.CallExtension{ID: apitest.Ada, URI: uri + "/extension/101001"}
	ring := facts
	ring.Action = "VoIP Call"
	want := rc.CallRecord{
		ID: ada.ID, URI: uri + "/extension/101001/call-log/" + ada.ID, SessionID: bob.SessionID, Extension: extension, Recording: recording,
		CallFacts: facts, LastModifiedTime: rc.TimeOf(apitest.Start.Add(-time.Hour + 2*time.Second)),
		Legs: []rc.CallLeg{
			{LegType: "Accept", Master: true, Extension: extension, Recording: recording, CallFacts: facts},
			{LegType: "PstnToSip", Extension: extension, CallFacts: ring},
		},
	}
	if diff := cmp.Diff(want, ada); diff != "" {
		t.Errorf("Ada's record (-want +got):\n%s", diff)
	}
	if bob.Direction != rc.Outbound || bob.Result != rc.CallConnected || bob.ID == ada.ID || bob.Recording.ID != ada.Recording.ID || bob.Legs != nil {
		t.Errorf("Bob's record: %+v", bob)
	}
	if got := told(w.list("eve", own+"/call-log?dateFrom=2025-12").Records); got != "3h Accepted, 48h Call connected" {
		t.Errorf("Eve's log: %q", got)
	}
	err := calllog.Seed(t.Context(), w.Store, []calllog.PastCall{{From: apitest.Outside, To: "+14155550198", At: apitest.Start, Outcome: calllog.Missed}})
	if err == nil {
		t.Error("a call that nobody of the platform took part in was added")
	}
}

func TestListFilters(t *testing.T) {
	w := newWorld(t)
	session := w.list("ada", own+"/call-log?dateFrom=2025-12-01&dateTo=2026-01-01").Records[0]
	for _, tt := range []struct{ name, query, want string }{
		{"the last day, newest first", "", "1h Accepted, 2h Missed, 3h Call connected, 4h Busy"},
		{"from a date", "dateFrom=2025-12-30", "1h Accepted, 2h Missed, 3h Call connected, 4h Busy, 48h Voicemail"},
		{"a day until a date", "dateTo=2025-12-31T12:00", "48h Voicemail"},
		{"inbound", "direction=Inbound", "1h Accepted, 2h Missed"},
		{"both directions", "direction=Inbound&direction=Outbound", "1h Accepted, 2h Missed, 3h Call connected, 4h Busy"},
		{"faxes", "type=Fax", ""},
		{"within the company", "transport=VoIP", "1h Accepted"},
		{"with a recording", "withRecording=true", "1h Accepted, 3h Call connected"},
		{"with a recording of a kind", "recordingType=Automatic", "3h Call connected"},
		{"with any recording", "recordingType=All", "1h Accepted, 3h Call connected"},
		{"a party", "phoneNumber=" + url.QueryEscape(apitest.Outside), "2h Missed, 4h Busy"},
		{"a party whose plus sign is missing", "phoneNumber=14155550199", "2h Missed, 4h Busy"},
		{"a colleague", "extensionNumber=102", "1h Accepted"},
		{"a session of long ago", "sessionId=" + session.SessionID, "48h Voicemail"},
		{"a telephony session", "telephonySessionId=" + session.TelephonySessionID, "48h Voicemail"},
		{"the second page", "perPage=2&page=2", "3h Call connected, 4h Busy"},
		{"as much as there is", "perPage=MAX&showBlocked=false&showDeleted=true", "1h Accepted, 2h Missed, 3h Call connected, 4h Busy"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := told(w.list("ada", own+"/call-log?"+tt.query).Records); got != tt.want {
				t.Errorf("%s: %q, want %q", tt.query, got, tt.want)
			}
		})
	}
	for _, query := range []string{
		"page=0", "perPage=x", "direction=Up", "type=Pigeon", "transport=Rail", "view=Wide", "withRecording=some", "recordingType=Half", "showBlocked=x", "showDeleted=x",
		"dateFrom=yesterday", "dateTo=soon", "phoneNumber=x",
	} {
		name, _, _ := strings.Cut(query, "=")
		apitest.Refused(t, w.Do("ada", "GET", own+"/call-log?"+query, nil), 400, "CMN-101", name)
	}
	apitest.Refused(t, w.Do("ada", "GET", own+"/call-log?sessionId=1&direction=Inbound", nil), 400, "CLG-110", "sessionId")
	apitest.Refused(t, w.Do("ada", "GET", own+"/call-log?phoneNumber=1&extensionNumber=2", nil), 400, "CLG-110", "extensionNumber")
	if got := w.list("ada", own+"/active-calls?direction=Inbound").Records; len(got) != 0 {
		t.Errorf("calls that go on: %+v", got)
	}
}

func TestOnlyWhoMayReadsALog(t *testing.T) {
	w := newWorld(t)
	adas := w.list("ada", own+"/call-log").Records[0]
	evess := w.list("eve", own+"/call-log").Records[0]
	for _, tt := range []struct {
		name, as, path string
		status         int
		code           string
	}{
		{"another extension's log", "bob", "/restapi/v1.0/account/~/extension/101001/call-log", 403, "CMN-404"},
		{"another extension's log, by its administrator", "ada", "/restapi/v1.0/account/~/extension/101002/call-log", 403, "CMN-404"},
		{"another account's log", "eve", "/restapi/v1.0/account/100001/extension/101001/call-log", 404, "CMN-102"},
		{"another extension's record", "bob", own + "/call-log/" + adas.ID, 404, "CMN-102"},
		{"another account's record", "eve", own + "/call-log/" + adas.ID, 404, "CMN-102"},
		{"the company's log", "bob", company + "/call-log", 403, "CMN-408"},
		{"the company's sync", "bob", company + "/call-log-sync", 403, "CMN-408"},
		{"the company's calls that go on", "bob", company + "/active-calls", 403, "CMN-408"},
		{"a recording of others", "cy", company + "/recording/" + adas.Recording.ID, 404, "CMN-102"},
		{"its sound", "cy", company + "/recording/" + adas.Recording.ID + "/content", 404, "CMN-102"},
		{"a recording of another account", "ada", company + "/recording/" + evess.Recording.ID, 404, "CMN-102"},
		{"a recording at another account", "eve", "/restapi/v1.0/account/100001/recording/" + adas.Recording.ID + "/content", 404, "CMN-102"},
		{"without the scope", "ada?ReadMessages", own + "/call-log", 403, "CMN-401"},
		{"recordings with the log's scope", "ada?ReadCallLog", company + "/recording/" + adas.Recording.ID + "/content", 403, "CMN-401"},
		{"nobody", "", own + "/call-log", 401, "OAU-123"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rec := w.Do(tt.as, "GET", tt.path, nil)
			e := apitest.Decode[rc.ErrorEnvelope](t, rec, tt.status)
			if e.ErrorCode != tt.code {
				t.Errorf("%s as %s: %+v, want %s", tt.path, tt.as, e, tt.code)
			}
		})
	}
	apitest.Refused(t, w.Do("ada?ReadCallLog", "DELETE", own+"/call-log", nil), 403, "CMN-401", "")
	if got := told(w.list("ada", company+"/call-log").Records); got != "1h Accepted, 1h Call connected, 2h Missed, 3h Call connected, 4h Busy" &&
		got != "1h Call connected, 1h Accepted, 2h Missed, 3h Call connected, 4h Busy" {
		t.Errorf("the company's log: %q", got)
	}
	if got := told(w.list("ada", company+"/call-log?extensionNumber=102").Records); got != "1h Call connected" {
		t.Errorf("the log of an extension: %q", got)
	}
	if got := w.list("bob", own+"/call-log?withRecording=true").Records; len(got) != 1 {
		t.Fatalf("Bob's recorded calls: %v", got)
	}
	apitest.Get[rc.Recording](w.World, "bob", company+"/recording/"+adas.Recording.ID)
}

func TestSeveralRecordsAreReadAtOnce(t *testing.T) {
	w := newWorld(t)
	calls := w.list("ada", own+"/call-log").Records
	one := apitest.Get[rc.CallRecord](w.World, "ada", own+"/call-log/"+calls[1].ID)
	if diff := cmp.Diff(calls[1], one); diff != "" {
		t.Errorf("one record (-want +got):\n%s", diff)
	}
	rec := w.Do("ada", "GET", own+"/call-log/"+calls[0].ID+",7,"+calls[1].ID+"?view=Detailed", nil, "Accept: application/vnd.ringcentral.multipart+json")
	parts := apitest.Decode[[]struct {
		ResourceID string
		Status     int
		Body       struct {
			ErrorCode string
			Legs      []rc.CallLeg
		}
	}](t, rec, 207)
	if len(parts) != 3 || parts[0].Body.Legs == nil || parts[1].Status != 404 || parts[1].Body.ErrorCode != "CMN-102" || parts[2].ResourceID != calls[1].ID {
		t.Errorf("three records: %+v", parts)
	}
	apitest.Refused(t, w.Do("ada", "GET", own+"/call-log/"+strings.Repeat("1,", 30)+"1", nil), 400, "CMN-106", "")
	apitest.Refused(t, w.Do("ada", "GET", own+"/call-log/x", nil), 404, "CMN-102", "callRecordId")
}

func TestARecordingIsHeardByRanges(t *testing.T) {
	w := newWorld(t)
	ref := w.list("ada", own+"/call-log").Records[0].Recording
	got := apitest.Get[rc.Recording](w.World, "ada", company+"/recording/"+ref.ID)
	if diff := cmp.Diff(rc.Recording{ID: ref.ID, ContentURI: ref.ContentURI, ContentType: "audio/wav", Duration: 2}, got); diff != "" {
		t.Errorf("the recording (-want +got):\n%s", diff)
	}
	path := company + "/recording/" + ref.ID + "/content"
	whole := w.Do("ada", "GET", path, nil)
	if whole.Code != 200 || whole.Header().Get("Content-Type") != "audio/wav" || whole.Body.Len() != 44+2*8000 || !strings.HasPrefix(whole.Body.String(), "RIFF") {
		t.Errorf("the sound: %d, %v, %d bytes", whole.Code, whole.Header(), whole.Body.Len())
	}
	part := w.Do("bob", "GET", path+"?contentDisposition=Attachment&contentDispositionFilename=call.wav", nil, "Range: bytes=8-11")
	if part.Code != 206 || part.Body.String() != "WAVE" || part.Header().Get("Content-Disposition") != "attachment; filename=call.wav" {
		t.Errorf("a part: %d %q %v", part.Code, part.Body, part.Header())
	}
	if rec := w.Do("ada", "GET", path, nil, "Range: bytes=99999999-"); rec.Code != 416 {
		t.Errorf("a range behind the end: %d", rec.Code)
	}
	apitest.Refused(t, w.Do("ada", "GET", path+"?contentDisposition=Elsewhere", nil), 400, "CMN-101", "contentDisposition")
	apitest.Refused(t, w.Do("ada", "GET", company+"/recording/7", nil), 404, "CMN-102", "recordingId")
	apitest.Decode[any](t, w.Do("bob", "DELETE", own+"/call-log", nil), 204)
	apitest.Refused(t, w.Do("bob", "GET", path, nil), 404, "CMN-102", "recordingId")
}
