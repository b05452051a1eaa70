package session

import (
	"fmt"
	"slices"
	"time"

	"offhook/internal/rc"
)

// A PartySpec is what is known of a party when it joins.
type PartySpec struct {
	Direction              string // rc.Outbound calls, rc.Inbound is called
	AccountID, ExtensionID int64  // whose party it is; zero for somebody outside, of whom nothing is logged
	From, To               End
	QueueCall              bool   // it came through a call queue
	ConferenceRole         string // Host or Participant
	RCC                    bool   // made by a request, not by a phone
	Withheld               bool   // nobody else is told From
	Action                 string // of the call log; empty means an ordinary call's
	Hidden                 bool   // nobody else is told of the party
	Unlogged               bool   // the party only asks for another call, which the log has
}

// A Party is somebody's part in a session.
type Party struct {
	session *Session
	id      string // p-…-n
	joined  time.Time

	// Guarded by Book.mu.
	spec       PartySpec
	status     rc.PartyStatus
	muted      bool
	standAlone bool
	park       string
	sip        rc.SIPData
	recordings []rc.PartyRecording
	kind       string    // of the recordings
	answered   time.Time // zero until somebody answered
	voicemail  bool      // a voicemail answered instead
	heard      bool      // and listens no more
	ended      time.Time // zero until it is over
	missed     bool
	left       *rc.TelephonySession // as the session was when the party left; nil before
}

// steps are the states that may follow each state; Disconnected and Gone
// follow every one but themselves.
var steps = map[string][]string{
	rc.PartySetup:        {rc.PartyProceeding, rc.PartyAnswered, rc.PartyVoicemail},
	rc.PartyProceeding:   {rc.PartyAnswered, rc.PartyVoicemail},
	rc.PartyAnswered:     {rc.PartyHold, rc.PartyParked},
	rc.PartyHold:         {rc.PartyAnswered, rc.PartyParked},
	rc.PartyParked:       {rc.PartyAnswered},
	rc.PartyVoicemail:    {rc.PartyAnswered}, // picked up out of it
	rc.PartyDisconnected: nil,
	rc.PartyGone:         nil,
}

func legal(from, to string) bool {
	if to == rc.PartyDisconnected || to == rc.PartyGone {
		return from != rc.PartyDisconnected && from != rc.PartyGone
	}
	return slices.Contains(steps[from], to)
}

// Add has a party join, in the state Setup.
func (s *Session) Add(spec PartySpec) *Party {
	k := s.book
	k.mu.Lock()
	defer k.mu.Unlock()
	p := &Party{
		session: s, id: fmt.Sprintf("p-%s-%d", s.id[2:], len(s.parties)+1), spec: spec, joined: k.now(),
		status: rc.PartyStatus{Code: rc.PartySetup, RCC: spec.RCC},
	}
	s.parties = append(s.parties, p)
	k.sessions[s.id] = s // a session that was over goes on with a new party
	p.tell(logged | shown)
	return p
}

// ID is the party's id, p-…-n (contract 8.4).
func (p *Party) ID() string { return p.id }

// Session is the session that the party is in.
func (p *Party) Session() *Session { return p.session }

// Spec is what the party was added with, and has become by CalledBy and
// TakeOver.
func (p *Party) Spec() PartySpec {
	p.session.book.mu.Lock()
	defer p.session.book.mu.Unlock()
	return p.spec
}

// Status is how far the party is.
func (p *Party) Status() rc.PartyStatus {
	p.session.book.mu.Lock()
	defer p.session.book.mu.Unlock()
	return p.status
}

// Proceed says that the far end rings.
func (p *Party) Proceed() bool { return p.step(rc.PartyStatus{Code: rc.PartyProceeding}) }

// Answer says that the two ends talk: for the caller and for the callee when
// somebody picks up, for a caller also when a voicemail or a service does.
func (p *Party) Answer() bool { return p.step(rc.PartyStatus{Code: rc.PartyAnswered}) }

// Supervise says that the party listens in on the call of others.
func (p *Party) Supervise() bool {
	return p.step(rc.PartyStatus{Code: rc.PartyAnswered, Reason: rc.ReasonSupervising})
}

// TakeOver says that a party that has listened in talks to an end now, in the
// place of who did, and that everybody may know.
func (p *Party) TakeOver(to End) bool {
	return p.set(shown, func() bool {
		p.spec.To, p.spec.Hidden, p.status.Reason = to, false, rc.ReasonTakeOver
		return true
	})
}

// Hold says that the party has put the other side on hold, or taken it back.
func (p *Party) Hold(on bool) bool {
	if on {
		return p.step(rc.PartyStatus{Code: rc.PartyHold})
	}
	return p.step(rc.PartyStatus{Code: rc.PartyAnswered})
}

// Voicemail says that the called party's voicemail answers in its place.
func (p *Party) Voicemail() bool {
	return p.step(rc.PartyStatus{Code: rc.PartyVoicemail, Reason: rc.ReasonVoicemail})
}

// CalledBy says who calls the party from now on, in the place of who did. It is
// false where that changes nothing: their voicemail has listened to who did
// until the end.
func (p *Party) CalledBy(from End) bool {
	return p.set(logged|shown, func() bool {
		if p.heard || p.spec.From == from {
			return false
		}
		p.spec.From = from
		return true
	})
}

// Heard says that the party's voicemail listens no more: what was said is from
// who calls now, also when somebody else comes to hear the goodbye.
func (p *Party) Heard() {
	p.session.book.mu.Lock()
	defer p.session.book.mu.Unlock()
	p.heard = true
}

// Parked says that the party's call is parked at a place such as *801.
// Answer takes it back.
func (p *Party) Parked(place string) bool {
	return p.step(rc.PartyStatus{Code: rc.PartyParked, Reason: rc.ReasonCallPark, ParkData: place})
}

// End says that the party is out of the call, why (an rc.Reason…), and for
// people, in a sentence; that may be empty. Ending what is over changes
// nothing, because both ends may hang up in the same moment.
func (p *Party) End(reason, description string) bool {
	return p.step(rc.PartyStatus{Code: rc.PartyDisconnected, Reason: reason, Description: description})
}

// Gone says that the party has left for another session, where it is peer.
func (p *Party) Gone(reason string, peer *Party) bool {
	return p.step(rc.PartyStatus{Code: rc.PartyGone, Reason: reason, PeerID: &rc.PeerID{
		SessionID: peer.session.number, TelephonySessionID: peer.session.id, PartyID: peer.id,
	}})
}

// step takes a party to a state, and reports whether that was possible and a
// change.
func (p *Party) step(to rc.PartyStatus) bool {
	k := p.session.book
	k.mu.Lock()
	defer k.mu.Unlock()
	from := p.status
	if from.Code == to.Code || from.Over() {
		return false
	}
	if !legal(from.Code, to.Code) {
		k.log.Error("a call took a step that cannot be", "session", p.session.id, "party", p.id, "from", from.Code, "to", to.Code)
		return false
	}
	to.RCC = from.RCC
	p.status, p.park = to, to.ParkData
	now := k.now()
	switch {
	case to.Code == rc.PartyAnswered && p.answered.IsZero():
		p.answered = now
	case to.Code == rc.PartyVoicemail:
		p.voicemail = true
	case to.Over():
		p.ended = now
		for i := range p.recordings {
			p.recordings[i].Active = false
		}
		p.missed = p.spec.Direction == rc.Inbound && p.facts().IsMissed()
	}
	what := shown
	if to.Code == rc.PartyAnswered && p.answered.Equal(now) || to.Over() {
		what |= logged
	}
	p.tell(what)
	if to.Over() {
		left := p.session.told()
		p.left = &left
		p.session.forget()
	}
	return true
}

// Mute says whether the party is muted at the exchange.
func (p *Party) Mute(on bool) bool {
	return p.set(0, func() bool { changed := p.muted != on; p.muted = on; return changed })
}

// StandAlone says that the party stays when everybody else leaves.
func (p *Party) StandAlone(on bool) bool {
	return p.set(0, func() bool { changed := p.standAlone != on; p.standAlone = on; return changed })
}

// SIP names the dialog with the party's phone. Phones find a call by it that
// they take over from another one (contract 8.8).
func (p *Party) SIP(d rc.SIPData) bool {
	return p.set(shown, func() bool { changed := p.sip != d; p.sip = d; return changed })
}

// set changes what is no state of a party that is not over.
func (p *Party) set(what change, change func() bool) bool {
	p.session.book.mu.Lock()
	defer p.session.book.mu.Unlock()
	if p.status.Over() || !change() {
		return false
	}
	p.tell(what)
	return true
}
