package softphone

import (
	"bytes"
	"context"
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"

	"offhook/internal/rc"
	"offhook/internal/sip"
	"offhook/internal/widget/call"
)

// Commands of agent messages (contract 8.6).
const (
	alreadyProcessed = 7
	clientForward    = 10
	clientVoicemail  = 11
	clientReject     = 12
	clientReply      = 14
	receiveConfirm   = 17
)

// agentType is the content type of agent messages.
const agentType = "x-rc/agent"

// A notice is what the platform writes on an INVITE, and in its messages
// about the call.
type notice struct {
	Header struct {
		SID     string `xml:"SID,attr"`
		Req     string `xml:"Req,attr"`
		From    string `xml:"From,attr"`
		To      string `xml:"To,attr"`
		Command string `xml:"Cmd,attr"`
	} `xml:"Hdr"`
	Body struct {
		Client   string `xml:"Cln,attr"`
		Number   string `xml:"Phn,attr"`
		Name     string `xml:"Nm,attr"`
		ToNumber string `xml:"ToPhn,attr"`
	} `xml:"Bdy"`
}

// readNotice is nil for what is no notice.
func readNotice(text string) *notice {
	var n notice
	if text == "" || xml.Unmarshal([]byte(text), &n) != nil || n.Header.SID == "" {
		return nil
	}
	return &n
}

// An attr is an attribute of a message's body.
type attr struct{ name, value string }

// agentMessage is a message about a call that rings. From and To are those of
// the notice, the other way round.
func (t *talk) agentMessage(command int, attrs ...attr) *sip.Request {
	h := t.notice.Header
	var b bytes.Buffer
	b.WriteString("<Msg><Hdr")
	write := func(name, value string) {
		b.WriteString(" " + name + `="`)
		_ = xml.EscapeText(&b, []byte(value)) // a buffer takes everything
		b.WriteString(`"`)
	}
	for _, a := range []attr{{"SID", h.SID}, {"Req", h.Req}, {"From", h.To}, {"To", h.From}, {"Cmd", strconv.Itoa(command)}} {
		write(a.name, a.value)
	}
	b.WriteString("/><Bdy")
	write("Cln", t.keys.Username)
	for _, a := range attrs {
		write(a.name, a.value)
	}
	b.WriteString("/></Msg>")
	to := agentURI(h.From, t.keys.Domain)
	me := t.invite.Request().To()
	req := sip.NewRequest(sip.Outline{
		Method: sip.MESSAGE, Target: to, To: sip.Address{URI: to}, From: sip.Address{URI: me.Address}, CallID: t.sipID,
	})
	sip.SetHeader(req, "User-Agent", userAgent)
	sip.SetBody(req, agentType, b.Bytes())
	return req
}

// agentURI is the address of the platform's agent. It may hold what no parser
// of addresses takes (contract 8.10).
func agentURI(address, domain string) sip.URI {
	if uri, err := sip.ParseURI("sip:" + address); err == nil {
		return uri
	}
	user, host, found := strings.Cut(address, "@")
	if !found {
		host = domain
	}
	return sip.URI{Scheme: "sip", User: user, Host: host}
}

// command sends an agent message that ends the ringing. The platform cancels
// the INVITE then; where it does not, the INVITE is declined.
func (t *talk) command(outcome call.Outcome, done func(error), command int, attrs ...attr) {
	t.leaving = outcome
	invite := t.invite
	req := t.agentMessage(command, attrs...)
	t.ph.aside(func(ctx context.Context) func() {
		ctx, cancel := context.WithTimeout(ctx, t.ph.pool.Waits.Answer)
		defer cancel()
		res, err := t.flow.Do(ctx, req, nil)
		refusal := rc.Errorf(rc.Unavailable, "The phone service did not do this. Answer or decline the call.")
		if err == nil && res.StatusCode >= 300 {
			err = fmt.Errorf("the phone service answered MESSAGE with %d %s", res.StatusCode, res.Reason)
			refusal = warned(res, refusal)
		}
		return func() {
			if t.State != call.Ringing {
				done(nil) // it ended meanwhile, by the CANCEL that is the platform's answer or otherwise
				return
			}
			if err != nil {
				t.leaving = ""
				t.ph.log.Warn("telling the phone service what to do with a call", "call", t.ID, "command", command, "err", err)
				done(refusal)
				return
			}
			t.ph.after(t.ph.pool.Waits.Answer, func() { _ = invite.Respond(603, "Decline") })
			t.end(outcome, "")
			done(nil)
		}
	})
}

// longestSentence bounds what the platform says, in bytes.
const longestSentence = 300

// warned is what the platform says of a request that it refuses, in the
// sentence of a Warning (RFC 3261 section 20.43), or otherwise.
func warned(res *sip.Response, otherwise *rc.Error) *rc.Error {
	_, text, _ := strings.Cut(sip.HeaderValue(res, "Warning"), `"`)
	switch text = tidy(strings.TrimSuffix(strings.TrimSpace(text), `"`), longestSentence); text {
	case "":
		return otherwise
	case rc.CallerUnwritable:
		return rc.Errorf(rc.Conflict, "The caller cannot be written to: they have withheld their number, or you have none that can send texts.")
	}
	return &rc.Error{Kind: rc.Conflict, Message: text}
}

// message takes an agent message of the platform. One for another phone of
// the user is not ours.
func (ph *Phone) message(t *talk, req *sip.Request) {
	n := readNotice(string(req.Body()))
	if n == nil || t == nil || t.Direction != call.Inbound || n.Body.Client != "" && n.Body.Client != t.keys.Username {
		return
	}
	if n.Header.Command != strconv.Itoa(alreadyProcessed) {
		return
	}
	// Who has answered is told so, too.
	switch {
	case t.State == call.Ringing && !t.answering:
		t.elsewhere = true
		invite := t.invite
		ph.after(ph.pool.Waits.Answer, func() { _ = invite.Respond(480, "Temporarily Unavailable") })
		t.end(call.Elsewhere, "")
	case t.State == call.Ended && t.Outcome == call.Missed:
		t.Outcome, t.Sentence = call.Elsewhere, ""
		ph.changed()
	}
}
