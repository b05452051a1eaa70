package main

import (
	"context"
	"strings"

	"offhook/internal/app"
	"offhook/internal/platform/console"
)

func user(ctx context.Context, args []string) error {
	return verbs(ctx, "user", args, map[string]command{"add": userAdd, "list": userList, "monitor": userMonitor, "outside": userOutside, "remove": userRemove})
}

func userAdd(ctx context.Context, args []string) error {
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
	var locale app.Locale
	f.StringVar(&locale.Timezone, "timezone", "", "time zone, such as Europe/Berlin (default: US/Pacific)")
	f.StringVar(&locale.Language, "language", "", "language, such as de-DE (default: en-US)")
	f.StringVar(&locale.TimeFormat, "time-format", "", "12h or 24h (default: 12h)")
	f.StringVar(&locale.Country, "country", "", "country, such as DE (default: the company's)")
	f.StringVar(&spec.Robot, "robot", "", "makes a number that answers texts by itself, as nobody: echo, later, group or picture")
	asJSON := f.Bool("json", false, "print the user as JSON")
	return onData(ctx, f, args, func(d *app.Data) error {
		spec.FirstName, spec.LastName, _ = strings.Cut(*name, " ")
		var err error
		if spec.Region, err = locale.Setting(); err != nil {
			return err
		}
		u, err := d.AddUser(ctx, spec)
		if err != nil {
			return err
		}
		if spec.Robot != "" {
			return report(*asJSON, u, "%s answers texts to %s by itself; extension %s.", u.Name, u.PhoneNumber, u.ExtensionNumber)
		}
		return report(*asJSON, u, "%s signs in as %s with password %s; extension %s, number %s.", u.Name, u.Username, u.Password, u.ExtensionNumber, u.PhoneNumber)
	})
}

func userList(ctx context.Context, args []string) error {
	f := newFlags("user list", "Lists the people of the local platform.")
	asJSON := f.Bool("json", false, "print them as JSON")
	return onData(ctx, f, args, func(d *app.Data) error {
		all, err := d.Users(ctx)
		if err != nil {
			return err
		}
		return table(*asJSON, all, []string{"NAME", "USERNAME", "EXTENSION", "NUMBER"}, func(u app.User) []string {
			return []string{u.Name, u.Username, u.ExtensionNumber, u.PhoneNumber}
		})
	})
}

func userOutside(ctx context.Context, args []string) error {
	f := newFlags("user outside", "Says whether a person may call numbers outside, through the platform's trunk. Nobody may until it is allowed.")
	name := f.String("user", "", "the username (required)")
	allow := f.Bool("allow", false, "let the person call numbers outside")
	deny := f.Bool("deny", false, "take that back")
	asJSON := f.Bool("json", false, "print what was done as JSON")
	return onData(ctx, f, args, func(d *app.Data) error {
		may, err := d.CallOutside(ctx, *name, *allow, *deny)
		if err != nil {
			return err
		}
		word := "may not call"
		if may {
			word = "may call"
		}
		return report(*asJSON, outsideDone{*name, may}, "%s %s numbers outside.", *name, word)
	})
}

// outsideDone is what `user outside --json` tells.
type outsideDone struct {
	Username string `json:"username"`
	May      bool   `json:"mayCallOutside"`
}

func userRemove(ctx context.Context, args []string) error {
	f := newFlags("user remove", "Removes a person with their messages, number, sessions and credentials.")
	name := f.String("user", "", "the username (required)")
	asJSON := f.Bool("json", false, "print what was done as JSON")
	return onData(ctx, f, args, func(d *app.Data) error {
		if err := d.RemoveUser(ctx, *name); err != nil {
			return err
		}
		return report(*asJSON, done{"removed": *name}, "%s is removed.", *name)
	})
}
