package region

import (
	"slices"
	"strings"

	"github.com/nyaruka/phonenumbers"
)

// A Number is a public telephone number, understood.
type Number struct {
	E164          string
	National      string // as people at home write it
	International string
	Region        string // ISO code
	AreaCode      string // in a geographical number
	Destination   string // national destination code
	Subscriber    string
	Extension     string // what was dialled after it, such as 101 in +16505550100*101
	TollFree      bool
	Premium       bool // it costs who calls extra
	Valid         bool // assigned by its region's plan; else only of a possible length
}

// maxNumber is the longest text that is read as a number.
const maxNumber = 64

// Parse reads a number as somebody in the country iso would write it. E.164
// may lack its plus sign (contract 4). It reports false for what cannot be a
// telephone number.
func Parse(text, iso string) (Number, bool) {
	text = strings.TrimSpace(text)
	if text == "" || len(text) > maxNumber {
		return Number{}, false
	}
	dialled, extension := cutExtension(text)
	n, err := phonenumbers.Parse(dialled, iso)
	if err != nil || !phonenumbers.IsPossibleNumber(n) {
		// 442071838750 in the United States: E.164 without the plus sign. It
		// is a guess, so the number must be one that is in use.
		n, err = phonenumbers.Parse("+"+strings.TrimLeft(dialled, "+ "), iso)
		if err == nil && !phonenumbers.IsValidNumber(n) {
			return Number{}, false
		}
	}
	if err != nil || phonenumbers.IsPossibleNumberWithReason(n) != phonenumbers.IS_POSSIBLE {
		return Number{}, false
	}
	if extension == "" {
		extension = n.GetExtension()
	}
	n.Extension = nil
	// Zeros that some countries drop can make a number whose own E.164 form
	// is read as another; texts must not go there.
	e164 := phonenumbers.Format(n, phonenumbers.E164)
	if again, err := phonenumbers.Parse(e164, iso); err != nil || phonenumbers.Format(again, phonenumbers.E164) != e164 {
		return Number{}, false
	}
	return describe(n, extension), true
}

func describe(n *phonenumbers.PhoneNumber, extension string) Number {
	significant := phonenumbers.GetNationalSignificantNumber(n)
	ndc := min(phonenumbers.GetLengthOfNationalDestinationCode(n), len(significant))
	area := min(phonenumbers.GetLengthOfGeographicalAreaCode(n), len(significant))
	code := phonenumbers.GetRegionCodeForNumber(n)
	if code == "" {
		code = phonenumbers.GetRegionCodeForCountryCode(int(n.GetCountryCode()))
	}
	return Number{
		E164:          phonenumbers.Format(n, phonenumbers.E164),
		National:      phonenumbers.Format(n, phonenumbers.NATIONAL),
		International: phonenumbers.Format(n, phonenumbers.INTERNATIONAL),
		Region:        code,
		AreaCode:      significant[:area],
		Destination:   significant[:ndc],
		Subscriber:    significant[ndc:],
		Extension:     extension,
		Premium:       costsExtra(n),
		TollFree:      phonenumbers.GetNumberType(n) == phonenumbers.TOLL_FREE,
		Valid:         phonenumbers.IsValidNumber(n),
	}
}

// costsExtra reports whether somebody is paid for being called: by premium
// numbers, by those whose cost is shared, and by personal ones (+44 70), which
// are forwarded anywhere and billed accordingly.
func costsExtra(n *phonenumbers.PhoneNumber) bool {
	switch phonenumbers.GetNumberType(n) {
	case phonenumbers.PREMIUM_RATE, phonenumbers.SHARED_COST, phonenumbers.PERSONAL_NUMBER:
		return true
	}
	return false
}

// cutExtension cuts "*101" off "+16505550100*101", RingCentral's way to
// write a number with an extension; other ways are the library's business.
func cutExtension(text string) (number, extension string) {
	number, extension, ok := strings.Cut(text, "*")
	if !ok || extension == "" || strings.Trim(extension, "0123456789") != "" {
		return text, ""
	}
	return number, extension
}

// IsEmergency reports whether digits call for help in one of the countries, by
// ISO codes; 112 and 911 do everywhere.
func IsEmergency(digits string, countries ...string) bool {
	return digits == "112" || digits == "911" ||
		slices.ContainsFunc(countries, func(iso string) bool { return phonenumbers.IsEmergencyNumber(digits, iso) })
}

// IsShort reports whether digits are a short number of the country iso.
func IsShort(digits, iso string) bool {
	n, err := phonenumbers.Parse(digits, iso)
	return err == nil && phonenumbers.IsValidShortNumberForRegion(n, iso)
}
