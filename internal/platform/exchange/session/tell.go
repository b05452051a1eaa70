package session

import (
	"slices"
	"strconv"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// serverID is the one exchange that there is.
const serverID = "offhook"

// A change says what of a party has changed besides its event.
type change int

const (
	logged change = 1 << iota // its record in the call log
	shown                     // what presence shows of it
)

// tell has a change of the party stored and told. Parties of nobody on the
// platform change the session, and are told to nobody. Book.mu is held.
func (p *Party) tell(what change) {
	s := p.session
	s.seq++
	defer p.tellHosts()
	r := p.row()
	if r == nil && !p.spec.Unlogged {
		return
	}
	j := job{event: p.news()}
	if what&shown != 0 {
		j.calls = s.book.active(p.spec.ExtensionID)
		if p.status.Over() {
			last := p.activeCall()
			last.TelephonyStatus, last.TerminationType = rc.NoCall, "final"
			j.calls = append(j.calls, last)
		}
	}
	if what&logged != 0 && r != nil {
		j.rows = []store.Call{s.record(r)}
	}
	s.book.desk.put(j)
}

// tellHosts has the hosts of a conference hear that somebody in it has
// changed: they ask who is in it then. Book.mu is held.
func (p *Party) tellHosts() {
	for _, h := range p.session.parties {
		if h != p && h.spec.ConferenceRole == rc.ConferenceHost && !h.status.Over() {
			h.session.seq++
			h.session.book.desk.put(job{event: h.news()})
		}
	}
}

// news is the event of the party as it is. Book.mu is held.
func (p *Party) news() *event {
	s := p.session
	return &event{p.spec.AccountID, p.spec.ExtensionID, rc.TelephonyEvent{
		Sequence: s.seq, SessionID: s.number, TelephonySessionID: s.id, ServerID: serverID, EventTime: rc.TimeOf(s.book.now()),
		AccountID: text(p.spec.AccountID), ExtensionID: text(p.spec.ExtensionID), Origin: rc.Origin{Type: s.spec.Origin},
		Parties: []rc.EventParty{p.event()},
	}}
}

// event is the party as the event tells it. Book.mu is held.
func (p *Party) event() rc.EventParty {
	e := rc.EventParty{
		ID: p.id, AccountID: text(p.spec.AccountID), ExtensionID: text(p.spec.ExtensionID), Direction: p.spec.Direction,
		From: p.from().told(), To: p.to().told(), Status: p.status, MissedCall: p.missed, StandAlone: p.standAlone, Muted: p.muted,
		QueueCall: p.spec.QueueCall, ConferenceRole: p.spec.ConferenceRole, Recordings: slices.Clone(p.recordings),
	}
	if p.park != "" {
		e.Park = &rc.Park{ID: p.park}
	}
	if d := p.sipData(); d.CallID != "" {
		e.SIPData = &rc.SIPData{CallID: d.CallID, ToTag: d.ToTag, FromTag: d.FromTag}
	}
	return e
}

// from and to are the ends as the people of the party's account know them:
// of another company's extensions, that is their numbers and names.
func (p *Party) from() End { return p.spec.From.as(p.spec.AccountID) }
func (p *Party) to() End   { return p.spec.To.as(p.spec.AccountID) }

func (e End) as(accountID int64) End {
	if e.AccountID != accountID {
		e.AccountID, e.ExtensionID, e.ExtensionNumber, e.DeviceID = 0, 0, "", ""
	}
	return e
}

// told is an end as events and answers tell it.
func (e End) told() rc.TelephonyEnd {
	t := rc.TelephonyEnd{PhoneNumber: e.shown(), Name: e.Name, DeviceID: e.DeviceID}
	if e.ExtensionID != 0 {
		t.ExtensionID = text(e.ExtensionID)
	}
	return t
}

// shown is the number that people see of an end.
func (e End) shown() string {
	if e.Number != "" {
		return e.Number
	}
	return e.ExtensionNumber
}

// sipData names the party's dialog. A call that rings has none yet: it is
// found by the party (contract 5.2).
func (p *Party) sipData() rc.SIPData {
	d := p.sip
	if p.spec.Direction == rc.Inbound && (p.status.Code == rc.PartySetup || p.status.Code == rc.PartyProceeding) {
		d.ToTag, d.FromTag = "blf", p.id
	}
	return d
}

// telephonyStatus is what presence says of a state. Book.mu is held.
func (p *Party) telephonyStatus() string {
	switch p.status.Code {
	case rc.PartySetup, rc.PartyProceeding:
		return rc.TelephonyRinging
	case rc.PartyHold:
		return rc.TelephonyOnHold
	case rc.PartyParked:
		return rc.TelephonyParked
	case rc.PartyAnswered:
		return rc.TelephonyConnected
	}
	return rc.NoCall
}

func (p *Party) activeCall() rc.ActiveCall {
	d := p.sipData()
	id := d.CallID
	if id == "" {
		id = p.id
	}
	c := rc.ActiveCall{
		ID: id, Direction: p.spec.Direction, From: p.from().shown(), FromName: p.spec.From.Name, To: p.to().shown(), ToName: p.spec.To.Name,
		TelephonyStatus: p.telephonyStatus(), StartTime: rc.TimeOf(p.joined), SessionID: p.session.number, TelephonySessionID: p.session.id,
		PartyID: p.id, QueueCall: p.spec.QueueCall,
	}
	if d.CallID != "" {
		c.SIPData = &d
	}
	return c
}

// Active returns the calls that an extension has, oldest first. What its
// voicemail does is no call of its own.
func (k *Book) Active(extensionID int64) []rc.ActiveCall {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.active(extensionID)
}

// active is Active with Book.mu held.
func (k *Book) active(extensionID int64) []rc.ActiveCall {
	var parties []*Party
	for _, s := range k.sessions {
		for _, p := range s.parties {
			if p.spec.ExtensionID == extensionID && p.telephonyStatus() != rc.NoCall {
				parties = append(parties, p)
			}
		}
	}
	slices.SortFunc(parties, func(a, b *Party) int {
		if c := a.joined.Compare(b.joined); c != 0 {
			return c
		}
		if a.id < b.id {
			return -1
		}
		return 1
	})
	calls := []rc.ActiveCall{}
	for _, p := range parties {
		calls = append(calls, p.activeCall())
	}
	return calls
}

func text(id int64) string { return strconv.FormatInt(id, 10) }
