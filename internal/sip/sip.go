// Package sip is the Session Initiation Protocol as both houses speak it:
// messages, flows that keep their order, transactions, dialogs and digest
// authentication (RFC 3261, RFC 7118, contract section 8). Media is another
// package's business.
//
// A Flow is one connection, by WebSocket, TCP or TLS, or one peer of a UDP
// socket ([Datagrams]), and is used in both directions: its Handler is told of
// every request in the order of arrival, and Do sends one. Nothing is ever
// dialled to reach a peer that has gone. On a connection nothing is sent twice;
// datagrams are, until they are heard (RFC 3261 section 17).
package sip

import (
	"crypto/rand"
	"errors"
	"fmt"

	"github.com/emiago/sipgo/sip"
)

// The parts of messages, which are those of the parser.
type (
	Request  = sip.Request
	Response = sip.Response
	Method   = sip.RequestMethod
	URI      = sip.Uri
	Params   = sip.HeaderParams
	Header   = sip.Header
)

// The methods of requests.
const (
	ACK       = sip.ACK
	BYE       = sip.BYE
	CANCEL    = sip.CANCEL
	INFO      = sip.INFO
	INVITE    = sip.INVITE
	MESSAGE   = sip.MESSAGE
	NOTIFY    = sip.NOTIFY
	OPTIONS   = sip.OPTIONS
	PRACK     = sip.PRACK
	PUBLISH   = sip.PUBLISH
	REFER     = sip.REFER
	REGISTER  = sip.REGISTER
	SUBSCRIBE = sip.SUBSCRIBE
	UPDATE    = sip.UPDATE
)

// Errors that callers branch on.
var (
	// ErrClosed: the flow has ended, or ends before there was an answer.
	ErrClosed = errors.New("the SIP connection is closed")
	// ErrSilent: the peer has said nothing to an INVITE for 32 seconds.
	ErrSilent = errors.New("the SIP peer does not answer")
	// ErrAnswered: the request has its final response already.
	ErrAnswered = errors.New("the SIP request is answered already")
)

// NewHeader returns a header that is written as it is given.
func NewHeader(name, value string) Header { return sip.NewHeader(name, value) }

// ParseURI reads a sip: or sips: URI. The parser panics on nothing that is
// known; should it, that is an error like any other.
func ParseURI(text string) (uri URI, err error) {
	defer recovered(&err)
	if err := sip.ParseUri(text, &uri); err != nil {
		return URI{}, fmt.Errorf("reading a SIP URI: %w", err)
	}
	return uri, nil
}

// An Address is a URI with the name and the parameters that From, To and
// Contact give it.
type Address struct {
	Name   string
	URI    URI
	Params Params
}

// ParseAddress reads what a From, To, Contact, Refer-To or Referred-By header
// holds, with or without angle brackets.
func ParseAddress(text string) (a Address, err error) {
	defer recovered(&err)
	a.Name, err = sip.ParseAddressValue(text, &a.URI, &a.Params)
	if err != nil {
		return Address{}, fmt.Errorf("reading a SIP address: %w", err)
	}
	return a, nil
}

func recovered(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("reading what a SIP peer sent: %v", r)
	}
}

// Token returns a random word for tags, branches and Call-IDs. None of these
// is a secret, and all must differ (RFC 3261 section 19.3).
func Token() string { return rand.Text()[:20] }
