package calllog

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"offhook/internal/platform/api/plan"
	"offhook/internal/platform/api/talk"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// An Outcome is how a call ended.
type Outcome string

// The outcomes of a call.
const (
	Answered  Outcome = "answered"
	Missed    Outcome = "missed"
	Rejected  Outcome = "rejected"
	Voicemail Outcome = "voicemail"
	Busy      Outcome = "busy"
)

// Outcomes lists them.
var Outcomes = []Outcome{Answered, Missed, Rejected, Voicemail, Busy}

// A PastCall is a call that has ended. Its numbers are E.164, and one of
// them at least is on the platform.
type PastCall struct {
	From, To  string
	At        time.Time
	Duration  time.Duration // of the talk, or of the ringing
	Outcome   Outcome
	Recording string // rc.RecordedAutomatic, rc.RecordedOnDemand, or empty
	Name      string // what the network said of whoever is not on the platform
}

// results are what caller and callee read of an outcome.
var results = map[Outcome][2]string{
	Answered:  {rc.CallConnected, rc.CallAccepted},
	Missed:    {rc.CallNoAnswer, rc.CallMissed},
	Rejected:  {rc.CallRejected, rc.CallRejected},
	Voicemail: {rc.CallConnected, rc.CallToVoicemail},
	Busy:      {rc.CallBusy, rc.CallMissed},
}

// Seed writes calls into the logs of those who took part, as if they had
// been made at their times. Nobody is told: clients find them at their next
// sync.
func Seed(ctx context.Context, st store.Platform, calls []PastCall) error {
	s := &seeder{Store: st, ids: new(store.IDs), plans: map[int64]*plan.Plan{}}
	for _, c := range calls {
		if err := s.add(ctx, c); err != nil {
			return fmt.Errorf("adding a call from %s to %s: %w", c.From, c.To, err)
		}
	}
	return nil
}

type seeder struct {
	Store store.Platform
	ids   *store.IDs
	plans map[int64]*plan.Plan
}

// A side is one end of a call that is on the platform.
type side struct {
	plan *plan.Plan
	ext  store.Extension
}

func (s *seeder) side(ctx context.Context, number string) (*side, error) {
	n, err := s.Store.PhoneNumber(ctx, number)
	if errors.Is(err, store.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking up a number: %w", err)
	}
	p := s.plans[n.AccountID]
	if p == nil {
		if p, err = plan.Read(ctx, s.Store, n.AccountID); err != nil {
			return nil, err
		}
		s.plans[n.AccountID] = p
	}
	e, ok := p.Receiver(n)
	if !ok {
		return nil, nil
	}
	return &side{p, e}, nil
}

// add writes a call on both sides. Who gets a new id when another process
// drew the same tries again.
func (s *seeder) add(ctx context.Context, c PastCall) error {
	if _, ok := results[c.Outcome]; !ok {
		return rc.Errorf(rc.Invalid, "A call cannot be %q. Say answered, missed, rejected, voicemail or busy.", c.Outcome)
	}
	if c.Recording != "" && c.Outcome != Answered {
		return rc.Errorf(rc.Invalid, "Only a call that was answered can be recorded.")
	}
	from, err := s.side(ctx, c.From)
	if err != nil {
		return err
	}
	to, err := s.side(ctx, c.To)
	if err != nil {
		return err
	}
	if from == nil && to == nil {
		return rc.Errorf(rc.Invalid, "Nobody on the platform has the number %s or %s.", c.From, c.To)
	}
	for range 5 {
		if err = s.write(ctx, c, from, to); !errors.Is(err, store.ErrExists) {
			return err
		}
	}
	return err
}

func (s *seeder) write(ctx context.Context, c PastCall, from, to *side) error {
	session := s.ids.Next()
	recordings := map[int64]string{} // by account
	return s.Store.Write(ctx, func(tx store.PlatformTx) error {
		var rows []store.Call
		for i, own := range []*side{from, to} {
			if own == nil {
				continue
			}
			account := own.plan.Account.ID
			row := s.draft(c, session, i == 1, own)
			if c.Recording != "" {
				if recordings[account] == "" {
					recordings[account] = strconv.FormatInt(s.ids.Next(), 10)
					r := store.CallRecording{ID: recordings[account], AccountID: account, ContentType: talk.ContentType, Duration: c.Duration, CreatedAt: c.At}
					if err := tx.AddCallRecording(ctx, r, talk.Dialog(c.Duration)); err != nil {
						return err
					}
				}
				row.Record.Recording = &rc.RecordingOfACall{ID: recordings[account], Type: c.Recording}
				row.Record.Legs[0].Recording = row.Record.Recording
			}
			rows = append(rows, row)
		}
		return putCalls(ctx, tx, rows)
	})
}

// putCalls writes the copies of a call, each as a change of its account, in
// the order that the store asks for.
func putCalls(ctx context.Context, tx store.PlatformTx, rows []store.Call) error {
	if len(rows) == 2 && rows[1].AccountID < rows[0].AccountID {
		rows[0], rows[1] = rows[1], rows[0]
	}
	changes := map[int64]int64{}
	for i := range rows {
		r := &rows[i]
		if changes[r.AccountID] == 0 {
			change, err := tx.NextCallChange(ctx, r.AccountID)
			if err != nil {
				return err
			}
			changes[r.AccountID] = change
		}
		r.Change = changes[r.AccountID]
	}
	for _, r := range rows {
		if err := tx.PutCall(ctx, r); err != nil {
			return err
		}
	}
	return nil
}

// draft is one side's copy.
func (s *seeder) draft(c PastCall, session int64, inbound bool, own *side) store.Call {
	id := strconv.FormatInt(s.ids.Next(), 10)
	at := rc.TimeOf(c.At)
	facts := rc.CallFacts{
		TelephonySessionID: fmt.Sprintf("s-a%xz%x", session, own.plan.Account.ID), PartyID: fmt.Sprintf("p-a%xz%x-1", session, own.plan.Account.ID),
		StartTime: at, Duration: int64(c.Duration / time.Second), DurationMs: c.Duration.Milliseconds(), Type: rc.Voice,
		Direction: rc.Outbound, Action: "VoIP Call", InternalType: "Local", Transport: "PSTN", Result: results[c.Outcome][0],
		From: own.party(c.From, c.Name), To: own.party(c.To, c.Name),
	}
	leg := "SipToPstnMetered"
	if inbound {
		facts.Direction, facts.Action, facts.Result = rc.Inbound, "Phone Call", results[c.Outcome][1]
		facts.PartyID = fmt.Sprintf("p-a%xz%x-2", session, own.plan.Account.ID)
		leg = "Accept"
	}
	if facts.From.ExtensionID != "" && facts.To.ExtensionID != "" {
		facts.Transport, facts.InternalType = "VoIP", "Sip"
		if !inbound {
			leg = "ExtensionToExtension"
		}
	}
	switch c.Outcome {
	case Answered:
	case Missed, Busy:
		facts.Reason, facts.ReasonDescription = "No Answer", "Nobody answered"
		if c.Outcome == Busy {
			facts.Reason, facts.ReasonDescription = "Line Busy", "The line was busy"
		}
	case Rejected:
		facts.Reason, facts.ReasonDescription = "Calls Not Accepted", "The call was not accepted"
	}
	legs := []rc.CallLeg{{LegType: leg, Master: true, CallFacts: facts}}
	if inbound && c.Outcome != Voicemail {
		ring := facts
		ring.Action, ring.Transport = "VoIP Call", "VoIP"
		legs = append(legs, rc.CallLeg{LegType: "PstnToSip", CallFacts: ring})
	}
	return store.Call{ID: id, AccountID: own.plan.Account.ID, ExtensionID: own.ext.ID, Record: rc.CallRecord{
		ID: id, SessionID: strconv.FormatInt(session, 10), CallFacts: facts, LastModifiedTime: rc.TimeOf(c.At.Add(c.Duration)), Legs: legs,
	}}
}

// party is one end of a call as the people of own's account know it.
func (own *side) party(number, name string) *rc.CallParty {
	p := &rc.CallParty{PhoneNumber: number, Name: name}
	n, ok := own.plan.Number(number)
	if !ok {
		return p
	}
	p.Name = own.plan.Name(number)
	if e, ok := own.plan.Receiver(n); ok {
		p.ExtensionNumber, p.ExtensionID = e.Number, strconv.FormatInt(e.ID, 10)
	}
	return p
}
