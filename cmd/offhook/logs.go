package main

import (
	"context"
	"fmt"
	"time"

	"offhook/internal/app"
)

func logsCommand(ctx context.Context, args []string) error {
	var q app.LogQuery
	f := newFlags("logs", "Lists what waits to be logged by host pages and webhooks: for whom, since when and why. What was written is not shown.")
	f.BoolVar(&q.Stuck, "stuck", false, "only what has been tried for a day and is not tried any more")
	f.StringVar(&q.User, "user", "", "one user only, by the platform's id of them (owner_id)")
	f.BoolVar(&q.Retry, "retry", false, "try what is listed again now")
	f.BoolVar(&q.Discard, "discard", false, "give up what is listed: it will never be logged")
	asJSON := f.Bool("json", false, "print JSON")
	return onData(ctx, f, args, func(d *app.Data) error {
		all, err := d.WaitingLogs(ctx, q)
		if err != nil {
			return err
		}
		if len(all) == 0 && !*asJSON {
			fmt.Println("Nothing waits to be logged.")
			return nil
		}
		return table(*asJSON, all, []string{"SINCE", "USER", "GOES TO", "KIND", "STATE", "TRIES", "REASON"}, func(l app.WaitingLog) []string {
			return []string{l.Since.UTC().Format(time.RFC3339), l.User, l.Target, l.Kind, l.State, fmt.Sprint(l.Attempts), l.Reason}
		})
	})
}
