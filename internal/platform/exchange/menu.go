package exchange

import (
	"context"
	"slices"
	"strings"

	"offhook/internal/platform/answering"
	"offhook/internal/platform/exchange/session"
	"offhook/internal/platform/exchange/sound"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// A menu is what answers a company's own numbers.
type menu struct {
	accountID int64
	numbers   []string    // extension numbers that callers may choose
	operator  destination // who answers for the company, or only their voicemail
	closed    bool
}

// company is where a company's own numbers lead: to its menu, or to what its
// rule for this time of the week says.
func (x *Exchange) company(ctx context.Context, n store.PhoneNumber) (destination, error) {
	operator, err := x.operator(ctx, n)
	if err != nil || operator.ext == nil {
		return operator, err
	}
	a, err := x.Store.Account(ctx, n.AccountID)
	if err != nil {
		return destination{}, err
	}
	rule, _, err := x.rule(ctx, answering.Company, n.AccountID, 0)
	if err != nil {
		return destination{}, err
	}
	to := destination{end: session.End{Number: n.Number, Name: a.Company, AccountID: n.AccountID}}
	switch rule.CallHandlingAction {
	case rc.ToNobody:
		to.announce = true
		return to, nil
	case rc.BypassMenu:
		if rule.Extension != nil {
			instead, err := x.colleague(ctx, session.PartySpec{AccountID: n.AccountID}, rule.Extension.ID)
			if err != nil || instead.reason == "" {
				instead.end.Number = n.Number // as it was dialled
				return instead, err
			}
		}
		return operator, nil
	}
	to.menu = &menu{accountID: n.AccountID, operator: operator, closed: rule.CallHandlingAction == rc.TakeMessagesOnly}
	if to.menu.closed {
		to.menu.operator.mailbox = true
	}
	to.menu.numbers, err = x.extensionNumbers(ctx, n.AccountID)
	return to, err
}

// extensionNumbers are those of everybody in an account, people and queues.
func (x *Exchange) extensionNumbers(ctx context.Context, accountID int64) (numbers []string, err error) {
	people, err := x.Store.Extensions(ctx, accountID)
	if err != nil {
		return nil, err
	}
	queues, err := x.Store.Queues(ctx, accountID)
	for _, e := range people {
		numbers = append(numbers, e.Number)
	}
	for _, q := range queues {
		numbers = append(numbers, q.Number)
	}
	return numbers, err
}

// operator answers for a company: the first administrator by extension number,
// else the first extension.
func (x *Exchange) operator(ctx context.Context, n store.PhoneNumber) (destination, error) {
	all, err := x.Store.Extensions(ctx, n.AccountID)
	if err != nil {
		return destination{}, err
	}
	if len(all) == 0 {
		return nowhere(n.Number, rc.ReasonNoSuchUser), nil
	}
	first := all[0]
	for _, e := range all {
		if e.Admin {
			first = e
			break
		}
	}
	d, err := x.person(ctx, first)
	if n.Number != "" {
		d.end.Number = n.Number // as it was dialled
	}
	return d, err
}

// match says whose number the keys are.
func (m *menu) match(number string) (whole, begins bool) {
	begins = slices.ContainsFunc(m.numbers, func(n string) bool { return n != number && strings.HasPrefix(n, number) })
	return slices.Contains(m.numbers, number), begins
}

// choose finds who was chosen; the operator stands in for nobody.
func (x *Exchange) choose(ctx context.Context, m *menu, number string) (destination, error) {
	if whole, _ := m.match(number); !whole {
		return m.operator, nil
	}
	to, err := x.routeShort(ctx, m.accountID, number)
	if err == nil && to.reason != "" { // they have left since
		return m.operator, nil
	}
	return to, err
}

// greet has a company's menu answer, and goes on to whom the caller chooses
// (contract 6, CallerInputRedirect).
func (c *call) greet(to destination) {
	ctx, s, party := c.asking(to)
	if s == nil {
		return
	}
	c.x.spawn(func(context.Context) {
		number, err := sound.Menu{Closed: to.menu.closed, Match: to.menu.match}.Ask(ctx, s.seat)
		if err != nil {
			return // the caller has gone, or the menu was ended by us: whoever did it sees to the call
		}
		next, err := c.x.choose(ctx, to.menu, number)
		if err != nil {
			c.x.Log.Error("finding where a call goes", "call", c.session.ID(), "err", err)
			next = nowhere(number, rc.ReasonInternalError)
		}
		c.post(func() {
			if c.service == s {
				c.stopService()
				party.End(rc.ReasonCallerInput, "")
				c.reach(next)
			}
		})
	})
}

// asking has the exchange answer, to ask who is meant; nothing when nobody is
// there any more, and the call has been ended.
func (c *call) asking(to destination) (ctx context.Context, s *service, party *session.Party) {
	l := c.first()
	if l == nil {
		c.finish(failed)
		return nil, nil, nil
	}
	party = c.session.Add(session.PartySpec{Direction: rc.Inbound, From: c.caller, To: to.end})
	party.Answer()
	l.pickUp()
	l.party.Answer()
	ctx, s = c.attend(party, l)
	return ctx, s, party
}

// closed tells who calls that nobody takes the call, and ends it.
func (c *call) closed(to destination) {
	party := c.session.Add(session.PartySpec{Direction: rc.Inbound, From: c.caller, To: to.end})
	c.talk(party, func(ctx context.Context, l sound.Line) error { return sound.Say(ctx, l, sound.Nobody) })
}
