package contact

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Most is how many contacts one book holds.
const Most = 50_000

// An Entry is a contact as a book keeps it: as it came, and what it is found
// by.
type Entry struct {
	id   string
	typ  string
	sort string // what it is ordered by: letters before all others, folded
	hay  string // everything that it is found by, folded
	dial string // its numbers, one a line: +, or without leading zeros
	raw  json.RawMessage
}

// NewEntry prepares a contact for a book.
func NewEntry(c Contact) Entry {
	e := Entry{id: c.ID, typ: c.Type, raw: c.Raw}
	name := strings.TrimSpace(Fold(c.Name))
	class := "1"
	if r, _ := utf8.DecodeRuneInString(name); unicode.IsLetter(r) {
		class = "0"
	}
	e.sort = class + name
	var hay, dial strings.Builder
	hay.WriteString(Fold(strings.Join(append([]string{c.Company, c.Department, c.JobTitle, c.Extension}, c.Emails...), "\n")))
	for _, n := range c.Numbers {
		if d := dialled(n.Number); d != "" {
			dial.WriteString(d + "\n")
		}
	}
	e.hay, e.dial = hay.String(), dial.String()
	return e
}

// dialled is a number in the form that books compare: digits, with a plus when
// it says which country it is in, otherwise without the zeros that come before
// a number where it is local.
func dialled(number string) string {
	number = strings.TrimSpace(number)
	if i := strings.IndexFunc(number, func(r rune) bool { return unicode.IsLetter(r) || strings.ContainsRune(";,#*", r) }); i >= 0 {
		number = number[:i] // an extension behind it
	}
	d := Digits(number)
	if strings.HasPrefix(number, "+") && d != "" {
		return "+" + d
	}
	return strings.TrimLeft(d, "0")
}

// ID is the contact's.
func (e *Entry) ID() string { return e.id }

// Size is roughly how many bytes the entry holds.
func (e *Entry) Size() int {
	return len(e.id) + len(e.sort) + len(e.hay) + len(e.dial) + len(e.raw) + 96
}

// Contact reads the contact.
func (e *Entry) Contact() Contact {
	c, _ := Parse(e.raw, e.typ)
	return c
}

// letter is what the entry stands under in a list.
func (e *Entry) letter() string {
	if e.sort[0] != '0' {
		return "#"
	}
	r, _ := utf8.DecodeRuneInString(e.sort[1:])
	return initial(r)
}

// A Book is the contacts of one source. The zero value and nil are empty.
type Book struct {
	entries []*Entry // in order
	ids     []*Entry // by id
	lines   []line   // by number
}

// A line is one number of an entry.
type line struct {
	number string
	entry  *Entry
}

// NewBook makes a book. Of entries with the same id the last counts; beyond
// [Most] they are left out.
func NewBook(entries []Entry) *Book {
	b := &Book{ids: make([]*Entry, 0, len(entries))}
	for i := range entries {
		b.ids = append(b.ids, &entries[i])
	}
	slices.SortStableFunc(b.ids, func(a, c *Entry) int { return strings.Compare(a.id, c.id) })
	kept := b.ids[:0]
	for i, e := range b.ids {
		if i+1 == len(b.ids) || b.ids[i+1].id != e.id {
			kept = append(kept, e)
		}
	}
	b.ids = kept[:min(len(kept), Most)]
	b.entries = slices.Clone(b.ids)
	slices.SortFunc(b.entries, compare)
	for _, e := range b.entries {
		for number := range strings.Lines(e.dial) {
			b.lines = append(b.lines, line{strings.TrimSuffix(number, "\n"), e})
		}
	}
	slices.SortStableFunc(b.lines, func(a, c line) int { return strings.Compare(a.number, c.number) })
	return b
}

func compare(a, b *Entry) int {
	return cmp.Or(strings.Compare(a.sort, b.sort), strings.Compare(a.typ, b.typ), strings.Compare(a.id, b.id))
}

// Len is how many contacts there are.
func (b *Book) Len() int {
	if b == nil {
		return 0
	}
	return len(b.entries)
}

// With returns the entries of a book after a change: those of more replace
// those with the same id, those of gone are taken away.
func (b *Book) With(more []Entry, gone map[string]bool) []Entry {
	all := make([]Entry, 0, b.Len()+len(more))
	if b != nil {
		for _, e := range b.entries {
			if !gone[e.id] {
				all = append(all, *e)
			}
		}
	}
	return append(all, slices.DeleteFunc(slices.Clone(more), func(e Entry) bool { return gone[e.id] })...)
}

// Get finds a contact by its id.
func (b *Book) Get(id string) (Contact, bool) {
	if b == nil {
		return Contact{}, false
	}
	i, ok := slices.BinarySearchFunc(b.ids, id, func(e *Entry, id string) int { return strings.Compare(e.id, id) })
	if !ok {
		return Contact{}, false
	}
	return b.ids[i].Contact(), true
}

// Whose finds the contacts with a number, given in E.164, or an extension's.
// A number that a source wrote without its country is compared from behind.
func (b *Book) Whose(number string) (all []Contact) {
	want := dialled(number)
	if b == nil || want == "" {
		return nil
	}
	seen := make(map[*Entry]bool)
	add := func(key string) {
		i, _ := slices.BinarySearchFunc(b.lines, key, func(l line, key string) int { return strings.Compare(l.number, key) })
		for ; i < len(b.lines) && b.lines[i].number == key; i++ {
			if e := b.lines[i].entry; !seen[e] {
				seen[e] = true
				all = append(all, e.Contact())
			}
		}
	}
	add(want)
	d, international := strings.CutPrefix(want, "+")
	for n := len(d); international && n >= 8; n-- {
		add(d[len(d)-n:])
	}
	return all
}
