package desk

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/nyaruka/phonenumbers"

	"offhook/internal/rc"
)

// telephony passes on what the platform tells of the user's telephony
// sessions. Listeners are called one at a time, in the order of the events.
type telephony struct {
	mu       sync.Mutex
	ears     []*telephonyEar // guarded by mu
	followed bool            // guarded by mu; the platform tells
}

type telephonyEar struct {
	told     func(rc.TelephonyEvent)
	followed func(bool)
}

// Telephony has told called with each event of the user's telephony sessions,
// and followed with whether the platform tells them: at once, and whenever
// that changes. Both must return at once. The desk stays open until stop is
// called.
func (d *Desk) Telephony(told func(rc.TelephonyEvent), followed func(bool)) (stop func()) {
	ear := &telephonyEar{told, followed}
	t := &d.telephony
	t.mu.Lock()
	defer t.mu.Unlock()
	t.ears = append(t.ears, ear)
	followed(t.followed)
	return func() {
		t.mu.Lock()
		t.ears = slices.DeleteFunc(t.ears, func(o *telephonyEar) bool { return o == ear })
		t.mu.Unlock()
		d.touch()
	}
}

// listened reports whether somebody wants to hear of calls.
func (t *telephony) listened() bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return len(t.ears) > 0
}

// follow notes whether the platform tells of calls.
func (t *telephony) follow(on bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.followed == on {
		return
	}
	t.followed = on
	for _, e := range t.ears {
		e.followed(on)
	}
}

// hear passes an event on.
func (t *telephony) hear(e rc.TelephonyEvent) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, ear := range t.ears {
		ear.told(e)
	}
}

// Provision asks the platform how the user's phone is to register. The error
// is an *rc.Error with a sentence, Denied where asking again is of no use, or
// ctx's.
func (d *Desk) Provision(ctx context.Context, request rc.SIPProvisionRequest) (rc.SIPProvision, error) {
	wait, cancel := context.WithTimeout(ctx, setPatience)
	defer cancel()
	var p rc.SIPProvision
	a, err := d.do(wait, call{group: rc.Heavy, priority: acting, method: http.MethodPost, path: rc.SIPProvisionPath, body: request})
	if err == nil {
		err = json.Unmarshal(a.body, &p)
	}
	if err == nil {
		d.live(addressOf(p.Device))
	}
	return p, callTrouble(ctx, err)
}

// Session asks the platform for a telephony session. The error is as
// Provision's, and NotFound when there is no such session.
func (d *Desk) Session(ctx context.Context, id string) (rc.TelephonySession, error) {
	wait, cancel := context.WithTimeout(ctx, setPatience)
	defer cancel()
	var s rc.TelephonySession
	a, err := d.do(wait, call{group: rc.Light, priority: live, method: http.MethodGet, path: accountPath + "/telephony/sessions/" + url.PathEscape(id)})
	if err == nil {
		err = json.Unmarshal(a.body, &s)
	}
	if r, ok := errors.AsType[*refusal](err); ok && r.Status == http.StatusNotFound {
		return s, rc.Errorf(rc.NotFound, "This call is over.")
	}
	return s, callTrouble(ctx, err)
}

// ActiveCalls asks the platform which calls the user has, parked ones among
// them. The error is as Provision's.
func (d *Desk) ActiveCalls(ctx context.Context) ([]rc.ActiveCall, error) {
	wait, cancel := context.WithTimeout(ctx, setPatience)
	defer cancel()
	p, err := get[rc.Presence](wait, d, rc.Light, background, extensionPath+"/presence", url.Values{"detailedTelephonyState": {"true"}})
	return p.ActiveCalls, callTrouble(ctx, err)
}

// callTrouble says why the platform did not help a phone.
func callTrouble(ctx context.Context, err error) error {
	_, refused := errors.AsType[*refusal](err)
	switch {
	case err == nil, ctx.Err() != nil:
		return err
	case errors.Is(err, errEnded):
		return signedOut()
	case refused:
		return rc.Errorf(rc.Denied, "Your phone service does not let this app place calls. Ask your administrator to allow it, then sign in again.")
	case errors.Is(err, errLimited), errors.Is(err, context.DeadlineExceeded):
		return rc.Errorf(rc.TooMany, "Your phone service is busy. Calls work again in a minute.")
	}
	return rc.Errorf(rc.Unavailable, "The phone service cannot be reached. Calls work again as soon as it answers.")
}

// longestExtension is how many digits a number may have that is called as it
// stands: an extension, an emergency number, a service.
const longestExtension = 6

// Dialable reads what a person wants to call: a number in any notation of
// their country, letters for digits among them, an extension, or a code that
// begins with * or #. The error is an *rc.Error with a sentence.
func (d *Desk) Dialable(typed string) (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	p := d.ledger.people
	typed = strings.TrimSpace(typed)
	text := strings.TrimPrefix(typed, internalPrefix)
	keys := strings.Map(func(r rune) rune {
		switch {
		case r >= '0' && r <= '9' || r == '*' || r == '#' || r == '+':
			return r
		case strings.ContainsRune(" ()-./\u00a0\u2010\u2011\u2013", r):
			return -1
		}
		return 'x'
	}, text)
	switch {
	case len(text) > 64:
	case strings.HasPrefix(keys, "*") || strings.HasPrefix(keys, "#"):
		if len(keys) > 1 && strings.Trim(keys, "0123456789*#") == "" {
			return keys, nil
		}
	case keys == digits(text) && keys != "" && p.byPhone[internalPrefix+keys] != nil:
		return keys, nil
	default:
		if n, ok := p.possible(phonenumbers.ConvertAlphaCharactersInNumber(text)); ok && len(digits(text)) >= 3 {
			return n, nil
		}
		if keys == digits(text) && keys != "" && len(keys) <= longestExtension {
			return keys, nil
		}
	}
	return "", rc.Errorf(rc.Invalid, "“%s” is not a phone number. Check the digits, and begin with + and the country code for another country.", typed)
}

// MayShow reports whether a number is one of the user's own that calls can be
// shown to come from.
func (d *Desk) MayShow(number string) bool {
	return slices.Contains(d.CallerIDs(), number)
}

// CallerIDs are the user's own numbers that calls can be shown to come from,
// in the platform's order.
func (d *Desk) CallerIDs() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.identity == nil {
		return nil
	}
	var all []string
	for _, n := range d.identity.Numbers {
		if slices.Contains(n.Features, "CallerId") && (n.Extension == nil || n.Extension.ID == d.identity.Extension.ID) {
			all = append(all, n.PhoneNumber)
		}
	}
	return all
}
