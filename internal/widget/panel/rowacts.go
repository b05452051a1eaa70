package panel

import (
	"context"
	"html/template"

	"offhook/internal/widget/contact"
)

// Acts are what can be done with one conversation of the list: marking it,
// deleting it, and what the page's application adds. Of that, one button
// stands in the row; several stand in its menu.
type Acts struct {
	ID       string // the conversation
	Unread   bool
	Listed   bool             // in the list, where several can be selected
	Answered bool             // somebody else has written: it can be marked as unread
	Log      template.HTML    // the button that logs it
	Buttons  []contact.Button // the application's own
}

// Menu reports whether what the application adds stands in the menu.
func (a Acts) Menu() bool { return len(a.Buttons) > 1 || len(a.Buttons) == 1 && a.Log != "" }

// dress puts at each row how its newest day stands with the page's logger, and
// what the page's application does with it.
func (h *Handler) dress(ctx context.Context, v *messagesView) error {
	var buttons []contact.Button
	if h.Services != nil {
		buttons = h.Services.MessageButtons(v.visit)
	}
	var log LogRow
	if h.Logs != nil {
		var err error
		if log, err = h.Logs.Rows(ctx, v.visit, len(buttons) > 0); err != nil {
			return err
		}
	}
	for _, w := range v.Windows {
		for i := range w.Rows {
			row := &w.Rows[i]
			if row.At.IsZero() {
				continue // nothing was said yet
			}
			row.Acts.Buttons = buttons
			if log != nil {
				row.Log, row.Acts.Log = log(row.ID, row.At)
			}
		}
	}
	return nil
}

// actStories are the list beside an application with buttons of its own.
func actStories() []story {
	return []story{{Name: "messages-acts", Title: "Messages with an application's buttons", draw: func(d *fixtureDesk, p page) (string, any) {
		v, err := newMessages(context.Background(), p, listing{})
		must(err)
		task := contact.Button{ID: "task", Type: "messageAction", Label: "New <task>", Icon: "newAction"}
		for i := range v.Windows[0].Rows {
			acts := &v.Windows[0].Rows[i].Acts
			acts.Buttons = []contact.Button{task}
			if i%2 == 0 {
				acts.Buttons = append(acts.Buttons, contact.Button{ID: "view", Type: "messageAction", Label: "Show in HarborCRM", Icon: "nobody knows"})
			}
		}
		return "messages", v
	}}}
}
