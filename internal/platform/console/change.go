package console

import (
	"context"
	"slices"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// An AppChange says what to change of an app; what is empty stays.
type AppChange struct {
	Name         string
	RedirectURIs []string
	Scopes       []string
	Grants       []string
	JWKS         string // replaces the app's secret, if it has one
}

// ChangeApp changes an app. Tokens that it has keep what they were issued
// with. An unknown app is a NotFound error.
func (c *Console) ChangeApp(ctx context.Context, clientID string, change AppChange) (store.App, error) {
	var app store.App
	err := c.Store.Write(ctx, func(tx store.PlatformTx) (err error) {
		if app, err = tx.App(ctx, clientID); err != nil {
			return notFound(err, "There is no app with the client id %q.", clientID)
		}
		if err := change.apply(&app); err != nil {
			return err
		}
		return tx.PutApp(ctx, app)
	})
	return app, err
}

func (change AppChange) apply(app *store.App) error {
	if change.Name != "" {
		if err := setName(app, change.Name); err != nil {
			return err
		}
	}
	if len(change.RedirectURIs) > 0 {
		if err := checkRedirects(change.RedirectURIs); err != nil {
			return err
		}
		app.RedirectURIs = unique(change.RedirectURIs)
	}
	if err := setScopes(app, change.Scopes); err != nil {
		return err
	}
	if err := setGrants(app, change.Grants); err != nil {
		return err
	}
	if change.JWKS != "" {
		return setKeys(app, change.JWKS)
	}
	return nil
}

// RemoveApp removes an app with every code, session and token of it.
func (c *Console) RemoveApp(ctx context.Context, clientID string) error {
	return c.Store.Write(ctx, func(tx store.PlatformTx) error {
		there, err := tx.RemoveApp(ctx, clientID)
		if err == nil && !there {
			err = rc.Errorf(rc.NotFound, "There is no app with the client id %q.", clientID)
		}
		return err
	})
}

// Users returns the users of every account, by extension number.
func (c *Console) Users(ctx context.Context) ([]store.Extension, error) {
	accounts, err := c.Store.Accounts(ctx)
	if err != nil {
		return nil, err
	}
	var all []store.Extension
	for _, a := range accounts {
		users, err := c.Store.Extensions(ctx, a.ID)
		if err != nil {
			return nil, err
		}
		all = slices.Concat(all, users)
	}
	return all, nil
}

// RemoveUser removes a user, by username, with their messages, number,
// sessions and credentials.
func (c *Console) RemoveUser(ctx context.Context, username string) error {
	return c.Store.Write(ctx, func(tx store.PlatformTx) error {
		e, err := tx.ExtensionByUsername(ctx, username)
		if err != nil {
			return notFound(err, "There is no user called %q.", username)
		}
		_, err = tx.RemoveExtension(ctx, e.ID)
		return err
	})
}
