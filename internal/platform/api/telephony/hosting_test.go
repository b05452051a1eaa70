package telephony_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/exchange/session"
	"offhook/internal/rc"
)

func TestTheHostOfAConferenceMutesAndRemovesOthers(t *testing.T) {
	w := newWorld(t)
	s := w.book.Begin(session.Spec{Origin: rc.OriginConference})
	member := func(extension int64, role string) string {
		p := s.Add(session.PartySpec{Direction: rc.Inbound, AccountID: apitest.Acme, ExtensionID: extension, ConferenceRole: role})
		p.Answer()
		return sessions + "/" + s.ID() + "/parties/" + p.ID()
	}
	ada, bob, cy := member(apitest.Ada, rc.ConferenceHost), member(apitest.Bob, rc.ConferenceParticipant), member(apitest.Cy, rc.ConferenceParticipant)
	for _, command := range []string{"PATCH", "DELETE"} {
		apitest.Refused(t, w.Do("bob", command, cy, `{"muted":true}`), 403, "CMN-404", "")
		apitest.Refused(t, w.Do("bob", command, ada, `{"muted":true}`), 403, "CMN-404", "")
	}
	apitest.Refused(t, w.Do("ada", "POST", bob+"/hold", nil), 403, "CMN-404", "") // no other command is the host's
	apitest.Decode[rc.TelephonyParty](t, w.Do("ada", "PATCH", bob, `{"muted":true}`), 200)
	if rec := w.Do("ada", "DELETE", bob, nil); rec.Code != 204 {
		t.Errorf("removing Bob: %d %s", rec.Code, rec.Body)
	}
	apitest.Refused(t, w.Do("ada", "PATCH", bob, `{"muted":false}`), 409, "CMN-406", "")
	if rec := w.Do("ada", "DELETE", ada, `{"keepConferenceAlive":true}`); rec.Code != 204 {
		t.Errorf("leaving: %d %s", rec.Code, rec.Body)
	}
	apitest.Refused(t, w.Do("ada", "DELETE", cy, nil), 403, "CMN-404", "") // she is the host no more
	if diff := cmp.Diff([]string{"mute true", "end party", "leave"}, w.asked); diff != "" {
		t.Errorf("what the exchange was asked for (-want +got):\n%s", diff)
	}
}

func TestTheHostOfAConferenceIsNotToldWhoWithholdsTheirNumber(t *testing.T) {
	w := newWorld(t)
	s := w.book.Begin(session.Spec{Origin: rc.OriginConference})
	s.Add(session.PartySpec{Direction: rc.Outbound, AccountID: apitest.Acme, ExtensionID: apitest.Ada, ConferenceRole: rc.ConferenceHost}).Answer()
	caller := session.End{Number: "+16505550102", Name: "Bob Test", AccountID: apitest.Acme, ExtensionID: apitest.Bob}
	p := s.Add(session.PartySpec{Direction: rc.Outbound, AccountID: apitest.Acme, ExtensionID: apitest.Bob, From: caller, Withheld: true})
	p.Answer()
	told := apitest.Decode[rc.TelephonyParty](t, w.Do("ada", "PATCH", sessions+"/"+s.ID()+"/parties/"+p.ID(), `{"muted":true}`), 200)
	if told.From != (rc.TelephonyEnd{}) || told.Owner != nil || told.ExtensionID != "" {
		t.Errorf("whose party it is: %+v", told)
	}
}
