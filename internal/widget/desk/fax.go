package desk

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/lang"
)

// A Fax is one fax of the user, in or out.
type Fax struct {
	ID        string
	Parties   []Party // who sent it, or whom it is for
	Inbound   bool
	At        time.Time
	Pages     int
	Unread    bool     // it came in, or it failed, and nobody has looked at it
	State     Delivery // Sending, Sent, Failed or Received
	Error     string   // a sentence, when it failed
	Documents []File   // what can be looked at, in order
	Waiting   bool     // not at the platform yet: see RetryFax and DropFax

	// Outcomes say what became of it for each of Parties, in their order; empty
	// for a fax that came in, or that the platform does not have yet.
	Outcomes []FaxOutcome
}

// A FaxOutcome is what became of a fax for one of those whom it is for.
type FaxOutcome struct {
	State Delivery // Sending, Sent or Failed
	Code  string   // why it failed, in the platform's word, such as NoAnswer; may be empty
}

// Reached is how many of those whom it is for have it.
func (f *Fax) Reached() (n int) {
	for _, o := range f.Outcomes {
		n += rank(o.State == Sent)
	}
	return n
}

// Faxes are the faxes that are known, newest first.
func (d *Desk) Faxes() []Fax {
	d.mu.Lock()
	defer d.mu.Unlock()
	all := d.unsentFaxes()
	for _, m := range d.mail.list() {
		if m.Record.Type == rc.TypeFax {
			all = append(all, d.fax(m))
		}
	}
	return all
}

// Fax is one of them, NotFound when it is not here.
func (d *Desk) Fax(id string) (Fax, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	m, err := d.mailBy(id)
	if err != nil {
		return Fax{}, err
	}
	return d.fax(m), nil
}

// fax draws one up. The caller holds mu.
func (d *Desk) fax(m *mail) Fax {
	r := &m.Record
	f := Fax{
		ID: strconv.FormatInt(r.ID, 10), Inbound: r.Direction == rc.Inbound, At: r.CreationTime.Time, Pages: r.FaxPageCount, Unread: m.unread(),
		State: faxState(r), Documents: documentsOf(r),
	}
	if f.Inbound {
		f.Parties = []Party{d.correspondent(r.From)}
	} else {
		for i := range r.To {
			f.Parties = append(f.Parties, d.correspondent(&r.To[i]))
			f.Outcomes = append(f.Outcomes, faxOutcome(r, &r.To[i]))
		}
	}
	if f.State == Failed {
		f.Error, f.Unread = d.faxError(r), slices.Contains(d.ledger.failures, faxKey(r.ID))
	}
	return f
}

// faxState is what became of a fax as a whole. One that did not reach everybody
// has failed, whatever its record says, because it is to be sent again.
func faxState(r *rc.Message) Delivery {
	switch {
	case r.Direction == rc.Inbound:
		return Received
	case r.MessageStatus == rc.Queued:
		return Sending
	case hasFailed(r.MessageStatus) || slices.ContainsFunc(r.To, func(c rc.Caller) bool { return hasFailed(c.MessageStatus) }):
		return Failed
	}
	return Sent
}

func hasFailed(status string) bool { return status == rc.SendingFailed || status == rc.DeliveryFailed }

// faxOutcome is what became of a fax for one of its recipients. Where the
// platform does not tell them apart, it is what became of the whole.
func faxOutcome(r *rc.Message, c *rc.Caller) FaxOutcome {
	status := cmp.Or(c.MessageStatus, r.MessageStatus)
	switch {
	case hasFailed(status):
		return FaxOutcome{Failed, c.FaxErrorCode}
	case status == rc.Queued:
		return FaxOutcome{State: Sending}
	}
	return FaxOutcome{State: Sent}
}

// faxError says who did not get a fax. The caller holds mu.
func (d *Desk) faxError(r *rc.Message) string {
	missed, first := 0, ""
	for i := range r.To {
		if hasFailed(r.To[i].MessageStatus) {
			if missed++; first == "" {
				first = d.correspondent(&r.To[i]).Label()
			}
		}
	}
	switch {
	case missed == 0 || first == "":
		return lang.Mark("This fax could not be sent. Check the number and send it again.")
	case missed == 1:
		return fmt.Sprintf(lang.Mark("No fax machine answered at %s. Check the number and send it again."), first)
	}
	return fmt.Sprintf(lang.Mark("No fax machine answered at %d of the numbers. Check them and send it again."), missed)
}

// documentsOf are the pages of a fax as files.
func documentsOf(r *rc.Message) (all []File) {
	for _, a := range r.Attachments {
		if a.Type == rc.RenderedDocument || a.Type == "" && a.ContentType == pdfType {
			all = append(all, File{ID: strconv.FormatInt(a.ID, 10), Name: a.FileName, ContentType: a.ContentType, Size: a.Size})
		}
	}
	return all
}

const pdfType = "application/pdf"

// FaxDocument returns the bytes of one document of a fax, for which it asks
// the platform. The error is an *rc.Error with a sentence, or ctx's.
func (d *Desk) FaxDocument(ctx context.Context, id, document string) (File, []byte, error) {
	d.touch()
	f, err := d.Fax(id)
	if err != nil {
		return File{}, nil, err
	}
	for _, doc := range f.Documents {
		if doc.ID != document {
			continue
		}
		// One bound for the memory of both: documents are as large as sounds.
		s, err := d.pool.sounds.get(ctx, d.grantID+"/fax/"+id+"/"+document, func(ctx context.Context) (Sound, error) {
			kind, body, err := d.fetchBody(ctx, rc.Medium, storePath+"/"+id+"/content/"+document, maxSound)
			if err == nil && kind != pdfType {
				err = rc.Errorf(rc.Unavailable, "The phone service sent something that is not a PDF.")
			}
			return Sound{Type: kind, Data: body}, err
		})
		return doc, s.Data, err
	}
	return File{}, nil, noFile()
}
