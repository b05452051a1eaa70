package app

import (
	"context"
	"errors"

	"offhook/internal/platform/console"
	"offhook/internal/store"
)

// A Queue is a call queue of the local platform as `offhook queue --json`
// tells it.
type Queue struct {
	Name            string   `json:"name"`
	ExtensionID     int64    `json:"extensionId"`
	ExtensionNumber string   `json:"extensionNumber"`
	PhoneNumber     string   `json:"phoneNumber"`
	Members         []string `json:"members"` // usernames
}

// AddQueue makes a call queue.
func (d *Data) AddQueue(ctx context.Context, spec console.QueueSpec) (Queue, error) {
	q, _, err := d.console().RegisterQueue(ctx, spec)
	if err != nil {
		return Queue{}, err
	}
	return d.queue(ctx, q)
}

// Queues returns the call queues of the local platform.
func (d *Data) Queues(ctx context.Context) ([]Queue, error) {
	rows, err := d.console().Queues(ctx)
	all := []Queue{}
	for _, row := range rows {
		q, err := d.queue(ctx, row)
		if err != nil {
			return nil, err
		}
		all = append(all, q)
	}
	return all, err
}

// queue tells who answers for a queue, and where.
func (d *Data) queue(ctx context.Context, q store.Queue) (Queue, error) {
	p := d.DB.Platform()
	out := Queue{Name: q.Name, ExtensionID: q.ID, ExtensionNumber: q.Number, Members: []string{}}
	numbers, err1 := p.PhoneNumbers(ctx, q.AccountID)
	members, err2 := p.QueueMembers(ctx, q.ID)
	if err := errors.Join(err1, err2); err != nil {
		return out, err
	}
	for _, n := range numbers {
		if n.ExtensionID == q.ID {
			out.PhoneNumber = n.Number
		}
	}
	for _, m := range members {
		e, err := p.Extension(ctx, m.ExtensionID)
		if err != nil {
			return out, err
		}
		out.Members = append(out.Members, e.Username)
	}
	return out, nil
}

// ChangeQueue adds members to a call queue, by extension number, and removes
// others.
func (d *Data) ChangeQueue(ctx context.Context, number string, add, remove []string) error {
	return d.console().ChangeMembers(ctx, number, add, remove)
}

// RemoveQueue removes a call queue, by extension number, and returns its name.
func (d *Data) RemoveQueue(ctx context.Context, number string) (string, error) {
	q, err := d.console().RemoveQueue(ctx, number)
	return q.Name, err
}
