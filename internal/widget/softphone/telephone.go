package softphone

import (
	"context"

	"offhook/internal/rc"
	"offhook/internal/widget/call"
)

// A Telephone is a user's phone, at whichever node of a cluster it is. Its
// methods are those of [Phone].
type Telephone interface {
	Snapshot() call.Snapshot
	Watch() (changes <-chan struct{}, stop func())
	Place(ctx context.Context, o Order) (id string, err error)
	Act(ctx context.Context, id, name string, d Details) error
	Merge(ctx context.Context, id, other string) (string, error)
	Drop(ctx context.Context, id string, m Message) error
	Supervise(ctx context.Context, extensionID, mode string) (id string, err error)
	Shown(ctx context.Context, ids []string) (first bool, err error)
	Attach(ctx context.Context, tab, offer string, take bool) (answer string, version uint64, err error)
	Leave(tab string)
}

var (
	_ Telephone = (*Phone)(nil)
	_ Telephone = (*seat)(nil)
)

// Telephone returns the phone of a grant: that of this process, or in a
// cluster that of the node which has it. It is an Unauthenticated *rc.Error
// when there is no such grant.
func (p *Pool) Telephone(ctx context.Context, grantID string) (Telephone, error) {
	if p.Cluster == nil {
		return p.Phone(ctx, grantID)
	}
	return p.seat(ctx, grantID)
}

// ready waits a moment for a line that is about to be registered. over is
// closed when it never will; nil where nobody says so.
func ready(ctx context.Context, t Telephone, over <-chan struct{}) error {
	ctx, cancel := context.WithTimeout(ctx, getReady)
	defer cancel()
	changes, stop := t.Watch()
	defer stop()
	for {
		line := t.Snapshot().Line
		switch {
		case line.State == call.Registered:
			return nil
		case line.Sentence != "":
			return &rc.Error{Kind: rc.Unavailable, Message: line.Sentence}
		}
		select {
		case <-changes:
		case <-over:
			return restarting()
		case <-ctx.Done():
			return rc.Errorf(rc.Unavailable, "The phone is still connecting. Try again in a moment.")
		}
	}
}
