package exchange

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"offhook/internal/media"
	"offhook/internal/platform/exchange/session"
	"offhook/internal/platform/exchange/sound"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// modes are dialled before the extension of whom they are about.
var modes = map[string]string{"*80": monitor, "*81": whisper, "*82": barge, "*83": takeover}

// An inquiry asks a supervisor whose call they mean.
type inquiry struct {
	menu menu
	mode string
}

// supervised reads a code with an extension behind it, such as *80101, or
// alone.
func (x *Exchange) supervised(ctx context.Context, by store.Extension, dialled string) (to destination, c *call, ok bool, err error) {
	number := tidyNumber(dialled)
	if len(number) < 3 || modes[number[:3]] == "" {
		return to, nil, false, nil
	}
	mode, agent := modes[number[:3]], strings.TrimPrefix(number[3:], "*")
	if agent == "" {
		numbers, err := x.extensionNumbers(ctx, by.AccountID)
		return destination{end: session.End{Number: number}, asks: &inquiry{menu{numbers: numbers}, mode}}, nil, true, err
	}
	if _, parked := parkPlace(number); parked {
		return to, nil, false, nil
	}
	to, c, err = x.watched(ctx, by, mode, agent)
	return to, c, true, err
}

// watched finds the call of whoever has an extension number, for somebody who
// wants to listen in on it.
func (x *Exchange) watched(ctx context.Context, by store.Extension, mode, number string) (to destination, c *call, err error) {
	agent, err := x.route(ctx, by.AccountID, number)
	if err != nil {
		return to, nil, err
	}
	to = destination{end: agent.end, reason: rc.ReasonNoSuchUser}
	if agent.ext == nil || agent.ext.AccountID != by.AccountID {
		return to, nil, nil
	}
	may, err := x.Store.MayMonitor(ctx, by.ID, agent.ext.ID)
	if err != nil {
		return to, nil, fmt.Errorf("reading whom extension %d may listen to: %w", by.ID, err)
	}
	if !may {
		to.reason, to.sentence = rc.ReasonBlocked, errNotLet.Message
		return to, nil, nil
	}
	c = x.callOf(agent.ext.ID)
	if c == nil {
		to.reason, to.sentence = rc.ReasonInvalidNumber, "This colleague talks to nobody."
		return to, nil, nil
	}
	to.reason, to.watch = "", &supervision{agent.ext.ID, mode}
	return to, c, nil
}

// askWhom asks a supervisor whose call they mean, and takes them there.
func (c *call) askWhom(to destination) {
	l := c.first()
	ctx, s, party := c.asking(to)
	if s == nil {
		return
	}
	c.reserve()
	c.x.spawn(func(context.Context) {
		next, theirs, err := c.x.askedFor(ctx, l.ext, to.asks, s)
		if ctx.Err() != nil || errors.Is(err, media.ErrGone) {
			return // whoever ended it sees to the call
		}
		if err != nil {
			c.x.Log.Error("finding whom a supervisor wants to listen to", "call", c.session.ID(), "err", err)
			next = nowhere("", rc.ReasonInternalError)
		}
		c.post(func() {
			if c.service != s {
				return
			}
			c.stopService()
			if next.watch == nil {
				c.refuse(ending{next.reason, next.sentence})
				return
			}
			party.End(rc.ReasonCallerInput, "")
			c.listenElsewhere(l, theirs, next)
		})
	})
}

// askedFor reads the keys of a supervisor.
func (x *Exchange) askedFor(ctx context.Context, by store.Extension, q *inquiry, s *service) (to destination, c *call, err error) {
	number, err := sound.Menu{Question: sound.Whom, Match: q.menu.match}.Ask(ctx, s.seat)
	if err != nil || number == "" {
		return nowhere(number, rc.ReasonNoSuchUser), nil, err
	}
	return x.watched(ctx, by, q.mode, number)
}

// listenElsewhere moves a supervisor's line to the call of a colleague.
func (c *call) listenElsewhere(l *line, into *call, to destination) {
	was := l.party
	spec := was.Spec()
	spec.To, spec.Hidden, spec.Unlogged = to.end, true, false
	c.give(l, into, func() error {
		l.party = into.session.Add(spec)
		was.Gone(rc.ReasonDTMFTransfer, l.party)
		into.listenIn(l, *to.watch)
		return nil
	}, func(err error) {
		if err != nil { // it has ended meanwhile
			c.finish(ending{rc.ReasonInvalidNumber, "This colleague talks to nobody."})
			return
		}
		c.finish(finished)
	})
}

// callOf is the call in which an extension talks; nil for none.
func (x *Exchange) callOf(extensionID int64) *call {
	x.mu.Lock()
	defer x.mu.Unlock()
	for _, l := range x.lines {
		if l.ext.ID == extensionID {
			return l.call.Load()
		}
	}
	return nil
}
