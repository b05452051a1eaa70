package trunk

import (
	"strings"

	"offhook/internal/sip"
)

// A Call is one that goes out.
type Call struct {
	To   string // E.164
	From string // the number that is shown, E.164 where there is one
	Name string
	// Withheld: the one who is called is not told From; the carrier is
	// (RFC 3323, RFC 3325).
	Withheld bool
}

// Invite makes the request, without a description of sound. Its Contact is
// that of the connection.
func (t *Trunk) Invite(f *sip.Flow, c Call) *sip.Request {
	if c.From == "" {
		c.From = t.cfg.CallerID
	}
	if c.From == "" {
		c.From = t.cfg.Username
	}
	us := sip.Address{Name: c.Name, URI: sip.URI{Scheme: "sip", User: c.From, Host: t.cfg.Domain}}
	shown := us
	if c.Withheld {
		shown = sip.Address{Name: "Anonymous", URI: sip.URI{Scheme: "sip", User: "anonymous", Host: "anonymous.invalid"}}
	}
	if c.From == "" && !c.Withheld {
		shown.URI.User = t.User()
	}
	to := t.at(c.To)
	req := sip.NewRequest(sip.Outline{Method: sip.INVITE, Target: to, From: shown, To: sip.Address{URI: to}})
	req.AppendHeader(sip.ContactHeader(t.Contact(f), ""))
	sip.SetHeader(req, "Allow", allowed)
	sip.SetHeader(req, "Supported", strings.Join(extensions, ", "))
	if c.From != "" {
		sip.SetHeader(req, "P-Asserted-Identity", "<"+us.URI.String()+">")
	}
	if c.Withheld {
		sip.SetHeader(req, "Privacy", "id")
	}
	return req
}

// Caller is who calls in, as the carrier asserts it; empty for somebody who
// does not want to be known.
func Caller(req *sip.Request) (number, name string) {
	from := req.From()
	number, name = from.Address.User, from.DisplayName
	if a, err := sip.ParseAddress(sip.HeaderValue(req, "P-Asserted-Identity")); err == nil && a.URI.User != "" {
		number = a.URI.User
		if a.Name != "" {
			name = a.Name
		}
	}
	if withheld(req) || from.Address.User == "anonymous" || number == "anonymous" {
		return "", ""
	}
	return number, name
}

// withheld reports whether the carrier says that nobody is told who calls.
func withheld(req *sip.Request) bool {
	for _, value := range strings.Split(sip.HeaderValue(req, "Privacy"), ";") {
		if v := strings.TrimSpace(value); v == "id" || v == "user" || v == "full" {
			return true
		}
	}
	return false
}
