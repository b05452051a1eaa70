package app_test

import (
	"io"
	"strings"
	"testing"

	"offhook/internal/app"
	"offhook/internal/platform/console"
	"offhook/internal/rc"
	"offhook/internal/store"
)

func TestASimulationHappensToItsUser(t *testing.T) {
	data, err := app.OpenData(t.Context(), t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer data.Close()
	people := map[string]app.User{}
	for _, spec := range []console.UserSpec{
		{FirstName: "Nia", Username: "nia", Admin: true}, {FirstName: "Otto", Username: "otto"}, {FirstName: "Echo", Username: "echo", Robot: "echo"},
	} {
		u, err := data.AddUser(t.Context(), spec)
		if err != nil {
			t.Fatal(err)
		}
		people[spec.Username] = u
	}
	if _, err := data.AddUser(t.Context(), console.UserSpec{FirstName: "X", Username: "x", Robot: "singer"}); err == nil || !strings.Contains(err.Error(), "echo") {
		t.Errorf("a robot of an unknown kind: %v", err)
	}
	p := data.DB.Platform()
	count := func(username string, q store.MessageQuery) int {
		t.Helper()
		n, err := p.CountMessages(t.Context(), people[username].ExtensionID, q)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	var plan, told strings.Builder
	planned, err := data.Simulate(t.Context(), app.SimSpec{Scenario: "afternoon", Seed: 5, Plan: true}, &plan)
	if err != nil || planned == 0 || count("nia", store.MessageQuery{}) > 0 {
		t.Fatalf("a plan: %d steps, %v, %d messages", planned, err, count("nia", store.MessageQuery{}))
	}
	played, err := data.Simulate(t.Context(), app.SimSpec{Scenario: "afternoon", Seed: 5}, &told)
	if err != nil || played != planned || plan.String() != told.String() {
		t.Errorf("played %d of %d steps, %v; want what was planned", played, planned, err)
	}
	for kind, label := range map[string]string{rc.TypeSMS: "  text ", rc.TypeVoiceMail: "  voicemail  ", rc.TypeFax: "  fax  "} {
		if got, want := count("nia", store.MessageQuery{Types: []string{kind}}), strings.Count(told.String(), label); got != want || want == 0 {
			t.Errorf("%d messages of type %s, want %d", got, kind, want)
		}
	}
	if sent := count("otto", store.MessageQuery{Directions: []string{rc.Outbound}}); sent == 0 || count("echo", store.MessageQuery{}) > 0 {
		t.Errorf("the colleague sent %d texts, the robot has %d", sent, count("echo", store.MessageQuery{}))
	}
	nia, err := p.Extension(t.Context(), people["nia"].ExtensionID)
	if err != nil {
		t.Fatal(err)
	}
	calls, err := p.CountCalls(t.Context(), nia.AccountID, store.CallQuery{ExtensionID: nia.ID})
	if want := strings.Count(told.String(), "  call "); err != nil || calls != want || want == 0 {
		t.Errorf("%d calls in the log, %v; want %d", calls, err, want)
	}
	for _, spec := range []app.SimSpec{{Scenario: "midnight"}, {Scenario: "storm", To: "nobody"}, {Scenario: "storm", Speed: -1}, {Scenario: "storm", For: -1}} {
		if _, err := data.Simulate(t.Context(), spec, io.Discard); err == nil || !strings.HasSuffix(err.Error(), ".") {
			t.Errorf("%+v: %v, want a sentence", spec, err)
		}
	}
}
