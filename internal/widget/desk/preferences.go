package desk

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/nyaruka/phonenumbers"

	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/lang"
)

// Preferences are how the user likes their phone, in every browser. The zero
// value is a phone that nobody has changed.
type Preferences struct {
	Theme    string `json:"theme,omitempty"`    // light, dark, contrast; empty for as the system
	Sender   string `json:"sender,omitempty"`   // the number that new texts are sent from; empty for the first
	Enter    string `json:"enter,omitempty"`    // newline where Enter begins a line; empty where it sends
	Country  string `json:"country,omitempty"`  // ISO code that numbers are read in; empty for the account's
	AreaCode string `json:"areaCode,omitempty"` // put before numbers that lack theirs
	Sound    string `json:"sound,omitempty"`    // of what comes in; empty for chime, none for none
	Volume   string `json:"volume,omitempty"`   // in percent; empty for 60
	Keys     string `json:"keys,omitempty"`     // off where single keys do nothing
	Language string `json:"language,omitempty"` // BCP 47; empty for the page's or the browser's

	Ringtone   string `json:"ringtone,omitempty"`   // of calls; empty for the page's, or rising where it has none
	RingVolume string `json:"ringVolume,omitempty"` // in percent; empty for that of the page's, or Volume

	// What becomes of calls (calling.go).
	CallWith   string `json:"callWith,omitempty"`      // Browser, or RingOut where the user's own phone rings first; empty for who has not chosen
	PageWay    string `json:"pageWay,omitempty"`       // the same, as a page wants it for who has not chosen; empty for the browser
	MyLocation string `json:"myLocation,omitempty"`    // the number of that phone; empty for the user's own
	Prompt     string `json:"ringoutPrompt,omitempty"` // on, where who answers that phone is asked to press 1 first
	CallerID   string `json:"callerId,omitempty"`      // of those the user may show, or Anonymous; empty for the platform's choice
	Left       string `json:"left,omitempty"`          // a call.Way: of a call that no page comes back to
	LeftTo     string `json:"leftTo,omitempty"`        // its number
	LeftAfter  string `json:"leftAfter,omitempty"`     // in seconds; empty for 30
	Unseen     string `json:"unseen,omitempty"`        // a call.Way: of a call that no page shows
	UnseenTo   string `json:"unseenTo,omitempty"`      // its number
	DropAfter  string `json:"dropAfter,omitempty"`     // seconds of silence before a recorded message; empty for 2
}

// Sounds are what an arrival may sound like, the usual one first.
var Sounds = []string{"chime", "knock", "marimba", "ripple", "none"}

// Ringtones are what calls may sound like, the usual one first.
var Ringtones = []string{"rising", "classic", "marimba", "bells", "harp", "pulse", "none"}

// place is where a preference is kept, and check says with a sentence why a
// value is none.
func (p *Preferences) place(name string) (at *string, check func(string) error) {
	switch name {
	case "theme":
		return &p.Theme, among("light", "dark", "contrast")
	case "sender":
		return &p.Sender, nil // the desk knows the user's numbers
	case "enter":
		return &p.Enter, among("newline")
	case "country":
		return &p.Country, country
	case "areaCode":
		return &p.AreaCode, areaCode
	case "sound":
		return &p.Sound, among(Sounds...)
	case "volume":
		return &p.Volume, percent
	case "ringtone":
		return &p.Ringtone, among(Ringtones...)
	case "ringVolume":
		return &p.RingVolume, percent
	case "keys":
		return &p.Keys, among("off")
	case "language":
		return &p.Language, tongue
	}
	return p.calling(name)
}

func among(values ...string) func(string) error {
	return func(v string) error {
		if v != "" && !slices.Contains(values, v) {
			return rc.Errorf(rc.Invalid, "The phone has no such choice. Choose another.")
		}
		return nil
	}
}

func tongue(v string) error {
	if v != "" && lang.Find(v) == nil {
		return rc.Errorf(rc.Invalid, "The phone does not speak this language. Choose another.")
	}
	return nil
}

func country(v string) error {
	if v != "" && phonenumbers.GetCountryCodeForRegion(v) == 0 {
		return rc.Errorf(rc.Invalid, "The phone does not know this country. Choose another.")
	}
	return nil
}

// areaCode takes those of the countries whose numbers may lack theirs: two to
// nine, and two more digits.
func areaCode(v string) error {
	if v == "" || len(v) == 3 && v[0] >= '2' && v[0] <= '9' && digits(v) == v {
		return nil
	}
	return rc.Errorf(rc.Invalid, "An area code has three digits and does not begin with 0 or 1, such as 415.")
}

func percent(v string) error {
	if v == "" {
		return nil
	}
	if n, err := strconv.Atoi(v); err != nil || n < 0 || n > 100 || strconv.Itoa(n) != v {
		return rc.Errorf(rc.Invalid, "The volume goes from 0 to 100.")
	}
	return nil
}

// HasAreaCodes reports whether numbers of a country may be written without
// their area code, and with the preference be read so.
func HasAreaCodes(country string) bool { return phonenumbers.GetCountryCodeForRegion(country) == 1 }

// Preferences are how the user likes their phone now.
func (d *Desk) Preferences() Preferences {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.preferences
}

// AreaCode is what is put before numbers that lack theirs, empty where no
// number does.
func (d *Desk) AreaCode() string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.ledger.people.area
}

// SetPreferences changes the named ones and returns when they are durable. An
// empty value is the usual one. A name or value that there is not changes
// nothing and is an *rc.Error.
func (d *Desk) SetPreferences(ctx context.Context, values map[string]string) error {
	return d.changePreferences(ctx, func(next *Preferences) error {
		for name, v := range values {
			at, check := next.place(name)
			if at == nil {
				return rc.Errorf(rc.Invalid, "The phone has no such setting.")
			}
			var err error
			if check != nil {
				err = check(v)
			}
			if err == nil {
				v, err = d.suits(name, v)
			}
			if err != nil {
				return err
			}
			*at = v
		}
		return next.whole()
	})
}

// changePreferences has f change them, and returns when that is durable. An
// error of f's changes nothing.
func (d *Desk) changePreferences(ctx context.Context, f func(next *Preferences) error) error {
	d.choosing.Lock()
	defer d.choosing.Unlock()
	// What another server has changed since stays.
	next, err := d.keptPreferences(ctx, d.pool.Store)
	if err != nil {
		return err
	}
	if err := f(&next); err != nil {
		return err
	}
	if err := d.keepPreferences(ctx, next); err != nil {
		return err
	}
	d.prefer(next)
	d.announcePreferences(ctx)
	return nil
}

// suits reads a value that only the desk can judge, because it knows the
// user's numbers and their country.
func (d *Desk) suits(name, v string) (string, error) {
	switch {
	case v == "":
	case name == "sender":
		return v, d.sends(v)
	case name == "callerId" && v != Anonymous && !d.MayShow(v):
		return v, rc.Errorf(rc.Invalid, "This number is not yours to be shown. Choose another one.")
	case name == "callWith" && v == RingOut && !d.CanRingOut():
		return v, rc.Errorf(rc.Denied, "Your plan has no calls that ring your own phone first. Ask your administrator.")
	case name == "myLocation":
		return d.location(v)
	case name == "leftTo", name == "unseenTo":
		return d.elsewhere(v)
	}
	return v, nil
}

func (d *Desk) sends(number string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	_, err := d.sender(number, true)
	return err
}

func (d *Desk) preferencesRow() string {
	return fmt.Sprintf("preferences/%q/%q/%q", d.owner.platform, d.owner.clientID, d.owner.ownerID)
}

// keptPreferences are those in the store. What cannot be opened any more is
// logged and counts as none: the user chooses again.
func (d *Desk) keptPreferences(ctx context.Context, r store.PreferenceReader) (p Preferences, err error) {
	row, err := r.Preferences(ctx, d.owner.platform, d.owner.clientID, d.owner.ownerID)
	if errors.Is(err, store.ErrNotFound) {
		return p, nil
	}
	if err != nil {
		return p, fmt.Errorf("reading preferences: %w", err)
	}
	plain, err := d.pool.Ring.Open(row.Sealed, d.preferencesRow())
	if err == nil {
		err = json.Unmarshal(plain, &p)
	}
	if err != nil {
		d.log.Error("preferences are lost", "err", err)
	}
	return p, nil
}

func (d *Desk) keepPreferences(ctx context.Context, p Preferences) error {
	plain, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("encoding preferences: %w", err)
	}
	row := store.Preferences{
		Platform: d.owner.platform, ClientID: d.owner.clientID, OwnerID: d.owner.ownerID,
		Sealed: d.pool.Ring.Seal(plain, d.preferencesRow()), ChangedAt: d.pool.Now(),
	}
	if err := d.pool.Store.Write(ctx, func(tx store.WidgetTx) error { return tx.PutPreferences(ctx, row) }); err != nil {
		return fmt.Errorf("writing preferences down: %w", err)
	}
	return nil
}

// prefer takes preferences over and tells the watchers: numbers are read and
// written in another country, texts sent from another number.
func (d *Desk) prefer(next Preferences) {
	d.mu.Lock()
	defer d.mu.Unlock()
	before := d.preferences
	d.preferences = next
	if next == before {
		return
	}
	d.tell(Event{Type: EventPreferences})
	if d.identity == nil || next.Country == before.Country && next.AreaCode == before.AreaCode && next.Sender == before.Sender {
		return
	}
	c := newChange()
	c.names = true
	d.settle(*d.identity, c)
	d.commit(c)
}

// loadPreferences reads them at the beginning, when nobody else has the desk.
func (d *Desk) loadPreferences(ctx context.Context) (err error) {
	d.preferences, err = d.keptPreferences(ctx, d.pool.Store)
	return err
}

// A preferencesNote tells the other processes that preferences have changed.
type preferencesNote struct {
	GrantID string `json:"grantId"`
	Process string `json:"process"`
}

func (d *Desk) announcePreferences(ctx context.Context) {
	data, err := json.Marshal(preferencesNote{d.grantID, d.pool.process})
	if err == nil {
		err = d.pool.Bus.Publish(ctx, preferencesChanged, data)
	}
	if err != nil {
		d.log.Error("announcing preferences", "err", err)
	}
}

// preferencesChanged reads what another process has changed.
func (p *Pool) preferencesChanged(data []byte) {
	var n preferencesNote
	if err := json.Unmarshal(data, &n); err != nil {
		p.Log.Error("reading the change of preferences", "err", err)
		return
	}
	if n.Process == p.process {
		return
	}
	d, _ := p.present(n.GrantID)
	if d == nil {
		return
	}
	d.choosing.Lock()
	defer d.choosing.Unlock()
	next, err := d.keptPreferences(p.ctx, p.Store)
	if err == nil {
		d.prefer(next)
	} else if !errors.Is(err, context.Canceled) {
		p.Log.Error("reading preferences", "err", err)
	}
}
