package app

import (
	"context"
	"os"

	"offhook/internal/platform/console"
	"offhook/internal/platform/signing"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// An App is an OAuth client of the local platform as `offhook app --json` and
// demo.json tell it. The secret is told once, when it is made.
type App struct {
	Name         string     `json:"name"`
	ClientID     string     `json:"clientId"`
	ClientSecret string     `json:"clientSecret"`
	Grants       []string   `json:"grants"`
	RedirectURIs []string   `json:"redirectUris"`
	Scopes       []rc.Scope `json:"scopes"`
}

func appOf(a store.App, secret rc.Secret) App {
	return App{a.Name, a.ClientID, string(secret), a.Grants, a.RedirectURIs, a.Scopes}
}

// AddApp registers an OAuth client of the local platform.
func (d *Data) AddApp(ctx context.Context, spec console.AppSpec) (App, error) {
	a, secret, err := d.console().RegisterApp(ctx, spec)
	if err != nil {
		return App{}, err
	}
	return appOf(a, secret), nil
}

// Apps returns the OAuth clients of the local platform, oldest first.
func (d *Data) Apps(ctx context.Context) ([]App, error) {
	rows, err := d.DB.Platform().Apps(ctx)
	all := []App{}
	for _, a := range rows {
		all = append(all, appOf(a, ""))
	}
	return all, err
}

// ChangeApp changes what change names of an OAuth client.
func (d *Data) ChangeApp(ctx context.Context, clientID string, change console.AppChange) (App, error) {
	a, err := d.console().ChangeApp(ctx, clientID, change)
	if err != nil {
		return App{}, err
	}
	return appOf(a, ""), nil
}

// RemoveApp removes an OAuth client with everything issued to it.
func (d *Data) RemoveApp(ctx context.Context, clientID string) error {
	return d.console().RemoveApp(ctx, clientID)
}

// RotateKeys makes a new key for id_tokens. The one before it stays published
// for a day.
func (d *Data) RotateKeys(ctx context.Context) error {
	return d.console().Keys.Rotate(ctx, signing.IDTokens)
}

// ReadKeySet reads a file that holds an app's public keys.
func ReadKeySet(path string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", rc.Errorf(rc.Invalid, "The key set cannot be read: %v.", err)
	}
	if len(text) == 0 {
		return "", rc.Errorf(rc.Invalid, "The key set %s is empty; put the app's public keys into it, as {\"keys\": [...]} (RFC 7517).", path)
	}
	return string(text), nil
}
