package logbook

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/visit"
)

// A subject is a kind of what is logged: conversations by their days, or
// calls. Everything that is the same for both asks it.
type subject interface {
	// kind is that of its entries.
	kind() string
	// logger is its part of what a page has registered.
	logger(l Loggers) Logger
	// form is the page's own form for it; nil for the phone's.
	form(v visit.Visit) *Form
	// freshness is how long a page's answer about a log is good, and how long
	// it is remembered (contract/service.md 7).
	freshness() (askAgain, forget time.Duration)
	// thing finds one by the id that addresses have, or is NotFound.
	thing(ctx context.Context, c visitor, id string) (thing, error)
	// shown are the log ids that a tab may show, beside those of what is open.
	shown(ctx context.Context, c visitor, open string) ([]string, error)
	// due are the drafts of what is to be logged by itself and is not.
	due(ctx context.Context, l ledger, s store.LogSettings, d Desk, recorded []store.LogEntry) ([]draft, error)
}

// A thing is a conversation or a call as one user has it.
type thing interface {
	// logID names what a mark beside it stands for; empty for nothing yet.
	logID() string
	// people are the contacts that it may be with.
	people() []Person
	// about is a line that says what it is.
	about() string
	// event is the thing as the page gets it with events of its form.
	event(ctx context.Context) (any, error)
	// drafts are what a press logs, the one that comes first first.
	drafts(ctx context.Context, p press) ([]draft, error)
}

// A press is a user's wish to log a thing.
type press struct {
	ID       string         // of the click
	FormData map[string]any // of the form, nil without one
	View     bool           // what is logged is to be looked at
	Chosen   bool           // it is no click on a log: another contact was picked
	Messages []int64        // of a conversation, those that the user has chosen
}

// words of the kinds in addresses: those of the phone's own routes
// (contract/widget.md 4).
var subjectWords = map[string]string{"messages": kindMessage, "call": kindCall}

func (h *Handler) subjects() []subject { return []subject{texts{h}, calls{h}} }

// subject returns that of a kind; a kind that is none has been checked before.
func (h *Handler) subject(kind string) subject {
	all := h.subjects()
	return all[slices.IndexFunc(all, func(s subject) bool { return s.kind() == kind })]
}

// subjectOf returns that of a request's path, when its things may be logged.
func (h *Handler) subjectOf(r *http.Request, c visitor) (subject, error) {
	kind, ok := subjectWords[r.PathValue("kind")]
	if !ok {
		return nil, rc.Errorf(rc.NotFound, "There is nothing of this kind to log.")
	}
	s := h.subject(kind)
	if !c.may[kind] {
		return nil, denied(capabilityOf[kind])
	}
	return s, nil
}

// thingOf is what a request's path names.
func (h *Handler) thingOf(r *http.Request, c visitor) (subject, thing, error) {
	s, err := h.subjectOf(r, c)
	if err != nil {
		return nil, nil, err
	}
	t, err := s.thing(r.Context(), c, r.PathValue("id"))
	return s, t, err
}

// logs says whether a kind is logged at all.
func (c visitor) logs(s subject) bool {
	return c.may[s.kind()] && (c.hooked() || s.logger(c.loggers).Path != "")
}

// matcher is the page's path that says what of a kind is logged; empty where
// nobody can be asked.
func (c visitor) matcher(s subject) string {
	if !c.may[s.kind()] || !c.loggers.Authorized {
		return ""
	}
	return s.logger(c.loggers).Matcher
}

// logsAny says whether anything is logged.
func (h *Handler) logsAny(c visitor) bool {
	return slices.ContainsFunc(h.subjects(), c.logs)
}

// event answers GET /p/{key}/log/{kind}/{id} with a thing as the page gets it
// with events of its form.
func (h *Handler) event(w http.ResponseWriter, r *http.Request, c visitor) error {
	_, t, err := h.thingOf(r, c)
	if err != nil {
		return err
	}
	out, err := t.event(r.Context())
	if err != nil {
		return err
	}
	visit.JSON(w, http.StatusOK, out)
	return nil
}

// rawOf are people as the page wrote them.
func rawOf(all []Person) []json.RawMessage {
	out := []json.RawMessage{}
	for _, p := range all {
		out = append(out, p.Raw)
	}
	return out
}
