package oauth

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"offhook/internal/rc"
)

// texts are the words of the pages in one language. Every field is used and
// every language fills every field; %s stands for a name and %d for a number
// of two or more.
type texts struct {
	Lang string // BCP 47 tag, as the page's lang

	SignIn       string
	SignInTo     string // %s: app; the title
	GoOnTo       string // %s: app
	Username     string
	UsernameHint string // %s: an example
	Password     string
	Cancel       string
	SentBack     string // %s: host

	FillIn        string
	WrongPassword string
	WaitSeconds   string // %d
	WaitMinutes   string // %d

	ChooseTitle  string // %s: app
	ChooseLead   string
	ContinueAs   string // %s: person
	OtherAccount string

	ConsentTitle string // %s: app
	ConsentBy    string // %s: company
	ConsentLead  string
	Allow        string
	ConsentCare  string // %s: host

	RefusalTitle  string
	Close         string
	ForDevelopers string

	UnknownApp     string
	ForeignAddress string
	NoAddress      string
	CrossSite      string
	Stale          string
	Expired        string
	Broken         string
	Failed         string

	LeaveTitle string // %s: app
	LeaveLead  string // %s: app
	LeaveLink  string // %s: host

	Scopes map[rc.Scope]string // what each permission lets the app do
	OpenID map[string]string
}

// languages are the languages of the pages; the first is for everybody whose
// own is not here.
var languages = []*texts{&english, &german, &french, &spanish, &italian, &portuguese, &dutch, &japanese, &simplifiedChinese, &traditionalChinese, &hebrew}

// Dir is the direction that the language is written in, as the page's dir.
func (t *texts) Dir() string {
	if t == &hebrew {
		return "rtl"
	}
	return "ltr"
}

// Locales are the languages of the pages, as BCP 47 tags.
func Locales() []string {
	var tags []string
	for _, t := range languages {
		tags = append(tags, t.Lang)
	}
	return tags
}

// language chooses the language of the pages: by ui_locales, else by
// RingCentral's own localeId, else as the browser prefers.
func language(p params, r *http.Request) *texts {
	wishes := append(strings.Fields(p["ui_locales"]), p["localeId"])
	for part := range strings.SplitSeq(r.Header.Get("Accept-Language"), ",") {
		tag, quality, _ := strings.Cut(part, ";") // browsers send them in the order of their quality
		if strings.TrimSpace(quality) != "q=0" {
			wishes = append(wishes, strings.TrimSpace(tag))
		}
	}
	for _, wish := range wishes {
		if t := lookup(wish); t != nil {
			return t
		}
	}
	return languages[0]
}

// lookup finds a language by its tag, which may be written with underscores as
// RingCentral does. The region matters where it says how a language is written.
func lookup(tag string) *texts {
	parts := strings.Split(strings.ToLower(strings.ReplaceAll(tag, "_", "-")), "-")
	if parts[0] == "zh" {
		return chinese(parts[1:])
	}
	i := slices.IndexFunc(languages, func(t *texts) bool {
		primary, _, _ := strings.Cut(t.Lang, "-")
		return strings.ToLower(primary) == parts[0]
	})
	if i < 0 {
		return nil
	}
	return languages[i]
}

// chinese chooses the script: the one that the tag names, else that of its
// region, else the simplified one, as CLDR's likely subtags do.
func chinese(subtags []string) *texts {
	traditional := slices.ContainsFunc(subtags, func(s string) bool { return s == "tw" || s == "hk" || s == "mo" })
	if slices.Contains(subtags, "hant") || traditional && !slices.Contains(subtags, "hans") {
		return &traditionalChinese
	}
	return &simplifiedChinese
}

// wait says how long to wait. Rounding up to two or more keeps every
// language clear of its singular.
func (t *texts) wait(d time.Duration) string {
	if seconds := int((d + time.Second - 1) / time.Second); seconds <= 90 {
		return fmt.Sprintf(t.WaitSeconds, max(2, seconds))
	}
	return fmt.Sprintf(t.WaitMinutes, max(2, int((d+time.Minute-1)/time.Minute)))
}

// wishes says what scopes let an app do. A scope that another one includes is
// part of that one's words.
func (t *texts) wishes(scopes rc.ScopeSet, openID []string) []string {
	var out []string
	for _, s := range openID {
		out = append(out, t.OpenID[s])
	}
	for i, s := range scopes {
		others := slices.Concat(scopes[:i], scopes[i+1:])
		if !rc.ScopeSet(others).Has(s) {
			out = append(out, t.Scopes[s])
		}
	}
	return out
}

// A phrase is a text cut at its placeholder, so that a page can dress what
// stands there.
type phrase struct{ Before, Value, After string }

func cut(format, value string) phrase {
	before, after, _ := strings.Cut(format, "%s")
	return phrase{before, value, after}
}

// String returns the phrase without dress.
func (p phrase) String() string { return p.Before + p.Value + p.After }
