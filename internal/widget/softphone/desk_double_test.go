package softphone_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/call"
)

// A deskDouble knows what a desk does of the platform.
type deskDouble struct {
	ringOuts ringOuts
	mu       sync.Mutex
	info     rc.SIPProvision                // guarded by mu
	err      error                          // guarded by mu
	asked    int                            // guarded by mu
	told     func(rc.TelephonyEvent)        // guarded by mu
	followed func(bool)                     // guarded by mu
	on       bool                           // guarded by mu; events are told
	sessions map[string]rc.TelephonySession // guarded by mu
	active   []rc.ActiveCall                // guarded by mu
	known    []string                       // guarded by mu
	host     hostDouble                     // guarded by mu
	bye      func(*sbcCall)                 // ends a call from the platform's side
	lives    *rc.EmergencyAddress           // guarded by mu
	lost     error                          // guarded by mu; why the address is not told

	callerID  string // set before use, as those below
	fallbacks call.Fallbacks
	hush      time.Duration
	toMailbox func(ctx context.Context, session, party string) error // nil refuses
	kept      chan call.Note
	inquiries chan struct{} // has a token for a question after a session; nil for nobody who waits
	past      []call.Call   // guarded by mu
}

func newDeskDouble(s *sbc) *deskDouble {
	proxy := strings.TrimPrefix(s.server.URL, "http://")
	return &deskDouble{on: true, sessions: map[string]rc.TelephonySession{}, info: rc.SIPProvision{
		Device: rc.Device{ID: authID},
		SIPInfo: []rc.SIPInfo{
			{Transport: "UDP", OutboundProxy: proxy},
			{Transport: "WS", OutboundProxy: proxy, Domain: domain, Username: username, Password: password, AuthorizationID: authID},
		},
		SIPFlags: rc.SIPFlags{VoIPFeatureEnabled: true, OutboundCallsEnabled: true},
	}}
}

func (d *deskDouble) Provision(context.Context, rc.SIPProvisionRequest) (rc.SIPProvision, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked++
	return d.info, d.err
}

func (d *deskDouble) Session(_ context.Context, id string) (rc.TelephonySession, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	select {
	case d.inquiries <- struct{}{}:
	default:
	}
	s, ok := d.sessions[id]
	if !ok {
		return s, rc.Errorf(rc.NotFound, "This call is over.")
	}
	return s, nil
}

func (d *deskDouble) ActiveCalls(context.Context) ([]rc.ActiveCall, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.active, nil
}

func (d *deskDouble) Telephony(told func(rc.TelephonyEvent), followed func(bool)) (stop func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.told, d.followed = told, followed
	followed(d.on)
	return func() {}
}

func (d *deskDouble) Known(session string, declined bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if declined {
		session += " declined"
	}
	d.known = append(d.known, session)
}

func (d *deskDouble) Dialable(typed string) (string, error) {
	if strings.Trim(typed, "+*#0123456789") != "" {
		return "", rc.Errorf(rc.Invalid, "“%s” is not a phone number.", typed)
	}
	return typed, nil
}

func (d *deskDouble) CallerID() string { return d.callerID }

func (d *deskDouble) Fallbacks() call.Fallbacks { return d.fallbacks }

func (d *deskDouble) Hush() time.Duration { return d.hush }

func (d *deskDouble) ToMailbox(ctx context.Context, session, party string) error {
	if d.toMailbox == nil {
		return rc.Errorf(rc.Denied, "No.")
	}
	return d.toMailbox(ctx, session, party)
}

func (d *deskDouble) CallOver(c call.Call) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.past = append(d.past, c)
}

func (d *deskDouble) KeepCall(_ context.Context, n call.Note) error {
	if d.kept != nil {
		d.kept <- n
	}
	return nil
}

func (d *deskDouble) MayShow(number string) bool { return number == "+16505550101" }

// tell tells an event of a session of the phone.
func (d *deskDouble) tell(session string, sequence int64, p rc.EventParty) {
	d.mu.Lock()
	told := d.told
	d.mu.Unlock()
	told(rc.TelephonyEvent{Sequence: sequence, SessionID: "77", TelephonySessionID: session, Parties: []rc.EventParty{p}})
}

// outbound is the caller's party of the phone's call.
func outbound(code, reason string) rc.EventParty {
	return rc.EventParty{ID: "p-a1-1", Direction: rc.Outbound, To: rc.TelephonyEnd{Name: "Grace Hopper"}, Status: rc.PartyStatus{Code: code, Reason: reason}}
}

// A streetDouble lets the phone go anywhere but to one host.
type streetDouble struct {
	client  *http.Client
	unknown string
}

func (s streetDouble) Gateway(_ context.Context, _ string, u *url.URL) (*http.Client, error) {
	if u.Host == s.unknown {
		return nil, rc.Errorf(rc.Denied, "The platform named the address %s, which is not one of its own.", u.Host)
	}
	return s.client, nil
}
