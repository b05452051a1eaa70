package main

import (
	"context"
	"os"
	"time"

	"offhook/internal/app"
	"offhook/internal/rc"
)

func auditCommand(ctx context.Context, args []string) error {
	var q app.AuditQuery
	f := newFlags("audit", "Prints who signed in, was refused or signed out, oldest first; --json and --csv export it.")
	since := f.String("since", "", "from a moment on: a day (2026-03-01), a time (2026-03-01T12:00:00Z) or an age (36h)")
	f.StringVar(&q.User, "user", "", "one user only, by the platform's id of them (owner_id)")
	f.BoolVar(&q.JSON, "json", false, "one JSON object a line")
	f.BoolVar(&q.CSV, "csv", false, "CSV with a header")
	return onData(ctx, f, args, func(d *app.Data) (err error) {
		if q.Since, err = moment(*since, time.Now()); err != nil {
			return err
		}
		return d.Audit(ctx, q, os.Stdout)
	})
}

// moment reads a day, a time or an age.
func moment(text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if age, err := time.ParseDuration(text); err == nil && age >= 0 {
		return now.Add(-age), nil
	}
	for _, layout := range []string{time.DateOnly, time.RFC3339} {
		if at, err := time.Parse(layout, text); err == nil {
			return at, nil
		}
	}
	return time.Time{}, rc.Errorf(rc.Invalid, "--since takes a day such as 2026-03-01, a time such as 2026-03-01T12:00:00Z or an age such as 36h, not %q.", text)
}
