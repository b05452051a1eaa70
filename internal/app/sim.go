package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"offhook/internal/platform/api/calllog"
	"offhook/internal/platform/api/messages"
	"offhook/internal/platform/api/sim"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// A SimSpec is a simulation for `offhook sim`.
type SimSpec struct {
	Scenario string
	To       string // a username; empty means the first administrator
	Seed     uint64
	Speed    float64       // seconds of the simulation in one of ours; zero does not wait
	For      time.Duration // of the simulation's time; zero means as long as the scenario is
	Plan     bool          // say what would happen, and let nothing happen
}

// SimNames are the scenarios with what they are, for help.
func SimNames() string {
	var all []string
	for _, s := range sim.Scenarios {
		all = append(all, s.Name+" ("+s.About+")")
	}
	return strings.Join(all, ", ")
}

// Simulate has a day happen to a user of the local platform until it is over
// or ctx ends, and returns how many things did. The platform that serves the
// same data tells phones of them.
func (d *Data) Simulate(ctx context.Context, spec SimSpec, out io.Writer) (played int, err error) {
	scenario, ok := sim.Find(spec.Scenario)
	if !ok {
		return 0, rc.Errorf(rc.Invalid, "--scenario must be one of %s, not %q.", SimNames(), spec.Scenario)
	}
	if spec.Speed < 0 || spec.For < 0 {
		return 0, rc.Errorf(rc.Invalid, "--speed and --for must not be negative.")
	}
	cast, err := d.cast(ctx, spec.To)
	if err != nil {
		return 0, err
	}
	if spec.For == 0 {
		spec.For = scenario.Long
	}
	p := &sim.Player{Speed: spec.Speed, Out: out, Do: newStage(d).happen}
	if spec.Plan {
		p.Speed, p.Do = 0, func(context.Context, sim.Step) error { return nil }
	}
	return p.Play(ctx, sim.Plan(scenario, spec.Seed, cast, spec.For))
}

// cast finds the user and their colleagues, who all have a number and are
// people.
func (d *Data) cast(ctx context.Context, username string) (c sim.Cast, err error) {
	p := d.DB.Platform()
	me, err := d.star(ctx, username)
	if err != nil {
		return c, err
	}
	extensions, err1 := p.Extensions(ctx, me.AccountID)
	numbers, err2 := p.PhoneNumbers(ctx, me.AccountID)
	if err := errors.Join(err1, err2); err != nil {
		return c, err
	}
	for _, e := range extensions {
		person := sim.Person{Name: e.Name()}
		for _, n := range numbers {
			if n.ExtensionID == e.ID {
				person.Number = n.Number
			}
		}
		_, err := p.Robot(ctx, e.ID)
		switch {
		case err != nil && !errors.Is(err, store.ErrNotFound):
			return c, err
		case e.ID == me.ID:
			c.Me = person
		case err != nil && person.Number != "":
			c.Colleagues = append(c.Colleagues, person)
		}
	}
	if c.Me.Number == "" {
		return c, rc.Errorf(rc.Invalid, "%s has no number of their own; nobody could text or call it.", me.Name())
	}
	return c, nil
}

// star is the user of a name, or the first administrator.
func (d *Data) star(ctx context.Context, username string) (store.Extension, error) {
	p := d.DB.Platform()
	if username != "" {
		e, err := p.ExtensionByUsername(ctx, username)
		if errors.Is(err, store.ErrNotFound) {
			return e, rc.Errorf(rc.NotFound, "Nobody signs in as %q; offhook user list shows who does.", username)
		}
		return e, err
	}
	all, err := d.console().Users(ctx)
	if err != nil {
		return store.Extension{}, err
	}
	for _, e := range all {
		if e.Admin {
			return e, nil
		}
	}
	return store.Extension{}, rc.Errorf(rc.NotFound, "The platform has no administrator; name a user with --to.")
}

// A stage has steps happen in the data.
type stage struct {
	platform store.Platform
	ids      *store.IDs
}

func newStage(d *Data) *stage { return &stage{d.DB.Platform(), new(store.IDs)} }

func (s *stage) happen(ctx context.Context, step sim.Step) error {
	now := time.Now()
	switch step.Kind {
	case sim.Text:
		return messages.LeaveText(ctx, s.platform, s.ids, messages.SeedText{From: step.From.Number, To: []string{step.To.Number}, Text: step.Words, At: now})
	case sim.Call:
		// A call is in the log when it is over.
		c := calllog.PastCall{From: step.From.Number, To: step.To.Number, At: now.Add(-step.Length), Duration: step.Length, Outcome: calllog.Outcome(step.Outcome)}
		c.Name = strings.ToUpper(step.From.Name)
		if !slices.Contains(sim.Customers, step.From) { // they are called
			c.Name = strings.ToUpper(step.To.Name)
		}
		return calllog.Seed(ctx, s.platform, []calllog.PastCall{c})
	case sim.Voicemail:
		_, err := messages.LeaveVoicemail(ctx, s.platform, messages.Voicemail{
			From: step.From.Number, Name: strings.ToUpper(step.From.Name), To: step.To.Number, At: now, Length: step.Length, Text: step.Words,
		})
		return err
	case sim.Fax:
		_, err := messages.ReceiveFax(ctx, s.platform, messages.OutsideFax{
			From: step.From.Number, Name: strings.ToUpper(step.From.Name), To: step.To.Number, At: now,
			Files: []messages.File{{Name: "fax.txt", Body: []byte(step.Words)}},
		})
		return err
	}
	return fmt.Errorf("there is no step %q", step.Kind)
}
