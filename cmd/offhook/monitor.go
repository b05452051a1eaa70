package main

import (
	"context"

	"offhook/internal/app"
)

func userMonitor(ctx context.Context, args []string) error {
	f := newFlags("user monitor", "Lets a person listen in on a colleague's calls, whisper, barge in and take over.")
	who := f.String("user", "", "the username of who listens (required)")
	agent := f.String("agent", "", "the username of whose calls they are (required)")
	deny := f.Bool("deny", false, "take the right back")
	asJSON := f.Bool("json", false, "print what was done as JSON")
	return onData(ctx, f, args, func(d *app.Data) error {
		if err := d.LetMonitor(ctx, *who, *agent, !*deny); err != nil {
			return err
		}
		if *deny {
			return report(*asJSON, done{"user": *who, "agent": *agent}, "%s may not listen in on %s's calls any more.", *who, *agent)
		}
		return report(*asJSON, done{"user": *who, "agent": *agent}, "%s may listen in on %s's calls, by dialling *80 and the extension.", *who, *agent)
	})
}
