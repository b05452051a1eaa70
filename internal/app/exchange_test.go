package app

import (
	"testing"

	"offhook/internal/platform/console"
	"offhook/internal/rc"
	"offhook/internal/sqlstore"
)

func TestWhichNumbersCallForHelp(t *testing.T) {
	t.Parallel()
	st := sqlstore.OpenTest(t).Platform()
	c := &console.Console{Store: st}
	acme, err := c.RegisterAccount(t.Context(), console.AccountSpec{Company: "Acme", MainNumber: "+16505550100"})
	if err != nil {
		t.Fatal(err)
	}
	ids := map[string]int64{"": 0}
	for name, country := range map[string]string{"ada": "", "gerd": "DE"} {
		region, err := Locale{Country: country}.Setting()
		if err != nil {
			t.Fatal(err)
		}
		e, _, err := c.RegisterUser(t.Context(), console.UserSpec{FirstName: name, Username: name, Password: "long enough", Region: region})
		if err != nil {
			t.Fatal(err)
		}
		ids[name] = e.ID
	}
	ask := alarm(st)
	for _, tt := range []struct {
		who, lives, digits string
		want               bool
	}{
		{"", "", "911", true}, {"", "", "112", true}, {"", "", "933", true}, {"", "", "110", false},
		{"ada", "US", "911", true}, {"ada", "US", "112", true}, {"ada", "US", "110", false}, {"ada", "US", "102", false},
		{"ada", "DE", "110", true}, {"ada", "DE", "911", true}, {"ada", "DE", "933", true},
		{"gerd", "", "110", true}, {"gerd", "", "911", true}, {"gerd", "", "933", false},
		{"gerd", "US", "110", true}, {"gerd", "US", "933", true}, {"gerd", "GB", "999", true}, {"gerd", "DE", "999", false},
	} {
		var address *rc.EmergencyAddress
		if tt.lives != "" {
			address = &rc.EmergencyAddress{CountryISOCode: tt.lives}
		}
		got, err := ask(t.Context(), acme.ID, ids[tt.who], address, tt.digits)
		if err != nil || got != tt.want {
			t.Errorf("%q who lives in %q calls for help by %s: %v, %v; want %v", tt.who, tt.lives, tt.digits, got, err, tt.want)
		}
	}
	if _, err := ask(t.Context(), 7, 0, nil, "911"); err == nil {
		t.Error("a number of an account that is not there calls for help, or does not")
	}
}
