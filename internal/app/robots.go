package app

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"offhook/internal/platform/api/robot"
	"offhook/internal/platform/console"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// A TestNumber is a number of the demo that answers texts by itself.
type TestNumber struct {
	Name            string `json:"name"`
	Kind            string `json:"kind"`
	ExtensionNumber string `json:"extensionNumber"`
	PhoneNumber     string `json:"phoneNumber"`
}

// demoRobots are the demo's test numbers. People find them among their
// colleagues, where the job title says what they do.
var demoRobots = []struct{ kind, name, about, number, phone string }{
	{robot.Echo, "Echo", "Sends back what you text, pictures too", "801", "+16505550181"},
	{robot.Later, "Echo Later", "Echoes after 5 seconds, or as many as you write", "802", "+16505550182"},
	{robot.Group, "Echo All", "Echoes to everybody in a group", "803", "+16505550183"},
	{robot.Picture, "Postcard", "Answers with a picture", "804", "+16505550184"},
}

// seedRobots makes the demo's test numbers where they are missing.
func seedRobots(ctx context.Context, d *Data, info *DemoInfo) error {
	for _, r := range demoRobots {
		info.TestNumbers = append(info.TestNumbers, TestNumber{r.name, r.kind, r.number, r.phone})
		first, last, _ := strings.Cut(r.name, " ")
		spec := console.UserSpec{
			AccountID: info.Account.ID, FirstName: first, LastName: last, JobTitle: r.about, Department: "Test numbers",
			Number: r.number, PhoneNumber: r.phone, Username: "robot-" + r.number, Robot: r.kind,
		}
		_, err := d.DB.Platform().PhoneNumber(ctx, r.phone)
		if errors.Is(err, store.ErrNotFound) {
			_, _, err = d.console().RegisterUser(ctx, spec)
		}
		if told := (*rc.Error)(nil); errors.As(err, &told) && told.Kind == rc.Conflict {
			err = nil // somebody has taken the extension for a person
		}
		if err != nil {
			return fmt.Errorf("making the test number %s: %w", r.phone, err)
		}
	}
	return nil
}

// checkRobot refuses a kind of robot that there is not.
func checkRobot(kind string) error {
	if kind == "" || slices.Contains(robot.Kinds, kind) {
		return nil
	}
	return rc.Errorf(rc.Invalid, "--robot must be %s, not %q.", strings.Join(robot.Kinds, ", "), kind)
}
