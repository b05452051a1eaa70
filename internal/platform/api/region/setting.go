package region

import (
	"context"
	"slices"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// Setting is the name under which a [Locale] is kept, of an extension and,
// with extension zero, of its account.
const Setting = "region"

// Of reads what an extension, or with zero the account, has chosen of its
// regional settings.
func Of(ctx context.Context, s store.SettingReader, accountID, extensionID int64) (Locale, error) {
	var l Locale
	for _, id := range slices.Compact([]int64{extensionID, 0}) {
		var chosen Locale
		if err := store.ReadSetting(ctx, s, accountID, id, Setting, &chosen); err != nil {
			return l, err
		}
		l = l.Or(chosen)
	}
	return l, nil
}

// Moment writes a time as on the clocks of settings, with the name of their
// zone: a reader elsewhere cannot know it.
func Moment(at time.Time, s rc.RegionalSettings) string {
	zone, err := time.LoadLocation(s.Timezone.Name)
	if err != nil {
		zone = time.UTC
	}
	at = at.In(zone)
	layout := "2 January 2006, 3:04 PM "
	if s.TimeFormat == "24h" {
		layout = "2 January 2006, 15:04 "
	}
	name, _ := at.Zone()
	if name[0] == '+' || name[0] == '-' { // a zone that has no short name
		name = "UTC" + name
	}
	return at.Format(layout) + name
}
