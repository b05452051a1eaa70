package softphone

import (
	"net/http"
	"strings"

	"offhook/internal/listen"
	"offhook/internal/rc"
	"offhook/internal/widget/visit"
)

// Mount adds the routes by which tabs use their user's phone. What changes
// anything has the guards of every change (package visit).
func (p *Pool) Mount(mux *http.ServeMux) {
	p.Visits.SignedIn(mux, "POST "+visit.Path+"/calls", p.place)
	p.Visits.SignedIn(mux, "GET "+visit.Path+"/audio/relays", p.relays)
	p.Visits.SignedIn(mux, "POST "+visit.Path+"/calls/ringing", p.ringing)
	p.Visits.SignedIn(mux, "POST "+visit.Path+"/calls/{id}/{act}", p.act)
	p.mountEmergency(mux)
	for pattern, h := range map[string]func(http.ResponseWriter, *http.Request, Telephone) error{
		"GET /calls":             p.calls,
		"POST /calls/retry":      p.retry,
		"POST /calls/{id}/merge": p.merge,
		"POST /calls/{id}/drop":  p.drop,
		"POST /audio":            p.audio,
		"POST /audio/leave":      p.leave,
		"POST /supervise":        p.supervise,
	} {
		method, path, _ := strings.Cut(pattern, " ")
		p.Visits.SignedIn(mux, method+" "+visit.Path+path, func(w http.ResponseWriter, r *http.Request, v visit.Visit) error {
			ph, err := p.Telephone(r.Context(), v.Session.GrantID)
			if err != nil {
				return err
			}
			return h(w, r, ph)
		})
	}
}

// place begins a call, once the page around the phone has been asked about it
// where it wants to be.
func (p *Pool) place(w http.ResponseWriter, r *http.Request, v visit.Visit) error {
	var o struct {
		Order
		verdict
		Confirmed bool `json:"confirmed"` // the user has seen where help is sent to
	}
	if err := visit.Body(w, r, &o); err != nil {
		return err
	}
	ph, err := p.Telephone(r.Context(), v.Session.GrantID)
	if err != nil {
		return err
	}
	if asked, err := p.confirm(w, r, v, ph, &o.Order, o.Confirmed); asked || err != nil {
		return err
	}
	if o.urgent == "" {
		if asked, err := p.guard(w, r, v, "a call", o.To, o.verdict); asked || err != nil {
			return err
		}
	}
	id, err := ph.Place(r.Context(), o.Order)
	if err != nil {
		return err
	}
	visit.JSON(w, http.StatusOK, map[string]any{"id": id, "ringOut": strings.HasPrefix(id, ringOutID)})
	return nil
}

func (p *Pool) calls(w http.ResponseWriter, _ *http.Request, ph Telephone) error {
	visit.JSON(w, http.StatusOK, ph.Snapshot())
	return nil
}

// reaching are the acts by which somebody else is called, as the audit tells
// of them.
var reaching = map[string]string{"forward": "a call passed on", "transfer": "a call transferred"}

// act does something with a call. Whom it would have called is asked about as
// when a call is placed.
func (p *Pool) act(w http.ResponseWriter, r *http.Request, v visit.Visit) error {
	var b struct {
		Details
		verdict
	}
	if r.ContentLength != 0 {
		if err := visit.Body(w, r, &b); err != nil {
			return err
		}
	}
	ph, err := p.Telephone(r.Context(), v.Session.GrantID)
	if err != nil {
		return err
	}
	name := r.PathValue("act")
	if what := reaching[name]; what != "" && b.To != "" && b.CallID == "" {
		if asked, err := p.guard(w, r, v, what, b.To, b.verdict); asked || err != nil {
			return err
		}
	}
	if err := ph.Act(r.Context(), r.PathValue("id"), name, b.Details); err != nil {
		return err
	}
	visit.JSON(w, http.StatusOK, struct{}{})
	return nil
}

// shownRate is how often the tabs of a session may say that they show what
// rings: forty tabs for six calls at once.
var shownRate = listen.Rate{PerSecond: 10, Burst: 240}

func (p *Pool) ringing(w http.ResponseWriter, r *http.Request, v visit.Visit) error {
	var b struct {
		Tab string   `json:"tab"`
		IDs []string `json:"ids"`
	}
	if err := visit.Body(w, r, &b); err != nil {
		return err
	}
	ph, err := p.Telephone(r.Context(), v.Session.GrantID)
	if err != nil {
		return err
	}
	if !p.shown.Allow(v.Session.ID, shownRate, p.Now()) {
		w.Header().Set("Retry-After", "1")
		return rc.Errorf(rc.TooMany, "The phone service asks this phone to wait. Try again in a minute.")
	}
	first, err := ph.Shown(r.Context(), b.IDs)
	if err != nil {
		return err
	}
	visit.JSON(w, http.StatusOK, map[string]bool{"first": first})
	return nil
}

// retry has a broken line try again at once: asking for the phone did it.
func (p *Pool) retry(w http.ResponseWriter, _ *http.Request, _ Telephone) error {
	visit.JSON(w, http.StatusOK, struct{}{})
	return nil
}

// maxTab bounds the names that tabs give themselves.
const maxTab = 64

func (p *Pool) audio(w http.ResponseWriter, r *http.Request, ph Telephone) error {
	var b struct {
		Tab  string `json:"tab"`
		SDP  string `json:"sdp"`
		Take bool   `json:"take"`
	}
	if err := visit.Body(w, r, &b); err != nil {
		return err
	}
	if b.Tab == "" || len(b.Tab) > maxTab || b.SDP == "" {
		return rc.Errorf(rc.Invalid, "The phone sent something that its server does not understand. Reload the page.")
	}
	sdp, version, err := ph.Attach(r.Context(), b.Tab, b.SDP, b.Take)
	if err != nil {
		return err
	}
	visit.JSON(w, http.StatusOK, map[string]any{"sdp": sdp, "version": version})
	return nil
}

func (p *Pool) leave(w http.ResponseWriter, r *http.Request, ph Telephone) error {
	var b struct {
		Tab string `json:"tab"`
	}
	if err := visit.Body(w, r, &b); err != nil {
		return err
	}
	ph.Leave(b.Tab)
	visit.JSON(w, http.StatusOK, struct{}{})
	return nil
}
