package store

import (
	"context"
	"time"
)

// A Credential is a JWT credential: a user's permission, in writing, for an
// app to sign in as them. The token itself is not kept; its jti is the ID.
type Credential struct {
	ID          string
	ExtensionID int64
	Label       string
	ClientIDs   []string // the apps that may use it; none means all
	CreatedAt   time.Time
	ExpiresAt   time.Time // zero means never
}

// A SigningKey is a key that the platform signs with, sealed. The newest of
// a use signs; those before it verify until they are removed.
type SigningKey struct {
	ID        string // the JOSE kid
	Use       string
	Sealed    []byte
	CreatedAt time.Time
}

// CredentialReader reads JWT credentials and signing keys.
type CredentialReader interface {
	// Credential returns ErrNotFound for one that is unknown or revoked.
	Credential(ctx context.Context, id string) (Credential, error)
	// Credentials returns every credential, oldest first.
	Credentials(ctx context.Context) ([]Credential, error)
	// SigningKeys returns the keys of a use, newest first.
	SigningKeys(ctx context.Context, use string) ([]SigningKey, error)
}

// CredentialWriter changes them.
type CredentialWriter interface {
	// AddCredential returns ErrExists when the ID is taken.
	AddCredential(ctx context.Context, c Credential) error
	// RevokeCredential removes a credential and ends the sessions that were
	// opened with it, which it returns, and their webhooks; ErrNotFound when
	// there is none.
	RevokeCredential(ctx context.Context, id string) (ended []OAuthSession, err error)
	AddSigningKey(ctx context.Context, k SigningKey) error
	// RemoveSigningKey removes a key; an unknown one changes nothing.
	RemoveSigningKey(ctx context.Context, id string) error
	// SpendAssertion notes that an app has used a client assertion, by its
	// jti. It returns false when it has done so before.
	SpendAssertion(ctx context.Context, clientID, jti string, expiresAt time.Time) (bool, error)
	// SweepAssertions removes the notes of assertions that expired before
	// the given time.
	SweepAssertions(ctx context.Context, before time.Time) error
}
