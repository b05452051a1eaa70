package desk

import (
	"reflect"
	"strconv"

	"offhook/internal/rc"
	"offhook/internal/widget/contact"
)

// A book of tens of thousands takes minutes to come. What each page of a sync
// costs must not grow with those that are there: numbers are claimed one by
// one, and of the book only what has changed is made anew.

// Personal is the user's own contacts. The book stays as it is; a later sync
// makes another one.
func (d *Desk) Personal() *contact.Book {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ledger.people.personalBook()
}

// ContactsComing reports whether the user's own contacts are being read for
// the first time, and how many have come. A restart goes on where it was.
func (d *Desk) ContactsComing() (coming bool, soFar int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.book.At.IsZero() && (d.walking || d.book.Page != 0), len(d.ledger.people.personal)
}

// changeContact notes that a contact is another, or gone, for the book.
func (p *people) changeContact(id int64) { p.stale[id] = true }

// claim gives a contact its numbers, of which an older contact keeps those
// that it has.
func (p *people) claim(id int64, r rc.PersonalContact) {
	for _, phone := range r.Phones() {
		n, ok := p.possible(*phone.Number)
		if other, taken := p.owners[n]; ok && (!taken || id < other) {
			p.owners[n] = id
		}
	}
}

// nameNumbers works out whose numbers the user's contacts have, after a
// change of the country that they are read in, or of a contact that may have
// had some. Of two contacts with one number, the older is it.
func (p *people) nameNumbers() {
	p.owners = make(map[string]int64, len(p.personal))
	for id, r := range p.personal {
		p.claim(id, r.Record)
	}
}

// sameContact reports whether two records say the same, also of addresses.
func sameContact(a, b rc.PersonalContact) bool { return reflect.DeepEqual(a, b) }

func (p *people) personalBook() *contact.Book {
	if p.own != nil && len(p.stale) == 0 {
		return p.own
	}
	var more []contact.Entry
	gone := make(map[string]bool)
	for id := range p.stale {
		r, known := p.personal[id]
		e, ok := contact.Entry{}, false
		if known {
			e, ok = newPersonal(id, r.Record)
		}
		if ok {
			more = append(more, e)
		} else {
			gone[strconv.FormatInt(id, 10)] = true
		}
	}
	p.own = contact.NewBook(p.own.With(more, gone))
	clear(p.stale)
	return p.own
}
