package main

import (
	"context"
	"os"

	"offhook/internal/app"
)

func simulate(ctx context.Context, args []string) error {
	var spec app.SimSpec
	f := newFlags("sim", "Has a day happen to a user of the local platform: texts, calls of the past, voicemail and faxes. Ctrl-C ends it.")
	f.StringVar(&spec.Scenario, "scenario", "afternoon", app.SimNames())
	f.StringVar(&spec.To, "to", "", "the username of whose phone it is (default: the first administrator)")
	f.Uint64Var(&spec.Seed, "seed", 1, "the same number has the same happen")
	f.Float64Var(&spec.Speed, "speed", 60, "seconds of the simulation that pass in one second; 0 does not wait")
	f.DurationVar(&spec.For, "for", 0, "how long, in the simulation's time (default: as long as the scenario is)")
	f.BoolVar(&spec.Plan, "plan", false, "say what would happen, and let nothing happen")
	return onData(ctx, f, args, func(d *app.Data) error {
		n, err := d.Simulate(ctx, spec, os.Stdout)
		if err != nil {
			return err
		}
		return report(false, nil, "Things that happened: %d.", n)
	})
}
