package desk

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"offhook/internal/rc"
)

// handleCalls adds a call log to the double. Calls are in the order of their
// changes; the sync token is how many changes a client has seen.
func (p *platform) handleCalls(handle func(string, rc.Group, http.HandlerFunc)) {
	handle("GET "+extensionPath+"/call-log-sync", rc.Heavy, func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		q, from := r.URL.Query(), 0
		if q.Get("syncType") == rc.ISync {
			n, err := strconv.Atoi(q.Get("syncToken"))
			if err != nil || p.oldTokens {
				w.WriteHeader(http.StatusBadRequest)
				fmt.Fprint(w, `{"errorCode":"CLG-101","message":"syncToken is invalid"}`)
				return
			}
			from = n
		}
		count, err := strconv.Atoi(q.Get("recordCount"))
		if err != nil {
			count = len(p.calls)
		}
		s := rc.CallSync{Records: []rc.CallRecord{}, SyncInfo: rc.SyncInfo{SyncToken: strconv.Itoa(len(p.calls))}}
		for _, c := range slices.Backward(p.calls[from:]) {
			if (!c.Deleted || q.Get("showDeleted") == "true") && len(s.Records) < count {
				if q.Get("view") != rc.DetailedView {
					c.Legs = nil
				}
				s.Records = append(s.Records, c)
			}
		}
		answerJSON(w, s)
	})
	handle("GET "+callLogPath, rc.Heavy, func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		until, err := rc.ParseTime(r.URL.Query().Get("dateTo"))
		size, err2 := strconv.Atoi(r.URL.Query().Get("perPage"))
		if err != nil || err2 != nil {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		list := rc.List[rc.CallRecord]{Records: []rc.CallRecord{}}
		for _, c := range slices.Backward(p.calls) {
			if c.StartTime.Before(until.Time) && len(list.Records) < size {
				list.Records = append(list.Records, c)
			}
		}
		answerJSON(w, list)
	})
	handle("GET "+accountPath+"/recording/{id}/content", rc.Heavy, func(w http.ResponseWriter, _ *http.Request) {
		p.mu.Lock()
		defer p.mu.Unlock()
		w.Header().Set("Content-Type", "audio/wav")
		w.Write(p.sound) //nolint:errcheck // whoever hangs up does not hear it
	})
}

// called adds a call to the log, from Grace unless change says otherwise.
func (p *platform) called(ago time.Duration, change func(*rc.CallRecord)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	c := rc.CallRecord{ID: fmt.Sprint("c", len(p.calls)), SessionID: fmt.Sprint(len(p.calls)), CallFacts: rc.CallFacts{
		StartTime: rc.TimeOf(time.Now().Add(-ago)), Type: rc.Voice, Direction: rc.Inbound, Result: rc.CallMissed, Duration: 20,
		From: &rc.CallParty{PhoneNumber: grace}, To: &rc.CallParty{PhoneNumber: ada},
	}}
	if change != nil {
		change(&c)
	}
	p.calls = append(p.calls, c)
}

// ended lets the platform say that a call is over.
func (p *platform) ended() {
	p.send("/restapi/v1.0/account/1/extension/101/telephony/sessions", map[string]any{"parties": []any{map[string]any{"status": map[string]any{"code": "Disconnected"}}}})
}

// withCalls is a house whose user may read their call log.
func withCalls(t *testing.T) *house {
	h := newHouse(t)
	h.hasCalls = true
	h.generous = true // with the contract's ten a minute, one look more would make the next wait for a minute
	return h
}

func callers(d *Desk) string {
	var all []string
	for _, c := range d.Calls() {
		all = append(all, c.Party.Label()+" "+c.Result)
	}
	return strings.Join(all, ", ")
}

func TestTheCallLogIsReadAndFollowed(t *testing.T) {
	t.Parallel()
	h := withCalls(t)
	h.called(48*time.Hour, nil)
	h.called(3*time.Hour, func(c *rc.CallRecord) {
		c.From = &rc.CallParty{PhoneNumber: bob, Name: "BOB"}
	})
	h.called(2*time.Hour, func(c *rc.CallRecord) {
		c.Direction, c.Result, c.From, c.To = rc.Outbound, rc.CallConnected, &rc.CallParty{PhoneNumber: ada}, &rc.CallParty{ExtensionNumber: "103", ExtensionID: "103"}
	})
	d := open(t, h.pool(t))
	until(t, d, "the calls and the directory", func() bool { return len(d.Calls()) == 3 && d.Me().Company == "Acme" })
	if got, want := callers(d), "No Number Call connected, BOB Missed, Gráce Hopper Missed"; got != want {
		t.Errorf("calls %q, want %q", got, want)
	}
	if got, want := d.CallLog(), (CallLog{Readable: true, Synced: true, More: true, Missed: 1}); got != want {
		t.Errorf("what is known of the log: %+v, want %+v: old missed calls are no news", got, want)
	}
	if c := d.Calls()[1]; !c.Party.Heard || c.Party.Number != bob {
		t.Errorf("the call of somebody outside: %+v", c)
	}

	h.called(0, nil)
	until(t, d, "the gateway", func() bool { return d.Status().Live })
	h.ended()
	until(t, d, "the new call", func() bool { return d.CallLog().Missed == 2 })
	d.SeeCalls()
	if got := d.CallLog().Missed; got != 0 {
		t.Errorf("%d missed calls after looking at them", got)
	}
	h.mu.Lock()
	h.calls = append(h.calls, rc.CallRecord{ID: "c3", Deleted: true, CallFacts: h.calls[3].CallFacts})
	h.mu.Unlock()
	h.ended()
	until(t, d, "the deletion", func() bool { return len(d.Calls()) == 3 })
}

func TestACallThatItsUserTurnedAwayIsNoNews(t *testing.T) {
	t.Parallel()
	h := withCalls(t)
	h.called(time.Hour, func(c *rc.CallRecord) { c.TelephonySessionID = "s-1" })
	h.called(time.Minute, func(c *rc.CallRecord) { c.TelephonySessionID = "s-2" })
	d := open(t, h.pool(t))
	d.Known("s-2", false) // before its record is there
	d.Known("s-3", true)
	until(t, d, "the calls", func() bool { return len(d.Calls()) == 2 })
	h.called(0, func(c *rc.CallRecord) { c.TelephonySessionID = "s-3" })
	until(t, d, "the gateway", func() bool { return d.Status().Live })
	h.ended()
	until(t, d, "the new call", func() bool { return len(d.Calls()) == 3 })
	if c := d.Calls()[0]; d.CallLog().Missed != 1 || c.Missed || !c.Declined {
		t.Errorf("%d missed calls to look at, want 1; the one that was turned away is %+v", d.CallLog().Missed, c)
	}
	d.SeeCalls() // those that are only seen were missed
	for _, c := range d.Calls()[1:] {
		if !c.Missed || c.Declined {
			t.Errorf("one that nobody declined is %+v", c)
		}
	}
}

func TestTheCallLogSurvivesARestart(t *testing.T) {
	t.Parallel()
	h := withCalls(t)
	h.called(time.Hour, nil)
	first := h.pool(t)
	d := open(t, first)
	until(t, d, "the call", func() bool { return d.CallLog().Missed == 1 })
	d.SeeCalls()
	first.Close()
	h.setDown(true)
	d = open(t, h.pool(t))
	if got, want := d.CallLog(), (CallLog{Readable: true, Synced: true, More: true}); got != want || len(d.Calls()) != 1 {
		t.Errorf("after a restart without a platform: %+v with %d calls, want %+v with one", got, len(d.Calls()), want)
	}
	h.called(0, nil)
	h.mu.Lock()
	h.oldTokens = true // and it has forgotten where we were
	h.calls = h.calls[1:]
	h.mu.Unlock()
	h.setDown(false)
	d.RefreshCalls()
	until(t, d, "what there is now", func() bool { return len(d.Calls()) == 1 && d.Calls()[0].ID == "c1" })
	if got := d.CallLog().Missed; got != 1 {
		t.Errorf("%d missed calls, want the new one", got)
	}
}

func TestOlderCallsComeWhenTheyAreAskedFor(t *testing.T) {
	t.Parallel()
	h := withCalls(t)
	for i := range callsSync + callsPage + 10 {
		h.called(time.Duration(1000-i)*time.Hour, nil)
	}
	d := open(t, h.pool(t))
	until(t, d, "the newest", func() bool { return len(d.Calls()) == callsSync })
	for i, want := range []int{callsSync + callsPage, callsSync + callsPage + 10} {
		if err := d.MoreCalls(t.Context()); err != nil || len(d.Calls()) != want {
			t.Fatalf("after asking %d times: %d calls, %v; want %d", i+1, len(d.Calls()), err, want)
		}
	}
	if d.CallLog().More {
		t.Error("there are no older calls, but they are promised")
	}
	asked := h.count("GET " + callLogPath)
	if err := d.MoreCalls(t.Context()); err != nil || h.count("GET "+callLogPath) != asked {
		t.Errorf("asked for what is not there: %v", err)
	}
	h.setDown(true)
	d.mu.Lock()
	d.calls.row.Whole = false
	d.mu.Unlock()
	if err := d.MoreCalls(t.Context()); err == nil || !strings.Contains(err.Error(), "does not answer") {
		t.Errorf("without a platform: %v", err)
	}
}

func TestACallIsToldWithItsWay(t *testing.T) {
	t.Parallel()
	h := withCalls(t)
	h.called(time.Hour, func(c *rc.CallRecord) {
		c.Legs = []rc.CallLeg{{LegType: "Accept", Master: true, CallFacts: c.CallFacts}, {LegType: "FindMe", CallFacts: c.CallFacts}}
	})
	h.called(2*time.Hour, func(c *rc.CallRecord) { c.Legs = []rc.CallLeg{{LegType: "Accept", CallFacts: c.CallFacts}} })
	d := open(t, h.pool(t))
	until(t, d, "the calls and the directory", func() bool { return len(d.Calls()) == 2 && d.Me().Company == "Acme" })
	c, err := d.Call("c0")
	if err != nil || len(c.Legs) != 2 || c.Legs[1].From.Name != "Gráce Hopper" || c.Legs[1].Type != "FindMe" {
		t.Errorf("the call: %+v, %v", c, err)
	}
	if c, err := d.Call("c1"); err != nil || c.Legs != nil {
		t.Errorf("a call of one leg: %+v, %v", c, err)
	}
	if _, err := d.Call("c9"); err == nil {
		t.Error("a call that is not here was told")
	}
}

func TestARecordingIsFetchedOnce(t *testing.T) {
	t.Parallel()
	h := withCalls(t)
	h.sound = []byte("RIFF....WAVE")
	h.called(time.Hour, func(c *rc.CallRecord) { c.Recording = &rc.RecordingOfACall{ID: "77", Type: rc.RecordedOnDemand} })
	h.called(time.Hour, func(c *rc.CallRecord) {
		c.Recording = &rc.RecordingOfACall{ID: "../../extension/~", Type: rc.RecordedOnDemand}
	})
	h.called(time.Hour, nil)
	d := open(t, h.pool(t))
	until(t, d, "the calls", func() bool { return len(d.Calls()) == 3 })
	for range 3 {
		s, err := d.Recording(t.Context(), "c0")
		if err != nil || s.Type != "audio/wav" || !bytes.Equal(s.Data, h.sound) {
			t.Fatalf("the recording: %q %s, %v", s.Data, s.Type, err)
		}
	}
	if n := h.count("GET " + accountPath + "/recording/{id}/content"); n != 1 {
		t.Errorf("the platform was asked %d times for one recording", n)
	}
	for _, id := range []string{"c1", "c2", "c9"} {
		if _, err := d.Recording(t.Context(), id); err == nil {
			t.Errorf("%s has something to hear", id)
		}
	}
}

func TestFewRecordingsAreFetchedAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s sounds
		var mu sync.Mutex
		now, most := 0, 0
		count := func(by int) {
			mu.Lock()
			defer mu.Unlock()
			now += by
			most = max(most, now)
		}
		var wg sync.WaitGroup
		for i := range 3 * soundsAtOnce {
			wg.Go(func() {
				_, err := s.get(t.Context(), fmt.Sprint(i), func(context.Context) (Sound, error) {
					count(1)
					defer count(-1)
					time.Sleep(time.Second) // the bubble's own time
					return Sound{}, nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if most != soundsAtOnce {
			t.Errorf("%d at once, want %d", most, soundsAtOnce)
		}
	})
}

func TestWithoutThePermissionThereIsNoCallLog(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	h.called(time.Hour, nil)
	d := open(t, h.pool(t))
	until(t, d, "the desk", func() bool { return d.Status().State == Ready })
	if got := d.CallLog(); got.Readable || got.Synced {
		t.Errorf("what is known of a log that may not be read: %+v", got)
	}
	if n := h.count("GET " + extensionPath + "/call-log-sync"); n != 0 {
		t.Errorf("it was asked for %d times", n)
	}
}

// count is how often something was asked for.
func (p *platform) count(what string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.counts[what]
}

func TestAConferenceIsNobody(t *testing.T) {
	t.Parallel()
	const token = "conf_1d5f074b4dc3627651e4397fd0ee7"
	h := withCalls(t)
	conference := func(c *rc.CallRecord) {
		c.Direction, c.Result, c.From, c.To = rc.Outbound, rc.CallConnected, &rc.CallParty{PhoneNumber: ada}, &rc.CallParty{PhoneNumber: token, Name: "Conference"}
		host, other := c.CallFacts, c.CallFacts
		other.Direction, other.From, other.To = rc.Inbound, &rc.CallParty{PhoneNumber: ada}, &rc.CallParty{PhoneNumber: bob}
		c.Legs = []rc.CallLeg{{LegType: "ConferenceCall", Master: true, CallFacts: host}, {LegType: "ConferenceCall", CallFacts: other}}
	}
	h.called(time.Hour, conference)
	d := open(t, h.pool(t))
	ready(t, d)
	until(t, d, "the call", func() bool { return len(d.Calls()) == 1 })
	h.telling("s-9", rc.Outbound, token, setUp, answered, finished)
	until(t, d, "the call that has just ended", func() bool { return len(d.Calls()) == 2 })
	for _, c := range d.Calls() {
		if !c.Conference || c.Party != (Party{}) {
			t.Errorf("a conference is told as %+v", c)
		}
	}
	if c, err := d.Call("c0"); err != nil || len(c.Legs) != 1 || c.Legs[0].To.Number != bob {
		t.Errorf("who was in it: %+v, %v", c.Legs, err)
	}
	if found := d.Lookup("conf", 5); len(found) != 0 {
		t.Errorf("the conference is found as %+v", found)
	}
}
