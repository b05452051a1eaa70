package app

import (
	"context"
	"net"

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

// panelPhones shows the phones to the panels.
type panelPhones struct{ pool *softphone.Pool }

func (p panelPhones) Phone(ctx context.Context, grantID string) (panel.Phone, error) {
	ph, err := p.pool.Phone(ctx, grantID)
	if err != nil {
		return nil, err
	}
	return ph, nil
}

// linkPhones shows the phones to the host link.
type linkPhones struct{ pool *softphone.Pool }

// Join leaves the counting of tabs to the watch that each socket has.
func (l linkPhones) Join(ctx context.Context, grantID, _ string) (hostlink.Phone, func(), error) {
	ph, err := l.pool.Phone(ctx, grantID)
	if err != nil {
		return nil, nil, err
	}
	return ph, func() {}, nil
}
