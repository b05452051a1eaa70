package app

import (
	"context"

	"offhook/internal/widget/desk"
	"offhook/internal/widget/hostlink"
	"offhook/internal/widget/panel"
)

func (p panelDesk) Presence() (panel.Presence, bool) {
	own, known := p.Desk.Presence()
	return panel.Presence(own), known
}

func (p panelDesk) SetPresence(ctx context.Context, c panel.PresenceChange) (panel.Presence, error) {
	own, err := p.Desk.SetPresence(ctx, desk.PresenceChange(c))
	return panel.Presence(own), err
}

func (p panelDesk) Overseen() []panel.Presence {
	var all []panel.Presence
	for _, o := range p.Desk.Overseen() {
		all = append(all, panel.Presence(o))
	}
	return all
}

func (l linkDesk) Presence() (hostlink.Presence, bool) {
	own, known := l.Desk.Presence()
	return linkPresence(own, own.ExtensionID), known
}

func linkPresence(p desk.Presence, own string) hostlink.Presence {
	return hostlink.Presence{
		ExtensionID: p.ExtensionID, Own: p.ExtensionID == own, Reach: p.Reach,
		UserStatus: p.UserStatus, DNDStatus: p.DNDStatus, TelephonyStatus: p.TelephonyStatus,
	}
}
