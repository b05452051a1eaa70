package main

import (
	"context"
	"strings"
	"time"

	"offhook/internal/app"
	"offhook/internal/platform/console"
)

func credential(ctx context.Context, args []string) error {
	return verbs(ctx, "credential", args, map[string]command{"add": credentialAdd, "list": credentialList, "revoke": credentialRevoke})
}

func credentialAdd(ctx context.Context, args []string) error {
	var spec console.CredentialSpec
	f := newFlags("credential add", "Makes out a JWT credential: whoever has it can sign in as the user, with the apps that it is for.")
	f.StringVar(&spec.Username, "user", "", "the username (required)")
	f.StringVar(&spec.Label, "label", "", "what it is for")
	f.DurationVar(&spec.Life, "expires", 0, "how long it lasts, such as 720h (default: until it is revoked)")
	f.Var((*list)(&spec.ClientIDs), "client-id", "an app that may use it; may be repeated (default: all apps of the user's company)")
	asJSON := f.Bool("json", false, "print the credential as JSON")
	return onData(ctx, f, args, func(d *app.Data) error {
		spec.Life = spec.Life.Truncate(time.Second)
		c, err := d.AddCredential(ctx, spec)
		if err != nil {
			return err
		}
		return report(*asJSON, c, "Credential %s of %s, shown this once:\n%s", c.ID, spec.Username, c.JWT)
	})
}

func credentialList(ctx context.Context, args []string) error {
	f := newFlags("credential list", "Lists the JWT credentials that are not revoked.")
	asJSON := f.Bool("json", false, "print them as JSON")
	return onData(ctx, f, args, func(d *app.Data) error {
		all, err := d.Credentials(ctx)
		if err != nil {
			return err
		}
		return table(*asJSON, all, []string{"ID", "USER", "APPS", "EXPIRES", "LABEL"}, func(c app.Credential) []string {
			return []string{c.ID, c.Username, orWord(strings.Join(c.ClientIDs, " "), "all"), orWord(c.ExpiresAt, "never"), c.Label}
		})
	})
}

func orWord(text, otherwise string) string {
	if text == "" {
		return otherwise
	}
	return text
}

func credentialRevoke(ctx context.Context, args []string) error {
	f := newFlags("credential revoke", "Ends a JWT credential and what was signed in with it.")
	id := f.String("id", "", "the credential, as offhook credential list shows it (required)")
	asJSON := f.Bool("json", false, "print what was done as JSON")
	return onData(ctx, f, args, func(d *app.Data) error {
		if err := d.RevokeCredential(ctx, *id); err != nil {
			return err
		}
		return report(*asJSON, done{"revoked": *id}, "%s is revoked.", *id)
	})
}
