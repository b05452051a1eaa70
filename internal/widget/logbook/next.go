package logbook

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/lang"
	"offhook/internal/widget/visit"
)

// most is how many entries a tab gets at once (contract/service.md 8.2).
const most = 10

// asked is what a tab says when it asks what there is to do.
type asked struct {
	Tab      string
	Open     string // the conversation that it shows
	OpenCall string // the session of the call that it shows
	Defaults struct{ Message, Call bool }
}

// work is what a tab gets to do.
type work struct {
	Items   []job        `json:"items"`             // for the logger of its page
	Match   []string     `json:"match"`             // conversations' days for the matcher of its page
	Calls   []string     `json:"calls"`             // calls for that of its page
	Texts   *wantedTexts `json:"texts,omitempty"`   // texts for it, one by one
	Auto    auto         `json:"auto"`              // for its page to know
	Loggers named        `json:"loggers"`           // which there are
	Pressed []string     `json:"pressed,omitempty"` // the keys of what the user has just asked for
}

// A job is an entry for a tab to hand to its page.
type job struct {
	Key  string          `json:"key"`
	Kind string          `json:"kind"`
	Body json.RawMessage `json:"body"`
}

// named says which loggers a page has.
type named struct {
	Message bool `json:"message"`
	Call    bool `json:"call"`
}

// next answers POST /p/{key}/log/next.
func (h *Handler) next(w http.ResponseWriter, r *http.Request, c visitor) error {
	var q asked
	if err := visit.Body(w, r, &q); err != nil {
		return err
	}
	if err := checkTab(q.Tab); err != nil {
		return err
	}
	s, err := h.meet(r, c, &q)
	if err != nil {
		return err
	}
	return h.give(w, r, c, q, s, nil)
}

func checkTab(id string) error {
	if id == "" || len(id) > 64 {
		return rc.Errorf(rc.Invalid, "This tab has no proper id. Reload the page.")
	}
	return nil
}

// give answers with what the tab may do now.
func (h *Handler) give(w http.ResponseWriter, r *http.Request, c visitor, q asked, s store.LogSettings, pressed []string) error {
	ctx := r.Context()
	out := work{Items: []job{}, Match: []string{}, Calls: []string{}, Auto: autoOf(s), Pressed: pressed}
	out.Loggers = named{c.logs(h.subject(kindMessage)), c.logs(h.subject(kindCall))}
	if h.turn(c, q.Tab) {
		var err error
		if out.Items, err = h.take(ctx, c, q.Tab); err != nil {
			return err
		}
		if out.Match, err = h.wanted(ctx, c, h.subject(kindMessage), q.Open); err != nil {
			return err
		}
		if out.Texts, err = h.wantedTexts(ctx, c, q.Open); err != nil {
			return err
		}
		if out.Calls, err = h.wanted(ctx, c, h.subject(kindCall), q.OpenCall); err != nil {
			return err
		}
	}
	if h.logsAny(c) {
		h.follow(c)
	}
	visit.JSON(w, http.StatusOK, out)
	return nil
}

// turn notes that a tab asks, and says whether it is the one to deliver.
func (h *Handler) turn(c visitor, id string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	crew, now := h.crew(c.page()), h.Now()
	t := crew.find(id, c.visit.Session.GrantID, c.visit.Frame.Key)
	t.seen, t.able = now, c.loggers.Name != ""
	return crew.deliverer(now) == t
}

// page is the target of a visit's page, whatever its entries' own is.
func (c visitor) page() target { return target{c.target.owner, c.visit.Frame.Origin} }

// crew needs h.mu.
func (h *Handler) crew(t target) *crew {
	if h.crews == nil {
		h.crews = map[target]*crew{}
	}
	if h.crews[t] == nil {
		h.crews[t] = &crew{}
	}
	return h.crews[t]
}

// take claims what is due for a tab whose turn it is.
func (h *Handler) take(ctx context.Context, c visitor, id string) ([]job, error) {
	jobs := []job{}
	if c.hooked() {
		return jobs, nil
	}
	due, err := h.Store.DueLogEntries(ctx, c.target.owner, c.target.at, h.Now(), most)
	if err != nil {
		return nil, fmt.Errorf("looking for what is to be logged: %w", err)
	}
	mine, err := h.claim(ctx, due, id)
	if err != nil {
		return nil, fmt.Errorf("handing out what is to be logged: %w", err)
	}
	for _, e := range mine {
		body, err := h.body(e)
		if err != nil {
			return nil, err
		}
		jobs = append(jobs, job{e.ID, e.Kind, body})
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	t := h.crew(c.page()).find(id, c.visit.Session.GrantID, c.visit.Frame.Key)
	if t.due = (time.Time{}); len(jobs) > 0 {
		t.due = h.Now().Add(claimed)
	}
	return jobs, nil
}

// answered answers POST /p/{key}/log/items/{id}: the page has acknowledged an
// entry, or has not answered. That it arrived may be told by any tab.
func (h *Handler) answered(w http.ResponseWriter, r *http.Request, c visitor) error {
	var q struct {
		Tab   string
		OK    bool
		LogID string // what the page calls the log of chosen texts
	}
	if err := visit.Body(w, r, &q); err != nil {
		return err
	}
	if err := checkTab(q.Tab); err != nil {
		return err
	}
	ctx, id := context.WithoutCancel(r.Context()), r.PathValue("id")
	e, err := h.Store.LogEntry(ctx, id)
	if errors.Is(err, store.ErrNotFound) || err == nil && e.Owner != c.target.owner {
		return rc.Errorf(rc.NotFound, "There is no such log entry.")
	}
	if err != nil {
		return fmt.Errorf("reading a log entry: %w", err)
	}
	if q.OK {
		h.chosenLogged(ctx, c.page(), e, q.LogID)
		if _, err := h.finish(ctx, c.target.owner, id); err != nil {
			return err
		}
		h.forgetMatch(shelf{c.page(), e.Kind}, e.LogID)
	} else {
		if err := h.fail(ctx, e, q.Tab, silent(c.loggers.Name)); err != nil {
			return fmt.Errorf("noting that nothing was logged: %w", err)
		}
		h.rest(c, q.Tab)
	}
	h.announce(ctx, c.page())
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// silent says that a page did not answer.
func silent(name string) string {
	within := int(patience.Seconds())
	if name == "" {
		return fmt.Sprintf(lang.Mark("The page around the phone did not answer within %d seconds."), within)
	}
	return fmt.Sprintf(lang.Mark("%s did not answer within %d seconds."), clip(name), within)
}

func clip(s string) string {
	if r := []rune(s); len(r) > 60 {
		return string(r[:59]) + "…"
	}
	return s
}

func (h *Handler) rest(c visitor, id string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	crew := h.crew(c.page())
	crew.rest(crew.find(id, c.visit.Session.GrantID, c.visit.Frame.Key))
}

// press answers POST /p/{key}/log/things/{kind}/{id}: the user logs a
// conversation, every day of it (contract/service.md 8.2), or a call. The tab
// in which they did gets the entries, because its page is to open what belongs
// to them.
func (h *Handler) press(w http.ResponseWriter, r *http.Request, c visitor) error {
	var q struct {
		asked
		Press    string
		FormData map[string]any
		View     bool
		Chosen   bool
		Messages []int64
	}
	if err := visit.Body(w, r, &q); err != nil {
		return err
	}
	if err := checkTab(q.Tab); err != nil {
		return err
	}
	if q.Press == "" || len(q.Press) > 64 {
		return rc.Errorf(rc.Invalid, "This click has no proper id. Reload the page and try again.")
	}
	sub, err := h.subjectOf(r, c)
	if err != nil {
		return err
	}
	if !c.logs(sub) {
		return rc.Errorf(rc.Conflict, "The page around the phone does not log this any more. Reload it and try again.")
	}
	s, err := h.meet(r, c, nil)
	if err != nil {
		return err
	}
	if q.Chosen && !autoOf(s).of(sub.kind()) {
		return h.give(w, r, c, q.asked, s, nil) // what is not logged by itself, its user logs
	}
	t, err := sub.thing(r.Context(), c, r.PathValue("id"))
	if err != nil {
		return err
	}
	drafts, err := t.drafts(r.Context(), press{q.Press, q.FormData, q.View, q.Chosen, q.Messages})
	if err != nil {
		return err
	}
	if len(drafts) == 0 {
		return rc.Errorf(rc.Conflict, "There is nothing to log yet.")
	}
	if err := h.record(r.Context(), c.target, drafts...); err != nil {
		return err
	}
	defer h.nudge() // this tab comes first
	h.mu.Lock()
	crew := h.crew(c.page())
	crew.first(crew.find(q.Tab, c.visit.Session.GrantID, c.visit.Frame.Key))
	h.mu.Unlock()
	var keys []string
	for _, d := range drafts {
		keys = append(keys, d.key(c.target))
	}
	return h.give(w, r, c, q.asked, s, keys)
}

// Join tells that a tab's connection is up, until leave is called. A tab that
// goes takes its work with it, and the next one gets it.
func (h *Handler) Join(grantID string, f store.Frame, id string) (leave func()) {
	ctx := context.Background()
	owner, err := h.owner(ctx, grantID)
	if checkTab(id) != nil || err != nil {
		return func() {} // it lives by its requests
	}
	page := target{owner, f.Origin}
	h.mu.Lock()
	t := h.crew(page).find(id, grantID, f.Key)
	t.sockets++
	t.seen = h.Now()
	h.mu.Unlock()
	return func() { h.leave(ctx, page, t) }
}

func (h *Handler) leave(ctx context.Context, page target, t *tab) {
	now := h.Now()
	h.mu.Lock()
	t.sockets--
	gone := t.sockets == 0
	if gone {
		t.seen = time.Time{} // unless it asks again, or connects again
		h.crew(page).left = now
	}
	h.mu.Unlock()
	if !gone {
		return
	}
	err := h.Store.Write(ctx, func(tx store.WidgetTx) error { return tx.ShortenLogClaims(ctx, t.id, now.Add(grace)) })
	if err != nil {
		h.Log.Error("taking back what a tab had to log", "err", err)
	}
	h.nudge()
}
