package desk

import (
	"slices"

	"offhook/internal/rc"
)

// maxSessions bounds the telephony sessions that are kept, and maxInSession who
// is kept of one.
const (
	maxSessions  = 64
	maxInSession = 64
)

// A TelephonySession is one of the user's, put together from what the platform
// has told of it (contract 7.3). Each party is as it was told last.
type TelephonySession struct {
	ID           string // s-…
	SessionID    string
	AccountID    string
	ExtensionID  string // the user's
	Origin       rc.Origin
	Parties      []rc.EventParty // the user's; not to be changed
	CreationTime rc.Time         // when it was told first
	Sequence     int64           // of the newest event
}

// sessionTold takes what an event says of a telephony session, and tells it
// on. What is older than what was heard is dropped (contract 6). Sessions that
// are over are kept like others: more may be told of them.
func (d *Desk) sessionTold(e rc.TelephonyEvent) {
	if e.TelephonySessionID == "" {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	at := slices.IndexFunc(d.sessions, func(s TelephonySession) bool { return s.ID == e.TelephonySessionID })
	s := TelephonySession{ID: e.TelephonySessionID, CreationTime: e.EventTime}
	switch {
	case at < 0:
	case e.Sequence < d.sessions[at].Sequence:
		return
	default:
		s = d.sessions[at]
		d.sessions = slices.Delete(d.sessions, at, at+1)
	}
	s.SessionID, s.Origin, s.Sequence = e.SessionID, e.Origin, e.Sequence
	s.AccountID, s.ExtensionID = d.me.AccountID, d.me.ExtensionID
	s.Parties = slices.Clone(s.Parties) // those of before have been told
	for _, p := range e.Parties {
		if i := slices.IndexFunc(s.Parties, func(o rc.EventParty) bool { return o.ID == p.ID }); i >= 0 {
			s.Parties[i] = p
		} else if len(s.Parties) < maxInSession {
			s.Parties = append(s.Parties, p)
		}
	}
	d.sessions = append(d.sessions, s)
	d.sessions = d.sessions[max(0, len(d.sessions)-maxSessions):]
	d.tell(Event{Type: EventSession, ID: s.ID, Session: &s})
}
