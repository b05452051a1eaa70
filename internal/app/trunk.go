package app

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/netip"
	"os"
	"slices"
	"strings"

	"offhook/internal/platform/api/region"
	"offhook/internal/platform/exchange/trunk"
	"offhook/internal/rc"
)

// A TrunkConfig is the platform's line to the telephone network.
type TrunkConfig struct {
	// Address is host or host:port of the carrier; default no line at all.
	// Without a port its SRV records say where it is, else 5060, by TLS 5061.
	Address string `yaml:"address"`
	// Transport is udp (the default), tcp or tls. By TLS the carrier has to
	// prove who it is; there is no way without.
	Transport string `yaml:"transport"`
	// CAFile holds the authorities (PEM) whose certificates a carrier may have;
	// default those of the system.
	CAFile string `yaml:"ca_file"`
	// Listen is ip:port where the carrier's calls come in; default any port,
	// which only a carrier knows that we register at.
	Listen string `yaml:"listen"`
	// PublicHost is how the carrier reaches this machine, where its own address
	// is not the one.
	PublicHost string `yaml:"public_host"`
	// Domain stands in the addresses of calls; default the carrier's host.
	Domain string `yaml:"domain"`
	// Username and Password prove who we are.
	Username string    `yaml:"username"`
	Password rc.Secret `yaml:"password"`
	// Register registers the username at the carrier. Without, the carrier
	// knows us by our address.
	Register bool `yaml:"register"`
	// Peers are addresses and networks (CIDR) besides the carrier's own from
	// which calls may come.
	Peers []string `yaml:"peers"`
	// Sound is rtp, or srtp with keys in the descriptions; default srtp by TLS,
	// else rtp.
	Sound string `yaml:"sound"`
	// CallerID is the number shown for people who have none.
	CallerID string `yaml:"caller_id"`
	// Countries are the ISO codes of the countries that may be called; default
	// none.
	Countries []string `yaml:"countries"`
	// CallsPerMinute is how many calls may begin within a minute; default 30.
	CallsPerMinute int `yaml:"calls_per_minute"`
	// UserCallsPerMinute is the same for one user; default 6.
	UserCallsPerMinute int `yaml:"user_calls_per_minute"`
	// MaxCalls is how many calls go through at a time, in and out; default 30.
	MaxCalls int `yaml:"max_calls"`
}

// check finds what cannot be.
func (c TrunkConfig) check(src source) error {
	const at = "platform.trunk."
	if c.Address == "" {
		return nil
	}
	switch {
	case !slices.Contains([]string{"", trunk.UDP, trunk.TCP, trunk.TLS}, c.Transport):
		return src.mistake(at+"transport", "must be udp, tcp or tls, not %q.", c.Transport)
	case !slices.Contains([]string{"", "rtp", "srtp"}, c.Sound):
		return src.mistake(at+"sound", "must be rtp or srtp, not %q.", c.Sound)
	case c.Sound == "srtp" && c.Transport != trunk.TLS:
		return src.mistake(at+"sound", "cannot be srtp without the transport tls: its keys would travel in the open.")
	case c.Register && (c.Username == "" || c.Password == ""):
		return src.mistake(at+"register", "needs a username and a password.")
	case strings.ContainsAny(c.Address, "/@ "):
		return src.mistake(at+"address", "must be the host of the carrier, such as sip.carrier.example or 203.0.113.9:5060, not %q.", c.Address)
	case c.CAFile != "" && c.Transport != trunk.TLS:
		return src.mistake(at+"ca_file", "needs the transport tls.")
	}
	if _, _, err := net.SplitHostPort(c.Listen); c.Listen != "" && err != nil {
		return src.mistake(at+"listen", "must be ip:port such as 0.0.0.0:5060, not %q.", c.Listen)
	}
	for _, p := range c.Peers {
		if _, err := network(p); err != nil {
			return src.mistake(at+"peers", "must be addresses such as 203.0.113.9 or networks such as 203.0.113.0/28, not %q.", p)
		}
	}
	for _, iso := range c.Countries {
		if len(iso) != 2 || iso != strings.ToUpper(iso) || !region.Known(iso) {
			return src.mistake(at+"countries", "must be ISO codes such as US or DE, not %q.", iso)
		}
	}
	if _, ok := region.Parse(c.CallerID, ""); c.CallerID != "" && (!ok || c.CallerID[0] != '+') {
		return src.mistake(at+"caller_id", "must be a number such as +16505550100, not %q.", c.CallerID)
	}
	for setting, n := range map[string]int{"calls_per_minute": c.CallsPerMinute, "user_calls_per_minute": c.UserCallsPerMinute, "max_calls": c.MaxCalls} {
		if n < 0 {
			return src.mistake(at+setting, "must be a number of calls, not %d.", n)
		}
	}
	return nil
}

func network(text string) (netip.Prefix, error) {
	if ip, err := netip.ParseAddr(text); err == nil {
		return netip.PrefixFrom(ip, ip.BitLen()), nil
	}
	return netip.ParsePrefix(text)
}

// open is the trunk of a configuration that was checked; nil for none. server
// is what listens by TLS.
func (c TrunkConfig) open(server *tls.Config) (*trunk.Config, error) {
	if c.Address == "" {
		return nil, nil
	}
	t := &trunk.Config{
		Transport: cmp.Or(c.Transport, trunk.UDP), Address: c.Address, Listen: c.Listen, Host: c.PublicHost, Domain: c.Domain, Username: c.Username,
		Password: c.Password, Register: c.Register, CallerID: c.CallerID, MaxCalls: c.MaxCalls,
		Gate: trunk.Gate{Country: countryOf, Countries: c.Countries, PerUser: c.UserCallsPerMinute, PerMinute: c.CallsPerMinute},
	}
	t.Encrypted = c.Sound == "srtp" || c.Sound == "" && t.Transport == trunk.TLS
	for _, p := range c.Peers {
		n, err := network(p)
		if err != nil {
			return nil, err
		}
		t.Peers = append(t.Peers, n)
	}
	if t.Transport == trunk.TLS {
		t.Server = server.Clone()
		t.Server.NextProtos = nil // HTTP's
	}
	if c.CAFile != "" {
		text, err := os.ReadFile(c.CAFile)
		roots := x509.NewCertPool()
		if err != nil || !roots.AppendCertsFromPEM(text) {
			return nil, rc.Errorf(rc.Invalid, "platform.trunk.ca_file: %s holds no certificates in PEM that can be read.", c.CAFile)
		}
		t.Client = &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}
	}
	return t, nil
}

// countryOf is the country of a number that somebody can have, and that costs
// no more than others there.
func countryOf(e164 string) (string, bool) {
	n, ok := region.Parse(e164, "")
	return n.Region, ok && n.Valid && !n.Premium && n.Region != ""
}
