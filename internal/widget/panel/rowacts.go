package panel

import (
	"context"
	"html/template"

	"offhook/internal/widget/contact"
)

// Acts are what the page's application does with one conversation of the
// list. One stands in its row; of several there is a menu.
type Acts struct {
	ID      string           // the conversation
	Log     template.HTML    // the button that logs it
	Buttons []contact.Button // the application's own
}

// Any reports whether there are some.
func (a Acts) Any() bool { return a.Log != "" || len(a.Buttons) > 0 }

// Menu reports whether there are several.
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
	for i, row := range v.Rows {
		if row.At.IsZero() {
			continue // nothing was said yet
		}
		v.Rows[i].Acts = Acts{ID: row.ID, Buttons: buttons}
		if log != nil {
			v.Rows[i].Log, v.Rows[i].Acts.Log = log(row.ID, row.At)
		}
	}
	return nil
}

// actStories are the list beside an application with buttons of its own.
func actStories() []story {
	return []story{{Name: "messages-acts", Title: "Messages with an application's buttons", draw: func(d *fixtureDesk, p page) (string, any) {
		v, err := newMessages(context.Background(), p, "")
		must(err)
		task := contact.Button{ID: "task", Type: "messageAction", Label: "New <task>", Icon: "newAction"}
		for i, row := range v.Rows {
			acts := Acts{ID: row.ID, Buttons: []contact.Button{task}}
			if i%2 == 0 {
				acts.Buttons = append(acts.Buttons, contact.Button{ID: "view", Type: "messageAction", Label: "Show in HarborCRM", Icon: "nobody knows"})
			}
			v.Rows[i].Acts = acts
		}
		return "messages", v
	}}}
}
