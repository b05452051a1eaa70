package sip

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/emiago/sipgo/sip"
)

// maxMessage is the size of a message above which its flow ends, in bytes.
const maxMessage = 64 << 10

var parser = sip.NewParser()

// parse reads one message that arrived alone, as a WebSocket brings it. The
// body is what follows the headers, whatever Content-Length says: web phones
// count characters, not bytes (contract 8.10).
func parse(data []byte) (m sip.Message, err error) {
	defer recovered(&err)
	m, n, err := parser.ParseHeaders(data, false)
	if err != nil {
		return nil, err
	}
	if head := data[:n]; bytes.Count(head, []byte("\n")) != bytes.Count(head, []byte("\r\n")) || bytes.Count(head, []byte("\r")) != bytes.Count(head, []byte("\n")) {
		return nil, errors.New("a SIP message has half a line end in its head")
	}
	if n < len(data) {
		m.SetBody(bytes.Clone(data[n:]))
	}
	return m, complete(m)
}

// parse reads one message of the flow's. A datagram may have more behind the
// body (RFC 3261 section 18.3); one with less was cut off.
func (f *Flow) parse(data []byte) (sip.Message, error) {
	m, err := parse(data)
	if err != nil {
		return nil, err
	}
	if !f.OverWebSocket() {
		m.SetSource(f.remote) // that rport and received of an answer say
	}
	if h := m.ContentLength(); f.lossy && h != nil {
		n := int(*h)
		if n > len(m.Body()) {
			return nil, errors.New("a SIP message was cut off on its way")
		}
		m.SetBody(m.Body()[:n])
	}
	return m, nil
}

// complete refuses messages without what every one must have (RFC 3261
// section 8.1.1), so that nobody looks for it again.
func complete(m sip.Message) error {
	switch {
	case m.Via() == nil, m.From() == nil, m.To() == nil, m.CallID() == nil, m.CSeq() == nil:
		return errors.New("a SIP message lacks Via, From, To, Call-ID or CSeq")
	case branch(m) == "":
		return errors.New("a SIP message has a Via without a branch")
	}
	return nil
}

// branch is what tells the transactions of a flow apart.
func branch(m sip.Message) string {
	b, _ := m.Via().Params.Get("branch")
	return b
}

// key names a message's transaction (RFC 3261 section 17.1.3). An ACK belongs
// to the INVITE that it acknowledges.
func key(m sip.Message) string {
	method := m.CSeq().MethodName
	if method == sip.ACK {
		method = sip.INVITE
	}
	return branch(m) + "|" + string(method)
}

// encode writes a message with the header names that old web phones look for
// by exact case (contract 8.10).
func encode(m sip.Message) []byte {
	var b, start strings.Builder
	switch m := m.(type) {
	case *sip.Request:
		m.StartLineWrite(&start)
		b.WriteString(oneLine.Replace(start.String()))
		writeHeaders(&b, m.Headers())
	case *sip.Response:
		m.StartLineWrite(&start)
		b.WriteString(oneLine.Replace(start.String()))
		writeHeaders(&b, m.Headers())
	}
	b.WriteString("\r\n")
	b.Write(m.Body())
	return []byte(b.String())
}

func writeHeaders(w io.StringWriter, headers []sip.Header) {
	w.WriteString("\r\n")
	for _, h := range headers {
		name := h.Name()
		if name == "Call-ID" {
			name = "Call-Id"
		}
		w.WriteString(fmt.Sprintf("%s: %s\r\n", name, oneLine.Replace(h.Value())))
	}
}

// oneLine has nothing that is put into a line of a message's head begin
// another.
var oneLine = strings.NewReplacer("\r", "", "\n", " ")
