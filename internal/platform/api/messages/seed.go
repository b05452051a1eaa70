package messages

import (
	"context"
	"fmt"
	"slices"
	"time"

	"offhook/internal/platform/api/plan"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// A SeedText is a text of the past, for a history that is there from the
// start. Its numbers are E.164 and From is on the platform.
type SeedText struct {
	From string
	To   []string
	Text string
	At   time.Time
	Read bool // by its receivers
}

// Seed writes texts as if they had been sent and delivered at their times.
// Nobody is told, so it belongs before the platform serves.
func Seed(ctx context.Context, st store.Platform, texts []SeedText) error {
	o := &Office{Store: st, IDs: new(store.IDs)}
	texts = slices.Clone(texts)
	slices.SortStableFunc(texts, func(a, b SeedText) int { return a.At.Compare(b.At) })
	var ds []*delivery
	for _, t := range texts {
		p, sender, err := o.receiver(ctx, map[int64]*plan.Plan{}, t.From)
		if err != nil {
			return err
		}
		if p == nil {
			return fmt.Errorf("seeding texts: nobody on the platform has the number %s", t.From)
		}
		d, err := o.draft(ctx, p, sender.ID, Text{From: t.From, To: t.To, Body: t.Text})
		if err != nil {
			return err
		}
		d.stamp(t.At)
		settle(d.copies[0])
		for _, m := range d.copies[1:] {
			if t.Read {
				m.ReadStatus = rc.Read
			}
		}
		ds = append(ds, d)
	}
	if err := o.post(ctx, ds); err != nil {
		return fmt.Errorf("seeding texts: %w", err)
	}
	return nil
}
