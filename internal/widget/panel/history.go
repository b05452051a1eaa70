package panel

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/call"
	"offhook/internal/widget/contact"
	"offhook/internal/widget/lang"
	"offhook/internal/widget/markup"
)

// History is what the panels need of one user's call log.
type History interface {
	// CallLog says what is known of it.
	CallLog(ctx context.Context) CallLog
	// Calls are the calls that are known, newest first.
	Calls() []Call
	// Call is one of them with its way, or a NotFound *rc.Error.
	Call(id string) (Call, error)
	// CallNote is what is known here of a call by its telephony session, and
	// not at the platform; false for nothing.
	CallNote(ctx context.Context, session string) (call.Note, bool, error)
	// CallNotes are those of the latest calls, the newest first.
	CallNotes(ctx context.Context, limit int) ([]call.Note, error)
	// MoreCalls waits for older ones. The error is an *rc.Error.
	MoreCalls(ctx context.Context) error
	// SeeCalls notes that missed calls have been looked at.
	SeeCalls()
	// RefreshCalls has the log read again soon.
	RefreshCalls()
	// Recording is what was recorded of a call. The error is an *rc.Error.
	Recording(ctx context.Context, callID string) (Sound, error)
}

// A CallLog says what is known of the user's call log.
type CallLog struct {
	Readable bool // the platform lets the user and this app read it
	Hearable bool // and listen to recordings
	Synced   bool // it has been read
	More     bool // there may be older calls
	Full     bool // older ones are not held here
	Missed   int
}

// A Call is a call of the user's past.
type Call struct {
	ID        string
	SessionID string // the call that the record is of
	Telephony string // its telephony session
	Party     Party  // the other one; without a number when they withheld it
	Inbound   bool
	// Conference is one that the user has called: its Party is nobody.
	Conference bool
	Missed     bool
	Fax        bool
	Voicemail  bool   // the caller has left one
	Declined   bool   // the user has turned it away, and has not missed it
	Result     string // as the platform says it
	Reason     string // the same
	At         time.Time
	Duration   time.Duration
	Recording  string
	Legs       []CallLeg
}

// A CallLeg is one stretch of a call's way.
type CallLeg struct {
	Type     string // as the platform says it
	From, To Party
	Result   string
	At       time.Time
	Duration time.Duration
}

// A Sound is a recording, whole.
type Sound struct {
	Type string
	Data []byte
}

// callRows is how many calls are shown at once; the button under them shows
// as many more.
const callRows = 100

// A historyView is the list of calls with its search.
type historyView struct {
	page
	Query  string
	Only   string // missed, in, out or recordings; empty for all
	Status Status
	Log    CallLog
	Days   []callDay
	Shown  int  // how many rows were asked for
	More   bool // there is something behind them
}

// A callDay is the calls of one calendar day.
type callDay struct {
	When  stamp
	Calls []callRow
}

// A callRow is one call in the list.
type callRow struct {
	Call
	Href   string
	Title  string
	Words  string // what became of it
	Icon   string
	Lasted string
	Short  string // the same as a player writes it
	When   stamp
	Text   string // the number that a text can go to
	Dial   string // what calls them
	Log    template.HTML
	Acts   CallActs
}

// narrow are the ways to narrow the list.
var narrow = []struct{ Key, Name string }{
	{"", lang.Mark("All|calls")},
	{"missed", lang.Mark("Missed|calls")},
	{"recordings", lang.Mark("Recordings")},
	{"in", lang.Mark("Incoming|calls")},
	{"out", lang.Mark("Outgoing|calls")},
}

// Chips are the ways that this user has.
func (v historyView) Chips() (all []struct{ Key, Name string }) {
	for _, n := range narrow {
		if n.Key != "recordings" || v.Log.Hearable {
			all = append(all, n)
		}
	}
	return all
}

func (h *Handler) mountHistory(mux *http.ServeMux) {
	for pattern, f := range map[string]deskFunc{
		"GET /p/{key}/panel/history":                     h.history,
		"GET /p/{key}/panel/history/recordings":          h.history,
		"GET /p/{key}/panel/history/list":                h.historyList,
		"POST /p/{key}/panel/history/older":              h.olderCalls,
		"POST /p/{key}/panel/history/seen":               h.seenCalls,
		"GET /p/{key}/panel/history/call/{id}":           h.call,
		"GET /p/{key}/panel/history/call/{id}/recording": h.recording,
	} {
		h.onDesk(mux, pattern, f)
	}
}

// history answers with the panel. Who looks wants the newest; what is new
// comes by an event.
func (h *Handler) history(w http.ResponseWriter, r *http.Request, p page) error {
	p.desk.RefreshCalls()
	only := r.FormValue("only")
	if strings.HasSuffix(r.URL.Path, "/recordings") {
		only = "recordings"
	}
	v := newHistory(r.Context(), p, r.FormValue("q"), only, callRows)
	if err := h.dressCalls(r.Context(), &v); err != nil {
		return err
	}
	return render(w, http.StatusOK, "history", v)
}

// historyList answers with the rows alone.
func (h *Handler) historyList(w http.ResponseWriter, r *http.Request, p page) error {
	v := newHistory(r.Context(), p, r.FormValue("q"), r.FormValue("only"), shownOf(r))
	if err := h.dressCalls(r.Context(), &v); err != nil {
		return err
	}
	return render(w, http.StatusOK, "calls", v)
}

// olderCalls shows more rows, and asks the platform when all that are known
// are shown.
func (h *Handler) olderCalls(w http.ResponseWriter, r *http.Request, p page) error {
	shown := shownOf(r) + callRows
	v := newHistory(r.Context(), p, r.FormValue("q"), r.FormValue("only"), shown)
	if v.Log.More && v.rows() < shown {
		if err := p.desk.MoreCalls(r.Context()); err != nil {
			return err
		}
		v = newHistory(r.Context(), p, r.FormValue("q"), r.FormValue("only"), shown)
	}
	if err := h.dressCalls(r.Context(), &v); err != nil {
		return err
	}
	return render(w, http.StatusOK, "calls", v)
}

// seenCalls notes that the missed calls have been on a screen.
func (h *Handler) seenCalls(w http.ResponseWriter, _ *http.Request, p page) error {
	p.desk.SeeCalls()
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func shownOf(r *http.Request) int {
	n, _ := strconv.Atoi(r.FormValue("n"))
	return min(max(n, callRows), 1<<16)
}

func newHistory(ctx context.Context, p page, query, only string, shown int) historyView {
	v := historyView{page: p, Query: markup.Cut(query, 200), Only: only, Status: p.desk.Status(), Log: p.desk.CallLog(ctx), Shown: shown}
	if !slices.ContainsFunc(v.Chips(), func(n struct{ Key, Name string }) bool { return n.Key == only }) {
		v.Only = ""
	}
	words := strings.Fields(contact.Fold(v.Query))
	digits := contact.SearchDigits(v.Query)
	count := 0
	for _, c := range p.desk.Calls() {
		with := c.Party
		if c.Conference {
			with.Name = p.Lang.Say("Conference")
		}
		if !v.selects(c) || !meets(with, words, digits) {
			continue
		}
		if count++; count > shown {
			v.More = true
			break
		}
		v.add(c)
	}
	v.More = v.More || v.Log.More
	return v
}

// rows is how many there are.
func (v historyView) rows() (n int) {
	for _, d := range v.Days {
		n += len(d.Calls)
	}
	return n
}

// selects reports whether a call is among those that the list is narrowed to.
func (v historyView) selects(c Call) bool {
	switch v.Only {
	case "missed":
		return c.Missed
	case "recordings":
		return c.Recording != ""
	case "in":
		return c.Inbound && !c.Missed
	case "out":
		return !c.Inbound
	}
	return true
}

// meets reports whether somebody is who is looked for: every word in their
// name, or the digits in their number or extension.
func meets(p Party, words []string, digits string) bool {
	if len(words) == 0 {
		return true
	}
	if digits != "" && (strings.Contains(contact.Digits(p.Number), digits) || strings.Contains(contact.Digits(p.Display), digits) || strings.HasPrefix(p.Extension, digits)) {
		return true
	}
	return meant(p, words)
}

func (v *historyView) add(c Call) {
	day := v.clock.Day(c.At)
	if n := len(v.Days); n == 0 || !v.clock.date(c.At).Equal(v.clock.date(v.Days[n-1].Calls[0].At)) {
		v.Days = append(v.Days, callDay{When: day})
	}
	d := &v.Days[len(v.Days)-1]
	d.Calls = append(d.Calls, v.page.row(c, v.Log.Hearable))
}

func (p page) row(c Call, hearable bool) callRow {
	if !hearable {
		c.Recording = ""
	}
	c.Party = p.portrayed(c.Party)
	row := callRow{Call: c, Href: "#/history/call/" + url.PathEscape(c.ID), Title: p.callTitle(c.Party), When: p.clock.Clock(c.At), Lasted: p.lasted(c.Duration)}
	if c.Conference {
		row.Title = p.Lang.Say("Conference")
	}
	row.Words, row.Icon = became(c)
	row.Words = p.Lang.Say(row.Words)
	if c.Missed || c.turnedAway() || !c.Inbound && c.Result != callConnected {
		row.Lasted = "" // how long it rang says nothing
	}
	if row.Lasted != "" {
		row.Short = clockwise(c.Duration)
	}
	if strings.HasPrefix(c.Party.Number, "+") && !c.Party.Self {
		row.Text = c.Party.Number
	}
	if !c.Fax {
		row.Dial = p.dial(c.Party)
	}
	return row
}

// callTitle is whom a call was with.
func (p page) callTitle(with Party) string {
	return cmp.Or(markup.Line(with.Name), markup.Line(p.written(with)), markup.Line(with.Number), p.Lang.Say("No caller ID"))
}

const callConnected = "Call connected"

// became says what became of a call, in words and by an icon.
func became(c Call) (words, icon string) {
	if c.Fax {
		if c.Inbound {
			return lang.Mark("Fax received"), "file-text"
		}
		return lang.Mark("Fax sent"), "file-text"
	}
	switch {
	case c.Inbound && c.Voicemail:
		return lang.Mark("Voicemail"), "voicemail"
	case c.Missed:
		return lang.Mark("Missed"), "phone-missed"
	case c.Inbound && c.Result == "Reply":
		return lang.Mark("Answered with a message"), "phone-off"
	case c.Inbound && (c.Result == rc.CallRejected || c.turnedAway()):
		return lang.Mark("Declined"), "phone-off"
	case c.Inbound && c.Result == "Blocked":
		return lang.Mark("Blocked"), "phone-off"
	case c.Inbound && c.Result == "Answered Elsewhere":
		return lang.Mark("Answered elsewhere"), "phone-incoming"
	case c.Inbound:
		return lang.Mark("Incoming"), "phone-incoming"
	}
	if words, ok := unreached[c.Result]; ok {
		return words, "phone-outgoing"
	}
	return lang.Mark("Outgoing"), "phone-outgoing"
}

// unanswered are the results of calls to the user that nobody answered.
var unanswered = []string{rc.CallMissed, rc.CallToVoicemail, rc.CallNoAnswer}

// turnedAway reports whether the user has declined a call that nobody answered
// in their place.
func (c Call) turnedAway() bool { return c.Declined && slices.Contains(unanswered, c.Result) }

// whyNot says in words why nobody answered a call to the user, as far as its
// record and the phone know; empty for nothing.
func whyNot(c Call) string {
	switch {
	case !c.Inbound || c.Fax:
	case c.Result == rc.CallRejected, c.turnedAway():
		return lang.Mark("You declined the call")
	case !c.Missed, c.Voicemail: // which the page says
	case c.Result == rc.CallToVoicemail:
		return lang.Mark("Sent to voicemail")
	case c.Reason == rc.CallHangUp:
		return lang.Mark("The caller has hung up.")
	case c.Reason == rc.CallNoAnswer:
		return lang.Mark("No answer")
	}
	return ""
}

// unreached says why an outgoing call reached nobody.
var unreached = map[string]string{
	"No Answer": lang.Mark("No answer"), "Busy": lang.Mark("Line busy"), "Rejected": lang.Mark("Declined"), "Declined": lang.Mark("Declined"), "Hang Up": lang.Mark("Cancelled"), "Wrong Number": lang.Mark("Wrong number"),
	"Call Failed": lang.Mark("Failed"), "Call Failure": lang.Mark("Failed"), "Blocked": lang.Mark("Blocked"), "Restricted Number": lang.Mark("Not allowed"), "Not Allowed": lang.Mark("Not allowed"),
	"International Disabled": lang.Mark("Not allowed"), "International Restricted": lang.Mark("Not allowed"), "No Calling Credit": lang.Mark("No credit left"), "Internal Error": lang.Mark("Failed"),
}

// lasted is a duration as people say it.
func (p page) lasted(d time.Duration) string {
	s := int(d.Round(time.Second) / time.Second)
	switch {
	case s <= 0:
		return ""
	case s < 60:
		return p.Lang.Say("%d s", s)
	case s < 3600:
		return p.Lang.Say("%d min %d s", s/60, s%60)
	}
	return p.Lang.Say("%d h %d min", s/3600, s/60%60)
}

// clockwise is a duration as players write it.
func clockwise(d time.Duration) string {
	s := int(d.Round(time.Second) / time.Second)
	if s < 3600 {
		return fmt.Sprintf("%d:%02d", s/60, s%60)
	}
	return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
}

// A callView is the page of one call.
type callView struct {
	page
	callRow
	Who     whoView
	Day     stamp
	Legs    []legView
	Met     []memberView // who was in it, of a conference whose record says so
	Holders holdersView
	Player  *playerView // of its recording
	Sound   *soundView  // nil where nothing is known of it
	WhyNot  string      // why nobody answered it; empty for nothing
	Unseen  bool        // it was missed because no page showed it
}

// A legView is one stretch of its way.
type legView struct {
	CallLeg
	Before, After string // the sentence around whom it was with
	Who           string
	When          stamp
	Lasted        string
}

func (h *Handler) call(w http.ResponseWriter, r *http.Request, p page) error {
	c, err := p.desk.Call(r.PathValue("id"))
	if err != nil {
		return err
	}
	v := newCall(p, c, p.desk.CallLog(r.Context()).Hearable)
	note, _, err := p.desk.CallNote(r.Context(), c.Telephony)
	if err != nil {
		return err
	}
	v.note(note)
	v.Holders.mayKeep(r.Context(), p)
	if err := h.dressCall(r.Context(), &v); err != nil {
		return err
	}
	return render(w, http.StatusOK, "call", v)
}

func newCall(p page, c Call, hearable bool) callView {
	v := callView{page: p, callRow: p.row(c, hearable), Who: newWho(p, c.Party), Day: p.clock.Day(c.At)}
	if why := whyNot(c); why != "" {
		v.WhyNot = p.Lang.Say(why)
	}
	if v.Recording != "" {
		v.Player = newPlayer(lang.Mark("Recording"), p.Path("history", "call", c.ID, "recording"), v.Duration)
	}
	if c.Party.Number != "" {
		v.Holders = p.holders("", c.Party)
	}
	switch {
	case c.Conference:
		v.Met = p.met(c)
	case len(c.Legs) > 1: // one leg is the call itself
		for _, l := range c.Legs {
			v.Legs = append(v.Legs, p.leg(c, l))
		}
	}
	return v
}

// met are those whom a conference's record names, each once.
func (p page) met(c Call) (all []memberView) {
	for _, l := range c.Legs {
		for _, who := range []Party{l.From, l.To} {
			v := memberView{Party: p.portrayed(who), Title: p.callTitle(who), Dial: p.dial(who)}
			v.PartyID = strconv.Itoa(len(all))
			named := who.Number != "" || who.Extension != "" || who.Name != ""
			if named && !who.Self && !slices.ContainsFunc(all, func(o memberView) bool { return o.Title == v.Title && o.Dial == v.Dial }) {
				if written := markup.Line(p.written(v.Party)); written != v.Title {
					v.Words = written
				}
				all = append(all, v)
			}
		}
	}
	return all
}

// note adds what is known of the call here.
func (v *callView) note(n call.Note) {
	v.Sound, v.Unseen = newSound(v.page, n.Sound), n.Unseen && v.Missed
}

func (p page) leg(c Call, l CallLeg) legView {
	out := legView{CallLeg: l, When: p.clock.Clock(l.At), Lasted: p.lasted(l.Duration)}
	out.Before, out.After, _ = strings.Cut(p.Lang.Say(cmp.Or(legWords[l.Type], lang.Mark("Connected on %s"))), "%s")
	who := l.To
	if !c.Inbound && l.To.Number == "" && l.To.Extension == "" {
		who = l.From
	}
	out.Who = p.callTitle(who)
	if who.Self {
		out.Who = p.Lang.Say("you")
	}
	return out
}

// legWords say what a leg was; of the others only that it was.
var legWords = map[string]string{
	"Accept": lang.Mark("Called %s"), "PstnToSip": lang.Mark("Rang %s"), "SipForwarding": lang.Mark("Forwarded to %s"), "FindMe": lang.Mark("Forwarded to %s"), "FollowMe": lang.Mark("Forwarded to %s"), "RingDirectly": lang.Mark("Rang %s"),
	"SipToPstnMetered": lang.Mark("Called %s"), "SipToPstnUnmetered": lang.Mark("Called %s"), "ExtensionToExtension": lang.Mark("Called %s"), "TransferCall": lang.Mark("Transferred to %s"), "CallPark": lang.Mark("Parked for %s"),
	"Hunting": lang.Mark("Rang in turn %s"), "RingMe": lang.Mark("Rang %s"), "Pickup": lang.Mark("Picked up by %s"), "Monitoring": lang.Mark("Listened to by %s"), "SilentMonitoring": lang.Mark("Listened to by %s"),
}

// recording plays one, whole or by ranges.
func (h *Handler) recording(w http.ResponseWriter, r *http.Request, p page) error {
	if !p.desk.CallLog(r.Context()).Hearable {
		return rc.Errorf(rc.Denied, "Your phone service does not let this app play recordings. Ask your administrator to allow it.")
	}
	s, err := p.desk.Recording(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", s.Type)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(s.Data))
	return nil
}

// Calls names whom they were with.
func (d namedDesk) Calls() []Call {
	all := d.Desk.Calls()
	for i := range all {
		all[i].Party, _ = d.party("", all[i].Party)
	}
	return all
}

// Call names its parties.
func (d namedDesk) Call(id string) (Call, error) {
	c, err := d.Desk.Call(id)
	c.Party, _ = d.party("", c.Party)
	for i := range c.Legs {
		c.Legs[i].From, _ = d.party("", c.Legs[i].From)
		c.Legs[i].To, _ = d.party("", c.Legs[i].To)
	}
	return c, err
}
