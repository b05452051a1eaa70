package main

import (
	"context"
	"errors"
	"strings"

	"offhook/internal/app"
	"offhook/internal/rc"
	"offhook/internal/widget/embed"
)

func embedCommand(ctx context.Context, args []string) error {
	return verbs(ctx, "embed", args, map[string]command{"add": embedAdd, "list": embedList, "remove": embedRemove})
}

func embedAdd(ctx context.Context, args []string) error {
	var spec embed.Spec
	f := newFlags("embed add", "Allows an app to be embedded by host pages, or changes what it is allowed.")
	f.StringVar(&spec.Platform, "platform", "", "the platform's origin, such as https://platform.ringcentral.com (required)")
	f.StringVar(&spec.ClientID, "client-id", "", "the app's client id at the platform (required)")
	f.Var((*list)(&spec.Origins), "origin", "a host page's origin, such as https://crm.example.com; may be repeated")
	f.Var((*list)(&spec.Ancestors), "ancestor", "the origin of a page that may stand above the host page; may be repeated")
	f.Var((*list)(&spec.AssetOrigins), "asset-origin", "where logos and styles may come from; may be repeated")
	f.Var((*list)(&spec.Capabilities), "capability", "what host pages may ask of the phone; may be repeated (default of a new embed: everything)")
	f.Var((*list)(&spec.Redirects), "redirect-uri", "a redirect page hosted elsewhere, exactly as the app has it; may be repeated")
	f.BoolVar(&spec.Implicit, "implicit", false, "the app is registered for the implicit grant only")
	f.StringVar(&spec.JWTAccess, "jwt-access", "", "who signs in with the JWT: "+embed.TicketsOnly+" (default of a new embed), or "+embed.AnyoneHere)
	secretFile := f.String("secret-file", "", "a file whose first line is the app's client secret, when it has one")
	jwtFile := f.String("jwt-file", "", "a file whose first line is a JWT that signs in as one user")
	key := f.Bool("key", false, "make an embed key, with which the host's own server gets tickets; it is shown this once")
	endKeys := f.Bool("end-keys", false, "make a key and end the embed's other keys at once")
	hook := f.String("log-webhook", "", "an https address of the operator's own server, to which messages are logged instead of to the host page; the secret that signs them is shown this once")
	noHook := f.Bool("no-log-webhook", false, "log to the host page again")
	asJSON := f.Bool("json", false, "print the embed as JSON")
	return onData(ctx, f, args, func(d *app.Data) error {
		if err := errors.Join(readInto(&spec.Secret, *secretFile), readInto(&spec.JWT, *jwtFile)); err != nil {
			return err
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
		if *noHook {
			if err := d.EndLogHook(ctx, spec.Platform, spec.ClientID); err != nil {
				return err
			}
		}
		if *hook != "" {
			secret, err := d.SetLogHook(ctx, spec.Platform, spec.ClientID, *hook)
			if err != nil {
				return err
			}
			out["logSecret"] = string(secret)
			shown += " Logs go to " + *hook + ", signed with the secret " + string(secret) + ", shown this once."
		}
		return report(*asJSON, out, "%s of %s may be embedded by %s.%s", spec.ClientID, spec.Platform, strings.Join(spec.Origins, ", "), shown)
	})
}

func embedList(ctx context.Context, args []string) error {
	f := newFlags("embed list", "Lists the apps that pages may embed.")
	asJSON := f.Bool("json", false, "print them as JSON")
	return onData(ctx, f, args, func(d *app.Data) error {
		all, err := d.Embeds(ctx)
		if err != nil {
			return err
		}
		return table(*asJSON, all, []string{"CLIENT ID", "PLATFORM", "HOST PAGES", "CAPABILITIES"}, func(e app.Embed) []string {
			return []string{e.ClientID, e.Platform, strings.Join(e.Origins, " "), strings.Join(e.Capabilities, " ")}
		})
	})
}

func embedRemove(ctx context.Context, args []string) error {
	f := newFlags("embed remove", "Takes the phone off the pages that embed an app: everybody who is signed in by it is signed out, also while a server runs, and their tokens are revoked.")
	platform := f.String("platform", "", "the platform's origin (required)")
	clientID := f.String("client-id", "", "the app's client id at the platform (required)")
	asJSON := f.Bool("json", false, "print what was done as JSON")
	return onData(ctx, f, args, func(d *app.Data) error {
		users, err := d.RemoveEmbed(ctx, *platform, *clientID)
		if err != nil {
			return err
		}
		return report(*asJSON, map[string]any{"removed": *clientID, "signedOut": users}, "%s of %s is removed. Users signed out: %d.", *clientID, *platform, users)
	})
}

// readInto reads the first line of a file, when one is named.
func readInto(to *rc.Secret, path string) (err error) {
	if path != "" {
		*to, err = app.ReadSecret(path)
	}
	return err
}
