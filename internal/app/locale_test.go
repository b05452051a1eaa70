package app_test

import (
	"strings"
	"testing"

	"offhook/internal/app"
	"offhook/internal/platform/console"
)

func TestAUserIsAtHomeSomewhere(t *testing.T) {
	for _, l := range []app.Locale{{Country: "ZZ"}, {Timezone: "Mars"}, {Timezone: "58"}, {Language: "1031"}, {Language: "tlh"}, {TimeFormat: "decimal"}} {
		if _, err := l.Setting(); err == nil || !strings.HasPrefix(err.Error(), "--") {
			t.Errorf("%+v: %v, want a sentence that names the flag", l, err)
		}
	}
	if none, err := (app.Locale{}).Setting(); none != nil || err != nil {
		t.Errorf("nothing said: %s, %v", none, err)
	}
	setting, err := app.Locale{Country: "de", Timezone: "Europe/Berlin", Language: "de-DE", TimeFormat: "24h"}.Setting()
	if err != nil {
		t.Fatal(err)
	}
	data, err := app.OpenData(t.Context(), t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer data.Close()
	u, err := data.AddUser(t.Context(), console.UserSpec{FirstName: "Jo", Username: "jo", Region: setting})
	if err != nil {
		t.Fatal(err)
	}
	e, err := data.DB.Platform().Extension(t.Context(), u.ExtensionID)
	if err != nil {
		t.Fatal(err)
	}
	kept, err := data.DB.Platform().Setting(t.Context(), e.AccountID, e.ID, "region")
	if want := `{"country":"DE","timezone":"Europe/Berlin","language":"de-DE","timeFormat":"24h"}`; err != nil || string(kept) != want {
		t.Errorf("the region of the user: %s, %v; want %s", kept, err, want)
	}
}
