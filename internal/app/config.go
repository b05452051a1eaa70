package app

import (
	"bytes"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"reflect"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"offhook/internal/rc"
)

// A Config is the configuration of `offhook serve` and `offhook platform`: a
// YAML file, and over it the environment. The variable of a setting is
// OFFHOOK_ and its path in capitals: OFFHOOK_WIDGET_PUBLIC_URL. Lists in
// variables are separated by commas; widget.platforms is set in the file only.
type Config struct {
	// DataDir keeps the database, the key ring and the local certificates.
	// Empty means the user's data folder.
	DataDir string `yaml:"data_dir"`
	// Database is a postgres:// URL or a SQLite file; empty means a SQLite
	// file in the data folder.
	Database string `yaml:"database"`
	// LogLevel is error, warn, info (the default) or debug, which logs every
	// request without its query.
	LogLevel string `yaml:"log_level"`
	// TrustedProxies are the addresses and networks (CIDR) of the reverse
	// proxies in front, whose X-Forwarded-For says where a request comes from.
	// No other header of theirs is looked at. Empty: none is believed.
	TrustedProxies []string `yaml:"trusted_proxies"`
	// Bus connects several servers of `offhook serve`.
	Bus BusConfig `yaml:"bus"`
	// Widget configures `offhook serve`.
	Widget WidgetConfig `yaml:"widget"`
	// Platform configures `offhook platform`.
	Platform PlatformConfig `yaml:"platform"`
}

// A WidgetConfig configures the widget server.
type WidgetConfig struct {
	// Addr is host:port to listen on; default 127.0.0.1:8080.
	Addr string `yaml:"addr"`
	// PublicURL is how browsers reach the widget. Required.
	PublicURL string `yaml:"public_url"`
	// OpenClients lets any public client id from any origin use the widget,
	// with the capabilities to navigate, prefill and see the sign-in status.
	OpenClients bool `yaml:"open_clients"`
	// AllowURLSecrets lets the phone's address bring clientSecret, jwt,
	// authorizationCode or ticket, as old integrations do. Whoever opens such
	// a page can read them; “offhook embed add” registers them instead.
	AllowURLSecrets bool `yaml:"allow_url_secrets"`
	// LogHosts are the hosts ("host" or "host:port") to which webhooks of logs
	// may go although they are on a loopback or private address. Any other
	// must be public.
	LogHosts []string `yaml:"log_hosts"`
	// SoundAddr is the UDP ip:port that the sound of all browsers comes to;
	// default a free port of the address in Addr. Firewalls must let it in.
	SoundAddr string `yaml:"sound_addr"`
	// SoundTCPAddr is a TCP ip:port for the sound of browsers whose network
	// lets no UDP out; default none.
	SoundTCPAddr string `yaml:"sound_tcp_addr"`
	// SoundIPs are the addresses that others reach this machine by, where they
	// are not its own, as behind a router that translates addresses.
	SoundIPs []string `yaml:"sound_ips"`
	// Turn names relays for the sound of browsers whose networks let neither
	// UDP nor another TCP port out.
	Turn TurnConfig `yaml:"turn"`
	// Platforms adds to the platforms that appServer may choose.
	// RingCentral's own are always allowed.
	Platforms []PlatformRecord `yaml:"platforms"`
}

// A TurnConfig names relays (TURN, RFC 8656) of the operator's own.
type TurnConfig struct {
	// URLs are as browsers take them: turn:turn.example.com:3478 or
	// turns:turn.example.com:443?transport=tcp. Empty: none.
	URLs []string `yaml:"urls"`
	// Secret is shared with the relays (coturn: use-auth-secret): pages are
	// given names that hold for a few hours, and never the secret.
	Secret rc.Secret `yaml:"secret"`
	// Username and Password are for relays without a shared secret. Whoever
	// signs in can read them.
	Username string    `yaml:"username"`
	Password rc.Secret `yaml:"password"`
}

// A PlatformRecord allows a platform.
type PlatformRecord struct {
	// Name is what people see: "Staging".
	Name string `yaml:"name"`
	// Origin is the API's scheme, host and port.
	Origin string `yaml:"origin"`
	// Hosts are further host:port values, or suffixes that begin with a dot,
	// that the platform may name in its answers.
	Hosts []string `yaml:"hosts"`
	// AllowPrivate lets the platform be on a loopback or private address.
	AllowPrivate bool `yaml:"allow_private"`
	// SignUp is the page where people get an account there, for the
	// parameter showSignUpButton.
	SignUp string `yaml:"sign_up"`
}

// A PlatformConfig configures the local platform.
type PlatformConfig struct {
	// Addr is host:port for plain HTTP; default 127.0.0.1:8070.
	Addr string `yaml:"addr"`
	// TLSAddr is host:port for HTTPS with a certificate of the data folder's
	// own authority; default 127.0.0.1:8443.
	TLSAddr string `yaml:"tls_addr"`
	// SIPAddr is host:port for phones without WebRTC, such as desk phones:
	// SIP by TLS with the same certificate, their sound encrypted by SDES.
	// Default: none are let in.
	SIPAddr string `yaml:"sip_addr"`
	// PublicURL and TLSPublicURL are how clients reach the two listeners;
	// empty derives them from the addresses.
	PublicURL    string `yaml:"public_url"`
	TLSPublicURL string `yaml:"tls_public_url"`
	// NoRateLimits switches RingCentral's request limits off.
	NoRateLimits bool `yaml:"no_rate_limits"`
	// CallsPerMinute is how often one extension may reach somebody within a
	// minute, by calling, transferring or passing a call on; default 60.
	// NoRateLimits lifts it.
	CallsPerMinute int `yaml:"calls_per_minute"`
	// LongestCall is how many minutes a call may last; people hear a minute
	// before that it ends. Default: 1440, a day.
	LongestCall int `yaml:"longest_call"`
	// WebhookHosts are the hosts ("host" or "host:port") to which webhooks of
	// apps may go although they are on a loopback or private address, also by
	// plain http. Any other must be public and https.
	WebhookHosts []string `yaml:"webhook_hosts"`
	// SoundPorts are the UDP ports of the sound of calls, one for each phone
	// that talks or rings: "40000-40999". Default: free ports that the system
	// chooses. Firewalls must let them in.
	SoundPorts string `yaml:"sound_ports"`
	// SoundIPs are the addresses that phones reach this machine by, where they
	// are not its own, as behind a router that translates addresses.
	SoundIPs []string `yaml:"sound_ips"`
	// Trunk is the line to the telephone network.
	Trunk TrunkConfig `yaml:"trunk"`
}

// LoadConfig reads the file at path (none when path is empty) and the
// environment, given as os.Environ gives it. Every mistake is an Invalid
// error whose sentence names the line or the variable.
func LoadConfig(path string, environ []string) (*Config, error) {
	c := new(Config)
	src := source{path: path}
	if path != "" {
		text, err := os.ReadFile(path)
		if err != nil {
			return nil, rc.Errorf(rc.Invalid, "The configuration file %s cannot be read: %v.", path, errors.Unwrap(err))
		}
		if err := src.parse(text, c); err != nil {
			return nil, err
		}
	}
	if err := src.environment(c, environ); err != nil {
		return nil, err
	}
	if err := c.check(src); err != nil {
		return nil, err
	}
	return c, nil
}

// A source knows where each setting came from.
type source struct {
	path string
	file *ast.File
	vars map[string]string // setting path -> variable name
}

func (s *source) parse(text []byte, c *Config) error {
	file, err := parser.ParseBytes(text, 0)
	if err != nil {
		return s.syntax(err)
	}
	s.file = file
	dec := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict())
	if err := dec.Decode(c); err != nil && len(bytes.TrimSpace(text)) > 0 {
		return s.syntax(err)
	}
	return nil
}

// syntax turns the YAML library's error into a sentence with the line.
func (s *source) syntax(err error) error {
	var located interface {
		GetMessage() string
		GetToken() *token.Token
	}
	if !errors.As(err, &located) || located.GetToken() == nil {
		return rc.Errorf(rc.Invalid, "The configuration file %s is not YAML: %v.", s.path, err)
	}
	return rc.Errorf(rc.Invalid, "%s line %d: %s. docs/configuration.md lists every setting.", s.path, located.GetToken().Position.Line, located.GetMessage())
}

// mistake says what is wrong with a setting and where it was set.
func (s *source) mistake(setting, format string, args ...any) error {
	what := fmt.Sprintf(format, args...)
	if name, ok := s.vars[setting]; ok {
		return rc.Errorf(rc.Invalid, "%s: %s", name, what)
	}
	if s.file != nil {
		if p, err := yaml.PathString("$." + setting); err == nil {
			if node, err := p.FilterFile(s.file); err == nil {
				return rc.Errorf(rc.Invalid, "%s line %d: %s %s", s.path, node.GetToken().Position.Line, setting, what)
			}
		}
	}
	return rc.Errorf(rc.Invalid, "%s %s Set it in the configuration file or as %s.", setting, what, variable(setting))
}

func variable(setting string) string {
	return "OFFHOOK_" + strings.ToUpper(strings.ReplaceAll(setting, ".", "_"))
}

// environment lays the OFFHOOK_ variables over the file.
func (s *source) environment(c *Config, environ []string) error {
	fields := map[string]settable{}
	collect(reflect.ValueOf(c).Elem(), "", fields)
	s.vars = map[string]string{}
	for _, entry := range environ {
		name, value, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, "OFFHOOK_") || strings.HasPrefix(name, "OFFHOOK_TEST_") {
			continue
		}
		f, ok := fields[name]
		if !ok {
			return rc.Errorf(rc.Invalid, "The environment variable %s is not a setting. docs/configuration.md lists every setting.", name)
		}
		if err := f.set(value); err != nil {
			return rc.Errorf(rc.Invalid, "%s: %v", name, err)
		}
		s.vars[f.setting] = name
	}
	return nil
}

// A settable is a field that a variable can set.
type settable struct {
	setting string
	value   reflect.Value
}

func collect(v reflect.Value, prefix string, into map[string]settable) {
	for i := range v.NumField() {
		setting := prefix + v.Type().Field(i).Tag.Get("yaml")
		switch v.Field(i).Kind() {
		case reflect.Struct:
			collect(v.Field(i), setting+".", into)
		case reflect.String, reflect.Bool, reflect.Int, reflect.Slice:
			if _, records := v.Field(i).Interface().([]PlatformRecord); records {
				continue
			}
			into[variable(setting)] = settable{setting, v.Field(i)}
		}
	}
}

func (s settable) set(text string) error {
	switch s.value.Kind() {
	case reflect.String:
		s.value.SetString(text)
		return nil
	case reflect.Int:
		n, err := strconv.Atoi(text)
		if err != nil {
			return fmt.Errorf("write a number, not %q", text)
		}
		s.value.SetInt(int64(n))
		return nil
	case reflect.Slice:
		var list []string
		for entry := range strings.SplitSeq(text, ",") {
			if entry = strings.TrimSpace(entry); entry != "" {
				list = append(list, entry)
			}
		}
		s.value.Set(reflect.ValueOf(list))
		return nil
	}
	switch text {
	case "true", "1":
		s.value.SetBool(true)
	case "false", "0", "":
		s.value.SetBool(false)
	default:
		return fmt.Errorf("write true or false, not %q", text)
	}
	return nil
}

func (c *Config) check(src source) error {
	if _, err := c.level(); err != nil {
		return src.mistake("log_level", "must be error, warn, info or debug, not %q.", c.LogLevel)
	}
	for setting, addr := range map[string]string{
		"widget.addr": c.Widget.Addr, "platform.addr": c.Platform.Addr, "platform.tls_addr": c.Platform.TLSAddr, "platform.sip_addr": c.Platform.SIPAddr,
		"widget.sound_addr": c.Widget.SoundAddr, "widget.sound_tcp_addr": c.Widget.SoundTCPAddr,
	} {
		if _, _, err := net.SplitHostPort(addr); addr != "" && err != nil {
			return src.mistake(setting, "must be host:port such as 127.0.0.1:8080, not %q.", addr)
		}
	}
	for setting, u := range map[string]*string{
		"widget.public_url": &c.Widget.PublicURL, "platform.public_url": &c.Platform.PublicURL, "platform.tls_public_url": &c.Platform.TLSPublicURL,
	} {
		if *u != "" && !isOrigin(*u) {
			return src.mistake(setting, "must be scheme://host[:port] without a path, such as https://phone.example.com, not %q.", *u)
		}
		*u = asBrowsersWrite(*u)
	}
	if u, err := url.Parse(c.Widget.PublicURL); err == nil && u.Scheme == "http" && !loopbackName(u.Hostname()) {
		return src.mistake("widget.public_url", "must begin with https://, because browsers give microphones and cookies to secure pages only.")
	}
	for setting, ips := range map[string][]string{"widget.sound_ips": c.Widget.SoundIPs, "platform.sound_ips": c.Platform.SoundIPs} {
		for _, ip := range ips {
			if net.ParseIP(ip) == nil {
				return src.mistake(setting, "must be IP addresses such as 203.0.113.7, not %q.", ip)
			}
		}
	}
	if setting, what := c.Bus.mistake(c.Database); what != "" {
		return src.mistake("bus."+setting, "%s", what)
	}
	if setting, what := c.Widget.Turn.mistake(); what != "" {
		return src.mistake("widget.turn."+setting, "%s", what)
	}
	if _, _, ok := soundPorts(c.Platform.SoundPorts); !ok {
		return src.mistake("platform.sound_ports", "must be a range of ports such as 40000-40999, not %q.", c.Platform.SoundPorts)
	}
	if n := c.Platform.CallsPerMinute; n < 0 {
		return src.mistake("platform.calls_per_minute", "must be a number of calls, not %d.", n)
	}
	if n := c.Platform.LongestCall; n < 0 {
		return src.mistake("platform.longest_call", "must be a number of minutes, not %d.", n)
	}
	if err := c.Platform.Trunk.check(src); err != nil {
		return err
	}
	for i, p := range c.Widget.Platforms {
		setting := fmt.Sprintf("widget.platforms[%d]", i)
		if p.Name == "" {
			return src.mistake(setting, "needs a name.")
		}
		if !isOrigin(p.Origin) {
			return src.mistake(setting, "needs an origin such as https://platform.example.com, not %q.", p.Origin)
		}
		c.Widget.Platforms[i].Origin = asBrowsersWrite(p.Origin)
		for _, host := range p.Hosts {
			if host == "" || strings.ContainsAny(host, "/@?#* ") {
				return src.mistake(setting, "needs hosts such as sockets.example.com, sockets.example.com:8443 or .example.com, without a scheme or path, not %q.", host)
			}
		}
		if u, err := url.Parse(p.SignUp); p.SignUp != "" && (err != nil || u.Scheme != "https" || u.Host == "") {
			return src.mistake(setting, "needs a sign_up that begins with https://, not %q.", p.SignUp)
		}
		if u, _ := url.Parse(p.Origin); u.Scheme == "http" && !p.AllowPrivate {
			return src.mistake(setting, "has an http:// origin; tokens travel over https:// only, unless allow_private says that it is a platform on your own machine or network.")
		}
	}
	return c.safe(src)
}

// RequirePublicURL is what `serve` asks for and `demo` does not.
func (c *Config) RequirePublicURL() error {
	if c.Widget.PublicURL == "" {
		return (&source{}).mistake("widget.public_url", "is required: it is the address at which browsers reach the widget, such as https://phone.example.com.")
	}
	return nil
}

func (c *Config) level() (slog.Level, error) {
	var l slog.Level
	if c.LogLevel == "" {
		return slog.LevelInfo, nil
	}
	return l, l.UnmarshalText([]byte(c.LogLevel))
}

func isOrigin(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "http" || u.Scheme == "https") && u.Host != "" && u.User == nil &&
		(u.Path == "" || u.Path == "/") && u.RawQuery == "" && u.Fragment == ""
}

// asBrowsersWrite is an origin as headers name it: the host in lower case, no
// default port and no slash. What compares origins needs them so.
func asBrowsersWrite(origin string) string {
	u, err := url.Parse(origin)
	if err != nil || origin == "" {
		return ""
	}
	host := strings.ToLower(u.Host)
	if port := map[string]string{"http": ":80", "https": ":443"}[u.Scheme]; port != "" {
		host = strings.TrimSuffix(host, port)
	}
	return u.Scheme + "://" + host
}

func loopbackName(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}
