// Package contact is the people that a phone knows, wherever they come from:
// the company's directory, the user's own contacts, or the application of the
// page around the phone. It reads a contact, keeps many of them in a book that
// is searched while somebody types, and says whose number is whose. Books do
// not change, so that everybody may look at them at once.
package contact

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"offhook/internal/widget/markup"
)

// The types of contacts that are not a service's.
const (
	Company  = "company"
	Personal = "personal"
	Queue    = "queue" // a number that several of the company answer together
)

// Bounds of one contact. What is beyond costs itself.
const (
	maxRaw   = 8 << 10 // bytes of one contact as JSON
	maxWords = 200     // characters of a field that is shown
	maxWays  = 20      // numbers, and addresses
)

// A Contact is one person or company, in the fields of contract/service.md
// 4.1. Its texts are a stranger's.
type Contact struct {
	ID          string
	Type        string // Company, Personal, or the name of a service
	Name        string // never empty
	Company     string
	Department  string
	JobTitle    string
	Description string
	EntityType  string
	Extension   string // of a colleague
	Numbers     []Number
	Emails      []string
	Picture     string // an address that nobody has checked
	Deleted     bool   // it is to be taken away
	Raw         json.RawMessage
}

// A Number is one way to reach a contact.
type Number struct {
	Number string `json:"phoneNumber"`
	Type   string `json:"phoneType"`
}

// types are the contract's phoneTypes.
var types = []string{"business", "extension", "home", "mobile", "phone", "unknown", "company", "direct", "fax", "other", "contact"}

// Parse reads a contact of a type as its source wrote it. The second result
// says why it cannot be used, or what of it was left out; only a contact with
// an ID is one.
func Parse(raw json.RawMessage, typ string) (Contact, string) {
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(raw, &fields); err != nil || fields == nil {
		return Contact{}, "A contact must be an object. It was left out."
	}
	c := Contact{
		ID: scalar(fields["id"]), Type: typ, Company: words(fields["company"]), Department: words(fields["department"]), JobTitle: words(fields["jobTitle"]),
		Description: words(fields["description"]), EntityType: words(fields["entityType"]), Extension: words(fields["extensionNumber"]),
		Picture: text(fields["profileImageUrl"]), Deleted: string(fields["deleted"]) == "true",
	}
	if c.ID == "" || len(c.ID) > 500 {
		return Contact{}, "A contact needs an `id`, a string of up to 500 characters. It was left out."
	}
	var why string
	if len(raw) > maxRaw {
		if raw = without(fields, "profileImageUrl"); len(raw) > maxRaw {
			return Contact{}, fmt.Sprintf("The contact %q is larger than %d kB. It was left out.", markup.Cut(c.ID, 60), maxRaw>>10)
		}
		c.Picture, why = "", fmt.Sprintf("The picture of the contact %q does not fit into the %d kB that a contact may have. It was left out.", markup.Cut(c.ID, 60), maxRaw>>10)
	}
	c.Raw = bytes.Clone(raw)
	c.Numbers, c.Emails = numbers(fields["phoneNumbers"]), emails(fields["emails"], fields["email"])
	c.Name = cmp.Or(words(fields["name"]), FullName(words(fields["firstName"]), "", words(fields["lastName"])), c.Company)
	switch {
	case c.Name != "":
	case len(c.Emails) > 0:
		c.Name = c.Emails[0]
	case len(c.Numbers) > 0:
		c.Name = c.Numbers[0].Number
	case !c.Deleted:
		return Contact{}, fmt.Sprintf("The contact %q has nothing to call it by: it needs a `name`, or `firstName` and `lastName`. It was left out.", markup.Cut(c.ID, 60))
	}
	return c, why
}

func without(fields map[string]json.RawMessage, name string) json.RawMessage {
	delete(fields, name)
	raw, _ := json.Marshal(fields) // of what was JSON before
	return raw
}

// scalar reads a string, or a number as it is written.
func scalar(raw json.RawMessage) string {
	if _, err := strconv.ParseFloat(string(raw), 64); err == nil {
		return string(raw)
	}
	return text(raw)
}

// text reads a string; a value of another type is as good as absent.
func text(raw json.RawMessage) (s string) {
	if len(raw) > 0 && raw[0] == '"' {
		_ = json.Unmarshal(raw, &s) // of what was JSON before
	}
	return s
}

// words reads a text that is shown in a line.
func words(raw json.RawMessage) string { return markup.Cut(markup.Line(text(raw)), maxWords) }

// numbers reads phoneNumbers; an entry may be just the number.
func numbers(raw json.RawMessage) (all []Number) {
	for _, one := range list(raw) {
		var n struct{ PhoneNumber, PhoneType json.RawMessage }
		if one[0] == '{' {
			_ = json.Unmarshal(one, &n) // of what was JSON before
		}
		number := cmp.Or(words(n.PhoneNumber), words(one))
		if number == "" || len(all) == maxWays {
			continue
		}
		all = append(all, Number{number, phoneType(text(n.PhoneType))})
	}
	return all
}

// list reads a list; anything else is empty.
func list(raw json.RawMessage) (all []json.RawMessage) {
	if len(raw) > 0 && raw[0] == '[' {
		_ = json.Unmarshal(raw, &all) // of what was JSON before
	}
	return all
}

// phoneType is a source's word for a kind of number in the contract's.
func phoneType(s string) string {
	s = strings.TrimSuffix(s, "Phone")
	switch {
	case s == "":
		return "unknown"
	case !slices.Contains(types, s):
		return "other"
	}
	return s
}

func emails(raw, one json.RawMessage) (all []string) {
	for _, raw := range append(list(raw), one) {
		if s := words(raw); s != "" && len(all) < maxWays && !slices.Contains(all, s) {
			all = append(all, s)
		}
	}
	return all
}

// Sub is the line under the name: what they do where, or how to reach them.
func (c Contact) Sub() string {
	work := slices.DeleteFunc([]string{c.JobTitle, c.Company}, func(s string) bool { return s == "" || s == c.Name })
	switch {
	case len(work) > 0:
		return strings.Join(work, " · ")
	case c.Description != "":
		return c.Description
	case c.Extension != "":
		return "Ext. " + c.Extension
	case len(c.Numbers) > 0 && c.Numbers[0].Number != c.Name:
		return c.Numbers[0].Number
	case len(c.Emails) > 0 && c.Emails[0] != c.Name:
		return c.Emails[0]
	}
	return ""
}
