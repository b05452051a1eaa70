package service

import (
	"encoding/json"
	"html/template"
	"net/http"
	"strconv"
	"time"

	"offhook/internal/widget/contact"
	"offhook/internal/widget/markup"
)

// maxActivities and maxFound bound lists that a page gives for one look.
const (
	maxActivities = 200
	maxFound      = 30
)

// An activity is one line of a contact's activities (contract/service.md
// 4.5). Index is its place in the page's answer: what is clicked goes back
// whole.
type activity struct {
	Index   int
	Subject string
	At      string // for a time element; empty when the page gave none
	Words   string
}

// drawActivities answers POST /p/{key}/service/activities with the page's
// answer as HTML.
func (h *Handler) drawActivities(w http.ResponseWriter, r *http.Request, c call) error {
	var body struct{ Data []json.RawMessage }
	if err := readLarge(w, r, &body); err != nil {
		return err
	}
	var all []activity
	for i, raw := range body.Data[:min(len(body.Data), maxActivities)] {
		var one struct{ Subject, Time json.RawMessage }
		_ = json.Unmarshal(raw, &one)
		a := activity{Index: i, Subject: markup.Cut(markup.Line(word(one.Subject)), 300)}
		if a.Subject == "" {
			continue
		}
		if at, ok := instant(one.Time); ok {
			at = at.In(zone(r))
			a.At, a.Words = at.Format(time.RFC3339), at.Format("Jan 2, 2006, 3:04 PM")
		}
		all = append(all, a)
	}
	return render(w, "activities", all)
}

// zone is the reader's, as the page names it.
func zone(r *http.Request) *time.Location {
	name := r.Header.Get("X-Time-Zone")
	if at, err := time.LoadLocation(name); err == nil && len(name) < 64 && name != "Local" {
		return at
	}
	return time.UTC
}

func word(raw json.RawMessage) (s string) {
	_ = json.Unmarshal(raw, &s)
	return s
}

// instant reads milliseconds, as a number or written, or a date.
func instant(raw json.RawMessage) (time.Time, bool) {
	var n float64
	s := word(raw)
	if json.Unmarshal(raw, &n) != nil {
		n, _ = strconv.ParseFloat(s, 64)
	}
	if n > 0 && n < 1e14 {
		return time.UnixMilli(int64(n)), true
	}
	at, err := time.Parse(time.RFC3339, s)
	return at, err == nil
}

// A hit is one number of a contact that the page has found for what somebody
// types (contract/service.md 4.3).
type hit struct {
	ID     string // of the line in the page
	Name   string
	Number string
	Sub    string
	Icon   template.URL
	Faces  string
}

// drawFound answers POST /p/{key}/service/search with the page's answer as
// lines of the field for people. A page that answers with everybody is met by
// looking again.
func (h *Handler) drawFound(w http.ResponseWriter, r *http.Request, c call) error {
	var body struct {
		Query string
		Data  []json.RawMessage
	}
	if err := readLarge(w, r, &body); err != nil {
		return err
	}
	c.service.mu.Lock()
	src := c.service.source()
	open := c.service.account.Authorized
	c.service.mu.Unlock()
	var entries []contact.Entry
	for _, raw := range body.Data[:min(len(body.Data), 1000)] {
		if one, _ := contact.Parse(raw, src.Type); one.ID != "" && open {
			entries = append(entries, contact.NewEntry(one))
		}
	}
	var hits []hit
	for _, one := range contact.Search(body.Query, contact.NewBook(entries)).Window(0, maxFound) {
		for _, n := range one.Numbers {
			if len(hits) < maxFound {
				hits = append(hits, hit{
					ID: "found-" + strconv.Itoa(len(hits)), Name: one.Name, Number: n.Number, Sub: n.Number + " · " + src.Name,
					Icon: template.URL(src.Icon), Faces: contact.Initials(one.Name),
				})
			}
		}
	}
	return render(w, "found", hits)
}
