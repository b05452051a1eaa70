package softphone

import (
	"context"
	"slices"

	"offhook/internal/rc"
	"offhook/internal/widget/call"
)

// maxParked bounds the parked calls that are kept: a company has 99 places.
const maxParked = 99

// parking is where the user's parked calls are noted. It belongs to the
// phone's actor.
type parking struct {
	calls []parkedCall // oldest first
	news  int          // counts what was told of them
}

// A parkedCall is one that the platform has told.
type parkedCall struct {
	call.Parked
	party string
	seen  int64 // the number of the event that told of it
}

// parked takes from an event what it tells of parked calls: that a party of
// the user's is parked somewhere, or no longer is. What is older than what was
// heard is dropped (contract 6).
func (ph *Phone) parked(e rc.TelephonyEvent) {
	for _, p := range e.Parties {
		at := slices.IndexFunc(ph.parking.calls, func(c parkedCall) bool {
			return c.TelephonySessionID == e.TelephonySessionID && c.party == p.ID
		})
		stays := p.Status.Code == rc.PartyParked && p.Park != nil && clean(p.Park.ID) != ""
		switch {
		case stays && at < 0 && len(ph.parking.calls) < maxParked:
			c := newParked(e.TelephonySessionID, p.ID, p.Park, p.Direction, p.From, p.To)
			c.SessionID, c.Since, c.seen = e.SessionID, ph.pool.Now(), e.Sequence
			for _, t := range ph.talks { // which may know more than the platform tells
				if t.TelephonySessionID == e.TelephonySessionID {
					c.Number, c.Name = t.Number, t.Name
				}
			}
			ph.parking.calls = append(ph.parking.calls, c)
		case !stays && at >= 0 && e.Sequence >= ph.parking.calls[at].seen:
			ph.parking.calls = slices.Delete(ph.parking.calls, at, at+1)
		default:
			continue
		}
		ph.parking.news++
		ph.changed()
	}
}

// newParked is a parked call with who waits in it.
func newParked(session, party string, park *rc.Park, direction string, from, to rc.TelephonyEnd) parkedCall {
	far := to
	if direction == rc.Inbound {
		far = from
	}
	return parkedCall{Parked: call.Parked{Place: clean(park.ID), Number: clean(far.PhoneNumber), Name: clean(far.Name), TelephonySessionID: session}, party: party}
}

// recallParked asks the platform which calls are parked, for a phone that has
// not been told: it is new, or it slept meanwhile.
func (ph *Phone) recallParked() {
	news, known := ph.parking.news, slices.Clone(ph.parking.calls)
	ph.aside(func(ctx context.Context) func() {
		found, err := ph.askParked(ctx, known)
		return func() {
			switch {
			case err != nil:
				ph.log.Info("asking for the parked calls", "err", err)
			case news != ph.parking.news: // the answer may be older than what was told
				ph.recallParked()
			case len(found)+len(ph.parking.calls) > 0:
				ph.merge(found)
			}
		}
	})
}

// askParked asks which of the user's calls are parked and where. The platform's
// list may be older than its events: the sessions of calls that were told of
// are asked for themselves.
func (ph *Phone) askParked(ctx context.Context, known []parkedCall) ([]parkedCall, error) {
	desk, err := ph.pool.Desks.Desk(ctx, ph.grantID)
	if err != nil {
		return nil, err
	}
	active, err := desk.ActiveCalls(ctx)
	if err != nil {
		return nil, err
	}
	for _, c := range known {
		if !slices.ContainsFunc(active, func(a rc.ActiveCall) bool {
			return a.TelephonySessionID == c.TelephonySessionID && a.TelephonyStatus == rc.TelephonyParked
		}) {
			active = append(active, rc.ActiveCall{TelephonyStatus: rc.TelephonyParked, SessionID: c.SessionID, TelephonySessionID: c.TelephonySessionID, PartyID: c.party})
		}
	}
	var found []parkedCall
	for _, a := range active {
		if a.TelephonyStatus != rc.TelephonyParked || len(found) == maxParked {
			continue
		}
		session, err := desk.Session(ctx, a.TelephonySessionID)
		if err != nil {
			continue // it is over meanwhile, or of nobody whom the user may ask about
		}
		for _, p := range session.Parties {
			if p.Park != nil && clean(p.Park.ID) != "" && p.Status.Code == rc.PartyParked && (a.PartyID == "" || p.ID == a.PartyID) {
				c := newParked(session.ID, p.ID, p.Park, p.Direction, p.From, p.To)
				c.SessionID = a.SessionID
				found = append(found, c)
			}
		}
	}
	return found, nil
}

// merge takes what the platform has answered. When a call was parked is known
// of those that were told.
func (ph *Phone) merge(found []parkedCall) {
	for i, f := range found {
		for _, c := range ph.parking.calls {
			if c.TelephonySessionID == f.TelephonySessionID && c.party == f.party {
				found[i] = c
			}
		}
	}
	ph.parking.calls = found
	ph.changed()
}

// parkedAt is the parked call that a number picks up.
func (ph *Phone) parkedAt(number string) (call.Parked, bool) {
	for _, c := range ph.parking.calls {
		if c.Place == number {
			return c.Parked, true
		}
	}
	return call.Parked{}, false
}
