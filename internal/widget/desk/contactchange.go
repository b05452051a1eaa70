package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/nyaruka/phonenumbers"

	"offhook/internal/rc"
	"offhook/internal/widget/contact"
	"offhook/internal/widget/lang"
)

const bookPath = extensionPath + "/address-book/contact"

// maxRemoved is how many deleted contacts can be had back.
const maxRemoved = 20

// A removedContact is one that can be brought back.
type removedContact struct {
	rc.PersonalContact
	favorite bool
}

// Contact is one of the user's own contacts as the platform has it.
func (d *Desk) Contact(id string) (rc.PersonalContact, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	row, ok := d.ledger.people.personal[contactID(id)]
	return row.Record, ok
}

// contactID reads an id; 0, which nobody has, for what is none.
func contactID(id string) int64 {
	n, _ := strconv.ParseInt(id, 10, 64)
	return n
}

// ReadNumber reads what somebody typed as a contact's number: a number in any
// notation of the user's country, also one with an extension behind it, or a
// short one as it is.
func (d *Desk) ReadNumber(typed string) (string, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	typed = strings.TrimSpace(typed)
	p := d.ledger.people
	if n, ok := p.possible(typed); ok {
		parsed, err := phonenumbers.Parse(typed, p.country)
		if err == nil && parsed.GetExtension() != "" {
			n += "*" + parsed.GetExtension() // as the platform writes it
		}
		return n, true
	}
	short := len(typed) >= 2 && len(typed) <= 6 && strings.Trim(typed, "0123456789*#") == ""
	return typed, short
}

// WriteNumber writes a contact's number as people of the user's country do.
func (d *Desk) WriteNumber(number string) string {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.ledger.people
	if n, ok := p.possible(number); !ok || n != number {
		return number // with an extension, or as somebody wrote it
	}
	return p.display(number)
}

// AddContact makes a contact and waits for the platform. One that is the same
// in everything is there already: a form that was sent twice makes one. The
// error is an *rc.Error with a sentence.
func (d *Desk) AddContact(ctx context.Context, c rc.PersonalContact) (id string, err error) {
	c.ID, c.URI, c.Availability = 0, "", ""
	d.mu.Lock()
	for known, row := range d.ledger.people.personal {
		if contact.Same(row.Record, c) {
			d.mu.Unlock()
			return strconv.FormatInt(known, 10), nil
		}
	}
	d.mu.Unlock()
	made, err := d.writeContact(ctx, http.MethodPost, bookPath, c)
	if err != nil {
		return "", err
	}
	return strconv.FormatInt(made.ID, 10), nil
}

// ChangeContact makes of a contact what now says, where that differs from
// what the user saw, and waits for the platform. What was changed elsewhere
// meanwhile stays, unless the user changed the same: then it is a
// *contact.Clash. Any other error is an *rc.Error, NotFound for a contact that
// is gone.
func (d *Desk) ChangeContact(ctx context.Context, id string, was, now rc.PersonalContact) error {
	path := bookPath + "/" + strconv.FormatInt(contactID(id), 10)
	ctx, cancel := context.WithTimeout(ctx, setPatience)
	defer cancel()
	theirs, err := d.newestContact(ctx, id, path)
	if err != nil {
		return d.noContact(id, err, notSaved)
	}
	if fields := contact.Clashes(was, now, theirs); len(fields) > 0 {
		return &contact.Clash{Theirs: theirs, Fields: fields}
	}
	changes := contact.Changes(was, now)
	if len(changes) == 0 {
		return nil
	}
	_, err = d.writeContact(ctx, http.MethodPatch, path, changes)
	if err != nil {
		return d.noContact(id, err, notSaved)
	}
	return nil
}

// lately is how long an answer of the platform counts as the newest state of
// a contact: of requests to the address book it takes ten a minute, and who
// saves again after a clash has just seen it.
const lately = 20 * time.Second

// newestContact is a contact as it is at the platform now.
func (d *Desk) newestContact(ctx context.Context, id, path string) (rc.PersonalContact, error) {
	d.mu.Lock()
	row, known := d.ledger.people.personal[contactID(id)]
	fresh := known && d.pool.Now().Sub(row.seen) < lately
	d.mu.Unlock()
	if fresh {
		return row.Record, nil
	}
	theirs, err := get[rc.PersonalContact](ctx, d, rc.Heavy, acting, path, nil)
	if err == nil {
		d.takeContact(theirs, d.pool.Now())
	}
	return theirs, err
}

// RemoveContact deletes a contact and waits for the platform. One that is
// gone already is deleted. RestoreContact brings it back.
func (d *Desk) RemoveContact(ctx context.Context, id string) error {
	n := contactID(id)
	d.mu.Lock()
	row, ok := d.ledger.people.personal[n]
	starred := d.isFavorite(contact.Key{Type: contact.Personal, ID: id}) // the platform unmarks who is gone
	d.mu.Unlock()
	if !ok {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, setPatience)
	defer cancel()
	_, err := d.do(ctx, call{group: rc.Heavy, priority: acting, method: http.MethodDelete, path: bookPath + "/" + strconv.FormatInt(n, 10)})
	if err != nil {
		if err := d.noContact(id, err, lang.Mark("The contact was not deleted.")); !missing(err) {
			return err
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.removed = append(d.removed, removedContact{row.Record, starred})
	if len(d.removed) > maxRemoved {
		d.removed = d.removed[1:]
	}
	d.dropContact(n)
	return nil
}

// RestoreContact makes a contact again that was deleted here, with everything
// that it had, and returns the id that it has now. It is NotFound for any
// other.
func (d *Desk) RestoreContact(ctx context.Context, id string) (string, error) {
	n := contactID(id)
	d.mu.Lock()
	var gone *removedContact
	for i := range d.removed {
		if d.removed[i].ID == n {
			gone = &d.removed[i]
		}
	}
	d.mu.Unlock()
	if gone == nil {
		return "", rc.Errorf(rc.NotFound, "This contact was deleted too long ago to bring it back.")
	}
	made, err := d.AddContact(ctx, gone.PersonalContact)
	if err == nil && gone.favorite {
		if err := d.SetFavorite(ctx, contact.Key{Type: contact.Personal, ID: made}, true); err != nil {
			d.log.Info("marking a contact that was brought back", "err", err) // the contact is there
		}
	}
	return made, err
}

// writeContact sends a contact, or what has changed of one, and takes over
// the answer.
func (d *Desk) writeContact(ctx context.Context, method, path string, body any) (rc.PersonalContact, error) {
	ctx, cancel := context.WithTimeout(ctx, setPatience)
	defer cancel()
	var c rc.PersonalContact
	a, err := d.do(ctx, call{group: rc.Heavy, priority: acting, method: method, path: path, body: body})
	if err != nil {
		d.RefreshContacts() // it may be there all the same
		return c, contactNotDone(err, notSaved)
	}
	if err := json.Unmarshal(a.body, &c); err != nil {
		return c, fmt.Errorf("reading the answer to %s of a contact: %w", method, err)
	}
	d.takeContact(c, time.Time{})
	return c, nil
}

var notSaved = lang.Mark("The contact was not saved.")

// contactNotDone says why a contact was not saved or deleted, and at which of
// its members that lies.
func contactNotDone(err error, what string) error {
	e, ok := errors.AsType[*rc.Error](notDone(err, what))
	if r, refused := errors.AsType[*refusal](err); ok && refused {
		e.Parameter = r.Parameter
	}
	if !ok {
		return err
	}
	return e
}

// noContact says why a contact was not changed, and forgets one that is gone.
func (d *Desk) noContact(id string, err error, what string) error {
	if _, told := errors.AsType[*rc.Error](err); !told {
		if r, ok := errors.AsType[*refusal](err); ok && r.Status == http.StatusNotFound {
			d.mu.Lock()
			d.dropContact(contactID(id))
			d.mu.Unlock()
			return rc.Errorf(rc.NotFound, "This contact was deleted elsewhere meanwhile.")
		}
		err = contactNotDone(err, what)
	}
	return err
}

func missing(err error) bool {
	e, ok := errors.AsType[*rc.Error](err)
	return ok && e.Kind == rc.NotFound
}

// takeContact takes over what the platform has answered; seen is when it was
// asked for it.
func (d *Desk) takeContact(r rc.PersonalContact, seen time.Time) {
	r.URI = ""
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.ledger.people
	before, known := p.personal[r.ID]
	if r.ID == 0 {
		return
	}
	p.personal[r.ID] = contactRow{r, d.book.Walk, seen}
	if !known || !contact.Same(before.Record, r) {
		d.bookChanged(r.ID)
	}
}

// dropContact forgets a contact. The caller holds mu.
func (d *Desk) dropContact(id int64) {
	if _, known := d.ledger.people.personal[id]; known {
		delete(d.ledger.people.personal, id)
		d.bookChanged(id)
	}
}

// bookChanged names numbers again, tells and keeps. A page of a sync that was
// on its way may be older than the change: then there is another sync. The
// caller holds mu.
func (d *Desk) bookChanged(id int64) {
	c := newChange()
	c.rows[contactKey(id)], c.names = true, true
	d.ledger.people.changeContact(id)
	d.ledger.people.nameNumbers()
	d.commit(c)
	if d.walking {
		wake(d.wantContacts)
	}
}
