package desk

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/contact"
)

const bookSyncPath = extensionPath + "/address-book-sync"

// bookPage is how many contacts a page of a sync may have (contract 4).
const bookPage = "250"

// A bookRow is how far the copy of the user's address book has come. A walk
// through the whole of it takes minutes when it is long; a restart goes on
// where it was.
type bookRow struct {
	Token string    `json:"token"` // where the next incremental sync goes on
	Page  int64     `json:"page"`  // where the walk under way goes on
	Walk  int       `json:"walk"`  // counts the walks through the whole
	Full  bool      `json:"full"`  // the walk under way is one
	At    time.Time `json:"at"`    // when the last one ended
}

// A contactRow is one contact, with the last whole walk that met it.
type contactRow struct {
	Record rc.PersonalContact `json:"record"`
	Walk   int                `json:"walk"`

	seen time.Time // when it was read before a change that was not made; not kept
}

// bookkeeper keeps a copy of the user's own contacts: at the beginning, when
// somebody asks for it, and now and then, since nothing tells when they
// change. A platform that refuses them leaves the phone without.
func (d *Desk) bookkeeper() {
	if !d.waitUntil(d.identified, d.wantContacts) {
		return
	}
	d.mu.Lock()
	known, asked := d.book.At, d.looked
	d.mu.Unlock()
	if !known.IsZero() && !asked && !d.rest(known, d.wantContacts) {
		return
	}
	var b backoff
	p := background
	for {
		err := d.walk(d.ctx, p)
		p = background
		wait, refused, open := d.again(&b, err, refresh)
		if !open {
			return
		}
		if refused {
			d.log.Info("the platform does not give the user's contacts", "err", err)
		}
		asked, open := d.await(wait, d.wantContacts)
		if asked {
			p = live // somebody looks at them
		}
		if !open || asked && !d.sleep(d.budget.pace(rc.Heavy)) {
			return
		}
	}
}

// RefreshContacts has the user's own contacts read again soon.
func (d *Desk) RefreshContacts() {
	d.mu.Lock()
	d.looked = true
	d.mu.Unlock()
	wake(d.wantContacts)
}

// walk syncs page by page; each counts at once.
func (d *Desk) walk(ctx context.Context, p priority) error {
	d.mu.Lock()
	d.walking = true
	if d.book.Page == 0 {
		d.book.Full = d.book.Token == ""
		if d.book.Full {
			d.book.Walk++
		}
	}
	d.mu.Unlock()
	defer func() {
		d.mu.Lock()
		defer d.mu.Unlock()
		d.walking = false
	}()
	for {
		d.mu.Lock()
		at := d.book
		if at.At.IsZero() {
			p = max(p, live) // nobody has any yet, and a long book takes minutes as it is
		}
		d.mu.Unlock()
		query := url.Values{"perPage": {bookPage}, "syncType": {rc.FSync}}
		if !at.Full {
			query = url.Values{"perPage": {bookPage}, "syncType": {rc.ISync}, "syncToken": {at.Token}}
		}
		if at.Page != 0 {
			query.Set("pageId", strconv.FormatInt(at.Page, 10))
		}
		s, err := get[rc.AddressBookSync](ctx, d, rc.Heavy, p, bookSyncPath, query)
		if r, refused := errors.AsType[*refusal](err); refused && r.Status == http.StatusBadRequest && (at.Token != "" || at.Page != 0) {
			// The token or the place is not known any more: from the beginning.
			d.mu.Lock()
			d.book = bookRow{Walk: at.Walk + 1, Full: true}
			d.mu.Unlock()
			continue
		}
		if err != nil {
			return err
		}
		if d.takeContacts(s) {
			return nil
		}
	}
}

// takeContacts takes over a page and reports whether it was the last.
func (d *Desk) takeContacts(s rc.AddressBookSync) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	p, c := d.ledger.people, newChange()
	last := s.SyncInfo != nil || s.NextPageID == 0
	again := false
	for _, r := range s.Records {
		before, known := p.personal[r.ID]
		gone := r.Availability != "" && r.Availability != rc.Alive
		r.URI = ""
		switch {
		case gone && known:
			delete(p.personal, r.ID)
		case gone, !known && len(p.personal) >= contact.Most:
			continue
		default:
			p.personal[r.ID] = contactRow{r, d.book.Walk, time.Time{}}
		}
		c.rows[contactKey(r.ID)] = true
		if !gone && known && sameContact(before.Record, r) {
			continue
		}
		p.changeContact(r.ID)
		if c.names = true; known {
			again = true // it may have had numbers that are another's now
		} else {
			p.claim(r.ID, r)
		}
	}
	d.book.Page = s.NextPageID
	if last {
		if d.book.Full {
			again = p.dropUnmet(d.book.Walk, c) || again
		}
		d.book.Page, d.book.Full, d.book.At = 0, false, d.pool.Now()
		if s.SyncInfo != nil {
			d.book.Token = s.SyncInfo.SyncToken
		}
	}
	c.rows[rowKey{rowBook, ""}] = true
	c.rows[rowKey{rowSync, ""}] = true // what was asked for counts after a restart, too
	if again {
		c.names = true
		p.nameNumbers()
	}
	d.commit(c)
	return last
}

// dropUnmet forgets what a whole walk did not meet: it was deleted while
// nobody listened.
func (p *people) dropUnmet(walk int, c *change) (some bool) {
	for id, r := range p.personal {
		if r.Walk < walk {
			delete(p.personal, id)
			p.changeContact(id)
			c.rows[contactKey(id)], some = true, true
		}
	}
	return some
}

func contactKey(id int64) rowKey { return rowKey{rowContact, strconv.FormatInt(id, 10)} }

// personalName is the name that the user has given to a number.
func (p *people) personalName(number string) string {
	id, ok := p.owners[number]
	if !ok {
		return ""
	}
	return contactName(p.personal[id].Record)
}

func contactName(r rc.PersonalContact) string {
	return cmp.Or(contact.FullName(r.FirstName, r.MiddleName, r.LastName), r.NickName, r.Company, r.Email)
}

// findPersonal finds numbers to text among the user's own contacts. Without
// a query it finds none: who was texted lately is of more use than everybody.
func (p *people) findPersonal(query string, limit int) (found []Party) {
	if strings.TrimSpace(query) == "" || len(p.personal) == 0 {
		return nil
	}
	for _, c := range contact.Search(query, p.personalBook()).Window(0, cmp.Or(limit, 100)) {
		for _, n := range c.Numbers {
			if number, ok := p.possible(n.Number); ok && n.Type != "fax" {
				found = append(found, p.party(number))
				break
			}
		}
	}
	return found
}

// phoneTypes are the contract's words for where a number rings.
var phoneTypes = map[string]string{
	"mobilePhone": "mobile", "businessPhone": "business", "businessPhone2": "business", "homePhone": "home", "homePhone2": "home",
	"companyPhone": "company", "businessFax": "fax", "otherFax": "fax", "callbackPhone": "contact",
}

func newPersonal(id int64, r rc.PersonalContact) (contact.Entry, bool) {
	var numbers []contact.Number
	for _, phone := range r.Phones() {
		if *phone.Number != "" {
			numbers = append(numbers, contact.Number{Number: *phone.Number, Type: cmp.Or(phoneTypes[phone.Member], "other")})
		}
	}
	var emails []string
	for _, e := range []string{r.Email, r.Email2, r.Email3} {
		if e != "" {
			emails = append(emails, e)
		}
	}
	raw, err := json.Marshal(map[string]any{
		"id": strconv.FormatInt(id, 10), "type": contact.Personal, "name": contactName(r), "firstName": r.FirstName, "lastName": r.LastName,
		"company": r.Company, "jobTitle": r.JobTitle, "emails": emails, "phoneNumbers": numbers,
	})
	if err != nil {
		return contact.Entry{}, false // a map of strings has a form as JSON
	}
	c, _ := contact.Parse(raw, contact.Personal)
	return contact.NewEntry(c), c.ID != ""
}
