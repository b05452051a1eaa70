package desk

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"offhook/internal/rc"
)

// How a user calls: from the browser, or with their own phone ringing first.
const (
	Browser = "browser"
	RingOut = "ringout"
)

const ringOutPath = extensionPath + "/ring-out"

// RingsFirst is the number of the user's own phone that rings first when they
// call, empty while they call from the browser, and whether who answers it is
// asked to press 1.
func (d *Desk) RingsFirst() (number string, prompt bool) {
	p := d.Preferences()
	if cmp.Or(p.CallWith, p.PageWay) != RingOut || !d.CanRingOut() {
		return "", false
	}
	return cmp.Or(p.MyLocation, d.Locations()[0]), p.Prompt != ""
}

// SuggestWay takes how a page wants users to call who have not chosen: Browser
// or RingOut, and anything else changes nothing. It holds in all of their
// browsers until another page wants otherwise, or they choose.
func (d *Desk) SuggestWay(ctx context.Context, way string) error {
	p := d.Preferences()
	if way != Browser && way != RingOut || p.CallWith != "" || cmp.Or(p.PageWay, Browser) == way {
		return nil
	}
	return d.changePreferences(ctx, func(next *Preferences) error {
		next.PageWay = way
		return nil
	})
}

// Locations are the numbers at which the user's own phones ring: their direct
// ones, or their extension, and what they have chosen themselves.
func (d *Desk) Locations() (all []string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, n := range d.me.Numbers {
		if n.UsageType == "DirectNumber" {
			all = append(all, n.Number)
		}
	}
	if len(all) == 0 {
		all = append(all, d.me.ExtensionNumber)
	}
	if mine := d.preferences.MyLocation; mine != "" && !slices.Contains(all, mine) {
		all = append(all, mine)
	}
	return all
}

// CanRingOut reports whether the user's plan has calls that ring both ends.
func (d *Desk) CanRingOut() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.me.Features["RingOut"]
}

// location reads a number of the user's own phone that is to ring first.
func (d *Desk) location(typed string) (string, error) {
	if _, _, urgent := d.Emergency(typed); urgent {
		return "", rc.Errorf(rc.Invalid, "This is no phone of yours. Write the number of the phone that is to ring.")
	}
	return d.Dialable(typed)
}

// BeginRingOut has the platform ring the user's phone first, and then the far
// side's (contract 5.5), with prompt when 1 was pressed there. The errors are
// *rc.Errors with a sentence.
func (d *Desk) BeginRingOut(ctx context.Context, first, to, callerID string, prompt bool) (rc.RingOutCall, error) {
	type number struct {
		PhoneNumber string `json:"phoneNumber"`
	}
	body := struct {
		From       number  `json:"from"`
		To         number  `json:"to"`
		CallerID   *number `json:"callerId,omitempty"`
		PlayPrompt bool    `json:"playPrompt"`
	}{From: number{first}, To: number{to}, PlayPrompt: prompt}
	if callerID != "" {
		body.CallerID = &number{callerID}
	}
	var made rc.RingOutCall
	err := d.command(ctx, call{group: rc.Heavy, method: http.MethodPost, path: ringOutPath, body: body}, &made)
	if e, ok := errors.AsType[*rc.Error](err); ok && e.Kind == rc.Conflict {
		err = rc.Errorf(rc.Conflict, "Your phone service could not ring your phone for this call. Look at your phone's number in Settings, Calling, or call from this browser.")
	}
	return made, err
}

// RingOutNow asks how far a RingOut is; NotFound where the platform does not
// tell any more.
func (d *Desk) RingOutNow(ctx context.Context, id string) (rc.RingOutCall, error) {
	wait, cancel := context.WithTimeout(ctx, setPatience)
	defer cancel()
	now, err := get[rc.RingOutCall](wait, d, rc.Light, live, ringOutPath+"/"+url.PathEscape(id), nil)
	if r, ok := errors.AsType[*refusal](err); ok && r.Status == http.StatusNotFound {
		return now, rc.Errorf(rc.NotFound, "This call is over.")
	}
	return now, callTrouble(ctx, err)
}

// CancelRingOut ends one that the far side has not answered.
func (d *Desk) CancelRingOut(ctx context.Context, id string) error {
	return d.command(ctx, call{group: rc.Heavy, method: http.MethodDelete, path: ringOutPath + "/" + url.PathEscape(id)}, nil)
}
