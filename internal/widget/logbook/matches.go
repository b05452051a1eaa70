package logbook

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/visit"
)

// unanswered is how long a page that did not answer is left alone.
const unanswered = time.Minute

// Bounds of one question, and of what is kept of one page.
const (
	maxMatch   = 100
	maxMatches = 2000
)

// matches are what a page has said about logs of one kind, by log id. Its
// handler's mu guards it.
type matches struct {
	by               map[string]*match
	askAgain, forget time.Duration
}

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
func (h *Handler) known(at shelf) *matches {
	if h.matches == nil {
		h.matches = map[shelf]*matches{}
	}
	m := h.matches[at]
	if m == nil {
		m = &matches{by: map[string]*match{}}
		m.askAgain, m.forget = h.subject(at.kind).freshness()
		h.matches[at] = m
	}
	return m
}

// of returns what is known about a log.
func (m *matches) of(logID string, now time.Time) []entity {
	at := m.by[logID]
	if at == nil || now.Sub(at.got) > m.forget {
		return nil
	}
	return at.entities
}

// ask returns those of the ids whose answers are missing or old, and notes
// that they are asked for.
func (m *matches) ask(ids []string, now time.Time) []string {
	if len(m.by) > maxMatches {
		for id, at := range m.by {
			if now.Sub(at.asked) > m.askAgain {
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
		again := m.askAgain
		if at.got.Before(at.asked) { // it has not answered
			again = min(again, unanswered)
		}
		if at.asked.IsZero() || now.Sub(at.asked) >= again {
			at.asked = now
			out = append(out, id)
		}
	}
	return out
}

// entities are what the page has logged under an id, as it said.
func (h *Handler) entities(at shelf, logID string) []json.RawMessage {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := []json.RawMessage{}
	for _, e := range h.known(at).of(logID, h.Now()) {
		out = append(out, e.raw)
	}
	return out
}

// forgetMatch makes the next tab ask about a log that has just changed.
func (h *Handler) forgetMatch(at shelf, logIDs ...string) (some bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	m := h.known(at)
	for _, id := range logIDs {
		if one := m.by[id]; one != nil {
			one.asked, some = time.Time{}, true
		}
	}
	return some
}

// wanted are the ids that a page is to be asked about, those of what is open
// first.
func (h *Handler) wanted(ctx context.Context, c visitor, s subject, open string) ([]string, error) {
	if c.matcher(s) == "" {
		return []string{}, nil
	}
	ids, err := s.shown(ctx, c, open)
	if err != nil {
		return nil, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.known(shelf{c.page(), s.kind()}).ask(ids, h.Now()), nil
}

// matched answers POST /p/{key}/log/matches with what the page has said.
// What it left out is not logged; without an answer nothing changes.
func (h *Handler) matched(w http.ResponseWriter, r *http.Request, c visitor) error {
	var q struct {
		Calls bool // they are calls
		Asked []string
		Found map[string][]json.RawMessage
	}
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, 1<<20)).Decode(&q); err != nil {
		return rc.Errorf(rc.TooLarge, "The answer about logs was larger than 1 MB or not plain data. Nothing was done.")
	}
	s := h.subject(kindMessage)
	if q.Calls {
		s = h.subject(kindCall)
	}
	if c.matcher(s) == "" {
		return rc.Errorf(rc.Conflict, "The page has no matcher of logs any more.")
	}
	if h.learn(shelf{c.page(), s.kind()}, q.Asked, q.Found) {
		h.announceMarks(r.Context(), c.page())
	}
	h.review(c.visit.Session.GrantID) // what waits to be logged may have waited for this
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// rematch answers POST /p/{key}/log/matches/again: the page wants to be asked
// about these calls again, as far as they are shown (contract/service.md 7).
func (h *Handler) rematch(w http.ResponseWriter, r *http.Request, c visitor) error {
	var q struct{ SessionIDs []string }
	if err := visit.Body(w, r, &q); err != nil {
		return err
	}
	s := h.subject(kindCall)
	if c.matcher(s) == "" {
		return rc.Errorf(rc.Conflict, "Nobody can be asked which calls are logged: register a service with `callLogEntityMatcherPath`, authorized, in an embed with the capability %q.", capabilityOf[kindCall])
	}
	if h.forgetMatch(shelf{c.page(), kindCall}, q.SessionIDs...) {
		h.announce(r.Context(), c.page())
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// learn keeps an answer and reports whether it is news.
func (h *Handler) learn(at shelf, ids []string, found map[string][]json.RawMessage) (news bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	m, now := h.known(at), h.Now()
	for _, id := range ids {
		one := m.by[id]
		if one == nil || one.asked.IsZero() {
			continue // nobody asked, or it changed meanwhile
		}
		entities := readEntities(found[id])
		news = news || !slices.EqualFunc(entities, m.of(id, now), func(a, b entity) bool { return string(a.raw) == string(b.raw) })
		one.entities, one.got = entities, now
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
