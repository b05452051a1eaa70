package lang

import (
	"slices"
	"testing"
)

func TestCountriesAreCalledAndOrderedAsTheirReadersDo(t *testing.T) {
	german := Find("de-DE")
	for code, want := range map[string]string{"US": "Vereinigte Staaten", "AT": "Österreich", "?": ""} {
		if got := german.Country(code); got != want {
			t.Errorf("the German name of %s is %q, want %q", code, got, want)
		}
	}
	if got := (*Language)(nil).Country("DE"); got != "Germany" {
		t.Errorf("without a language Germany is %q", got)
	}
	names := []string{"Zypern", "Österreich", "Polen", "Oman"}
	slices.SortFunc(names, german.Compare())
	if want := []string{"Oman", "Österreich", "Polen", "Zypern"}; !slices.Equal(names, want) {
		t.Errorf("in German the order is %q, want %q", names, want)
	}
}

func TestPretendLeavesOutWhatIsFilledIn(t *testing.T) {
	l := Pretend()
	for got, want := range map[string]string{
		l.Say("Ext. %s", "102"): "⟦Ext. ⟧\u2068102\u2069⟦⟧",
		l.Say(""):               "",
		l.Say("Enter sends"):    "⟦Enter sends⟧",
		l.Count(2, "%[2]s and one other", "%[2]s and %[1]d others", "Ada"):                   "⟦⟧\u2068Ada\u2069⟦ and ⟧2⟦ others⟧",
		l.Sentence("The phone service does not answer."):                                     "⟦The phone service does not answer.⟧",
		Template(`<p>From <bdi>{{.X}}</bdi></p>`, func(s string) string { return l.Say(s) }): `<p>⟦From ⟧<bdi>⟦⟧{{.X}}⟦⟧</bdi>⟦⟧</p>`,
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestSignsKeepToTheWordThatTheyBelongTo(t *testing.T) {
	c := catalog{
		"one":  {one: "Mauvaise : des mots « perdus » ? Oui (%s)."},
		"many": {forms: map[string]string{"other": "%d champs à revoir :"}},
	}
	c.keepSigns()
	if got, want := c["one"].one, "Mauvaise\u00a0: des mots «\u00a0perdus\u00a0»\u00a0? Oui (%s)."; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := c["many"].forms["other"], "%d champs à revoir\u00a0:"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNumbersOfExamplesKeepTogetherAndInTheirOrder(t *testing.T) {
	const sentence = "With 415, 555-0188 is (415) 555-0188."
	for dir, want := range map[string]string{
		"rtl": "With 415, \u2066555-0188\u2069 is \u2066(415)\u00a0555-0188\u2069.",
		"ltr": "With 415, 555-0188 is (415)\u00a0555-0188.",
	} {
		c := catalog{sentence: {one: sentence}}
		c.keepNumbers(dir)
		if got := c[sentence].one; got != want {
			t.Errorf("%s: got %q, want %q", dir, got, want)
		}
	}
}
