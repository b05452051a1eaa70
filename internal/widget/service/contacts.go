package service

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"sync"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/contact"
	"offhook/internal/widget/lang"
	"offhook/internal/widget/markup"
	"offhook/internal/widget/visit"
)

// Bounds of the contacts of one service. What is beyond is left out with a
// sentence in the page's console.
const (
	maxBookSize = 48 << 20 // bytes
	allBooks    = 1 << 30  // bytes of all services, where the handler names no other
	mostPages   = 5000
	// A page's answer has up to a million characters, of up to four bytes.
	maxPageBody = 4<<20 + 64<<10
)

// fresh is how long contacts count as new: pages that are loaded at the same
// time, and tabs that open the contacts together, ask once.
const fresh = 15 * time.Second

// contacts are those of a service, as its page gave them, and the run that
// brings them (contract/service.md 4.2). Its service's mu guards it.
type contacts struct {
	name, account string // whose they are
	book          *contact.Book
	size          int             // of book, in bytes
	stamp         json.RawMessage // the page's syncTimestamp, nil for none
	synced        time.Time
	wanted        bool   // the page has asked to be asked
	trouble       string // why the last run came to nothing
	run           *run
}

// A run brings the contacts page by page. Nothing of it shows before it is
// whole.
type run struct {
	lease
	Type    string
	one     sync.Mutex      // held while a page is taken over
	from    json.RawMessage // the stamp that the page is told
	stamp   json.RawMessage // of the first page
	next    json.RawMessage // the page to ask for
	pages   int
	entries []contact.Entry
	gone    map[string]bool
	size    int
	told    map[string]bool // sentences
}

// settle forgets contacts that are another account's, and a run that may not
// go on. The caller holds mu.
func (s *Service) settle() {
	c := &s.contacts
	if !s.account.Authorized {
		c.run, c.wanted = nil, false
		s.matches.run = nil
		if c.account == "" { // who comes next may be somebody else
			s.contacts, s.matches = contacts{}, matches{}
		}
		return
	}
	if c.name != s.reg.Name || c.account != s.account.Account {
		s.contacts = contacts{name: s.reg.Name, account: s.account.Account}
		s.matches = matches{}
	}
}

// syncs reports whether the page has contacts to give. The caller holds mu.
func (s *Service) syncs() bool { return s.account.Authorized && s.reg.ContactsPath != "" }

// syncContacts takes rc-adapter-sync-third-party-contacts.
func (c call) syncContacts(message) ([]string, []Change) {
	s := c.service
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.reg.ContactsPath == "":
		return []string{"There are no contacts to ask for: register a service with `contactsPath` first."}, nil
	case !s.account.Authorized:
		return []string{"Contacts are asked for once the user has authorized the service (rc-adapter-update-authorization-status)."}, nil
	case s.contacts.run != nil:
		return nil, nil // who comes now waits for the run that there is
	}
	s.contacts.wanted = true
	return nil, []Change{{What: "contacts", ID: "wanted"}}
}

// asking is why a frame would ask the page: known after a registration or an
// authorization, visit of the contacts, manual for the user's own wish, wanted
// for the page's.
type asking struct{ Why string }

// begun tells a frame what to ask its page.
type begun struct {
	Run           string          `json:"run"`
	Page          json.RawMessage `json:"page"`
	SyncTimestamp json.RawMessage `json:"syncTimestamp"`
	Type          string          `json:"type,omitempty"` // manual, api, or nothing
}

// beginContacts answers POST /p/{key}/service/contacts/run: with what to ask,
// with how long to wait for another frame, or with 204 where there is nothing
// to do.
func (h *Handler) beginContacts(w http.ResponseWriter, r *http.Request, c call) error {
	var a asking
	if err := visit.Body(w, r, &a); err != nil {
		return err
	}
	s, now := c.service, h.Now()
	s.mu.Lock()
	answer := s.begin(a.Why, now)
	s.mu.Unlock()
	if answer == nil {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	if _, ok := answer.(begun); ok {
		h.announce(r.Context(), s, Change{What: "contacts", ID: "progress"})
	}
	visit.JSON(w, http.StatusOK, answer)
	return nil
}

// begin needs mu.
func (s *Service) begin(why string, now time.Time) any {
	c := &s.contacts
	if !s.syncs() {
		return nil
	}
	if c.run != nil && c.run.left(now) > 0 {
		return wait(c.run.lease, now)
	}
	kind := ""
	switch {
	case why == "manual":
		kind = "manual"
	case why == "wanted" && !c.wanted:
		return nil // another frame has done it
	case why == "wanted":
		kind = "api"
	case !c.synced.IsZero() && now.Sub(c.synced) < fresh:
		return nil
	}
	c.wanted = false
	c.run = &run{lease: newLease(now), Type: kind, from: c.stamp, next: json.RawMessage("1"), gone: map[string]bool{}, told: map[string]bool{}}
	return begun{c.run.id, c.run.next, c.run.from, kind}
}

// A bundle is what a frame brings of a run: the page's answer, null when there
// was none, that it was more than the phone takes, or only that it still waits.
type bundle struct {
	Run      string
	Waits    bool
	TooLarge bool
	Response *struct {
		Data, NextPage, SyncTimestamp json.RawMessage
	}
}

// paged is the answer: the page to ask for, or that it was the last.
type paged struct {
	NextPage json.RawMessage `json:"nextPage,omitempty"`
	Warnings []string        `json:"warnings"`
}

// takeContacts answers POST /p/{key}/service/contacts.
func (h *Handler) takeContacts(w http.ResponseWriter, r *http.Request, c call) error {
	var p bundle
	if err := readLarge(w, r, &p); err != nil {
		return err
	}
	s := c.service
	s.mu.Lock()
	run := s.contacts.run
	if run == nil || run.id != p.Run || !s.syncs() {
		s.mu.Unlock()
		return rc.Errorf(rc.Conflict, "These contacts are not waited for any more.")
	}
	run.until = h.Now().Add(leaseTime)
	s.mu.Unlock()
	if p.Waits {
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	run.one.Lock()
	defer run.one.Unlock()
	answer := paged{Warnings: []string{}}
	change := Change{What: "contacts", ID: "progress"}
	switch {
	case p.TooLarge:
		s.breakOff(run, fmt.Sprintf(lang.Mark("%s gave more contacts at once than the phone takes."), s.title()))
		answer.Warnings = append(answer.Warnings, "An answer at `contactsPath` may have up to 1 MB. Give more pages with fewer contacts in each. The contacts that were there stay.")
	case p.Response == nil:
		s.breakOff(run, fmt.Sprintf(lang.Mark("%s did not answer."), s.title()))
	case !list(p.Response.Data) && run.pages == 0:
		s.breakOff(run, fmt.Sprintf(lang.Mark("%s gave no list of contacts."), s.title()))
		answer.Warnings = append(answer.Warnings, "The answer at `contactsPath` needs `data`, a list. The contacts that were there stay.")
	default:
		answer = s.add(run, p)
		if answer.NextPage == nil {
			answer.Warnings = append(answer.Warnings, s.finish(run, h.Now())...)
			change.ID = "list"
		}
		h.makeRoom(s)
	}
	h.announce(r.Context(), s, change)
	visit.JSON(w, http.StatusOK, answer)
	return nil
}

// readLarge decodes a body that carries a page's answer.
func readLarge(w http.ResponseWriter, r *http.Request, v any) error {
	err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxPageBody)).Decode(v)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return rc.Errorf(rc.TooLarge, "An answer to the phone may have up to 1 MB. Give more pages with less in each.")
	case err != nil:
		return rc.Errorf(rc.Invalid, "The phone sent something that its server does not understand. Reload the page.")
	}
	return nil
}

func list(raw json.RawMessage) bool { return len(raw) > 0 && raw[0] == '[' }

func (s *Service) title() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reg.title()
}

// breakOff ends a run; the contacts that were there stay.
func (s *Service) breakOff(r *run, sentence string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.contacts.run == r {
		s.contacts.run, s.contacts.trouble = nil, sentence
	}
}

// tooMany is said once for a run.
func tooMany() string {
	return fmt.Sprintf("The phone keeps %d contacts of a service, or %d MB. The rest were left out.", contact.Most, maxBookSize>>20)
}

// add takes one page over. The caller holds the run's own lock.
func (s *Service) add(r *run, p bundle) paged {
	out := paged{Warnings: []string{}}
	warn := func(sentence string) {
		if sentence != "" && !r.told[sentence] && len(r.told) < 20 {
			r.told[sentence] = true
			out.Warnings = append(out.Warnings, sentence)
		}
	}
	var all []json.RawMessage
	_ = json.Unmarshal(p.Response.Data, &all) // anything but a list ends the run
	typ := s.typ()
	var entries []contact.Entry
	size, full := 0, false
	for _, raw := range all {
		c, why := contact.Parse(raw, typ)
		warn(why)
		if c.ID == "" {
			continue
		}
		if c.Deleted {
			r.forget(c.ID)
			continue
		}
		delete(r.gone, c.ID)
		e := contact.NewEntry(c)
		if full = len(r.entries)+len(entries) == contact.Most || r.size+size+e.Size() > maxBookSize; full {
			warn(tooMany())
			break
		}
		size += e.Size()
		entries = append(entries, e)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if r.pages++; r.pages == 1 && !falsy(p.Response.SyncTimestamp) {
		r.stamp = slices.Clone(p.Response.SyncTimestamp)
	}
	r.entries, r.size = append(r.entries, entries...), r.size+size
	next := p.Response.NextPage
	switch {
	case full || falsy(next) || !list(p.Response.Data):
	case string(next) == string(r.next) || r.pages == mostPages || len(next) > 2000:
		warn("`nextPage` must name another page each time, and end. The phone stopped asking.")
	default:
		r.next = slices.Clone(next)
		out.NextPage = r.next
	}
	return out
}

// forget notes that a contact has gone; more of them than anybody can have are
// a mistake of the page.
func (r *run) forget(id string) {
	if len(r.gone) < 4*contact.Most {
		r.gone[id] = true
	}
}

func (s *Service) typ() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reg.Name
}

// finish makes what a run has brought the contacts: merged into those that
// were there when both sides had a stamp, in their place otherwise.
func (s *Service) finish(r *run, now time.Time) (warnings []string) {
	s.mu.Lock()
	before := s.contacts.book
	s.mu.Unlock()
	entries := r.entries
	if r.from != nil && r.stamp != nil {
		entries = before.With(entries, r.gone)
		if len(entries) > contact.Most {
			warnings = append(warnings, tooMany())
		}
	}
	book := contact.NewBook(entries)
	size := 0
	for i := range entries {
		size += entries[i].Size()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.contacts.run != r {
		return nil // the user took the authorization back meanwhile
	}
	c := &s.contacts
	c.book, c.size, c.stamp, c.synced, c.trouble, c.run = book, size, r.stamp, now, "", nil
	return warnings
}

// makeRoom lets go of the contacts of services that nobody has asked for in
// the longest time, until those of all together fit. Their pages are asked
// again when somebody looks.
func (h *Handler) makeRoom(but *Service) {
	h.mu.Lock()
	defer h.mu.Unlock()
	total := 0
	all := slices.Collect(maps.Values(h.services))
	for _, s := range all {
		total += s.held()
	}
	slices.SortFunc(all, func(a, b *Service) int { return a.lastUsed().Compare(b.lastUsed()) })
	for _, s := range all {
		if total <= cmp.Or(h.BookBytes, allBooks) {
			return
		}
		if s != but {
			total -= s.held()
			s.letGo()
		}
	}
}

// held is how many bytes of contacts a service has in memory.
func (s *Service) held() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := s.contacts.size
	if s.contacts.run != nil {
		n += s.contacts.run.size
	}
	return n
}

func (s *Service) lastUsed() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.used
}

func (s *Service) letGo() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.contacts = contacts{name: s.contacts.name, account: s.contacts.account}
}

// Contacts are what a visit's service has for the panels; false where none is
// registered. Before its user has authorized it there is no book.
func (h *Handler) Contacts(v visit.Visit) (contact.Source, bool) {
	s := h.Of(v)
	if s == nil {
		return contact.Source{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.source(), true
}

// source needs mu.
func (s *Service) source() contact.Source {
	src := contact.Source{
		Type: s.reg.Name, Name: markup.Cut(markup.Line(s.reg.Name), 60), Icon: s.icon(), Syncs: s.syncs(),
		Views: s.reg.ViewMatchedContactPath != "", Origins: s.assets,
		Matches: s.account.Authorized && s.reg.ContactMatchPath != "",
	}
	if s.reg.ActivitiesPath != "" && s.account.Authorized {
		src.Activities = markup.Cut(markup.Line(cmp.Or(s.reg.ActivityName, s.reg.Name)), 40)
	}
	src.Buttons = s.buttons("contactAction")
	if src.Syncs {
		src.Book, src.Trouble = s.contacts.book, s.contacts.trouble
	}
	if r := s.contacts.run; r != nil {
		src.Syncing, src.SoFar = true, len(r.entries)
	}
	return src
}

// icon stands at the service's contacts. The caller holds mu.
func (s *Service) icon() string {
	if s.reg.ContactIcon != "" {
		return s.reg.ContactIcon
	}
	return s.reg.AuthorizationLogo
}
