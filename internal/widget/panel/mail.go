package panel

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/contact"
	"offhook/internal/widget/lang"
	"offhook/internal/widget/markup"
)

// Mail is what the panels need of one user's voicemail.
type Mail interface {
	// Mailbox says what is known of it.
	Mailbox(ctx context.Context) Mailbox
	// Voicemails are the messages that are known, newest first.
	Voicemails() []Voicemail
	// Voicemail is one of them, or a NotFound *rc.Error.
	Voicemail(id string) (Voicemail, error)
	// Transcription waits for what was said. The error is an *rc.Error.
	Transcription(ctx context.Context, id string) (string, error)
	// VoicemailSound is what was said. The error is an *rc.Error.
	VoicemailSound(ctx context.Context, id string) (Sound, error)
	// MarkMail marks one as read or unread.
	MarkMail(id string, read bool) error
	// RemoveMail deletes one, RestoreMail has it back for a while.
	RemoveMail(id string) error
	RestoreMail(id string) error
	// MoreVoicemail and MoreFaxes read older ones and wait for the platform.
	// The error is an *rc.Error.
	MoreVoicemail(ctx context.Context) error
	MoreFaxes(ctx context.Context) error
	// RefreshMail has it read again soon.
	RefreshMail()
}

// A Mailbox says what is known of the user's voicemail and faxes.
type Mailbox struct {
	Voicemail                  bool // the user has it, and this app may read it
	Faxes                      bool // the same of faxes
	CanFax                     bool // faxes can be sent
	Editable                   bool // both can be marked and deleted
	Synced                     bool // both have been read
	OlderVoicemail, OlderFaxes bool // the platform has more, from before
	Unheard                    int
	Unseen                     int // faxes
}

// A Voicemail is one message.
type Voicemail struct {
	ID     string
	Party  Party // who called; without a number when they withheld it
	At     time.Time
	Length time.Duration
	Unread bool
	Spoken string
	Spelt  string // soon, here, ask or failed; empty where nothing was written down
	Sound  bool   // there is something to listen to
}

// A kindsView leads from one kind of messages to the others.
type kindsView struct {
	At      string // texts, voicemail or fax
	Mailbox Mailbox
}

// Many reports whether there is more than texts.
func (v kindsView) Many() bool { return v.Mailbox.Voicemail || v.Mailbox.Faxes }

// Unheard is the number on the badge of voicemail.
func (v kindsView) Unheard() string { return badge(v.Mailbox.Unheard) }

// Unseen is the number on the badge of faxes.
func (v kindsView) Unseen() string { return badge(v.Mailbox.Unseen) }

func badge(n int) string {
	switch {
	case n > 99:
		return "99+"
	case n > 0:
		return fmt.Sprint(n)
	}
	return ""
}

// A voicemailsView is the list of voicemail with its search.
type voicemailsView struct {
	page
	Kinds   kindsView
	Query   string
	Status  Status
	Mailbox Mailbox
	Rows    []voicemailRow
	Shown   int
	More    bool // there are rows that are not shown, or that the platform has
}

// A voicemailRow is one message in the list.
type voicemailRow struct {
	Voicemail
	Href     string
	Title    string
	Gist     string // the first of what was said, or why there is nothing
	Deleted  string // that it is gone; mail.js puts in from whom it was
	Short    string // how long, as players write it
	When     stamp
	Editable bool
	Answer   string // the number that a text can go to
	Dial     string // what calls them
}

func (h *Handler) mountMail(mux *http.ServeMux) {
	for pattern, f := range map[string]deskFunc{
		"GET /p/{key}/panel/voicemail":                h.voicemails,
		"GET /p/{key}/panel/voicemail/list":           h.voicemailList,
		"POST /p/{key}/panel/voicemail/older":         h.olderVoicemail,
		"GET /p/{key}/panel/voicemail/{id}":           h.voicemail,
		"GET /p/{key}/panel/voicemail/{id}/spoken":    h.spoken,
		"GET /p/{key}/panel/voicemail/{id}/sound":     h.voicemailSound,
		"GET /p/{key}/panel/mail/kinds/{at}":          h.kinds,
		"POST /p/{key}/panel/mail/{id}/mark":          h.markMail,
		"POST /p/{key}/panel/mail/{id}/delete":        h.removeMail,
		"POST /p/{key}/panel/mail/{id}/delete/undone": h.restoreMail,
	} {
		h.onDesk(mux, pattern, f)
	}
}

// kinds answers with the way from one kind of messages to the others, once it
// is known which ones the user has.
func (h *Handler) kinds(w http.ResponseWriter, r *http.Request, p page) error {
	return render(w, http.StatusOK, "kinds", kindsView{r.PathValue("at"), p.desk.Mailbox(r.Context())})
}

// voicemails answers with the panel. Who looks wants the newest; what is new
// comes by an event.
func (h *Handler) voicemails(w http.ResponseWriter, r *http.Request, p page) error {
	p.desk.RefreshMail()
	return render(w, http.StatusOK, "voicemails", newVoicemails(r.Context(), p, r.FormValue("q"), callRows))
}

// voicemailList answers with the rows alone.
func (h *Handler) voicemailList(w http.ResponseWriter, r *http.Request, p page) error {
	return render(w, http.StatusOK, "voicemail-rows", newVoicemails(r.Context(), p, r.FormValue("q"), shownOf(r)))
}

// olderVoicemail shows more rows, and asks the platform when all that are known
// are shown.
func (h *Handler) olderVoicemail(w http.ResponseWriter, r *http.Request, p page) error {
	shown := shownOf(r) + callRows
	v := newVoicemails(r.Context(), p, r.FormValue("q"), shown)
	if v.Mailbox.OlderVoicemail && len(v.Rows) < shown {
		if err := p.desk.MoreVoicemail(r.Context()); err != nil {
			return err
		}
		v = newVoicemails(r.Context(), p, r.FormValue("q"), shown)
	}
	return render(w, http.StatusOK, "voicemail-rows", v)
}

func newVoicemails(ctx context.Context, p page, query string, shown int) voicemailsView {
	box := p.desk.Mailbox(ctx)
	v := voicemailsView{page: p, Kinds: kindsView{"voicemail", box}, Query: markup.Cut(query, 200), Status: p.desk.Status(), Mailbox: box, Shown: shown}
	if !box.Voicemail {
		return v
	}
	words, digits := strings.Fields(contact.Fold(v.Query)), contact.SearchDigits(v.Query)
	for _, m := range p.desk.Voicemails() {
		if !meets(m.Party, words, digits) && !said(m.Spoken, words) {
			continue
		}
		if v.More = len(v.Rows) == shown; v.More {
			break
		}
		v.Rows = append(v.Rows, p.voicemailRow(m, box))
	}
	v.More = v.More || box.OlderVoicemail
	return v
}

// said reports whether every word was.
func said(text string, words []string) bool {
	folded := contact.Fold(text)
	for _, w := range words {
		if !strings.Contains(folded, w) {
			return false
		}
	}
	return true
}

func (p page) voicemailRow(m Voicemail, box Mailbox) voicemailRow {
	row := voicemailRow{
		Voicemail: m, Href: "#/messages/voicemail/" + url.PathEscape(m.ID), Title: p.callTitle(m.Party), When: p.clock.Row(m.At), Editable: box.Editable,
		Gist: p.gist(m), Deleted: p.Lang.Say("The voicemail from %s was deleted.", whom),
	}
	if m.Party.Label() == "" && m.Party.Number == "" {
		row.Deleted = p.Lang.Say("The voicemail was deleted.")
	}
	row.Party = p.portrayed(m.Party)
	if m.Length > 0 {
		row.Short = clockwise(m.Length)
	}
	if strings.HasPrefix(m.Party.Number, "+") && !m.Party.Self {
		row.Answer = m.Party.Number
	}
	row.Dial = p.dial(m.Party)
	return row
}

// gist is what a row says of a message.
func (p page) gist(m Voicemail) string {
	switch m.Spelt {
	case "soon":
		return p.Lang.Say("Being written down…")
	case "failed":
		return p.Lang.Say("Could not be written down")
	}
	return cmp.Or(markup.Cut(markup.Line(m.Spoken), 160), p.Lang.Say("Voicemail"))
}

// A voicemailView is the page of one message.
type voicemailView struct {
	page
	voicemailRow
	Who     whoView
	Day     stamp
	Hour    stamp
	Holders holdersView
	Player  *playerView
	Words   spokenView
}

// A spokenView is what was written down of a message.
type spokenView struct {
	page
	ID, Text, Spelt string
}

func (h *Handler) voicemail(w http.ResponseWriter, r *http.Request, p page) error {
	box := p.desk.Mailbox(r.Context())
	if err := mayListen(box); err != nil {
		return err
	}
	m, err := p.desk.Voicemail(r.PathValue("id"))
	if err != nil {
		return err
	}
	v := newVoicemail(p, m, box)
	v.Holders.mayKeep(r.Context(), p)
	return render(w, http.StatusOK, "voicemail", v)
}

func newVoicemail(p page, m Voicemail, box Mailbox) voicemailView {
	v := voicemailView{
		page: p, voicemailRow: p.voicemailRow(m, box), Who: newWho(p, m.Party), Day: p.clock.Day(m.At), Hour: p.clock.Clock(m.At),
		Words: spokenView{p, m.ID, m.Spoken, m.Spelt},
	}
	if m.Sound {
		v.Player = newPlayer(lang.Mark("Voicemail"), p.Path("voicemail", m.ID, "sound"), m.Length)
	}
	if m.Party.Number != "" {
		v.Holders = p.holders("", m.Party)
	}
	return v
}

func mayListen(box Mailbox) error {
	if box.Voicemail {
		return nil
	}
	return rc.Errorf(rc.Denied, "Your phone service does not let this app read your voicemail. Ask your administrator to allow it.")
}

// spoken answers with what was said, once the platform has given it.
func (h *Handler) spoken(w http.ResponseWriter, r *http.Request, p page) error {
	if err := mayListen(p.desk.Mailbox(r.Context())); err != nil {
		return err
	}
	id := r.PathValue("id")
	if _, err := p.desk.Transcription(r.Context(), id); err != nil {
		return err
	}
	m, err := p.desk.Voicemail(id)
	if err != nil {
		return err
	}
	return render(w, http.StatusOK, "spoken", spokenView{p, id, m.Spoken, m.Spelt})
}

// voicemailSound plays one, whole or by ranges.
func (h *Handler) voicemailSound(w http.ResponseWriter, r *http.Request, p page) error {
	if err := mayListen(p.desk.Mailbox(r.Context())); err != nil {
		return err
	}
	s, err := p.desk.VoicemailSound(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", s.Type)
	http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(s.Data))
	return nil
}

func mayEditMail(ctx context.Context, p page) error {
	if p.desk.Mailbox(ctx).Editable {
		return nil
	}
	return rc.Errorf(rc.Denied, "Your phone service does not let this app change your messages. Ask your administrator to allow it.")
}

func (h *Handler) markMail(w http.ResponseWriter, r *http.Request, p page) error {
	if err := mayEditMail(r.Context(), p); err != nil {
		return err
	}
	return done(w, p.desk.MarkMail(r.PathValue("id"), r.FormValue("as") != "unread"))
}

func (h *Handler) removeMail(w http.ResponseWriter, r *http.Request, p page) error {
	if err := mayEditMail(r.Context(), p); err != nil {
		return err
	}
	return done(w, p.desk.RemoveMail(r.PathValue("id")))
}

func (h *Handler) restoreMail(w http.ResponseWriter, r *http.Request, p page) error {
	if err := mayEditMail(r.Context(), p); err != nil {
		return err
	}
	return done(w, p.desk.RestoreMail(r.PathValue("id")))
}

// Voicemails names who called.
func (d namedDesk) Voicemails() []Voicemail {
	all := d.Desk.Voicemails()
	for i := range all {
		all[i].Party, _ = d.party("", all[i].Party)
	}
	return all
}

// Voicemail names who called.
func (d namedDesk) Voicemail(id string) (Voicemail, error) {
	m, err := d.Desk.Voicemail(id)
	m.Party, _ = d.party("", m.Party)
	return m, err
}
