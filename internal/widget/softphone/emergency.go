package softphone

import (
	"context"
	"net/http"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/call"
	"offhook/internal/widget/lang"
	"offhook/internal/widget/visit"
)

// Whoever calls the emergency services sees first where help will be sent to,
// and confirms it: this phone may be anywhere, and nobody can see where. No
// bound of calls, and no page around the phone, stands in the way of such a
// call; only a missing address does, because the platform refuses it then.

// help is what a frame is asked before an emergency call, and what it is told
// of the address that is registered.
type help struct {
	Number string `json:"number,omitempty"`
	Test   bool   `json:"test,omitempty"` // the number only reads the address back
	// Address is nil where none is registered.
	Address *rc.EmergencyAddress `json:"address"`
	Lines   []string             `json:"lines,omitempty"` // the same, as it is written
	// Unknown says why nothing is known of the address; the platform has it,
	// or refuses the call.
	Unknown string `json:"unknown,omitempty"`
	// Country is where the user is at home, Countries all that an address may
	// be in (ISO codes).
	Country   string   `json:"country"`
	Countries []string `json:"countries"`
}

// noHelp ends a call that the platform has refused for want of an address.
var noHelp = lang.Mark("No address is registered that help could be sent to. Register one, and call from a mobile phone if you need help now.")

// helpTime is how long an emergency call waits for its address.
const helpTime = 4 * time.Second

// lateHelp is said when the platform does not tell the address in time.
var lateHelp = lang.Mark("The phone service cannot be reached. In an emergency, call from a mobile phone.")

// noDevice is said while the platform has given the phone no name yet.
var noDevice = lang.Mark("The phone is still connecting. In an emergency, call from a mobile phone.")

// mountEmergency adds where frames read and change the address.
func (p *Pool) mountEmergency(mux *http.ServeMux) {
	p.Visits.SignedIn(mux, "GET "+visit.Path+"/emergency", p.emergencyAddress)
	p.Visits.SignedIn(mux, "POST "+visit.Path+"/emergency", p.registerAddress)
}

// confirm keeps an emergency call back until the user has seen where help is
// sent to. done means that the request has been answered.
func (p *Pool) confirm(w http.ResponseWriter, r *http.Request, v visit.Visit, ph Telephone, o *Order, confirmed bool) (done bool, err error) {
	desk, err := p.Desks.Desk(r.Context(), v.Session.GrantID)
	if err != nil {
		return false, err
	}
	number, test, urgent := desk.Emergency(o.To)
	if !urgent {
		return false, nil
	}
	if confirmed {
		o.urgent = number
		return false, nil
	}
	h := p.help(r.Context(), desk, v, ph)
	h.Number, h.Test = number, test
	w.Header().Set("X-Offhook-Guard", "emergency")
	visit.JSON(w, http.StatusOK, h)
	return true, nil
}

// help is what is known of the address of a user's phone.
func (p *Pool) help(ctx context.Context, desk Desk, v visit.Visit, ph Telephone) help {
	var h help
	h.Country, h.Countries = desk.HelpCountries()
	device := ph.Snapshot().Line.Device
	if device == "" {
		h.Unknown = v.Language.Say(noDevice)
		return h
	}
	ctx, cancel := context.WithTimeout(ctx, helpTime)
	defer cancel()
	a, err := desk.EmergencyAddress(ctx, device)
	if err != nil {
		h.Unknown = v.Language.Say(sentenceOf(err))
		return h
	}
	if h.Address = a; a != nil {
		h.Lines = a.Lines()
	}
	return h
}

// emergencyAddress answers with where help is sent to.
func (p *Pool) emergencyAddress(w http.ResponseWriter, r *http.Request, v visit.Visit) error {
	ph, err := p.Telephone(r.Context(), v.Session.GrantID)
	if err != nil {
		return err
	}
	desk, err := p.Desks.Desk(r.Context(), v.Session.GrantID)
	if err != nil {
		return err
	}
	visit.JSON(w, http.StatusOK, p.help(r.Context(), desk, v, ph))
	return nil
}

// registerAddress has help sent somewhere else from now on.
func (p *Pool) registerAddress(w http.ResponseWriter, r *http.Request, v visit.Visit) error {
	var a rc.EmergencyAddress
	if err := visit.Body(w, r, &a); err != nil {
		return err
	}
	ph, err := p.Telephone(r.Context(), v.Session.GrantID)
	if err != nil {
		return err
	}
	desk, err := p.Desks.Desk(r.Context(), v.Session.GrantID)
	if err != nil {
		return err
	}
	if err := ready(r.Context(), ph, nil); err != nil {
		return err
	}
	now, err := desk.RegisterEmergencyAddress(r.Context(), ph.Snapshot().Line.Device, a)
	if err != nil {
		return err
	}
	h := help{Address: now, Lines: now.Lines()}
	h.Country, h.Countries = desk.HelpCountries()
	visit.JSON(w, http.StatusOK, h)
	return nil
}

// dialable reads what somebody typed to be called. The emergency services are
// called by people themselves, who confirm their address: nobody else is sent
// there.
func dialable(desk Desk, typed string) (string, error) {
	if _, _, urgent := desk.Emergency(typed); urgent {
		return "", rc.Errorf(rc.Invalid, "Nobody can be sent to the emergency services. Call them yourself, on the keypad.")
	}
	return desk.Dialable(typed)
}

// sentenceOf is what people are told of an error.
func sentenceOf(err error) string {
	if e, ok := err.(*rc.Error); ok {
		return e.Message
	}
	return lateHelp
}

// cameToNothing says why a call came to nothing that the platform told a reason
// of.
func (t *talk) cameToNothing() (outcome call.Outcome, sentence string, ok bool) {
	if t.urgent && t.reason == rc.ReasonBlocked {
		return call.Failed, noHelp, true
	}
	if t.reason == rc.ReasonBlocked && t.because == rc.OutsideUnconnected {
		return call.Failed, noOutside, true
	}
	known, ok := reasons[t.reason]
	return known.outcome, known.sentence, ok
}
