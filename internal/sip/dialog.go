package sip

import (
	"context"
	"slices"
	"sync/atomic"

	"github.com/emiago/sipgo/sip"
)

// A Dialog is the relation of two user agents in one call (RFC 3261 section
// 12). It does not change after it is made, but for the sequence number; all
// of it may be used by any goroutine. It asks of its peer no Contact, and of
// the peer's requests no more than Call-ID and tags (contract 8.10).
type Dialog struct {
	CallID    string
	LocalTag  string
	RemoteTag string
	Flow      *Flow
	Local     Address // with our tag
	Remote    Address // with the peer's
	Target    URI     // the peer's Contact; its address, when there was none
	Contact   URI     // ours
	// Routes are the proxies that requests pass on their way to the peer, as
	// Route headers name them (RFC 3261 section 12.1). Web phones have none.
	Routes []string

	invite uint32         // number of the INVITE that made it, when it is ours
	cseq   *atomic.Uint32 // of the dialog, on whichever flow and however far it is
}

// NewUAS is the dialog of an INVITE that has arrived. The responses to it bear
// its tag.
func NewUAS(tx *Tx, contact URI) *Dialog {
	req := tx.Request()
	d := &Dialog{
		CallID: req.CallID().Value(), LocalTag: tx.Tag(), Flow: tx.Flow(), Contact: contact,
		Local:  tagged(Address{Name: req.To().DisplayName, URI: req.To().Address}, tx.Tag()),
		Remote: Address{Name: req.From().DisplayName, URI: req.From().Address, Params: req.From().Params.Clone()},
		Target: target(req.Contact(), req.From().Address), cseq: new(atomic.Uint32),
	}
	d.RemoteTag, _ = Tags(req)
	d.Routes = routes(req)
	d.cseq.Store(firstCSeq())
	return d
}

// NewUAC is the dialog that a response to an INVITE of ours makes.
func NewUAC(f *Flow, invite *Request, res *Response) *Dialog {
	from, _ := Tags(invite)
	_, to := Tags(res)
	d := &Dialog{
		CallID: invite.CallID().Value(), LocalTag: from, RemoteTag: to, Flow: f,
		Local:  Address{Name: invite.From().DisplayName, URI: invite.From().Address, Params: invite.From().Params.Clone()},
		Remote: tagged(Address{Name: res.To().DisplayName, URI: res.To().Address}, to),
		Target: target(res.Contact(), invite.Recipient),
		invite: invite.CSeq().SeqNo, cseq: new(atomic.Uint32),
	}
	d.Routes = routes(res)
	slices.Reverse(d.Routes)
	if c := invite.Contact(); c != nil {
		d.Contact = *c.Address.Clone()
	}
	d.cseq.Store(d.invite)
	return d
}

func tagged(a Address, tag string) Address {
	a.URI = *a.URI.Clone()
	a.Params = sip.NewParams()
	a.Params.Add("tag", tag)
	return a
}

func target(contact *sip.ContactHeader, otherwise URI) URI {
	if contact != nil {
		return *contact.Address.Clone()
	}
	return *otherwise.Clone()
}

// routes are what proxies have written into Record-Route, one each: the parser
// takes lists apart.
func routes(m interface{ GetHeaders(string) []Header }) []string {
	var all []string
	for _, h := range m.GetHeaders("Record-Route") {
		all = append(all, h.Value())
	}
	return all
}

// On is the same dialog on another flow, with the numbers going on: the one
// that it was made on has ended, and the call has not.
func (d *Dialog) On(f *Flow) *Dialog {
	moved := &Dialog{
		CallID: d.CallID, LocalTag: d.LocalTag, RemoteTag: d.RemoteTag, Flow: f, Local: d.Local, Remote: d.Remote,
		Target: d.Target, Contact: d.Contact, Routes: d.Routes, invite: d.invite, cseq: d.cseq,
	}
	if d.Contact.Host != "" {
		moved.Contact = f.Contact(d.Contact.User)
	}
	return moved
}

// Key finds the dialog that a request of the peer belongs to: it is that of
// [RequestKey].
func (d *Dialog) Key() string { return d.CallID + "|" + d.LocalTag }

// RequestKey is the key of the dialog that a request has arrived in. Its own
// tag ends in "|" alone when there is no dialog yet.
func RequestKey(req *Request) string {
	_, to := Tags(req)
	return req.CallID().Value() + "|" + to
}

// Request makes the next request of our side.
func (d *Dialog) Request(method Method, body []byte, contentType string) *Request {
	return d.request(method, d.cseq.Add(1), body, contentType)
}

func (d *Dialog) request(method Method, cseq uint32, body []byte, contentType string) *Request {
	req := NewRequest(Outline{Method: method, Target: d.Target, From: d.Local, To: d.Remote, CallID: d.CallID, CSeq: cseq})
	if method != BYE && method != ACK && d.Contact.Host != "" {
		req.AppendHeader(ContactHeader(d.Contact, ""))
	}
	for _, route := range d.Routes {
		req.AppendHeader(NewHeader("Route", route))
	}
	SetBody(req, contentType, body)
	return req
}

// Do sends a request of the dialog, see [Flow.Do].
func (d *Dialog) Do(ctx context.Context, req *Request, provisional func(*Response)) (*Response, error) {
	return d.Flow.Do(ctx, req, provisional)
}

// Ack acknowledges the 2xx that made the dialog.
func (d *Dialog) Ack(body []byte, contentType string) error {
	return d.Flow.Send(d.request(ACK, d.invite, body, contentType))
}

// AckOf acknowledges the 2xx of a re-INVITE.
func (d *Dialog) AckOf(invite *Request) error { return d.AckAnswering(invite, nil) }

// AckAnswering acknowledges the 2xx of an INVITE that described nothing, with
// the answer to what the 2xx offers.
func (d *Dialog) AckAnswering(invite *Request, answer []byte) error {
	return d.Flow.Send(d.request(ACK, invite.CSeq().SeqNo, answer, SDP))
}
