package telephony_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/api/telephony"
	"offhook/internal/platform/exchange/session"
	"offhook/internal/rc"
	"offhook/internal/store"
)

const sessions = "/restapi/v1.0/account/~/telephony/sessions"

type world struct {
	*apitest.World
	*exchange
	ada, bob *session.Party
}

// newWorld has Ada call Bob, who has not answered.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{World: apitest.New(t)}
	book := session.New(w.Store, w.Bus, &store.IDs{Now: w.Now}, w.Now, w.Log)
	if err := book.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(book.Close)
	w.exchange = &exchange{book: book}
	(&telephony.Handler{Face: w.Face, Store: w.Store, Book: book, Exchange: w.exchange}).Mount(w.Mux)
	ada := session.End{Number: apitest.AdaPhone, Name: "Ada Test", AccountID: apitest.Acme, ExtensionID: apitest.Ada, ExtensionNumber: "101", DeviceID: "80001"}
	bob := session.End{Number: apitest.BobPhone, Name: "Bob Stone", AccountID: apitest.Acme, ExtensionID: apitest.Bob, ExtensionNumber: "102"}
	s := book.Begin(session.Spec{})
	w.ada = s.Add(session.PartySpec{Direction: rc.Outbound, AccountID: apitest.Acme, ExtensionID: apitest.Ada, From: ada, To: bob})
	w.bob = s.Add(session.PartySpec{Direction: rc.Inbound, AccountID: apitest.Acme, ExtensionID: apitest.Bob, From: ada, To: bob})
	return w
}

func (w *world) session() string { return sessions + "/" + w.ada.Session().ID() }

func (w *world) of(p *session.Party) string { return w.session() + "/parties/" + p.ID() }

func TestASessionIsToldToThoseWhoTakePart(t *testing.T) {
	w := newWorld(t)
	w.bob.Proceed()
	end := func(number, name, id, device string) rc.TelephonyEnd {
		return rc.TelephonyEnd{PhoneNumber: number, Name: name, ExtensionID: id, DeviceID: device}
	}
	ada, bob := end(apitest.AdaPhone, "Ada Test", "101001", "80001"), end(apitest.BobPhone, "Bob Stone", "101002", "")
	want := rc.TelephonySession{
		ID: w.ada.Session().ID(), Origin: rc.Origin{Type: "Call"}, CreationTime: rc.Time{Time: apitest.Start},
		Parties: []rc.TelephonyParty{
			{ID: w.ada.ID(), AccountID: "100001", ExtensionID: "101001", Direction: "Outbound", From: ada, To: bob, Owner: &rc.PartyOwner{AccountID: "100001", ExtensionID: "101001"}, Status: rc.PartyStatus{Code: "Setup"}},
			{ID: w.bob.ID(), AccountID: "100001", ExtensionID: "101002", Direction: "Inbound", From: ada, To: bob, Owner: &rc.PartyOwner{AccountID: "100001", ExtensionID: "101002"}, Status: rc.PartyStatus{Code: "Proceeding"}},
		},
	}
	for _, as := range []string{"ada", "bob"} {
		if diff := cmp.Diff(want, apitest.Get[rc.TelephonySession](w.World, as, w.session())); diff != "" {
			t.Errorf("the session as %s reads it (-want +got):\n%s", as, diff)
		}
	}
	if diff := cmp.Diff(want.Parties[1], apitest.Get[rc.TelephonyParty](w.World, "ada", w.of(w.bob))); diff != "" {
		t.Errorf("Bob's party as Ada reads it (-want +got):\n%s", diff)
	}
	for _, as := range []string{"cy", "eve"} {
		apitest.Refused(t, w.Do(as, "GET", w.session(), nil), 404, "CMN-102", "telephonySessionId")
		apitest.Refused(t, w.Do(as, "GET", w.of(w.bob), nil), 404, "CMN-102", "telephonySessionId")
		apitest.Refused(t, w.Do(as, "DELETE", w.session(), nil), 404, "CMN-102", "telephonySessionId")
	}
	apitest.Refused(t, w.Do("ada", "GET", w.session()+"/parties/p-1", nil), 404, "CMN-102", "partyId")
	apitest.Refused(t, w.Do("ada", "GET", sessions+"/s-1", nil), 404, "CMN-102", "telephonySessionId")
	apitest.Refused(t, w.Do("ada?ReadAccounts", "GET", w.session(), nil), 403, "CMN-401", "")
	w.ada.Session().Drop(rc.ReasonCallFinished, "")
	apitest.Refused(t, w.Do("ada", "GET", w.session(), nil), 404, "CMN-102", "telephonySessionId")
}

func TestWhoWithholdsTheirNumberIsNotToldByRequestsEither(t *testing.T) {
	w := newWorld(t)
	ada := w.ada.Spec()
	s := w.book.Begin(session.Spec{})
	s.Add(ada)
	s.Add(session.PartySpec{Direction: rc.Inbound, AccountID: apitest.Acme, ExtensionID: apitest.Bob, To: ada.To})
	path := sessions + "/" + s.ID()
	for _, p := range []string{path, path + "/parties/" + s.Parties()[0].ID()} {
		body := w.Do("bob", "GET", p, nil).Body.String()
		if strings.Contains(body, apitest.AdaPhone) || strings.Contains(body, "Ada") || strings.Contains(body, "101001") || !strings.Contains(body, "Outbound") {
			t.Errorf("GET %s as Bob: %s", p, body)
		}
	}
	ada.Withheld = true
	conference := w.book.Begin(session.Spec{Origin: rc.OriginConference})
	conference.Add(session.PartySpec{Direction: rc.Outbound, AccountID: apitest.Acme, ExtensionID: apitest.Bob})
	conference.Add(ada)
	if body := w.Do("bob", "GET", sessions+"/"+conference.ID(), nil).Body.String(); strings.Contains(body, apitest.AdaPhone) || strings.Contains(body, "Ada") {
		t.Errorf("the host of a conference reads %s", body)
	}
	if got := apitest.Get[rc.TelephonySession](w.World, "ada", path); got.Parties[0].From.PhoneNumber != apitest.AdaPhone || got.Parties[0].Owner == nil {
		t.Errorf("to herself Ada is %+v", got.Parties[0])
	}
}

func TestNobodyCommandsAnothersParty(t *testing.T) {
	w := newWorld(t)
	body := `{"deviceId":"1","phoneNumber":"+14155550147","muted":true,"replyWithText":"x","callFlipId":"1","active":true}`
	for _, command := range []string{
		"POST /hold", "POST /unhold", "POST /reject", "POST /ignore", "POST /answer", "POST /forward", "POST /transfer", "POST /bridge", "POST /reply",
		"POST /park", "POST /flip", "POST /recordings", "PATCH /recordings/1", "PATCH ", "DELETE ",
	} {
		method, path, _ := strings.Cut(command, " ")
		apitest.Refused(t, w.Do("ada", method, w.of(w.bob)+path, body), 403, "CMN-404", "")
		apitest.Refused(t, w.Do("eve", method, w.of(w.bob)+path, body), 404, "CMN-102", "telephonySessionId")
	}
	w.bob.End(rc.ReasonRejected, "")
	apitest.Refused(t, w.Do("bob", "POST", w.of(w.bob)+"/reject", nil), 409, "CMN-406", "")
	if len(w.asked) != 0 {
		t.Errorf("the exchange was asked for %v", w.asked)
	}
}

func TestCommandsReachTheExchangeAndAnswerWithTheParty(t *testing.T) {
	for _, tt := range []struct {
		name, as, command, body string
		answered                bool
		status                  int
		asked, state            string
	}{
		{"hold", "ada", "POST /hold", "", true, 200, "hold true", "Hold"},
		{"hold with a protocol", "ada", "POST /hold", `{"proto":"Auto"}`, true, 200, "hold true", "Hold"},
		{"mute as the specification has it", "ada", "PATCH ", `{"party":{"muted":true,"standAlone":false}}`, true, 200, "mute true", "Answered"},
		{"mute as clients send it", "bob", "PATCH ", `{"muted":true}`, true, 200, "mute true", "Answered"},
		{"reject", "bob", "POST /reject", "", false, 204, "reject", ""},
		{"ignore", "bob", "POST /ignore", `{"deviceId":"80002"}`, false, 204, "ignore on 80002", ""},
		{"answer", "bob", "POST /answer", `{"deviceId":"80002"}`, false, 200, "answer on 80002", "Answered"},
		{"forward", "bob", "POST /forward", `{"extensionNumber":"103"}`, false, 200, "forward to {PhoneNumber: ExtensionNumber:103 ExtensionID: Voicemail: ParkOrbit:}", "Setup"},
		{"transfer", "bob", "POST /transfer", `{"phoneNumber":"+14155550147"}`, true, 200, "transfer to +14155550147", "Disconnected"},
		{"reply, which ends the call", "bob", "POST /reply", `{"replyWithText":"Later"}`, false, 200, `reply "Later"`, "Setup"},
		{"park", "ada", "POST /park", "", true, 201, "park", "Parked"},
		{"flip", "ada", "POST /flip", `{"callFlipId":"3"}`, true, 200, "flip to 3", ""},
		{"leave", "ada", "DELETE ", `{"keepConferenceAlive":false}`, true, 204, "end party", ""},
		{"pick up a colleague's", "cy", "POST /pickup", `{"deviceId":"80003"}`, false, 201, "pick up on 80003", "Setup"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t)
			p := w.ada
			if tt.as != "ada" {
				p = w.bob
			}
			if tt.answered {
				w.bob.Answer()
				w.ada.Answer()
			}
			method, path, _ := strings.Cut(tt.command, " ")
			rec := w.Do(tt.as, method, w.of(p)+path, tt.body)
			got := apitest.Decode[rc.TelephonyParty](t, rec, tt.status)
			if diff := cmp.Diff([]any{[]string{tt.asked}, tt.state}, []any{w.asked, got.Status.Code}); diff != "" {
				t.Errorf("what was asked, and the state (-want +got):\n%s", diff)
			}
		})
	}
}

func TestTheExchangesRefusalIsTold(t *testing.T) {
	w := newWorld(t)
	apitest.Refused(t, w.Do("ada", "POST", w.of(w.ada)+"/hold", nil), 409, "CMN-406", "")
}

func TestWhatCannotBeAskedFor(t *testing.T) {
	w := newWorld(t)
	for _, tt := range []struct{ command, body, code, parameter string }{
		{"POST /answer", `{}`, "CMN-101", "deviceId"},
		{"POST /ignore", `{`, "CMN-103", ""},
		{"POST /forward", `{}`, "CMN-101", "phoneNumber"},
		{"POST /forward", `{"phoneNumber":"1","extensionId":"2"}`, "CMN-101", "phoneNumber"},
		{"POST /reply", `{}`, "CMN-101", "replyWithText"},
		{"POST /reply", `{"replyWithText":"x","replyWithPattern":{"pattern":"OnMyWay"}}`, "CMN-101", "replyWithText"},
		{"POST /reply", `{"replyWithText":"` + strings.Repeat("ü", 301) + `"}`, "CMN-101", "replyWithText"},
		{"POST /reply", `{"replyWithPattern":{"pattern":"Never"}}`, "CMN-101", "replyWithPattern.pattern"},
		{"POST /reply", `{"replyWithPattern":{"pattern":"CallMeBack"}}`, "CMN-101", "replyWithPattern.time"},
		{"POST /reply", `{"replyWithPattern":{"pattern":"CallMeBack","time":5,"timeUnit":"Week"}}`, "CMN-101", "replyWithPattern.time"},
		{"PATCH ", `{"standAlone":true}`, "CMN-101", "muted"},
		{"POST /flip", `{}`, "CMN-101", "callFlipId"},
		{"PATCH /recordings/1", `{}`, "CMN-101", "active"},
		{"PATCH /recordings/1", `{"active":false}`, "CMN-102", "recordingId"},
		{"POST /bridge", `{"telephonySessionId":"s-1","partyId":"p-1"}`, "CMN-102", "telephonySessionId"},
	} {
		method, path, _ := strings.Cut(tt.command, " ")
		status := http.StatusBadRequest
		if tt.code == "CMN-102" {
			status = http.StatusNotFound
		}
		apitest.Refused(t, w.Do("bob", method, w.of(w.bob)+path, tt.body), status, tt.code, tt.parameter)
	}
	if len(w.asked) != 0 {
		t.Errorf("the exchange was asked for %v", w.asked)
	}
}

func TestARecordingIsStartedStoppedAndGoesOn(t *testing.T) {
	w := newWorld(t)
	w.bob.Answer()
	w.ada.Answer()
	first := apitest.Decode[rc.CallRecordingState](t, w.Do("ada", "POST", w.of(w.ada)+"/recordings", nil), 201)
	want := rc.CallRecordingState{ID: first.ID, Active: true, Mode: "OnDemand", View: "Party"}
	if diff := cmp.Diff(want, first); diff != "" || first.ID == "" {
		t.Errorf("the recording (-want +got):\n%s", diff)
	}
	for _, on := range []bool{false, true} {
		want.Active = on
		got := apitest.Decode[rc.CallRecordingState](t, w.Do("ada", "PATCH", w.of(w.ada)+"/recordings/"+first.ID, map[string]bool{"active": on}), 200)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("the recording, active %v (-want +got):\n%s", on, diff)
		}
		p := apitest.Get[rc.TelephonyParty](w.World, "bob", w.of(w.ada))
		if diff := cmp.Diff([]rc.PartyRecording{{ID: first.ID, Active: on}}, p.Recordings); diff != "" {
			t.Errorf("the party's recordings (-want +got):\n%s", diff)
		}
	}
}

func TestCallsBegin(t *testing.T) {
	w := newWorld(t)
	out := apitest.Decode[rc.TelephonySessionAnswer](t, w.Do("ada", "POST", "/restapi/v1.0/account/~/telephony/call-out", `{"from":{"deviceId":"80001"},"to":{"phoneNumber":"+14155550147"}}`), 201)
	if len(out.Session.Parties) != 1 || out.Session.Origin.Type != "CallOut" || out.Session.Parties[0].To.PhoneNumber != "+14155550147" {
		t.Errorf("the call out: %+v", out)
	}
	conference := apitest.Decode[rc.TelephonySessionAnswer](t, w.Do("ada", "POST", "/restapi/v1.0/account/~/telephony/conference", nil), 201)
	if conference.Session.VoiceCallToken != "conf_1" || len(conference.Session.Parties) != 0 {
		t.Errorf("the conference: %+v", conference)
	}
	for body, want := range map[string][2]string{
		`{"from":{},"to":{"phoneNumber":"+1"}}`:                                    {"CMN-101", "from.deviceId"},
		`{"from":{"deviceId":"1"},"to":{}}`:                                        {"CMN-101", "to"},
		`{"from":{"extensionId":"101002"},"to":{"phoneNumber":"+1"}}`:              {"CMN-404", ""},
		`{"from":{"deviceId":"1"},"to":{"phoneNumber":"1","extensionNumber":"2"}}`: {"CMN-101", "to"},
	} {
		status := 400
		if want[0] == "CMN-404" {
			status = 403
		}
		apitest.Refused(t, w.Do("ada", "POST", "/restapi/v1.0/account/~/telephony/call-out", body), status, want[0], want[1])
	}
}

func TestARingOutIsFollowedUntilItIsOver(t *testing.T) {
	const path = "/restapi/v1.0/account/~/extension/~/ring-out"
	w := newWorld(t)
	begin := func() (rc.RingOutCall, *session.Party) {
		t.Helper()
		made := apitest.Decode[rc.RingOutCall](t, w.Do("ada", "POST", path, `{"from":{"phoneNumber":"+16505550101"},"to":{"phoneNumber":"+14155550147"},"playPrompt":true}`), 200)
		s, _ := w.book.Session(made.ID)
		return made, s.Parties()[0]
	}
	statuses := func(id string) string {
		t.Helper()
		s := apitest.Get[rc.RingOutCall](w.World, "ada", path+"/"+id).Status
		return s.CallStatus + " " + s.CallerStatus + " " + s.CalleeStatus
	}
	made, p := begin()
	if want := "http://platform.example/restapi/v1.0/account/100001/extension/101001/ring-out/" + made.ID; made.URI != want {
		t.Errorf("the RingOut is at %s, want %s", made.URI, want)
	}
	apitest.Refused(t, w.Do("bob", "GET", path+"/"+made.ID, nil), 404, "CMN-102", "ringoutId")
	apitest.Refused(t, w.Do("bob", "DELETE", path+"/"+made.ID, nil), 404, "CMN-102", "ringoutId")
	apitest.Refused(t, w.Do("ada", "GET", path+"/"+w.ada.Session().ID(), nil), 404, "CMN-102", "ringoutId")
	for _, tt := range []struct {
		step func() bool
		want string
	}{
		{func() bool { return true }, "InProgress InProgress InProgress"},
		{p.Proceed, "InProgress Success InProgress"},
		{p.Answer, "Success Success Success"},
		{func() bool { return p.End(rc.ReasonCallFinished, "") && w.book.Flush(t.Context()) == nil }, "Finished Finished Finished"},
	} {
		if !tt.step() {
			t.Fatal("a step was refused")
		}
		if got := statuses(made.ID); got != tt.want {
			t.Errorf("the statuses are %s, want %s", got, tt.want)
		}
	}
	apitest.Refused(t, w.Do("ada", "DELETE", path+"/"+made.ID, nil), 409, "CMN-406", "")
	for reason, want := range map[string]string{
		rc.ReasonTargetBusy: "Busy Finished Busy", rc.ReasonRejected: "Rejected Rejected CannotReach", rc.ReasonNoAnswer: "NoAnswer NoAnswer CannotReach",
		rc.ReasonCancelled: "GenericError Finished CannotReach",
	} {
		made, p := begin()
		p.End(reason, "")
		if err := w.book.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		if got := statuses(made.ID); got != want {
			t.Errorf("after %s the statuses are %s, want %s", reason, got, want)
		}
	}
	cancelled, p := begin()
	if rec := w.Do("ada", "DELETE", path+"/"+cancelled.ID, nil); rec.Code != 204 || !p.Status().Over() {
		t.Errorf("cancelling is answered with %d %s, and the call is %s", rec.Code, rec.Body, p.Status().Code)
	}
	for body, parameter := range map[string]string{
		`{"from":{"forwardingNumberId":"9001"},"to":{"phoneNumber":"+1"}}`: "from.forwardingNumberId",
		`{"to":{"phoneNumber":"+1"}}`:                                      "from.phoneNumber",
		`{"from":{"phoneNumber":"+1"}}`:                                    "to.phoneNumber",
	} {
		apitest.Refused(t, w.Do("ada", "POST", path, body), 400, "CMN-101", parameter)
	}
}

func TestARingOutAsksForAKeyOnlyWhereItIsToldTo(t *testing.T) {
	w := newWorld(t)
	for _, prompt := range []string{`,"playPrompt":true`, `,"playPrompt":false`, ``} {
		body := `{"from":{"phoneNumber":"+16505550101"},"to":{"phoneNumber":"+14155550147"}` + prompt + `}`
		apitest.Decode[rc.RingOutCall](t, w.Do("ada", "POST", "/restapi/v1.0/account/~/extension/~/ring-out", body), 200)
	}
	const rings = "ring +16505550101, then +14155550147, prompt "
	if diff := cmp.Diff([]string{rings + "true", rings + "false", rings + "false"}, w.asked); diff != "" {
		t.Errorf("the exchange was asked (-want +got):\n%s", diff)
	}
}

func TestEndingASessionEndsItForEverybody(t *testing.T) {
	w := newWorld(t)
	if rec := w.Do("bob", "DELETE", w.session(), nil); rec.Code != 204 {
		t.Fatalf("%d %s", rec.Code, rec.Body)
	}
	if !w.ada.Status().Over() || !w.bob.Status().Over() {
		t.Errorf("Ada is %s and Bob is %s", w.ada.Status().Code, w.bob.Status().Code)
	}
}

func TestWhatTheExchangeCannotDoIsNoOperation(t *testing.T) {
	w := apitest.New(t)
	book := session.New(w.Store, w.Bus, &store.IDs{Now: w.Now}, w.Now, w.Log)
	(&telephony.Handler{Face: w.Face, Book: book, Exchange: struct{}{}}).Mount(w.Mux)
	for _, path := range []string{"/s-1/parties/p-1/hold", "/s-1/parties/p-1/reject", "/s-1/parties/p-1/flip"} {
		if rec := w.Do("ada", "POST", sessions+path, nil); rec.Code != http.StatusNotFound {
			t.Errorf("%s is answered with %d", path, rec.Code)
		}
	}
	apitest.Refused(t, w.Do("ada", "GET", sessions+"/s-1", nil), 404, "CMN-102", "telephonySessionId")
}

func TestWhoHasLeftACallHasNoSayInIt(t *testing.T) {
	w := newWorld(t)
	conference := w.book.Begin(session.Spec{Origin: rc.OriginConference})
	conference.Add(session.PartySpec{Direction: rc.Outbound, AccountID: apitest.Acme, ExtensionID: apitest.Bob})
	bringIn := sessions + "/" + conference.ID() + "/parties/bring-in"
	body := `{"sessionId":"` + w.ada.Session().ID() + `","partyId":"` + w.ada.ID() + `"}`
	w.ada.Session().Add(session.PartySpec{Direction: rc.Inbound, AccountID: apitest.Acme, ExtensionID: apitest.Cy})
	w.bob.End(rc.ReasonBlindTransfer, "") // and Ada talks to Cy now
	apitest.Refused(t, w.Do("bob", "DELETE", w.session(), nil), 409, "CMN-406", "")
	apitest.Refused(t, w.Do("bob", "POST", bringIn, body), 409, "CMN-406", "")
	apitest.Refused(t, w.Do("cy", "POST", bringIn, body), 404, "CMN-102", "telephonySessionId")
	if len(w.asked) != 0 {
		t.Errorf("the exchange was asked for %v", w.asked)
	}
}

func TestWhoHasLeftACallSeesNothingOfWhatCameLater(t *testing.T) {
	w := newWorld(t)
	w.bob.Answer()
	w.ada.Answer()
	w.bob.End(rc.ReasonBlindTransfer, "")
	cy := w.ada.Session().Add(session.PartySpec{Direction: rc.Inbound, AccountID: apitest.Acme, ExtensionID: apitest.Cy})
	cy.Answer()
	w.ada.Hold(true)
	seen := apitest.Get[rc.TelephonySession](w.World, "bob", w.session())
	if len(seen.Parties) != 2 || seen.Parties[0].Status.Code != rc.PartyAnswered {
		t.Errorf("who has left sees %+v", seen.Parties)
	}
	apitest.Refused(t, w.Do("bob", "GET", w.of(cy), nil), 404, "CMN-102", "partyId")
	if all := apitest.Get[rc.TelephonySession](w.World, "ada", w.session()); len(all.Parties) != 3 {
		t.Errorf("who is still there sees %+v", all.Parties)
	}
}

func TestACallIsPickedUpForColleaguesAlone(t *testing.T) {
	w := newWorld(t)
	s := w.book.Begin(session.Spec{})
	s.Add(session.PartySpec{Direction: rc.Outbound, AccountID: apitest.Acme, ExtensionID: apitest.Ada})
	abroad := s.Add(session.PartySpec{Direction: rc.Inbound, AccountID: apitest.Other, ExtensionID: apitest.Eve})
	apitest.Refused(t, w.Do("cy", "POST", sessions+"/"+s.ID()+"/parties/"+abroad.ID()+"/pickup", `{"deviceId":"80003"}`), 404, "CMN-102", "partyId")
	if len(w.asked) != 0 {
		t.Errorf("the exchange was asked for %v", w.asked)
	}
}
