package lang

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// A pattern recognizes an English sentence whose values are filled in.
type pattern struct {
	key    string
	places int
	match  *regexp.Regexp
}

var verb = regexp.MustCompile(`%(?:\[\d+\])?[sdqvx]`)

// patterns are those of the sentences that have values, the more said by
// themselves first.
func patterns(catalogs []catalog) (all []pattern) {
	seen := map[string]bool{}
	for _, c := range catalogs {
		for key := range c {
			parts := verb.Split(key, -1)
			if len(parts) == 1 || seen[key] || len(strings.Join(parts, "")) < 8 {
				continue
			}
			seen[key] = true
			for i := range parts {
				parts[i] = regexp.QuoteMeta(strings.ReplaceAll(parts[i], "%%", "%"))
			}
			all = append(all, pattern{key, len(parts) - 1, regexp.MustCompile(`(?s)^` + strings.Join(parts, `(.+?)`) + `$`)})
		}
	}
	slices.SortFunc(all, func(a, b pattern) int {
		return cmp.Or(cmp.Compare(len(b.match.String()), len(a.match.String())), cmp.Compare(a.key, b.key))
	})
	return all
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
	for _, p := range l.patterns {
		values := p.match.FindStringSubmatch(english)
		if values == nil {
			continue
		}
		found, _ := l.find(p.key)
		// A value may be a sentence itself, such as what was not done.
		for i, value := range values {
			values[i] = l.isolate(value)
			if told, ok := l.find(value); ok && told.one != "" {
				values[i] = told.one
			}
		}
		if found.forms != nil {
			return english // which form it has, only the number knows
		}
		return fill(found.one, values[1:])
	}
	return english
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
