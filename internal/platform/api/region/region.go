// Package region says where an account is at home: the country of its main
// number decides how its users' numbers are read, and what the account and
// extension resources tell about country, language and time.
package region

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/nyaruka/phonenumbers"

	"offhook/internal/rc"
)

// known are countries under the ids of RingCentral's country dictionary, as
// far as they are public. Others go by their ISO code.
var known = []rc.Country{
	{ID: "1", Name: "United States", ISOCode: "US", CallingCode: "1"},
	{ID: "15", Name: "Australia", ISOCode: "AU", CallingCode: "61"},
	{ID: "39", Name: "Canada", ISOCode: "CA", CallingCode: "1"},
	{ID: "160", Name: "New Zealand", ISOCode: "NZ", CallingCode: "64"},
	{ID: "224", Name: "United Kingdom", ISOCode: "GB", CallingCode: "44"},
}

// Country returns the country of an E.164 number; the United States when the
// number does not say.
func Country(base, e164 string) rc.Country {
	n, err := phonenumbers.Parse(e164, "US")
	if err != nil {
		return ByCode(base, "US")
	}
	code := phonenumbers.GetRegionCodeForNumber(n)
	if code == "" { // such as 555 numbers, which no region owns
		code = phonenumbers.GetRegionCodeForCountryCode(int(n.GetCountryCode()))
	}
	return ByCode(base, code)
}

// ByCode returns a country by its ISO code, with links under base.
func ByCode(base, iso string) rc.Country {
	c := rc.Country{ID: iso, Name: countryName(iso), ISOCode: iso, CallingCode: fmt.Sprint(phonenumbers.GetCountryCodeForRegion(iso))}
	for _, k := range known {
		if k.ISOCode == iso {
			c = k
		}
	}
	c.URI = base + "/restapi/v1.0/dictionary/country/" + c.ID
	return c
}

// Countries lists the countries that have telephone numbers, those with public
// ids first, by their names, with links under base.
func Countries(base string) []rc.Country {
	var first, others []rc.Country
	for _, k := range known {
		first = append(first, ByCode(base, k.ISOCode))
	}
	for iso := range phonenumbers.GetSupportedRegions() {
		if c := ByCode(base, iso); c.ID == iso {
			others = append(others, c)
		}
	}
	slices.SortFunc(others, func(a, b rc.Country) int { return cmp.Compare(a.Name, b.Name) })
	return append(first, others...)
}

// ByID returns a country by its id in the dictionary.
func ByID(base, id string) (rc.Country, bool) {
	for _, c := range Countries(base) {
		if c.ID == id {
			return c, true
		}
	}
	if c := ByCode(base, id); Known(id) && c.ID == id {
		return c, true
	}
	return rc.Country{}, false
}

// Known reports whether iso is the code of a country with telephone numbers.
func Known(iso string) bool { return phonenumbers.GetCountryCodeForRegion(iso) != 0 }

// National writes an E.164 number as people in the country iso do: with its
// calling code only when it is another country's.
func National(e164, iso string) string {
	n, ok := Parse(e164, iso)
	switch {
	case !ok:
		return e164
	case phonenumbers.GetCountryCodeForRegion(n.Region) == phonenumbers.GetCountryCodeForRegion(iso):
		return n.National
	}
	return n.International
}
