package service

import (
	"encoding/json"
	"net/http"
	"slices"

	"offhook/internal/rc"
	"offhook/internal/widget/markup"
	"offhook/internal/widget/visit"
)

// A Banner is what a service says at the top of the phone
// (contract/service.md 11.1). There is one at a time.
type Banner struct {
	ID               string        `json:"id"`
	Message          string        `json:"message"`
	Severity         string        `json:"severity"`
	Action           *BannerAction `json:"action"`
	Closable         bool          `json:"closable"`
	CloseButtonLabel string        `json:"closeButtonLabel"`
	Hidden           bool          `json:"hidden"`
}

// A BannerAction is the banner's button.
type BannerAction struct {
	Label   string `json:"label"`
	Variant string `json:"variant"`
	Color   string `json:"color"`
}

var severities = []string{"info", "warning", "error", "success", "announcement"}

// readBanner returns nil for none.
func readBanner(raw json.RawMessage) (*Banner, []string) {
	if falsy(raw) {
		return nil, nil
	}
	var b Banner
	if err := json.Unmarshal(raw, &b); err != nil {
		return nil, []string{"`banner` must be {id, message, severity, action, closable, hidden}, with strings and true or false. It was left out."}
	}
	if b.Hidden {
		return nil, nil
	}
	if b.ID == "" || b.Message == "" {
		return nil, []string{"`banner` needs `id` and `message`, strings. It was left out."}
	}
	b.Message = markup.Cut(b.Message, 1000)
	if !slices.Contains(severities, b.Severity) {
		b.Severity = "info"
	}
	if b.Action != nil && b.Action.Label == "" {
		b.Action = nil
	}
	return &b, nil
}

// setBanner needs mu.
func (s *Service) setBanner(raw json.RawMessage) []string {
	b, warnings := readBanner(raw)
	s.shown = b
	return warnings
}

// updateBanner takes rc-adapter-update-customized-banner; null or hidden
// takes any banner away.
func (c call) updateBanner(m message) ([]string, []Change) {
	s := c.service
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.setBanner(m["banner"]), []Change{{What: "banner"}}
}

// banner answers GET /p/{key}/service/banner; nothing when there is none.
func (h *Handler) banner(w http.ResponseWriter, _ *http.Request, c call) error {
	c.service.mu.Lock()
	b := c.service.shown
	c.service.mu.Unlock()
	return render(w, "banner", b)
}

// closeBanner takes the banner away in every tab.
func (h *Handler) closeBanner(w http.ResponseWriter, r *http.Request, c call) error {
	c.service.mu.Lock()
	c.service.shown = nil
	c.service.mu.Unlock()
	h.announce(r.Context(), c.service, Change{What: "banner"})
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// drawBanner draws the banner of a page whose user is not signed in yet: it
// is nobody's, and is kept nowhere.
func (h *Handler) drawBanner(w http.ResponseWriter, r *http.Request, v visit.Visit) error {
	if _, err := h.allowed(r.Context(), v.Frame); err != nil {
		return err
	}
	m, err := read(w, r)
	if err != nil {
		return err
	}
	b, warnings := readBanner(m["banner"])
	if len(warnings) > 0 {
		return rc.Errorf(rc.Invalid, "%s", warnings[0])
	}
	return render(w, "banner", b)
}
