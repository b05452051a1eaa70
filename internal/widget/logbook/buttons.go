package logbook

import (
	"context"
	"errors"
	"html/template"
	"net/url"
	"strings"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/lang"
	"offhook/internal/widget/markup"
	"offhook/internal/widget/visit"
)

// A logButton logs a thing, or changes what is logged of it.
type logButton struct {
	mark
	ID    string // as the addresses of logs have it
	Kind  string // message or call
	Name  string // the id of the element that names the thing in its row
	Words string
	Named bool   // its words are shown: it stands in a menu
	Form  string // the route of the phone's form, where the button leads there
	View  bool   // it asks to see what is logged
	Path  string // where a button that stands alone is drawn again
}

// button is how the one of a thing is drawn; false where what is logged may
// not be changed from here.
func (v view) button(id string, m mark) (logButton, bool) {
	logger := v.of.logger(v.loggers)
	b := logButton{mark: m, ID: id, Kind: v.of.kind(), Words: words(v.visitor, v.of, m.Logged)}
	if logger.Modal && v.of.kind() == kindCall {
		b.Form = "/log/call/" + url.PathEscape(id)
	}
	return b, !m.Logged || !logger.HideEdit
}

// Rows returns how to draw a conversation's row: how its newest day stands,
// and the button that logs it, with its words in a menu. It is nil where
// nothing is logged.
func (h *Handler) Rows(ctx context.Context, v visit.Visit, menu bool) (func(conversation string, at time.Time) (mark, do template.HTML), error) {
	view, ok, err := h.see(ctx, v, texts{h})
	if !ok {
		return nil, err
	}
	return func(conversation string, at time.Time) (template.HTML, template.HTML) {
		b, _ := view.button(conversation, view.marks(view.place.logID(conversation, at)))
		b.Named, b.Name = menu, "n-"+conversation
		return h.drawn(v.Language, "mark", b.mark), h.drawn(v.Language, "rowdo", b)
	}, nil
}

// CallRows is Rows for calls: of a record of the call log, by its session.
func (h *Handler) CallRows(ctx context.Context, v visit.Visit, menu bool) (func(row, session string) (mark, do template.HTML), error) {
	view, ok, err := h.see(ctx, v, calls{h})
	if !ok {
		return nil, err
	}
	return func(row, session string) (template.HTML, template.HTML) {
		m := view.marks(session)
		b, changes := view.button(session, m)
		b.Named, b.Name = menu, "call-"+row+"-name"
		if !changes {
			b.View, b.Words, b.Form = true, viewWords(view.visitor), ""
		}
		return h.drawn(v.Language, "mark", m), h.drawn(v.Language, "rowdo", b)
	}, nil
}

// Button draws the button that logs a conversation; nothing where nothing is
// logged.
func (h *Handler) Button(ctx context.Context, v visit.Visit, conversation string) (template.HTML, error) {
	view, ok, err := h.see(ctx, v, texts{h})
	if !ok {
		return "", err
	}
	t, err := texts{h}.chat(ctx, view.visitor, conversation)
	if told := (*rc.Error)(nil); err != nil && !errors.As(err, &told) {
		return "", err
	}
	b, _ := view.button(conversation, view.marks(t.logID()))
	b.Path = markPath(v, "messages", conversation)
	if h.granular(ctx, view.visitor) {
		return templates.Fragment(v.Language, "chosen", b)
	}
	return templates.Fragment(v.Language, "button", b)
}

// CallButtons draws how the log of a call stands, and what can be done about
// it; nothing where no calls are logged.
func (h *Handler) CallButtons(ctx context.Context, v visit.Visit, session string) (template.HTML, error) {
	view, ok, err := h.see(ctx, v, calls{h})
	if !ok {
		return "", err
	}
	m := view.marks(session)
	b, changes := view.button(session, m)
	out := struct {
		mark
		Path    string
		Buttons []logButton
	}{mark: m, Path: markPath(v, "call", session)}
	if changes {
		out.Buttons = append(out.Buttons, b)
	}
	if m.Logged {
		out.Buttons = append(out.Buttons, logButton{mark: m, ID: session, Kind: kindCall, Words: viewWords(view.visitor), View: true})
	}
	return templates.Fragment(v.Language, "calllog", out)
}

func markPath(v visit.Visit, kind, id string) string {
	return "/p/" + url.PathEscape(v.Frame.Key) + "/log/marks/" + kind + "/" + url.PathEscape(id)
}

// words are the button's: the page's own, as far as it has some.
func words(c visitor, of subject, logged bool) string {
	title := of.logger(c.loggers).Title
	switch {
	case logged:
		return c.inService(lang.Mark("Edit the log"), lang.Mark("Edit the log in %s"))
	case title != "":
		return markup.Cut(markup.Line(title), 60)
	case of.kind() == kindCall:
		return c.inService(lang.Mark("Log call"), lang.Mark("Log call to %s"))
	}
	return c.inService(lang.Mark("Log"), lang.Mark("Log to %s"))
}

func viewWords(c visitor) string {
	return c.inService(lang.Mark("View the log"), lang.Mark("View the log in %s"))
}

// inService says where, if the page's application has a name.
func (c visitor) inService(what, where string) string {
	if name := strings.TrimSpace(markup.Line(c.loggers.Name)); name != "" {
		return c.visit.Language.Say(where, clip(name))
	}
	return c.visit.Language.Say(what)
}
