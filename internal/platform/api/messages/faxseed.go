package messages

import (
	"context"
	"time"

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
	a := arrival{kind: rc.TypeFax, status: status, from: f.From, name: f.Name, to: f.To, at: f.At, read: f.Read}
	return a.put(ctx, st, func() ([]File, error) {
		files, pages, err := f.render(ctx)
		a.facts = store.MessageFacts{Pages: pages, Resolution: rc.FaxHigh}
		return files, err
	})
}

// render makes the pages of a fax as its own machine would.
func (f OutsideFax) render(ctx context.Context) ([]File, int, error) {
	r := faxRenderer{at: f.At}
	for _, file := range f.Files {
		if file.ContentType = faxType("", file.Name); file.ContentType == "" {
			return nil, 0, rc.Errorf(rc.Unsupported, "%s cannot be faxed. PDF, plain text, PNG, JPEG and GIF can.", file.Name)
		}
		if err := r.file(ctx, file); err != nil {
			return nil, 0, unfaxable("attachment", file.Name, err)
		}
	}
	files, err := r.finish()
	return files, r.pages, err
}
