package desk

import (
	"errors"
	"testing"

	"offhook/internal/rc"
)

func TestWhatCallsForHelp(t *testing.T) {
	t.Parallel()
	d := open(t, newHouse(t).pool(t))
	until(t, d, "the directory", func() bool { return d.Me().Company == "Acme" })
	check := func(where string, want map[string]string) {
		t.Helper()
		for typed, number := range want {
			got, test, ok := d.Emergency(typed)
			if got != number || ok != (number != "") || test != (number == "933") {
				t.Errorf("%s, %q calls for help at %q (%v, a test %v), want %q", where, typed, got, ok, test, number)
			}
		}
	}
	check("in America", map[string]string{
		"911": "911", " 9-1-1 ": "911", "112": "112", "933": "933", "999": "", "110": "", "102": "", "*911": "", "+911": "911", "+112": "112", "+1 12": "112", "+110": "", "++911": "", "9110": "", "": "", "nine": "", "911x": "",
	})
	// How numbers are read is no matter of where help is called from.
	if err := d.SetPreferences(t.Context(), map[string]string{"country": "DE"}); err != nil {
		t.Fatal(err)
	}
	check("in America, with numbers as in Germany", map[string]string{"110": "", "112": "112", "911": "911"})
	d.live(&rc.EmergencyAddress{CountryISOCode: "DE"})
	check("in Germany, at home in America", map[string]string{"110": "110", "+110": "110", "112": "112", "911": "911", "933": "933", "999": ""})
	d.live(nil) // an answer that says nothing
	check("in Germany still", map[string]string{"110": "110"})
	if home, all := d.HelpCountries(); home != "US" || len(all) < 200 {
		t.Errorf("at home in %q, %d countries", home, len(all))
	}
}

func TestAnAddressIsReadWhereverThePlatformWritesIt(t *testing.T) {
	const lives = `{"customerName":"Ada","street":"1 Harbor Way","city":"Belmont","countryIsoCode":"US"}`
	for _, tt := range []struct {
		name, device string
		want         bool
	}{
		{"of the device", `{"emergencyServiceAddress":` + lives + `}`, true},
		{"of its emergency settings", `{"emergency":{"address":` + lives + `,"addressStatus":"Valid"}}`, true},
		{"not valid any more", `{"emergency":{"address":` + lives + `,"addressStatus":"Invalid"}}`, false},
		{"none", `{"id":"1"}`, false},
		{"an empty one", `{"emergencyServiceAddress":{}}`, false},
	} {
		a, err := readAddress([]byte(tt.device))
		if err != nil || (a != nil) != tt.want || a != nil && a.Street != "1 Harbor Way" {
			t.Errorf("%s: %+v, %v", tt.name, a, err)
		}
	}
}

func TestAnAddressThatIsNotWholeIsNotSent(t *testing.T) {
	t.Parallel()
	d := open(t, newHouse(t).pool(t))
	_, err := d.RegisterEmergencyAddress(t.Context(), "1", rc.EmergencyAddress{CustomerName: "Ada"})
	if e, ok := errors.AsType[*rc.Error](err); !ok || e.Kind != rc.Invalid {
		t.Errorf("half an address: %v, want a refusal", err)
	}
}
