package panel

import (
	"cmp"
	"fmt"
	"net/http"
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
}

func newPreferring(p page, version string) preferringView {
	return preferringView{
		page: p, Me: p.desk.Me(), Preferences: p.desk.Preferences(), Status: p.desk.Status(), Host: hostOf(p.visit.Frame.Origin),
		Version: version, Now: p.clock.now, Licences: licences, Shortcuts: shortcuts, Checks: checks(p),
	}
}

// settingPages are the templates of the pages by their path; the contract's
// ringtone is the page of notifications here.
var settingPages = map[string]string{
	"text": "settings-text", "notifications": "settings-notifications", "ringtone": "settings-notifications", "audio": "settings-audio",
	"language": "settings-language", "theme": "settings-theme", "region": "settings-region", "keyboard": "settings-keyboard", "why": "settings-why", "about": "settings-about",
}

func (h *Handler) settingsPage(w http.ResponseWriter, r *http.Request, p page) error {
	name, ok := settingPages[r.PathValue("page")]
	if !ok {
		return rc.Errorf(rc.NotFound, "The settings have no such page.")
	}
	return render(w, http.StatusOK, name, newPreferring(p, h.Version))
}

// rows are the pages that there are for this user.
func (v preferringView) rows() []settingsRow {
	var all []settingsRow
	if len(v.senders()) > 0 {
		all = append(all, settingsRow{"text", "message-square", "Texts", v.textLine(), ""})
	}
	return append(all,
		settingsRow{"notifications", "bell", "Notifications and sound", "", "notifications"},
		settingsRow{"audio", "volume-2", "Audio devices", "", "audio"},
		settingsRow{"theme", "palette", "Theme", choiceOf(themes, v.Theme).Name, ""},
		settingsRow{"language", "languages", "Language", v.languageLine(), ""},
		settingsRow{"region", "globe", "Region", v.regionLine(), ""},
		settingsRow{"keyboard", "keyboard", "Keyboard", cmp.Or(map[string]string{"off": "Single keys are off"}[v.Keys], "Press ? to see every shortcut"), ""},
		settingsRow{"why", "circle-question-mark", "Why can’t I…", "Find out what stands in the way", ""},
		settingsRow{"about", "info", "About", "Offhook " + v.Version, ""},
	)
}

func (v preferringView) textLine() string {
	from := v.senders()[0].Display
	if v.NewLine() {
		return fmt.Sprintf("From %s · Enter begins a new line", from)
	}
	return fmt.Sprintf("From %s · Enter sends", from)
}

// languageLine names the chosen language in that language.
func (v preferringView) languageLine() string {
	if l := lang.Find(v.Language); l != nil {
		return l.Name
	}
	return "As this page or your browser"
}

// Languages are those that the phone speaks.
func (v preferringView) Languages() []*lang.Language { return lang.All }

func (v preferringView) regionLine() string {
	name := v.Region().Name
	if v.ShowArea() && v.AreaCode != "" {
		return fmt.Sprintf("%s · Area code %s", name, v.AreaCode)
	}
	return name
}

// NewLine reports whether Enter begins a new line.
func (v preferringView) NewLine() bool { return v.Enter == "newline" }

// Senders are the numbers that texts can be sent from, the chosen one first.
func (v preferringView) Senders() []OwnNumber { return v.senders() }

// Region is the country that numbers are read in.
func (v preferringView) Region() Country {
	for _, c := range v.desk.Countries() {
		if c.Code == v.Me.Country {
			return c
		}
	}
	return Country{Code: v.Me.Country, Name: v.Me.Country}
}

// Account is the country of the account.
func (v preferringView) Account() string {
	for _, c := range v.desk.Countries() {
		if c.Code == v.HomeCountry {
			return c.Name
		}
	}
	return v.HomeCountry
}

// Chosen is the country that the user has chosen; empty for the account's.
func (v preferringView) Chosen() string { return v.Preferences.Country }

// Countries are all to choose from.
func (v preferringView) Countries() []Country { return v.desk.Countries() }

// ShowArea reports whether numbers may lack their area code there.
func (v preferringView) ShowArea() bool { return v.Region().AreaCodes }

// A choice is one of several.
type choice struct{ Value, Name, Note string }

// themes are what the phone can look like.
var themes = []choice{
	{"", "As the system", "Light by day and dark by night, where your system is set so"},
	{"light", "Light", ""},
	{"dark", "Dark", ""},
	{"contrast", "High contrast", "Black and white, strong lines"},
}

// sounds are what the sounds are called.
var sounds = []choice{
	{"chime", "Chime", ""}, {"knock", "Knock", ""}, {"marimba", "Marimba", ""}, {"ripple", "Ripple", ""}, {"none", "No sound", ""},
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
