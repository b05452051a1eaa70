package session

import (
	"slices"
	"strconv"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// A row is the record of a session in one extension's call log. Its fields
// after id are guarded by Book.mu.
type row struct {
	id                     string
	accountID, extensionID int64
	recording              *rc.RecordingOfACall
	further                []rc.RecordingOfACall // that were begun when the first was as long as it may be
	message                *rc.MessageOfACall
}

// keep notes a recording that has been stored, once.
func (r *row) keep(n rc.RecordingOfACall) {
	switch {
	case r.recording == nil:
		r.recording = &n
	case *r.recording != n && !slices.Contains(r.further, n):
		r.further = append(r.further, n)
	}
}

// row is the record in a party's owner's log; nil for somebody outside, and for
// what is not logged. Book.mu is held.
func (p *Party) row() *row {
	if p.spec.ExtensionID == 0 || p.spec.Unlogged {
		return nil
	}
	s := p.session
	for _, r := range s.rows {
		if r.extensionID == p.spec.ExtensionID {
			return r
		}
	}
	r := &row{id: strconv.FormatInt(s.book.ids.Next(), 10), accountID: p.spec.AccountID, extensionID: p.spec.ExtensionID}
	s.rows = append(s.rows, r)
	return r
}

// connected is the reason of a call that goes on and was answered: what is
// left of it when the process dies says that people talked.
const connected = "Connected"

// record is the call as a row's owner has it in the log: running until every
// party of theirs is over. Book.mu is held.
func (s *Session) record(r *row) store.Call {
	var own []*Party
	for _, p := range s.parties {
		if p.spec.ExtensionID == r.extensionID {
			own = append(own, p)
		}
	}
	c := store.Call{ID: r.id, AccountID: r.accountID, ExtensionID: r.extensionID, Active: !over(own)}
	c.Record = rc.CallRecord{
		ID: r.id, SessionID: s.number, CallFacts: own[0].facts(), Recording: r.recording, Message: r.message,
		LastModifiedTime: rc.TimeOf(s.book.now()),
	}
	// Who was called again, after a transfer, say, was reached when one of
	// the calls was answered, or their voicemail was.
	for _, p := range own[1:] {
		if better := p.facts(); own[0].answered.IsZero() && (!p.answered.IsZero() || p.voicemail) {
			c.Record.Result, c.Record.Reason, c.Record.ReasonDescription = better.Result, better.Reason, better.ReasonDescription
		}
	}
	if c.Active {
		c.Record.Result, c.Record.ReasonDescription, c.Record.Duration, c.Record.DurationMs = rc.CallInProgress, "", 0, 0
		c.Record.Reason = ""
		if slices.ContainsFunc(own, func(p *Party) bool { return !p.answered.IsZero() }) {
			c.Record.Reason = connected
		}
	}
	for i, p := range own {
		c.Record.Legs = append(c.Record.Legs, p.legs(i == 0, r)...)
	}
	for _, n := range r.further { // a leg names one
		leg := c.Record.Legs[0]
		leg.Master, leg.Recording, leg.Message = false, &n, nil
		c.Record.Legs = append(c.Record.Legs, leg)
	}
	return c
}

func over(parties []*Party) bool {
	return !slices.ContainsFunc(parties, func(p *Party) bool { return !p.status.Over() })
}

// legs are the stretches of a party's way: for who was called, the call that
// came and the ringing of their phone. Book.mu is held.
func (p *Party) legs(master bool, r *row) []rc.CallLeg {
	leg := rc.CallLeg{LegType: "SipToPstnMetered", Master: master, CallFacts: p.facts()}
	switch {
	case p.session.spec.Origin == rc.OriginConference:
		leg.LegType = "ConferenceCall"
	case p.spec.Direction == rc.Inbound:
		leg.LegType = "Accept"
	case p.inside():
		leg.LegType = "ExtensionToExtension"
	}
	if master {
		leg.Recording, leg.Message = r.recording, r.message
	}
	if p.spec.Direction == rc.Outbound || p.voicemail && p.answered.IsZero() {
		return []rc.CallLeg{leg}
	}
	ring := rc.CallLeg{LegType: "PstnToSip", CallFacts: leg.CallFacts}
	ring.Action, ring.Transport = "VoIP Call", "VoIP"
	if p.status.Reason == rc.ReasonCallRedirected {
		ring.LegType = "FollowMe"
	}
	return []rc.CallLeg{leg, ring}
}

// inside reports whether both ends are on the platform.
func (p *Party) inside() bool { return p.spec.From.ExtensionID != 0 && p.spec.To.ExtensionID != 0 }

// facts are what the log says of a party. Book.mu is held.
func (p *Party) facts() rc.CallFacts {
	f := rc.CallFacts{
		TelephonySessionID: p.session.id, PartyID: p.id, StartTime: rc.TimeOf(p.joined), Type: rc.Voice, InternalType: "Local",
		Direction: p.spec.Direction, Action: p.action(), Transport: "PSTN", Result: rc.CallInProgress,
		From: p.from().party(), To: p.to().party(),
	}
	if p.inside() {
		f.Transport, f.InternalType = "VoIP", "Sip"
	}
	if p.ended.IsZero() {
		if !p.answered.IsZero() {
			f.Reason = connected
		}
		return f
	}
	// As long as the talk, or as the ringing where there was none.
	began := p.joined
	if !p.answered.IsZero() {
		began = p.answered
	}
	length := max(0, p.ended.Sub(began))
	f.Duration, f.DurationMs = int64(length/time.Second), length.Milliseconds()
	r := p.result()
	f.Result, f.Reason, f.ReasonDescription = r.result, r.reason, r.description
	if p.status.Description != "" {
		f.ReasonDescription = p.status.Description
	}
	return f
}

func (p *Party) action() string {
	switch {
	case p.spec.Action != "":
		return p.spec.Action
	case p.session.spec.Origin == rc.OriginConference:
		return "Conference Call"
	case p.session.spec.Origin == rc.OriginRingOut && p.spec.Direction == rc.Outbound:
		return "RingOut Web"
	case p.spec.Direction == rc.Inbound && p.status.Reason == rc.ReasonCallRedirected:
		return "FollowMe"
	case p.spec.Direction == rc.Inbound:
		return "Phone Call"
	}
	return "VoIP Call"
}

func (e End) party() *rc.CallParty {
	c := &rc.CallParty{PhoneNumber: e.Number, ExtensionNumber: e.ExtensionNumber, Name: e.Name}
	if e.ExtensionID != 0 {
		c.ExtensionID = strconv.FormatInt(e.ExtensionID, 10)
	}
	if e.DeviceID != "" {
		c.Device = &rc.URIID{ID: e.DeviceID}
	}
	return c
}
