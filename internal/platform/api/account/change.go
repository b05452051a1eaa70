package account

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"offhook/internal/platform/api/region"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// maxName is how many characters a name, job title or department may have.
const maxName = 64

// An extensionUpdate is the body of PUT extension/~, as far as users may
// change themselves. A field that is not there stays as it is.
type extensionUpdate struct {
	Contact *struct {
		FirstName  *string `json:"firstName"`
		LastName   *string `json:"lastName"`
		JobTitle   *string `json:"jobTitle"`
		Department *string `json:"department"`
		Email      *string `json:"email"`
	} `json:"contact"`
	RegionalSettings *struct {
		HomeCountry *idOnly `json:"homeCountry"`
		Timezone    *idOnly `json:"timezone"`
		Language    *idOnly `json:"language"`
		TimeFormat  *string `json:"timeFormat"`
	} `json:"regionalSettings"`
	ExtensionNumber *string `json:"extensionNumber"`
	Status          *string `json:"status"`
	Type            *string `json:"type"`
	Password        *string `json:"password"`
}

type idOnly struct {
	ID string `json:"id"`
}

// putExtension changes a user's own name and region. Everything that says who
// somebody is to others, such as the e-mail address that apps know them by,
// is changed by whoever runs the platform.
func (h *Handler) putExtension(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return err
	}
	var req extensionUpdate
	if err := wire.Body(w, r, &req); err != nil {
		return err
	}
	before := e
	if err := req.apply(&e); err != nil {
		return err
	}
	l, err := req.locale()
	if err != nil {
		return err
	}
	err = change(r.Context(), h, e, region.Setting, func(tx store.PlatformTx, now region.Locale) (region.Locale, error) {
		if e == before {
			return l.Or(now), nil
		}
		return l.Or(now), tx.SaveExtension(r.Context(), e)
	})
	if errors.Is(err, store.ErrNotFound) {
		return target.Missing("extensionId")
	}
	if err != nil {
		return fmt.Errorf("changing extension %d: %w", e.ID, err)
	}
	h.announce(r.Context(), e, e != before, "ExtensionInfo")
	return h.answerExtension(w, r, e)
}

// apply puts what a request says of a person into e.
func (u extensionUpdate) apply(e *store.Extension) error {
	for name, field := range map[string]struct {
		value *string
		now   string
	}{"extensionNumber": {u.ExtensionNumber, e.Number}, "status": {u.Status, "Enabled"}, "type": {u.Type, "User"}} {
		if field.value != nil && *field.value != field.now {
			return notYours(name)
		}
	}
	if u.Password != nil {
		return notYours("password")
	}
	if u.Contact == nil {
		return nil
	}
	if u.Contact.Email != nil && *u.Contact.Email != e.Email {
		return notYours("contact.email")
	}
	for name, field := range map[string]struct{ value, to *string }{
		"contact.firstName": {u.Contact.FirstName, &e.FirstName}, "contact.lastName": {u.Contact.LastName, &e.LastName},
		"contact.jobTitle": {u.Contact.JobTitle, &e.JobTitle}, "contact.department": {u.Contact.Department, &e.Department},
	} {
		if field.value == nil {
			continue
		}
		text := strings.TrimSpace(*field.value)
		if utf8.RuneCountInString(text) > maxName || strings.ContainsAny(text, "\r\n\t\x00") {
			return target.Invalid(name, fmt.Sprintf("Send one line of at most %d characters.", maxName))
		}
		*field.to = text
	}
	if e.FirstName == "" && e.LastName == "" {
		return target.Invalid("contact.firstName", "A user needs a first or a last name.")
	}
	return nil
}

// notYours refuses a change that whoever runs the platform makes.
func notYours(parameter string) error {
	return &rc.Error{Kind: rc.Denied, Code: "CMN-408", Parameter: parameter, Message: "In order to change [" + parameter + "], [EditUserCredentials] permission required"}
}

// locale reads what a request says of the region.
func (u extensionUpdate) locale() (l region.Locale, err error) {
	s := u.RegionalSettings
	if s == nil {
		return l, nil
	}
	if s.HomeCountry != nil {
		country, ok := region.ByID("", s.HomeCountry.ID)
		if !ok {
			return l, target.Invalid("regionalSettings.homeCountry.id", "Send an id of dictionary/country.")
		}
		l.Country = country.ISOCode
	}
	if s.Timezone != nil {
		zone, ok := region.Zone(s.Timezone.ID)
		if !ok {
			return l, target.Invalid("regionalSettings.timezone.id", "Send an id of dictionary/timezone.")
		}
		l.Timezone = zone.Name
	}
	if s.Language != nil {
		tongue, ok := region.Tongue(s.Language.ID)
		if !ok {
			return l, target.Invalid("regionalSettings.language.id", "Send an id of dictionary/language.")
		}
		l.Language = tongue.LocaleCode
	}
	if s.TimeFormat != nil {
		if *s.TimeFormat != "12h" && *s.TimeFormat != "24h" {
			return l, target.Invalid("regionalSettings.timeFormat", "Send 12h or 24h.")
		}
		l.TimeFormat = *s.TimeFormat
	}
	return l, nil
}
