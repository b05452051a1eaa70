package desk

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/rc"
	"offhook/internal/widget/contact"
)

// handleContacts lets contacts of the double be changed one by one.
func (p *platform) handleContacts(handle func(string, rc.Group, http.HandlerFunc)) {
	one := func(w http.ResponseWriter, r *http.Request) (rc.PersonalContact, bool) {
		id, _ := strconv.ParseInt(r.PathValue("id"), 10, 64)
		for _, c := range slices.Backward(p.book) {
			if c.ID == id && c.Availability == rc.Alive {
				return c, true
			} else if c.ID == id {
				break
			}
		}
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, `{"errorCode":"CMN-102","message":"Resource for parameter [contactId] is not found","parameterName":"contactId"}`)
		return rc.PersonalContact{}, false
	}
	change := func(w http.ResponseWriter, r *http.Request, c rc.PersonalContact) {
		if err := json.NewDecoder(r.Body).Decode(&c); err != nil {
			panic(http.ErrAbortHandler)
		}
		if c.Company == "Refused" {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"errorCode":"CMN-101","message":"No such company","parameterName":"company"}`)
			return
		}
		p.book = append(p.book, c)
		answerJSON(w, c)
	}
	locked := func(h http.HandlerFunc) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			p.mu.Lock()
			defer p.mu.Unlock()
			if p.readOnly {
				w.WriteHeader(http.StatusForbidden)
				fmt.Fprint(w, `{"errorCode":"CMN-401","message":"no permission"}`)
				return
			}
			h(w, r)
		}
	}
	handle("POST "+bookPath, rc.Heavy, locked(func(w http.ResponseWriter, r *http.Request) {
		p.nextID++
		change(w, r, rc.PersonalContact{ID: p.nextID, Availability: rc.Alive})
	}))
	handle("GET "+bookPath+"/{id}", rc.Heavy, locked(func(w http.ResponseWriter, r *http.Request) {
		if c, ok := one(w, r); ok {
			answerJSON(w, c)
		}
	}))
	handle("PATCH "+bookPath+"/{id}", rc.Heavy, locked(func(w http.ResponseWriter, r *http.Request) {
		if c, ok := one(w, r); ok {
			change(w, r, c)
		}
	}))
	handle("DELETE "+bookPath+"/{id}", rc.Heavy, locked(func(w http.ResponseWriter, r *http.Request) {
		if c, ok := one(w, r); ok {
			p.book = append(p.book, rc.PersonalContact{ID: c.ID, Availability: rc.Deleted})
			w.WriteHeader(http.StatusNoContent)
		}
	}))
}

func TestAContactIsMadeChangedDeletedAndBroughtBack(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.receive(bob, "who am I?")
	d := open(t, h.pool(t))
	until(t, d, "the text", func() bool { return title(d) != "" })

	made := rc.PersonalContact{FirstName: "Bob", MobilePhone: bob, Notes: "Likes tea."}
	id, err := d.AddContact(t.Context(), made)
	if err != nil || title(d) != "Bob" {
		t.Fatalf("made %q, %v; the conversation is called %q", id, err, title(d))
	}
	if again, err := d.AddContact(t.Context(), made); again != id || err != nil {
		t.Errorf("the same form sent twice made %q, %v", again, err)
	}
	was, _ := d.Contact(id)
	now := was
	now.FirstName, now.Company, now.Notes = "Robert", "Elsewhere", ""
	if err := d.ChangeContact(t.Context(), id, was, now); err != nil || title(d) != "Robert" {
		t.Errorf("%v; the conversation is called %q", err, title(d))
	}
	if got, _ := d.Contact(id); got.Company != "Elsewhere" || got.Notes != "" || got.MobilePhone != bob {
		t.Errorf("changed to %+v", got)
	}
	if err := d.RemoveContact(t.Context(), id); err != nil || title(d) != "(650) 555-9999" {
		t.Errorf("%v; the conversation is called %q", err, title(d))
	}
	back, err := d.RestoreContact(t.Context(), id)
	if got, _ := d.Contact(back); err != nil || got.Company != "Elsewhere" || title(d) != "Robert" {
		t.Errorf("%v; brought back as %+v", err, got)
	}
	if _, err := d.RestoreContact(t.Context(), "77"); !missing(err) {
		t.Errorf("somebody who was never deleted: %v", err)
	}
}

func TestAContactThatIsChangedElsewhereKeepsWhatOthersChanged(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.keep(rc.PersonalContact{ID: 1, FirstName: "Bob", Company: "Old"})
	d := open(t, h.pool(t))
	until(t, d, "the contact", func() bool { return d.Personal().Len() == 1 })
	was, _ := d.Contact("1")

	h.keep(rc.PersonalContact{ID: 1, FirstName: "Bob", Company: "Theirs"})
	now := was
	now.JobTitle = "Baker"
	if err := d.ChangeContact(t.Context(), "1", was, now); err != nil {
		t.Fatal(err)
	}
	if got, _ := d.Contact("1"); got.Company != "Theirs" || got.JobTitle != "Baker" {
		t.Errorf("what both changed: %+v", got)
	}
	now.Company = "Mine"
	err := d.ChangeContact(t.Context(), "1", was, now)
	clash, ok := errors.AsType[*contact.Clash](err)
	if !ok || !slices.Equal(clash.Fields, []string{"company"}) || clash.Theirs.Company != "Theirs" {
		t.Fatalf("a change of the same field: %v", err)
	}
	if err := d.ChangeContact(t.Context(), "1", clash.Theirs, contact.Merge(was, now, clash.Theirs)); err != nil {
		t.Fatal(err)
	}
	if got, _ := d.Contact("1"); got.Company != "Mine" || got.JobTitle != "Baker" {
		t.Errorf("after saving again: %+v", got)
	}
	h.keep(rc.PersonalContact{ID: 1, Availability: rc.Deleted})
	now.FirstName = "Robert"
	if err := d.ChangeContact(t.Context(), "1", was, now); !missing(err) || d.Personal().Len() != 0 {
		t.Errorf("one that was deleted elsewhere: %v, %d left", err, d.Personal().Len())
	}
}

func TestARefusedContactSaysWhyAndWhere(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.keep(rc.PersonalContact{ID: 1, FirstName: "Bob"})
	d := open(t, h.pool(t))
	until(t, d, "the contact", func() bool { return d.Personal().Len() == 1 })
	_, err := d.AddContact(t.Context(), rc.PersonalContact{FirstName: "A", Company: "Refused"})
	want := &rc.Error{Kind: rc.Invalid, Parameter: "company", Message: "The contact was not saved. Your phone service says: No such company"}
	if e, _ := errors.AsType[*rc.Error](err); cmp.Diff(want, e) != "" {
		t.Error(cmp.Diff(want, e))
	}
	h.mu.Lock()
	h.readOnly = true
	h.mu.Unlock()
	if e, _ := errors.AsType[*rc.Error](d.RemoveContact(t.Context(), "1")); e == nil || e.Kind != rc.Denied || d.Personal().Len() != 1 {
		t.Errorf("an app without permission: %v", e)
	}
}

func TestNumbersOfContactsAreReadInTheUsersCountry(t *testing.T) {
	t.Parallel()
	d := open(t, newHouse(t).pool(t))
	until(t, d, "who the user is", func() bool { return d.Me().ExtensionID != "" })
	for typed, want := range map[string]string{
		"(650) 555-9999": bob, "+49 171 1234567": "+491711234567", "650-555-9999 ext. 12": bob + "*12", "88022": "88022",
		"555-9999": "", "tea": "", "": "",
	} {
		if got, ok := d.ReadNumber(typed); ok != (want != "") || ok && got != want {
			t.Errorf("%q is read as %q, %v, want %q", typed, got, ok, want)
		}
	}
	for number, want := range map[string]string{bob: "(650) 555-9999", bob + "*12": bob + "*12", "88022": "88022"} {
		if got := d.WriteNumber(number); got != want {
			t.Errorf("%s is written %q, want %q", number, got, want)
		}
	}
}

func TestWhatIsTypedOfAContactIsKept(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.keep(rc.PersonalContact{ID: 1, FirstName: "Bob"})
	pool := h.pool(t)
	d := open(t, pool)
	until(t, d, "the contact", func() bool { return d.Personal().Len() == 1 })
	for _, key := range []string{"contact:new", "contact:1"} {
		if err := d.SaveDraft(t.Context(), key, "typed"); err != nil {
			t.Errorf("%s: %v", key, err)
		}
	}
	// A form holds the contact as it was, too, and long notes.
	if err := d.SaveDraft(t.Context(), "contact:new", strings.Repeat("x", maxForm)); err != nil {
		t.Error(err)
	}
	if err := d.SaveDraft(t.Context(), "contact:new", strings.Repeat("x", maxForm+1)); err == nil {
		t.Error("a form without an end was kept")
	}
	for _, key := range []string{"contact:2", "contact:01", "contact:", "contact:x"} {
		if err := d.SaveDraft(t.Context(), key, "typed"); err == nil {
			t.Errorf("%s: a draft of somebody who is not there", key)
		}
	}
	pool.Close()
	d = open(t, h.pool(t))
	if got, err := d.Draft(t.Context(), "contact:1"); got != "typed" || err != nil {
		t.Errorf("after a restart: %q, %v", got, err)
	}
}
