package app

import (
	"context"
	"strconv"
	"time"

	"offhook/internal/platform/console"
	"offhook/internal/store"
)

// Users returns the users of the local platform, without passwords.
func (d *Data) Users(ctx context.Context) ([]User, error) {
	rows, err := d.console().Users(ctx)
	if err != nil {
		return nil, err
	}
	all := []User{}
	for _, e := range rows {
		numbers, err := d.DB.Platform().PhoneNumbers(ctx, e.AccountID)
		if err != nil {
			return nil, err
		}
		u := User{Name: e.Name(), ExtensionID: e.ID, ExtensionNumber: e.Number, Username: e.Username}
		for _, n := range numbers {
			if n.ExtensionID == e.ID {
				u.PhoneNumber = n.Number
			}
		}
		all = append(all, u)
	}
	return all, nil
}

// RemoveUser removes a user of the local platform, by username.
func (d *Data) RemoveUser(ctx context.Context, username string) error {
	return d.console().RemoveUser(ctx, username)
}

// CallOutside says whether a user may call numbers outside, after it was
// allowed or denied, if either is asked for.
func (d *Data) CallOutside(ctx context.Context, username string, allow, deny bool) (bool, error) {
	return d.console().CallOutside(ctx, username, allow, deny)
}

// LetMonitor lets a user listen in on a colleague's calls, or takes that back.
func (d *Data) LetMonitor(ctx context.Context, supervisor, agent string, may bool) error {
	return d.console().LetMonitor(ctx, supervisor, agent, may)
}

// A Credential is a JWT credential as `offhook credential --json` tells it.
// The token is told once, when it is made.
type Credential struct {
	ID        string   `json:"id"`
	Username  string   `json:"username"`
	OwnerID   string   `json:"ownerId"`
	Label     string   `json:"label"`
	ClientIDs []string `json:"clientIds"` // none means all apps
	CreatedAt string   `json:"createdAt"`
	ExpiresAt string   `json:"expiresAt,omitempty"`
	JWT       string   `json:"jwt,omitempty"`
}

func credentialOf(c store.Credential, username string) Credential {
	out := Credential{
		ID: c.ID, Username: username, OwnerID: strconv.FormatInt(c.ExtensionID, 10), Label: c.Label,
		ClientIDs: append([]string{}, c.ClientIDs...), CreatedAt: c.CreatedAt.Format(time.RFC3339),
	}
	if !c.ExpiresAt.IsZero() {
		out.ExpiresAt = c.ExpiresAt.Format(time.RFC3339)
	}
	return out
}

// AddCredential makes out a JWT credential.
func (d *Data) AddCredential(ctx context.Context, spec console.CredentialSpec) (Credential, error) {
	c, token, err := d.console().AddCredential(ctx, spec)
	out := credentialOf(c, spec.Username)
	out.JWT = string(token)
	return out, err
}

// Credentials returns the JWT credentials that are not revoked, oldest first.
func (d *Data) Credentials(ctx context.Context) ([]Credential, error) {
	rows, err := d.DB.Platform().Credentials(ctx)
	all := []Credential{}
	for _, c := range rows {
		e, err := d.DB.Platform().Extension(ctx, c.ExtensionID)
		if err != nil {
			return nil, err
		}
		all = append(all, credentialOf(c, e.Username))
	}
	return all, err
}

// RevokeCredential ends a JWT credential and what was opened with it.
func (d *Data) RevokeCredential(ctx context.Context, id string) error {
	return d.console().RevokeCredential(ctx, id)
}
