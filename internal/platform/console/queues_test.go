package console_test

import (
	"strings"
	"testing"

	"offhook/internal/platform/console"
	"offhook/internal/rc"
	"offhook/internal/sqlstore"
)

func TestQueuesHaveNumbersAndMembers(t *testing.T) {
	ctx := t.Context()
	c := &console.Console{Store: sqlstore.OpenTest(t).Platform()}
	if _, err := c.RegisterAccount(ctx, console.AccountSpec{Company: "Acme", MainNumber: "+16505550100"}); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"ada", "bob"} {
		if _, _, err := c.RegisterUser(ctx, console.UserSpec{FirstName: name, Username: name, Password: "correct horse"}); err != nil {
			t.Fatal(err)
		}
	}
	if _, _, err := c.RegisterUser(ctx, console.UserSpec{FirstName: "Echo", Username: "echo", Robot: "echo"}); err != nil {
		t.Fatal(err)
	}
	q, n, err := c.RegisterQueue(ctx, console.QueueSpec{Name: "Front desk", Members: []string{"ada"}})
	if err != nil || q.Number != "104" || n.Number != "+16505550104" {
		t.Fatalf("the queue: %+v, %+v, %v", q, n, err)
	}
	// A user who comes later gets other numbers.
	e, direct, err := c.RegisterUser(ctx, console.UserSpec{FirstName: "Cy", Username: "cy", Password: "correct horse"})
	if err != nil || e.Number != "105" || direct.Number != "+16505550105" {
		t.Errorf("the next user: %+v, %+v, %v", e, direct, err)
	}
	if err := c.ChangeMembers(ctx, "104", []string{"bob", "ada"}, nil); err != nil {
		t.Fatal(err)
	}
	if err := c.ChangeMembers(ctx, "104", nil, []string{"ada"}); err != nil {
		t.Fatal(err)
	}
	members, err := c.Store.QueueMembers(ctx, q.ID)
	if err != nil || len(members) != 1 || !members[0].Accepts {
		t.Errorf("the members: %+v, %v; want Bob", members, err)
	}
	for _, tt := range []struct {
		name string
		do   func() error
		kind rc.Kind
		says string
	}{
		{"without a name", func() error { _, _, err := c.RegisterQueue(ctx, console.QueueSpec{}); return err }, rc.Invalid, "name"},
		{"with somebody's extension", func() error {
			_, _, err := c.RegisterQueue(ctx, console.QueueSpec{Name: "Sales", Number: "101"})
			return err
		}, rc.Conflict, "Extension 101 is taken"},
		{"a user with the queue's extension", func() error {
			_, _, err := c.RegisterUser(ctx, console.UserSpec{FirstName: "Di", Username: "di", Password: "correct horse", Number: "104"})
			return err
		}, rc.Conflict, "Extension 104 is taken"},
		{"a member whom nobody knows", func() error {
			_, _, err := c.RegisterQueue(ctx, console.QueueSpec{Name: "Sales", Members: []string{"ada", "zoe"}})
			return err
		}, rc.NotFound, `"zoe"`},
		{"a robot as a member", func() error { return c.ChangeMembers(ctx, "104", []string{"echo"}, nil) }, rc.Conflict, "echo"},
		{"removing who is no member", func() error { return c.ChangeMembers(ctx, "104", []string{"cy"}, []string{"ada"}) }, rc.NotFound, "no member"},
		{"an unknown queue", func() error { return c.ChangeMembers(ctx, "101", []string{"ada"}, nil) }, rc.NotFound, "offhook queue list"},
	} {
		err := tt.do()
		told, ok := err.(*rc.Error)
		if !ok || told.Kind != tt.kind || !strings.Contains(told.Message, tt.says) {
			t.Errorf("%s: %v, want a sentence with %s", tt.name, err, tt.says)
		}
	}
	if all, err := c.Queues(ctx); err != nil || len(all) != 1 {
		t.Errorf("after all that failed: %+v, %v; want one queue", all, err)
	}
	if removed, err := c.RemoveQueue(ctx, "104"); err != nil || removed.Name != "Front desk" {
		t.Errorf("removed %+v, %v", removed, err)
	}
	if all, err := c.Queues(ctx); err != nil || len(all) != 0 {
		t.Errorf("left: %+v, %v", all, err)
	}
}
