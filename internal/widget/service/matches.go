package service

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/contact"
	"offhook/internal/widget/visit"
)

// Times of matches where a registration names none, and other bounds.
const (
	matchTTL    = 2 * time.Hour   // contactMatchTtl
	noMatchTTL  = 5 * time.Minute // contactNoMatchTtl
	maxBatch    = 200             // numbers asked at once
	maxNumbers  = 5000            // known of one user
	maxMatches  = 20              // of one number
	maxChoices  = 200             // kept (contract/service.md 4.4)
	manualMatch = "manual"
)

// A Correspondent is a number that the user has something to do with.
type Correspondent struct {
	Number string
	Caller string // the name that came with a text or a call, if one did
	Known  bool   // a colleague, or one of the user's own contacts: the page is not asked
	Called bool   // it is known by calls alone, which not every page may read
}

// Numbers tells whom a user has something to do with, the most recent first.
type Numbers interface {
	Numbers(ctx context.Context, grantID string) ([]Correspondent, error)
}

// matches are whose number is whose, as the page has answered. Its service's
// mu guards it.
type matches struct {
	known   map[string]*match
	forced  map[string]bool // asked again whatever is known
	run     *matching
	choices map[choice]string // ids of contacts that the user has picked
	order   []choice          // oldest first
}

// A match is what the page said of a number; no contacts is an answer, too.
type match struct {
	contacts []contact.Contact
	asked    time.Time
	found    time.Time
}

// A choice is where a user picks one of several.
type choice struct{ conversation, number string }

// A matching is a question that a frame puts to its page.
type matching struct {
	lease
	numbers []string
}

func (r Registration) matchTTL() time.Duration { return millis(r.ContactMatchTtl, matchTTL) }

func (r Registration) noMatchTTL() time.Duration { return millis(r.ContactNoMatchTtl, noMatchTTL) }

func millis(n float64, usual time.Duration) time.Duration {
	if n <= 0 {
		return usual
	}
	return time.Duration(min(n, 1e12)) * time.Millisecond
}

// triggerMatch takes rc-adapter-trigger-contact-match: numbers that the phone
// shows are asked for again; which those are is seen when a frame asks.
func (c call) triggerMatch(m message) ([]string, []Change) {
	var numbers []string
	if err := json.Unmarshal(m["phoneNumbers"], &numbers); err != nil {
		return []string{"`phoneNumbers` must be a list of strings. Nothing was done."}, nil
	}
	s := c.service
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.reg.ContactMatchPath == "" {
		return []string{"Nobody can be asked whose number it is: register a service with `contactMatchPath` first."}, nil
	}
	s.force(numbers)
	return nil, []Change{{What: "matches", ID: "wanted"}}
}

// force needs mu.
func (s *Service) force(numbers []string) {
	if s.matches.forced == nil {
		s.matches.forced = map[string]bool{}
	}
	for _, n := range numbers {
		if len(s.matches.forced) < maxNumbers {
			s.matches.forced[n] = true
		}
	}
}

// asked tells a frame what to ask its page.
type asked struct {
	Run  string   `json:"run"`
	Body question `json:"body"`
}

// A question is the body at contactMatchPath.
type question struct {
	PhoneNumbers []string          `json:"phoneNumbers"`
	CallerIDs    map[string]string `json:"callerIds"`
	TriggerFrom  string            `json:"triggerFrom,omitempty"`
}

// beginMatch answers POST /p/{key}/service/matches/run like beginContacts.
// With a number the user asks for that one.
func (h *Handler) beginMatch(w http.ResponseWriter, r *http.Request, c call) error {
	var want struct{ Number string }
	if err := visit.Body(w, r, &want); err != nil {
		return err
	}
	all, err := h.Numbers.Numbers(r.Context(), c.visit.Session.GrantID)
	if err != nil {
		return fmt.Errorf("reading the numbers to match: %w", err)
	}
	if !slices.Contains(c.embed.Capabilities, "calls") {
		all = slices.DeleteFunc(all, func(one Correspondent) bool { return one.Called })
	}
	if answer := c.service.beginMatch(all, want.Number, h.Now()); answer != nil {
		visit.JSON(w, http.StatusOK, answer)
		return nil
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (s *Service) beginMatch(all []Correspondent, manual string, now time.Time) any {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.account.Authorized || s.reg.ContactMatchPath == "" {
		return nil
	}
	m := &s.matches
	if manual != "" {
		s.force([]string{manual})
	}
	if m.run != nil && m.run.left(now) > 0 {
		return wait(m.run.lease, now)
	}
	q := question{PhoneNumbers: []string{}, CallerIDs: map[string]string{}}
	for _, one := range all[:min(len(all), maxNumbers)] {
		if len(q.PhoneNumbers) < maxBatch && s.due(one, now) && !slices.Contains(q.PhoneNumbers, one.Number) {
			q.PhoneNumbers = append(q.PhoneNumbers, one.Number)
			if one.Caller != "" {
				q.CallerIDs[one.Number] = one.Caller
			}
		}
	}
	if manual != "" && slices.Contains(q.PhoneNumbers, manual) {
		q = question{PhoneNumbers: []string{manual}, CallerIDs: q.CallerIDs, TriggerFrom: manualMatch}
		maps.DeleteFunc(q.CallerIDs, func(n, _ string) bool { return n != manual })
	}
	if len(q.PhoneNumbers) == 0 {
		m.forced = nil // none of them is shown
		return nil
	}
	for _, n := range q.PhoneNumbers {
		delete(m.forced, n)
	}
	m.run = &matching{newLease(now), q.PhoneNumbers}
	return asked{m.run.id, q}
}

// due reports whether the page is to be asked about a number. The caller holds
// mu.
func (s *Service) due(c Correspondent, now time.Time) bool {
	known := s.matches.known[c.Number]
	switch {
	case s.matches.forced[c.Number]:
		return true
	case c.Known:
		return false
	case known == nil:
		return true
	}
	return now.Sub(known.asked) >= s.reg.noMatchTTL()
}

// matched is what a frame brings: the page's answer, null when there was none,
// or only that it still waits.
type matched struct {
	Run      string
	Waits    bool
	Response *struct{ Data json.RawMessage }
}

// takeMatches answers POST /p/{key}/service/matches.
func (h *Handler) takeMatches(w http.ResponseWriter, r *http.Request, c call) error {
	var m matched
	if err := readLarge(w, r, &m); err != nil {
		return err
	}
	warnings, changed, err := c.service.match(m, h.Now())
	if err != nil {
		return err
	}
	if changed {
		h.announce(r.Context(), c.service, Change{What: "matches", ID: "names"})
	}
	visit.JSON(w, http.StatusOK, struct {
		Warnings []string `json:"warnings"`
	}{warnings})
	return nil
}

func (s *Service) match(m matched, now time.Time) (warnings []string, changed bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	warnings = []string{}
	run := s.matches.run
	if run == nil || run.id != m.Run {
		return nil, false, rc.Errorf(rc.Conflict, "This match is not waited for any more.")
	}
	if run.until = now.Add(leaseTime); m.Waits {
		return warnings, false, nil
	}
	s.matches.run = nil
	var data map[string]json.RawMessage
	if m.Response != nil && json.Unmarshal(m.Response.Data, &data) != nil {
		warnings = append(warnings, "The answer at `contactMatchPath` needs `data`, an object with a list of contacts by number. All numbers count as unknown for now.")
	}
	s.matches.expire(s.reg.matchTTL(), now)
	for _, number := range run.numbers {
		if m.Response == nil {
			changed = s.matches.unanswered(number, now) || changed
			continue
		}
		found, more := readMatches(data[number], s.reg.Name)
		warnings = append(warnings, more...)
		changed = s.matches.put(number, found, now) || changed
	}
	return warnings[:min(len(warnings), 20)], changed, nil
}

// readMatches reads the contacts of one number; anything but a list is none.
func readMatches(raw json.RawMessage, typ string) (found []contact.Contact, warnings []string) {
	var list []json.RawMessage
	_ = json.Unmarshal(raw, &list)
	for _, one := range list[:min(len(list), maxMatches)] {
		c, why := contact.Parse(one, typ)
		if why != "" {
			warnings = append(warnings, why)
		}
		if c.ID != "" && !c.Deleted {
			found = append(found, c)
		}
	}
	return found, warnings
}

// expire forgets what was last found too long ago.
func (m *matches) expire(ttl time.Duration, now time.Time) {
	maps.DeleteFunc(m.known, func(_ string, one *match) bool { return now.Sub(one.found) >= ttl })
}

// put keeps an answer and reports whether it is another than before.
func (m *matches) put(number string, found []contact.Contact, now time.Time) bool {
	before := m.known[number]
	if m.known == nil || len(m.known) >= maxNumbers {
		m.known = map[string]*match{}
	}
	m.known[number] = &match{found, now, now}
	if before == nil {
		return len(found) > 0
	}
	return !slices.EqualFunc(before.contacts, found, func(a, b contact.Contact) bool { return string(a.Raw) == string(b.Raw) })
}

// unanswered keeps what was known until its time is over.
func (m *matches) unanswered(number string, now time.Time) bool {
	if before := m.known[number]; before != nil {
		before.asked = now
		return false
	}
	return m.put(number, nil, now)
}

// Whose are the contacts of a visit's service with a number: the page's own
// answer first, then those of its list; what the user has picked in this
// conversation, or else last anywhere, comes before all others.
func (h *Handler) Whose(v visit.Visit, conversation, number string) []contact.Contact {
	s := h.Of(v)
	if s == nil {
		return nil
	}
	now := h.Now()
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.account.Authorized {
		return nil
	}
	var all []contact.Contact
	add := func(some []contact.Contact) {
		for _, c := range some {
			if !slices.ContainsFunc(all, func(o contact.Contact) bool { return o.ID == c.ID }) {
				all = append(all, c)
			}
		}
	}
	if m := s.matches.known[number]; m != nil && now.Sub(m.found) < s.reg.matchTTL() {
		add(m.contacts)
	}
	if s.syncs() {
		add(s.contacts.book.Whose(number))
	}
	picked := cmp.Or(s.matches.choices[choice{conversation, number}], s.matches.choices[choice{"", number}])
	if i := slices.IndexFunc(all, func(c contact.Contact) bool { return c.ID == picked }); i > 0 {
		c := all[i]
		all = slices.Insert(slices.Delete(all, i, i+1), 0, c)
	}
	return all
}

// choose answers POST /p/{key}/service/matches/choice: the user says who it
// is, here and wherever nothing else was said.
func (h *Handler) choose(w http.ResponseWriter, r *http.Request, c call) error {
	var want struct{ Conversation, Number, ID string }
	if err := visit.Body(w, r, &want); err != nil {
		return err
	}
	if !slices.ContainsFunc(h.Whose(c.visit, want.Conversation, want.Number), func(c contact.Contact) bool { return c.ID == want.ID }) {
		return rc.Errorf(rc.NotFound, "This contact is not there any more.")
	}
	s := c.service
	s.mu.Lock()
	s.matches.choose(choice{want.Conversation, want.Number}, want.ID)
	s.matches.choose(choice{"", want.Number}, want.ID)
	s.mu.Unlock()
	h.announce(r.Context(), s, Change{What: "matches", ID: "names"})
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (m *matches) choose(at choice, id string) {
	if m.choices == nil {
		m.choices = map[choice]string{}
	}
	m.order = append(slices.DeleteFunc(m.order, func(c choice) bool { return c == at }), at)
	m.choices[at] = id
	for len(m.order) > maxChoices {
		delete(m.choices, m.order[0])
		m.order = m.order[1:]
	}
}

// Contact finds a contact of a visit's service by its id: in its list, or
// among those that the page has named for a number.
func (h *Handler) Contact(v visit.Visit, id string) (contact.Contact, bool) {
	s := h.Of(v)
	if s == nil {
		return contact.Contact{}, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.account.Authorized {
		return contact.Contact{}, false
	}
	if c, ok := s.contacts.book.Get(id); ok {
		return c, true
	}
	for _, m := range s.matches.known {
		for _, c := range m.contacts {
			if c.ID == id {
				return c, true
			}
		}
	}
	return contact.Contact{}, false
}
