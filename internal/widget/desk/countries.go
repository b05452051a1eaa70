package desk

import (
	"cmp"
	"slices"
	"sync"

	"github.com/nyaruka/phonenumbers"
	"golang.org/x/text/collate"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"offhook/internal/widget/lang"
)

// A Country is one whose numbers can be read.
type Country struct {
	Code      string // ISO, such as "US"
	Name      string // in English
	Dial      int    // its code in numbers
	AreaCodes bool   // see [HasAreaCodes]
	Renamed   bool   // what libraries call it is out of date: its name is said as a sentence
}

// renamed are countries with another name today than the library has.
var renamed = map[string]string{"MK": lang.Mark("North Macedonia"), "SZ": lang.Mark("Eswatini")}

// Countries are all of them, by name.
var Countries = sync.OnceValue(func() []Country {
	var all []Country
	names := display.English.Regions()
	for code := range phonenumbers.GetSupportedRegions() {
		region, err := language.ParseRegion(code)
		if err != nil {
			continue
		}
		all = append(all, Country{code, cmp.Or(renamed[code], names.Name(region), code), phonenumbers.GetCountryCodeForRegion(code), HasAreaCodes(code), renamed[code] != ""})
	}
	order := collate.New(language.English)
	slices.SortFunc(all, func(a, b Country) int {
		return cmp.Or(order.CompareString(a.Name, b.Name), cmp.Compare(a.Code, b.Code))
	})
	return all
})
