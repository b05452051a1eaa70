package main

import (
	"context"
	"strings"

	"offhook/internal/app"
	"offhook/internal/rc"
	"offhook/internal/widget/embed"
)

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
