// Package addressbook answers a user's own contacts and favorites (contract
// 5.3): reading and changing them one by one, lists with filters, and the
// sync by which clients keep a copy. Nobody else sees them, whatever they
// may do in the account.
package addressbook

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"offhook/internal/bus"
	"offhook/internal/listen"
	"offhook/internal/platform/api/batch"
	"offhook/internal/platform/api/page"
	"offhook/internal/platform/api/region"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

const (
	own      = target.ExtensionPath
	contacts = own + "/address-book/contact"
	contact  = contacts + "/{contactId}"
)

// A Handler answers the operations of the address book.
type Handler struct {
	Face  *wire.Face
	Store store.Platform
	Bus   bus.Bus
	IDs   *store.IDs
	Now   func() time.Time
	Log   *slog.Logger
}

// Mount registers the operations.
func (h *Handler) Mount(mux *http.ServeMux) {
	h.Face.Handle(mux, "GET", contacts, h.list)
	h.Face.Handle(mux, "POST", contacts, h.create)
	h.Face.Handle(mux, "GET", contact, h.get)
	h.Face.Handle(mux, "PUT", contact, h.update)
	h.Face.Handle(mux, "PATCH", contact, h.update)
	h.Face.Handle(mux, "DELETE", contact, h.remove)
	h.Face.Handle(mux, "GET", own+"/address-book-sync", h.sync)
	h.Face.Handle(mux, "GET", own+"/favorite", h.favorites)
	h.Face.Handle(mux, "PUT", own+"/favorite", h.putFavorites)
}

func bookURI(base string, e store.Extension) string {
	return base + rc.ExtensionPath(e.AccountID, e.ID) + "/address-book"
}

// record is a contact as the contract writes it. A deleted one is its id.
func record(base string, e store.Extension, c store.Contact) rc.PersonalContact {
	v := c.Record
	v.ID, v.URI, v.Availability = c.ID, bookURI(base, e)+"/contact/"+strconv.FormatInt(c.ID, 10), rc.Alive
	if c.Deleted {
		v.Availability = rc.Deleted
	}
	return v
}

func records(base string, e store.Extension, all []store.Contact) []rc.PersonalContact {
	out := make([]rc.PersonalContact, len(all))
	for i, c := range all {
		out[i] = record(base, e, c)
	}
	return out
}

// A bookList is a page of contacts; the contract adds where groups are.
type bookList struct {
	rc.List[rc.PersonalContact]
	Groups rc.URIRef `json:"groups"`
}

func (h *Handler) list(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return err
	}
	cut, err := page.Parse(r.URL.Query())
	if err != nil {
		return err
	}
	q, err := h.query(r, e)
	if err != nil {
		return err
	}
	total, err1 := h.Store.CountContacts(r.Context(), e.ID, q)
	all, err2 := h.Store.Contacts(r.Context(), e.ID, q, cut.Offset(), cut.Size)
	if err := errors.Join(err1, err2); err != nil {
		return fmt.Errorf("listing contacts: %w", err)
	}
	base := listen.BaseURL(r)
	wire.JSON(w, http.StatusOK, bookList{
		page.List(r, bookURI(base, e)+"/contact", cut, records(base, e, all), total), rc.URIRef{URI: bookURI(base, e) + "/group"},
	})
	return nil
}

func (h *Handler) query(r *http.Request, e store.Extension) (store.ContactQuery, error) {
	v := r.URL.Query()
	q := store.ContactQuery{StartsWith: v.Get("startsWith")}
	for _, by := range v["sortBy"] {
		if by == "" {
			continue
		}
		if !slices.Contains([]string{"FirstName", "LastName", "Company"}, by) {
			return q, target.Invalid("sortBy", "Send FirstName, LastName or Company.")
		}
		q.SortBy = append(q.SortBy, by)
	}
	if len(v["phoneNumber"]) == 0 {
		return q, nil
	}
	iso, err := h.home(r.Context(), e)
	if err != nil {
		return q, err
	}
	for _, text := range v["phoneNumber"] {
		n, ok := region.Parse(strings.TrimSpace(text), iso) // a plus sign that was not escaped arrives as a space
		if !ok {
			return q, target.Invalid("phoneNumber", "Write it as +16505550100.")
		}
		q.Numbers = append(q.Numbers, n.E164)
	}
	return q, nil
}

// home is the country by which the user's numbers are read.
func (h *Handler) home(ctx context.Context, e store.Extension) (string, error) {
	a, err := h.Store.Account(ctx, e.AccountID)
	if err != nil {
		return "", fmt.Errorf("reading account %d: %w", e.AccountID, err)
	}
	return region.Country("", a.MainNumber).ISOCode, nil
}

func (h *Handler) get(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return err
	}
	if strings.Contains(r.PathValue("contactId"), ",") {
		return h.getBatch(w, r, e)
	}
	found, err := find(r, h.Store, e)
	if err != nil {
		return err
	}
	wire.JSON(w, http.StatusOK, record(listen.BaseURL(r), e, found))
	return nil
}

// maxBatch is how many contacts a path may join by commas (contract 4).
const maxBatch = 30

// getBatch answers for the contacts that the path joins by commas.
func (h *Handler) getBatch(w http.ResponseWriter, r *http.Request, e store.Extension) error {
	ids := strings.Split(r.PathValue("contactId"), ",")
	if len(ids) > maxBatch {
		return batch.TooMany(maxBatch)
	}
	base := listen.BaseURL(r)
	parts := make([]batch.Part, len(ids))
	for i, id := range ids {
		one := r.Clone(r.Context()) // the same question of one contact
		one.SetPathValue("contactId", strings.TrimSpace(id))
		parts[i] = batch.Part{ID: id, Href: bookURI(base, e) + "/contact/" + id}
		found, err := find(one, h.Store, e)
		if missing, ok := errors.AsType[*rc.Error](err); ok && missing.Kind == rc.NotFound {
			continue
		}
		if err != nil {
			return err
		}
		parts[i].Body = record(base, e, found)
	}
	return batch.Answer(w, r, "contactId", parts)
}

// find reads the contact that the path names.
func find(r *http.Request, from store.ContactReader, e store.Extension) (store.Contact, error) {
	id, err := strconv.ParseInt(r.PathValue("contactId"), 10, 64)
	if err != nil {
		return store.Contact{}, target.Missing("contactId")
	}
	c, err := from.Contact(r.Context(), e.ID, id)
	if errors.Is(err, store.ErrNotFound) {
		return c, target.Missing("contactId")
	}
	if err != nil {
		return c, fmt.Errorf("reading contact %d: %w", id, err)
	}
	return c, nil
}
