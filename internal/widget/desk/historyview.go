package desk

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"time"

	"offhook/internal/rc"
)

// A Call is a call of the user's past.
type Call struct {
	ID        string
	SessionID string
	Party     Party // the other one; without a number when they withheld it
	Inbound   bool
	// Conference is one that the user has called: its Party is nobody.
	Conference bool
	Missed     bool
	Fax        bool
	Voicemail  bool   // the caller has left one
	Declined   bool   // the user has turned it away, and has not missed it
	Result     string // as the platform says it
	Reason     string // the same
	At         time.Time
	Duration   time.Duration
	Recording  string         // the platform's id of it, or empty
	Legs       []CallLeg      // of Desk.Call alone, where there are several
	Record     *rc.CallRecord // the platform's; not to be changed
	Unlogged   bool           // the platform's log does not have it yet
}

// A CallLeg is one stretch of a call's way.
type CallLeg struct {
	Type     string // as the platform says it
	From, To Party
	Result   string
	At       time.Time
	Duration time.Duration
}

// A CallLog says what is known of the user's call log.
type CallLog struct {
	Readable bool // the platform lets the user and this app read it
	Synced   bool // it has been read; before, an empty list means nothing
	More     bool // there may be older calls
	Full     bool // older ones are not held here
	Missed   int  // calls that nobody has looked at
}

// CallLog says what is known.
func (d *Desk) CallLog() CallLog {
	d.mu.Lock()
	defer d.mu.Unlock()
	b := &d.calls
	full := len(b.byID) >= maxCalls
	return CallLog{
		Readable: d.me.Features[callFeature] && !b.refused, Synced: !b.row.At.IsZero(),
		More: !b.row.Whole && !full, Full: full, Missed: b.missed(),
	}
}

// Calls are the calls that are known, newest first.
func (d *Desk) Calls() []Call {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := d.calls.list()
	out := make([]Call, len(all))
	for i, r := range all {
		out[i] = d.newCall(r)
	}
	return out
}

// newCall draws up a record. The caller holds mu.
func (d *Desk) newCall(r *rc.CallRecord) Call {
	c := Call{
		ID: r.ID, SessionID: r.SessionID, Inbound: r.Direction == rc.Inbound, Missed: r.IsMissed(), Fax: r.Type == rc.Fax,
		Voicemail: r.Message != nil && r.Message.Type == rc.TypeVoiceMail, Result: r.Result, Reason: r.Reason, At: r.StartTime.Time, Duration: time.Duration(r.Duration) * time.Second, Record: r,
		Unlogged: d.calls.byID[r.ID] == nil,
	}
	if r.TelephonySessionID != "" && slices.Contains(d.calls.row.Declined, r.TelephonySessionID) {
		c.Declined, c.Missed = true, false
	}
	if r.Recording != nil {
		c.Recording = r.Recording.ID
	}
	other := r.To
	if c.Inbound {
		other = r.From
	}
	c.Conference = isConference(other)
	c.Party = d.ledger.people.caller(other)
	return c
}

// isConference reports whether an end of a call is a conference. What is
// dialled to get into one tells people nothing.
func isConference(end *rc.CallParty) bool {
	return end != nil && (strings.HasPrefix(end.PhoneNumber, "conf_") || strings.HasPrefix(end.ExtensionNumber, "conf_"))
}

// caller is what is known of one end of a call: a number, or a colleague who
// was called by their extension number alone.
func (p *people) caller(from *rc.CallParty) Party {
	if from == nil || isConference(from) {
		return Party{}
	}
	if from.PhoneNumber != "" {
		party := p.party(from.PhoneNumber)
		if party.Name == "" && from.Name != "" {
			party.Name, party.Heard, party.Initials = from.Name, true, initials(from.Name)
		}
		return party
	}
	party := Party{Extension: from.ExtensionNumber, Display: from.ExtensionNumber, Name: from.Name, Heard: from.Name != "", Initials: initials(from.Name)}
	for i := range p.entries {
		e := &p.entries[i]
		if from.ExtensionID != "" && e.ID == from.ExtensionID || from.ExtensionID == "" && from.ExtensionNumber != "" && e.ExtensionNumber == from.ExtensionNumber {
			party.Name, party.Heard, party.Number, party.Extension = entryName(e), false, directNumber(e), e.ExtensionNumber
			party.Display, party.Initials = cmp.Or(party.Extension, p.display(party.Number)), initials(party.Name)
			p.attend(&party, e.ID)
			break
		}
	}
	return party
}

// plainID is what may go into an address of ours.
var plainID = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// Call is one call with its way. It is NotFound for a call that is not here.
func (d *Desk) Call(id string) (Call, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := d.calls.find(id)
	if r == nil {
		return Call{}, rc.Errorf(rc.NotFound, "This call is not in your history any more.")
	}
	c := d.newCall(r)
	for _, l := range r.Legs {
		if c.Conference && (isConference(l.To) || isConference(l.From)) {
			continue // it is the call itself
		}
		c.Legs = append(c.Legs, CallLeg{
			Type: l.LegType, From: d.ledger.people.caller(l.From), To: d.ledger.people.caller(l.To), Result: l.Result,
			At: l.StartTime.Time, Duration: time.Duration(l.Duration) * time.Second,
		})
	}
	return c, nil
}
