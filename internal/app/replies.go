package app

import (
	"context"

	"offhook/internal/platform/api/messages"
	"offhook/internal/platform/api/plan"
	"offhook/internal/platform/exchange/session"
	"offhook/internal/rc"
)

// Reply writes to a caller: a colleague gets an internal message, anybody else
// a text from a number that may send them.
func (m mailroom) Reply(ctx context.Context, r session.Reply) error {
	p, err := plan.Read(ctx, m.office.Store, r.AccountID)
	if err != nil {
		return err
	}
	self, ok := p.Extension(r.ExtensionID)
	if !ok {
		return rc.Errorf(rc.NotFound, "The extension has been removed.")
	}
	if r.To.AccountID == r.AccountID && r.To.ExtensionID != 0 {
		_, err := m.office.Page(ctx, p, self, messages.Page{To: []int64{r.To.ExtensionID}, Body: r.Text, Base: m.office.Base})
		return err
	}
	for _, n := range p.NumbersOf(self.ID) {
		if p.MayText(self.ID, n) && r.To.Number != "" {
			_, err := m.office.Send(ctx, p, self.ID, messages.Text{From: n.Number, To: []string{r.To.Number}, Body: r.Text, Base: m.office.Base})
			return err
		}
	}
	return &rc.Error{Kind: rc.Conflict, Message: rc.CallerUnwritable}
}
