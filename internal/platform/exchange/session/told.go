package session

import (
	"slices"

	"offhook/internal/rc"
)

// Describe is a session that goes on as the REST API tells it, with all its
// parties, and false for one that is over.
func (k *Book) Describe(id string) (rc.TelephonySession, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	s, ok := k.sessions[id]
	if !ok {
		return rc.TelephonySession{}, false
	}
	return s.told(), true
}

// Seen is a session that goes on as an extension may see it that takes part or
// has: whose parties have all left sees it as it was then, and nobody who came
// later. It is false for an extension without a party in it.
func (k *Book) Seen(id string, extensionID int64) (rc.TelephonySession, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	s, ok := k.sessions[id]
	if !ok {
		return rc.TelephonySession{}, false
	}
	var last *rc.TelephonySession
	for _, p := range s.parties {
		switch {
		case p.spec.ExtensionID != extensionID:
		case p.left == nil:
			return s.told(), true
		case last == nil || len(p.left.Parties) >= len(last.Parties):
			last = p.left
		}
	}
	if last == nil || extensionID == 0 {
		return rc.TelephonySession{}, false
	}
	return *last, true
}

// told is the session as the REST API tells it. Book.mu is held.
func (s *Session) told() rc.TelephonySession {
	t := rc.TelephonySession{
		ID: s.id, Origin: rc.Origin{Type: s.spec.Origin}, VoiceCallToken: s.spec.VoiceCallToken, Parties: []rc.TelephonyParty{}, CreationTime: rc.TimeOf(s.began),
	}
	for _, p := range s.parties {
		t.Parties = append(t.Parties, p.told())
	}
	return t
}

// told is the party as the REST API tells it. Book.mu is held.
func (p *Party) told() rc.TelephonyParty {
	t := rc.TelephonyParty{
		ID: p.id, Direction: p.spec.Direction, From: p.from().told(), To: p.to().told(), Status: p.status, Muted: p.muted,
		StandAlone: p.standAlone, ConferenceRole: p.spec.ConferenceRole, Recordings: slices.Clone(p.recordings), Withheld: p.spec.Withheld, Hidden: p.spec.Hidden,
	}
	if p.spec.ExtensionID != 0 {
		t.AccountID, t.ExtensionID = text(p.spec.AccountID), text(p.spec.ExtensionID)
		t.Owner = &rc.PartyOwner{AccountID: t.AccountID, ExtensionID: t.ExtensionID}
	}
	if p.park != "" {
		t.Park = &rc.Park{ID: p.park}
	}
	return t
}
