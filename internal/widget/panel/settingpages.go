package panel

import (
	"cmp"
	"net/http"
	"slices"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/lang"
)

// A settingsRow is a page of the settings in their list.
type settingsRow struct {
	Path string
	Icon string
	Name string
	Line string // what is set now; the browser's part of it comes from there
	Kept string // under what name the browser knows its part, empty for none
}

// A preferringView is one page of the settings.
type preferringView struct {
	page
	Me
	Preferences
	Status    Status
	Host      string
	Version   string
	Now       time.Time // the server's clock, to compare with
	Licences  []licence
	Shortcuts []shortcut
	Checks    []serverCheck
	Drops     bool // there are recorded messages to be left in calls
}

func newPreferring(p page, version string) preferringView {
	return preferringView{
		page: p, Me: p.desk.Me(), Preferences: p.desk.Preferences(), Status: p.desk.Status(), Host: hostOf(p.visit.Frame.Origin),
		Version: version, Now: p.clock.now, Licences: licences, Shortcuts: p.shortcuts(), Checks: checks(p),
	}
}

// settingPages are the templates of the pages by their path; where nobody can
// call, the contract's ringtone is the page of notifications.
var settingPages = map[string]string{
	"calling": "settings-calling", "text": "settings-text", "notifications": "settings-notifications", "ringtone": "settings-ringtone", "audio": "settings-audio",
	"language": "settings-language", "theme": "settings-theme", "region": "settings-region", "keyboard": "settings-keyboard", "why": "settings-why", "about": "settings-about",
}

func (h *Handler) settingsPage(w http.ResponseWriter, r *http.Request, p page) error {
	name, ok := settingPages[r.PathValue("page")]
	if name == "settings-ringtone" && !p.Callable {
		name = "settings-notifications"
	}
	if !ok || p.Held && name == "settings-language" || !p.Callable && name == "settings-calling" {
		return rc.Errorf(rc.NotFound, "The settings have no such page.")
	}
	v := newPreferring(p, h.Version)
	v.Drops = h.drops(p)
	if name == "settings-why" && p.Callable {
		now, err := h.now(r.Context(), p.visit.Session.GrantID)
		if err != nil {
			return err
		}
		v.Checks = slices.Insert(v.Checks, 1, lineCheck(now.Line))
	}
	return render(w, http.StatusOK, name, v)
}

// rows are the pages that there are for this user.
func (v preferringView) rows() []settingsRow {
	var all []settingsRow
	if v.Callable {
		all = append(all, settingsRow{"calling", "phone", v.Lang.Say("Calling"), v.callingLine(), ""}, settingsRow{"ringtone", "phone-incoming", v.Lang.Say("Ringtone"), v.ringLine(), "ringtone"})
	}
	if len(v.senders()) > 0 {
		all = append(all, settingsRow{"text", "message-square", v.Lang.Say("Texts"), v.textLine(), ""})
	}
	keys := v.Lang.Say("Press ? to see every shortcut")
	if v.Keys == "off" {
		keys = v.Lang.Say("Single keys are off")
	}
	all = append(all,
		settingsRow{"notifications", "bell", v.Lang.Say("Notifications and sound"), "", "notifications"},
		settingsRow{"audio", "volume-2", v.Lang.Say("Audio devices"), "", "audio"},
		settingsRow{"theme", "palette", v.Lang.Say("Theme"), v.Lang.Say(choiceOf(themes, v.Theme).Name), ""},
	)
	// A page in another language is a new page, and there the session would not be.
	if !v.Held {
		all = append(all, settingsRow{"language", "languages", v.Lang.Say("Language"), v.languageLine(), ""})
	}
	return append(all,
		settingsRow{"region", "globe", v.Lang.Say("Region"), v.regionLine(), ""},
		settingsRow{"keyboard", "keyboard", v.Lang.Say("Keyboard"), keys, ""},
		settingsRow{"why", "circle-question-mark", v.Lang.Say("Why can’t I…"), v.Lang.Say("Find out what stands in the way"), ""},
		settingsRow{"about", "info", v.Lang.Say("About"), "Offhook " + v.Version, ""},
	)
}

func (v preferringView) textLine() string {
	from := v.senders()[0].Display
	if v.NewLine() {
		return v.Lang.Say("From %s · Enter begins a new line", from)
	}
	return v.Lang.Say("From %s · Enter sends", from)
}

// languageLine names the chosen language in that language.
func (v preferringView) languageLine() string {
	if l := lang.Find(v.Language); l != nil {
		return l.Name
	}
	return v.Lang.Say("As this page or your browser")
}

// Languages are those that the phone speaks.
func (v preferringView) Languages() []*lang.Language { return lang.All }

func (v preferringView) regionLine() string {
	name := v.Region().Name
	if v.ShowArea() && v.AreaCode != "" {
		return name + " · " + v.Lang.Say("Area code %s", v.AreaCode)
	}
	return name
}

// NewLine reports whether Enter begins a new line.
func (v preferringView) NewLine() bool { return v.Enter == "newline" }

// Senders are the numbers that texts can be sent from, the chosen one first.
func (v preferringView) Senders() []OwnNumber { return v.senders() }

// Region is the country that numbers are read in.
func (v preferringView) Region() Country { return v.country(v.Me.Country) }

// Account is the country of the account.
func (v preferringView) Account() string { return v.country(v.HomeCountry).Name }

func (p page) country(code string) Country {
	for _, c := range p.desk.Countries() {
		if c.Code == code {
			c.Name = p.countryName(c)
			return c
		}
	}
	return Country{Code: code, Name: code}
}

// countryName is what the reader calls a country.
func (p page) countryName(c Country) string {
	if c.Renamed || p.Lang == nil || len(p.Lang.Catalogs) == 0 {
		return p.Lang.Say(c.Name)
	}
	return cmp.Or(p.Lang.Country(c.Code), c.Name)
}

// Chosen is the country that the user has chosen; empty for the account's.
func (v preferringView) Chosen() string { return v.Preferences.Country }

// Countries are all to choose from, where their readers look for them.
func (v preferringView) Countries() []Country {
	all := slices.Clone(v.desk.Countries())
	for i := range all {
		all[i].Name = v.countryName(all[i])
	}
	compare := v.Lang.Compare()
	slices.SortStableFunc(all, func(a, b Country) int { return compare(a.Name, b.Name) })
	return all
}

// ShowArea reports whether numbers may lack their area code there.
func (v preferringView) ShowArea() bool { return v.Region().AreaCodes }

// A choice is one of several.
type choice struct{ Value, Name, Note string }

// themes are what the phone can look like.
var themes = []choice{
	{"", lang.Mark("As the system"), lang.Mark("Light by day and dark by night, where your system is set so")},
	{"light", lang.Mark("Light"), ""},
	{"dark", lang.Mark("Dark"), ""},
	{"contrast", lang.Mark("High contrast"), lang.Mark("Black and white, strong lines")},
}

// sounds are what the sounds are called.
var sounds = []choice{
	{"chime", lang.Mark("Chime"), ""}, {"knock", lang.Mark("Knock"), ""}, {"marimba", lang.Mark("Marimba"), ""}, {"ripple", lang.Mark("Ripple"), ""}, {"none", lang.Mark("No sound"), ""},
}

func choiceOf(all []choice, value string) choice {
	for _, c := range all {
		if c.Value == value {
			return c
		}
	}
	return all[0]
}

// Themes are the themes to choose from.
func (preferringView) Themes() []choice { return themes }

// Tones are the sounds to choose from.
func (v preferringView) Tones() []choice {
	var all []choice
	for _, name := range v.desk.Sounds() {
		all = append(all, choiceOf(sounds, name))
	}
	return all
}

// Tone is the chosen sound.
func (v preferringView) Tone() string { return choiceOf(sounds, v.Sound).Value }

// Loudness is the volume in percent.
func (v preferringView) Loudness() string { return cmp.Or(v.Volume, "60") }

// Platform is where the phone system is.
func (v preferringView) Platform() string { return hostOf(v.visit.Frame.Platform) }

// Millis is the server's clock as the browser counts.
func (v preferringView) Millis() int64 { return v.Now.UnixMilli() }
