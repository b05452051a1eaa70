package panel

import (
	"cmp"

	"offhook/internal/widget/lang"
)

// ringtones are what the ringtones are called.
var ringtones = []choice{
	{"rising", lang.Mark("Rising"), ""}, {"classic", lang.Mark("Classic telephone"), ""}, {"marimba", lang.Mark("Marimba"), ""},
	{"bells", lang.Mark("Bells"), ""}, {"harp", lang.Mark("Harp"), ""}, {"pulse", lang.Mark("Pulse"), ""},
	{"none", lang.Mark("No sound"), lang.Mark("Calls are shown and not heard")},
}

// Ringing are the ringtones to choose from.
func (v preferringView) Ringing() []choice {
	var all []choice
	for _, name := range v.desk.Ringtones() {
		all = append(all, choiceOf(ringtones, name))
	}
	return all
}

// RingTone is the chosen ringtone, as far as the server knows: a page may
// bring one of its own, which is heard until the user chooses.
func (v preferringView) RingTone() string { return choiceOf(ringtones, v.Ringtone).Value }

// RingLoudness is the volume of calls in percent.
func (v preferringView) RingLoudness() string { return cmp.Or(v.RingVolume, v.Loudness()) }

// ringLine says what calls sound like.
func (v preferringView) ringLine() string {
	if v.RingLoudness() == "0" {
		return v.Lang.Say("No sound")
	}
	return v.Lang.Say(choiceOf(ringtones, v.Ringtone).Name)
}
