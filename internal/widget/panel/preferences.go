package panel

import (
	"context"
	"net/http"

	"offhook/internal/rc"
	"offhook/internal/widget/markup"
)

// Preferring keeps how the user likes their phone, in every browser.
type Preferring interface {
	Preferences() Preferences
	// SetPreferences changes the named ones and returns when that is durable.
	// What it may say no with is an *rc.Error.
	SetPreferences(ctx context.Context, values map[string]string) error
	// Countries are those whose numbers can be read, by name.
	Countries() []Country
	// Sounds are what an arrival may sound like, the usual one first.
	Sounds() []string
	// Ringtones are what calls may sound like, the usual one first.
	Ringtones() []string
	// CanRingOut reports whether the user's own phone can ring first.
	CanRingOut() bool
	// CallerIDs are the user's numbers that callees may be shown.
	CallerIDs() []string
}

// Preferences are what the user has chosen; empty is the usual.
type Preferences struct {
	Theme    string // light, dark, contrast; empty for as the system
	Sender   string // the number that new texts are sent from
	Enter    string // newline where Enter begins a line
	Country  string // ISO code; empty for the account's
	AreaCode string
	Sound    string
	Volume   string // in percent
	Keys     string // off where single keys do nothing
	Language string // BCP 47; empty for the page's or the browser's

	Ringtone   string // empty for the page's, or the usual one where it has none
	RingVolume string // in percent; empty for that of the page's ringtone, or Volume

	CallWith   string // browser, or ringout where the user's own phone rings first; empty for who has not chosen
	PageWay    string // the same, as a page wants it for who has not chosen; empty for the browser
	MyLocation string // the number of that phone; empty for the user's own
	Prompt     string // on, where who answers that phone is asked to press 1 first
	CallerID   string // of the user's numbers, or anonymous; empty for the platform's choice
	Left       string // voicemail or forward: of calls that no page comes back to; empty ends them
	LeftTo     string
	LeftAfter  string // seconds; empty for 30
	Unseen     string // voicemail or forward: of calls that no page shows; empty leaves them to the platform
	UnseenTo   string
	DropAfter  string // seconds of silence before a recorded message; empty for 2
}

// A Country is one whose numbers can be read.
type Country struct {
	Code      string
	Name      string
	Dial      int
	AreaCodes bool // its numbers may be written without their area code
	Renamed   bool // its name is a sentence: what libraries call it is out of date
}

// setPreferences answers what a page of the settings has changed.
func (h *Handler) setPreferences(w http.ResponseWriter, r *http.Request, p page) error {
	if err := readForm(w, r); err != nil {
		return err
	}
	values := make(map[string]string, len(r.PostForm))
	for name, all := range r.PostForm {
		values[name] = markup.Cut(all[0], 100)
	}
	if len(values) == 0 {
		return rc.Errorf(rc.Invalid, "Nothing was chosen.")
	}
	if err := p.desk.SetPreferences(r.Context(), values); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}
