package softphone

import (
	"context"
	"net/http"
	"slices"

	"offhook/internal/rc"
	"offhook/internal/widget/call"
	"offhook/internal/widget/visit"
)

// Supervising is what a desk does for who listens in on colleagues' calls. The
// errors are *rc.Errors with a sentence.
type Supervising interface {
	// Supervise has the platform call a device of the user's into the call that
	// a colleague is in, and returns the party that it is there. Whether the
	// user may, the platform says.
	Supervise(ctx context.Context, extensionID, deviceID string) (rc.TelephonyParty, error)
}

// takeover is what a supervisor asks for to talk in their colleague's place;
// then they supervise no more.
const takeover = "takeover"

func mayBecome(mode string) bool {
	return mode == takeover || slices.Contains([]call.Supervision{call.Listens, call.Whispers, call.JoinsIn}, call.Supervision(mode))
}

// A supervision is a call into which the platform calls this phone, because
// its user listens in there:
//
//	called ──▶ listen ◀──▶ whisper ◀──▶ join in
//	              └────────────┴────────────┴──▶ take over: a call like any other
//
// Nobody sees anything of it before it stands.
type supervision struct {
	stood func(error) // told once whether the user is in the call
	acked bool        // the platform knows that they are, and takes commands
}

// shows reports whether people see the call. That of an ordinary call is nil.
func (t *talk) shows() bool {
	return t.meeting.shows() && (t.supervision == nil || t.State != call.Ringing)
}

// stands tells who waits whether the user is in the call.
func (s *supervision) stands(err error) {
	if s == nil {
		return
	}
	s.acked = s.acked || err == nil
	if s.stood != nil {
		stood := s.stood
		s.stood = nil
		stood(err)
	}
}

// Supervise listens in on the call that a colleague is in, in one of the ways,
// and returns the call's id.
func (ph *Phone) Supervise(ctx context.Context, extensionID, mode string) (id string, err error) {
	if !mayBecome(mode) || extensionID == "" {
		return "", rc.Errorf(rc.Invalid, "The phone sent something that its server does not understand. Reload the page.")
	}
	desk, err := ph.pool.Desks.Desk(ctx, ph.grantID)
	if err != nil {
		return "", err
	}
	if err := ph.ready(ctx); err != nil {
		return "", err
	}
	var device string
	err = ph.ask(ctx, func(done func(error)) {
		device = ph.line.shown.Device
		err := ph.mayDial()
		if err == nil && (ph.entering || slices.ContainsFunc(ph.talks, func(t *talk) bool { return t.live() && t.Supervision != "" })) {
			err = rc.Errorf(rc.Conflict, "You listen in on a call already. Leave that one first.")
		}
		ph.entering = ph.entering || err == nil
		done(err)
	})
	if err != nil {
		return "", err
	}
	defer ph.box.post(func() { ph.entering = false })
	party, err := desk.Supervise(ctx, extensionID, device)
	if err != nil {
		return "", err
	}
	err = ph.ask(ctx, func(done func(error)) {
		ph.enters(party.ID, func(t *talk, err error) {
			if err != nil {
				done(err)
				return
			}
			id = t.ID
			t.oversees(party.To)
			if mode == string(call.Listens) {
				done(nil)
				return
			}
			t.supervise(Details{Mode: mode}, done)
		})
	})
	return id, err
}

// enters waits until the platform has called the phone into a call as a party.
func (ph *Phone) enters(party string, then func(*talk, error)) {
	for _, t := range ph.talks {
		if t.PartyID == party && t.supervision != nil {
			t.entered(then)
			return
		}
	}
	late := ph.after(ph.pool.Waits.Answer, func() {
		delete(ph.summons, party)
		then(nil, rc.Errorf(rc.Unavailable, "The phone service did not let you in. Try again in a moment."))
	})
	if ph.summons == nil {
		ph.summons = make(map[string]func(*talk))
	}
	ph.summons[party] = func(t *talk) {
		delete(ph.summons, party)
		late.stop()
		t.entered(then)
	}
}

// entered tells whether the user is in the call, as soon as that is known.
func (t *talk) entered(then func(*talk, error)) {
	switch {
	case !t.live():
		then(nil, over())
	case t.supervision.acked:
		then(t, nil)
	default:
		t.supervision.stood = func(err error) { then(t, err) }
	}
}

// summoned begins a call into which the platform has called this phone.
func (t *talk) summoned() {
	t.supervision, t.Supervision = &supervision{}, call.Listens
	if came := t.ph.summons[t.PartyID]; came != nil {
		came(t)
	}
}

// oversees takes whose call the user listens in on, and later whom they have
// taken it over from: who is at the other end.
func (t *talk) oversees(to rc.TelephonyEnd) {
	if number, name := clean(to.PhoneNumber), clean(to.Name); (number != "" || name != "") && (number != t.Number || name != t.Name) {
		t.Number, t.Name = number, name
		t.ph.changed()
	}
}

// supervise changes what the user is in a colleague's call.
func (t *talk) supervise(d Details, done func(error)) {
	switch {
	case t.Supervision == "" || !mayBecome(d.Mode):
		done(notDone())
		return
	case d.Mode == string(t.Supervision):
		done(nil)
		return
	}
	if d.Mode == string(call.Listens) { // nothing that is said from now on is heard, whatever the platform answers
		t.Supervision = call.Listens
		t.ph.review()
		t.ph.changed()
	}
	t.instruct(d.Mode, "", func(_ infoReply, err error) {
		if err == nil && t.live() {
			t.Supervision = call.Supervision(d.Mode)
			if d.Mode == takeover {
				t.Supervision = ""
			}
			t.ph.review()
			t.ph.changed()
		}
		done(err)
	})
}

// supervise listens in on a colleague's call.
func (p *Pool) supervise(w http.ResponseWriter, r *http.Request, ph Telephone) error {
	var b struct {
		ExtensionID string `json:"extensionId"`
		Mode        string `json:"mode"`
	}
	if err := visit.Body(w, r, &b); err != nil {
		return err
	}
	id, err := ph.Supervise(r.Context(), b.ExtensionID, b.Mode)
	if err != nil {
		return err
	}
	visit.JSON(w, http.StatusOK, map[string]string{"id": id})
	return nil
}
