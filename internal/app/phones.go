package app

import (
	"context"
	"fmt"
	"net"
	"regexp"

	"offhook/internal/media"
	"offhook/internal/widget/desk"
	"offhook/internal/widget/hostlink"
	"offhook/internal/widget/panel"
	"offhook/internal/widget/softphone"
)

// phoneDesks shows the desks to the phones.
type phoneDesks struct{ pool *desk.Pool }

func (p phoneDesks) Desk(ctx context.Context, grantID string) (softphone.Desk, error) {
	d, err := p.pool.Desk(ctx, grantID)
	if err != nil {
		return nil, err
	}
	return d, nil
}

// sound says which addresses the sound of calls uses: those that are set, and
// otherwise a free port of the address that the widget listens on.
func (c WidgetConfig) sound(listen string) media.Config {
	s := media.Config{BrowserAddr: c.SoundAddr, TCPAddr: c.SoundTCPAddr}
	if host, _, err := net.SplitHostPort(listen); err == nil && s.BrowserAddr == "" {
		s.BrowserAddr = net.JoinHostPort(host, "0")
	}
	for _, ip := range c.SoundIPs {
		s.Announce = append(s.Announce, net.ParseIP(ip))
	}
	return s
}

// relays are those that are set, nil for none.
func (c TurnConfig) relays() *softphone.Relays {
	if len(c.URLs) == 0 {
		return nil
	}
	return &softphone.Relays{URLs: c.URLs, Secret: c.Secret, Username: c.Username, Password: c.Password}
}

// turnURL is a TURN address (RFC 7065 section 3.1).
var turnURL = regexp.MustCompile(`^turns?:[^/?#@\s]+(\?transport=(udp|tcp))?$`)

// mistake is what is wrong, and with which setting; empty for nothing.
func (c TurnConfig) mistake() (setting, what string) {
	for _, u := range c.URLs {
		if !turnURL.MatchString(u) {
			return "urls", fmt.Sprintf("must be addresses such as turn:turn.example.com:3478 or turns:turn.example.com:443?transport=tcp, not %q.", u)
		}
	}
	switch fixed := c.Username != "" || c.Password != ""; {
	case len(c.URLs) == 0 && (fixed || c.Secret != ""):
		return "urls", "needs the addresses of the relays that the credentials are for."
	case len(c.URLs) > 0 && !fixed && c.Secret == "":
		return "secret", "is needed, or username and password: relays serve nobody whom they do not know."
	case fixed && c.Secret != "":
		return "secret", "cannot be combined with username and password; set one of the two."
	case fixed && (c.Username == "" || c.Password == ""):
		return "password", "and username need one another."
	}
	return "", ""
}

// panelPhones shows the phones to the panels.
type panelPhones struct{ pool *softphone.Pool }

func (p panelPhones) Phone(ctx context.Context, grantID string) (panel.Phone, error) {
	ph, err := p.pool.Telephone(ctx, grantID)
	if err != nil {
		return nil, err
	}
	return ph, nil
}

// linkPhones shows the phones to the host link.
type linkPhones struct{ pool *softphone.Pool }

// Join leaves the counting of tabs to the watch that each socket has.
func (l linkPhones) Join(ctx context.Context, grantID, _ string) (hostlink.Phone, func(), error) {
	ph, err := l.pool.Telephone(ctx, grantID)
	if err != nil {
		return nil, nil, err
	}
	return ph, func() {}, nil
}
