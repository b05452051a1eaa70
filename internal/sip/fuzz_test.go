package sip

import (
	"bufio"
	"bytes"
	"net"
	"testing"
)

var seeds = []string{
	"INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/WS a.invalid;branch=z9hG4bK1\r\nFrom: \"A\" <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: 1\r\nCSeq: 1 INVITE\r\nContact: <sip:a@b;ob>;expires=60;+sip.instance=\"<urn:uuid:1>\"\r\nContent-Length: 3\r\n\r\nabc",
	"SIP/2.0 200 OK\r\nVia: SIP/2.0/WS a;branch=z9hG4bK1\r\nFrom: sip:a@b;tag=1\r\nTo: sip:a@b;tag=2\r\nCall-ID: 1\r\nCSeq: 1 BYE\r\nContent-Length: 0\r\n\r\n",
	"\r\n\r\nREGISTER sip:b SIP/2.0\r\nv: SIP/2.0/TCP a;branch=z9hG4bK2\r\nf: <sip:a@b>;tag=1\r\nt: <sip:a@b>\r\ni: 1\r\nCSeq: 1 REGISTER\r\nm: *\r\nl: 0\r\n\r\n",
}

// What can be read can be written and read again, and keeps what belongs
// together.
func FuzzParse(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		m, err := parse(data)
		if err != nil {
			return
		}
		again, err := parse(encode(m))
		if err != nil {
			return // some header is kept as it came and cannot be read twice
		}
		if key(m) != key(again) {
			t.Errorf("the transaction %q became %q", key(m), key(again))
		}
	})
}

// A stream is cut into messages without reading past what Content-Length
// says, whatever comes.
func FuzzStream(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s + seeds[0]))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		a, b := net.Pipe()
		defer a.Close()
		defer b.Close()
		s := &stream{c: a, r: bufio.NewReaderSize(bytes.NewReader(data), maxMessage)}
		total := 0
		for {
			m, err := s.read()
			if err != nil {
				return
			}
			if len(m) <= len("\r\n\r\n") {
				continue // a keep-alive is told as it should have been
			}
			if total += len(m); total > len(data) {
				t.Fatalf("%d bytes were read of %d", total, len(data))
			}
		}
	})
}

func FuzzAddress(f *testing.F) {
	for _, s := range []string{"<sip:+1650@h;user=phone>;tag=1", "\"A, B\" <sip:a@b?Replaces=1%3Bto-tag%3D2>", "sip:a@b", "*"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		_, _ = ParseAddress(text)
		_, _ = ParseURI(text)
	})
}
