package panel

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/widget/call"
)

func TestACallIsPassedOnToPeopleFirst(t *testing.T) {
	d := newFixtureDesk()
	to := func(who Party, result string) Call { return Call{Party: who, Result: result} }
	strange := func(number string) Party { return Party{Number: number, Display: number} }
	d.calls = []Call{
		to(strange("+14155550999"), "Wrong Number"), to(strange("*601"), "Call connected"), to(marta, "Call connected"),
		to(strange("+14155550177"), "No Answer"), to(priya, "Busy"), to(strange("+14155550999"), "Call connected"),
	}
	p := storyPage(d)
	for _, tt := range []struct {
		name, query string
		now         call.Snapshot
		want        []string
	}{
		{"people, then numbers, then what cannot be reached and services", "", call.Snapshot{}, []string{marta.Number, priya.Number, "+14155550177", "+14155550999", "*601"}},
		{"nobody whom the user talks with", "", storySnapshot(storyCall(nil)), []string{priya.Number, "+14155550177", "+14155550999", "*601"}},
		{"somebody whose call is over", "", storySnapshot(storyCall(func(c *call.Call) { c.State = call.Ended })), []string{marta.Number, priya.Number, "+14155550177", "+14155550999", "*601"}},
		{"whom a query finds", "raman", call.Snapshot{}, []string{priya.Number}},
		{"not whom the user talks with by their extension", "raman", storySnapshot(storyCall(func(c *call.Call) { c.Number = priya.Extension })), nil},
	} {
		var got []string
		for _, row := range newPassList(p, tt.query, tt.now).Rows {
			got = append(got, row.Dial)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got)\n%s", tt.name, diff)
		}
	}
}
