package panel

import (
	"cmp"
	"fmt"
	"html/template"
	"net/http"
	"slices"
	"strings"
	"unicode"

	"offhook/internal/widget/call"
	"offhook/internal/widget/contact"
	"offhook/internal/widget/lang"
	"offhook/internal/widget/markup"
)

// recents is how many of the latest numbers the dialer offers.
const recents = 20

// A dialerView is the page to call from.
type dialerView struct {
	page
	Line     call.Line
	From     []OwnNumber // that callees may see
	CallerID string      // the chosen one of them, or anonymous; empty for the first
	Found    dialList
	Typed    string // for stories
}

// Country is where numbers are grouped as they are typed.
func (v dialerView) Country() string { return v.desk.Me().Country }

// Country is the same for whom a call is passed on to.
func (v liveView) Country() string { return v.desk.Me().Country }

// Country is the same for whom a call is forwarded to.
func (v ringView) Country() string { return v.desk.Me().Country }

// Keys are those of a telephone (ITU-T E.161).
func (dialerView) Keys() []dialKey { return dialKeys }

// Keys are the same in a call.
func (liveView) Keys() []dialKey { return dialKeys }

// A dialKey is one key: what it types, the letters on it, and what it types
// when it is held.
type dialKey struct{ Digit, Letters, Long, Name string }

var dialKeys = []dialKey{
	{"1", "", "", ""}, {"2", "ABC", "", ""}, {"3", "DEF", "", ""}, {"4", "GHI", "", ""}, {"5", "JKL", "", ""}, {"6", "MNO", "", ""},
	{"7", "PQRS", "", ""}, {"8", "TUV", "", ""}, {"9", "WXYZ", "", ""}, {"*", "", "", lang.Mark("Star")}, {"0", "+", "+", ""}, {"#", "", "", lang.Mark("Pound sign")},
}

// A dialList is whom the dialer, and whoever passes a call on, may choose
// from.
type dialList struct {
	page
	Query   string
	Written string // the query as people of the user's country write it, where it is a whole number
	Rows    []dialRow
	Last    string // the number that was called last, among the latest calls
}

// shortest is how many keys the shortest numbers have that can be called:
// emergency services, extensions, and what the phone service itself answers.
const shortest = 3

// Whole reports whether the query can be called as it is, whoever has it. The
// page reads numbers alike (dialpad.js).
func (v dialList) Whole() bool {
	if v.Query == "" || !strings.ContainsRune("+(*#0123456789", rune(v.Query[0])) {
		return false
	}
	keys := strings.Map(func(r rune) rune {
		if r == '*' || r == '#' || unicode.IsDigit(r) || unicode.IsLetter(r) {
			return r
		}
		return -1
	}, v.Query)
	return len([]rune(keys)) >= shortest
}

// A dialRow is one of them.
type dialRow struct {
	Party
	ID     string
	Dial   string // what calls them
	Title  string
	Sub    string
	Ext    string
	Icon   string       // what the last call was
	Source template.URL // the icon of the page's application, where it knows them
	Missed bool
	Failed bool // the last call could not get there
	When   stamp
}

func (h *Handler) dialer(w http.ResponseWriter, r *http.Request, p page, now call.Snapshot) error {
	return render(w, http.StatusOK, "dialer", newDialer(p, now.Line))
}

// dialerLine answers with what is wrong with the line alone.
func (h *Handler) dialerLine(w http.ResponseWriter, _ *http.Request, p page, now call.Snapshot) error {
	return render(w, http.StatusOK, "dialer-line", dialerView{page: p, Line: now.Line})
}

// dialerFound answers with whom what is typed may mean.
func (h *Handler) dialerFound(w http.ResponseWriter, r *http.Request, p page, _ call.Snapshot) error {
	query := strings.TrimSpace(markup.Cut(r.FormValue("q"), 100))
	return render(w, http.StatusOK, "dial-list", newDialList(p, query))
}

func newDialer(p page, line call.Line) dialerView {
	return dialerView{page: p, Line: line, From: p.desk.Me().Numbers, CallerID: p.desk.Preferences().CallerID, Found: newDialList(p, "")}
}

// newDialList finds people by name, number or extension; without a query, who
// was called or has called lately.
func newDialList(p page, query string) dialList {
	v := dialList{page: p, Query: query}
	if query == "" {
		v.latest(recents)
		return v
	}
	if n, ok := p.desk.ReadNumber(query); ok && strings.Trim(query, "+0123456789") == "" {
		v.Written = p.desk.WriteNumber(n)
	}
	for _, who := range p.desk.Lookup(query, 4*found) {
		if len(v.Rows) == found {
			break
		}
		v.add(dialRow{Party: who})
	}
	if app, ok := p.source(); ok {
		for _, c := range contact.Search(query, app.Book).Window(0, found) {
			for _, n := range c.Numbers {
				face := faceOf(c)
				face.Number, face.Display = n.Number, n.Number
				v.add(dialRow{Party: face, Source: template.URL(app.Icon)})
			}
		}
	}
	return v
}

// latest are so many numbers of the latest calls, each once.
func (v *dialList) latest(most int) {
	for _, c := range v.desk.Calls() {
		if len(v.Rows) == most {
			return
		}
		if c.Fax {
			continue
		}
		if !c.Inbound {
			v.Last = cmp.Or(v.Last, dials(c.Party))
		}
		_, icon := became(c)
		v.add(dialRow{Party: c.Party, Icon: icon, Missed: c.Missed, Failed: !c.Inbound && slices.Contains(nowhere, c.Result), When: v.clock.Row(c.At)})
	}
}

// add puts somebody on the list who can be called and is not there yet.
func (v *dialList) add(row dialRow) {
	row.Dial = dials(row.Party)
	for _, other := range v.Rows {
		// A colleague is offered by their number, and then not by their extension.
		if last(other.Dial) == last(row.Dial) || row.Internal && row.Extension != "" && row.Extension == other.Extension {
			return
		}
	}
	if row.Dial == "" {
		return
	}
	row.ID = fmt.Sprintf("dial-%d", len(v.Rows))
	row.Title = v.callTitle(row.Party)
	switch {
	case row.Name == "":
	case row.Internal:
		row.Sub = v.written(row.Party)
	default:
		row.Sub, row.Ext = markup.Line(row.Display), row.Extension
	}
	v.Rows = append(v.Rows, row)
}
