package region

import "strings"

// A State is a part of a country that postal addresses name, by its ISO
// 3166-2 code without the country.
type State struct{ Country, Code, Name string }

// ID is the state's in the dictionary: ours, because RingCentral's are not
// public.
func (s State) ID() string { return s.Country + "-" + s.Code }

// States are those of the countries whose addresses always name one.
var States = append(append(statesOf("US", `AL Alabama|AK Alaska|AZ Arizona|AR Arkansas|CA California|CO Colorado|CT Connecticut|DE Delaware|DC District of Columbia|
FL Florida|GA Georgia|HI Hawaii|ID Idaho|IL Illinois|IN Indiana|IA Iowa|KS Kansas|KY Kentucky|LA Louisiana|ME Maine|MD Maryland|MA Massachusetts|MI Michigan|
MN Minnesota|MS Mississippi|MO Missouri|MT Montana|NE Nebraska|NV Nevada|NH New Hampshire|NJ New Jersey|NM New Mexico|NY New York|NC North Carolina|
ND North Dakota|OH Ohio|OK Oklahoma|OR Oregon|PA Pennsylvania|RI Rhode Island|SC South Carolina|SD South Dakota|TN Tennessee|TX Texas|UT Utah|VT Vermont|
VA Virginia|WA Washington|WV West Virginia|WI Wisconsin|WY Wyoming`),
	statesOf("CA", `AB Alberta|BC British Columbia|MB Manitoba|NB New Brunswick|NL Newfoundland and Labrador|NT Northwest Territories|NS Nova Scotia|NU Nunavut|
ON Ontario|PE Prince Edward Island|QC Quebec|SK Saskatchewan|YT Yukon`)...),
	statesOf("AU", `ACT Australian Capital Territory|NSW New South Wales|NT Northern Territory|QLD Queensland|SA South Australia|TAS Tasmania|VIC Victoria|WA Western Australia`)...)

func statesOf(country, text string) (all []State) {
	for line := range strings.SplitSeq(text, "|") {
		code, name, _ := strings.Cut(strings.TrimSpace(line), " ")
		all = append(all, State{country, code, name})
	}
	return all
}
