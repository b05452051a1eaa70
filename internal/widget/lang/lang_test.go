package lang

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "give every catalog the sentences that it lacks, empty, and take away what nobody says")

// whole are the catalogs that hold every sentence, and a language that says it
// with them; the others hold what they say otherwise than the one that they
// build on.
var whole = map[string]string{"de": "de-DE", "es": "es-ES", "fr": "fr-FR", "he": "he-IL", "it": "it-IT", "ja": "ja-JP", "pt-BR": "pt-BR", "zh-CN": "zh-CN", "zh-TW": "zh-TW"}

var others = []string{"en-CA", "en-GB", "es-419", "fr-CA", "zh-HK"}

// A set of catalogs belongs to the server or to the browser's modules.
type set struct {
	folder string
	said   map[string]said
}

func sets(t *testing.T) []set {
	server, browser := sources(t)
	if len(server) < 300 {
		t.Fatalf("only %d and %d sentences were found in the sources", len(server), len(browser))
	}
	return []set{{"catalogs", server}, {"../../../web/words", browser}}
}

func (s set) read(t *testing.T, name string) (c catalog) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(s.folder, name+".json"))
	if err == nil {
		err = json.Unmarshal(b, &c)
	}
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (s set) write(t *testing.T, name string, c catalog) {
	t.Helper()
	maps.DeleteFunc(c, func(sentence string, _ phrase) bool { _, ok := s.said[sentence]; return !ok })
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "\t")
	err := e.Encode(c)
	if err == nil {
		err = os.WriteFile(filepath.Join(s.folder, name+".json"), b.Bytes(), 0o644)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func TestEveryLanguageHasEverySentence(t *testing.T) {
	for _, s := range sets(t) {
		for name, code := range whole {
			c := s.read(t, name)
			if *update {
				complete(c, s.said, Find(code))
				s.write(t, name, c)
			}
			for sentence, at := range s.said {
				p, ok := c[sentence]
				switch {
				case (at.one != "") != (p.forms != nil) && ok:
					t.Errorf("%s: %q (%s) must have the plural forms of its language, or none where it is no count", name, sentence, at.where)
				case p.one == "" && p.forms == nil, p.forms != nil && slices.Contains(slices.Collect(maps.Values(p.forms)), ""):
					t.Errorf("%s lacks %q of %s", name, sentence, at.where)
				case p.forms != nil:
					want := Find(code).forms()
					slices.Sort(want)
					if diff := cmp.Diff(want, slices.Sorted(maps.Keys(p.forms))); diff != "" {
						t.Errorf("%s: the forms of %q (-want +got):\n%s", name, sentence, diff)
					}
				}
			}
		}
		for _, name := range slices.Concat(slices.Collect(maps.Keys(whole)), others) {
			c := s.read(t, name)
			if *update {
				s.write(t, name, c)
			}
			for sentence := range c {
				if _, ok := s.said[sentence]; !ok {
					t.Errorf("%s has %q, which nobody says any more", name, sentence)
				}
			}
		}
	}
}

// complete adds what a catalog lacks.
func complete(c catalog, all map[string]said, l *Language) {
	for sentence, s := range all {
		p := c[sentence]
		if s.one == "" && p.forms != nil {
			p = phrase{one: p.forms["other"]}
		}
		if s.one != "" && p.forms == nil {
			p = phrase{forms: map[string]string{}}
			for _, f := range l.forms() {
				p.forms[f] = ""
			}
		}
		c[sentence] = p
	}
}

// What a sentence is given must be in every translation of it, and nothing
// else: a tag or an action in a catalog would be one in the page.
var (
	given    = regexp.MustCompile(`%(?:\[\d+\])?[a-z]|%%|\{\d+\}|\{\{|\}\}|<[^>]*>?|&\w+;`)
	position = regexp.MustCompile(`\[\d+\]`)
)

// German has the same word for two things of a telephone more than once.
func TestGermanTellsApartWhatStandsTogether(t *testing.T) {
	for _, s := range sets(t) {
		for sentence, p := range s.read(t, "de") {
			if text := fmt.Sprint(p); strings.Contains(text, "Mailbox") || strings.Contains(text, "Tastatur") {
				t.Errorf("%q is %q: the phone says Voicemail, Wähltasten and Tastenkürzel", sentence, text)
			}
		}
	}
	de := sets(t)[0].read(t, "de")
	if reply := fmt.Sprint(de["Reply"]); strings.Contains(reply, "ntwort") {
		t.Errorf("%q is %q, which is what calls are answered with", "Reply", reply)
	}
}

func TestTranslationsKeepWhatIsFilledIn(t *testing.T) {
	parts := func(s string) []string {
		all := given.FindAllString(s, -1)
		for i := range all {
			all[i] = position.ReplaceAllString(all[i], "")
		}
		slices.Sort(all)
		return all
	}
	markup := func(part string) bool { return strings.ContainsAny(part, "<>&") || part == "{{" || part == "}}" }
	for _, s := range sets(t) {
		for _, name := range slices.Concat(slices.Collect(maps.Keys(whole)), others) {
			for sentence, p := range s.read(t, name) {
				for form, text := range p.forms {
					// «One page» needs no number.
					less := slices.Contains([]string{"one", "two"}, form) && slices.Equal(only(parts(text), markup), only(parts(sentence), markup))
					if text != "" && !less && !slices.Equal(parts(text), parts(sentence)) {
						t.Errorf("%s: %q of %q does not hold what it is given", name, text, sentence)
					}
				}
				if p.one != "" && !slices.Equal(parts(p.one), parts(sentence)) {
					t.Errorf("%s: %q for %q does not hold what it is given", name, p.one, sentence)
				}
				if strings.Contains(p.one, `"`) && !strings.Contains(sentence, `"`) {
					t.Errorf("%s: %q for %q has straight quotes, which would end an attribute; use the language's own", name, p.one, sentence)
				}
			}
		}
	}
}

func only(all []string, keep func(string) bool) []string {
	return slices.DeleteFunc(all, func(s string) bool { return !keep(s) })
}

func TestMatchFindsTheNearestLanguage(t *testing.T) {
	for wish, want := range map[string]string{
		"": "en-US", "de": "de-DE", "de-AT, en;q=0.5": "de-DE", "en-GB": "en-GB", "en-IE": "en-GB", "en-NZ": "en-GB", "fr-CA": "fr-CA", "fr-BE": "fr-FR",
		"es-MX": "es-419", "es": "es-ES", "pt": "pt-BR", "zh": "zh-CN", "zh-Hant": "zh-TW", "zh-HK": "zh-HK", "he": "he-IL", "iw": "he-IL", "ja-JP": "ja-JP",
		strings.Repeat("tlh,", 60) + "fr": "en-US", "fr," + strings.Repeat("tlh,", 20_000): "fr-FR",
		"tlh, it;q=0.1": "it-IT", "not a language": "en-US", "sw": "en-US",
	} {
		if got := Match(wish).Code; got != want {
			t.Errorf("Match(%q) = %s, want %s", wish, got, want)
		}
	}
	if got := Match("", "fr").Code; got != "fr-FR" {
		t.Errorf("an empty wish counts: %s", got)
	}
}

func TestWhatIsFilledInKeepsItsOwnDirection(t *testing.T) {
	c := catalog{"Nobody answers at %s": {one: "אין מענה ב-%s"}, "%d texts of %s": {forms: map[string]string{"other": "%d הודעות של %s"}}}
	l := &Language{Dir: "rtl", tag: Find("he-IL").tag, print: Find("he-IL").print, catalogs: holding(c), patterns: patterns(holding(c))}
	const want = "אין מענה ב-\u2068+1 650\u2069"
	if got := l.Say("Nobody answers at %s", "+1 650"); got != want {
		t.Errorf("Say: %q, want %q", got, want)
	}
	if got := l.Sentence("Nobody answers at +1 650"); got != want {
		t.Errorf("Sentence: %q, want %q", got, want)
	}
	if got, want := l.Count(7, "%d text of %s", "%d texts of %s", "Ada"), "7 הודעות של \u2068Ada\u2069"; got != want {
		t.Errorf("Count: %q, want %q", got, want)
	}
	if got := Find("de-DE").Say("Nobody answers at %s", "+1 650"); strings.ContainsAny(got, "\u2068\u2069") {
		t.Errorf("from left to right %q has isolates", got)
	}
}

// holding are the catalogs of a language that has this one alone.
func holding(c catalog) func() []catalog { return func() []catalog { return []catalog{c} } }

func TestSentenceFindsWhatWasFilledIn(t *testing.T) {
	c := catalog{
		"A text goes to at most %d people.":     {one: "Eine SMS geht an höchstens %d Personen."},
		"%s has lost %s.":                       {one: "%[2]s ging %[1]s verloren."},
		"Nothing was chosen.":                   {one: "Nichts wurde gewählt."},
		"%s lost %s, and %d of %d %% are there": {one: "falsch"},
	}
	l := &Language{catalogs: holding(c), patterns: patterns(holding(c))}
	for english, want := range map[string]string{
		"A text goes to at most 10 people.": "Eine SMS geht an höchstens 10 Personen.",
		"Ada has lost a %d.":                "a %d ging Ada verloren.",
		"Nothing was chosen.":               "Nichts wurde gewählt.",
		"What nobody knows.":                "What nobody knows.",
		"":                                  "",
	} {
		if got := l.Sentence(english); got != want {
			t.Errorf("Sentence(%q) = %q, want %q", english, got, want)
		}
	}
	if got := (*Language)(nil).Sentence("Hello"); got != "Hello" {
		t.Errorf("no language says %q", got)
	}
}

func TestNumbersAreWrittenAsTheLanguageDoes(t *testing.T) {
	for code, want := range map[string]string{"en-US": "2.5 1,000.125 -3 0.1", "de-DE": "2,5 1.000,125 -3 0,1", "he-IL": "2.5 1,000.125 \u200e-3 0.1", "ja-JP": "2.5 1,000.125 -3 0.1"} {
		var got []string
		for _, n := range []float64{2.5, 1000.125, -3, 0.1} {
			got = append(got, Find(code).Number(n))
		}
		if got := strings.Join(got, " "); got != want {
			t.Errorf("%s: %q, want %q", code, got, want)
		}
	}
	if got := (*Language)(nil).Number(2.5); got != "2.5" {
		t.Errorf("no language writes %q", got)
	}
}

func TestTheFamilysNameComesFirstWhereReadersWriteItFirst(t *testing.T) {
	for code, want := range map[string]bool{"ja-JP": true, "zh-CN": true, "zh-TW": true, "zh-HK": true, "en-US": false, "de-DE": false} {
		if got := Find(code).FamilyFirst(); got != want {
			t.Errorf("%s: %v, want %v", code, got, want)
		}
	}
	if (*Language)(nil).FamilyFirst() {
		t.Error("no language writes the family's name first")
	}
}
