package app

import (
	"cmp"

	"offhook/internal/rc"
	"offhook/internal/widget/desk"
	"offhook/internal/widget/hostlink"
	"offhook/internal/widget/panel"
)

func (p panelDesk) Preferences() panel.Preferences { return panel.Preferences(p.Desk.Preferences()) }

func (p panelDesk) Countries() []panel.Country {
	all := desk.Countries()
	out := make([]panel.Country, len(all))
	for i, c := range all {
		out[i] = panel.Country(c)
	}
	return out
}

func (p panelDesk) Sounds() []string { return desk.Sounds }

func (p panelDesk) Ringtones() []string { return desk.Ringtones }

func (l linkDesk) Preferences() hostlink.Preferences {
	p := l.Desk.Preferences()
	way := ""
	if first, _ := l.Desk.RingsFirst(); first != "" {
		way = desk.RingOut
	}
	return hostlink.Preferences{CallWith: way, Theme: p.Theme, Enter: p.Enter, Sound: p.Sound, Volume: p.Volume, Keys: p.Keys, Language: p.Language, CallerID: p.CallerID, Ringtone: p.Ringtone, RingVolume: p.RingVolume}
}

// Caller is what whoever sent a message is called.
func (l linkDesk) Caller(m *rc.Message) string {
	if m.From == nil {
		return ""
	}
	number := cmp.Or(m.From.PhoneNumber, m.From.ExtensionNumber)
	for _, p := range l.Lookup(number, 1) {
		if p.Number == number || p.Extension == number {
			return cmp.Or(p.Name, p.Display)
		}
	}
	return cmp.Or(m.From.Name, number)
}
