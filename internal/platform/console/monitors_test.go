package console_test

import (
	"strings"
	"testing"

	"offhook/internal/platform/console"
	"offhook/internal/sqlstore"
)

func TestNobodyListensInUntilItIsAllowed(t *testing.T) {
	ctx := t.Context()
	c := &console.Console{Store: sqlstore.OpenTest(t).Platform()}
	if _, err := c.RegisterAccount(ctx, console.AccountSpec{Company: "Acme", MainNumber: "+16505550100"}); err != nil {
		t.Fatal(err)
	}
	ids := map[string]int64{}
	for _, name := range []string{"ada", "bob"} {
		e, _, err := c.RegisterUser(ctx, console.UserSpec{FirstName: name, Username: name, Password: "correct horse"})
		if err != nil {
			t.Fatal(err)
		}
		ids[name] = e.ID
	}
	for _, tt := range []struct {
		name, supervisor, agent string
		give                    bool
		may                     bool
		says                    string
	}{
		{name: "allowed", supervisor: "ada", agent: "bob", give: true, may: true},
		{name: "taken back", supervisor: "ADA", agent: "bob"},
		{name: "oneself", supervisor: "ada", agent: "ada", give: true, says: "colleagues"},
		{name: "nobody", supervisor: "ada", agent: "eve", give: true, says: "Nobody signs in"},
		{name: "by nobody", supervisor: "eve", agent: "bob", give: true, says: "Nobody signs in"},
		{name: "without a name", agent: "bob", give: true, says: "--user"},
	} {
		err := c.LetMonitor(ctx, tt.supervisor, tt.agent, tt.give)
		if (err == nil) != (tt.says == "") || err != nil && !strings.Contains(err.Error(), tt.says) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.says)
		}
		if may, err := c.Store.MayMonitor(ctx, ids["ada"], ids["bob"]); err != nil || may != tt.may {
			t.Errorf("%s: may is %v, %v", tt.name, may, err)
		}
	}
}
