package desk

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"

	"offhook/internal/rc"
)

const sessionsPath = accountPath + "/telephony/sessions/"

// Conference opens a conference of the user's, whose VoiceCallToken is to be
// dialled within 38 seconds (contract 6). The error is as Provision's.
func (d *Desk) Conference(ctx context.Context) (rc.TelephonySession, error) {
	var opened rc.TelephonySessionAnswer
	err := d.command(ctx, call{group: rc.Heavy, method: http.MethodPost, path: accountPath + "/telephony/conference", body: struct{}{}}, &opened)
	return opened.Session, err
}

// BringIn takes the far side of a call of the user's, named by the user's own
// party in it, into a conference of theirs, and returns what it is there.
func (d *Desk) BringIn(ctx context.Context, conference, session, party string) (rc.TelephonyParty, error) {
	var came rc.TelephonyParty
	body := struct {
		SessionID string `json:"sessionId"`
		PartyID   string `json:"partyId"`
	}{session, party}
	err := d.command(ctx, call{group: rc.Light, method: http.MethodPost, path: sessionsPath + url.PathEscape(conference) + "/parties/bring-in", body: body}, &came)
	return came, err
}

// DropParty takes somebody out of a session. Of the user's own party it
// leaves a conference to the others when keep is set.
func (d *Desk) DropParty(ctx context.Context, session, party string, keep bool) error {
	c := call{group: rc.Light, method: http.MethodDelete, path: partyPath(session, party)}
	if keep {
		c.body = map[string]bool{"keepConferenceAlive": true}
	}
	return d.command(ctx, c, nil)
}

// MuteParty keeps the others in a session from hearing somebody, or ends that.
func (d *Desk) MuteParty(ctx context.Context, session, party string, muted bool) error {
	body := map[string]bool{"muted": muted}
	return d.command(ctx, call{group: rc.Light, method: http.MethodPatch, path: partyPath(session, party), body: body}, nil)
}

func partyPath(session, party string) string {
	return sessionsPath + url.PathEscape(session) + "/parties/" + url.PathEscape(party)
}

// command has the platform do something with a call that somebody waits for.
// The error is as Provision's, and Conflict where the platform does not do
// such a thing with this call.
func (d *Desk) command(ctx context.Context, c call, into any) error {
	wait, cancel := context.WithTimeout(ctx, setPatience)
	defer cancel()
	c.priority = acting
	a, err := d.do(wait, c)
	if err == nil && into != nil {
		err = json.Unmarshal(a.body, into)
	}
	if r, ok := errors.AsType[*refusal](err); ok && r.Status < 500 && r.Status != http.StatusForbidden {
		return rc.Errorf(rc.Conflict, "The phone service does not do this with this call.")
	}
	return callTrouble(ctx, err)
}

// ForwardingNumbers asks the platform for the user's own numbers at which
// calls can ring, or go on, besides their phones. The error is as Provision's.
func (d *Desk) ForwardingNumbers(ctx context.Context) ([]rc.ForwardingNumber, error) {
	wait, cancel := context.WithTimeout(ctx, setPatience)
	defer cancel()
	numbers, err := all[rc.ForwardingNumber](wait, d, rc.Light, background, extensionPath+"/forwarding-number", nil)
	return numbers, callTrouble(ctx, err)
}
