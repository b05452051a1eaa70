package contact

import (
	"html/template"
	"slices"
	"strings"

	"offhook/internal/widget/markup"
)

// A List is what a search found in several books, in the order that it is
// shown: without a query by name, otherwise first those whose name begins with
// the query, then those where a word does, then the rest.
type List struct {
	entries []*Entry
	all     bool // nothing was asked for, so that letters mean something
}

// Search finds contacts by any part of a name, a number in any notation, an
// address, a company. Every word of the query must be there.
func Search(query string, books ...*Book) List {
	q := newQuery(query)
	var found [4][]*Entry
	for _, b := range books {
		for rank, some := range b.find(q) {
			found[rank] = merge(found[rank], some)
		}
	}
	return List{slices.Concat(found[:]...), q.empty()}
}

// Twins are the entries of a book that have a number of another one's, by the
// entry there: the same people, as two sources know them.
func (b *Book) Twins(of *Book) map[*Entry]*Entry {
	if b == nil || of == nil || len(b.lines) == 0 {
		return nil
	}
	twins := map[*Entry]*Entry{}
	for _, other := range of.lines {
		i, _ := slices.BinarySearchFunc(b.lines, other.number, func(l line, number string) int { return strings.Compare(l.number, number) })
		for ; i < len(b.lines) && b.lines[i].number == other.number; i++ {
			twins[b.lines[i].entry] = other.entry
		}
	}
	return twins
}

// Once leaves out those whose twin is in the list as well.
func (l List) Once(twins map[*Entry]*Entry) List {
	if len(twins) == 0 {
		return l
	}
	here := make(map[*Entry]bool, len(twins))
	for _, e := range l.entries {
		here[e] = true
	}
	kept := make([]*Entry, 0, len(l.entries))
	for _, e := range l.entries {
		if twin := twins[e]; twin == nil || !here[twin] {
			kept = append(kept, e)
		}
	}
	return List{kept, l.all}
}

// merge joins two lists that are in order. Neither is changed.
func merge(a, b []*Entry) []*Entry {
	if len(a) == 0 || len(b) == 0 {
		return slices.Concat(a, b)
	}
	all := make([]*Entry, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if compare(a[0], b[0]) <= 0 {
			all, a = append(all, a[0]), a[1:]
		} else {
			all, b = append(all, b[0]), b[1:]
		}
	}
	return append(append(all, a...), b...)
}

// A query is what somebody typed, made ready.
type query struct {
	name   string   // all of it
	words  []string // each is looked for
	digits string   // where it looks like a number
}

func newQuery(text string) query {
	words := strings.Fields(Fold(text))
	return query{strings.Join(words, " "), words, SearchDigits(text)}
}

func (q query) empty() bool { return len(q.words) == 0 }

func (b *Book) find(q query) (found [4][]*Entry) {
	if b == nil {
		return found
	}
	if q.empty() {
		found[0] = b.entries
		return found
	}
	for _, e := range b.entries {
		if rank, ok := q.rank(e); ok {
			found[rank] = append(found[rank], e)
		}
	}
	return found
}

// rank says whether an entry is meant, and how likely; lower is better.
func (q query) rank(e *Entry) (int, bool) {
	name := e.sort[1:]
	switch {
	case strings.HasPrefix(name, q.name):
		return 0, true
	case strings.Contains(name, " "+q.name):
		return 1, true
	case q.dials(e):
		return 2, true
	}
	for _, w := range q.words {
		if !strings.Contains(name, w) && !strings.Contains(e.hay, w) {
			return 0, false
		}
	}
	return 3, true
}

// dials compares digits with an entry's numbers, with and without the zero
// that a local number begins with.
func (q query) dials(e *Entry) bool {
	d := strings.TrimLeft(q.digits, "0")
	return q.digits != "" && (strings.Contains(e.dial, q.digits) || d != "" && strings.Contains(e.dial, d))
}

// Len is how many were found.
func (l List) Len() int { return len(l.entries) }

// Window reads up to n contacts from a place on.
func (l List) Window(at, n int) []Contact {
	at = min(max(at, 0), len(l.entries))
	some := l.entries[at:min(at+n, len(l.entries))]
	all := make([]Contact, len(some))
	for i, e := range some {
		all[i] = e.Contact()
	}
	return all
}

// Head is the letter that stands above a place of the list; empty where the
// one before it has the same, and in what a query found.
func (l List) Head(at int) string {
	if !l.all || at < 0 || at >= len(l.entries) {
		return ""
	}
	letter := l.entries[at].letter()
	if at > 0 && l.entries[at-1].letter() == letter {
		return ""
	}
	return letter
}

// A Letter is where a letter of a list begins.
type Letter struct {
	Text string
	At   int
}

// Letters are those of the list, in order.
func (l List) Letters() (all []Letter) {
	for i := range l.entries {
		if head := l.Head(i); head != "" {
			all = append(all, Letter{head, i})
		}
	}
	return all
}

// A Source is the contacts of one origin, with what a list says of them.
type Source struct {
	Type string // of its contacts: Company, Personal, or a service's name
	Name string // for people
	Icon string // an address that may be shown; empty for none
	Book *Book

	Origins []string // where its pictures may come from

	Matches bool   // its page can be asked whose a number is
	Views   bool   // its page shows a matched contact itself
	Syncs   bool   // it can be asked again for all of them
	Syncing bool   // it is being asked
	SoFar   int    // how many have come of those that it is being asked for
	Trouble string // a sentence about the last time, when that went wrong

	Activities string // what its page calls what happened with a contact; empty when it tells nothing
	Buttons    []Button
}

// A Button stands at each number of a contact. Its texts are a stranger's.
type Button struct{ ID, Type, Label, Icon string }

// Picture is the address of a contact's picture; empty where it may not be
// shown.
func (s Source) Picture(address string) template.URL { return markup.Picture(address, s.Origins) }
