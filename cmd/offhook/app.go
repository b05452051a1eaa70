package main

import (
	"context"
	"strings"

	"offhook/internal/app"
	"offhook/internal/platform/console"
	"offhook/internal/rc"
)

func oauthApp(ctx context.Context, args []string) error {
	return verbs(ctx, "app", args, map[string]command{
		"add": appAdd, "list": appList, "set": appSet, "remove": appRemove, "rotate-keys": appRotateKeys,
	})
}

func appAdd(ctx context.Context, args []string) error {
	var spec console.AppSpec
	f := newFlags("app add", "Adds an OAuth client to the local platform.")
	f.StringVar(&spec.Name, "name", "My app", "the name that the sign-in page shows")
	f.Var((*list)(&spec.RedirectURIs), "redirect-uri", "where users are sent back to, exactly; may be repeated")
	f.Var((*list)(&spec.Scopes), "scope", `a permission, as "ReadMessages" or "Read Messages"; may be repeated (default: all)`)
	f.Var((*list)(&spec.Grants), "grant", "authorization_code, refresh_token, jwt or implicit; may be repeated (default: the first two)")
	f.BoolVar(&spec.Confidential, "confidential", false, "the app runs on a server and keeps a secret")
	keys := f.String("jwks-file", "", "a file with the app's public keys; it then signs its requests (private_key_jwt) and has no secret")
	f.Int64Var(&spec.AccountID, "account", 0, "the id of the company whose app it is; users of other companies are asked before it gets anything (default: the platform's own, nobody is asked)")
	asJSON := f.Bool("json", false, "print the app as JSON")
	return onData(ctx, f, args, func(d *app.Data) (err error) {
		if spec.JWKS, err = keySet(*keys); err != nil {
			return err
		}
		a, err := d.AddApp(ctx, spec)
		if err != nil {
			return err
		}
		return report(*asJSON, a, "%s has client id %s and %s.", a.Name, a.ClientID, proof(a, spec.JWKS))
	})
}

// proof says how an app proves who it is.
func proof(a app.App, jwks string) string {
	switch {
	case a.ClientSecret != "":
		return "secret " + a.ClientSecret + ", shown this once"
	case jwks != "":
		return "signs its requests"
	}
	return "no secret (it uses PKCE)"
}

// keySet reads the file of --jwks-file; an empty path is none.
func keySet(path string) (string, error) {
	if path == "" {
		return "", nil
	}
	return app.ReadKeySet(path)
}

func appList(ctx context.Context, args []string) error {
	f := newFlags("app list", "Lists the OAuth clients of the local platform.")
	asJSON := f.Bool("json", false, "print them as JSON")
	return onData(ctx, f, args, func(d *app.Data) error {
		all, err := d.Apps(ctx)
		if err != nil {
			return err
		}
		return table(*asJSON, all, []string{"CLIENT ID", "NAME", "GRANTS", "REDIRECT URIS"}, func(a app.App) []string {
			return []string{a.ClientID, a.Name, strings.ReplaceAll(strings.Join(a.Grants, " "), rc.GrantJWTBearer, "jwt"), strings.Join(a.RedirectURIs, " ")}
		})
	})
}

func appSet(ctx context.Context, args []string) error {
	var change console.AppChange
	f := newFlags("app set", "Changes an OAuth client; what is not named stays.")
	id := f.String("client-id", "", "the app (required)")
	f.StringVar(&change.Name, "name", "", "the name that the sign-in page shows")
	f.Var((*list)(&change.RedirectURIs), "redirect-uri", "where users are sent back to, instead of the ones before; may be repeated")
	f.Var((*list)(&change.Scopes), "scope", "a permission, instead of the ones before; may be repeated")
	f.Var((*list)(&change.Grants), "grant", "authorization_code, refresh_token, jwt or implicit, instead of the ones before; may be repeated")
	keys := f.String("jwks-file", "", "a file with the app's public keys, instead of its secret or its keys before")
	asJSON := f.Bool("json", false, "print the app as JSON")
	return onData(ctx, f, args, func(d *app.Data) (err error) {
		if change.JWKS, err = keySet(*keys); err != nil {
			return err
		}
		a, err := d.ChangeApp(ctx, *id, change)
		if err != nil {
			return err
		}
		return report(*asJSON, a, "%s (%s) is changed.", a.Name, a.ClientID)
	})
}

func appRemove(ctx context.Context, args []string) error {
	f := newFlags("app remove", "Removes an OAuth client with every session and token of it.")
	id := f.String("client-id", "", "the app (required)")
	asJSON := f.Bool("json", false, "print what was done as JSON")
	return onData(ctx, f, args, func(d *app.Data) error {
		if err := d.RemoveApp(ctx, *id); err != nil {
			return err
		}
		return report(*asJSON, done{"removed": *id}, "%s is removed, and what it had was ended.", *id)
	})
}

func appRotateKeys(ctx context.Context, args []string) error {
	f := newFlags("app rotate-keys", "Makes a new key for id_tokens. The one before it stays published for a day, until no token needs it. It also happens by itself every 90 days.")
	asJSON := f.Bool("json", false, "print what was done as JSON")
	return onData(ctx, f, args, func(d *app.Data) error {
		if err := d.RotateKeys(ctx); err != nil {
			return err
		}
		return report(*asJSON, done{"rotated": "id_token"}, "id_tokens are signed with a new key from now on.")
	})
}
