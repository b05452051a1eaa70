package main

import (
	"strings"
	"testing"
	"time"
)

func TestSinceTakesDaysTimesAndAges(t *testing.T) {
	now := time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Time{
		"":                          {},
		"36h":                       now.Add(-36 * time.Hour),
		"2026-03-01":                time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC),
		"2026-03-01T13:00:00+01:00": now.Add(-24 * time.Hour),
	} {
		if got, err := moment(text, now); err != nil || !got.Equal(want) {
			t.Errorf("%q: %v, %v; want %v", text, got, err, want)
		}
	}
	for _, text := range []string{"yesterday", "-5h", "01.03.2026"} {
		if _, err := moment(text, now); err == nil || !strings.Contains(err.Error(), "--since takes") {
			t.Errorf("%q: %v, want a sentence", text, err)
		}
	}
}
