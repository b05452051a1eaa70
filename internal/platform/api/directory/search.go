package directory

import (
	"cmp"
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"offhook/internal/platform/api/page"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
)

// A searchRequest is the body of a search.
type searchRequest struct {
	SearchString  string      `json:"searchString"`
	SearchFields  []string    `json:"searchFields"`
	ExtensionType string      `json:"extensionType"`
	Department    string      `json:"department"`
	SiteID        string      `json:"siteId"`
	ExtensionIDs  []string    `json:"extensionIds"`
	OrderBy       []order     `json:"orderBy"`
	Page          json.Number `json:"page"`
	PerPage       json.Number `json:"perPage"`

	// What only the query says, each several times.
	accounts, sites, statuses []string
}

// narrow takes over what the query says beside the body, which wins.
func (q *searchRequest) narrow(query url.Values) {
	q.Department = cmp.Or(q.Department, query.Get("department"))
	q.ExtensionType = cmp.Or(q.ExtensionType, query.Get("extensionType"))
	q.accounts, q.sites, q.statuses = query["accountId"], query["siteId"], query["extensionStatus"]
	if q.SiteID != "" {
		q.sites = []string{q.SiteID}
	}
}

type order struct {
	Index     int    `json:"index"`
	FieldName string `json:"fieldName"`
	Direction string `json:"direction"`
}

// fields are what can be searched and sorted by.
var fields = map[string]func(rc.DirectoryEntry) []string{
	"firstName":        func(e rc.DirectoryEntry) []string { return []string{e.FirstName} },
	"lastName":         func(e rc.DirectoryEntry) []string { return []string{e.LastName} },
	"extensionNumber":  func(e rc.DirectoryEntry) []string { return []string{e.ExtensionNumber} },
	"email":            func(e rc.DirectoryEntry) []string { return []string{e.Email} },
	"jobTitle":         func(e rc.DirectoryEntry) []string { return []string{e.JobTitle} },
	"department":       func(e rc.DirectoryEntry) []string { return []string{e.Department} },
	"customFieldValue": func(rc.DirectoryEntry) []string { return nil },
	"phoneNumber": func(e rc.DirectoryEntry) []string {
		var all []string
		for _, n := range e.PhoneNumbers {
			all = append(all, n.PhoneNumber, n.FormattedPhoneNumber)
		}
		return all
	},
}

var defaultFields = []string{"firstName", "lastName", "extensionNumber", "phoneNumber", "email"}

func (h *Handler) search(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	var req searchRequest
	if err := wire.Body(w, r, &req); err != nil {
		return err
	}
	req.narrow(r.URL.Query())
	p, err := page.New(req.Page.String(), req.PerPage.String())
	if err != nil {
		return err
	}
	if len(req.SearchFields) == 0 {
		req.SearchFields = defaultFields
	}
	for _, name := range req.SearchFields {
		if fields[name] == nil {
			return target.Invalid("searchFields", "Send firstName, lastName, extensionNumber, phoneNumber, email, jobTitle or department.")
		}
	}
	slices.SortFunc(req.OrderBy, func(a, b order) int { return cmp.Compare(a.Index, b.Index) })
	for _, o := range req.OrderBy {
		if fields[o.FieldName] == nil {
			return target.Invalid("orderBy", "Send the name of a search field as fieldName.")
		}
		if o.Direction != "" && o.Direction != "Asc" && o.Direction != "Desc" {
			return target.Invalid("orderBy", "Send Asc or Desc as direction.")
		}
	}
	entries, err := h.read(r, c)
	if err != nil {
		return err
	}
	entries = slices.DeleteFunc(entries, func(e rc.DirectoryEntry) bool { return !req.matches(e) })
	slices.SortStableFunc(entries, req.compare)
	answer := page.List(r, "", p, page.Cut(p, entries), len(entries))
	answer.URI, answer.Navigation = "", nil
	wire.JSON(w, http.StatusOK, answer)
	return nil
}

// matches reports whether each word of the search is found in some field.
func (q searchRequest) matches(e rc.DirectoryEntry) bool {
	if q.ExtensionType != "" && q.ExtensionType != e.Type ||
		q.Department != "" && !strings.EqualFold(q.Department, e.Department) ||
		!among(q.ExtensionIDs, e.ID) || !among(q.sites, e.Site.ID) || !among(q.statuses, e.Status) || !among(q.accounts, e.Account.ID) {
		return false
	}
	for word := range strings.FieldsSeq(strings.ToLower(q.SearchString)) {
		found := slices.ContainsFunc(q.SearchFields, func(name string) bool {
			return slices.ContainsFunc(fields[name](e), func(value string) bool { return strings.Contains(strings.ToLower(value), word) })
		})
		if !found {
			return false
		}
	}
	return true
}

// among reports whether a filter that may be left out lets value through.
func among(wanted []string, value string) bool {
	return len(wanted) == 0 || slices.Contains(wanted, value)
}

func (q searchRequest) compare(a, b rc.DirectoryEntry) int {
	for _, o := range q.OrderBy {
		n := strings.Compare(strings.ToLower(strings.Join(fields[o.FieldName](a), " ")), strings.ToLower(strings.Join(fields[o.FieldName](b), " ")))
		if o.Direction == "Desc" {
			n = -n
		}
		if n != 0 {
			return n
		}
	}
	return 0
}
