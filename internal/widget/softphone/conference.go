package softphone

import (
	"context"
	"net/http"
	"slices"

	"offhook/internal/rc"
	"offhook/internal/widget/call"
	"offhook/internal/widget/lang"
	"offhook/internal/widget/visit"
)

// Conferences are what a desk does for calls of several people (contract 6).
// The errors are *rc.Errors with a sentence.
type Conferences interface {
	// Conference opens one, whose VoiceCallToken is to be dialled at once.
	Conference(ctx context.Context) (rc.TelephonySession, error)
	// BringIn takes the far side of a call of the user's into a conference,
	// and returns what it is there. The call ends.
	BringIn(ctx context.Context, conference, session, party string) (rc.TelephonyParty, error)
	// DropParty takes somebody out of a session; the user's own party with
	// keep set leaves the conference to the others.
	DropParty(ctx context.Context, session, party string, keep bool) error
	// MuteParty keeps the others from hearing somebody, or ends that.
	MuteParty(ctx context.Context, session, party string, muted bool) error
}

// A meeting is what makes a call a conference that the user hosts:
//
//	open ──▶ dial in ──▶ bring in one call, and shown ──▶ bring in more
//	  └───────────┴─── fails: nobody has seen anything of it
//
// Who is in it the platform says, when it is asked: after each event, after
// each command, and every few seconds.
type meeting struct {
	hidden bool                   // nobody else is in it yet
	stood  func(error)            // told once whether the user is in it
	known  map[string]call.Member // who was brought in, as their calls named them, by party
	last   []call.Member          // who was in it before it was empty

	asking, again bool
	look          *alarm
}

// shows reports whether a call is one that people see. A nil meeting is that
// of an ordinary call.
func (m *meeting) shows() bool { return m == nil || !m.hidden }

// stands tells who waits whether the user is in the conference.
func (m *meeting) stands(err error) {
	if m != nil && m.stood != nil {
		stood := m.stood
		m.stood = nil
		stood(err)
	}
}

var (
	leftOut = lang.Mark("This call could not be added to the conference, and waits on hold.")
	// A recording is of one party, and ends when the platform ends that.
	unrecorded = lang.Mark("The call is not recorded any more.")
)

func notMerged() error {
	return rc.Errorf(rc.Conflict, "These calls cannot be merged. They go on as they were.")
}

// Merge makes one conference of two calls, of which one may be a conference
// already, and returns its id. Where that fails the calls are as they were,
// and the error is an *rc.Error with a sentence.
func (ph *Phone) Merge(ctx context.Context, id, other string) (string, error) {
	var merged string
	err := ph.ask(ctx, func(done func(error)) {
		a, err := ph.find(id)
		if err != nil {
			done(err)
			return
		}
		b, err := ph.find(other)
		if err == nil {
			err = a.mergeable(b)
		}
		if err != nil {
			done(err)
			return
		}
		ph.join(a, b, func(t *talk, err error) {
			if t != nil {
				merged = t.ID
			}
			done(err)
		})
	})
	if err != nil {
		return "", err
	}
	return merged, nil
}

// mergeable says why two calls cannot become one.
func (t *talk) mergeable(o *talk) error {
	for _, one := range []*talk{t, o} {
		switch {
		case !one.live():
			return over()
		case !one.talking():
			return rc.Errorf(rc.Conflict, "Nobody has answered this call yet.")
		case one.message != nil:
			return dropping()
		case one.dialog == nil, one.TelephonySessionID == "", one.PartyID == "", one.Supervision != "", one.merging, one.merged, one.moving, one.refer != nil:
			return notMerged()
		}
	}
	if t == o || t.meeting != nil && o.meeting != nil || t.ph.line.flow == nil {
		return notMerged()
	}
	return nil
}

func (ph *Phone) join(a, b *talk, done func(*talk, error)) {
	if b.meeting != nil {
		a, b = b, a
	}
	if a.meeting != nil {
		a.bringIn(b, func(err error) {
			if err == nil && a.live() {
				a.activate(func(error) {}) // what went wrong is in its state
			}
			done(a, err)
		})
		return
	}
	if ph.active == b { // who waits comes first: whoever talks is kept waiting least
		a, b = b, a
	}
	a.merging, b.merging = true, true
	ph.convene(func(k *talk, err error) {
		a.merging, b.merging = false, false
		if err != nil {
			done(nil, err)
			return
		}
		k.bringIn(b, func(err error) {
			if err != nil {
				k.part()
				k.end(call.Failed, "")
				k.forget()
				done(nil, err)
				return
			}
			k.meeting.hidden = false
			ph.changed()
			k.bringIn(a, func(err error) {
				if err != nil && a.live() {
					a.hold(true, func(error) {})
					a.say(leftOut)
				}
				if k.live() {
					ph.hear(k)
				}
				done(k, nil)
			})
		})
	})
}

// convene opens a conference and goes in.
func (ph *Phone) convene(then func(*talk, error)) {
	ph.aside(func(ctx context.Context) func() {
		var session rc.TelephonySession
		desk, err := ph.pool.Desks.Desk(ctx, ph.grantID)
		if err == nil {
			session, err = desk.Conference(ctx)
		}
		return func() {
			switch {
			case err != nil:
				then(nil, err)
			case session.VoiceCallToken == "" || ph.line.flow == nil || ph.closing:
				then(nil, notMerged())
			default:
				k := ph.newTalk(call.Outbound, call.Dialing)
				k.TelephonySessionID, k.Conference = session.ID, true
				k.meeting = &meeting{hidden: true, known: make(map[string]call.Member)}
				k.meeting.stood = func(err error) {
					if err != nil {
						k.forget()
					}
					then(k, err)
				}
				k.dial(session.VoiceCallToken, Order{})
			}
		}
	})
}

// bringIn takes the far side of a call into the conference.
func (t *talk) bringIn(o *talk, done func(error)) {
	ph := t.ph
	conference, session, party := t.TelephonySessionID, o.TelephonySessionID, o.PartyID
	recorded := o.Recording
	o.merged = true // it ends as soon as the platform has done it
	ph.aside(func(ctx context.Context) func() {
		var came rc.TelephonyParty
		desk, err := ph.pool.Desks.Desk(ctx, ph.grantID)
		if err == nil {
			came, err = desk.BringIn(ctx, conference, session, party)
		}
		return func() {
			if err != nil {
				o.merged = false
				if !o.live() && o.Outcome == call.Merged { // the far side hung up meanwhile
					o.Outcome = call.HungUp
					ph.changed()
				}
				done(err)
				return
			}
			t.seated(o, came.ID)
			if recorded && t.live() && !t.Recording {
				t.say(unrecorded)
			}
			done(nil)
		}
	})
}

// seated notes that the far side of a call is in the conference now.
func (t *talk) seated(o *talk, party string) {
	m := call.Member{PartyID: party, Number: o.Number, Name: o.Name}
	t.meeting.known[party] = m
	t.Members = append(slices.Clone(t.Members), m)
	t.ph.changed()
	t.gather()
	if !o.live() {
		return
	}
	// The platform ends the call next; where it does not, we do.
	o.alarm(t.ph.after(t.ph.pool.Waits.Answer, func() {
		o.part()
		o.end(call.Merged, "")
	}))
}

// gather asks the platform who is in the conference.
func (t *talk) gather() {
	m, ph := t.meeting, t.ph
	if m == nil || !t.live() {
		return
	}
	if m.asking {
		m.again = true
		return
	}
	m.asking = true
	m.look.stop()
	ph.aside(func(ctx context.Context) func() {
		var session rc.TelephonySession
		desk, err := ph.pool.Desks.Desk(ctx, ph.grantID)
		if err == nil {
			session, err = desk.Session(ctx, t.TelephonySessionID)
		}
		return func() {
			m.asking = false
			if m.again {
				m.again = false
				t.gather()
				return
			}
			if err == nil && t.live() {
				t.seat(session.Parties)
			}
			m.look = ph.after(ph.pool.Waits.Gather, t.gather)
		}
	})
}

// seat shows who is in the conference, besides the user.
func (t *talk) seat(parties []rc.TelephonyParty) {
	var now []call.Member
	for _, p := range parties {
		if p.ID == t.PartyID || p.Status.Over() {
			continue
		}
		m, known := t.meeting.known[p.ID]
		if !known {
			far := p.From
			if p.Direction == string(call.Inbound) {
				far = p.To
			}
			m = call.Member{PartyID: p.ID, Number: clean(far.PhoneNumber), Name: clean(far.Name)}
		}
		m.Muted, m.Held = p.Muted, p.Status.Code == rc.PartyHold
		now = append(now, m)
	}
	if !slices.Equal(now, t.Members) {
		if len(now) == 0 {
			t.meeting.last = t.Members
		}
		t.Members = now
		t.ph.changed()
	}
}

// recollect has a conference that is over tell who was in it.
func (t *talk) recollect() {
	if t.meeting != nil && len(t.Members) == 0 {
		t.Members = t.meeting.last
	}
}

// member finds somebody in the conference.
func (t *talk) member(party string) (at int, err error) {
	at = slices.IndexFunc(t.Members, func(m call.Member) bool { return m.PartyID == party })
	switch {
	case t.meeting == nil:
		return 0, rc.Errorf(rc.Conflict, "This call is no conference.")
	case at < 0:
		return 0, rc.Errorf(rc.NotFound, "They are not in the conference any more.")
	}
	return at, nil
}

// remove takes somebody out of the conference.
func (t *talk) remove(d Details, done func(error)) {
	if _, err := t.member(d.Party); err != nil {
		done(err)
		return
	}
	t.host(done, func(ctx context.Context, desk Desk) error {
		return desk.DropParty(ctx, t.TelephonySessionID, d.Party, false)
	}, func() {
		t.Members = slices.DeleteFunc(slices.Clone(t.Members), func(m call.Member) bool { return m.PartyID == d.Party })
	})
}

// silence keeps the others in the conference from hearing somebody.
func (t *talk) silence(d Details, done func(error)) {
	if _, err := t.member(d.Party); err != nil {
		done(err)
		return
	}
	on := d.On == nil || *d.On
	t.host(done, func(ctx context.Context, desk Desk) error {
		return desk.MuteParty(ctx, t.TelephonySessionID, d.Party, on)
	}, func() {
		if at, err := t.member(d.Party); err == nil {
			t.Members = slices.Clone(t.Members)
			t.Members[at].Muted = on
		}
	})
}

// leave goes out of the conference, which goes on for the others.
func (t *talk) leave(done func(error)) {
	if t.meeting == nil {
		done(rc.Errorf(rc.Conflict, "This call is no conference."))
		return
	}
	t.moving = true
	t.host(func(err error) {
		t.moving = t.moving && err == nil
		done(err)
	}, func(ctx context.Context, desk Desk) error {
		return desk.DropParty(ctx, t.TelephonySessionID, t.PartyID, true)
	}, func() {
		t.alarm(t.ph.after(t.ph.pool.Waits.Answer, t.goAway))
	})
}

// host has the platform do something in the conference, and shows it.
func (t *talk) host(done func(error), work func(context.Context, Desk) error, shown func()) {
	ph := t.ph
	ph.aside(func(ctx context.Context) func() {
		desk, err := ph.pool.Desks.Desk(ctx, ph.grantID)
		if err == nil {
			err = work(ctx, desk)
		}
		return func() {
			if err == nil && t.live() {
				shown()
				ph.changed()
			}
			t.gather()
			done(err)
		}
	})
}

// fits says why an act is not one for a conference, or for a call that a
// message is left in.
func (t *talk) fits(act string) error {
	if t.message != nil && t.live() && act != "hangup" {
		return dropping()
	}
	if t.Supervision != "" && !slices.Contains([]string{"hangup", "mute", "unmute", "hold", "unhold", "activate", "supervise"}, act) {
		return rc.Errorf(rc.Conflict, "This cannot be done while you listen in.")
	}
	if t.meeting != nil && (act == "transfer" || act == "park" || act == "flip") {
		return rc.Errorf(rc.Conflict, "This cannot be done with a conference.")
	}
	return nil
}

// merge makes a conference of two calls and answers with its id.
func (p *Pool) merge(w http.ResponseWriter, r *http.Request, ph Telephone) error {
	var d Details
	if err := visit.Body(w, r, &d); err != nil {
		return err
	}
	id, err := ph.Merge(r.Context(), r.PathValue("id"), d.CallID)
	if err != nil {
		return err
	}
	visit.JSON(w, http.StatusOK, map[string]string{"id": id})
	return nil
}
