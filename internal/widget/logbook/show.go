package logbook

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/lang"
	"offhook/internal/widget/markup"
	"offhook/internal/widget/visit"
)

//go:embed templates/*.html
var templateFiles embed.FS

var templates = markup.Templates(templateFiles, nil)

// visible returns false when the page around a visit logs nothing, or may
// not.
func (h *Handler) visible(ctx context.Context, v visit.Visit) (c visitor, ok bool, err error) {
	if v.Session == nil {
		return c, false, nil
	}
	c, err = h.open(ctx, v)
	if told := (*rc.Error)(nil); errors.As(err, &told) && told.Kind == rc.Denied {
		return c, false, nil
	}
	return c, err == nil, err
}

// A toggle is the switch of one logger.
type toggle struct {
	Logger
	Kind string
	Name string
	On   bool
}

// A card is what the settings show of loggers.
type card struct {
	Toggles []toggle
	Waiting int
	Stuck   bool
	Reason  string
}

// Settings draws the switches and what waits to be logged; nothing where
// nothing is logged.
func (h *Handler) Settings(ctx context.Context, v visit.Visit) (template.HTML, error) {
	c, ok, err := h.visible(ctx, v)
	if !ok {
		return "", err
	}
	s, err := h.settings(ctx, c.target)
	if err != nil {
		return "", err
	}
	var out card
	set := autoOf(s)
	for _, one := range []toggle{
		{c.loggers.Message, kindMessage, lang.Mark("Auto log messages"), set.Message},
		{c.loggers.Call, kindCall, lang.Mark("Auto log calls"), set.Call},
	} {
		if c.logs(h.subject(one.Kind)) && !one.Hidden && h.has(ctx, c, one.Kind) {
			out.Toggles = append(out.Toggles, one)
		}
	}
	open, err := h.Store.OpenLogEntries(ctx, c.target.owner, c.target.at)
	if err != nil {
		return "", fmt.Errorf("reading what waits to be logged: %w", err)
	}
	for _, e := range open {
		if e.Reason != "" {
			out.Waiting, out.Reason = out.Waiting+1, e.Reason
			out.Stuck = out.Stuck || e.State == store.LogStuck
		}
	}
	if len(out.Toggles)+out.Waiting == 0 {
		return "", nil
	}
	return templates.Fragment(v.Language, "logs", out)
}

// has says whether the user has anything of a kind: where calls cannot be
// read, a switch for them would do nothing.
func (h *Handler) has(ctx context.Context, c visitor, kind string) bool {
	if kind != kindCall {
		return true
	}
	d, err := h.Desks.Desk(ctx, c.visit.Session.GrantID)
	if err != nil {
		return false
	}
	_, readable := d.Calls(ctx)
	return readable
}

// A mark says how one log stands.
type mark struct {
	Logged  bool
	Message string // of a status
	Status  string // pending, failed or success; waiting for one that is on its way too long
}

func (m mark) Pending() bool { return m.Status == "pending" }

// markOf reads a page's entities: the newest status counts.
func markOf(all []entity) mark {
	m := mark{Logged: logged(all)}
	for _, e := range all {
		if e.Type == "status" {
			m.Message = markup.Cut(markup.Line(e.Message), 60)
			switch e.Status {
			case "pending", "failed", "success":
				m.Status = e.Status
			}
		}
	}
	return m
}

// A view knows how the logs of one kind stand for a visitor.
type view struct {
	visitor
	of    subject
	place place
	marks func(logID string) mark
}

// viewOf reads how logs stand: what the page says, or where nobody can be
// asked what it has acknowledged; and what it did not acknowledge.
func (h *Handler) viewOf(ctx context.Context, c visitor, of subject) (view, error) {
	s, err := h.settings(ctx, c.target)
	if err != nil {
		return view{}, err
	}
	entries, err := h.Store.LogEntriesSince(ctx, c.target.owner, c.target.at, h.Now().Add(-keptFor))
	if err != nil {
		return view{}, fmt.Errorf("reading what was logged: %w", err)
	}
	done, open := map[string]bool{}, map[string]mark{}
	for _, e := range entries {
		if e.Kind != of.kind() {
			continue
		}
		switch {
		case e.State == store.LogDone:
			done[e.LogID] = done[e.LogID] || e.Reason != store.LogDiscarded
			delete(open, e.LogID)
		case e.State == store.LogStuck:
			open[e.LogID] = mark{Message: c.visit.Language.Say("Not logged"), Status: "failed"}
		case e.Reason != "":
			open[e.LogID] = mark{Message: c.visit.Language.Say("Waits to be logged"), Status: "waiting"}
		}
	}
	out := view{visitor: c, of: of, place: placeOf(s)}
	out.marks = func(logID string) mark {
		m := mark{Logged: done[logID]}
		if of.logger(c.loggers).Matcher != "" {
			m = h.said(c, of, logID)
		}
		if waits, ok := open[logID]; ok && m.Message == "" {
			m.Message, m.Status = waits.Message, waits.Status
		}
		return m
	}
	return out, nil
}

// said is how a log stands by what the page has said of it.
func (h *Handler) said(c visitor, of subject, logID string) mark {
	if c.matcher(of) == "" {
		return mark{}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	return markOf(h.known(shelf{c.page(), of.kind()}).of(logID, h.Now()))
}

// see returns false where nothing of a kind is logged.
func (h *Handler) see(ctx context.Context, v visit.Visit, of subject) (view, bool, error) {
	c, ok, err := h.visible(ctx, v)
	if !ok || !c.logs(of) {
		return view{}, false, err
	}
	out, err := h.viewOf(ctx, c, of)
	return out, err == nil, err
}

// Marks returns what to draw beside a conversation's day; nil where nothing
// is logged.
func (h *Handler) Marks(ctx context.Context, v visit.Visit) (func(conversation string, at time.Time) template.HTML, error) {
	view, ok, err := h.see(ctx, v, texts{h})
	if !ok {
		return nil, err
	}
	return func(conversation string, at time.Time) template.HTML {
		return h.drawn(v.Language, "mark", view.marks(view.place.logID(conversation, at)))
	}, nil
}

// drawn is empty, and logged, for what cannot be drawn.
func (h *Handler) drawn(l *lang.Language, name string, data any) template.HTML {
	html, err := templates.Fragment(l, name, data)
	if err != nil {
		h.Log.Error("drawing what is logged", "err", err)
	}
	return html
}

// mark answers GET /p/{key}/log/marks/{kind}/{id} with the buttons as they are
// now.
func (h *Handler) mark(w http.ResponseWriter, r *http.Request, c visitor) error {
	sub, err := h.subjectOf(r, c)
	if err != nil {
		return err
	}
	buttons := h.Button
	if sub.kind() == kindCall {
		buttons = h.CallButtons
	}
	html, err := buttons(r.Context(), c.visit, r.PathValue("id"))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, err = w.Write([]byte(html))
	return err
}

// retry answers POST /p/{key}/log/retry: everything that waits goes now.
func (h *Handler) retry(w http.ResponseWriter, r *http.Request, c visitor) error {
	ctx := context.WithoutCancel(r.Context())
	err := h.Store.Write(ctx, func(tx store.WidgetTx) error { return tx.RetryLogEntries(ctx, c.target.owner, c.target.at, h.Now()) })
	if err != nil {
		return fmt.Errorf("trying logs again: %w", err)
	}
	h.changed(ctx, c)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// discard answers POST /p/{key}/log/discard: what could not be logged is
// given up.
func (h *Handler) discard(w http.ResponseWriter, r *http.Request, c visitor) error {
	ctx := context.WithoutCancel(r.Context())
	var n int64
	err := h.Store.Write(ctx, func(tx store.WidgetTx) (err error) {
		n, err = tx.DiscardLogEntries(ctx, c.target.owner, c.target.at, h.Now())
		return err
	})
	if err != nil {
		return fmt.Errorf("discarding logs: %w", err)
	}
	h.Log.Info("a user has discarded logs", "grant", c.visit.Session.GrantID, "entries", n)
	h.changed(ctx, c)
	w.WriteHeader(http.StatusNoContent)
	return nil
}

func (h *Handler) changed(ctx context.Context, c visitor) {
	h.nudge()
	h.announce(ctx, c.page())
}
