package panel

import (
	"net/http"
	"slices"
	"strings"

	"offhook/internal/widget/call"
	"offhook/internal/widget/markup"
)

// dialerOthers answers with whom a call may go on to: nobody who is in a call
// with the user now.
func (h *Handler) dialerOthers(w http.ResponseWriter, r *http.Request, p page, now call.Snapshot) error {
	v := newPassList(p, strings.TrimSpace(markup.Cut(r.FormValue("q"), 100)), now)
	return render(w, http.StatusOK, "dial-list", v)
}

// newPassList is a dial list of whom a call can be passed on to. Without a
// query people come first, then numbers that nobody knows, and last what a
// call seldom goes on to.
func newPassList(p page, query string, now call.Snapshot) dialList {
	v := dialList{page: p, Query: query}
	if query != "" {
		v = newDialList(p, query)
	} else {
		v.latest(3 * recents) // a person may be further back than twenty calls to numbers
	}
	v.Rows = slices.DeleteFunc(v.Rows, func(row dialRow) bool {
		return slices.ContainsFunc(now.Calls, func(c call.Call) bool {
			return !c.Over() && c.Number != "" && (last(c.Number) == last(row.Dial) || c.Number == row.Extension)
		})
	})
	if query == "" {
		slices.SortStableFunc(v.Rows, func(a, b dialRow) int { return a.seldom() - b.seldom() })
		v.Rows = v.Rows[:min(len(v.Rows), recents)]
	}
	return v
}

// seldom grows with how unlikely it is that a call goes on to somebody.
func (r dialRow) seldom() int {
	switch {
	case r.Failed || r.Extension == "" && !strings.HasPrefix(r.Dial, "+"):
		return 2 // what cannot be reached, and the phone service itself
	case r.Name == "":
		return 1
	}
	return 0
}

// nowhere are the results of calls to numbers that cannot be called at all.
var nowhere = []string{
	"Wrong Number", "Call Failed", "Call Failure", "Blocked", "Restricted Number", "Not Allowed", "International Disabled", "International Restricted", "Internal Error",
}
