package storetest

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/store"
)

func testAccounts(t *testing.T, p store.Platform) {
	ctx := t.Context()
	account := store.Account{ID: 100001, Company: "Acme", MainNumber: "+16505550100", CreatedAt: at}
	ada := store.Extension{
		ID: 101001, AccountID: 100001, Number: "101", FirstName: "Ada", LastName: "Test", Email: "ada@example.com",
		JobTitle: "Engineer", Department: "R&D", Username: "ada@example.com", PasswordHash: "hash", Admin: true, CreatedAt: at,
	}
	number := store.PhoneNumber{ID: 501, AccountID: 100001, ExtensionID: 101001, Number: "+16505550101", UsageType: "DirectNumber"}
	err := p.Write(ctx, func(tx store.PlatformTx) error {
		return errors.Join(tx.AddAccount(ctx, account), tx.AddExtension(ctx, ada), tx.AddPhoneNumber(ctx, number))
	})
	if err != nil {
		t.Fatal(err)
	}

	if got, err := p.Account(ctx, 100001); err != nil || got != account {
		t.Errorf("Account: %+v, %v; want %+v", got, err, account)
	}
	if got, err := p.ExtensionByUsername(ctx, "ADA@example.com"); err != nil || got != ada {
		t.Errorf("ExtensionByUsername ignores case: %+v, %v; want %+v", got, err, ada)
	}
	if got, err := p.Extensions(ctx, 100001); err != nil || !cmp.Equal(got, []store.Extension{ada}) {
		t.Errorf("Extensions: %+v, %v", got, err)
	}
	if got, err := p.PhoneNumber(ctx, "+16505550101"); err != nil || got != number {
		t.Errorf("PhoneNumber: %+v, %v; want %+v", got, err, number)
	}
	if got, err := p.PhoneNumbers(ctx, 100001); err != nil || !cmp.Equal(got, []store.PhoneNumber{number}) {
		t.Errorf("PhoneNumbers: %+v, %v", got, err)
	}
	if _, err := p.Extension(ctx, 7); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("unknown extension: %v, want ErrNotFound", err)
	}

	ada.FirstName, ada.LastName, ada.JobTitle, ada.Department = "Adele", "Probe", "Chief", "Labs"
	if err := p.Write(ctx, func(tx store.PlatformTx) error { return tx.SaveExtension(ctx, ada) }); err != nil {
		t.Fatal(err)
	}
	if got, err := p.Extension(ctx, ada.ID); err != nil || got != ada {
		t.Errorf("after SaveExtension: %+v, %v; want %+v", got, err, ada)
	}
	if err := p.Write(ctx, func(tx store.PlatformTx) error { return tx.SaveExtension(ctx, store.Extension{ID: 7}) }); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("saving an unknown extension: %v, want ErrNotFound", err)
	}

	taken := ada
	taken.ID, taken.Number, taken.Username = 101002, "102", "Ada@Example.com"
	err = p.Write(ctx, func(tx store.PlatformTx) error { return tx.AddExtension(ctx, taken) })
	if !errors.Is(err, store.ErrExists) {
		t.Errorf("a second extension with the same username: %v, want ErrExists", err)
	}
}
