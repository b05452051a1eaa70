package app

import (
	"context"

	"offhook/internal/rc"
	"offhook/internal/widget/desk"
	"offhook/internal/widget/panel"
)

// CallLog asks what the user's tokens may do as well. An answer that does
// not come is a no.
func (p panelDesk) CallLog(ctx context.Context) panel.CallLog {
	l := p.Desk.CallLog()
	scopes, err := p.grants.Scopes(ctx, p.grantID)
	return panel.CallLog{
		Readable: l.Readable && err == nil && scopes.Has(rc.ReadCallLog), Hearable: l.Readable && err == nil && scopes.Has(rc.ReadCallRecording),
		Synced: l.Synced, More: l.More, Full: l.Full, Missed: l.Missed,
	}
}

func panelCall(c desk.Call) panel.Call {
	out := panel.Call{
		ID: c.ID, SessionID: c.SessionID, Party: panel.Party(c.Party), Inbound: c.Inbound, Conference: c.Conference, Missed: c.Missed, Fax: c.Fax, Voicemail: c.Voicemail,
		Declined: c.Declined, Result: c.Result, Reason: c.Reason, At: c.At, Duration: c.Duration, Recording: c.Recording,
	}
	if c.Record != nil {
		out.Telephony = c.Record.TelephonySessionID
	}
	for _, l := range c.Legs {
		out.Legs = append(out.Legs, panel.CallLeg{Type: l.Type, From: panel.Party(l.From), To: panel.Party(l.To), Result: l.Result, At: l.At, Duration: l.Duration})
	}
	return out
}

func (p panelDesk) Calls() []panel.Call {
	all := p.Desk.Calls()
	out := make([]panel.Call, len(all))
	for i, c := range all {
		out[i] = panelCall(c)
	}
	return out
}

func (p panelDesk) Call(id string) (panel.Call, error) {
	c, err := p.Desk.Call(id)
	return panelCall(c), err
}

func (p panelDesk) Recording(ctx context.Context, callID string) (panel.Sound, error) {
	s, err := p.Desk.Recording(ctx, callID)
	return panel.Sound(s), err
}

// Missed is what the host link tells of the call log.
func (l linkDesk) Missed(ctx context.Context) (readable bool, n int) {
	log := l.CallLog(ctx)
	return log.Readable, log.Missed
}
