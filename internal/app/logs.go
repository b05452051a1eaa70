package app

import (
	"context"
	"encoding/json"
	"time"

	"offhook/internal/widget/desk"
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
		},
		Call: logbook.Logger{
			Path: r.CallLoggerPath, Title: r.CallLoggerTitle, Matcher: r.CallLogEntityMatcherPath,
			Label: r.CallLoggerAutoSettingLabel, Description: r.CallLoggerAutoSettingDescription, Warning: r.CallLoggerAutoSettingWarning,
			ReadOnly: r.CallLoggerAutoSettingReadOnly, Reason: r.CallLoggerAutoSettingReadOnlyReason,
			Value: r.CallLoggerAutoSettingReadOnlyValue, Hidden: r.CallLoggerAutoLogSettingHidden,
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

func (l logServices) Form(v visit.Visit) *logbook.Form {
	p := l.services.LogPage(v)
	if p == nil {
		return nil
	}
	return &logbook.Form{Title: p.Title, Turn: p.Turn, Stored: p.Stored(), Page: p.Form}
}

// logDesks shows the desks to the logbook.
type logDesks struct{ pool *desk.Pool }

func (l logDesks) Desk(ctx context.Context, grantID string) (logbook.Desk, error) {
	d, err := l.pool.Desk(ctx, grantID)
	if err != nil {
		return nil, err
	}
	return logDesk{d}, nil
}

// A logDesk is a desk in the logbook's own words.
type logDesk struct{ *desk.Desk }

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

func logThread(t desk.Thread) logbook.Thread {
	out := logbook.Thread{ID: t.ID, Self: t.Self, Messages: t.Messages, Keys: t.Keys}
	for _, p := range t.Parties {
		out.Others = append(out.Others, logbook.Party{Number: p.Number, Extension: p.Extension, Name: p.Name})
	}
	return out
}

func (l logDesk) Watch() logbook.Watch { return newLogWatch(l.Desk.Watch(l.Desk.Position())) }

// A logWatch tells of texts and of nothing else that a desk tells.
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
		case desk.EventMessage, desk.EventResync, desk.EventStatus:
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
