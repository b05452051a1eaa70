package sip

import (
	"strings"
	"testing"
)

// readBack is a request as its receiver reads it.
func readBack(t *testing.T, req *Request) *Request {
	t.Helper()
	req.PrependHeader((&Flow{sentBy: "a.invalid", transport: "WS"}).via())
	m, err := parse(encode(req))
	if err != nil {
		t.Fatalf("%v\n%s", err, encode(req))
	}
	return m.(*Request)
}

func TestANameDoesNotPretendToBeAnotherAddress(t *testing.T) {
	u := URI{Scheme: "sip", User: "+16505550101", Host: "sip.example.test"}
	for name, want := range map[string]string{
		`Ann" <sip:+1911@evil>;x="`: `Ann' <sip:+1911@evil>;x='`,
		`Ann\`:                      `Ann/`,
		"Ann\r\nX: 1":               "AnnX:1",
		"Zoë; <Ann>, Ltd.":          "Zoë; <Ann>, Ltd.",
	} {
		got := readBack(t, NewRequest(Outline{Method: INVITE, Target: u, From: Address{Name: name, URI: u}, To: Address{Name: name, URI: u}}))
		if got.From().DisplayName != want || got.From().Address.User != u.User || got.To().DisplayName != want || got.To().Address.User != u.User {
			t.Errorf("%q is read as %s and %s", name, got.From().Value(), got.To().Value())
		}
	}
}

func TestATargetDoesNotBeginAHeader(t *testing.T) {
	u := URI{Scheme: "sip", User: "1\r\nX-Evil: 1", Host: "sip.example.test"}
	req := NewRequest(Outline{Method: INVITE, Target: u, From: Address{URI: u}, To: Address{URI: u}})
	if wire := string(encode(req)); strings.Contains(wire, "\nX-Evil") {
		t.Errorf("sent:\n%s", wire)
	}
}
