package exchange

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"offhook/internal/platform/exchange/session"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// The services that the exchange answers itself, so that one person alone can
// try everything.
const (
	echo        = "echo"
	clock       = "clock"
	busy        = "busy"
	never       = "never"
	after       = "after"
	digits      = "digits"
	voicemailIn = "voicemail"
)

// services are the short codes of the services, and the public numbers of
// those that have one.
var services = []struct{ code, number, name, title string }{
	{"*601", "+16505550601", echo, "Echo test"},
	{"*602", "+16505550602", clock, "Speaking clock"},
	{"*603", "+16505550603", busy, "Always busy"},
	{"*604", "+16505550604", never, "Never answers"},
	{"*605", "+16505550605", after, "Answers after five seconds"},
	{"*606", "+16505550606", digits, "Sends digits"},
	{"*86", "", voicemailIn, "Voicemail"},
}

// A destination is what a number leads to.
type destination struct {
	end     session.End      // as those who call see it
	ext     *store.Extension // somebody of the platform
	mailbox bool             // their voicemail at once
	plan    *plan            // what their rules say; nil has their phones ring
	menu    *menu            // or the menu of a company
	queue   *queue           // or those who answer for a queue
	service string           // or a service
	orbit   place            // or a call that is parked there
	meeting string           // or a conference, by its token
	outside string           // or a number outside, in E.164
	by      int64            // the extension that pays for a call outside; see charge
	instead *line            // or the call of another phone of theirs, which it leaves
	// announce is set where a sentence says that nobody takes the call.
	announce bool
	reason   string // or nobody, and why: rc.ReasonInvalidNumber, …

	watch    *supervision         // or a colleague's call, to listen in on
	asks     *inquiry             // or the question whose call that is to be
	sentence string               // of the reason, for people; may be empty
	help     *rc.EmergencyAddress // where help is sent to, of an emergency call
}

func nowhere(dialled, reason string) destination {
	return destination{end: session.End{Number: dialled}, reason: reason}
}

// route finds what somebody of an account has dialled. The error is the
// store's.
func (x *Exchange) route(ctx context.Context, accountID int64, dialled string) (destination, error) {
	number := tidyNumber(dialled)
	if help, err := x.forHelp(ctx, accountID, number); err != nil || help {
		return nowhere(number, rc.ReasonBlocked), err // see urgent
	}
	for _, s := range services {
		if s.name == voicemailIn && x.Mailboxes == nil {
			continue
		}
		if number == s.code || s.number != "" && number == s.number {
			return destination{service: s.name, end: session.End{Number: number, Name: s.title}}, nil
		}
	}
	if isConference(number) {
		to := destination{meeting: number, end: session.End{Number: number, Name: "Conference"}}
		if x.conferenceAt(number) == nil {
			to.reason = rc.ReasonInvalidNumber
		}
		return to, nil
	}
	if orbit, ok := parkPlace(number); ok {
		return destination{orbit: place{accountID, orbit}, end: session.End{Number: "*" + orbit}}, nil
	}
	if main, short, ok := strings.Cut(number, "*"); ok && main != "" {
		if n, err := x.Store.PhoneNumber(ctx, plus(main)); err == nil && n.AccountID == accountID {
			number = short
		}
	}
	if len(number) <= 6 && isDigits(number) {
		return x.routeShort(ctx, accountID, number)
	}
	return x.routePublic(ctx, number)
}

// tidyNumber is what was dialled without what only makes it easier to read.
func tidyNumber(dialled string) string {
	if plain, err := url.PathUnescape(dialled); err == nil {
		dialled = plain
	}
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -().\u00a0", r) {
			return -1
		}
		return r
	}, dialled)
}

func (x *Exchange) routeShort(ctx context.Context, accountID int64, number string) (destination, error) {
	all, err := x.Store.Extensions(ctx, accountID)
	if err != nil {
		return destination{}, err
	}
	for _, e := range all {
		if e.Number == number {
			return x.person(ctx, e)
		}
	}
	queues, err := x.Store.Queues(ctx, accountID)
	if err != nil {
		return destination{}, err
	}
	for _, q := range queues {
		if q.Number == number {
			return x.team(ctx, q, "")
		}
	}
	if number == "0" { // as in the menu
		return x.operator(ctx, store.PhoneNumber{AccountID: accountID})
	}
	return nowhere(number, rc.ReasonNoSuchUser), nil
}

func (x *Exchange) routePublic(ctx context.Context, number string) (destination, error) {
	e164, ok := x.Number(number)
	if !ok {
		return nowhere(number, rc.ReasonInvalidNumber), nil
	}
	for _, s := range services {
		if e164 == s.number {
			return destination{service: s.name, end: session.End{Number: e164, Name: s.title}}, nil
		}
	}
	n, err := x.Store.PhoneNumber(ctx, e164)
	if errors.Is(err, store.ErrNotFound) {
		return x.outsideAt(e164), nil
	}
	if err != nil {
		return destination{}, err
	}
	if n.ExtensionID != 0 {
		e, err := x.Store.Extension(ctx, n.ExtensionID)
		if errors.Is(err, store.ErrNotFound) {
			return x.teamAt(ctx, n)
		}
		if err != nil {
			return destination{}, err
		}
		return x.person(ctx, e)
	}
	return x.company(ctx, n)
}

// person is an extension as somebody's destination; one that takes no calls
// is only its voicemail.
func (x *Exchange) person(ctx context.Context, e store.Extension) (destination, error) {
	end, err := x.end(ctx, e)
	if err != nil {
		return destination{}, err
	}
	p, err := x.Store.Presence(ctx, e.ID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return destination{}, err
	}
	to := destination{ext: &e, end: end, mailbox: p.RefusesPersonal}
	if to.plan, err = x.planFor(ctx, e); err != nil {
		return destination{}, err
	}
	to.mailbox = to.mailbox || to.plan.messages
	return to, nil
}

// end is how others see an extension: by its direct number, or by its
// extension number alone.
func (x *Exchange) end(ctx context.Context, e store.Extension) (session.End, error) {
	end := session.End{Name: e.Name(), AccountID: e.AccountID, ExtensionID: e.ID, ExtensionNumber: e.Number}
	all, err := x.Store.PhoneNumbers(ctx, e.AccountID)
	if err != nil {
		return end, err
	}
	for _, n := range all {
		if n.ExtensionID == e.ID {
			end.Number = n.Number
			break
		}
	}
	return end, nil
}

// callerEnd is an extension as the one who calls, with the number that it
// asks to show: one of its own, or of the company's.
func (x *Exchange) callerEnd(ctx context.Context, e store.Extension, asked string) (session.End, error) {
	end, err := x.end(ctx, e)
	if err != nil {
		return end, err
	}
	all, err := x.Store.PhoneNumbers(ctx, e.AccountID)
	if err != nil {
		return end, err
	}
	for _, n := range all {
		if n.Number == plus(asked) && (n.ExtensionID == e.ID || n.ExtensionID == 0) {
			end.Number = n.Number
			return end, nil
		}
	}
	if end.Number == "" {
		a, err := x.Store.Account(ctx, e.AccountID)
		if err != nil {
			return end, err
		}
		end.Number = a.MainNumber
	}
	return end, nil
}

func plus(number string) string {
	if number != "" && isDigits(number) {
		return "+" + number
	}
	return number
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// parkPlace reads *801 to *899, also as the park extension 801 of a transfer.
func parkPlace(number string) (string, bool) {
	place, star := strings.CutPrefix(number, "*")
	if !star || len(place) != 3 || !isDigits(place) || place < "801" || place > "899" {
		return "", false
	}
	return place, true
}
