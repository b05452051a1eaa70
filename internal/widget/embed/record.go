// Package embed is the registry of embeds: which platforms the operator
// allows, which apps of theirs may be embedded, and who may frame, ask and
// see what. It serves app.html, the document of every frame, after the
// browser has proven which page embeds it.
package embed

import (
	"net"
	"net/url"
	"slices"
	"strings"

	"offhook/internal/rc"
)

// A Record is a platform that the operator allows. Every address that a
// platform answers with is checked against its record.
type Record struct {
	Name         string   // for people
	Origin       string   // of the API, such as https://platform.ringcentral.com
	Hosts        []string // further hosts of its sockets and media: "host", "host:port" or ".suffix"
	AllowPrivate bool     // its names may resolve to loopback and private addresses
	SignUp       string   // where people get an account; empty hides the button
}

// RingCentral is the platform that the contract was written by, production
// and the developer sandbox, retired for new apps but still answering.
var RingCentral = Records{
	{Name: "RingCentral", Origin: "https://platform.ringcentral.com", Hosts: []string{".ringcentral.com", ".ringcentral.biz"}, SignUp: "https://www.ringcentral.com"},
	{Name: "RingCentral Sandbox", Origin: "https://platform.devtest.ringcentral.com", Hosts: []string{".ringcentral.com", ".ringcentral.biz"}},
}

// secure are the schemes that a platform reached by https may name.
var secure = []string{"https", "wss", "sips"}

// AllowsURL returns a Denied error for an address that is not the
// platform's: another host, a scheme less secure than the platform's own, or
// a user name in it.
func (p Record) AllowsURL(u *url.URL) error {
	switch {
	case u.User != nil, u.Hostname() == "", u.Opaque != "":
	case strings.HasPrefix(p.Origin, "https:") && !slices.Contains(secure, u.Scheme):
	case !slices.Contains([]string{"http", "https", "ws", "wss"}, u.Scheme):
	case p.allowsHost(u.Hostname(), portOf(u)):
		return nil
	}
	return rc.Errorf(rc.Denied, "The platform %s named the address %s, which is not one of its own. Ask your administrator to check the platform's settings.", p.Name, u.Host)
}

// allowsHost compares whole names, so that "evil-ringcentral.com" is not
// ".ringcentral.com". An entry without a port allows every port.
func (p Record) allowsHost(host, port string) bool {
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if o, err := url.Parse(p.Origin); err == nil && host == o.Hostname() && port == portOf(o) {
		return true
	}
	return slices.ContainsFunc(p.Hosts, func(entry string) bool {
		entry = strings.ToLower(entry)
		if strings.HasPrefix(entry, ".") {
			return strings.HasSuffix(host, entry)
		}
		if h, wanted, err := net.SplitHostPort(entry); err == nil {
			return host == h && port == wanted
		}
		return host == entry
	})
}

func portOf(u *url.URL) string {
	if port := u.Port(); port != "" {
		return port
	}
	if u.Scheme == "http" || u.Scheme == "ws" {
		return "80"
	}
	return "443"
}

// Records are the platforms that the operator allows, the default one first.
type Records []Record

// Record finds a platform by the exact origin of its API. Another is a
// Denied error.
func (rs Records) Record(origin string) (Record, error) {
	for _, p := range rs {
		if p.Origin == origin {
			return p, nil
		}
	}
	return Record{}, rc.Errorf(rc.Denied, "The platform in appServer is not one that this server works with. Use %s, or ask your administrator to allow it.", rs.names())
}

func (rs Records) names() string {
	var names []string
	for _, p := range rs {
		names = append(names, p.Origin)
	}
	return strings.Join(names, ", ")
}
