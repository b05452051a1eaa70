package main

import (
	"context"
	"strconv"

	"offhook/internal/app"
)

func faxCommand(ctx context.Context, args []string) error {
	return verbs(ctx, "fax", args, map[string]command{"add": faxAdd})
}

func faxAdd(ctx context.Context, args []string) error {
	var spec app.FaxSpec
	f := newFlags("fax add", "Has a fax come in for a user of the local platform, whose phone tells of it within seconds.")
	f.StringVar(&spec.From, "from", "", "who sends it, a phone number; nobody knows who without it")
	f.StringVar(&spec.To, "to", "", "whom it is for, a phone number of the platform (required)")
	f.StringVar(&spec.Name, "name", "", "what the network says of a sender who is not on the platform")
	f.StringVar(&spec.Text, "text", "", "what its page says")
	f.Func("file", "a document: PDF, plain text, PNG, JPEG or GIF; may be given several times", func(path string) error {
		spec.Files = append(spec.Files, path)
		return nil
	})
	f.DurationVar(&spec.Ago, "ago", 0, "how long ago that was")
	asJSON := f.Bool("json", false, "print what was done as JSON")
	return onData(ctx, f, args, func(d *app.Data) error {
		id, err := d.AddFax(ctx, spec)
		if err != nil {
			return err
		}
		return report(*asJSON, done{"id": strconv.FormatInt(id, 10), "to": spec.To}, "The fax for %s is there.", spec.To)
	})
}
