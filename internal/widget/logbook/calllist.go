package logbook

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/visit"
)

// Bounds of what a page gets of the user's calls at once.
const (
	usualCalls = 100
	mostCalls  = 250
)

// settling is how long after its end a call is not called unlogged: its page
// may be about to log it (contract/service.md 6.2).
const settling = 20 * time.Second

func (h *Handler) mountCalls(mux *http.ServeMux) {
	h.on(mux, "GET /p/{key}/log/calls", h.unlogged)
	h.on(mux, "GET /p/{key}/log/calls/one", h.oneCall)
}

// withoutQuery is an address without what may be secret in it.
func withoutQuery(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	u.RawQuery, u.Fragment, u.User = "", "", nil
	return u.String()
}

// callsFor are the calls of a visitor whose page may read them.
func (h *Handler) callsFor(r *http.Request, c visitor) ([]pastCall, error) {
	if !c.may[kindCall] {
		return nil, denied(capabilityOf[kindCall])
	}
	d, err := h.Desks.Desk(r.Context(), c.visit.Session.GrantID)
	if err != nil {
		return nil, err
	}
	if _, readable := d.Calls(r.Context()); !readable {
		return nil, rc.Errorf(rc.Denied, "The user's phone service does not let this app read their calls.")
	}
	var all []pastCall
	for _, one := range (calls{h}).of(r.Context(), d) {
		all = append(all, pastCall{calls{h}, c, one})
	}
	return all, nil
}

// unlogged answers GET /p/{key}/log/calls, which is /unlogged-calls: the calls
// that nobody has logged, newest first.
func (h *Handler) unlogged(w http.ResponseWriter, r *http.Request, c visitor) error {
	all, err := h.callsFor(r, c)
	if err != nil {
		return err
	}
	view, err := h.viewOf(r.Context(), c, calls{h})
	if err != nil {
		return err
	}
	now := h.Now()
	all = slices.DeleteFunc(all, func(p pastCall) bool {
		return now.Sub(endOf(p.call)) < settling || view.marks(p.logID()).Logged
	})
	each := bounded(r.FormValue("perPage"), usualCalls, mostCalls)
	from := min((bounded(r.FormValue("page"), 1, 1<<20)-1)*each, len(all))
	to := min(from+each, len(all))
	out := struct {
		Calls   []any `json:"calls"`
		HasMore bool  `json:"hasMore"`
	}{[]any{}, to < len(all)}
	for _, p := range all[from:to] {
		one, err := p.event(r.Context())
		if err != nil {
			return err
		}
		out.Calls = append(out.Calls, one)
	}
	visit.JSON(w, http.StatusOK, out)
	return nil
}

// bounded reads a number that has to be at least one.
func bounded(text string, usual, most int) int {
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 {
		return usual
	}
	return min(n, most)
}

// oneCall answers GET /p/{key}/log/calls/one, which is /get-call-log: a call
// by either of its ids, or null.
func (h *Handler) oneCall(w http.ResponseWriter, r *http.Request, c visitor) error {
	all, err := h.callsFor(r, c)
	if err != nil {
		return err
	}
	session, telephony := r.FormValue("sessionId"), r.FormValue("telephonySessionId")
	i := slices.IndexFunc(all, func(p pastCall) bool {
		r := p.call.Record
		return session != "" && r.SessionID == session || session == "" && telephony != "" && r.TelephonySessionID == telephony
	})
	out := map[string]any{"call": nil}
	if i >= 0 {
		if out["call"], err = all[i].event(r.Context()); err != nil {
			return err
		}
	}
	visit.JSON(w, http.StatusOK, out)
	return nil
}
