package main

import (
	"context"
	"strings"

	"offhook/internal/app"
	"offhook/internal/platform/console"
	"offhook/internal/rc"
	"offhook/internal/widget/embed"
)

func user(ctx context.Context, args []string) error {
	args, err := verb("user", args)
	if err != nil {
		return err
	}
	var spec console.UserSpec
	f := newFlags("user add", "Adds a person to the local platform, with an extension and a direct number.")
	name := f.String("name", "", "first and last name (required)")
	f.StringVar(&spec.Email, "email", "", "e-mail address, also the username unless --username says otherwise (required)")
	f.StringVar(&spec.Username, "username", "", "what is typed into the sign-in page")
	f.StringVar(&spec.Password, "password", "", "at least 8 characters (default: one is made and printed)")
	f.StringVar(&spec.Number, "extension", "", "extension number (default: the first free one)")
	f.StringVar(&spec.PhoneNumber, "phone", "", "direct number in E.164 (default: the first free one)")
	f.StringVar(&spec.JobTitle, "title", "", "job title")
	f.StringVar(&spec.Department, "department", "", "department")
	f.BoolVar(&spec.Admin, "admin", false, "may administer the account")
	asJSON := f.Bool("json", false, "print the user as JSON")
	return onData(ctx, f, args, func(d *app.Data) error {
		spec.FirstName, spec.LastName, _ = strings.Cut(*name, " ")
		u, err := d.AddUser(ctx, spec)
		if err != nil {
			return err
		}
		return report(*asJSON, u, "%s signs in as %s with password %s; extension %s, number %s.", u.Name, u.Username, u.Password, u.ExtensionNumber, u.PhoneNumber)
	})
}

func oauthApp(ctx context.Context, args []string) error {
	args, err := verb("app", args)
	if err != nil {
		return err
	}
	var spec console.AppSpec
	f := newFlags("app add", "Adds an OAuth client to the local platform.")
	f.StringVar(&spec.Name, "name", "My app", "the name that the sign-in page shows")
	f.Var((*list)(&spec.RedirectURIs), "redirect-uri", "where users are sent back to, exactly; may be repeated")
	f.Var((*list)(&spec.Scopes), "scope", `a permission, as "ReadMessages" or "Read Messages"; may be repeated (default: all)`)
	f.BoolVar(&spec.Confidential, "confidential", false, "the app runs on a server and keeps a secret")
	f.Int64Var(&spec.AccountID, "account", 0, "the id of the company whose app it is; users of other companies are asked before it gets anything (default: the platform's own, nobody is asked)")
	asJSON := f.Bool("json", false, "print the app as JSON")
	return onData(ctx, f, args, func(d *app.Data) error {
		a, err := d.AddApp(ctx, spec)
		if err != nil {
			return err
		}
		secret := "no secret (it uses PKCE)"
		if a.ClientSecret != "" {
			secret = "secret " + a.ClientSecret + ", shown this once"
		}
		return report(*asJSON, a, "%s has client id %s and %s.", a.Name, a.ClientID, secret)
	})
}

func embedCommand(ctx context.Context, args []string) error {
	args, err := verb("embed", args)
	if err != nil {
		return err
	}
	var spec embed.Spec
	f := newFlags("embed add", "Allows an app to be embedded by host pages, or changes what it is allowed.")
	f.StringVar(&spec.Platform, "platform", "", "the platform's origin, such as https://platform.ringcentral.com (required)")
	f.StringVar(&spec.ClientID, "client-id", "", "the app's client id at the platform (required)")
	secretFile := f.String("secret-file", "", "a file whose first line is the app's client secret, when it has one")
	f.Var((*list)(&spec.Origins), "origin", "a host page's origin, such as https://crm.example.com; may be repeated")
	f.Var((*list)(&spec.Ancestors), "ancestor", "the origin of a page that may stand above the host page; may be repeated")
	f.Var((*list)(&spec.AssetOrigins), "asset-origin", "where logos and styles may come from; may be repeated")
	f.Var((*list)(&spec.Capabilities), "capability", "what host pages may ask of the phone; may be repeated (default: everything)")
	key := f.Bool("key", false, "make an embed key, with which the host's own server gets tickets; it is shown this once")
	endKeys := f.Bool("end-keys", false, "with --key: end the embed's other keys at once")
	asJSON := f.Bool("json", false, "print the embed as JSON")
	return onData(ctx, f, args, func(d *app.Data) error {
		if *secretFile != "" {
			if spec.Secret, err = app.ReadSecret(*secretFile); err != nil {
				return err
			}
		}
		if len(spec.Origins) == 0 {
			return rc.Errorf(rc.Invalid, "Name at least one host page with --origin; no other page can show the phone.")
		}
		if err := d.AddEmbed(ctx, spec); err != nil {
			return err
		}
		out := map[string]any{"platform": spec.Platform, "clientId": spec.ClientID, "origins": spec.Origins, "ancestors": spec.Ancestors}
		shown := ""
		if *key || *endKeys {
			k, err := d.AddEmbedKey(ctx, spec.Platform, spec.ClientID, *endKeys)
			if err != nil {
				return err
			}
			out["key"], shown = string(k), " Its key, shown this once, is "+string(k)+"."
		}
		return report(*asJSON, out, "%s of %s may be embedded by %s.%s", spec.ClientID, spec.Platform, strings.Join(spec.Origins, ", "), shown)
	})
}
