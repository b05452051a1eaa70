package messages

import (
	"context"
	"fmt"

	"offhook/internal/platform/api/plan"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// LeaveText has a text arrive that was not sent by a request: from anybody, on
// the platform or not. The process that serves the platform finds it and
// tells those who get it, wherever it was left from.
func LeaveText(ctx context.Context, st store.Platform, ids *store.IDs, t SeedText) error {
	o := &Office{Store: st, IDs: ids}
	p, sender, err := o.receiver(ctx, map[int64]*plan.Plan{}, t.From)
	if err != nil {
		return err
	}
	outside := p == nil
	if outside {
		p = new(plan.Plan)
	}
	d, err := o.draft(ctx, p, sender.ID, Text{From: t.From, To: t.To, Body: t.Text})
	if err != nil {
		return err
	}
	if outside {
		d.copies = d.copies[1:]
	}
	if len(d.copies) == 0 && len(d.threads) == 0 {
		return rc.Errorf(rc.Invalid, "Nobody on the platform has the number %s or any of %v.", t.From, t.To)
	}
	for _, m := range d.copies {
		if m.Direction == rc.Inbound {
			m.Status = rc.Queued
		}
	}
	for _, th := range d.threads {
		th.Status, th.model.Status = rc.Queued, rc.Queued
	}
	d.stamp(t.At)
	if err := o.post(ctx, []*delivery{d}); err != nil {
		return fmt.Errorf("leaving a text: %w", err)
	}
	return nil
}
