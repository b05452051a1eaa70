package app

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"

	"offhook/internal/platform/api/messages"
	"offhook/internal/rc"
)

// A FaxSpec is a fax for `offhook fax add`. Its numbers may be written as
// people write them.
type FaxSpec struct {
	From, To string // From may be empty: the machine does not say
	Name     string
	Text     string   // its page
	Files    []string // its documents
	Ago      time.Duration
}

// AddFax has a fax come in for whoever answers for a number. A platform that
// serves the same data tells them within seconds.
func (d *Data) AddFax(ctx context.Context, spec FaxSpec) (int64, error) {
	if spec.From != "" {
		if err := readNumber("--from", &spec.From); err != nil {
			return 0, err
		}
	}
	if err := readNumber("--to", &spec.To); err != nil {
		return 0, err
	}
	f := messages.OutsideFax{From: spec.From, To: spec.To, Name: spec.Name, At: time.Now().Add(-spec.Ago)}
	if spec.Text != "" {
		f.Files = []messages.File{{Name: "fax.txt", Body: []byte(spec.Text)}}
	}
	for _, path := range spec.Files {
		body, err := os.ReadFile(path)
		if err != nil {
			return 0, rc.Errorf(rc.Invalid, "The file %s cannot be read.", path)
		}
		f.Files = append(f.Files, messages.File{Name: filepath.Base(path), Body: body})
	}
	if len(f.Files) == 0 {
		return 0, rc.Errorf(rc.Invalid, "Say with --text what the fax says, or name documents with --file.")
	}
	m, err := messages.ReceiveFax(ctx, d.DB.Platform(), f)
	return m.ID, err
}

// seedFaxes writes what has come in by fax for the demo's people.
func seedFaxes(ctx context.Context, d *Data) error {
	page := func(name string, lines ...string) messages.File {
		return messages.File{Name: name, Body: []byte(strings.Join(lines, "\n"))}
	}
	return messages.SeedFax(ctx, d.DB.Platform(), messages.OutsideFax{
		From: "+14155550190", Name: "BAYSIDE TITLE CO", To: demoMainNumber, At: time.Now().Add(-26 * time.Hour), Read: true,
		Files: []messages.File{page("title-report.txt",
			"BAYSIDE TITLE COMPANY", "Preliminary title report", "", "Property: 14 Alder Court", "Order: 26-11807", "",
			"1. Taxes for the current year are paid.", "2. No liens are recorded.", "3. An easement for utilities runs along the east line.", "",
			"Please call us with any question before closing.", strings.Repeat("\n", 40), "Schedule B", "", "Exceptions: none besides those above."),
		},
	})
}
