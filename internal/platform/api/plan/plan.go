// Package plan is the numbering plan of an account: who has which number,
// who answers for the company, and who may send texts from where.
package plan

import (
	"context"
	"errors"
	"fmt"

	"offhook/internal/store"
)

// Values of PhoneNumber.UsageType.
const (
	MainCompanyNumber = "MainCompanyNumber"
	CompanyNumber     = "CompanyNumber"
	DirectNumber      = "DirectNumber"
)

// A Plan is an account's numbering plan at the moment it was read.
type Plan struct {
	Account    store.Account
	Extensions []store.Extension   // by extension number
	Queues     []store.Queue       // by extension number
	Numbers    []store.PhoneNumber // by number
}

// A Reader is what a plan is read from.
type Reader interface {
	store.AccountReader
	store.QueueReader
}

// Read reads the plan of an account.
func Read(ctx context.Context, r Reader, accountID int64) (*Plan, error) {
	a, err1 := r.Account(ctx, accountID)
	e, err2 := r.Extensions(ctx, accountID)
	q, err3 := r.Queues(ctx, accountID)
	n, err4 := r.PhoneNumbers(ctx, accountID)
	if err := errors.Join(err1, err2, err3, err4); err != nil {
		return nil, fmt.Errorf("reading the numbering plan of account %d: %w", accountID, err)
	}
	return &Plan{a, e, q, n}, nil
}

// Operator answers for the company: the first administrator by extension
// number, else the first extension. It reports false for an account without
// extensions.
func (p *Plan) Operator() (store.Extension, bool) {
	for _, e := range p.Extensions {
		if e.Admin {
			return e, true
		}
	}
	if len(p.Extensions) == 0 {
		return store.Extension{}, false
	}
	return p.Extensions[0], true
}

// Extension returns an extension of the account by id.
func (p *Plan) Extension(id int64) (store.Extension, bool) {
	for _, e := range p.Extensions {
		if e.ID == id {
			return e, true
		}
	}
	return store.Extension{}, false
}

// Queue returns a queue of the account by id.
func (p *Plan) Queue(id int64) (store.Queue, bool) {
	for _, q := range p.Queues {
		if q.ID == id {
			return q, true
		}
	}
	return store.Queue{}, false
}

// QueueOf returns the queue that a number belongs to. A nil plan has none.
func (p *Plan) QueueOf(n store.PhoneNumber) (store.Queue, bool) {
	if p == nil {
		return store.Queue{}, false
	}
	return p.Queue(n.ExtensionID)
}

// ByExtensionNumber returns the extension with that extension number.
func (p *Plan) ByExtensionNumber(number string) (store.Extension, bool) {
	for _, e := range p.Extensions {
		if e.Number == number {
			return e, true
		}
	}
	return store.Extension{}, false
}

// Number returns the account's row for an E.164 number.
func (p *Plan) Number(e164 string) (store.PhoneNumber, bool) {
	for _, n := range p.Numbers {
		if n.Number == e164 {
			return n, true
		}
	}
	return store.PhoneNumber{}, false
}

// Receiver returns who gets what is sent to a number: its extension, or the
// operator when it is the company's. What is sent to a queue's number has no
// one receiver.
func (p *Plan) Receiver(n store.PhoneNumber) (store.Extension, bool) {
	if n.ExtensionID == 0 {
		return p.Operator()
	}
	return p.Extension(n.ExtensionID)
}

// MayText reports whether an extension may send texts from a number, which
// is so when answers to it come back to the extension.
func (p *Plan) MayText(extensionID int64, n store.PhoneNumber) bool {
	e, ok := p.Receiver(n)
	return ok && e.ID == extensionID
}

// NumbersOfQueue returns a queue's own numbers.
func (p *Plan) NumbersOfQueue(queueID int64) []store.PhoneNumber {
	var all []store.PhoneNumber
	for _, n := range p.Numbers {
		if n.ExtensionID == queueID {
			all = append(all, n)
		}
	}
	return all
}

// NumbersOf returns the numbers that an extension may use: its own first,
// then the company's.
func (p *Plan) NumbersOf(extensionID int64) []store.PhoneNumber {
	var own, company []store.PhoneNumber
	for _, n := range p.Numbers {
		switch n.ExtensionID {
		case extensionID:
			own = append(own, n)
		case 0:
			company = append(company, n)
		}
	}
	return append(own, company...)
}

// Name returns the name that the account's users see for a number: its
// extension's, its queue's, the company's, or nothing when it is somebody else's.
func (p *Plan) Name(e164 string) string {
	n, ok := p.Number(e164)
	if !ok {
		return ""
	}
	if n.ExtensionID == 0 {
		return p.Account.Company
	}
	if q, ok := p.Queue(n.ExtensionID); ok {
		return q.Name
	}
	e, _ := p.Extension(n.ExtensionID)
	return e.Name()
}
