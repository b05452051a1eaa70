package rc

import (
	"encoding/json"
	"fmt"
	"time"
)

// TimeLayout is how the platform writes times: UTC, ISO 8601, milliseconds.
const TimeLayout = "2006-01-02T15:04:05.000Z"

// A Time is a moment as the platform writes it (contract 4). Its JSON form
// reads the shorter and offset forms that clients send, too.
type Time struct{ time.Time }

// TimeOf truncates t to the milliseconds that the wire carries.
func TimeOf(t time.Time) Time { return Time{t.UTC().Truncate(time.Millisecond)} }

// MarshalJSON writes [TimeLayout], or null for the zero time.
func (t Time) MarshalJSON() ([]byte, error) {
	if t.IsZero() {
		return []byte("null"), nil
	}
	return json.Marshal(t.UTC().Format(TimeLayout))
}

// UnmarshalJSON reads any form [ParseTime] does, and null as the zero time.
func (t *Time) UnmarshalJSON(b []byte) error {
	var s string
	if err := json.Unmarshal(b, &s); err != nil {
		return err
	}
	if s == "" {
		*t = Time{}
		return nil
	}
	p, err := ParseTime(s)
	if err != nil {
		return err
	}
	*t = p
	return nil
}

// ParseTime reads RFC 3339 with any offset, a date, a month, or a date with
// a time without offset, which counts as UTC (contract 4).
func ParseTime(s string) (Time, error) {
	for _, layout := range []string{
		time.RFC3339Nano, "2006-01-02T15:04:05.999-0700", "2006-01-02T15:04:05.999", "2006-01-02T15:04", time.DateOnly, "2006-01",
	} {
		if t, err := time.Parse(layout, s); err == nil {
			return TimeOf(t), nil
		}
	}
	return Time{}, fmt.Errorf("%q is not a time; send ISO 8601, for example 2026-01-02T03:04:05.678Z", s)
}
