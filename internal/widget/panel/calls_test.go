package panel

import (
	"context"
	"html"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/widget/call"
)

// onePhone is the phone of whoever asks, and notes for whom it was asked.
type onePhone struct {
	now   call.Snapshot
	grant string
}

func (o *onePhone) Phone(_ context.Context, grantID string) (Phone, error) {
	o.grant = grantID
	return o, nil
}

func (o *onePhone) Snapshot() call.Snapshot { return o.now }

func TestCallsAreThoseOfWhoeverAsks(t *testing.T) {
	f := newFixture(t, nil)
	phone := &onePhone{now: storySnapshot(storyCall(nil), storyRing(cold.Number, ""))}
	f.handler.Phones = phone
	for _, tt := range []struct {
		name, path string
		status     int
		want       []string
	}{
		{"the dialer", "/dialer", http.StatusOK, []string{`data-last="+1`, `(650) 555-0101`, `data-digit="#"`}},
		{"its line", "/dialer/line", http.StatusOK, nil},
		{"whom it finds", "/dialer/found?q=priya", http.StatusOK, []string{"Priya Raman", `data-call-to="+16505550102"`}},
		{"a call by its id", "/calls/c1", http.StatusOK, []string{`data-call="c1"`, "Marta Lindqvist", `data-call-since="2026-11-20T14:28:48Z"`}},
		{"the one that is heard", "/calls/active", http.StatusOK, []string{`data-call="c1"`}},
		{"what stands over every panel", "/calls/now", http.StatusOK, []string{`data-now="c1"`, `data-ring="c2"`, "Hold and answer", `data-end-first="c1"`}},
		{"a call that is not theirs, or is over", "/calls/other", http.StatusNotFound, []string{"This call is over."}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := f.do("GET", tt.path, nil)
			if w.Code != tt.status || phone.grant != "g1" {
				t.Errorf("GET %s of grant %q: status %d, want %d\n%s", tt.path, phone.grant, w.Code, tt.status, w.Body)
			}
			body := html.UnescapeString(w.Body.String())
			for _, want := range tt.want {
				if !strings.Contains(body, want) {
					t.Errorf("GET %s lacks %q:\n%s", tt.path, want, body)
				}
			}
		})
	}
}

func TestWhoeverHasNoPhoneIsToldSo(t *testing.T) {
	f := newFixture(t, nil)
	if w := f.do("GET", "/dialer", nil); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "No calls here") {
		t.Errorf("status %d\n%s", w.Code, w.Body)
	}
	if w := f.do("GET", "/history", nil); strings.Contains(w.Body.String(), "data-call-to") {
		t.Error("the history has buttons that call")
	}
}

func TestAFarPartyIsNamedByWhoeverKnowsThem(t *testing.T) {
	p := storyPage(newFixtureDesk())
	for _, tt := range []struct {
		name, number, told string
		title, sub         string
	}{
		{"a contact, whatever the call says", marta.Number, "LINDQVIST M", "Marta Lindqvist", "(415) 555-0144"},
		{"a colleague by their extension", "102", "", "Priya Raman", "(650) 555-0102"},
		{"nobody's number, by what the call says", "+19995550100", "Harbor Cafe", "Harbor Cafe", "(999) 555-0100"},
		{"nobody's number", "+19995550100", "", "(999) 555-0100", ""},
		{"a caller who hides", "", "", "No caller ID", ""},
		{"a caller who hides behind a name", "", "Anonymous", "Anonymous", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			c := p.live(call.Call{Direction: call.Inbound, State: call.Ringing, Number: tt.number, Name: tt.told})
			if c.Title != tt.title || c.Sub != tt.sub {
				t.Errorf("%s called %q: %q and %q, want %q and %q", tt.number, tt.told, c.Title, c.Sub, tt.title, tt.sub)
			}
		})
	}
}

func TestTheBarShowsTheCallThatMattersMost(t *testing.T) {
	over := storyCall(func(c *call.Call) { c.ID, c.State = "over", call.Ended })
	held := storyCall(func(c *call.Call) { c.ID, c.State = "held", call.Held })
	heard := storyCall(func(c *call.Call) { c.ID = "heard" })
	rings := storyRing(cold.Number, "")
	for _, tt := range []struct {
		name   string
		calls  []call.Call
		active string
		want   string
		more   int
	}{
		{"nothing of nothing", nil, "", "", 0},
		{"nothing of a call that only rings", []call.Call{rings}, "", "", 0},
		{"the one that is heard", []call.Call{held, heard, over}, "heard", "heard", 1},
		{"a held one where none is heard", []call.Call{over, held}, "", "held", 0},
		{"one that has ended where no other is", []call.Call{over, rings}, "", "over", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := newNow(storyPage(newFixtureDesk()), call.Snapshot{Calls: tt.calls, Active: tt.active})
			got := ""
			if v.Bar != nil {
				got = v.Bar.ID
			}
			if got != tt.want || v.More != tt.more {
				t.Errorf("the bar shows %q and %d more, want %q and %d", got, v.More, tt.want, tt.more)
			}
		})
	}
}

func TestButtonsOfCallsNameTheirKeys(t *testing.T) {
	f := newFixture(t, nil)
	f.handler.Phones = &onePhone{now: storySnapshot(storyCall(nil), storyRing(cold.Number, ""))}
	names := func(path string) int { return strings.Count(f.do("GET", path, nil).Body.String(), "aria-keyshortcuts") }
	if got := [2]int{names("/calls/c1"), names("/calls/now")}; got != [2]int{4, 4} {
		t.Errorf("the page and what stands over every panel name %v, want 4 each", got)
	}
	f.desk.preferences.Keys = "off"
	if got := [2]int{names("/calls/c1"), names("/calls/now")}; got != [2]int{} {
		t.Errorf("switched off, the page and what stands over every panel name %v", got)
	}
}

func TestNoKeyEndsAConferenceForOthers(t *testing.T) {
	f := newFixture(t, nil)
	for others, want := range []bool{true, false, false} {
		f.handler.Phones = &onePhone{now: storySnapshot(storyConference(others))}
		for _, path := range []string{"/calls/c1", "/calls/now"} {
			if got := strings.Contains(f.do("GET", path, nil).Body.String(), "Shift+E"); got != want {
				t.Errorf("%s with %d others: a key ends it: %v, want %v", path, others, got, want)
			}
		}
	}
}

func TestOnlyAnAnsweredCallIsEndedForAnother(t *testing.T) {
	for state, want := range map[call.State]bool{call.Dialing: false, call.Ringing: false, call.Connected: true, call.Held: true, call.Ended: false} {
		going := storyCall(func(c *call.Call) { c.State = state })
		v := newNow(storyPage(newFixtureDesk()), storySnapshot(going, storyRing(cold.Number, "")))
		if got := v.Rings[0].Busy != nil; got != want {
			t.Errorf("beside a call that is %s: hold or end it %v, want %v", state, got, want)
		}
	}
}

func TestTheEndOfACallIsSaid(t *testing.T) {
	p := storyPage(newFixtureDesk())
	for _, tt := range []struct {
		direction call.Direction
		outcome   call.Outcome
		sentence  string
		want      string
	}{
		{call.Inbound, call.HungUp, "", "Call ended"},
		{call.Outbound, call.Missed, "", "No answer"},
		{call.Inbound, call.Missed, "", "Missed call"},
		{call.Outbound, call.Declined, "", "They declined the call"},
		{call.Inbound, call.Declined, "", "You declined the call"},
		{call.Outbound, call.Failed, "The line is busy.", "The line is busy."},
		{call.Inbound, "", "", "Call ended"},
	} {
		if got := p.live(call.Call{Direction: tt.direction, State: call.Ended, Outcome: tt.outcome, Sentence: tt.sentence}).Words; got != tt.want {
			t.Errorf("%s %s %q: %q, want %q", tt.direction, tt.outcome, tt.sentence, got, tt.want)
		}
	}
}

func TestATransferredCallSaysToWhom(t *testing.T) {
	p := storyPage(newFixtureDesk())
	for to, want := range map[call.Far]string{{Number: "+16505550102"}: "Transferred to Priya Raman", {Number: "+16505550199", Name: "Sam"}: "Transferred to Sam", {Number: "*801"}: "Transferred to *801"} {
		if got := p.live(call.Call{State: call.Ended, Outcome: call.Moved, MovedTo: to}).Words; got != want {
			t.Errorf("to %+v: %q, want %q", to, got, want)
		}
	}
}

func TestATimeRunsFromTheAnswerToTheEnd(t *testing.T) {
	p := storyPage(newFixtureDesk())
	ringing := p.live(storyCall(func(c *call.Call) { c.State, c.Answered = call.Ringing, time.Time{} }))
	going := p.live(storyCall(nil))
	ended := p.live(storyCall(func(c *call.Call) { c.State, c.Ended = call.Ended, ago(2*time.Minute) }))
	type times struct{ Since, Clock string }
	got := []times{{ringing.Since, ringing.Clock}, {going.Since, going.Clock}, {ended.Since, ended.Clock}}
	if diff := cmp.Diff([]times{{}, {"2026-11-20T14:28:48Z", "3:12"}, {"", "1:12"}}, got); diff != "" {
		t.Errorf("times (-want +got)\n%s", diff)
	}
}

func TestABadConnectionIsSaidWhileItIsHeard(t *testing.T) {
	p := storyPage(newFixtureDesk())
	for _, tt := range []struct {
		name  string
		state call.State
		call.Quality
		want string
	}{
		{"no measure yet", call.Connected, call.Quality{}, ""},
		{"a good one", call.Connected, call.Quality{MOS: 4.2}, ""},
		{"a weak one", call.Connected, call.Quality{MOS: 3.4}, "The connection is weak."},
		{"a bad one", call.Connected, call.Quality{MOS: 2.9}, "The connection is bad: words are being lost."},
		{"many lost packets", call.Connected, call.Quality{MOS: 3.8, Loss: 0.1}, "The connection is bad: words are being lost."},
		{"on hold", call.Held, call.Quality{MOS: 1}, ""},
	} {
		if got := p.weak(call.Call{State: tt.state, Quality: tt.Quality}); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestTheDialerOffersEverybodyOnce(t *testing.T) {
	p := crmPage(storyPage(newFixtureDesk()), newFixtureBooks(0))
	for _, query := range []string{"", "a", "lind"} {
		seen := map[string]bool{}
		for _, row := range newDialList(p, query).Rows {
			if row.Dial == "" || seen[last(row.Dial)] {
				t.Errorf("%q offers %q twice, or cannot call %s", query, row.Dial, row.Title)
			}
			seen[last(row.Dial)] = true
		}
		if len(seen) == 0 {
			t.Errorf("%q offers nobody", query)
		}
	}
}

func TestAColleagueIsNotOfferedByTheirExtensionAsWell(t *testing.T) {
	v := dialList{page: storyPage(newFixtureDesk())}
	v.add(dialRow{Party: priya})
	v.add(dialRow{Party: Party{Name: priya.Name, Number: "ext:102", Extension: "102", Internal: true}})
	v.add(dialRow{Party: Party{Name: "Ada Example", Number: "ext:105", Extension: "105", Internal: true}})
	got := []string{v.Rows[0].Dial, v.Rows[1].Dial}
	if diff := cmp.Diff([]string{priya.Number, "105"}, got); len(v.Rows) != 2 || diff != "" {
		t.Errorf("%d rows, (-want +got)\n%s", len(v.Rows), diff)
	}
}

func TestWhatCallsSomebody(t *testing.T) {
	for _, tt := range []struct {
		name string
		who  Party
		want string
	}{
		{"their number", marta, marta.Number},
		{"a colleague's number before the extension", priya, priya.Number},
		{"the extension of who has no number", Party{Number: "ext:105", Extension: "105", Internal: true}, "105"},
		{"nobody who hides", Party{}, ""},
		{"a short number of the phone service", Party{Number: "*601", Display: "*601"}, "*601"},
		{"not oneself", dana, ""},
	} {
		if got := dials(tt.who); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestNobodyIsMissedWhereANumberCanBeCalled(t *testing.T) {
	f := newFixture(t, nil)
	f.handler.Phones = &onePhone{now: storySnapshot()}
	for _, tt := range []struct {
		query string
		said  bool
	}{
		{"*601", false}, {"911", false}, {"111", false}, {"+19995550142", false}, {"(999) 555-0142", false}, {"1-999-FLOWERS", false},
		{"9", true}, {"98", true}, {"zzz", true}, {"zzz 911", true},
	} {
		html := f.do("GET", "/dialer/found?q="+url.QueryEscape(tt.query), nil).Body.String()
		if said := strings.Contains(html, "Nobody found"); said != tt.said {
			t.Errorf("%q: nobody is said to be found %v, want %v\n%s", tt.query, said, tt.said, html)
		}
	}
}
