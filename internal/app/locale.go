package app

import (
	"encoding/json"
	"strings"

	"offhook/internal/platform/api/region"
	"offhook/internal/rc"
)

// A Locale is what `offhook user add` says of where a user is at home.
type Locale struct{ Country, Timezone, Language, TimeFormat string }

// Setting checks a locale and writes it as the platform keeps it; nil when it
// says nothing.
func (l Locale) Setting() ([]byte, error) {
	if l == (Locale{}) {
		return nil, nil
	}
	l.Country = strings.ToUpper(l.Country)
	if l.Country != "" && !region.Known(l.Country) {
		return nil, rc.Errorf(rc.Invalid, "--country must be a code such as DE, not %q.", l.Country)
	}
	if zone, ok := region.Zone(l.Timezone); l.Timezone != "" && (!ok || zone.Name != l.Timezone) {
		return nil, rc.Errorf(rc.Invalid, "--timezone must be one that GET /restapi/v1.0/dictionary/timezone lists, such as Europe/Berlin, not %q.", l.Timezone)
	}
	if tongue, ok := region.Tongue(l.Language); l.Language != "" && (!ok || tongue.LocaleCode != l.Language) {
		return nil, rc.Errorf(rc.Invalid, "--language must be one that GET /restapi/v1.0/dictionary/language lists, such as de-DE, not %q.", l.Language)
	}
	if l.TimeFormat != "" && l.TimeFormat != "12h" && l.TimeFormat != "24h" {
		return nil, rc.Errorf(rc.Invalid, "--time-format must be 12h or 24h, not %q.", l.TimeFormat)
	}
	return json.Marshal(region.Locale(l))
}
