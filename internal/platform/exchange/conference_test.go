package exchange_test

import (
	"strings"
	"testing"
	"time"

	"offhook/internal/media"
	"offhook/internal/media/mediatest"
	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/exchange"
	"offhook/internal/rc"
)

// partyOf is the party id that a call's ids name.
func partyOf(ids string) string {
	party, _, _ := strings.Cut(strings.TrimPrefix(ids, "party-id="), ";")
	return party
}

func sessionOf(ids string) string {
	_, id, _ := strings.Cut(ids, "session-id=")
	return id
}

func TestEverybodyInAConferenceHearsAllOthers(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, cy := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz), w.handset(t, apitest.Cy, cyHz)
	id, err := w.x.Conference(t.Context(), apitest.Acme, apitest.Ada)
	if err != nil {
		t.Fatal(err)
	}
	s, ok := w.x.Book.Describe(id)
	if !ok || !strings.HasPrefix(s.VoiceCallToken, "conf_") {
		t.Fatalf("the conference is described as %+v", s)
	}
	host := ada.call(s.VoiceCallToken)
	if sessionOf(host.ids) != id {
		t.Errorf("the host is in %s, want %s", host.ids, id)
	}
	guests := map[string]*talk{}
	for number, p := range map[string]*handset{"102": bob, "103": cy} {
		a := ada.call(number)
		guests[number] = p.answer(p.rings())
		a.ear.Hears(t, p.hertz)
		party, err := w.x.BringIn(t.Context(), id, sessionOf(a.ids), partyOf(a.ids))
		if err != nil || !strings.HasPrefix(party, "p-"+id[2:]) {
			t.Fatalf("bringing %s in: %q, %v", number, party, err)
		}
		ada.ended()
	}
	host.ear.HearsBoth(t, bobHz, cyHz)
	guests["102"].ear.HearsBoth(t, adaHz, cyHz)
	guests["103"].ear.HearsBoth(t, adaHz, bobHz)

	guests["103"].hangup()
	host.ear.Hears(t, bobHz)
	host.hangup()
	bob.ended()
	w.idle(t)
	if other := cy.try(s.VoiceCallToken); other.codes[len(other.codes)-1] != 486 {
		t.Errorf("a conference that is over: %v", other.codes)
	}
}

func TestTheOthersGoOnWhenTheHostLeaves(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, cy := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz), w.handset(t, apitest.Cy, cyHz)
	id, err := w.x.Conference(t.Context(), apitest.Acme, apitest.Ada)
	done(t, err)
	s, _ := w.x.Book.Describe(id)
	host, one, two := ada.call(s.VoiceCallToken), bob.call(s.VoiceCallToken), cy.call(s.VoiceCallToken)
	host.ear.HearsBoth(t, bobHz, cyHz)
	done(t, w.x.MuteParty(t.Context(), id, partyOf(two.ids), true))
	host.ear.Hears(t, bobHz)
	done(t, w.x.MuteParty(t.Context(), id, partyOf(two.ids), false))
	host.ear.HearsBoth(t, bobHz, cyHz)
	done(t, w.x.LeaveConference(t.Context(), id, partyOf(host.ids)))
	ada.ended()
	one.ear.Hears(t, cyHz)
	two.ear.Hears(t, bobHz)
	two.hangup() // and nobody is left for Bob to talk to
	bob.ended()
	w.idle(t)
}

// hearsWords is told when there is something to be heard beside a tone.
func (c *talk) hearsWords(beside float64) <-chan bool {
	spoken, decoder := make(chan bool, 1), media.NewDecoder()
	c.leg.Listen(func(p media.Packet) {
		if s := decoder.Decode(p); s.Loudness() > 0.02 && s.Pitch(beside) < 0.1 {
			select {
			case spoken <- true:
			default:
			}
		}
	})
	return spoken
}

func TestARecordingIsAnnouncedInAConference(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz)
	id, err := w.x.Conference(t.Context(), apitest.Acme, apitest.Ada)
	done(t, err)
	s, _ := w.x.Book.Describe(id)
	host, guest := ada.call(s.VoiceCallToken), bob.call(s.VoiceCallToken)
	guest.ear.Hears(t, adaHz)
	done(t, w.x.MuteParty(t.Context(), id, partyOf(host.ids), true))
	guest.ear.HearsSilence(t)
	spoken := guest.hearsWords(adaHz)
	recording, err := w.x.RecordParty(t.Context(), id, partyOf(host.ids), true)
	done(t, err)
	mediatest.Wait(t, "the announcement", spoken)
	host.ear.Hears(t, bobHz) // after it
	guest.ear.HearsSilence(t)
	host.hangup()
	bob.ended()
	w.idle(t)
	w.recorded(t, apitest.Ada, recording)
}

func TestWhoComesToAConferenceThatIsRecordedIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	ada, bob, cy := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz), w.handset(t, apitest.Cy, cyHz)
	id, err := w.x.Conference(t.Context(), apitest.Acme, apitest.Ada)
	done(t, err)
	s, _ := w.x.Book.Describe(id)
	host, guest := ada.call(s.VoiceCallToken), bob.call(s.VoiceCallToken)
	_, err = w.x.RecordParty(t.Context(), id, partyOf(host.ids), true)
	done(t, err)
	guest.ear.Hears(t, adaHz)
	for _, c := range []*talk{host, guest} {
		done(t, w.x.MuteParty(t.Context(), id, partyOf(c.ids), true))
	}
	guest.ear.HearsSilence(t)
	late := cy.call(s.VoiceCallToken)
	spoken := late.hearsWords(adaHz)
	mediatest.Wait(t, "the announcement", spoken)
	guest.ear.Hears(t, cyHz) // after it
	host.hangup()
	bob.ended()
	cy.ended()
	w.idle(t)
}

// hosted is a conference of Ada and Bob. Ada also talks with Cy, elsewhere.
func (w *world) hosted(t *testing.T) (id string, host, guest, agent, customer *talk) {
	t.Helper()
	ada, bob, cy := w.handset(t, apitest.Ada, adaHz), w.handset(t, apitest.Bob, bobHz), w.handset(t, apitest.Cy, cyHz)
	id, err := w.x.Conference(t.Context(), apitest.Acme, apitest.Ada)
	done(t, err)
	s, _ := w.x.Book.Describe(id)
	host, guest = ada.call(s.VoiceCallToken), bob.call(s.VoiceCallToken)
	guest.ear.Hears(t, adaHz)
	customer = cy.call("101")
	agent = ada.answer(ada.rings())
	customer.ear.Hears(t, adaHz)
	return id, host, guest, agent, customer
}

func TestAConferenceWhoseHostHandsOverTheirPartEndsWithTheLastButOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, host, guest, agent, customer := w.hosted(t)
	agent.handTo(t, host)
	host.p.ended()
	host.p.ended()
	guest.ear.Hears(t, cyHz)
	customer.ear.Hears(t, bobHz)
	s, _ := w.x.Book.Describe(id)
	for _, p := range s.Parties {
		want := rc.ConferenceParticipant
		if p.ID == partyOf(host.ids) {
			want = rc.ConferenceHost
		}
		if p.ConferenceRole != want {
			t.Errorf("in the conference %s is %q, want %q", p.ID, p.ConferenceRole, want)
		}
	}
	guest.hangup()
	customer.p.ended()
	w.idle(t)
}

func TestAPhoneWhoseSoundHasEndedInAConferenceIsHungUp(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(x *exchange.Exchange) { x.Goodbye = time.Millisecond })
	_, _, guest, _, _ := w.hosted(t)
	guest.leg.Close()
	guest.p.ended()
}

func TestNobodyIsHandedToAConferenceThatItsHostLeavesEmpty(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, host, guest, agent, customer := w.hosted(t)
	guest.hangup()
	w.until(t, "the guest to be out", func() bool { return len(w.x.Book.Active(apitest.Bob)) == 0 })
	refused(t, "joining the two calls", w.x.BridgeParty(t.Context(), sessionOf(customer.ids), w.partIn(t, apitest.Ada, sessionOf(customer.ids)), id, partyOf(host.ids)), rc.Conflict)
	customer.ear.Hears(t, adaHz)
	agent.ear.Hears(t, cyHz)
}

// partIn is somebody's party in one of their calls.
func (w *world) partIn(t *testing.T, extensionID int64, session string) string {
	t.Helper()
	for _, call := range w.x.Book.Active(extensionID) {
		if call.TelephonySessionID == session {
			return call.PartyID
		}
	}
	t.Fatalf("extension %d has no call %s", extensionID, session)
	return ""
}

func TestWhoIsHandedToAConferenceThatIsRecordedIsTold(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	id, host, guest, agent, customer := w.hosted(t)
	_, err := w.x.RecordParty(t.Context(), id, partyOf(guest.ids), true)
	done(t, err)
	guest.ear.Hears(t, adaHz) // after the announcement
	done(t, w.x.MuteParty(t.Context(), id, partyOf(guest.ids), true))
	spoken := customer.hearsWords(adaHz)
	agent.handTo(t, host)
	mediatest.Wait(t, "the announcement", spoken)
	guest.ear.Hears(t, cyHz) // after it
	guest.hangup()
	customer.p.ended()
	w.idle(t)
}
