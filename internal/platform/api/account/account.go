// Package account answers what clients read about an account and its
// extensions when they sign in, and changes what a user may change of their
// own extension: names, region, caller id, forwarding numbers, business hours
// and picture (contract 5.1). Nobody changes another's.
package account

import (
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
	"offhook/internal/platform/api/plan"
	"offhook/internal/platform/api/region"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

const (
	accountPath   = target.AccountPath
	extensionPath = target.ExtensionPath
)

// A Handler answers for accounts and extensions.
type Handler struct {
	Face  *wire.Face
	Store store.Platform
	Bus   bus.Bus
	IDs   *store.IDs
	Now   func() time.Time
	Log   *slog.Logger

	// Phones is true where an exchange carries calls, RingOut where it also
	// calls both ends by itself.
	Phones, RingOut bool
}

// Mount registers the operations.
func (h *Handler) Mount(mux *http.ServeMux) {
	h.Face.Handle(mux, "GET", accountPath, h.account)
	h.Face.Handle(mux, "GET", accountPath+"/service-info", h.serviceInfo)
	h.Face.Handle(mux, "GET", accountPath+"/phone-number", h.accountNumbers)
	h.Face.Handle(mux, "GET", accountPath+"/dialing-plan", h.dialingPlan)
	h.Face.Handle(mux, "GET", accountPath+"/extension", h.extensions)
	h.Face.Handle(mux, "GET", extensionPath, h.extension)
	h.Face.Handle(mux, "GET", extensionPath+"/phone-number", h.extensionNumbers)
	h.Face.Handle(mux, "GET", extensionPath+"/caller-id", h.callerID)
	h.Face.Handle(mux, "GET", extensionPath+"/features", h.features)
	h.Face.Handle(mux, "GET", extensionPath+"/authz-profile", h.authzProfile)
	h.Face.Handle(mux, "GET", extensionPath+"/authz-profile/check", h.authzCheck)
	h.Face.Handle(mux, "GET", extensionPath+"/conferencing", h.conferencing)
	h.mountSettings(mux)
	h.mountRules(mux)
}

func accountURI(base string, id int64) string {
	return base + "/restapi/v1.0/account/" + strconv.FormatInt(id, 10)
}

func extensionURI(base string, e store.Extension) string {
	return base + rc.ExtensionPath(e.AccountID, e.ID)
}

// plan reads the caller's account, which must be the path's.
func (h *Handler) plan(r *http.Request, c wire.Caller) (*plan.Plan, error) {
	if err := target.Account(r, c); err != nil {
		return nil, err
	}
	return plan.Read(r.Context(), h.Store, c.AccountID)
}

// own reads the path's extension, which must be the caller's, and its account.
func (h *Handler) own(r *http.Request, c wire.Caller) (store.Extension, *plan.Plan, error) {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return e, nil, err
	}
	p, err := plan.Read(r.Context(), h.Store, e.AccountID)
	return e, p, err
}

func (h *Handler) account(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	p, err := h.plan(r, c)
	if err != nil {
		return err
	}
	base := listen.BaseURL(r)
	a := rc.Account{
		ID: p.Account.ID, URI: accountURI(base, p.Account.ID), MainNumber: p.Account.MainNumber,
		Status: "Confirmed", SetupWizardState: "Completed",
		ServiceInfo: serviceInfo(base, p.Account),
		Limits:      limits(),
	}
	l, err := region.Of(r.Context(), h.Store, p.Account.ID, 0)
	if err != nil {
		return err
	}
	a.RegionalSettings = region.Settings(base, p.Account.MainNumber, l)
	if o, ok := p.Operator(); ok {
		a.Operator = &rc.ExtensionRef{ID: o.ID, URI: extensionURI(base, o), ExtensionNumber: o.Number}
	}
	wire.JSON(w, http.StatusOK, a)
	return nil
}

func limits() rc.AccountLimits {
	return rc.AccountLimits{MaxExtensionNumberLength: maxExtensionNumber, ShortExtensionNumberLength: 3}
}

// maxExtensionNumber is how long an extension number may be.
const maxExtensionNumber = 6

func serviceInfo(base string, a store.Account) rc.ServiceInfo {
	home := region.Country(base, a.MainNumber)
	return rc.ServiceInfo{
		URI:               accountURI(base, a.ID) + "/service-info",
		Brand:             rc.Brand{ID: "1210", Name: "RingCentral", HomeCountry: region.ByCode(base, "US")},
		ContractedCountry: home,
		ServicePlan:       rc.ServicePlan{ID: "1", Name: "Offhook", Edition: "Premium"},
		BillingPlan:       rc.ServicePlan{ID: "1", Name: "Offhook", Type: "Regular"},
	}
}

func (h *Handler) serviceInfo(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	p, err := h.plan(r, c)
	if err != nil {
		return err
	}
	wire.JSON(w, http.StatusOK, struct {
		rc.ServiceInfo
		Limits rc.AccountLimits `json:"limits"`
	}{serviceInfo(listen.BaseURL(r), p.Account), limits()})
	return nil
}

// dialingPlan lists the countries whose numbers can be written at home's
// way: the account's own.
func (h *Handler) dialingPlan(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	p, err := h.plan(r, c)
	if err != nil {
		return err
	}
	base := listen.BaseURL(r)
	all := []rc.Country{region.Country(base, p.Account.MainNumber)}
	return page.Answer(w, r, accountURI(base, p.Account.ID)+"/dialing-plan", all)
}

func (h *Handler) extension(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	if strings.Contains(r.PathValue("extensionId"), ",") {
		return h.extensionBatch(w, r, c)
	}
	if q, ok, err := h.queue(r, c); ok || err != nil {
		if err == nil {
			wire.JSON(w, http.StatusOK, queueExtension(listen.BaseURL(r), q))
		}
		return err
	}
	e, err := target.Extension(r, c, h.Store)
	if err != nil {
		return err
	}
	return h.answerExtension(w, r, e)
}

// maxBatch is how many extensions a path may join by commas (contract 4).
const maxBatch = 30

// extensionBatch answers for the extensions that the path joins by commas.
func (h *Handler) extensionBatch(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	ids := strings.Split(r.PathValue("extensionId"), ",")
	if len(ids) > maxBatch {
		return batch.TooMany(maxBatch)
	}
	p, err := h.plan(r, c)
	if err != nil {
		return err
	}
	parts := make([]batch.Part, len(ids))
	for i, text := range ids {
		parts[i] = batch.Part{ID: text, Href: accountURI(listen.BaseURL(r), c.AccountID) + "/extension/" + text}
		id, _ := strconv.ParseInt(strings.TrimSpace(text), 10, 64)
		e, ok := p.Extension(id)
		if !ok {
			continue
		}
		if parts[i].Body, err = h.whole(r, p, e); err != nil {
			return err
		}
	}
	return batch.Answer(w, r, "extensionId", parts)
}

// answerExtension writes an extension whole.
func (h *Handler) answerExtension(w http.ResponseWriter, r *http.Request, e store.Extension) error {
	p, err := plan.Read(r.Context(), h.Store, e.AccountID)
	if err != nil {
		return err
	}
	x, err := h.whole(r, p, e)
	if err != nil {
		return err
	}
	wire.JSON(w, http.StatusOK, x)
	return nil
}

// whole is an extension with everything that is told of it.
func (h *Handler) whole(r *http.Request, p *plan.Plan, e store.Extension) (rc.Extension, error) {
	l, err := region.Of(r.Context(), h.Store, e.AccountID, e.ID)
	if err != nil {
		return rc.Extension{}, err
	}
	base := listen.BaseURL(r)
	x := extension(base, p, e)
	x.Account = &rc.AccountRef{ID: strconv.FormatInt(e.AccountID, 10), URI: accountURI(base, e.AccountID)}
	x.RegionalSettings = region.Settings(base, p.Account.MainNumber, l)
	x.ProfileImage = &rc.URIRef{URI: extensionURI(base, e) + "/profile-image"}
	x.ServiceFeatures = h.serviceFeatures(p, e)
	x.Departments = []rc.ExtensionRef{}
	return x, nil
}

// extension is what lists and single reads have in common.
func extension(base string, p *plan.Plan, e store.Extension) rc.Extension {
	x := rc.Extension{
		ID: e.ID, URI: extensionURI(base, e), ExtensionNumber: e.Number, Name: e.Name(), Status: "Enabled", Type: "User",
		SetupWizardState: "Completed",
		Contact: rc.ContactInfo{
			FirstName: e.FirstName, LastName: e.LastName, Email: e.Email, JobTitle: e.JobTitle, Department: e.Department,
			Company: p.Account.Company,
		},
		Permissions: rc.ExtensionPermissions{Admin: rc.Enabled{Enabled: e.Admin}},
		Site:        &rc.Site{ID: "main-site", Name: "Main Site"},
	}
	if numbers := p.NumbersOf(e.ID); len(numbers) > 0 {
		x.Contact.BusinessPhone = numbers[0].Number
	}
	return x
}

// A listed extension carries less than a single read (contract 5.1).
type listed struct {
	ID              int64                   `json:"id"`
	URI             string                  `json:"uri"`
	ExtensionNumber string                  `json:"extensionNumber"`
	Name            string                  `json:"name"`
	Status          string                  `json:"status"`
	Type            string                  `json:"type"`
	Hidden          bool                    `json:"hidden"`
	Contact         rc.ContactInfo          `json:"contact"`
	Permissions     rc.ExtensionPermissions `json:"permissions"`
	Site            *rc.Site                `json:"site,omitempty"`
}

func (h *Handler) extensions(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	q := r.URL.Query()
	p, err := h.plan(r, c)
	if err != nil {
		return err
	}
	base := listen.BaseURL(r)
	var all []listed
	for _, e := range p.Extensions {
		x := extension(base, p, e)
		if selected(q["extensionNumber"], x.ExtensionNumber) && selected(q["email"], x.Contact.Email) &&
			selected(q["status"], x.Status) && selected(q["type"], x.Type) {
			all = append(all, listed{x.ID, x.URI, x.ExtensionNumber, x.Name, x.Status, x.Type, x.Hidden, x.Contact, x.Permissions, x.Site})
		}
	}
	for _, queue := range p.Queues {
		x := queueExtension(base, queue)
		if selected(q["extensionNumber"], x.ExtensionNumber) && len(q["email"]) == 0 && selected(q["status"], x.Status) && selected(q["type"], x.Type) {
			all = append(all, x)
		}
	}
	slices.SortStableFunc(all, func(a, b listed) int { return strings.Compare(a.ExtensionNumber, b.ExtensionNumber) })
	return page.Answer(w, r, accountURI(base, p.Account.ID)+"/extension", all)
}

// selected reports whether a filter that may be repeated lets value through.
func selected(wanted []string, value string) bool {
	return len(wanted) == 0 || slices.Contains(wanted, value)
}
