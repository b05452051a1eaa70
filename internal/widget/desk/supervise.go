package desk

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"offhook/internal/rc"
)

// An overseeing is on whose calls the user may listen in.
type overseeing struct {
	whose map[string]bool // by their extension's id
	at    time.Time       // when somebody looked last that the platform was asked for
	want  chan struct{}
}

// overseer asks the platform on whose calls the user may listen in. A
// platform that does not tell lets nobody.
func (d *Desk) overseer() {
	if !d.waitUntil(d.identified, d.overseeing.want) {
		return
	}
	var b backoff
	for {
		grants, err := all[rc.Grant](d.ctx, d, rc.Light, background, extensionPath+"/grant", nil)
		wait, refused, open := d.again(&b, err, refresh)
		if !open {
			return
		}
		if err == nil || refused {
			d.oversee(grants)
		}
		asked, open := d.await(wait, d.overseeing.want)
		if !open || asked && !d.sleep(d.budget.pace(rc.Light)) {
			return
		}
	}
}

// oversee takes over on whose calls the user may listen in, and tells of those
// with whom that has changed.
func (d *Desk) oversee(grants []rc.Grant) {
	now := make(map[string]bool)
	for _, g := range grants {
		if g.CallMonitoring {
			now[strconv.FormatInt(g.Extension.ID, 10)] = true
		}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	was := d.overseeing.whose
	d.overseeing.whose = now
	for _, p := range d.ledger.people.present {
		if now[p.ExtensionID] != was[p.ExtensionID] {
			told := p.Presence
			d.tell(Event{Type: EventPresence, ID: p.ExtensionID, Presence: &told})
		}
	}
}

// Overseen are the colleagues who are in a call that the user may listen in
// on, by their extension's id, in a lasting order. Looking has the desk find
// out soon whether that is still so.
func (d *Desk) Overseen() []Presence {
	d.mu.Lock()
	defer d.mu.Unlock()
	if now := d.pool.Now(); now.Sub(d.overseeing.at) > refresh/60 {
		if !d.overseeing.at.IsZero() {
			wake(d.overseeing.want)
		}
		d.overseeing.at = now
	}
	var all []Presence
	for id := range d.overseeing.whose {
		if p := d.ledger.people.present[id]; p != nil && inCall(p.TelephonyStatus) {
			all = append(all, p.Presence)
		}
	}
	slices.SortFunc(all, func(a, b Presence) int { return cmp.Compare(a.ExtensionID, b.ExtensionID) })
	return all
}

func inCall(telephony string) bool {
	return telephony == rc.TelephonyConnected || telephony == rc.TelephonyOnHold
}

// Supervise has a phone of the user's listen in on the call that a colleague
// is in, and returns what it is there (contract 6). Whether they may, the
// platform says. The error is an *rc.Error with a sentence.
func (d *Desk) Supervise(ctx context.Context, extensionID, deviceID string) (rc.TelephonyParty, error) {
	var seen rc.Presence
	path := accountPath + "/extension/" + url.PathEscape(extensionID) + "/presence"
	err := d.command(ctx, call{group: rc.Light, method: http.MethodGet, path: path, query: url.Values{"detailedTelephonyState": {"true"}}}, &seen)
	if err != nil {
		return rc.TelephonyParty{}, err
	}
	at := slices.IndexFunc(seen.ActiveCalls, func(c rc.ActiveCall) bool { return c.TelephonySessionID != "" && inCall(c.TelephonyStatus) })
	if at < 0 {
		return rc.TelephonyParty{}, rc.Errorf(rc.Conflict, "They are not in a call any more.")
	}
	var came rc.TelephonyParty
	body := map[string]any{"mode": "Listen", "supervisorDeviceId": deviceID, "agentExtensionId": extensionID, "autoAnswer": true, "mediaSDP": "sendRecv"}
	err = d.command(ctx, call{group: rc.Light, method: http.MethodPost, path: sessionsPath + url.PathEscape(seen.ActiveCalls[at].TelephonySessionID) + "/supervise", body: body}, &came)
	if e, ok := errors.AsType[*rc.Error](err); ok && e.Kind == rc.Conflict {
		err = rc.Errorf(rc.Conflict, "You cannot listen in on this call now. Somebody listens already, it is a conference, or it is over.")
	}
	return came, err
}
