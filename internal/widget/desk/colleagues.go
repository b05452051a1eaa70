package desk

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/contact"
)

// A Correspondent is a number that the user has texted or called with.
type Correspondent struct {
	Number string
	Caller string // the name that came with a text or a call, if one did
	Known  bool   // the user's phone service says who it is
	Called bool   // it is known by calls alone
}

// Correspondents are the numbers of all conversations and calls, the most
// recent first, without the user's own.
func (d *Desk) Correspondents() []Correspondent {
	d.mu.Lock()
	defer d.mu.Unlock()
	l := d.ledger
	last := make(map[string]time.Time)
	for _, t := range l.threads {
		at := newest(t)
		for _, n := range t.numbers {
			if before, ok := last[n]; !l.own[n] && !isInternal(n) && (!ok || at.After(before)) {
				last[n] = at
			}
		}
	}
	heard, called := map[string]string{}, map[string]bool{}
	for _, r := range d.calls.list() {
		other := r.To
		if r.Direction == rc.Inbound {
			other = r.From
		}
		if other == nil || other.PhoneNumber == "" || l.own[other.PhoneNumber] {
			continue
		}
		if heard[other.PhoneNumber] == "" {
			heard[other.PhoneNumber] = other.Name
		}
		before, ok := last[other.PhoneNumber]
		called[other.PhoneNumber] = called[other.PhoneNumber] || !ok
		if !ok || r.StartTime.After(before) {
			last[other.PhoneNumber] = r.StartTime.Time
		}
	}
	all := make([]Correspondent, 0, len(last))
	for n := range last {
		p := l.people.party(n)
		all = append(all, Correspondent{n, cmp.Or(l.people.heard[n], heard[n]), p.Name != "" && !p.Heard, called[n]})
	}
	slices.SortFunc(all, func(a, b Correspondent) int {
		return cmp.Or(last[b.Number].Compare(last[a.Number]), strings.Compare(a.Number, b.Number))
	})
	return all
}

// Colleagues are the people of the company's directory, without the user. The
// book stays as it is; a later directory makes another one.
func (d *Desk) Colleagues() *contact.Book {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.ledger.people
	if own := d.me.ExtensionID; p.colleagues == nil || p.except != own {
		p.colleagues, p.except = p.book(contact.Company, own), own
	}
	return p.colleagues
}

// Queues are the call queues of the company's directory.
func (d *Desk) Queues() *contact.Book {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.ledger.people
	if p.queues == nil {
		p.queues = p.book(contact.Queue, "")
	}
	return p.queues
}

// book makes a book of the directory's entries: of people, or of queues.
func (p *people) book(typ, own string) *contact.Book {
	entries := make([]contact.Entry, 0, len(p.entries))
	for i := range p.entries {
		e := &p.entries[i]
		if e.Hidden || e.ID == own || (typ == contact.Queue) != (e.Type == rc.TypeDepartment) {
			continue
		}
		record := map[string]any{
			"id": e.ID, "type": typ, "name": entryName(e), "firstName": e.FirstName, "lastName": e.LastName,
			"extensionNumber": e.ExtensionNumber, "department": e.Department, "jobTitle": e.JobTitle, "emails": []string{e.Email},
		}
		var numbers []contact.Number
		for _, n := range e.PhoneNumbers {
			// The company's number does not reach one person.
			if n.PhoneNumber != "" && !n.Hidden && n.UsageType != "MainCompanyNumber" && n.UsageType != "CompanyNumber" {
				numbers = append(numbers, contact.Number{Number: n.PhoneNumber, Type: "direct"})
			}
		}
		record["phoneNumbers"] = numbers
		raw, err := json.Marshal(record)
		if err != nil {
			continue // a map of strings has a form as JSON
		}
		if c, _ := contact.Parse(raw, typ); c.ID != "" {
			entries = append(entries, contact.NewEntry(c))
		}
	}
	return contact.NewBook(entries)
}
