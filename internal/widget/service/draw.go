package service

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"offhook/internal/rc"
	"offhook/internal/widget/contact"
	"offhook/internal/widget/lang"
	"offhook/internal/widget/markup"
	"offhook/internal/widget/visit"
)

//go:embed templates/*.html
var templateFiles embed.FS

var templates = markup.Templates(templateFiles, template.FuncMap{
	// Both were checked when they came.
	"picture":  func(address string) template.URL { return template.URL(address) },
	"pathed":   url.PathEscape,
	"together": together,
	"tint":     tint,
	"variant":  func(name string) string { return among(name, "body1", variants) },
	"severity": func(name string) string { return among(name, "info", severities) },
})

// together names the boxes of one choice for the browser. The page's own id
// would do, were it not that a field named checkValidity stands in the place
// of its form's method.
func together(id string) string {
	sum := sha256.Sum256([]byte(id))
	return "choice-" + hex.EncodeToString(sum[:8])
}

var variants = []string{"caption1", "caption2", "body1", "body2", "subheading1", "subheading2", "title1", "title2"}

// among keeps a stranger's word out of class names: it is one of ours or the
// usual one.
func among(name, usual string, names []string) string {
	if slices.Contains(names, name) {
		return name
	}
	return usual
}

// tint is the phone's colour for one of the palette (contract/service.md 1).
func tint(color string) string {
	group, _, _ := strings.Cut(color, ".")
	return among(group, "neutral", []string{"danger", "warning", "success", "primary"})
}

func render(w http.ResponseWriter, name string, data any) error {
	return templates.Render(w, http.StatusOK, name, data)
}

// A card is what the settings show of a service.
type card struct {
	Registration
	Authorized bool
	Account    string
	License    license
	Items      []Item
	Title      string
	Do         string // the button's words, the page's own as far as it has some
	Key        string
}

func (s *Service) card(l *lang.Language, key string) card {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := card{Registration: s.reg, Authorized: s.account.Authorized, Account: s.account.Account, License: s.license, Items: s.items, Key: key, Title: s.reg.title(), Do: s.reg.UnauthorizedTitle}
	if s.account.Authorized {
		c.Do = s.reg.AuthorizedTitle
	}
	switch {
	case c.Do != "":
	case s.account.Authorized:
		c.Do = l.Say("Unauthorize")
	default:
		c.Do = l.Say("Authorize")
	}
	return c
}

// Settings draws what the settings panel shows of a visit's service; nothing
// when there is none.
func (h *Handler) Settings(v visit.Visit) (template.HTML, error) {
	s := h.Of(v)
	if s == nil {
		return "", nil
	}
	return templates.Fragment(v.Language, "card", s.card(v.Language, v.Frame.Key))
}

// MessageButtons are those that a visit's service adds to each conversation
// of the list.
func (h *Handler) MessageButtons(v visit.Visit) []contact.Button {
	return h.buttonsAt(v, "messageAction")
}

// Drops reports whether the service has recorded messages to be left in calls.
func (h *Handler) Drops(v visit.Visit) bool {
	s := h.Of(v)
	return s != nil && s.drops()
}

func (s *Service) drops() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reg.VoicemailDropFilesPath != ""
}

// CallButtons are those that it adds to each call.
func (h *Handler) CallButtons(v visit.Visit) []contact.Button { return h.buttonsAt(v, "callAction") }

func (h *Handler) buttonsAt(v visit.Visit, place string) []contact.Button {
	s := h.Of(v)
	if s == nil {
		return nil
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.buttons(place)
}

// buttons are those of one place. The caller holds mu.
func (s *Service) buttons(place string) (all []contact.Button) {
	for _, b := range s.reg.Buttons {
		if b.Type == place {
			all = append(all, contact.Button{ID: b.ID, Type: b.Type, Label: b.Label, Icon: b.Icon})
		}
	}
	return all
}

// A sectionView is a section's own page.
type sectionView struct {
	Item
	Key string
}

// section answers GET /p/{key}/service/settings/{id}: the page of a section.
func (h *Handler) section(w http.ResponseWriter, r *http.Request, c call) error {
	c.service.mu.Lock()
	it := find(c.service.items, r.PathValue("id"))
	c.service.mu.Unlock()
	if it == nil || it.Type != "section" {
		return rc.Errorf(rc.NotFound, "These settings are not there any more.")
	}
	return render(w, "section", sectionView{*it, c.visit.Frame.Key})
}

// Path escapes an id for an address of the service.
func (v sectionView) Path() string { return "/p/" + url.PathEscape(v.Key) + "/service/settings" }
