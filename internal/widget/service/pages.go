package service

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/form"
	"offhook/internal/widget/lang"
	"offhook/internal/widget/markup"
)

// The pages for logs have one form each for all calls and all conversations
// (contract/service.md 10.4).
const (
	LogCall     = "$LOG-CALL"
	LogMessages = "$LOG-MESSAGES"
)

const (
	maxPages  = 60      // of one service
	maxFilled = 1 << 20 // what people may fill into a page, without files
	usual     = 100     // priority of a tab that names none
	inBadge   = 99
)

// A Page is a page or tab that a host page has described, as the phone keeps
// it (contract/service.md 10.1).
type Page struct {
	ID           string
	Type         string // page or tab
	Title        string
	HideBack     bool
	Icon         template.URL
	ActiveIcon   template.URL
	DarkIcon     template.URL
	Priority     float64
	UnreadCount  int
	Hidden       bool
	Actions      []form.Action
	Form         *form.Page
	Turn         int64 // grows whenever the host page sets the values
	fields       message
	registration int
}

// IsTab reports whether the page has a place in the bottom bar.
func (p *Page) IsTab() bool { return p.Type == "tab" }

// Route is where the phone shows it.
func (p *Page) Route() string {
	if p.IsTab() {
		return "/customizedTabs/" + component.Replace(url.QueryEscape(p.ID))
	}
	return "/customized/" + component.Replace(url.QueryEscape(p.ID))
}

// component makes of Go's escaping that of encodeURIComponent, so that a
// route is the same text on both sides.
var component = strings.NewReplacer("+", "%20", "%21", "!", "%27", "'", "%28", "(", "%29", ")", "%2A", "*")

// Badge is the count on its icon; empty for none.
func (p *Page) Badge() string {
	switch {
	case p.UnreadCount <= 0:
		return ""
	case p.UnreadCount > inBadge:
		return "99+"
	}
	return fmt.Sprint(p.UnreadCount)
}

// Stored is what the host page gets back in events: its own words, without
// the values, which the form knows better.
func (p *Page) Stored() string {
	own := maps.Clone(p.fields)
	delete(own, "formData")
	text, err := json.Marshal(own)
	if err != nil {
		return "{}" // it was parsed before
	}
	return string(text)
}

// registerPage takes rc-adapter-register-customized-page. Known ids are
// merged field by field: what is left out keeps its value.
func (c call) registerPage(m message) ([]string, []Change) {
	fields, id, sentence := pageOf(m)
	if sentence != "" {
		return []string{sentence}, nil
	}
	return c.putPage(id, fields)
}

// updateLogPage takes the form of a log, which has no id of its own.
func updateLogPage(id string) func(c call, m message) ([]string, []Change) {
	return func(c call, m message) ([]string, []Change) {
		fields, _, sentence := pageOf(message{"page": m["page"], "id": json.RawMessage(`true`)})
		if sentence != "" {
			return []string{sentence}, nil
		}
		return c.putPage(id, fields)
	}
}

func pageOf(m message) (fields message, id, sentence string) {
	if err := json.Unmarshal(m["page"], &fields); err != nil || fields == nil {
		return nil, "", "A page must be an object: {id, type, title, schema, uiSchema, formData}. Nothing was done."
	}
	_ = json.Unmarshal(fields["id"], &id)
	if id == "" && m["id"] == nil {
		return nil, "", "A page needs an `id`, a string. Nothing was done."
	}
	if len(id) > 200 {
		return nil, "", "The `id` of a page may have up to 200 characters. Nothing was done."
	}
	return fields, id, ""
}

// putPage keeps the page as it is with the new fields, or as it was.
func (c call) putPage(id string, fields message) ([]string, []Change) {
	s := c.service
	s.mu.Lock()
	defer s.mu.Unlock()
	before := s.pages[id]
	if before == nil && len(s.pages) >= maxPages {
		return []string{fmt.Sprintf("The phone keeps up to %d pages of a service; the page %q was left out.", maxPages, clip(id))}, nil
	}
	next, warnings, err := newPage(id, before, fields, c.embed.AssetOrigins, c.now)
	if told := (*rc.Error)(nil); errors.As(err, &told) {
		return []string{fmt.Sprintf("Page %q: %s The page stays as it was.", clip(id), told.Message)}, nil
	}
	if before == nil {
		next.registration = len(s.pages)
	}
	if s.pages == nil {
		s.pages = map[string]*Page{}
	}
	s.pages[id] = next
	for i, w := range warnings {
		warnings[i] = fmt.Sprintf("Page %q: %s", clip(id), w)
	}
	return warnings, []Change{{What: "page", ID: id}}
}

// newPage merges and reads. The error is an *rc.Error for the developer.
func newPage(id string, before *Page, fields message, origins []string, now time.Time) (*Page, []string, error) {
	p := &Page{ID: id, fields: message{}, Type: "page", Priority: usual}
	if before != nil {
		p.fields, p.Turn, p.registration = maps.Clone(before.fields), before.Turn, before.registration
	}
	maps.Copy(p.fields, fields)
	if _, sets := fields["formData"]; sets || before == nil {
		p.Turn = max(p.Turn+1, now.UnixMilli())
	}
	var err error
	if p.Form, err = form.Parse(p.fields); err != nil {
		return nil, nil, err
	}
	var raw struct {
		Type, Title                         string
		HideBackButton, Hidden              bool
		IconUri, ActiveIconUri, DarkIconUri string
		Priority, UnreadCount               float64
		Actions                             []json.RawMessage
	}
	warnings := append(decode(p.known(), &raw), p.Form.Warnings(form.Drawing{Images: origins})...)
	if raw.Type == "tab" {
		p.Type = "tab"
	}
	p.Title, p.HideBack, p.Hidden = markup.Cut(raw.Title, 120), raw.HideBackButton, raw.Hidden
	p.Priority, p.UnreadCount = cmp.Or(raw.Priority, usual), int(min(max(raw.UnreadCount, 0), 1e6))
	for field, at := range map[string]struct {
		address string
		to      *template.URL
	}{"iconUri": {raw.IconUri, &p.Icon}, "activeIconUri": {raw.ActiveIconUri, &p.ActiveIcon}, "darkIconUri": {raw.DarkIconUri, &p.DarkIcon}} {
		if *at.to = markup.Picture(at.address, origins); at.address != "" && *at.to == "" {
			warnings = append(warnings, markup.PictureWarning(field))
		}
	}
	more := p.readActions(raw.Actions)
	return p, append(warnings, more...), nil
}

// known are the fields without those that form reads.
func (p *Page) known() message {
	m := maps.Clone(p.fields)
	for _, name := range []string{"id", "schema", "uiSchema", "formData"} {
		delete(m, name)
	}
	return m
}

// actionIcons are those that the header of a tab may have.
var actionIcons = []string{"settings", "new", "refresh", "download", "edit"}

func (p *Page) readActions(list []json.RawMessage) (warnings []string) {
	for _, raw := range list {
		var a struct{ ID, Icon, Title string }
		_ = json.Unmarshal(raw, &a)
		if a.ID == "" || !slices.Contains(actionIcons, a.Icon) || len(p.Actions) == 4 {
			warnings = append(warnings, fmt.Sprintf("An entry of `actions` needs an id and one of the icons %v, and there may be four. It was left out.", actionIcons))
			continue
		}
		p.Actions = append(p.Actions, form.Action{ID: a.ID, Icon: form.Icon(a.Icon), Title: markup.Line(cmp.Or(a.Title, a.ID))})
	}
	return warnings
}

// Page returns a page that was registered, or nil.
func (s *Service) Page(id string) *Page {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pages[id]
}

// Tabs are the tabs to show, by priority and then in the order in which they
// came.
func (s *Service) Tabs() []*Page {
	s.mu.Lock()
	defer s.mu.Unlock()
	var tabs []*Page
	for _, p := range s.pages {
		if p.IsTab() && !p.Hidden {
			tabs = append(tabs, p)
		}
	}
	slices.SortFunc(tabs, func(a, b *Page) int {
		return cmp.Or(cmp.Compare(a.Priority, b.Priority), cmp.Compare(a.registration, b.registration))
	})
	return tabs
}

// tabs answers GET /p/{key}/service/tabs with the entries of the bottom bar.
func (h *Handler) tabs(w http.ResponseWriter, _ *http.Request, c call) error {
	return render(w, "tabs", c.service.Tabs())
}

// filled is what a form sends to be drawn again.
type filled struct {
	FormData json.RawMessage `json:"formData"`
	Turn     int64           `json:"turn"`  // the host's values that it was drawn with
	Check    bool            `json:"check"` // as a submit does
}

// page answers GET and POST /p/{key}/panel/customized/{id}: the page with the
// host's values, or with those that somebody has filled in since.
func (h *Handler) page(w http.ResponseWriter, r *http.Request, c call) error {
	p := c.service.Page(r.PathValue("id"))
	if p == nil || p.ID == LogCall || p.ID == LogMessages { // those have a place of their own
		return rc.Errorf(rc.NotFound, "The page around the phone has no such page, or has not sent it yet.")
	}
	panel := form.Panel{
		ID: p.ID, Kind: p.Type, Title: p.Title, Back: !p.IsTab() && !p.HideBack, Turn: p.Turn, Actions: p.Actions,
		Page: p.Form, Images: c.embed.AssetOrigins, Stored: p.Stored(),
	}
	if r.Method == http.MethodPost {
		in, err := readFilled(w, r)
		if err != nil {
			return err
		}
		if in.Turn >= p.Turn {
			if panel.Page, err = p.Form.With(in.FormData); err != nil {
				return err
			}
		}
		panel.Check = in.Check
	}
	return writePanel(w, panel)
}

func readFilled(w http.ResponseWriter, r *http.Request) (in filled, err error) {
	err = json.NewDecoder(http.MaxBytesReader(w, r.Body, maxFilled)).Decode(&in)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return in, rc.Errorf(rc.TooLarge, "That is more than a form can hold.")
	case err != nil:
		return in, rc.Errorf(rc.Invalid, "The phone sent something that its server does not understand. Reload the page.")
	}
	return in, nil
}

func writePanel(w http.ResponseWriter, p form.Panel) error {
	p.Language = lang.Of(w)
	out, err := p.HTML()
	if err != nil {
		return err
	}
	return writeHTML(w, out)
}

func writeHTML(w http.ResponseWriter, out template.HTML) error {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, _ = io.WriteString(w, string(out)) // an error means that nobody is there any more
	return nil
}
