// Package dictionary answers the lists that other resources refer to:
// countries and their states, languages, time zones and the cover pages of
// faxes (contract 5.1).
package dictionary

import (
	"net/http"
	"strings"

	"offhook/internal/listen"
	"offhook/internal/platform/api/faxpage"
	"offhook/internal/platform/api/page"
	"offhook/internal/platform/api/region"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
)

const dictionaryPath = "/restapi/v1.0/dictionary"

// A Handler answers the dictionaries' operations.
type Handler struct {
	Face *wire.Face
}

// Mount registers the operations.
func (h *Handler) Mount(mux *http.ServeMux) {
	h.Face.Handle(mux, "GET", dictionaryPath+"/country", h.countries)
	h.Face.Handle(mux, "GET", dictionaryPath+"/country/{countryId}", h.country)
	h.Face.Handle(mux, "GET", dictionaryPath+"/state", h.states)
	h.Face.Handle(mux, "GET", dictionaryPath+"/language", h.languages)
	h.Face.Handle(mux, "GET", dictionaryPath+"/timezone", h.timezones)
	h.Face.Handle(mux, "GET", dictionaryPath+"/fax-cover-page", h.coverPages)
}

// A country says what the platform offers in a country besides its name:
// people from anywhere may sign in, nothing is sold.
type country struct {
	rc.Country
	EmergencyCalling  bool `json:"emergencyCalling"`
	NumberSelling     bool `json:"numberSelling"`
	LoginAllowed      bool `json:"loginAllowed"`
	SignupAllowed     bool `json:"signupAllowed"`
	FreeSoftphoneLine bool `json:"freeSoftphoneLine"`
	LocalDialing      bool `json:"localDialing"`
}

func (h *Handler) countries(w http.ResponseWriter, r *http.Request, _ wire.Caller) error {
	q := r.URL.Query()
	base := listen.BaseURL(r)
	var all []country
	for _, c := range region.Countries(base) {
		// What is not offered anywhere selects nothing.
		if q.Get("loginAllowed") != "false" && q.Get("numberSelling") != "true" && q.Get("signupAllowed") != "true" && q.Get("freeSoftphoneLine") != "true" {
			all = append(all, country{Country: c, LoginAllowed: true})
		}
	}
	return page.Answer(w, r, base+dictionaryPath+"/country", all)
}

func (h *Handler) country(w http.ResponseWriter, r *http.Request, _ wire.Caller) error {
	c, ok := region.ByID(listen.BaseURL(r), r.PathValue("countryId"))
	if !ok {
		return target.Missing("countryId")
	}
	wire.JSON(w, http.StatusOK, country{Country: c, LoginAllowed: true})
	return nil
}

// coverPages lists what a fax can begin with.
func (h *Handler) coverPages(w http.ResponseWriter, r *http.Request, _ wire.Caller) error {
	var all []rc.FaxCoverPage
	for _, c := range faxpage.Covers {
		all = append(all, rc.FaxCoverPage(c))
	}
	return list(w, r, "/fax-cover-page", all)
}

func (h *Handler) languages(w http.ResponseWriter, r *http.Request, _ wire.Caller) error {
	var all []language
	for _, l := range region.Languages {
		all = append(all, language{Language: l, ISOCode: l.LocaleCode[:2], UI: true, FormattingLocale: true})
	}
	return list(w, r, "/language", all)
}

func (h *Handler) timezones(w http.ResponseWriter, r *http.Request, _ wire.Caller) error {
	var all []timezone
	for _, z := range region.Timezones() {
		all = append(all, timezone{z, strings.ReplaceAll(z.Name, "_", " ")})
	}
	return list(w, r, "/timezone", all)
}

// A language says what it can be chosen for besides its name.
type language struct {
	rc.Language
	ISOCode          string `json:"isoCode"`
	Greeting         bool   `json:"greeting"`
	FormattingLocale bool   `json:"formattingLocale"`
	UI               bool   `json:"ui"`
}

type timezone struct {
	rc.Timezone
	Description string `json:"description"`
}

// A state is a part of a country that addresses name.
type state struct {
	ID      string     `json:"id"`
	Country rc.Country `json:"country"`
	ISOCode string     `json:"isoCode"`
	Name    string     `json:"name"`
}

// states answers with the states of one country, or of all that have some.
func (h *Handler) states(w http.ResponseWriter, r *http.Request, _ wire.Caller) error {
	q, base := r.URL.Query(), listen.BaseURL(r)
	wanted, everywhere := q.Get("countryId"), q.Get("allCountries") == "true"
	if wanted == "" && !everywhere {
		return target.Invalid("countryId", "Send the id of a country, or allCountries=true.")
	}
	if _, ok := region.ByID(base, wanted); wanted != "" && !ok {
		return target.Missing("countryId")
	}
	all := []state{}
	for _, s := range region.States {
		country := region.ByCode(base, s.Country)
		// No number is sold anywhere, so no state has some to offer.
		if (everywhere || country.ID == wanted) && q.Get("withPhoneNumbers") != "true" {
			all = append(all, state{s.ID(), rc.Country{ID: country.ID, URI: country.URI}, s.Code, s.Name})
		}
	}
	return list(w, r, "/state", all)
}

// list answers with a page of a dictionary.
func list[T any](w http.ResponseWriter, r *http.Request, path string, all []T) error {
	return page.Answer(w, r, listen.BaseURL(r)+dictionaryPath+path, all)
}
