package console

import (
	"context"
	"errors"
	"fmt"
	"net/mail"
	"slices"
	"strconv"
	"strings"

	"offhook/internal/platform/password"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// regionSetting is the setting that holds a user's region.
const regionSetting = "region"

// minPassword is the shortest password that a user may be given.
const minPassword = 8

// An AccountSpec describes a company to register.
type AccountSpec struct {
	Company    string
	MainNumber string // E.164
}

// RegisterAccount adds an account with its main number. A number that
// another account has is a Conflict error.
func (c *Console) RegisterAccount(ctx context.Context, spec AccountSpec) (store.Account, error) {
	if strings.TrimSpace(spec.Company) == "" {
		return store.Account{}, rc.Errorf(rc.Invalid, "Give the account a company name.")
	}
	if err := checkNumber(spec.MainNumber); err != nil {
		return store.Account{}, err
	}
	a := store.Account{ID: c.ids.Next(), Company: spec.Company, MainNumber: spec.MainNumber, CreatedAt: c.now()}
	err := c.Store.Write(ctx, func(tx store.PlatformTx) error {
		if err := tx.AddAccount(ctx, a); err != nil {
			return err
		}
		return tx.AddPhoneNumber(ctx, store.PhoneNumber{ID: c.ids.Next(), AccountID: a.ID, Number: a.MainNumber, UsageType: "MainCompanyNumber"})
	})
	if errors.Is(err, store.ErrExists) {
		return a, rc.Errorf(rc.Conflict, "The number %s belongs to an account already.", spec.MainNumber)
	}
	return a, err
}

// A UserSpec describes a user to register.
type UserSpec struct {
	AccountID   int64 // zero means the only account
	FirstName   string
	LastName    string
	Email       string
	JobTitle    string
	Department  string
	Number      string // extension number; empty takes the first free one from 101
	PhoneNumber string // direct number in E.164; empty takes the first free one after the main number
	Username    string // empty means the e-mail address
	Password    string
	Admin       bool
	Region      []byte // what the user chooses of the regional settings, as the platform keeps it; nil for nothing
	Robot       string // the kind of robot that answers texts to it; nobody signs in to one
}

// RegisterUser adds a user with a direct number. Errors of kind Invalid and
// Conflict say what to change.
func (c *Console) RegisterUser(ctx context.Context, spec UserSpec) (store.Extension, store.PhoneNumber, error) {
	var e store.Extension
	var n store.PhoneNumber
	if err := checkUser(&spec); err != nil {
		return e, n, err
	}
	e = store.Extension{
		ID: c.ids.Next(), FirstName: spec.FirstName, LastName: spec.LastName, Email: spec.Email, JobTitle: spec.JobTitle,
		Department: spec.Department, Username: strings.ToLower(spec.Username), Admin: spec.Admin, CreatedAt: c.now(),
	}
	if spec.Robot == "" {
		e.PasswordHash = password.Hash(spec.Password)
	}
	n = store.PhoneNumber{ID: c.ids.Next(), ExtensionID: e.ID, UsageType: "DirectNumber"}
	err := c.Store.Write(ctx, func(tx store.PlatformTx) error {
		account, err := accountOf(ctx, tx, spec.AccountID)
		if err != nil {
			return err
		}
		e.AccountID, n.AccountID = account.ID, account.ID
		if e.Number, err = c.extensionNumber(ctx, tx, account, spec.Number); err != nil {
			return err
		}
		if n.Number, err = directNumber(ctx, tx, account, spec.PhoneNumber); err != nil {
			return err
		}
		if _, err := tx.ExtensionByUsername(ctx, e.Username); !errors.Is(err, store.ErrNotFound) {
			return conflict(err, "Somebody signs in as %q already; choose another username.", e.Username)
		}
		if err := tx.AddExtension(ctx, e); err != nil {
			return fmt.Errorf("adding the user: %w", err)
		}
		if spec.Region != nil {
			_, err := tx.ChangeSetting(ctx, e.AccountID, e.ID, regionSetting)
			if err = errors.Join(err, tx.SaveSetting(ctx, e.AccountID, e.ID, regionSetting, spec.Region)); err != nil {
				return fmt.Errorf("keeping the region of the user: %w", err)
			}
		}
		if spec.Robot != "" {
			if err := tx.PutRobot(ctx, store.Robot{ExtensionID: e.ID, Kind: spec.Robot}); err != nil {
				return fmt.Errorf("making the user a robot: %w", err)
			}
		}
		return tx.AddPhoneNumber(ctx, n)
	})
	if err != nil {
		return store.Extension{}, store.PhoneNumber{}, err
	}
	return e, n, nil
}

func checkUser(spec *UserSpec) error {
	if spec.FirstName == "" && spec.LastName == "" {
		return rc.Errorf(rc.Invalid, "Give the user a name.")
	}
	if spec.Email != "" {
		if a, err := mail.ParseAddress(spec.Email); err != nil || a.Address != spec.Email {
			return rc.Errorf(rc.Invalid, "%q is not an e-mail address.", spec.Email)
		}
	}
	if spec.Username == "" {
		spec.Username = spec.Email
	}
	if spec.Username == "" || len(spec.Username) > 255 {
		return rc.Errorf(rc.Invalid, "Give the user an e-mail address or a username to sign in with.")
	}
	if spec.Robot != "" {
		return nil
	}
	if len(spec.Password) < minPassword || len(spec.Password) > password.MaxLen {
		return rc.Errorf(rc.Invalid, "The password must have at least %d characters.", minPassword)
	}
	return nil
}

func accountOf(ctx context.Context, tx store.PlatformTx, id int64) (store.Account, error) {
	if id != 0 {
		a, err := tx.Account(ctx, id)
		return a, notFound(err, "There is no account %d.", id)
	}
	all, err := tx.Accounts(ctx)
	if err != nil {
		return store.Account{}, err
	}
	if len(all) != 1 {
		return store.Account{}, rc.Errorf(rc.Invalid, "There are %d accounts; say which one the user belongs to.", len(all))
	}
	return all[0], nil
}

func (c *Console) extensionNumber(ctx context.Context, tx store.PlatformTx, a store.Account, want string) (string, error) {
	all, err1 := tx.Extensions(ctx, a.ID)
	queues, err2 := tx.Queues(ctx, a.ID)
	if err := errors.Join(err1, err2); err != nil {
		return "", err
	}
	taken := func(n string) bool {
		return slices.ContainsFunc(all, func(e store.Extension) bool { return e.Number == n }) ||
			slices.ContainsFunc(queues, func(q store.Queue) bool { return q.Number == n })
	}
	forHelp := func(n string) bool {
		return n == "112" || n == "911" || c.Emergency != nil && c.Emergency(n, a.MainNumber)
	}
	if want == "" {
		for n := 101; ; n++ {
			if free := strconv.Itoa(n); !taken(free) && !forHelp(free) {
				return free, nil
			}
		}
	}
	if n, err := strconv.Atoi(want); err != nil || n <= 0 || len(want) > 6 || strconv.Itoa(n) != want {
		return "", rc.Errorf(rc.Invalid, "%q is not an extension number; use up to six digits.", want)
	}
	if forHelp(want) {
		return "", rc.Errorf(rc.Invalid, "%s calls the emergency services; choose another extension number or leave it out.", want)
	}
	if taken(want) {
		return "", rc.Errorf(rc.Conflict, "Extension %s is taken; choose another or leave it out.", want)
	}
	return want, nil
}

func directNumber(ctx context.Context, tx store.PlatformTx, a store.Account, want string) (string, error) {
	if want != "" {
		if err := checkNumber(want); err != nil {
			return "", err
		}
		if _, err := tx.PhoneNumber(ctx, want); !errors.Is(err, store.ErrNotFound) {
			return "", conflict(err, "The number %s is taken; choose another or leave it out.", want)
		}
		return want, nil
	}
	main, err := strconv.ParseInt(strings.TrimPrefix(a.MainNumber, "+"), 10, 64)
	if err != nil {
		return "", fmt.Errorf("reading the main number of account %d: %w", a.ID, err)
	}
	for n := main + 1; n < main+10000; n++ {
		number := fmt.Sprintf("+%d", n)
		_, err := tx.PhoneNumber(ctx, number)
		if errors.Is(err, store.ErrNotFound) {
			return number, nil
		}
		if err != nil {
			return "", err
		}
	}
	return "", rc.Errorf(rc.Conflict, "The account has no free number after %s; give the user's number.", a.MainNumber)
}

func checkNumber(n string) error {
	digits, ok := strings.CutPrefix(n, "+")
	if _, err := strconv.ParseUint(digits, 10, 64); !ok || err != nil || len(digits) < 7 || len(digits) > 15 || digits[0] == '0' {
		return rc.Errorf(rc.Invalid, "%q is not a phone number; write it as +16505550101.", n)
	}
	return nil
}

// notFound tells people what is missing; other errors, and none, pass.
func notFound(err error, format string, args ...any) error {
	if errors.Is(err, store.ErrNotFound) {
		return rc.Errorf(rc.NotFound, format, args...)
	}
	return err
}

// conflict is the answer when a row was found that must not be there; a
// failed search passes.
func conflict(err error, format string, args ...any) error {
	if err != nil {
		return err
	}
	return rc.Errorf(rc.Conflict, format, args...)
}
