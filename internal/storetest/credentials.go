package storetest

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"offhook/internal/store"
)

func testCredentials(t *testing.T, p store.Platform) {
	ctx := t.Context()
	must(t, p.Write(ctx, func(tx store.PlatformTx) error {
		return errors.Join(
			tx.AddAccount(ctx, store.Account{ID: 1, CreatedAt: at}),
			tx.AddExtension(ctx, store.Extension{ID: 11, AccountID: 1, Number: "101", Username: "ada", CreatedAt: at}),
			tx.PutApp(ctx, store.App{ClientID: "client", CreatedAt: at}),
		)
	}))
	t.Run("credentials", func(t *testing.T) { testJWTs(t, p) })
	t.Run("signing keys", func(t *testing.T) { testSigningKeys(t, p) })
	t.Run("client assertions", func(t *testing.T) { testAssertions(t, p) })
	t.Run("removal", func(t *testing.T) { testRemoval(t, p) })
}

func testJWTs(t *testing.T, p store.Platform) {
	ctx := t.Context()
	c := store.Credential{ID: "jti", ExtensionID: 11, Label: "night job", ClientIDs: []string{"client", "other"}, CreatedAt: at, ExpiresAt: at.Add(time.Hour)}
	forever := store.Credential{ID: "forever", ExtensionID: 11, ClientIDs: []string{}, CreatedAt: at.Add(time.Minute)}
	must(t, p.Write(ctx, func(tx store.PlatformTx) error {
		return errors.Join(tx.AddCredential(ctx, c), tx.AddCredential(ctx, forever))
	}))
	if got, err := p.Credential(ctx, "jti"); err != nil || !cmp.Equal(got, c) {
		t.Errorf("Credential: %v\n%s", err, cmp.Diff(c, got))
	}
	if got, err := p.Credentials(ctx); err != nil || !cmp.Equal(got, []store.Credential{c, forever}) {
		t.Errorf("Credentials: %+v, %v", got, err)
	}
	if err := p.Write(ctx, func(tx store.PlatformTx) error { return tx.AddCredential(ctx, c) }); !errors.Is(err, store.ErrExists) {
		t.Errorf("a taken ID: %v, want ErrExists", err)
	}

	opened := func(id, credential string) store.OAuthSession {
		return store.OAuthSession{ID: id, ClientID: "client", ExtensionID: 11, CredentialID: credential, CreatedAt: at, ExpiresAt: at}
	}
	var ended []store.OAuthSession
	must(t, p.Write(ctx, func(tx store.PlatformTx) (err error) {
		if err := errors.Join(tx.AddOAuthSession(ctx, opened("by-jwt", "jti"), ""), tx.AddOAuthSession(ctx, opened("by-code", ""), "")); err != nil {
			return err
		}
		ended, err = tx.RevokeCredential(ctx, "jti")
		return err
	}))
	if len(ended) != 1 || !cmp.Equal(ended[0], opened("by-jwt", "jti"), cmpopts.EquateEmpty()) {
		t.Errorf("revoking a credential ended %v, want the session opened with it", ended)
	}
	if _, err := p.Credential(ctx, "jti"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a revoked credential: %v, want ErrNotFound", err)
	}
	if _, err := p.OAuthSession(ctx, "by-code"); err != nil {
		t.Errorf("another session of the user: %v", err)
	}
	err := p.Write(ctx, func(tx store.PlatformTx) error { _, err := tx.RevokeCredential(ctx, "jti"); return err })
	if !errors.Is(err, store.ErrNotFound) {
		t.Errorf("revoking twice: %v, want ErrNotFound", err)
	}
}

func testSigningKeys(t *testing.T, p store.Platform) {
	ctx := t.Context()
	old := store.SigningKey{ID: "old", Use: "id", Sealed: []byte{1}, CreatedAt: at}
	young := store.SigningKey{ID: "young", Use: "id", Sealed: []byte{2}, CreatedAt: at.Add(time.Hour)}
	other := store.SigningKey{ID: "other", Use: "credential", Sealed: []byte{3}, CreatedAt: at}
	must(t, p.Write(ctx, func(tx store.PlatformTx) error {
		return errors.Join(tx.AddSigningKey(ctx, old), tx.AddSigningKey(ctx, young), tx.AddSigningKey(ctx, other))
	}))
	if got, err := p.SigningKeys(ctx, "id"); err != nil || !cmp.Equal(got, []store.SigningKey{young, old}) {
		t.Errorf("SigningKeys: %+v, %v; want the newest first", got, err)
	}
	must(t, p.Write(ctx, func(tx store.PlatformTx) error {
		return errors.Join(tx.RemoveSigningKey(ctx, "old"), tx.RemoveSigningKey(ctx, "old"))
	}))
	if got, err := p.SigningKeys(ctx, "id"); err != nil || len(got) != 1 {
		t.Errorf("after a removal: %+v, %v", got, err)
	}
}

func testAssertions(t *testing.T, p store.Platform) {
	ctx := t.Context()
	spend := func(client, jti string) (first bool) {
		t.Helper()
		must(t, p.Write(ctx, func(tx store.PlatformTx) (err error) {
			first, err = tx.SpendAssertion(ctx, client, jti, at)
			return err
		}))
		return first
	}
	must(t, p.Write(ctx, func(tx store.PlatformTx) error { return tx.PutApp(ctx, store.App{ClientID: "second", CreatedAt: at}) }))
	if got := []bool{spend("client", "j"), spend("client", "j"), spend("second", "j"), spend("client", "k")}; !slices.Equal(got, []bool{true, false, true, true}) {
		t.Errorf("SpendAssertion: %v, want true, false for a replay, then true for another app and another jti", got)
	}
	must(t, p.Write(ctx, func(tx store.PlatformTx) error { return tx.SweepAssertions(ctx, at) }))
	if spend("client", "j") {
		t.Error("a note was swept at the moment of its expiry, not after it")
	}
	must(t, p.Write(ctx, func(tx store.PlatformTx) error { return tx.SweepAssertions(ctx, at.Add(time.Second)) }))
	if !spend("client", "j") {
		t.Error("an expired note was not swept")
	}
}

func testRemoval(t *testing.T, p store.Platform) {
	ctx := t.Context()
	must(t, p.Write(ctx, func(tx store.PlatformTx) error {
		return errors.Join(
			tx.AddPhoneNumber(ctx, store.PhoneNumber{ID: 5, AccountID: 1, ExtensionID: 11, Number: "+16505550101"}),
			tx.AddAuthCode(ctx, store.AuthCode{Hash: "code", ClientID: "client", ExtensionID: 11, ExpiresAt: at}),
		)
	}))
	remove := func(fn func(tx store.PlatformTx) (bool, error)) (there bool) {
		t.Helper()
		must(t, p.Write(ctx, func(tx store.PlatformTx) (err error) { there, err = fn(tx); return err }))
		return there
	}
	app := func(tx store.PlatformTx) (bool, error) { return tx.RemoveApp(ctx, "client") }
	if first, second := remove(app), remove(app); !first || second {
		t.Errorf("RemoveApp twice: %v, %v", first, second)
	}
	if _, err := p.OAuthSession(ctx, "by-code"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a session of a removed app: %v, want ErrNotFound", err)
	}
	user := func(tx store.PlatformTx) (bool, error) { return tx.RemoveExtension(ctx, 11) }
	if first, second := remove(user), remove(user); !first || second {
		t.Errorf("RemoveExtension twice: %v, %v", first, second)
	}
	if _, err := p.PhoneNumber(ctx, "+16505550101"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a removed user's number: %v, want ErrNotFound", err)
	}
	if got, err := p.Credentials(ctx); err != nil || len(got) != 0 {
		t.Errorf("a removed user's credentials: %+v, %v", got, err)
	}
}
