package addressbook

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/mail"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"offhook/internal/listen"
	"offhook/internal/platform/api/region"
	"offhook/internal/platform/api/target"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// Limits of contacts; ours, for the contract names none.
const (
	maxContacts = 50_000 // of one user
	maxField    = 250    // characters
	maxNotes    = 4000
)

func (h *Handler) create(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return err
	}
	made := store.Contact{ID: h.IDs.Next(), AccountID: e.AccountID, ExtensionID: e.ID, CreatedAt: h.Now()}
	body, err := readBody(w, r)
	if err != nil {
		return err
	}
	if err := h.fill(r, e, body, &made); err != nil {
		return err
	}
	return h.put(w, r, e, func(ctx context.Context, tx store.PlatformTx) (store.Contact, error) {
		n, err := tx.CountContacts(ctx, e.ID, store.ContactQuery{})
		if err == nil && n >= maxContacts {
			err = rc.Coded(rc.Denied, "CMN-109", "There are %d contacts already, which is the limit; delete some first", maxContacts)
		}
		return made, err
	})
}

// update answers PUT, which says everything that a contact is, and PATCH,
// which leaves what it does not name.
func (h *Handler) update(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return err
	}
	body, err := readBody(w, r)
	if err != nil {
		return err
	}
	return h.put(w, r, e, func(_ context.Context, tx store.PlatformTx) (store.Contact, error) {
		changed, err := find(r, tx, e)
		if err != nil {
			return changed, err
		}
		if r.Method == http.MethodPut {
			changed.Record = rc.PersonalContact{}
		}
		return changed, h.fill(r, e, body, &changed)
	})
}

func (h *Handler) remove(w http.ResponseWriter, r *http.Request, c wire.Caller) error {
	e, err := target.Own(r, c, h.Store)
	if err != nil {
		return err
	}
	_, err = h.write(r.Context(), e, func(_ context.Context, tx store.PlatformTx) (store.Contact, error) {
		gone, err := find(r, tx, e)
		gone.Deleted = true
		return gone, err
	})
	if err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// put writes the contact that fn returns and answers with it.
func (h *Handler) put(w http.ResponseWriter, r *http.Request, e store.Extension, fn func(context.Context, store.PlatformTx) (store.Contact, error)) error {
	c, err := h.write(r.Context(), e, fn)
	if err != nil {
		return err
	}
	wire.JSON(w, http.StatusOK, record(listen.BaseURL(r), e, c))
	return nil
}

// write writes the contact that fn returns as one change of the address book.
func (h *Handler) write(ctx context.Context, e store.Extension, fn func(context.Context, store.PlatformTx) (store.Contact, error)) (c store.Contact, err error) {
	err = h.Store.Write(ctx, func(tx store.PlatformTx) error {
		change, err := tx.NextContactChange(ctx, e.ID)
		if err != nil {
			return fmt.Errorf("changing the address book of %d: %w", e.ID, err)
		}
		if c, err = fn(ctx, tx); err != nil {
			return err
		}
		c.Change = change
		return tx.PutContact(ctx, c)
	})
	return c, err
}

// readBody reads an object whose members may be null, which is what clients
// send to empty them.
func readBody(w http.ResponseWriter, r *http.Request) (map[string]json.RawMessage, error) {
	var body map[string]json.RawMessage
	if err := wire.Body(w, r, &body); err != nil {
		return nil, err
	}
	for name, value := range body {
		if string(value) == "null" && !strings.HasSuffix(name, "Address") {
			body[name] = json.RawMessage(`""`)
		}
	}
	for _, name := range []string{"id", "uri", "availability"} {
		delete(body, name) // clients send back what they got
	}
	return body, nil
}

// fill puts a body into a contact and checks the whole.
func (h *Handler) fill(r *http.Request, e store.Extension, body map[string]json.RawMessage, c *store.Contact) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encoding a contact again: %w", err)
	}
	if err := json.Unmarshal(raw, &c.Record); err != nil {
		if at, ok := wrong(err); ok {
			return target.Invalid(at, "It has another type.")
		}
		return target.Invalid("birthday", "Send ISO 8601, for example 1990-12-31.")
	}
	tidy(reflect.ValueOf(&c.Record).Elem())
	if err := check(&c.Record); err != nil {
		return err
	}
	iso, err := h.home(r.Context(), e)
	if err != nil {
		return err
	}
	if plan := r.URL.Query().Get("dialingPlan"); region.Known(plan) {
		iso = plan
	}
	c.Numbers, err = numbers(&c.Record, iso)
	return err
}

// wrong names the member of a contact that is not of its type.
func wrong(err error) (string, bool) {
	e, ok := err.(*json.UnmarshalTypeError) //nolint:errorlint // json returns it bare
	if !ok {
		return "", false
	}
	return e.Field, true
}

// tidy takes spaces off the ends of every text, and characters that no name
// has.
func tidy(v reflect.Value) {
	for i := range v.NumField() {
		switch f := v.Field(i); {
		case f.Kind() == reflect.String:
			f.SetString(strings.TrimSpace(strings.Map(func(r rune) rune {
				if unicode.IsControl(r) && r != '\n' && r != '\t' {
					return -1
				}
				return r
			}, f.String())))
		case f.Kind() == reflect.Pointer && !f.IsNil():
			tidy(f.Elem())
		}
	}
}

func check(c *rc.PersonalContact) error {
	if *c == (rc.PersonalContact{}) {
		return target.Invalid("firstName", "Send at least a name or a number.")
	}
	all, err := json.Marshal(c)
	if err != nil {
		return fmt.Errorf("encoding a contact: %w", err)
	}
	var members map[string]any
	if err := json.Unmarshal(all, &members); err != nil {
		return fmt.Errorf("reading a contact: %w", err)
	}
	for name, value := range members {
		limit := maxField
		if name == "notes" || name == "appInfo" {
			limit = maxNotes
		}
		if long(value, limit) {
			return target.Invalid(name, fmt.Sprintf("Send at most %d characters.", limit))
		}
	}
	for name, address := range map[string]string{"email": c.Email, "email2": c.Email2, "email3": c.Email3} {
		if a, err := mail.ParseAddress(address); address != "" && (err != nil || a.Address != address) {
			return target.Invalid(name, "Write it as ada@example.com.")
		}
	}
	if u, err := url.Parse(c.WebPage); c.WebPage != "" && (err != nil || !slices.Contains([]string{"http", "https"}, u.Scheme) || u.Host == "") {
		return target.Invalid("webPage", "Write it as https://example.com.")
	}
	return nil
}

func long(value any, limit int) bool {
	switch v := value.(type) {
	case string:
		return utf8.RuneCountInString(v) > limit
	case map[string]any:
		for _, inner := range v {
			if long(inner, limit) {
				return true
			}
		}
	}
	return false
}

// numbers writes a contact's numbers in E.164, where they are public ones,
// and returns those. Short numbers and extensions stay as they are.
func numbers(c *rc.PersonalContact, iso string) ([]string, error) {
	var all []string
	for _, p := range c.Phones() {
		if *p.Number == "" {
			continue
		}
		n, ok := region.Parse(*p.Number, iso)
		if !ok {
			if strings.Trim(*p.Number, "0123456789*#+-.() ") != "" || len(*p.Number) > 32 {
				return nil, target.Invalid(p.Member, "Write it as +16505550100.")
			}
			continue
		}
		*p.Number = n.E164
		if n.Extension != "" {
			*p.Number += "*" + n.Extension
		}
		if !slices.Contains(all, n.E164) {
			all = append(all, n.E164)
		}
	}
	return all, nil
}
