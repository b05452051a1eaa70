package lang

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// A pattern recognizes an English sentence whose values are filled in.
type pattern struct {
	key   string
	said  int // how much of the sentence is its own
	match *regexp.Regexp
}

var verb = regexp.MustCompile(`%(?:\[\d+\])?[sdqvx]`)

// places are what a value may look like, by its verb.
var places = map[byte]string{'d': `(-?\d+)`, 'q': `(".*?")`, 'x': `([0-9a-f]+?)`}

// leastSaid is how much of a sentence must be its own to be recognized by.
const leastSaid = 8

// patterns are those of the sentences that have values, what says the most by
// itself first. They are made when somebody first reads the language.
func patterns(catalogs func() []catalog) func() []pattern {
	return sync.OnceValue(func() (all []pattern) {
		seen := map[string]bool{}
		for _, c := range catalogs() {
			for key, p := range c {
				// Which form of a count it has, only the number knows.
				if one, ok := newPattern(key); ok && p.forms == nil && !seen[key] {
					seen[key] = true
					all = append(all, one)
				}
			}
		}
		slices.SortFunc(all, func(a, b pattern) int { return cmp.Or(cmp.Compare(b.said, a.said), cmp.Compare(a.key, b.key)) })
		return all
	})
}

func newPattern(key string) (pattern, bool) {
	parts := verb.Split(key, -1)
	verbs := verb.FindAllString(key, -1)
	p := pattern{key: key, said: len(strings.Join(parts, ""))}
	if len(verbs) == 0 || p.said < leastSaid {
		return p, false
	}
	var expression strings.Builder
	for i, part := range parts {
		if i > 0 {
			expression.WriteString(cmp.Or(places[verbs[i-1][len(verbs[i-1])-1]], `(.+?)`))
		}
		expression.WriteString(regexp.QuoteMeta(strings.ReplaceAll(part, "%%", "%")))
	}
	p.match = regexp.MustCompile(`(?s)^` + expression.String() + `$`)
	return p, true
}

// Sentence says an English sentence that is whole already, such as the text of
// an error, whose values have been filled in where the language of the reader
// was not known. What no catalog has stays as it is.
func (l *Language) Sentence(english string) string {
	if l == nil || english == "" {
		return english
	}
	if p, ok := l.find(english); ok {
		return p.one
	}
	p, values := l.recognize(english)
	if values == nil {
		return english
	}
	for i, value := range values {
		values[i] = l.isolate(value)
		// It may be a sentence of ours, such as the one that says what was not
		// done. A name that happens to be a word of the phone's stays a name.
		if told, ok := l.find(value); ok && strings.HasSuffix(value, ".") && told.one != "" {
			values[i] = told.one
		}
	}
	found, ok := l.find(p.key)
	if !ok {
		return english
	}
	return fill(found.one, values)
}

// recognize finds the sentence that was filled in, and with what; no values
// where no catalog has it.
func (l *Language) recognize(english string) (p pattern, values []string) {
	for _, p := range l.patterns() {
		if found := p.match.FindStringSubmatch(english); found != nil {
			return p, found[1:]
		}
	}
	return p, nil
}

// fill puts values, which are words by now, where a sentence has its verbs.
func fill(sentence string, values []string) string {
	next := 0
	out := verb.ReplaceAllStringFunc(sentence, func(v string) string {
		i := next
		if strings.HasPrefix(v, "%[") {
			i = int(v[2]-'0') - 1
		}
		next = i + 1
		if i < 0 || i >= len(values) {
			return ""
		}
		return values[i]
	})
	return strings.ReplaceAll(out, "%%", "%")
}
