package exchange

import (
	"context"
	"encoding/xml"
	"errors"
	"fmt"
	"strings"

	"offhook/internal/platform/exchange/session"
	"offhook/internal/rc"
	"offhook/internal/sip"
)

// Commands of agent messages (contract 8.6).
const (
	agentFree     = 2 // ServerFreeResources: the call is over
	agentIncoming = 6
	agentTaken    = 7 // AlreadyProcessed: somebody has answered
	agentClose    = 9 // SessionClose: do not ring any more
	agentForward  = 10
	agentMailbox  = 11
	agentReject   = 12
	agentWait     = 13 // ClientStartReply: somebody types
	agentReply    = 14
	agentReceived = 17
)

const agentType = "x-rc/agent"

// An agent is what the messages of one call to one phone have in common.
type agent struct {
	sid    string
	us     string // address of the exchange, as the phone answers to
	phone  string // address of the phone
	device string // authorization id: phones ignore messages to others
}

func (x *Exchange) agent(s *session.Session, device int64) agent {
	id := fmt.Sprint(device)
	return agent{sid: s.Number(), us: "exchange@" + x.Domain, phone: id + "@" + x.Domain, device: id}
}

// An agentMsg is a message, also as the header P-rc.
type agentMsg struct {
	XMLName xml.Name `xml:"Msg"`
	Hdr     struct {
		SID  string `xml:"SID,attr"`
		Req  string `xml:"Req,attr"`
		From string `xml:"From,attr"`
		To   string `xml:"To,attr"`
		Cmd  int    `xml:"Cmd,attr"`
	} `xml:"Hdr"`
	Bdy agentBody `xml:"Bdy"`
}

type agentBody struct {
	Cln     string     `xml:"Cln,attr,omitempty"`
	SrvLvl  string     `xml:"SrvLvl,attr,omitempty"`
	Phn     string     `xml:"Phn,attr,omitempty"`
	Nm      string     `xml:"Nm,attr,omitempty"`
	ToPhn   string     `xml:"ToPhn,attr,omitempty"`
	ToNm    string     `xml:"ToNm,attr,omitempty"`
	RecURL  string     `xml:"RecUrl,attr,omitempty"`
	FwdDly  string     `xml:"FwdDly,attr,omitempty"`
	PhnTp   string     `xml:"PhnTp,attr,omitempty"`
	RepTp   string     `xml:"RepTp,attr,omitempty"`
	Bdy     string     `xml:"Bdy,attr,omitempty"`
	Vl      string     `xml:"Vl,attr,omitempty"`
	Units   string     `xml:"Units,attr,omitempty"`
	Dir     string     `xml:"Dir,attr,omitempty"`
	Unknown []xml.Attr `xml:",any,attr"`
}

// write writes a message on one line, as a header must be.
func (a agent) write(cmd int, body agentBody) string {
	m := agentMsg{Bdy: body}
	m.Hdr.SID, m.Hdr.Req, m.Hdr.From, m.Hdr.To, m.Hdr.Cmd = a.sid, "1", a.us, a.phone, cmd
	text, err := xml.Marshal(m)
	if err != nil {
		return "" // strings and numbers can always be written
	}
	return wireForm.Replace(string(text))
}

// wireForm writes a message as RingCentral does (contract 8.5), without ": ",
// at whose second web phones cut a header (contract 8.10).
var wireForm = strings.NewReplacer("></Hdr>", "/>", "></Bdy>", "/>", ": ", ":")

// invitation is the header P-rc of an INVITE, which has phones offer more than
// answering.
func (a agent) invitation(from, to session.End) string {
	return a.write(agentIncoming, agentBody{
		SrvLvl: "-149699523", Phn: plus(from.Number), Nm: from.Name, ToPhn: plus(to.Number), ToNm: to.Name,
	})
}

// message is a message of ours about a call, under the Call-ID of its INVITE.
func (x *Exchange) message(a agent, flow *sip.Flow, target sip.URI, callID string, cmd int) *sip.Request {
	us, phone := sip.URI{Scheme: "sip", User: "exchange", Host: x.Domain}, sip.URI{Scheme: "sip", User: a.device, Host: x.Domain}
	req := sip.NewRequest(sip.Outline{Method: sip.MESSAGE, Target: target, From: sip.Address{URI: us}, To: sip.Address{URI: phone}, CallID: callID})
	req.AppendHeader(sip.ContactHeader(flow.Contact("exchange"), ""))
	sip.SetBody(req, agentType, []byte(a.write(cmd, agentBody{Cln: a.device})))
	return req
}

// tell sends a message to a phone that is connected.
func (l *line) tell(cmd int) {
	d := l.dialog()
	l.x.tell(l.agent, d.Flow, d.Target, d.CallID, cmd)
}

// tell sends a message to a web phone. Phones of other kinds are no agents,
// and released ones take what follows a message on the same connection for a
// part of it.
func (x *Exchange) tell(a agent, flow *sip.Flow, target sip.URI, callID string, cmd int) {
	if !flow.OverWebSocket() {
		return
	}
	req := x.message(a, flow, target, callID, cmd)
	x.spawn(func(ctx context.Context) {
		_, _ = flow.Do(ctx, req, nil) // phones that are no agents refuse it
	})
}

// agentMessage takes what a phone that rings asks for.
func (x *Exchange) agentMessage(tx *sip.Tx) {
	var m agentMsg
	if err := xml.Unmarshal(tx.Request().Body(), &m); err != nil {
		respond(tx, 400, "Bad Request")
		return
	}
	f := x.forkOf(tx, m.Hdr.SID)
	if f == nil {
		respond(tx, 481, "Call/Transaction Does Not Exist")
		return
	}
	respond(tx, 100, "Trying")
	if m.Hdr.Cmd == agentReply {
		c := f.call
		c.postElse(func() { c.askedToReply(f, tx, words(m.Bdy.reply())) }, func() { respond(tx, 481, "Call/Transaction Does Not Exist") })
		return
	}
	respond(tx, 200, "OK")
	f.call.post(func() { f.call.asked(f, m) })
}

// forkOf finds the ringing that a message is about. Web phones before 2 give
// each message a Call-ID of its own: the SID tells what it belongs to.
func (x *Exchange) forkOf(tx *sip.Tx, sid string) *fork {
	x.mu.Lock()
	defer x.mu.Unlock()
	if f := x.forks[lineKey(tx.Flow(), tx.Request().CallID().Value())]; f != nil {
		return f
	}
	for _, f := range x.forks {
		if f.binding.flow == tx.Flow() && f.agent.sid == sid {
			return f
		}
	}
	return nil
}

// maxBegged is how often a phone may ask for more time while its user types: a
// minute and more, and then the call goes where it would have gone.
const maxBegged = 3

// asked does what a ringing phone's user has chosen instead of answering.
func (c *call) asked(f *fork, m agentMsg) {
	r := c.ring
	if r == nil || !r.has(f) {
		return
	}
	switch cmd := m.Hdr.Cmd; {
	case f.party != r.party: // calls of a queue, and of others, are answered or declined, no more (contract 8.6)
		if cmd == agentReject || cmd == agentMailbox && r.hunt == nil {
			c.memberLeaves(r, f.party, 603)
		}
	case cmd == agentReject, r.then != nil && (cmd == agentMailbox || cmd == agentForward): // nobody has called yet who could be sent on
		c.declined()
	case cmd == agentMailbox:
		c.voicemail(r)
	case cmd == agentForward && !c.x.mayReach(r.to.ext.ID):
		c.voicemail(r)
	case cmd == agentForward:
		c.forward(m.Bdy.Phn)
	case cmd == agentWait && r.begged < maxBegged:
		r.begged++
		r.timer.Reset(c.x.RingTime)
	}
}

// askedToReply writes to the caller, and answers the phone when it is known
// whether that could be done.
func (c *call) askedToReply(f *fork, tx *sip.Tx, text string) {
	r := c.ring
	switch {
	case r == nil || !r.has(f):
		respond(tx, 481, "Call/Transaction Does Not Exist")
		return
	case f.party != r.party || r.then != nil || r.to.ext == nil:
		c.x.unreplied(tx, errNoReply)
		return
	}
	send, err := c.replyTo(r, text)
	if send == nil {
		c.x.unreplied(tx, err)
		return
	}
	c.x.spawn(func(ctx context.Context) { c.x.unreplied(tx, send(ctx)) })
}

// unreplied tells a phone why nothing was written, or that it was. People read
// the header (RFC 3261 section 20.43).
func (x *Exchange) unreplied(tx *sip.Tx, err error) {
	var told *rc.Error
	switch {
	case err == nil:
		respond(tx, 200, "OK")
	case errors.As(err, &told):
		respond(tx, 403, "Forbidden", sip.With("Warning", fmt.Sprintf("399 %s %q", x.Domain, told.Message)))
	default:
		x.Log.Error("writing to a caller", "err", err)
		respond(tx, 500, "Server Internal Error")
	}
}
