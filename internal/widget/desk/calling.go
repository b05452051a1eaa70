package desk

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"offhook/internal/rc"
	calls "offhook/internal/widget/call"
)

// Anonymous is the caller id of who wants to show none.
const Anonymous = "anonymous"

// calling is the part of place that is about calls.
func (p *Preferences) calling(name string) (at *string, check func(string) error) {
	ways := among(string(calls.ToMailbox), string(calls.ToNumber))
	switch name {
	case "callWith":
		return &p.CallWith, among(Browser, RingOut)
	case "myLocation":
		return &p.MyLocation, nil // the desk reads numbers
	case "ringoutPrompt":
		return &p.Prompt, among("on")
	case "callerId":
		return &p.CallerID, nil // the desk knows what the user may show
	case "left":
		return &p.Left, ways
	case "leftTo":
		return &p.LeftTo, nil // the desk reads numbers
	case "leftAfter":
		return &p.LeftAfter, among("15", "60", "120")
	case "dropAfter":
		return &p.DropAfter, among("0", "1", "3", "5")
	case "unseen":
		return &p.Unseen, ways
	case "unseenTo":
		return &p.UnseenTo, nil
	}
	return nil, nil
}

// whole says with a sentence what is missing of choices that belong together.
func (p *Preferences) whole() error {
	for _, f := range []calls.Fallback{p.left(), p.unseen()} {
		if f.Way == calls.ToNumber && f.Number == "" {
			return rc.Errorf(rc.Invalid, "Say which number calls are to go to.")
		}
	}
	return nil
}

func (p *Preferences) left() calls.Fallback {
	return calls.Fallback{Way: calls.Way(p.Left), Number: p.LeftTo}
}

func (p *Preferences) unseen() calls.Fallback {
	return calls.Fallback{Way: calls.Way(p.Unseen), Number: p.UnseenTo}
}

// Fallbacks are what the user wants to become of calls that they are not there
// for.
func (d *Desk) Fallbacks() calls.Fallbacks {
	p := d.Preferences()
	f := calls.Fallbacks{Left: p.left(), Unseen: p.unseen()}
	if seconds, err := strconv.Atoi(p.LeftAfter); err == nil {
		f.Grace = time.Duration(seconds) * time.Second
	}
	return f
}

// usualHush is how long a far side has to be silent before a recorded message
// is left: as long as a machine takes after its tone, and no breath of a
// greeting.
const usualHush = 2 * time.Second

// Hush is how long the user has a recorded message wait for silence.
func (d *Desk) Hush() time.Duration {
	seconds, err := strconv.Atoi(d.Preferences().DropAfter)
	if err != nil {
		return usualHush
	}
	return time.Duration(seconds) * time.Second
}

// elsewhere reads a number that calls of the user are to go on to. The user's
// own would ring here again, and nobody calls for help in their absence.
func (d *Desk) elsewhere(typed string) (string, error) {
	number, err := d.Dialable(typed)
	if err != nil {
		return "", err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	own := number == d.me.ExtensionNumber || slices.ContainsFunc(d.me.Numbers, func(n OwnNumber) bool { return n.Number == number })
	switch {
	case own:
		return "", rc.Errorf(rc.Invalid, "This is your own number, which would ring here again. Choose another one.")
	case callsForHelp(number, d.helpFrom()):
		return "", rc.Errorf(rc.Invalid, "Calls cannot go to an emergency number by themselves. Choose another one.")
	}
	return number, nil
}

// ToMailbox has the far side of a call that goes on speak with the user's
// voicemail instead (contract 6). The error is as Provision's.
func (d *Desk) ToMailbox(ctx context.Context, session, party string) error {
	wait, cancel := context.WithTimeout(ctx, setPatience)
	defer cancel()
	_, err := d.do(wait, call{
		group: rc.Light, priority: live, method: http.MethodPost,
		path: accountPath + "/telephony/sessions/" + url.PathEscape(session) + "/parties/" + url.PathEscape(party) + "/transfer",
		body: rc.CallTarget{Voicemail: d.owner.ownerID},
	})
	return callTrouble(ctx, err)
}

// CallerID is the number that callees are shown where a call does not say
// which, or Anonymous; empty for the platform's choice.
func (d *Desk) CallerID() string {
	id := d.Preferences().CallerID
	if id != Anonymous && !d.MayShow(id) {
		return ""
	}
	return id
}
