package main

import (
	"context"
	"time"

	"offhook/internal/app"
)

func callCommand(ctx context.Context, args []string) error {
	return verbs(ctx, "call", args, map[string]command{"add": callAdd})
}

func callAdd(ctx context.Context, args []string) error {
	var spec app.CallSpec
	f := newFlags("call add", "Adds a call of the past to the call logs of the users of the local platform who took part.")
	f.StringVar(&spec.From, "from", "", "who called, a phone number (required)")
	f.StringVar(&spec.To, "to", "", "who was called, a phone number (required)")
	f.StringVar(&spec.Outcome, "outcome", "answered", "answered, missed, rejected, voicemail or busy")
	f.StringVar(&spec.Name, "name", "", "what the network says of whoever is not on the platform")
	f.DurationVar(&spec.Ago, "ago", time.Minute, "how long ago it began")
	f.DurationVar(&spec.Duration, "duration", 30*time.Second, "how long it lasted")
	f.BoolVar(&spec.Recorded, "recorded", false, "add a recording")
	asJSON := f.Bool("json", false, "print what was done as JSON")
	return onData(ctx, f, args, func(d *app.Data) error {
		if err := d.AddCall(ctx, spec); err != nil {
			return err
		}
		return report(*asJSON, done{"from": spec.From, "to": spec.To, "outcome": spec.Outcome}, "The call from %s to %s is in the call log.", spec.From, spec.To)
	})
}
