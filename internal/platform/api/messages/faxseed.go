package messages

import (
	"context"
	"fmt"
	"time"

	"offhook/internal/platform/api/plan"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// An OutsideFax is one that a machine somewhere sends to a number of the
// platform. Its numbers are E.164.
type OutsideFax struct {
	From string // empty for a machine that does not say
	Name string // what the network said of it
	To   string
	At   time.Time
	// Files are its documents; what each is, its name says.
	Files []File
	Read  bool
}

// ReceiveFax puts a fax into the message store of whoever answers for its
// number. The process that serves the platform finds it there and tells the
// extension. What cannot be faxed is an *rc.Error.
func ReceiveFax(ctx context.Context, st store.Platform, f OutsideFax) (store.Message, error) {
	return receiveFax(ctx, st, f, rc.Queued)
}

// SeedFax is a fax of the past: nobody is told.
func SeedFax(ctx context.Context, st store.Platform, f OutsideFax) error {
	_, err := receiveFax(ctx, st, f, rc.Received)
	return err
}

func receiveFax(ctx context.Context, st store.Platform, f OutsideFax, status string) (store.Message, error) {
	o := &Office{Store: st, IDs: new(store.IDs)}
	p, receiver, err := o.receiver(ctx, map[int64]*plan.Plan{}, f.To)
	if err != nil {
		return store.Message{}, err
	}
	if p == nil {
		return store.Message{}, rc.Errorf(rc.Invalid, "Nobody on the platform has the number %s.", f.To)
	}
	r := faxRenderer{at: f.At}
	for _, file := range f.Files {
		if file.ContentType = faxType("", file.Name); file.ContentType == "" {
			return store.Message{}, rc.Errorf(rc.Unsupported, "%s cannot be faxed. PDF, plain text, PNG, JPEG and GIF can.", file.Name)
		}
		if err := r.file(ctx, file); err != nil {
			return store.Message{}, unfaxable("attachment", file.Name, err)
		}
	}
	files, err := r.finish()
	if err != nil {
		return store.Message{}, err
	}
	m := &store.Message{
		AccountID: p.Account.ID, ExtensionID: receiver.ID, Type: rc.TypeFax, Direction: rc.Inbound, Availability: rc.Alive, ReadStatus: rc.Unread, Status: status,
		From: caller(p, f.From, f.Name), To: []rc.Caller{{PhoneNumber: f.To, Name: p.Name(f.To), Target: true}},
		Facts: store.MessageFacts{Pages: r.pages, Resolution: rc.FaxHigh},
	}
	if f.Read {
		m.ReadStatus = rc.Read
	}
	d := &delivery{copies: []*store.Message{m}, files: files, alone: true}
	d.stamp(f.At)
	if err := o.post(ctx, []*delivery{d}); err != nil {
		return store.Message{}, fmt.Errorf("storing a fax: %w", err)
	}
	return *m, nil
}
