package page

import (
	"net/url"
	"strings"
	"time"

	"offhook/internal/platform/api/target"
	"offhook/internal/rc"
)

// frame is how far back a list goes when the request does not say.
const frame = 24 * time.Hour

// Frame reads dateFrom and dateTo. Without a beginning it is the day before
// the end, or before now; without an end, to is zero.
func Frame(q url.Values, now time.Time) (from, to time.Time, err error) {
	if to, err = Moment(q, "dateTo"); err != nil {
		return from, to, err
	}
	if from, err = Moment(q, "dateFrom"); err != nil {
		return from, to, err
	}
	switch {
	case !from.IsZero():
	case !to.IsZero():
		from = to.Add(-frame)
	default:
		from = now.Add(-frame)
	}
	return from, to, nil
}

// Moment reads one of them; the zero time when it is not sent.
func Moment(q url.Values, name string) (time.Time, error) {
	text := q.Get(name)
	if text == "" {
		return time.Time{}, nil
	}
	// +02:00 arrives as " 02:00" when it was not escaped.
	t, err := rc.ParseTime(strings.ReplaceAll(text, " ", "+"))
	if err != nil {
		return time.Time{}, target.Invalid(name, "Send ISO 8601, for example 2026-01-02T03:04:05.678Z.")
	}
	return t.Time, nil
}
