package lang

import (
	"fmt"
	"strings"
	"testing"
)

// samples are values as they are filled into sentences, by verb: names,
// numbers, and the words of others, which may say anything.
var samples = map[byte][]any{
	'd': {0, 7, 1250, -3},
	'q': {"signin", ""},
	'v': {"https://phone.example.com/a?b=c", 12},
	'x': {255},
	's': {
		"Ada", "Ada Sample, Ben Example", "+1 (650) 555-0101", "3 MB", "a text", "What was wished was not allowed.", "No. 7: nobody knows; try “it” again",
	},
}

// Every sentence with values must be known again when they are filled in, and
// by no looser one: what is told wrongly is worse than what is told in
// English.
func TestEverySentenceIsKnownWithItsValues(t *testing.T) {
	server, _ := sources(t)
	c := catalog{}
	for sentence, s := range server {
		p := phrase{one: sentence}
		if s.one != "" {
			p = phrase{forms: map[string]string{"other": sentence}}
		}
		c[sentence] = p
	}
	l := &Language{catalogs: holding(c), patterns: patterns(holding(c))}
	known := 0
	for sentence, s := range server {
		if s.one != "" {
			continue
		}
		if left := strings.ReplaceAll(verb.ReplaceAllString(sentence, ""), "%%", ""); strings.Contains(left, "%") {
			t.Errorf("%s: %q has a verb that no translation could keep; use %%s, %%d or %%q", s.where, sentence)
		}
		p, ok := newPattern(sentence)
		if !ok {
			continue // it is said by itself, or never whole
		}
		known++
		for i := range len(samples['s']) {
			var values []any
			for n, v := range verb.FindAllString(sentence, -1) {
				all := samples[v[len(v)-1]]
				values = append(values, all[(i+n)%len(all)])
			}
			english := fmt.Sprintf(sentence, values...)
			if got, _ := l.recognize(english); got.key != p.key {
				t.Errorf("%s: %q was taken for %q, not for %q", s.where, english, got.key, p.key)
			} else if again := l.Sentence(english); again != english {
				t.Errorf("%s: %q was said as %q", s.where, english, again)
			}
		}
	}
	if known < 30 {
		t.Errorf("only %d sentences with values were found", known)
	}
}

func TestWhatIsFilledInIsSaidWhereItIsASentence(t *testing.T) {
	c := catalog{
		"%s Your phone service says: %s": {one: "%s Ihr Telefondienst sagt: %s"},
		"The contact was not saved.":     {one: "Der Kontakt wurde nicht gespeichert."},
		"%s did not answer.":             {one: "%s hat nicht geantwortet."},
		"Home":                           {one: "Privat"},
	}
	l := &Language{catalogs: holding(c), patterns: patterns(holding(c))}
	for english, want := range map[string]string{
		"The contact was not saved. Your phone service says: No such company": "Der Kontakt wurde nicht gespeichert. Ihr Telefondienst sagt: No such company",
		"Home did not answer.": "Home hat nicht geantwortet.",
	} {
		if got := l.Sentence(english); got != want {
			t.Errorf("Sentence(%q) = %q, want %q", english, got, want)
		}
	}
}
