package app

import (
	"context"
	"encoding/json"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/desk"
	"offhook/internal/widget/grant"
	"offhook/internal/widget/logbook"
	"offhook/internal/widget/service"
	"offhook/internal/widget/visit"
)

// logServices shows the logbook what host pages have registered.
type logServices struct{ services *service.Handler }

func (l logServices) Loggers(v visit.Visit) logbook.Loggers {
	r, authorized, ok := l.services.Known(v)
	if !ok {
		return logbook.Loggers{}
	}
	return logbook.Loggers{
		Name: r.Name, Authorized: authorized,
		Message: logbook.Logger{
			Path: r.MessageLoggerPath, Title: r.MessageLoggerTitle, Matcher: r.MessageLogEntityMatcherPath,
			Label: r.MessageLoggerAutoSettingLabel, Description: r.MessageLoggerAutoSettingDescription,
			ReadOnly: r.MessageLoggerAutoSettingReadOnly, Reason: r.MessageLoggerAutoSettingReadOnlyReason,
			Value: r.MessageLoggerAutoSettingReadOnlyValue, Hidden: r.MessageLoggerAutoSettingHidden,
			Granular: bool(r.MessageLoggerGranularSelectionEnabled), Open: r.MessageLogOpenPath,
		},
		Call: logbook.Logger{
			Path: r.CallLoggerPath, Title: r.CallLoggerTitle, Matcher: r.CallLogEntityMatcherPath,
			Label: r.CallLoggerAutoSettingLabel, Description: r.CallLoggerAutoSettingDescription, Warning: r.CallLoggerAutoSettingWarning,
			ReadOnly: r.CallLoggerAutoSettingReadOnly, Reason: r.CallLoggerAutoSettingReadOnlyReason,
			Value: r.CallLoggerAutoSettingReadOnlyValue, Hidden: r.CallLoggerAutoLogSettingHidden,
			HideEdit: r.CallLoggerHideEditLogButton, Modal: r.ShowLogModal,
		},
	}
}

func (l logServices) Entity(v visit.Visit, conversation, number string) json.RawMessage {
	return l.services.Entity(v, conversation, number)
}

func (l logServices) People(v visit.Visit, conversation, number string) (all []logbook.Person) {
	for _, c := range l.services.Whose(v, conversation, number) {
		all = append(all, logbook.Person{ID: c.ID, Name: c.Name, About: c.Description, Raw: c.Raw})
	}
	return all
}

func (l logServices) Asked(v visit.Visit, number string) bool { return l.services.Asked(v, number) }

func (l logServices) MessageForm(v visit.Visit) *logbook.Form {
	return logForm(l.services.LogPage(v, service.LogMessages))
}

func (l logServices) CallForm(v visit.Visit) *logbook.Form {
	return logForm(l.services.LogPage(v, service.LogCall))
}

func logForm(p *service.Page) *logbook.Form {
	if p == nil {
		return nil
	}
	return &logbook.Form{Title: p.Title, Turn: p.Turn, Stored: p.Stored(), Page: p.Form}
}

// logDesks shows the desks to the logbook.
type logDesks struct {
	pool   *desk.Pool
	grants *grant.Grants
}

func (l logDesks) Desk(ctx context.Context, grantID string) (logbook.Desk, error) {
	d, err := l.pool.Desk(ctx, grantID)
	if err != nil {
		return nil, err
	}
	return logDesk{d, grantID, l.grants}, nil
}

// A logDesk is a desk in the logbook's own words.
type logDesk struct {
	*desk.Desk
	grantID string
	grants  *grant.Grants
}

func (l logDesk) Thread(id string) (logbook.Thread, error) {
	t, err := l.Desk.Thread(id)
	return logThread(t), err
}

func (l logDesk) ThreadsSince(at time.Time) []logbook.Thread {
	var all []logbook.Thread
	for _, t := range l.Desk.ThreadsSince(at) {
		all = append(all, logThread(t))
	}
	return all
}

// Calls asks what the user's tokens may do as well. An answer that does not
// come is a no.
func (l logDesk) Calls(ctx context.Context) ([]logbook.Call, bool) {
	scopes, err := l.grants.Scopes(ctx, l.grantID)
	if err != nil || !scopes.Has(rc.ReadCallLog) || !l.Desk.CallLog().Readable {
		return nil, false
	}
	var all []logbook.Call
	for _, c := range l.Desk.Calls() {
		if c.Unlogged {
			continue // until the platform has its last word on it
		}
		all = append(all, logbook.Call{Record: *c.Record, Other: logbook.Party{Number: c.Party.Number, Extension: c.Party.Extension, Name: c.Party.Name}})
	}
	return all, true
}

func logThread(t desk.Thread) logbook.Thread {
	out := logbook.Thread{ID: t.ID, Self: t.Self, Messages: t.Messages, Keys: t.Keys}
	for _, p := range t.Parties {
		out.Others = append(out.Others, logbook.Party{Number: p.Number, Extension: p.Extension, Name: p.Name})
	}
	return out
}

func (l logDesk) Watch() logbook.Watch { return newLogWatch(l.Desk.Watch(l.Desk.Position())) }

// A logWatch tells of texts and calls and of nothing else that a desk tells.
type logWatch struct {
	from *desk.Watch
	to   chan struct{}
	done chan struct{}
}

func newLogWatch(from *desk.Watch) *logWatch {
	w := &logWatch{from, make(chan struct{}, 1), make(chan struct{})}
	go w.run()
	return w
}

func (w *logWatch) run() {
	defer close(w.done)
	defer close(w.to)
	for e := range w.from.C {
		switch e.Type {
		case desk.EventMessage, desk.EventCalls, desk.EventResync, desk.EventStatus:
			select {
			case w.to <- struct{}{}:
			default: // who looks once sees everything
			}
		}
	}
}

func (w *logWatch) C() <-chan struct{} { return w.to }

// Close may be called once, by the owner of the watch.
func (w *logWatch) Close() {
	w.from.Close()
	<-w.done
}
