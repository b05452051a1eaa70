package store

import (
	"context"
	"time"
)

// An Account is a company that uses the platform.
type Account struct {
	ID         int64
	Company    string
	MainNumber string // E.164
	CreatedAt  time.Time
}

// An Extension is a user of an account: one person, one login.
type Extension struct {
	ID           int64
	AccountID    int64
	Number       string // extension number, unique in the account
	FirstName    string
	LastName     string
	Email        string
	JobTitle     string
	Department   string
	Username     string // what is typed into the sign-in page; unique, compared without case
	PasswordHash string // argon2id in PHC form
	Admin        bool
	CreatedAt    time.Time
}

// Name is the full name.
func (e Extension) Name() string {
	if e.LastName == "" {
		return e.FirstName
	}
	if e.FirstName == "" {
		return e.LastName
	}
	return e.FirstName + " " + e.LastName
}

// A PhoneNumber is a number of an account, assigned to an extension or, when
// ExtensionID is zero, to the company.
type PhoneNumber struct {
	ID          int64
	AccountID   int64
	ExtensionID int64
	Number      string // E.164, unique on the platform
	UsageType   string // MainCompanyNumber, CompanyNumber, DirectNumber
}

// AccountReader reads accounts, extensions and their numbers.
type AccountReader interface {
	// Account returns ErrNotFound for an unknown id.
	Account(ctx context.Context, id int64) (Account, error)
	// Accounts returns every account, oldest first.
	Accounts(ctx context.Context) ([]Account, error)
	// Extension returns ErrNotFound for an unknown id.
	Extension(ctx context.Context, id int64) (Extension, error)
	// ExtensionByUsername ignores case and returns ErrNotFound for nobody.
	ExtensionByUsername(ctx context.Context, username string) (Extension, error)
	// Extensions returns an account's extensions by extension number.
	Extensions(ctx context.Context, accountID int64) ([]Extension, error)
	// PhoneNumber returns ErrNotFound for a number that no account has.
	PhoneNumber(ctx context.Context, e164 string) (PhoneNumber, error)
	// PhoneNumbers returns an account's numbers, by number.
	PhoneNumbers(ctx context.Context, accountID int64) ([]PhoneNumber, error)
}

// AccountWriter changes accounts, extensions and their numbers. Adding what
// is there already (by id, username, extension number or number) is
// ErrExists.
type AccountWriter interface {
	AddAccount(ctx context.Context, a Account) error
	AddExtension(ctx context.Context, e Extension) error
	// SaveExtension replaces names, job title and department; ErrNotFound when
	// the extension is gone.
	SaveExtension(ctx context.Context, e Extension) error
	// RemoveExtension removes a user with their messages, numbers, sessions
	// and credentials, and reports whether there was one. What they wrote to
	// others stays with those.
	RemoveExtension(ctx context.Context, id int64) (bool, error)
	AddPhoneNumber(ctx context.Context, n PhoneNumber) error
}
