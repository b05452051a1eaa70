package logbook

import (
	"cmp"
	"net/http"
	"regexp"
	"strings"
	"time"
)

// dates are the short dates of browsers (Intl.DateTimeFormat without
// options), because a conversation's log id ends in one
// (contract/service.md 8.1). A language stands for its regions that are not
// named.
var dates = map[string]string{
	"en": "1/2/2006", "en-GB": "02/01/2006", "en-AU": "02/01/2006", "en-NZ": "2/01/2006", "en-IE": "2/1/2006", "en-IN": "2/1/2006",
	"en-CA": "2006-01-02", "en-ZA": "2006/01/02",
	"fr": "02/01/2006", "fr-CA": "2006-01-02", "fr-CH": "02.01.2006",
	"de": "2.1.2006", "it": "02/01/2006", "es": "2/1/2006", "ca": "2/1/2006", "pt": "02/01/2006",
	"nl": "2-1-2006", "nl-BE": "2/1/2006", "sv": "2006-01-02", "lt": "2006-01-02", "da": "2.1.2006", "nb": "2.1.2006", "no": "2.1.2006", "fi": "2.1.2006",
	"et": "2.1.2006", "he": "2.1.2006", "pl": "2.01.2006", "cs": "2. 1. 2006", "sk": "2. 1. 2006", "sl": "2. 1. 2006", "hr": "02. 01. 2006.",
	"ru": "02.01.2006", "uk": "02.01.2006", "tr": "02.01.2006", "ro": "02.01.2006", "hu": "2006. 01. 02.",
	"el": "2/1/2006", "vi": "2/1/2006", "id": "2/1/2006",
	"ja": "2006/1/2", "zh": "2006/1/2", "zh-HK": "2/1/2006", "ko": "2006. 1. 2.",
}

// writeDate writes a day as browsers of the locale do; as in the United
// States where nobody knows.
func writeDate(at time.Time, locale string) string {
	layout, ok := dates[locale]
	if !ok {
		language, _, _ := strings.Cut(locale, "-")
		if layout, ok = dates[language]; !ok {
			layout = dates["en"]
		}
	}
	return at.Format(layout)
}

var localeTag = regexp.MustCompile(`^[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}$`)

// localeHeader names the browser's own language, in which its pages write
// dates. The phone may speak another, and a log keeps its id when its user
// chooses one.
const localeHeader = "X-Locale"

// localeOf is the browser's first language; empty when it names none.
func localeOf(r *http.Request) string {
	first, _, _ := strings.Cut(cmp.Or(r.Header.Get(localeHeader), r.Header.Get("Accept-Language")), ",")
	first, _, _ = strings.Cut(first, ";")
	if first = strings.TrimSpace(first); localeTag.MatchString(first) {
		return first
	}
	return ""
}

// zoneOf is the zone that the page names; empty when it names none.
func zoneOf(r *http.Request) string {
	name := r.Header.Get("X-Time-Zone")
	if name == "" || len(name) > 64 || name == "Local" {
		return ""
	}
	if _, err := time.LoadLocation(name); err != nil {
		return ""
	}
	return name
}
