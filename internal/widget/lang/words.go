// Package lang says what the phone says in its reader's language. The
// English sentences are the keys: they stand whole in templates, Go and
// modules, and a catalog for each other language holds what they become.
// Nothing is glued from parts, so that every language may order its words.
package lang

import (
	"bytes"
	"embed"
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/feature/plural"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
	"golang.org/x/text/number"
)

//go:embed catalogs/*.json
var files embed.FS

// A Language is one that the phone speaks. A nil *Language is English.
type Language struct {
	Code string // BCP 47, such as fr-CA
	Name string // as its speakers call it
	Dir  string // ltr or rtl
	// Catalogs are the names of those that hold its sentences, the ones that
	// come first win; none for the language of the sources.
	Catalogs []string

	tag      language.Tag
	print    *message.Printer
	catalogs func() []catalog // its own, and what it builds on, read when somebody first speaks it
	patterns func() []pattern
	pretends bool // see Pretend
}

// A catalog holds what English sentences are in another language.
type catalog map[string]phrase

// A phrase is a sentence, or its forms by the plural categories of CLDR.
type phrase struct {
	one   string
	forms map[string]string // zero, one, two, few, many, other; nil for a single one
}

// UnmarshalJSON reads a string, or an object with a form for each category.
func (p *phrase) UnmarshalJSON(b []byte) error {
	if b[0] == '{' {
		return json.Unmarshal(b, &p.forms)
	}
	return json.Unmarshal(b, &p.one)
}

// MarshalJSON writes what UnmarshalJSON reads.
func (p phrase) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // catalogs are read by people
	var err error
	if p.forms != nil {
		err = e.Encode(p.forms)
	} else {
		err = e.Encode(p.one)
	}
	return b.Bytes(), err
}

// All are the languages that there are, by code; the first is what the
// sources are written in.
var All = []*Language{
	english("en-US", "English (US)"), english("en-GB", "English (UK)"), english("en-AU", "English (Australia)"), english("en-CA", "English (Canada)"),
	foreign("de-DE", "Deutsch", "de"),
	foreign("es-ES", "Español (España)", "es"), foreign("es-419", "Español (Latinoamérica)", "es-419", "es"),
	foreign("fr-FR", "Français (France)", "fr"), foreign("fr-CA", "Français (Canada)", "fr-CA", "fr"),
	foreign("he-IL", "עברית", "he"),
	foreign("it-IT", "Italiano", "it"),
	foreign("ja-JP", "日本語", "ja"),
	foreign("pt-BR", "Português (Brasil)", "pt-BR"),
	foreign("zh-CN", "简体中文", "zh-CN"), foreign("zh-HK", "繁體中文（香港）", "zh-HK", "zh-TW"), foreign("zh-TW", "繁體中文（台灣）", "zh-TW"),
}

// english is a language whose dates, numbers and spelling alone differ.
func english(code, name string) *Language {
	if code == "en-US" {
		return build(code, name)
	}
	if code == "en-CA" { // favourite, and yet authorize
		return build(code, name, "en-CA", "en-GB")
	}
	return build(code, name, "en-GB")
}

func foreign(code, name string, catalogs ...string) *Language { return build(code, name, catalogs...) }

func build(code, name string, catalogs ...string) *Language {
	l := &Language{Code: code, Name: name, Dir: "ltr", Catalogs: catalogs, tag: language.MustParse(code)}
	if base, _ := l.tag.Base(); base.String() == "he" {
		l.Dir = "rtl"
	}
	l.print = message.NewPrinter(l.tag)
	l.catalogs = sync.OnceValue(func() (all []catalog) {
		for _, name := range catalogs {
			c := load(name)
			c.keepNumbers(l.Dir)
			c.keepSigns()
			all = append(all, c)
		}
		return all
	})
	l.patterns = patterns(l.catalogs)
	return l
}

// beside is a space that French has between a word and its sign.
var beside = regexp.MustCompile(` ([:;!?»])|(«) `)

// keepSigns keeps such signs on the line of the word that they belong to.
func (c catalog) keepSigns() {
	keep := func(s string) string { return beside.ReplaceAllString(s, "$2\u00a0$1") }
	for sentence, p := range c {
		p.one = keep(p.one)
		for form, words := range p.forms {
			p.forms[form] = keep(words)
		}
		c[sentence] = p
	}
}

// aNumber is a phone number that stands in a sentence as an example.
var aNumber = regexp.MustCompile(`[+(]?\d[\d() -]{4,}\d`)

// keepNumbers keeps the parts of such numbers on one line, and in their order
// where reading goes from right to left (UAX 9, LEFT-TO-RIGHT ISOLATE).
func (c catalog) keepNumbers(dir string) {
	for sentence, p := range c {
		p.one = aNumber.ReplaceAllStringFunc(p.one, func(number string) string {
			number = strings.ReplaceAll(number, " ", "\u00a0")
			if dir == "rtl" {
				return "\u2066" + number + "\u2069"
			}
			return number
		})
		c[sentence] = p
	}
}

func load(name string) (c catalog) {
	b, err := files.ReadFile("catalogs/" + name + ".json")
	if err == nil {
		err = json.Unmarshal(b, &c)
	}
	if err != nil {
		panic(fmt.Sprintf("lang: the catalog %s: %v", name, err))
	}
	return c
}

var matcher = language.NewMatcher(func() (tags []language.Tag) {
	for _, l := range All {
		tags = append(tags, l.tag)
	}
	return tags
}())

// Find returns the language of a code, nil for one that there is not.
func Find(code string) *Language {
	for _, l := range All {
		if l.Code == code {
			return l
		}
	}
	return nil
}

// Match returns the language that comes nearest to what is wished: lists as
// of Accept-Language (RFC 9110 section 12.5.4), the first that names one wins.
func Match(wishes ...string) *Language {
	for _, wish := range wishes {
		if l := nearest(wish); l != nil {
			return l
		}
	}
	return All[0]
}

// Speaks reports whether any language comes near to what is wished.
func Speaks(wish string) bool { return nearest(wish) != nil }

// mostWished bounds how much of a wish is read: whoever asks has not proven who
// they are, and a browser's is far shorter.
const mostWished = 200

func nearest(wish string) *Language {
	if l := Find(wish); l != nil {
		return l
	}
	if len(wish) > mostWished {
		wish = wish[:mostWished]
		if end := strings.LastIndexByte(wish, ','); end >= 0 {
			wish = wish[:end]
		}
	}
	tags, _, err := language.ParseAcceptLanguage(wish)
	if err != nil || len(tags) == 0 {
		return nil
	}
	if _, i, confidence := matcher.Match(tags...); confidence > language.No {
		return All[i]
	}
	return nil
}

// header names the language of an answer; what writes the answer reads it
// from there.
const header = "Content-Language"

// Answer has w answered in the language that r asks for.
func Answer(w http.ResponseWriter, r *http.Request) {
	In(w, Match(r.Header.Get("Accept-Language")))
}

// In has w answered in a language.
func In(w http.ResponseWriter, l *Language) { w.Header().Set(header, l.Code) }

// Of is the language that w is answered in: English where nobody has said.
func Of(w http.ResponseWriter) *Language {
	if l := Find(w.Header().Get(header)); l != nil {
		return l
	}
	return All[0]
}

// find returns what a sentence is, and whether any catalog has it.
func (l *Language) find(sentence string) (phrase, bool) {
	if l == nil {
		return phrase{}, false
	}
	if l.pretends {
		return pretend(sentence), sentence != ""
	}
	for _, c := range l.catalogs() {
		if p := c[sentence]; p.one != "" || p.forms["other"] != "" {
			return p, true
		}
	}
	return phrase{}, false
}

// Say says a sentence, whose verbs are those of fmt. Where one English word is
// several in other languages, what it is about stands behind a bar, which only
// the catalogs see: "Missed|calls".
func (l *Language) Say(sentence string, args ...any) string {
	if p, ok := l.find(sentence); ok {
		sentence = p.one
	} else {
		sentence, _, _ = strings.Cut(sentence, "|")
	}
	if len(args) == 0 {
		return sentence
	}
	return l.fill(sentence, args)
}

// Count says how many there are of something. Both sentences are given n
// first, as %d, and then args; the catalogs know the sentence by its plural.
func (l *Language) Count(n int, one, many string, args ...any) string {
	args = append([]any{n}, args...)
	sentence := many
	if p, ok := l.find(many); ok {
		sentence = p.forms[l.form(n)]
	} else if n == 1 {
		sentence = one
	}
	return l.fill(sentence, args)
}

// fill puts values where a sentence has its verbs. Where reading goes from
// right to left, a name or a number written otherwise keeps to itself.
func (l *Language) fill(sentence string, args []any) string {
	args = slices.Clone(args)
	for i, a := range args {
		if words, ok := a.(string); ok {
			args[i] = l.isolate(words)
		}
	}
	return l.printer().Sprintf(sentence, args...)
}

// FamilyFirst reports whether people who read the language write the name of
// the family before the given one.
func (l *Language) FamilyFirst() bool {
	base, _ := l.known().tag.Base()
	return slices.Contains([]string{"ja", "ko", "zh"}, base.String())
}

// Number writes a number with the signs of the language, such as 2,5 in
// German.
func (l *Language) Number(n float64) string {
	return l.printer().Sprint(number.Decimal(n, number.MaxFractionDigits(12)))
}

// isolate sets words apart from the direction of the sentence around them
// (UAX 9, FIRST STRONG ISOLATE); in languages that go from left to right
// nearly everything does.
func (l *Language) isolate(words string) string {
	if l.known().Dir != "rtl" || words == "" {
		return words
	}
	return "\u2068" + words + "\u2069"
}

// Mark returns a sentence as it is. It marks what stands in a table and is
// said later, so that the catalogs have it.
func Mark(sentence string) string { return sentence }

func (l *Language) printer() *message.Printer { return l.known().print }

var categories = map[plural.Form]string{
	plural.Zero: "zero", plural.One: "one", plural.Two: "two", plural.Few: "few", plural.Many: "many", plural.Other: "other",
}

// form is the plural category of a whole number.
func (l *Language) form(n int) string {
	return categories[plural.Cardinal.MatchPlural(l.tag, n, 0, 0, 0, 0)]
}

// forms are the plural categories that whole numbers have.
func (l *Language) forms() []string {
	seen := map[string]bool{}
	var all []string
	for n := range 1001 {
		if f := l.form(n); !seen[f] {
			seen[f] = true
			all = append(all, f)
		}
	}
	return all
}
