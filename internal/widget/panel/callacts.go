package panel

import (
	"context"
	"html/template"

	"offhook/internal/widget/contact"
)

// CallActs are what the page's application does with one call. Of several
// buttons in a row there is a menu.
type CallActs struct {
	ID      string           // of the row
	Session string           // the call, as loggers have it
	Log     template.HTML    // the button that logs it
	Buttons []contact.Button // the application's own
}

// Any reports whether there are some.
func (a CallActs) Any() bool { return a.Log != "" || len(a.Buttons) > 0 }

// Menu reports whether there are several.
func (a CallActs) Menu() bool { return len(a.Buttons) > 1 || len(a.Buttons) == 1 && a.Log != "" }

// A CallLogRow says how a call stands with the page's logger, and draws the
// button that logs it. A row is named by its record's id, a call by its
// session.
type CallLogRow = func(row, session string) (mark, do template.HTML)

// callButtons are the application's own for calls.
func (h *Handler) callButtons(p page) []contact.Button {
	if h.Services == nil {
		return nil
	}
	return h.Services.CallButtons(p.visit)
}

// dressCalls puts at each row how its call stands with the page's logger, and
// what the page's application does with it.
func (h *Handler) dressCalls(ctx context.Context, v *historyView) error {
	buttons := h.callButtons(v.page)
	var log CallLogRow
	if h.Logs != nil {
		var err error
		if log, err = h.Logs.CallRows(ctx, v.visit, len(buttons) > 0); err != nil {
			return err
		}
	}
	for _, d := range v.Days {
		for i := range d.Calls {
			row := &d.Calls[i]
			if row.Fax || row.SessionID == "" {
				continue
			}
			row.Acts = CallActs{ID: row.ID, Session: row.SessionID, Buttons: buttons}
			if log != nil {
				row.Log, row.Acts.Log = log(row.ID, row.SessionID)
			}
		}
	}
	return nil
}

// dressCall does the same with the page of one call.
func (h *Handler) dressCall(ctx context.Context, v *callView) (err error) {
	if v.Fax || v.SessionID == "" {
		return nil
	}
	v.Acts = CallActs{ID: v.ID, Session: v.SessionID, Buttons: h.callButtons(v.page)}
	if h.Logs != nil {
		v.Log, err = h.Logs.CallButtons(ctx, v.visit, v.SessionID)
	}
	return err
}
