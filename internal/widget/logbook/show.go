package logbook

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"net/http"
	"net/url"
	"strings"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/markup"
	"offhook/internal/widget/visit"
)

//go:embed templates/*.html
var templateFiles embed.FS

var templates = markup.Templates(templateFiles, nil)

func draw(name string, data any) (template.HTML, error) {
	var b bytes.Buffer
	err := templates.ExecuteTemplate(&b, name, data)
	return template.HTML(b.String()), err
}

// visible returns false when the page around a visit logs nothing, or may
// not.
func (h *Handler) visible(ctx context.Context, v visit.Visit) (c call, ok bool, err error) {
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
	if c.logs() && !c.loggers.Message.Hidden {
		out.Toggles = append(out.Toggles, toggle{c.loggers.Message, "message", "Auto log messages", set.Message})
	}
	if h.Calls && c.loggers.Call.Path != "" && !c.loggers.Call.Hidden {
		out.Toggles = append(out.Toggles, toggle{c.loggers.Call, "call", "Auto log calls", set.Call})
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
	return draw("logs", out)
}

// A mark says how one log stands.
type mark struct {
	Logged  bool
	Message string // of a status
	Status  string // pending, failed or success
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

// A ledgerView knows how the logs of a visit stand.
type ledgerView struct {
	call  call
	place place
	marks func(logID string) mark
}

func (h *Handler) ledgerView(ctx context.Context, v visit.Visit) (out ledgerView, ok bool, err error) {
	c, ok, err := h.visible(ctx, v)
	if !ok || !c.logs() {
		return out, false, err
	}
	s, err := h.settings(ctx, c.target)
	if err != nil {
		return out, false, err
	}
	out = ledgerView{call: c, place: placeOf(s)}
	if c.loggers.Message.Matcher != "" {
		out.marks = func(logID string) mark {
			h.mu.Lock()
			defer h.mu.Unlock()
			if !c.loggers.Authorized {
				return mark{}
			}
			return markOf(h.known(c.page()).of(logID, h.Now()))
		}
		return out, true, nil
	}
	// Nobody else says what is logged; what was acknowledged is.
	entries, err := h.Store.LogEntriesSince(ctx, c.target.owner, c.target.at, h.Now().Add(-keptFor))
	if err != nil {
		return out, false, fmt.Errorf("reading what was logged: %w", err)
	}
	done := map[string]bool{}
	for _, e := range entries {
		done[e.LogID] = done[e.LogID] || e.State == store.LogDone && e.Reason != store.LogDiscarded
	}
	out.marks = func(logID string) mark { return mark{Logged: done[logID]} }
	return out, true, nil
}

// Marks returns what to draw beside a conversation's day; nil where nothing
// is logged.
func (h *Handler) Marks(ctx context.Context, v visit.Visit) (func(conversation string, at time.Time) template.HTML, error) {
	view, ok, err := h.ledgerView(ctx, v)
	if !ok {
		return nil, err
	}
	return func(conversation string, at time.Time) template.HTML {
		return h.drawn("mark", view.marks(view.place.logID(conversation, at)))
	}, nil
}

// A button is that of a conversation's header.
type button struct {
	mark
	ID    string
	Words string
	Path  string
}

// Button draws the button that logs a conversation; nothing where nothing is
// logged.
func (h *Handler) Button(ctx context.Context, v visit.Visit, conversation string) (template.HTML, error) {
	view, ok, err := h.ledgerView(ctx, v)
	if !ok {
		return "", err
	}
	d, err := h.Desks.Desk(ctx, v.Session.GrantID)
	if err != nil {
		return "", err
	}
	b := button{ID: conversation, Path: "/p/" + url.PathEscape(v.Frame.Key) + "/log/marks/" + url.PathEscape(conversation)}
	if t, err := d.Thread(conversation); err == nil && len(t.Messages) > 0 {
		b.mark = view.marks(view.place.logID(t.ID, t.Messages[0].CreationTime.Time))
	}
	b.Words = words(view.call.loggers, b.Logged)
	return draw("button", b)
}

// words are the button's: the page's own, as far as it has some.
func words(l Loggers, logged bool) string {
	if l.Message.Title != "" && !logged {
		return markup.Cut(markup.Line(l.Message.Title), 60)
	}
	to := ""
	if name := strings.TrimSpace(markup.Line(l.Name)); name != "" {
		to = " in " + clip(name)
	}
	if logged {
		return "Edit the log" + to
	}
	return "Log" + to
}

// mark answers GET /p/{key}/log/marks/{id} with the button as it is now.
func (h *Handler) mark(w http.ResponseWriter, r *http.Request, c call) error {
	html, err := h.Button(r.Context(), c.visit, r.PathValue("id"))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	_, err = w.Write([]byte(html))
	return err
}

// retry answers POST /p/{key}/log/retry: everything that waits goes now.
func (h *Handler) retry(w http.ResponseWriter, r *http.Request, c call) error {
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
func (h *Handler) discard(w http.ResponseWriter, r *http.Request, c call) error {
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

func (h *Handler) changed(ctx context.Context, c call) {
	h.nudge()
	h.announce(ctx, c.page())
}
