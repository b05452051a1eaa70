package console_test

import (
	"strings"
	"testing"

	"offhook/internal/platform/console"
	"offhook/internal/sqlstore"
)

func TestNobodyMayCallOutsideUntilItIsAllowed(t *testing.T) {
	ctx := t.Context()
	c := &console.Console{Store: sqlstore.OpenTest(t).Platform()}
	if _, err := c.RegisterAccount(ctx, console.AccountSpec{Company: "Acme", MainNumber: "+16505550100"}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.RegisterUser(ctx, console.UserSpec{FirstName: "Ada", Username: "ada", Password: "correct horse"}); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name        string
		user        string
		allow, deny bool
		may         bool
		says        string
	}{
		{name: "at first", user: "ada"},
		{name: "allowed", user: "ada", allow: true, may: true},
		{name: "asked, whatever the case", user: "ADA", may: true},
		{name: "taken back", user: "ada", deny: true},
		{name: "both", user: "ada", allow: true, deny: true, says: "not both"},
		{name: "nobody", user: "eve", allow: true, says: "Nobody signs in"},
		{name: "without a name", allow: true, says: "--user"},
	} {
		may, err := c.CallOutside(ctx, tt.user, tt.allow, tt.deny)
		if says := ""; err != nil || tt.says != "" {
			if err != nil {
				says = err.Error()
			}
			if tt.says == "" || !strings.Contains(says, tt.says) {
				t.Errorf("%s: %q, want %q", tt.name, says, tt.says)
			}
		}
		if may != tt.may {
			t.Errorf("%s: may call outside is %v", tt.name, may)
		}
	}
}
