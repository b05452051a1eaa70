package region

import (
	"slices"
	"strconv"
	"time"
	_ "time/tzdata" // the dictionary is the same on machines without a zone database

	"golang.org/x/text/language"
	"golang.org/x/text/language/display"

	"offhook/internal/rc"
)

// A Locale is what an extension has chosen of its regional settings. Empty
// fields are as the account has them.
type Locale struct {
	Country    string `json:"country,omitempty"`  // ISO 3166
	Timezone   string `json:"timezone,omitempty"` // the dictionary's name, which is IANA's
	Language   string `json:"language,omitempty"` // the dictionary's code
	TimeFormat string `json:"timeFormat,omitempty"`
}

// Or fills a locale's empty fields with another's.
func (l Locale) Or(other Locale) Locale {
	for mine, theirs := range map[*string]string{&l.Country: other.Country, &l.Timezone: other.Timezone, &l.Language: other.Language, &l.TimeFormat: other.TimeFormat} {
		if *mine == "" {
			*mine = theirs
		}
	}
	return l
}

// zoneNames are the time zones of the dictionary. The first has the id that
// is public of RingCentral's; the others' are ours.
var zoneNames = []string{
	"US/Pacific", "US/Mountain", "US/Central", "US/Eastern", "US/Arizona", "US/Alaska", "US/Hawaii", "Canada/Atlantic", "Canada/Newfoundland",
	"America/Mexico_City", "America/Bogota", "America/Lima", "America/Santiago", "America/Sao_Paulo", "America/Buenos_Aires", "Atlantic/Azores",
	"UTC", "Europe/London", "Europe/Dublin", "Europe/Lisbon", "Europe/Madrid", "Europe/Paris", "Europe/Brussels", "Europe/Amsterdam", "Europe/Berlin",
	"Europe/Zurich", "Europe/Rome", "Europe/Vienna", "Europe/Prague", "Europe/Warsaw", "Europe/Copenhagen", "Europe/Oslo", "Europe/Stockholm",
	"Europe/Helsinki", "Europe/Athens", "Europe/Bucharest", "Europe/Kiev", "Europe/Istanbul", "Europe/Moscow", "Africa/Casablanca", "Africa/Lagos",
	"Africa/Cairo", "Africa/Johannesburg", "Africa/Nairobi", "Asia/Jerusalem", "Asia/Riyadh", "Asia/Dubai", "Asia/Tehran", "Asia/Karachi",
	"Asia/Kolkata", "Asia/Kathmandu", "Asia/Dhaka", "Asia/Bangkok", "Asia/Jakarta", "Asia/Ho_Chi_Minh", "Asia/Singapore", "Asia/Manila", "Asia/Shanghai",
	"Asia/Hong_Kong", "Asia/Taipei", "Asia/Seoul", "Asia/Tokyo", "Australia/Perth", "Australia/Darwin", "Australia/Adelaide", "Australia/Brisbane",
	"Australia/Sydney", "Pacific/Auckland", "Pacific/Fiji",
}

const pacificID = 58

// Timezones lists the dictionary of time zones; a bias is that of standard
// time, in minutes.
func Timezones() []rc.Timezone {
	all := make([]rc.Timezone, len(zoneNames))
	for i, name := range zoneNames {
		id := pacificID
		if i > 0 {
			id = 1000 + i
		}
		all[i] = rc.Timezone{ID: strconv.Itoa(id), Name: name, Bias: strconv.Itoa(bias(name))}
	}
	return all
}

// bias is a zone's offset in winter: the smaller of two half a year apart.
func bias(name string) int {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return 0
	}
	_, january := time.Date(2026, 1, 1, 0, 0, 0, 0, zone).Zone()
	_, july := time.Date(2026, 7, 1, 0, 0, 0, 0, zone).Zone()
	return min(january, july) / 60
}

// Zone finds a time zone by id or name.
func Zone(idOrName string) (rc.Timezone, bool) {
	all := Timezones()
	i := slices.IndexFunc(all, func(z rc.Timezone) bool { return z.ID == idOrName || z.Name == idOrName })
	if i < 0 {
		return rc.Timezone{}, false
	}
	return all[i], true
}

// Languages is the dictionary of languages, under the ids of the contract's
// example: locale identifiers as Windows numbers them.
var Languages = []rc.Language{
	{ID: "1033", LocaleCode: "en-US", Name: "English (US)"}, {ID: "2057", LocaleCode: "en-GB", Name: "English (UK)"},
	{ID: "4105", LocaleCode: "en-CA", Name: "English (Canada)"}, {ID: "3081", LocaleCode: "en-AU", Name: "English (Australia)"},
	{ID: "1031", LocaleCode: "de-DE", Name: "German"}, {ID: "3082", LocaleCode: "es-ES", Name: "Spanish (Spain)"},
	{ID: "22538", LocaleCode: "es-419", Name: "Spanish (Latin America)"}, {ID: "1036", LocaleCode: "fr-FR", Name: "French"},
	{ID: "3084", LocaleCode: "fr-CA", Name: "French (Canada)"}, {ID: "1040", LocaleCode: "it-IT", Name: "Italian"},
	{ID: "1043", LocaleCode: "nl-NL", Name: "Dutch"}, {ID: "1046", LocaleCode: "pt-BR", Name: "Portuguese (Brazil)"},
	{ID: "2070", LocaleCode: "pt-PT", Name: "Portuguese (Portugal)"}, {ID: "1035", LocaleCode: "fi-FI", Name: "Finnish"},
	{ID: "1041", LocaleCode: "ja-JP", Name: "Japanese"}, {ID: "1042", LocaleCode: "ko-KR", Name: "Korean"},
	{ID: "2052", LocaleCode: "zh-CN", Name: "Chinese (simplified)"}, {ID: "1028", LocaleCode: "zh-TW", Name: "Chinese (traditional)"},
	{ID: "3076", LocaleCode: "zh-HK", Name: "Chinese (Hong Kong)"}, {ID: "1025", LocaleCode: "ar-SA", Name: "Arabic"},
}

// Tongue finds a language by id or code.
func Tongue(idOrCode string) (rc.Language, bool) {
	i := slices.IndexFunc(Languages, func(l rc.Language) bool { return l.ID == idOrCode || l.LocaleCode == idOrCode })
	if i < 0 {
		return rc.Language{}, false
	}
	return Languages[i], true
}

// currencies are those of countries whose people would wonder about dollars.
var currencies = map[string]rc.Currency{
	"GB": {ID: 2, Code: "GBP", Symbol: "£"}, "CA": {ID: 3, Code: "CAD", Symbol: "$"}, "AU": {ID: 5, Code: "AUD", Symbol: "$"}, "CH": {ID: 6, Code: "CHF", Symbol: "CHF"},
	"JP": {ID: 7, Code: "JPY", Symbol: "¥"}, "IN": {ID: 8, Code: "INR", Symbol: "₹"}, "BR": {ID: 9, Code: "BRL", Symbol: "R$"},
}

var euro = rc.Currency{ID: 4, Code: "EUR", Symbol: "€"}

var euroCountries = []string{"AT", "BE", "CY", "DE", "EE", "ES", "FI", "FR", "GR", "HR", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PT", "SI", "SK"}

func currency(iso string) rc.Currency {
	if slices.Contains(euroCountries, iso) {
		return euro
	}
	if c, ok := currencies[iso]; ok {
		return c
	}
	return rc.Currency{ID: 1, Code: "USD", Symbol: "$"}
}

// Settings are the regional settings of an extension or account that has
// chosen l, of an account whose main number is given.
func Settings(base, mainNumber string, l Locale) rc.RegionalSettings {
	s := rc.RegionalSettings{HomeCountry: Country(base, mainNumber), TimeFormat: "12h", Language: Languages[0]}
	if Known(l.Country) {
		s.HomeCountry = ByCode(base, l.Country)
	}
	s.Timezone, _ = Zone(zoneNames[0])
	if z, ok := Zone(l.Timezone); ok {
		s.Timezone = z
	}
	if t, ok := Tongue(l.Language); ok {
		s.Language = t
	}
	if l.TimeFormat != "" {
		s.TimeFormat = l.TimeFormat
	}
	s.Currency = currency(s.HomeCountry.ISOCode)
	return s
}

var countryNames = display.English.Regions()

// countryName is what English calls a country.
func countryName(iso string) string {
	r, err := language.ParseRegion(iso)
	if err != nil {
		return iso
	}
	if name := countryNames.Name(r); name != "" {
		return name
	}
	return iso
}
