package desk

import (
	"cmp"
	"slices"
	"sync"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// A Country is one whose numbers can be read.
type Country struct {
	Code      string // ISO, such as "US"
	Name      string // in English
	Dial      int    // its code in numbers
	AreaCodes bool   // see [HasAreaCodes]
}

// Countries are all of them, by name.
var Countries = sync.OnceValue(func() []Country {
	var all []Country
	names := display.English.Regions()
	for code := range phonenumbers.GetSupportedRegions() {
		region, err := language.ParseRegion(code)
		if err != nil {
			continue
		}
		all = append(all, Country{code, cmp.Or(names.Name(region), code), phonenumbers.GetCountryCodeForRegion(code), HasAreaCodes(code)})
	}
	slices.SortFunc(all, func(a, b Country) int { return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Code, b.Code)) })
	return all
})
