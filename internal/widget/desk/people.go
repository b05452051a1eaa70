package desk

import (
	"cmp"
	"slices"
	"strings"
	"unicode"

	"github.com/nyaruka/phonenumbers"

	"offhook/internal/rc"
	"offhook/internal/widget/contact"
)

// people knows whose number is whose.
type people struct {
	country  string // ISO code; how numbers without a country are read and written
	area     string // put before a number that lacks its area code; empty for nothing
	entries  []rc.DirectoryEntry
	byPhone  map[string]*rc.DirectoryEntry
	byID     map[string]*rc.DirectoryEntry
	heard    map[string]string     // names that came with messages, by number
	callers  map[string]callerName // names that came with calls, by number
	written  map[string]string     // numbers as people write them
	personal map[int64]contactRow  // the user's own contacts
	stale    map[int64]bool        // those of them that own does not have as they are
	owners   map[string]int64      // whose number is whose among them
	own      *contact.Book         // of personal; made when it is first asked for
	present  map[string]*presence  // who can be reached, by extension id

	colleagues *contact.Book // of entries; made when it is first asked for
	except     string        // the extension id of the user, who is not in it
	queues     *contact.Book // of entries, likewise
	pages      bool          // the user may write to them internally
}

func newPeople(country string, entries []rc.DirectoryEntry) *people {
	p := &people{country: cmp.Or(country, "US"), entries: entries, byPhone: make(map[string]*rc.DirectoryEntry), byID: make(map[string]*rc.DirectoryEntry, len(entries)), heard: make(map[string]string), callers: make(map[string]callerName), written: make(map[string]string), personal: make(map[int64]contactRow), stale: make(map[int64]bool), owners: make(map[string]int64), present: make(map[string]*presence)}
	for i := range entries {
		p.byID[entries[i].ID] = &entries[i]
		if n := entries[i].ExtensionNumber; n != "" && !entries[i].Hidden {
			p.byPhone[internalPrefix+n] = &entries[i]
		}
		for _, n := range entries[i].PhoneNumbers {
			// A number that several share, such as the company's, is nobody's name.
			if usage := n.UsageType; usage == "MainCompanyNumber" || usage == "CompanyNumber" {
				continue
			}
			p.byPhone[n.PhoneNumber] = &entries[i]
		}
	}
	return p
}

// succeed is a newer directory, or the same in another country, with what
// else is known of people.
func (p *people) succeed(country string, entries []rc.DirectoryEntry) *people {
	next := newPeople(country, entries)
	next.heard, next.callers, next.present, next.personal, next.area, next.pages = p.heard, p.callers, p.present, p.personal, p.area, p.pages
	next.own, next.stale = p.own, p.stale
	next.nameNumbers()
	return next
}

// party is what is known of a number.
func (p *people) party(number string) Party {
	party := Party{Number: number, Display: p.display(number), Internal: isInternal(number)}
	if e := p.byPhone[number]; e != nil {
		party.Name, party.Extension = entryName(e), e.ExtensionNumber
		p.attend(&party, e.ID)
	} else if name := p.personalName(number); name != "" {
		party.Name = name
	} else if p.heard[number] != "" {
		party.Name, party.Heard = p.heard[number], true
	} else if known := p.callers[number]; known.name != "" {
		party.Name, party.Heard = known.name, true
	}
	party.Initials = initials(party.Name)
	return party
}

// attend says of a colleague whether they can be reached.
func (p *people) attend(party *Party, id string) {
	party.ExtensionID, party.Picture = id, portraitOf(p.byID[id])
	if known := p.present[id]; known != nil {
		party.Reach, party.Note = known.Reach, known.Message
	}
}

// hear remembers the name that a message gave its party.
func (p *people) hear(c *rc.Caller) {
	if c != nil && c.Name != "" && c.PhoneNumber != "" && c.Name != c.PhoneNumber {
		p.heard[c.PhoneNumber] = c.Name
	}
	if c != nil && c.Name != "" && c.PhoneNumber == "" && c.ExtensionNumber != "" {
		p.heard[internalPrefix+c.ExtensionNumber] = c.Name
	}
}

// display writes a number as people of the user's country do.
func (p *people) display(number string) string {
	written, ok := p.written[number]
	if !ok {
		written = p.write(number)
		p.written[number] = written
	}
	return written
}

func (p *people) write(number string) string {
	if n, ok := strings.CutPrefix(number, internalPrefix); ok {
		return "Ext. " + n
	}
	n, err := phonenumbers.Parse(number, p.country)
	if err != nil || !strings.HasPrefix(number, "+") {
		return number
	}
	if phonenumbers.GetRegionCodeForNumber(n) == p.country || int(n.GetCountryCode()) == phonenumbers.GetCountryCodeForRegion(p.country) {
		return phonenumbers.Format(n, phonenumbers.NATIONAL)
	}
	return phonenumbers.Format(n, phonenumbers.INTERNATIONAL)
}

// number reads what a person typed: a number in any notation, or the
// extension number of a colleague who has a number.
func (p *people) number(typed string) (string, error) {
	typed = strings.TrimSpace(typed)
	if n, ok := strings.CutPrefix(typed, internalPrefix); ok {
		if p.byPhone[typed] == nil {
			return "", rc.Errorf(rc.Invalid, "Nobody in your company has the extension %s.", n)
		}
		return typed, nil
	}
	for i := range p.entries {
		if e := &p.entries[i]; e.ExtensionNumber != "" && e.ExtensionNumber == typed {
			if direct := directNumber(e); direct != "" {
				return direct, nil
			}
			if p.pages {
				return internalPrefix + typed, nil
			}
			return "", rc.Errorf(rc.Invalid, "%s has no phone number of their own, so texts cannot reach them.", entryName(e))
		}
	}
	if n, ok := p.possible(typed); ok {
		return n, nil
	}
	return "", rc.Errorf(rc.Invalid, "“%s” is not a phone number. Check the digits, and begin with + and the country code for another country.", typed)
}

// typed is number for words that may as well be the beginning of a name.
func (p *people) typed(query string) (string, bool) {
	for _, r := range query {
		if unicode.IsLetter(r) {
			return "", false
		}
	}
	if len(digits(query)) < 4 {
		return "", false
	}
	return p.possible(query)
}

// possible reads a number that has the right length for its country. One that
// lacks its area code has not, unless the user has said which is meant.
func (p *people) possible(text string) (string, bool) {
	n, err := phonenumbers.Parse(text, p.country)
	if err == nil && p.area != "" && phonenumbers.IsPossibleNumberWithReason(n) == phonenumbers.IS_POSSIBLE_LOCAL_ONLY {
		n, err = phonenumbers.Parse(p.area+phonenumbers.GetNationalSignificantNumber(n), p.country)
	}
	if err != nil || phonenumbers.IsPossibleNumberWithReason(n) != phonenumbers.IS_POSSIBLE {
		return "", false
	}
	return phonenumbers.Format(n, phonenumbers.E164), true
}

// directNumber is the number that reaches an entry's person.
func directNumber(e *rc.DirectoryEntry) string {
	var best string
	for _, n := range e.PhoneNumbers {
		switch {
		case n.Hidden || n.PhoneNumber == "" || n.UsageType == "MainCompanyNumber" || n.UsageType == "CompanyNumber":
		case n.UsageType == "DirectNumber" || n.Primary:
			return n.PhoneNumber
		case best == "":
			best = n.PhoneNumber
		}
	}
	return best
}

func entryName(e *rc.DirectoryEntry) string {
	return cmp.Or(contact.FullName(e.FirstName, "", e.LastName), e.Name)
}

// lookup finds recipients: the typed number, colleagues, and whoever was
// texted with before, best matches first. recent holds numbers by how
// recently they were used.
func (p *people) lookup(query string, recent []string, own map[string]bool, limit int) []Party {
	var found []Party
	seen := make(map[string]bool)
	add := func(party Party) {
		if party.Number != "" && !seen[party.Number] && !own[party.Number] {
			seen[party.Number] = true
			found = append(found, party)
		}
	}
	if n, ok := p.typed(query); ok {
		add(p.party(n))
	} else if p.byPhone[query] != nil {
		add(p.party(query))
	}
	folded, ds := fold(strings.TrimSpace(query)), searchDigits(query)
	type ranked struct {
		party Party
		rank  int
	}
	var candidates []ranked
	consider := func(party Party, more string) {
		if rank := matchRank(party, more, folded, ds); rank > 0 {
			candidates = append(candidates, ranked{party, rank})
		}
	}
	for _, number := range recent {
		consider(p.party(number), "")
	}
	for _, c := range p.findPersonal(query, limit) {
		candidates = append(candidates, ranked{c, cmp.Or(matchRank(c, "", folded, ds), 5)})
	}
	for i := range p.entries {
		e := &p.entries[i]
		if number := directNumber(e); number != "" && !e.Hidden {
			party := p.party(number)
			party.Name, party.Extension, party.Initials = entryName(e), e.ExtensionNumber, initials(entryName(e))
			p.attend(&party, e.ID)
			consider(party, e.Email+" "+e.JobTitle+" "+e.Department)
		}
		if p.pages && !e.Hidden && e.ExtensionNumber != "" {
			consider(p.party(internalPrefix+e.ExtensionNumber), e.Email+" "+e.JobTitle+" "+e.Department)
		}
	}
	slices.SortStableFunc(candidates, func(a, b ranked) int { return cmp.Compare(a.rank, b.rank) })
	for _, c := range candidates {
		add(c.party)
	}
	if limit > 0 && len(found) > limit {
		found = found[:limit]
	}
	return found
}

// matchRank is 0 for no match; lower is better.
func matchRank(p Party, more, folded, ds string) int {
	name := fold(p.Name)
	switch {
	case folded == "":
		return 1
	case p.Extension != "" && p.Extension == folded:
		return 1
	case strings.HasPrefix(name, folded):
		return 2
	case strings.Contains(" "+name, " "+folded):
		return 3
	case matchesDigits(p, ds):
		return 4
	case p.Extension != "" && strings.HasPrefix(p.Extension, folded):
		return 4
	case strings.Contains(name, folded) || strings.Contains(fold(more), folded):
		return 5
	}
	return 0
}

// matchesDigits compares the digits of a query with a number's, with and
// without its country code or leading zeros.
func matchesDigits(p Party, ds string) bool {
	return ds != "" && (strings.Contains(digits(p.Number), ds) || strings.Contains(digits(p.Display), ds))
}

// Names and numbers are compared alike in every list of people.

func fold(s string) string { return contact.Fold(s) }

func digits(s string) string { return contact.Digits(s) }

func searchDigits(query string) string { return contact.SearchDigits(query) }

func initials(name string) string { return contact.Initials(name) }
