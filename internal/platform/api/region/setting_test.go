package region_test

import (
	"testing"
	"time"

	"offhook/internal/platform/api/region"
)

func TestMoment(t *testing.T) {
	at := time.Date(2026, 7, 2, 3, 4, 5, 0, time.UTC)
	for _, tt := range []struct {
		locale region.Locale
		want   string
	}{
		{region.Locale{}, "1 July 2026, 8:04 PM PDT"},
		{region.Locale{Timezone: "Europe/Berlin", TimeFormat: "24h"}, "2 July 2026, 05:04 CEST"},
		{region.Locale{Timezone: "Asia/Dubai", TimeFormat: "24h"}, "2 July 2026, 07:04 UTC+04"},
		{region.Locale{Timezone: "Nowhere"}, "1 July 2026, 8:04 PM PDT"},
	} {
		if got := region.Moment(at, region.Settings("", "+16505550100", tt.locale)); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt.locale, got, tt.want)
		}
	}
}
