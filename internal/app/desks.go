package app

import (
	"context"
	"slices"

	"offhook/internal/rc"
	"offhook/internal/widget/desk"
	"offhook/internal/widget/grant"
	"offhook/internal/widget/hostlink"
	"offhook/internal/widget/panel"
)

// panelDesks shows the desks to the panels.
type panelDesks struct {
	pool   *desk.Pool
	grants *grant.Grants
}

func (p panelDesks) Desk(ctx context.Context, grantID string) (panel.Desk, error) {
	d, err := p.pool.Desk(ctx, grantID)
	if err != nil {
		return nil, err
	}
	return panelDesk{d, grantID, p.grants}, nil
}

// A panelDesk is a desk in the panels' own words. What is the same in both
// is passed through.
type panelDesk struct {
	*desk.Desk
	grantID string
	grants  *grant.Grants
}

// MayEditContacts asks what the user's tokens may do. An answer that does not
// come is a no.
func (p panelDesk) MayEditContacts(ctx context.Context) bool {
	scopes, err := p.grants.Scopes(ctx, p.grantID)
	return err == nil && scopes.Has(rc.Contacts)
}

func (p panelDesk) Status() panel.Status {
	s := p.Desk.Status()
	return panel.Status{State: panel.State(s.State), Sentence: s.Sentence}
}

func (p panelDesk) Me() panel.Me {
	m := p.Desk.Me()
	me := panel.Me{
		Name: m.Name, Initials: m.Initials, Email: m.Email, Company: m.Company, JobTitle: m.JobTitle,
		ExtensionNumber: m.ExtensionNumber, Admin: m.Admin, CanSetPresence: m.Features["EditPresenceStatus"],
		Country: m.Country, HomeCountry: m.HomeCountry, Features: m.Features,
	}
	on, known := m.Features["MMSSending"]
	for _, n := range m.Numbers {
		me.Numbers = append(me.Numbers, panel.OwnNumber(n))
		me.CanAttach = me.CanAttach || n.MMS && (on || !known)
	}
	return me
}

func parties(from []desk.Party) []panel.Party {
	to := make([]panel.Party, len(from))
	for i, p := range from {
		to[i] = panel.Party(p)
	}
	return to
}

func conversation(c desk.Conversation) panel.Conversation {
	return panel.Conversation{
		Older: c.Older, Hit: c.Hit, ID: c.ID, Parties: parties(c.Parties), Title: c.Title, Preview: c.Preview, Carries: panel.Carried(c.Carries), PreviewFromMe: c.PreviewFromMe,
		At: c.At, Unread: c.Unread, Draft: c.Draft, Failed: c.Failed, Answered: c.Answered, Internal: c.Internal,
	}
}

func (p panelDesk) Conversations(query string, limit int) []panel.Conversation {
	var all []panel.Conversation
	for _, c := range p.Desk.Conversations(query, limit) {
		all = append(all, conversation(c))
	}
	return all
}

func (p panelDesk) List(unread bool, keep string, from, count int) panel.List {
	l := p.Desk.List(unread, keep, from, count)
	out := panel.List{Total: l.Total, Unread: l.Unread}
	for _, c := range l.Rows {
		out.Rows = append(out.Rows, conversation(c))
	}
	return out
}

func (p panelDesk) Conversation(id string) (panel.Conversation, []panel.Message, error) {
	c, messages, err := p.Desk.Conversation(id)
	if err != nil {
		return panel.Conversation{}, nil, err
	}
	var all []panel.Message
	for _, m := range messages {
		all = append(all, panel.Message{
			ID: m.ID, Key: m.Key, FromMe: m.FromMe, From: panel.Party(m.From), Text: m.Text, Files: files(m.Files), At: m.At,
			State: panel.MessageState(m.State), Error: m.Error, Unread: m.Unread,
		})
	}
	return conversation(c), all, nil
}

func (p panelDesk) Lookup(query string, limit int) []panel.Party {
	return parties(p.Desk.Lookup(query, limit))
}

func (p panelDesk) Send(ctx context.Context, o panel.Outgoing) (string, error) {
	return p.Desk.Send(ctx, desk.Outgoing(o))
}

// linkDesks shows the desks to the host link.
type linkDesks struct {
	pool   *desk.Pool
	grants *grant.Grants
}

func (l linkDesks) Desk(ctx context.Context, grantID string) (hostlink.Desk, error) {
	d, err := l.pool.Desk(ctx, grantID)
	if err != nil {
		return nil, err
	}
	return linkDesk{panelDesk{d, grantID, l.grants}}, nil
}

// A linkDesk is a desk in the host link's own words.
type linkDesk struct{ panelDesk }

func (l linkDesk) Identity() (hostlink.Identity, bool) {
	m := l.Desk.Me()
	id := hostlink.Identity{
		MainNumber: m.MainNumber, ExtensionNumber: m.ExtensionNumber, CountryCode: m.Contracted, Admin: m.Admin,
		Region: m.Country, AreaCode: l.Desk.AreaCode(),
		CanText: m.Features["SMSSending"],
	}
	for _, n := range m.Numbers {
		if n.SMS {
			id.Senders = append(id.Senders, hostlink.Sender{PhoneNumber: n.Number, UsageType: n.UsageType, Type: "VoiceFax", Features: []string{"SmsSender"}, Label: n.Display})
		}
	}
	id.Calling = l.calling(m)
	return id, m.ExtensionID != ""
}

// calling is how the user calls.
func (l linkDesk) calling(m desk.Me) hostlink.Calling {
	c := hostlink.Calling{CallWith: hostlink.Browser, CallingMode: hostlink.WebPhone, FromNumber: l.Desk.CallerID(), FromNumbers: []hostlink.FromNumber{}, RingoutPrompt: l.Desk.Preferences().Prompt != "", RingOuts: l.Desk.CanRingOut(), MyLocationNumbers: []hostlink.Location{}}
	c.MyLocation, _ = l.Desk.RingsFirst()
	if c.MyLocation != "" {
		c.CallWith, c.CallingMode = hostlink.RingOut, hostlink.RingOut
	}
	shown := l.Desk.CallerIDs()
	for _, n := range m.Numbers {
		if slices.Contains(shown, n.Number) {
			c.FromNumbers = append(c.FromNumbers, hostlink.FromNumber{PhoneNumber: n.Number, UsageType: n.UsageType, Primary: n.Primary, Label: n.Display})
		}
	}
	for _, n := range l.Desk.Locations() {
		c.MyLocationNumbers = append(c.MyLocationNumbers, hostlink.Location{Label: l.Desk.WriteNumber(n), Value: n})
	}
	return c
}

func (l linkDesk) Online() (bool, string) {
	s := l.Desk.Status()
	return s.State != desk.Offline, s.Sentence
}

func (l linkDesk) Watch(after string) hostlink.Watch {
	position, err := desk.ParsePosition(after)
	if err != nil {
		position = desk.Position{} // from a page that talks nonsense: a resync
	}
	return newLinkWatch(l.Desk, l.Desk.Watch(position))
}

// A linkWatch passes a desk's events on in the host link's own words.
type linkWatch struct {
	desk *desk.Desk
	from *desk.Watch
	to   chan hostlink.Event
	quit chan struct{}
	done chan struct{}
}

func newLinkWatch(d *desk.Desk, from *desk.Watch) *linkWatch {
	w := &linkWatch{desk: d, from: from, to: make(chan hostlink.Event), quit: make(chan struct{}), done: make(chan struct{})}
	go w.run()
	return w
}

func (w *linkWatch) run() {
	defer close(w.done)
	defer close(w.to)
	for e := range w.from.C {
		to := hostlink.Event{
			Position: e.Position.String(), Type: e.Type, ID: e.ID, Message: e.Message, New: e.New, Unread: e.Unread, Reason: e.Reason,
		}
		if e.Presence != nil {
			p := linkPresence(*e.Presence, w.desk.Me().ExtensionID)
			to.Presence = &p
		}
		if e.Failure != nil {
			f := hostlink.Failure(*e.Failure)
			to.Failure = &f
		}
		if e.Session != nil {
			s := hostlink.TelephonySession(*e.Session)
			to.Session = &s
		}
		select {
		case w.to <- to:
		case <-w.quit:
			return
		}
	}
}

func (w *linkWatch) C() <-chan hostlink.Event { return w.to }

// Close may be called once, by the owner of the watch.
func (w *linkWatch) Close() {
	close(w.quit)
	w.from.Close()
	<-w.done
}
