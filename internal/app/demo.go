package app

import (
	"bytes"
	"cmp"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"offhook/examples/hostpage"
	"offhook/internal/bus"
	"offhook/internal/listen"
	"offhook/internal/media"
	"offhook/internal/rc"
	"offhook/internal/widget/embed"
)

// demoFile tells scripts what the demo prints for people, for as long as it
// runs. pagesFile stays: the next demo must know which origins of its embeds
// are this one's.
const (
	demoFile  = "demo.json"
	pagesFile = "demo-pages"
)

// A DemoConfig configures the demo. The addresses are loopback host:port;
// port 0 takes any free one.
type DemoConfig struct {
	Dir             string // empty means the user's data folder
	Reset           bool   // start over
	WidgetAddr      string
	PlatformAddr    string
	PlatformTLSAddr string
	// SoundTCPAddr is a TCP ip:port for the sound of browsers that get nothing
	// through by UDP; empty for none.
	SoundTCPAddr string
	// TurnURL is a relay for the sound of browsers (turn:127.0.0.1:3478), and
	// TurnSecretFile holds the secret that it shares; empty for none.
	TurnURL, TurnSecretFile string
	// PlatformSIPAddr is host:port for phones without WebRTC; empty for none.
	PlatformSIPAddr string
	// TrunkAddr is a SIP system by UDP, in the place of a carrier; empty for none.
	TrunkAddr    string
	HostAddr     string
	CRMAddr      string    // where examples/crm will listen; nothing of the demo does
	LogLevel     string    // empty means warn
	NoRateLimits bool      // as in Config
	Out          io.Writer // gets what people should read
}

// DemoInfo is the content of demo.json. Users carry their passwords, so the
// file is for its owner only (mode 0600).
type DemoInfo struct {
	Widget struct {
		URL string `json:"url"`
	} `json:"widget"`
	Platform struct {
		URL    string `json:"url"`
		TLSURL string `json:"tlsUrl"`
		// SIPAddr is host:port for phones without WebRTC; empty for none.
		SIPAddr string `json:"sipAddr,omitempty"`
		CAFile  string `json:"caFile"`
	} `json:"platform"`
	Host struct {
		URL string `json:"url"`
	} `json:"host"`
	CRM struct {
		URL      string `json:"url"`
		ClientID string `json:"clientId"`
		EmbedKey string `json:"embedKey"`
	} `json:"crm"`
	Account struct {
		ID         int64  `json:"id"`
		MainNumber string `json:"mainNumber"`
	} `json:"account"`
	Apps  []App  `json:"apps"`
	Users []User `json:"users"`
	// TestNumbers answer texts by themselves.
	TestNumbers []TestNumber `json:"testNumbers"`
	PID         int          `json:"pid"`

	former []string // origins of pages that the last demo told
}

// RunDemo starts platform, widget and host page, says how to try them, and
// runs until ctx ends.
func RunDemo(ctx context.Context, cfg DemoConfig) error {
	c := &Config{DataDir: cfg.Dir, LogLevel: cfg.LogLevel}
	if c.LogLevel == "" {
		c.LogLevel = slog.LevelWarn.String()
	}
	if _, err := c.level(); err != nil {
		return rc.Errorf(rc.Invalid, "--log-level must be error, warn, info or debug, not %q.", c.LogLevel)
	}
	if c.DataDir == "" {
		dir, err := DefaultDir()
		if err != nil {
			return err
		}
		c.DataDir = filepath.Join(dir, "demo")
	}
	c.Widget.Addr, c.Platform.Addr, c.Platform.TLSAddr = cfg.WidgetAddr, cfg.PlatformAddr, cfg.PlatformTLSAddr
	d := &demo{cfg: cfg}
	return start(ctx, c, d.prepare, d.begin)
}

type demo struct {
	cfg  DemoConfig
	info DemoInfo
}

// prepare empties the folder when asked to and takes away what an earlier
// demo, which was killed, said of itself.
func (d *demo) prepare(dir string) error {
	if d.cfg.Reset {
		return Reset(dir)
	}
	if text, err := os.ReadFile(filepath.Join(dir, pagesFile)); err == nil {
		d.info.former = strings.Fields(string(text))
	}
	return withdraw(dir)
}

// withdraw ends what announce told scripts.
func withdraw(dir string) error {
	if err := os.Remove(filepath.Join(dir, demoFile)); err != nil && !errors.Is(err, os.ErrNotExist) {
		return fmt.Errorf("removing %s: %w", demoFile, err)
	}
	return nil
}

func (d *demo) begin(ctx context.Context, cfg *Config, data *Data, log *slog.Logger) (_ *house, err error) {
	open := &opener{log: log}
	defer func() { open.closeUnless(err == nil) }()
	for flag, addr := range map[string]string{
		"--widget-addr": d.cfg.WidgetAddr, "--platform-addr": d.cfg.PlatformAddr, "--platform-tls-addr": d.cfg.PlatformTLSAddr, "--platform-sip-addr": cmp.Or(d.cfg.PlatformSIPAddr, "127.0.0.1:0"), "--host-addr": d.cfg.HostAddr,
		"--trunk-addr": cmp.Or(d.cfg.TrunkAddr, "127.0.0.1:0"), "--crm-addr": cmp.Or(d.cfg.CRMAddr, "127.0.0.1:8095"), "--sound-tcp-addr": cmp.Or(d.cfg.SoundTCPAddr, "127.0.0.1:0"),
	} {
		if err := loopbackOnly(flag, addr); err != nil {
			return nil, err
		}
	}
	ca, err := LoadCA(data.Dir, time.Now())
	if err != nil {
		return nil, err
	}
	tlsConfig, err := ca.ServerTLS(d.cfg.PlatformTLSAddr, time.Now())
	if err != nil {
		return nil, err
	}
	plain := open.listen(listen.Config{Name: "platform", Flag: "--platform-addr", Addr: d.cfg.PlatformAddr})
	secure := open.listen(listen.Config{Name: "platform", Flag: "--platform-tls-addr", Addr: d.cfg.PlatformTLSAddr, TLS: tlsConfig})
	widget := open.listen(listen.Config{Name: "widget", Flag: "--widget-addr", Addr: d.cfg.WidgetAddr})
	host := open.listen(listen.Config{Name: "host page", Flag: "--host-addr", Addr: d.cfg.HostAddr, ByAddress: true})
	if open.err != nil {
		return nil, open.err
	}

	d.info.Widget.URL, d.info.Host.URL = widget.URL, host.URL
	d.info.Platform.URL, d.info.Platform.TLSURL, d.info.Platform.CAFile = plain.URL, secure.URL, ca.File
	d.info.CRM.URL = "http://" + cmp.Or(d.cfg.CRMAddr, "127.0.0.1:8095")
	d.info.PID = os.Getpid()
	if err := seed(ctx, data, &d.info); err != nil {
		return nil, fmt.Errorf("seeding the demo: %w", err)
	}

	phones, err := openSIP("--platform-sip-addr", d.cfg.PlatformSIPAddr, tlsConfig, log)
	if err != nil {
		return nil, err
	}
	d.info.Platform.SIPAddr = phones.addr()
	line, err := TrunkConfig{Address: d.cfg.TrunkAddr, Listen: "127.0.0.1:0", Countries: []string{"US"}}.open(tlsConfig)
	if err != nil {
		phones.shut()
		return nil, err
	}
	platform, err := newPlatform(platformDeps{
		sip: phones, trunk: line, data: data, bus: new(bus.InProcess), url: d.info.Platform.URL, tlsURL: d.info.Platform.TLSURL, limits: !d.cfg.NoRateLimits,
		hooks: []string{"localhost", "127.0.0.1"}, sound: cfg.Platform.sound(d.cfg.PlatformTLSAddr), log: log,
	})
	if err != nil {
		phones.shut()
		return nil, err
	}
	turn, err := d.cfg.turn()
	if err != nil {
		platform.Close()
		return nil, err
	}
	roots := x509.NewCertPool()
	roots.AddCert(ca.cert)
	phone, err := newWidget(widgetDeps{
		data: data, bus: new(bus.InProcess), log: log, roots: roots, openClients: true, urlSecrets: true, logHosts: []string{"localhost", "127.0.0.1"}, stories: true, tryApp: demoPublicApp, tryPage: host.URL,
		records: append(demoRecords(d.info), embed.RingCentral...), sound: media.Config{TCPAddr: d.cfg.SoundTCPAddr}, relays: turn.relays(),
	})
	if err != nil {
		platform.Close()
		return nil, err
	}
	page := http.NewServeMux()
	d.hostPage().Mount(page)
	h := serveAll([]door{{plain, platform}, {secure, platform}, {widget, phone}, {host, page}}, []func(){platform.Close, phone.Close, func() {
		if err := withdraw(data.Dir); err != nil {
			log.Error("ending the demo", "err", err)
		}
	}})
	if err := d.announce(data.Dir); err != nil {
		h.Close()
		return nil, err
	}
	return h, nil
}

// turn reads which relay the demo's browsers may use.
func (c DemoConfig) turn() (TurnConfig, error) {
	if c.TurnURL == "" {
		return TurnConfig{}, nil
	}
	secret, err := os.ReadFile(c.TurnSecretFile)
	if err != nil {
		return TurnConfig{}, rc.Errorf(rc.Invalid, "--turn-secret-file %q cannot be read; it holds the secret that the relay of --turn-url shares.", c.TurnSecretFile)
	}
	t := TurnConfig{URLs: []string{c.TurnURL}, Secret: rc.Secret(bytes.TrimSpace(secret))}
	if _, what := t.mistake(); what != "" {
		return TurnConfig{}, rc.Errorf(rc.Invalid, "--turn-url and --turn-secret-file: %s", what)
	}
	return t, nil
}

// loopbackOnly keeps the demo, whose passwords are no secret, on this
// machine.
func loopbackOnly(flag, addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err == nil && loopbackName(host) {
		return nil
	}
	return rc.Errorf(rc.Invalid, "%s is %q, but the demo listens on this machine only, because its passwords are known: use 127.0.0.1 and a port. `offhook serve` and `offhook platform` listen elsewhere.", flag, addr)
}

// hostPage is the pretend CRM, with the demo's people in it.
func (d *demo) hostPage() *hostpage.Handler {
	h := &hostpage.Handler{WidgetURL: d.info.Widget.URL, PlatformURL: d.info.Platform.URL, ClientID: demoPublicApp}
	for _, u := range d.info.Users {
		h.Users = append(h.Users, hostpage.User{
			Name: u.Name, ExtensionNumber: u.ExtensionNumber, PhoneNumber: u.PhoneNumber, Username: u.Username, Password: u.Password,
		})
	}
	return h
}

// announce tells scripts by a file, which appears whole, and people by text.
func (d *demo) announce(dir string) error {
	text, err := json.MarshalIndent(d.info, "", "  ")
	if err != nil {
		return err
	}
	pages := d.info.Host.URL + "\n" + d.info.CRM.URL + "\n"
	if err := os.WriteFile(filepath.Join(dir, pagesFile), []byte(pages), 0o600); err != nil {
		return fmt.Errorf("writing %s: %w", pagesFile, err)
	}
	tmp, err := os.CreateTemp(dir, ".demo-*") // mode 0600
	if err != nil {
		return fmt.Errorf("writing %s: %w", demoFile, err)
	}
	_, err = tmp.Write(append(text, '\n'))
	if err = errors.Join(err, tmp.Close()); err == nil {
		err = os.Rename(tmp.Name(), filepath.Join(dir, demoFile))
	}
	if err != nil {
		return fmt.Errorf("writing %s: %w", demoFile, err)
	}
	ada, sam := d.info.Users[0], d.info.Users[1]
	_, err = fmt.Fprintf(d.cfg.Out, `Offhook is running. Ctrl-C ends it; the data stays in %s.

  Open       %s      a small CRM with the phone in its corner
  Sign in    %-26s  %s, extension %s, %s
  or as      %-26s  %s, extension %s, %s
  Password   %s

  Try
    1. Press Sign In in the phone and sign in as %s.
    2. Open the same page in a private window or another browser, and sign in as %s.
    3. Text and call each other. Reload a page in the middle of a call, open more tabs, end this program and start it again.
    4. Alone? Text %s: it sends back what you write. Call *601: it says what you say. docs/platform.md has more such numbers.

  Widget     %s
  Platform   %s and %s (CA %s)
  Scripts    %s
  Commands   offhook user, app and embed work on this data with --dir %s
`, dir, d.info.Host.URL,
		ada.Username, ada.Name, ada.ExtensionNumber, ada.PhoneNumber,
		sam.Username, sam.Name, sam.ExtensionNumber, sam.PhoneNumber,
		demoPassword, firstName(ada.Name), firstName(sam.Name), demoRobots[0].phone,
		d.info.Widget.URL, d.info.Platform.URL, d.info.Platform.TLSURL, d.info.Platform.CAFile, filepath.Join(dir, demoFile), dir)
	return err
}

func hostOf(origin string) string {
	u, err := url.Parse(origin)
	if err != nil {
		return ""
	}
	return u.Host
}

// firstName is what a person is called in a sentence.
func firstName(name string) string {
	first, _, _ := strings.Cut(name, " ")
	return first
}
