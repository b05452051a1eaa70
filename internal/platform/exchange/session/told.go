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
	t := rc.TelephonySession{
		ID: s.id, Origin: rc.Origin{Type: s.spec.Origin}, VoiceCallToken: s.spec.VoiceCallToken, Parties: []rc.TelephonyParty{}, CreationTime: rc.TimeOf(s.began),
	}
	for _, p := range s.parties {
		t.Parties = append(t.Parties, p.told())
	}
	return t, true
}

// told is the party as the REST API tells it. Book.mu is held.
func (p *Party) told() rc.TelephonyParty {
	t := rc.TelephonyParty{
		ID: p.id, Direction: p.spec.Direction, From: p.from().told(), To: p.to().told(), Status: p.status, Muted: p.muted,
		StandAlone: p.standAlone, ConferenceRole: p.spec.ConferenceRole, Recordings: slices.Clone(p.recordings), Withheld: p.spec.Withheld,
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
