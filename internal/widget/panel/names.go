package panel

import (
	"slices"
	"strings"

	"offhook/internal/widget/contact"
	"offhook/internal/widget/visit"
)

// Books is what the application of the host page knows of people. It is
// asked for each frame: another page's contacts are not shown here.
type Books interface {
	// Contacts are those of the page's application; false when there are none
	// to show.
	Contacts(v visit.Visit) (contact.Source, bool)
	// Contact finds one by its id.
	Contact(v visit.Visit, id string) (contact.Contact, bool)
	// Whose are the contacts with a number. In a conversation, or with "" in
	// none, the one that the user has picked comes first.
	Whose(v visit.Visit, conversation, number string) []contact.Contact
}

// A namedDesk is a desk whose numbers have the names that the page's
// application gives them, where the user's own phone service has none.
type namedDesk struct {
	Desk
	visit visit.Visit
	books Books
}

// whose are the contacts with a number, nobody's where nothing is registered.
func (p page) whose(conversation, number string) []contact.Contact {
	if d, ok := p.desk.(namedDesk); ok && number != "" {
		return d.books.Whose(d.visit, conversation, number)
	}
	return nil
}

// source is what the page's application has; false for nothing.
func (p page) source() (contact.Source, bool) {
	if d, ok := p.desk.(namedDesk); ok {
		return d.books.Contacts(d.visit)
	}
	return contact.Source{}, false
}

func (d namedDesk) party(conversation string, p Party) (Party, bool) {
	if p.Self || p.Name != "" && !p.Heard {
		return p, false
	}
	all := d.books.Whose(d.visit, conversation, p.Number)
	if len(all) == 0 {
		return p, false
	}
	p.Name, p.Initials, p.Heard = all[0].Name, contact.Initials(all[0].Name), false
	return p, true
}

func (d namedDesk) name(c Conversation) Conversation {
	any := false
	c.Parties = slices.Clone(c.Parties)
	var labels []string
	for i, p := range c.Parties {
		var named bool
		c.Parties[i], named = d.party(c.ID, p)
		any = any || named
		if !p.Self || len(c.Parties) == 1 {
			labels = append(labels, c.Parties[i].Label())
		}
	}
	if any {
		c.Title = strings.Join(labels, ", ")
	}
	return c
}

// Label is the name, or the number where there is no name.
func (p Party) Label() string {
	if p.Name != "" {
		return p.Name
	}
	return p.Display
}

// Conversations finds by these names, too.
func (d namedDesk) Conversations(query string, limit int) []Conversation {
	words := strings.Fields(contact.Fold(query))
	if len(words) == 0 {
		all := d.Desk.Conversations(query, limit)
		for i, c := range all {
			all[i] = d.name(c)
		}
		return all
	}
	hits := make(map[string]Conversation)
	for _, c := range d.Desk.Conversations(query, 0) {
		hits[c.ID] = c
	}
	var found []Conversation
	for _, c := range d.Desk.Conversations("", 0) {
		hit, said := hits[c.ID]
		if said {
			c = hit // with the line that was found
		}
		c = d.name(c)
		if said || slices.ContainsFunc(c.Parties, func(p Party) bool { return meant(p, words) }) {
			found = append(found, c)
		}
	}
	slices.SortStableFunc(found, func(a, b Conversation) int { return b.At.Compare(a.At) })
	if limit > 0 && len(found) > limit {
		found = found[:limit]
	}
	return found
}

// List has these names, too.
func (d namedDesk) List(unread bool, keep string, from, count int) List {
	l := d.Desk.List(unread, keep, from, count)
	for i, c := range l.Rows {
		l.Rows[i] = d.name(c)
	}
	return l
}

func meant(p Party, words []string) bool {
	name := contact.Fold(p.Name)
	return !slices.ContainsFunc(words, func(w string) bool { return !strings.Contains(name, w) })
}

// Conversation names its parties and who wrote its messages.
func (d namedDesk) Conversation(id string) (Conversation, []Message, error) {
	c, messages, err := d.Desk.Conversation(id)
	if err != nil {
		return c, messages, err
	}
	for i, m := range messages {
		messages[i].From, _ = d.party(c.ID, m.From)
	}
	return d.name(c), messages, nil
}

// Lookup names whom it finds. Whom only the page's application knows it does
// not find.
func (d namedDesk) Lookup(query string, limit int) []Party {
	all := d.Desk.Lookup(query, limit)
	for i, p := range all {
		all[i], _ = d.party("", p)
	}
	return all
}
