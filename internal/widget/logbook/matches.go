package logbook

import (
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"offhook/internal/rc"
)

// How long a page's answer about a log is good (contract/service.md 7): asked
// again after the first, forgotten after the second.
const (
	askAgain = 30 * time.Second
	forget   = 30 * time.Minute
)

// Bounds of one question, and of what is kept of one page.
const (
	maxMatch   = 100
	maxMatches = 2000
)

// matches are what a page has said about logs, by log id. Its handler's mu
// guards it.
type matches struct{ by map[string]*match }

// A match is the answer for one log.
type match struct {
	entities []entity
	asked    time.Time // zero: ask at the next chance
	got      time.Time
}

// An entity is what a page has logged, or how far it is with it.
type entity struct {
	raw     json.RawMessage
	Type    string `json:"type"`
	Message string `json:"message"`
	Status  string `json:"status"`
}

// logged says whether one of them is a log, not only a word about one.
func logged(all []entity) bool {
	return slices.ContainsFunc(all, func(e entity) bool { return e.Type != "status" })
}

// known needs h.mu.
func (h *Handler) known(page target) *matches {
	if h.matches == nil {
		h.matches = map[target]*matches{}
	}
	m := h.matches[page]
	if m == nil {
		m = &matches{map[string]*match{}}
		h.matches[page] = m
	}
	return m
}

// of returns what is known about a log.
func (m *matches) of(logID string, now time.Time) []entity {
	at := m.by[logID]
	if at == nil || now.Sub(at.got) > forget {
		return nil
	}
	return at.entities
}

// ask returns those of the ids whose answers are missing or old, and notes
// that they are asked for.
func (m *matches) ask(ids []string, now time.Time) []string {
	if len(m.by) > maxMatches {
		for id, at := range m.by {
			if now.Sub(at.asked) > askAgain {
				delete(m.by, id)
			}
		}
	}
	out := []string{}
	for _, id := range ids {
		at := m.by[id]
		if at == nil {
			at = &match{}
			m.by[id] = at
		}
		if len(out) == maxMatch {
			break
		}
		if at.asked.IsZero() || now.Sub(at.asked) >= askAgain {
			at.asked = now
			out = append(out, id)
		}
	}
	return out
}

// entities are what the page has logged under an id, as it said.
func (h *Handler) entities(page target, logID string) []json.RawMessage {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := []json.RawMessage{}
	for _, e := range h.known(page).of(logID, h.Now()) {
		out = append(out, e.raw)
	}
	return out
}

// forgetMatch makes the next tab ask about a log that has just changed.
func (h *Handler) forgetMatch(page target, logID string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if at := h.known(page).by[logID]; at != nil {
		at.asked = time.Time{}
	}
}

// wanted are the ids that a page is to be asked about: the newest day of each
// newer conversation, and every day of the one that is open.
func (h *Handler) wanted(c call, open string, at place) ([]string, error) {
	if c.loggers.Message.Matcher == "" || !c.loggers.Authorized {
		return []string{}, nil
	}
	ids, err := h.shown(c, open, at)
	if err != nil {
		return nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.known(c.page()).ask(ids, h.Now()), nil
}

// matched answers POST /p/{key}/log/matches with what the page has said.
// What it left out is not logged; without an answer nothing changes.
func (h *Handler) matched(w http.ResponseWriter, r *http.Request, c call) error {
	var q struct {
		Asked []string
		Found map[string][]json.RawMessage
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&q); err != nil {
		return rc.Errorf(rc.TooLarge, "The answer about logs was larger than 1 MB or not plain data. Nothing was done.")
	}
	if c.loggers.Message.Matcher == "" || !c.loggers.Authorized {
		return rc.Errorf(rc.Conflict, "The page has no matcher of logs any more.")
	}
	if h.learn(c.page(), q.Asked, q.Found) {
		h.announceMarks(r.Context(), c.page())
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// learn keeps an answer and reports whether it is news.
func (h *Handler) learn(page target, ids []string, found map[string][]json.RawMessage) (news bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	m, now := h.known(page), h.Now()
	for _, id := range ids {
		at := m.by[id]
		if at == nil || at.asked.IsZero() {
			continue // nobody asked, or it changed meanwhile
		}
		entities := readEntities(found[id])
		news = news || !slices.EqualFunc(entities, m.of(id, now), func(a, b entity) bool { return string(a.raw) == string(b.raw) })
		at.entities, at.got = entities, now
	}
	return news
}

// readEntities keeps a few of them, each as it came.
func readEntities(raw []json.RawMessage) []entity {
	var all []entity
	for _, one := range raw[:min(len(raw), 20)] {
		if e := (entity{raw: one}); len(one) <= 8<<10 && json.Unmarshal(one, &e) == nil && string(one) != "null" {
			all = append(all, e)
		}
	}
	return all
}
