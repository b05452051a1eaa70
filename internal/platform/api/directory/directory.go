// Package directory answers the company directory (contract 5.3): everybody
// of the caller's account, with how to reach them.
package directory

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"offhook/internal/listen"
	"offhook/internal/platform/api/page"
	"offhook/internal/platform/api/plan"
	"offhook/internal/platform/api/region"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

const directoryPath = target.AccountPath + "/directory"

// A Store is what the directory reads.
type Store interface {
	plan.Reader
	store.ProfileImageReader
}

// A Handler answers the directory's operations.
type Handler struct {
	Face  *wire.Face
	Store Store
}

// Mount registers the operations. Released clients still call contacts, the
// older name of entries.
func (h *Handler) Mount(mux *http.ServeMux) {
	h.Face.Handle(mux, "GET", directoryPath+"/entries", h.entries)
	h.Face.Handle(mux, "GET", directoryPath+"/contacts", h.entries)
	h.Face.Handle(mux, "GET", directoryPath+"/entries/{entryId}", h.entry)
	h.Face.Handle(mux, "POST", directoryPath+"/entries/search", h.search)
	h.Face.Handle(mux, "GET", directoryPath+"/federation", h.federation)
}

// read returns every entry of the caller's account, by extension number.
func (h *Handler) read(r *http.Request, c wire.Caller) ([]rc.DirectoryEntry, error) {
	if err := target.Account(r, c); err != nil {
		return nil, err
	}
	p, err := plan.Read(r.Context(), h.Store, c.AccountID)
	if err != nil {
		return nil, err
	}
	tags, err := h.Store.ProfileImageTags(r.Context(), c.AccountID)
	if err != nil {
		return nil, fmt.Errorf("reading who has a picture: %w", err)
	}
	entries := make([]rc.DirectoryEntry, len(p.Extensions))
	for i, e := range p.Extensions {
		entries[i] = entry(p, e)
		if tag := tags[e.ID]; tag != "" {
			entries[i].ProfileImage = &rc.TaggedURI{ETag: tag, URI: listen.BaseURL(r) + rc.ExtensionPath(e.AccountID, e.ID) + "/profile-image"}
		}
	}
	for _, q := range p.Queues {
		entries = append(entries, queue(p, q))
	}
	slices.SortStableFunc(entries, func(a, b rc.DirectoryEntry) int { return strings.Compare(a.ExtensionNumber, b.ExtensionNumber) })
	return entries, nil
}

// queue is a call queue's entry.
func queue(p *plan.Plan, q store.Queue) rc.DirectoryEntry {
	return rc.DirectoryEntry{
		ID: strconv.FormatInt(q.ID, 10), Type: rc.TypeDepartment, Status: "Enabled",
		Account: &rc.DirectoryAccount{ID: strconv.FormatInt(p.Account.ID, 10), CompanyName: p.Account.Company},
		Name:    q.Name, ExtensionNumber: q.Number, PhoneNumbers: numbers(p, q.ID), Site: &rc.Site{ID: "main-site", Name: "Main Site"},
	}
}

func entry(p *plan.Plan, e store.Extension) rc.DirectoryEntry {
	return rc.DirectoryEntry{
		ID: strconv.FormatInt(e.ID, 10), Type: rc.TypeUser, Status: "Enabled",
		Account:   &rc.DirectoryAccount{ID: strconv.FormatInt(p.Account.ID, 10), CompanyName: p.Account.Company},
		FirstName: e.FirstName, LastName: e.LastName, Name: e.Name(), Email: e.Email, JobTitle: e.JobTitle, Department: e.Department,
		ExtensionNumber: e.Number, PhoneNumbers: numbers(p, e.ID),
		Site: &rc.Site{ID: "main-site", Name: "Main Site"},
	}
}

// numbers are an extension's own.
func numbers(p *plan.Plan, extensionID int64) (all []rc.DirectoryNumber) {
	home := region.Country("", p.Account.MainNumber).ISOCode
	for _, n := range p.Numbers {
		if n.ExtensionID == extensionID {
			all = append(all, rc.DirectoryNumber{
				PhoneNumber: n.Number, FormattedPhoneNumber: region.National(n.Number, home), Type: "VoiceFax", UsageType: n.UsageType, Primary: true,
			})
		}
	}
	return all
}

func (h *Handler) entries(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	p, err := page.Parse(r.URL.Query())
	if err != nil {
		return err
	}
	entries, err := h.read(r, c)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	kinds, group, site := q["type"], q.Get("typeGroup"), q.Get("siteId")
	entries = slices.DeleteFunc(entries, func(e rc.DirectoryEntry) bool {
		return len(kinds) > 0 && !slices.Contains(kinds, e.Type) || group == "NonUser" && e.Type == rc.TypeUser || group == "User" && e.Type != rc.TypeUser || site != "" && site != e.Site.ID
	})
	// Specification: the directory's lists have paging and no links.
	answer := page.List(r, "", p, page.Cut(p, entries), len(entries))
	answer.URI, answer.Navigation = "", nil
	tag, err := entityTag(answer)
	if err != nil {
		return err
	}
	w.Header().Set("ETag", tag)
	if strings.Contains(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	wire.JSON(w, http.StatusOK, answer)
	return nil
}

// federation answers that the account shares its directory with no other: it
// is a federation of itself.
func (h *Handler) federation(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	switch r.URL.Query().Get("types") {
	case "", "All", "Regular", "AdminOnly":
	default:
		return target.Invalid("types", "Send All, Regular or AdminOnly.")
	}
	if err := target.Account(r, c); err != nil {
		return err
	}
	p, err := plan.Read(r.Context(), h.Store, c.AccountID)
	if err != nil {
		return err
	}
	id, since := strconv.FormatInt(p.Account.ID, 10), rc.TimeOf(p.Account.CreatedAt)
	main := rc.DirectoryNumber{
		PhoneNumber: p.Account.MainNumber, FormattedPhoneNumber: region.National(p.Account.MainNumber, region.Country("", p.Account.MainNumber).ISOCode),
		Type: "VoiceFax", UsageType: plan.MainCompanyNumber, Primary: true,
	}
	wire.JSON(w, http.StatusOK, federation{id, p.Account.Company, "Regular", since, since, []federated{{id, p.Account.Company, p.Account.Company, since, main}}})
	return nil
}

// A federation is who shares a directory (FederationResource).
type federation struct {
	ID           string      `json:"id"`
	DisplayName  string      `json:"displayName"`
	Type         string      `json:"type"`
	CreationTime rc.Time     `json:"creationTime"`
	ModifiedTime rc.Time     `json:"lastModifiedTime"`
	Accounts     []federated `json:"accounts"`
}

type federated struct {
	ID          string             `json:"id"`
	CompanyName string             `json:"companyName"`
	Name        string             `json:"federatedName"`
	LinkedAt    rc.Time            `json:"linkCreationTime"`
	MainNumber  rc.DirectoryNumber `json:"mainNumber"`
}

// entityTag names the state of an answer (RFC 9110 section 8.8.3).
func entityTag(v any) (string, error) {
	body, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("naming the state of the directory: %w", err)
	}
	sum := sha256.Sum256(body)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:16]) + `"`, nil
}

func (h *Handler) entry(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	entries, err := h.read(r, c)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.ID == r.PathValue("entryId") {
			wire.JSON(w, http.StatusOK, e)
			return nil
		}
	}
	return target.Missing("entryId")
}
