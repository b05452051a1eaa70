package sip

import (
	"math/rand/v2"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// An Outline is what a request outside of any dialog is made of.
type Outline struct {
	Method Method
	Target URI // the Request-URI
	From   Address
	To     Address
	CallID string // empty for a new one
	// CSeq is the sequence number; 0 starts high, because web phones match
	// answers by this number alone, and theirs start low (contract 8.10).
	CSeq uint32
}

// NewRequest makes a request with From (and a tag, when it has none), To,
// Call-ID, CSeq and Max-Forwards; Via is the flow's business.
func NewRequest(o Outline) *Request {
	req := sip.NewRequest(o.Method, *o.Target.Clone())
	from := o.From.Params.Clone()
	if _, ok := from.Get("tag"); !ok {
		from.Add("tag", Token())
	}
	if o.CallID == "" {
		o.CallID = Token()
	}
	if o.CSeq == 0 {
		o.CSeq = firstCSeq()
	}
	id, hops := sip.CallIDHeader(o.CallID), sip.MaxForwardsHeader(70)
	req.AppendHeader(&sip.FromHeader{DisplayName: shownName(o.From.Name), Address: *o.From.URI.Clone(), Params: from})
	req.AppendHeader(&sip.ToHeader{DisplayName: shownName(o.To.Name), Address: *o.To.URI.Clone(), Params: o.To.Params.Clone()})
	req.AppendHeader(&id)
	req.AppendHeader(&sip.CSeqHeader{SeqNo: o.CSeq, MethodName: o.Method})
	req.AppendHeader(&hops)
	req.SetBody(nil)
	return req
}

// shownName is a name as From and To take it between quotation marks. People
// choose their names: one with such a mark or a backslash would otherwise end
// the quotation, and put another address in front of the true one or make the
// request unreadable. Escaped ones are misread by some phones, and some cut a
// header at its second ": " (contract 8.10).
func shownName(name string) string {
	return strings.NewReplacer(`"`, "'", `\`, "/", ": ", ":").Replace(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, name))
}

// firstCSeq is far from where clients start and leaves room below 2**31.
func firstCSeq() uint32 { return 100_000 + rand.Uint32N(800_000) }

// SetBody gives a request its body and says what it is.
func SetBody(req *Request, contentType string, body []byte) {
	req.RemoveHeader("Content-Type")
	if len(body) > 0 {
		req.AppendHeader(sip.NewHeader("Content-Type", contentType))
	}
	req.SetBody(body)
}

// SetHeader puts a header in the place of all of its name.
func SetHeader(req *Request, name, value string) {
	for req.RemoveHeader(name) {
	}
	req.AppendHeader(sip.NewHeader(name, value))
}

// HeaderValue returns the value of a message's first header of that name, or
// nothing.
func HeaderValue(m interface{ GetHeader(string) Header }, name string) string {
	if h := m.GetHeader(name); h != nil {
		return h.Value()
	}
	return ""
}

// Tags returns the tags of From and To.
func Tags(m sip.Message) (from, to string) {
	from, _ = m.From().Params.Get("tag")
	to, _ = m.To().Params.Get("tag")
	return from, to
}

// ContactHeader writes a Contact, always with angle brackets.
func ContactHeader(uri URI, params string) Header {
	return sip.NewHeader("Contact", "<"+uri.String()+">"+params)
}
