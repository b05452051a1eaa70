package console

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// A CredentialSpec describes a JWT credential.
type CredentialSpec struct {
	ID        string // empty makes one
	Username  string // whose it is
	Label     string
	ClientIDs []string      // the apps that may use it; none means all
	Life      time.Duration // zero means that it never expires
}

// AddCredential makes out a JWT credential and returns it with its token,
// which is not kept: whoever has it can sign in as the user, with the apps
// that it is for. With the ID of one that is there it writes that one's token
// again and changes nothing, so that a demo shows a token that works from
// start to start.
func (c *Console) AddCredential(ctx context.Context, spec CredentialSpec) (store.Credential, rc.Secret, error) {
	if c.Keys == nil {
		return store.Credential{}, "", errors.New("the console has no signing keys")
	}
	if len(spec.Label) > 128 {
		return store.Credential{}, "", rc.Errorf(rc.Invalid, "A label is at most 128 bytes long.")
	}
	if spec.Life < 0 {
		return store.Credential{}, "", rc.Errorf(rc.Invalid, "A credential cannot expire in the past; give a positive duration such as 720h.")
	}
	var cred store.Credential
	err := c.Store.Write(ctx, func(tx store.PlatformTx) (err error) {
		cred, err = c.credential(ctx, tx, spec)
		return err
	})
	if err != nil {
		return store.Credential{}, "", err
	}
	token, err := c.Keys.Credential(ctx, cred)
	return cred, token, err
}

func (c *Console) credential(ctx context.Context, tx store.PlatformTx, spec CredentialSpec) (store.Credential, error) {
	user, err := tx.ExtensionByUsername(ctx, spec.Username)
	if err != nil {
		return store.Credential{}, notFound(err, "There is no user called %q.", spec.Username)
	}
	if spec.ID != "" {
		cred, err := tx.Credential(ctx, spec.ID)
		if err == nil && cred.ExtensionID != user.ID {
			err = rc.Errorf(rc.Conflict, "The credential %q is another user's.", spec.ID)
		}
		if !errors.Is(err, store.ErrNotFound) {
			return cred, err
		}
	}
	for _, id := range spec.ClientIDs {
		if _, err := tx.App(ctx, id); err != nil {
			return store.Credential{}, notFound(err, "There is no app with the client id %q.", id)
		}
	}
	now := c.now().Truncate(time.Second) // as the token tells it
	cred := store.Credential{ID: spec.ID, ExtensionID: user.ID, Label: strings.TrimSpace(spec.Label), ClientIDs: unique(spec.ClientIDs), CreatedAt: now}
	if cred.ID == "" {
		cred.ID = rand.Text()
	}
	if spec.Life > 0 {
		cred.ExpiresAt = now.Add(spec.Life)
	}
	return cred, tx.AddCredential(ctx, cred)
}

// RevokeCredential ends a credential and every session opened with it. Phones
// that came with no other session lose their passwords, whether a platform runs
// or not.
func (c *Console) RevokeCredential(ctx context.Context, id string) error {
	return c.Store.Write(ctx, func(tx store.PlatformTx) error {
		ended, err := tx.RevokeCredential(ctx, id)
		if err != nil {
			return notFound(err, "There is no credential %q; offhook credential list shows them.", id)
		}
		for _, s := range ended {
			if _, err := tx.RetireSIPPasswords(ctx, s.ClientID, s.ExtensionID, c.now()); err != nil {
				return fmt.Errorf("taking the passwords of phones: %w", err)
			}
		}
		return nil
	})
}
