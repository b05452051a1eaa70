package lang

import (
	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// Country is what a country is called, by its ISO code; empty for one that
// the language has no name for.
func (l *Language) Country(code string) string {
	region, err := language.ParseRegion(code)
	if err != nil {
		return ""
	}
	return display.Regions(l.known().tag).Name(region)
}

// Compare orders names as readers look for them. It is for one goroutine.
func (l *Language) Compare() func(a, b string) int {
	return collate.New(l.known().tag).CompareString
}

func (l *Language) known() *Language {
	if l == nil {
		return All[0]
	}
	return l
}
