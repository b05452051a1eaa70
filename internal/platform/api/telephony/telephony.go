// Package telephony answers for the calls that go on (contract 6): who is in
// which, and what can be done with them. It knows the calls from the
// exchange's book and has the exchange do what is asked; a session of which
// the caller owns no part does not exist for them.
package telephony

import (
	"net/http"
	"slices"
	"strconv"

	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

const (
	sessionsPath = target.AccountPath + "/telephony/sessions"
	sessionPath  = sessionsPath + "/{telephonySessionId}"
	partyPath    = sessionPath + "/parties/{partyId}"
)

// A Book tells the state of the sessions that go on.
type Book interface {
	// Describe is a session with all its parties; false when it is over.
	Describe(sessionID string) (rc.TelephonySession, bool)
	// Seen is a session as an extension may see it that takes part or has: who
	// has left sees nothing of what came later. It is false for others.
	Seen(sessionID string, extensionID int64) (rc.TelephonySession, bool)
}

// A Handler answers the operations of telephony sessions.
type Handler struct {
	Face  *wire.Face
	Store store.Platform // for what became of calls that are over
	Book  Book
	// Exchange does what is asked; see the interfaces of this package.
	Exchange any
}

// Mount registers the operations that the exchange can do.
func (h *Handler) Mount(mux *http.ServeMux) {
	h.Face.Handle(mux, "GET", sessionPath, h.get)
	h.Face.Handle(mux, "GET", partyPath, h.getParty)
	h.mountEnding(mux)
	h.mountRinging(mux)
	h.mountTalking(mux)
	h.mountCalling(mux)
	h.mountRingOut(mux)
	h.mountSupervising(mux)
}

// get answers with a session.
func (h *Handler) get(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	s, err := h.session(r, c, r.PathValue("telephonySessionId"))
	if err != nil {
		return err
	}
	wire.JSON(w, http.StatusOK, s)
	return nil
}

// getParty answers with anybody in a session of the caller's.
func (h *Handler) getParty(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	s, err := h.session(r, c, r.PathValue("telephonySessionId"))
	if err != nil {
		return err
	}
	p, ok := party(s, r.PathValue("partyId"))
	if !ok {
		return target.Missing("partyId")
	}
	wire.JSON(w, http.StatusOK, p)
	return nil
}

// session returns a session in which the caller is or was.
func (h *Handler) session(r *http.Request, c wire.Caller, id string) (rc.TelephonySession, error) {
	if err := target.Account(r, c); err != nil {
		return rc.TelephonySession{}, err
	}
	s, ok := h.Book.Seen(id, c.ExtensionID)
	if !ok {
		return rc.TelephonySession{}, target.Missing("telephonySessionId")
	}
	return discreet(s, c), nil
}

// discreet is a session as far as it is the caller's business.
func discreet(s rc.TelephonySession, c wire.Caller) rc.TelephonySession {
	return abroad(withheld(shown(s, c.ExtensionID), c.ExtensionID), c.AccountID)
}

// joined is session for what changes it: the caller must be in it still. Who
// has left, or whose phone has only rung, has no say any more.
func (h *Handler) joined(r *http.Request, c wire.Caller, id string) (rc.TelephonySession, rc.TelephonyParty, error) {
	s, err := h.session(r, c, id)
	if err != nil {
		return s, rc.TelephonyParty{}, err
	}
	for _, p := range s.Parties {
		if ownedBy(p, c.ExtensionID) && !p.Status.Over() {
			return s, p, nil
		}
	}
	return s, rc.TelephonyParty{}, rc.Coded(rc.Conflict, "CMN-406", "The call has ended for this party")
}

// shown is a session without those who listen in on it.
func shown(s rc.TelephonySession, extensionID int64) rc.TelephonySession {
	s.Parties = slices.DeleteFunc(slices.Clone(s.Parties), func(p rc.TelephonyParty) bool { return p.Hidden && !ownedBy(p, extensionID) })
	return s
}

// abroad is a session without whose another company's parties are.
func abroad(s rc.TelephonySession, accountID int64) rc.TelephonySession {
	own := strconv.FormatInt(accountID, 10)
	s.Parties = slices.Clone(s.Parties)
	for i := range s.Parties {
		if p := &s.Parties[i]; p.AccountID != own {
			p.Owner, p.AccountID, p.ExtensionID = nil, "", ""
			p.From.ExtensionID, p.From.DeviceID, p.To.ExtensionID, p.To.DeviceID = "", "", "", ""
		}
	}
	return s
}

// withheld is a session as one extension may know it: a caller who withholds
// who they are does so here as well.
func withheld(s rc.TelephonySession, extensionID int64) rc.TelephonySession {
	hides := slices.ContainsFunc(s.Parties, func(p rc.TelephonyParty) bool {
		return ownedBy(p, extensionID) && p.Direction == rc.Inbound && p.From == rc.TelephonyEnd{}
	})
	s.Parties = slices.Clone(s.Parties)
	for i := range s.Parties {
		if p := &s.Parties[i]; !ownedBy(*p, extensionID) && p.Direction == rc.Outbound && (hides || p.Withheld) {
			p.From, p.Owner, p.AccountID, p.ExtensionID = rc.TelephonyEnd{}, nil, "", ""
		}
	}
	return s
}

func takesPart(s rc.TelephonySession, extensionID int64) bool {
	for _, p := range s.Parties {
		if ownedBy(p, extensionID) {
			return true
		}
	}
	return false
}

func ownedBy(p rc.TelephonyParty, extensionID int64) bool {
	return p.Owner != nil && p.Owner.ExtensionID == strconv.FormatInt(extensionID, 10)
}

func party(s rc.TelephonySession, id string) (rc.TelephonyParty, bool) {
	for _, p := range s.Parties {
		if p.ID == id {
			return p, true
		}
	}
	return rc.TelephonyParty{}, false
}

// own returns the ids of a party of the caller's own, which goes on: nobody
// does anything with another's.
func (h *Handler) own(r *http.Request, c wire.Caller) (session, partyID string, err error) {
	s, err := h.session(r, c, r.PathValue("telephonySessionId"))
	if err != nil {
		return "", "", err
	}
	p, ok := party(s, r.PathValue("partyId"))
	if !ok {
		return "", "", target.Missing("partyId")
	}
	if !ownedBy(p, c.ExtensionID) {
		return "", "", rc.Coded(rc.Denied, "CMN-404", "This party is somebody else's; only their own calls can be controlled by users")
	}
	if p.Status.Over() {
		return "", "", rc.Coded(rc.Conflict, "CMN-406", "The call has ended for this party")
	}
	return s.ID, p.ID, nil
}

// on runs a command on a party of the caller's own, and answers with the
// party. A session that is over by then is told as it was.
func (h *Handler) on(w http.ResponseWriter, r *http.Request, c wire.Caller, status int, command func(session, party string) error) error {
	session, id, err := h.own(r, c)
	if err != nil {
		return err
	}
	return h.run(w, r, c, status, session, id, command)
}

// run is on for a party that the caller may command.
func (h *Handler) run(w http.ResponseWriter, r *http.Request, c wire.Caller, status int, session, id string, command func(session, party string) error) error {
	before, err := h.session(r, c, session)
	if err != nil {
		return err
	}
	if err := command(session, id); err != nil {
		return err
	}
	now := before
	if s, ok := h.Book.Describe(session); ok {
		now = discreet(s, c)
	}
	p, ok := party(now, id)
	if !ok {
		return target.Missing("partyId")
	}
	wire.JSON(w, status, p)
	return nil
}

func ofAccount(s rc.TelephonySession, accountID int64) bool {
	for _, p := range s.Parties {
		if p.Owner != nil && p.Owner.AccountID == strconv.FormatInt(accountID, 10) {
			return true
		}
	}
	return false
}
