package hostlink_test

import (
	"context"
	"sync"
	"testing"

	"offhook/internal/rc"
	"offhook/internal/widget/call"
	"offhook/internal/widget/hostlink"
	"offhook/internal/widget/lang"
)

// telephone is the phone of grant-1, as the test moves it.
type telephone struct {
	mu      sync.Mutex
	now     call.Snapshot // guarded by mu
	tabs    []string      // guarded by mu; that have joined
	changes chan struct{}
	left    chan string
	refuse  error
}

func newTelephone() *telephone {
	return &telephone{changes: make(chan struct{}, 1), left: make(chan string, 4)}
}

func (p *telephone) Join(_ context.Context, grantID, tab string) (hostlink.Phone, func(), error) {
	if p.refuse != nil {
		return nil, nil, p.refuse
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.tabs = append(p.tabs, grantID+" "+tab)
	return p, func() { p.left <- tab }, nil
}

func (p *telephone) Snapshot() call.Snapshot {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.now
}

func (p *telephone) Watch() (<-chan struct{}, func()) { return p.changes, func() {} }

// become changes the phone, and tells whoever watches unless it is silent.
func (p *telephone) become(s call.Snapshot) {
	p.mu.Lock()
	p.now = s
	p.mu.Unlock()
	select {
	case p.changes <- struct{}{}:
	default:
	}
}

// phoned is a socket of a user with a phone, after its welcome.
func phoned(t *testing.T, language string) (*telephone, *client) {
	t.Helper()
	h, p := open(t, hostlink.Status), newTelephone()
	h.handler.Phones = p
	p.now = call.Snapshot{Version: 1, Line: call.Line{State: call.Connecting}}
	c := h.dial(t)
	c.say(`{"type":"hello","tab":"tab-1","language":"` + language + `"}`)
	c.expect(welcome)
	<-h.desk.watches
	return p, c
}

func TestCallsAreToldAtJoinAndOnEachChange(t *testing.T) {
	p, c := phoned(t, "en-US")
	c.expect(`{"type":"calls","now":"2026-11-21T12:00:00Z","version":1,"line":{"state":"connecting"},"calls":[]}`)
	p.become(call.Snapshot{Version: 2, Line: call.Line{State: call.Registered}, Active: "c-1", Microphone: "tab-1", Calls: []call.Call{{
		ID: "c-1", Direction: call.Inbound, State: call.Ringing, Number: "+16505550102", Name: "Sam", Began: noon,
	}}})
	c.expect(`{"type":"calls","now":"2026-11-21T12:00:00Z","version":2,"line":{"state":"registered"},"active":"c-1","microphone":"tab-1","calls":[
		{"id":"c-1","direction":"Inbound","state":"ringing","number":"+16505550102","name":"Sam","began":"2026-11-21T12:00:00Z"}]}`)
	if len(p.tabs) != 1 || p.tabs[0] != "grant-1 tab-1" {
		t.Errorf("joined %q, want grant-1 tab-1 once", p.tabs)
	}
}

func TestWhatIsToldAlreadyIsNotToldAgain(t *testing.T) {
	p, c := phoned(t, "en-US")
	c.expect(`{"type":"calls","now":"2026-11-21T12:00:00Z","version":1,"line":{"state":"connecting"},"calls":[]}`)
	p.become(call.Snapshot{Version: 1, Line: call.Line{State: call.Connecting}})
	p.changes <- struct{}{} // taken, so the first one has been looked at
	c.say(`{"type":"ping"}`)
	c.expect(`{"type":"pong"}`)
}

func TestSentencesOfCallsAreToldInTheReadersLanguage(t *testing.T) {
	const english = "This contact is not there any more."
	german := lang.Find("de-DE").Sentence(english)
	p, c := phoned(t, "de-DE")
	c.expect(`{"type":"calls","now":"2026-11-21T12:00:00Z","version":1,"line":{"state":"connecting"},"calls":[]}`)
	before := call.Snapshot{Version: 2, Line: call.Line{State: call.Broken, Sentence: english}, Calls: []call.Call{{ID: "c-1", State: call.Ended, Began: noon, Sentence: english}}}
	p.become(before)
	c.expect(`{"type":"calls","now":"2026-11-21T12:00:00Z","version":2,"line":{"state":"broken","sentence":"` + german + `"},"calls":[
		{"id":"c-1","direction":"","state":"ended","number":"","began":"2026-11-21T12:00:00Z","sentence":"` + german + `"}]}`)
	if before.Calls[0].Sentence != english {
		t.Error("another tab's snapshot was changed")
	}
}

func TestATabLeavesThePhoneWithItsSocket(t *testing.T) {
	p, c := phoned(t, "en-US")
	c.CloseNow()
	if got := <-p.left; got != "tab-1" {
		t.Errorf("%q left, want tab-1", got)
	}
}

func TestWithoutAPhoneTheSocketWorks(t *testing.T) {
	h := open(t)
	h.handler.Phones = &telephone{refuse: rc.Errorf(rc.Unavailable, "The phone is not there.")}
	c, _ := h.greet(t)
	c.say(`{"type":"ping"}`)
	c.expect(`{"type":"pong"}`)
}

func TestTheHostPageLearnsWhetherItsUserCanCall(t *testing.T) {
	h, p := open(t, hostlink.Status), newTelephone()
	h.handler.Phones = p
	h.desk.become(hostlink.Identity{MainNumber: "+16505550100"})
	c, _ := h.greet(t)
	login := func(can string) string {
		return `{"type":"host","message":{"type":"rc-login-status-notify","loggedIn":true,"loginNumber":"+16505550100","contractedCountryCode":"","admin":false,"isFreshLogin":false,
			"features":{"sms":false,"meeting":false,"glip":false,"smartNote":false,"call":` + can + `,"ringSenseInsights":false}}}`
	}
	region := `{"type":"host","message":{"type":"rc-region-settings-notify","countryCode":"","areaCode":""}}`
	c.expect(login("true"))
	c.expect(region)
	c.expect(`{"type":"calls","now":"2026-11-21T12:00:00Z","version":0,"line":{"state":""},"calls":[]}`)
	p.become(call.Snapshot{Version: 1, Line: call.Line{State: call.None}})
	c.expect(`{"type":"calls","now":"2026-11-21T12:00:00Z","version":1,"line":{"state":"none"},"calls":[]}`)
	c.expect(login("false"))
	c.expect(region)
}
