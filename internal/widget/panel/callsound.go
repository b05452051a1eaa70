package panel

import (
	"math"
	"strings"
	"time"

	"offhook/internal/widget/call"
	"offhook/internal/widget/lang"
)

// A soundView is how a call sounded, for whoever wants to know.
type soundView struct {
	Line  string
	Bad   bool
	Facts []soundFact
}

// A soundFact is one of its figures.
type soundFact struct{ Name, Value string }

// grades are what people call the sound of a call.
var grades = map[call.Grade]string{
	call.Good: lang.Mark("Sound: good"), call.Fair: lang.Mark("Sound: fair"), call.Weak: lang.Mark("Sound: weak"), call.Bad: lang.Mark("Sound: bad"),
}

// codecs are what carries sound, and what that means for the ear.
var codecs = map[string]string{"Opus": lang.Mark("Opus, with the whole voice"), "PCMU": lang.Mark("G.711, as telephones sound")}

// newSound draws what was measured of a call; nil for nothing.
func newSound(p page, s *call.Sound) *soundView {
	if s == nil {
		return nil
	}
	grade := s.Grade()
	v := &soundView{Bad: grade == call.Weak || grade == call.Bad}
	shown := s.Here
	if s.There.Measured() && (!shown.Measured() || s.There.MOS < shown.MOS) {
		shown = s.There
	}
	v.Line = strings.Join([]string{p.Lang.Say(grades[grade]), p.Lang.Say("%s %% lost", p.percent(shown.Loss)), p.Lang.Say("%d ms jitter", millis(shown.Jitter))}, " · ")
	v.add(p.Lang.Say("You heard"), p.heard(s.Here))
	v.add(p.Lang.Say("They heard"), p.heard(s.There))
	v.add(p.Lang.Say("Carried as"), p.Lang.Say(codecs[s.Codec]))
	if s.Gaps > 0 {
		v.add(p.Lang.Say("Microphone away"), p.Lang.Count(s.Gaps, "%d time, for %s s", "%d times, for %s s", p.Lang.Number(math.Round(s.Away.Seconds()*10)/10)))
	}
	if s.Moves > 0 {
		v.add(p.Lang.Say("Moved to another tab"), p.Lang.Count(s.Moves, "%d time", "%d times"))
	}
	return v
}

func (v *soundView) add(name, value string) {
	if value != "" {
		v.Facts = append(v.Facts, soundFact{name, value})
	}
}

// heard are the figures of one direction; empty where nothing was measured.
func (p page) heard(h call.Hearing) string {
	if !h.Measured() {
		return ""
	}
	return p.Lang.Say("%s of 4.5, at worst %s; %s %% lost, %d ms jitter", p.Lang.Number(h.MOS), p.Lang.Number(h.Worst), p.percent(h.Loss), millis(h.Jitter))
}

// percent is a part of one, in percent, to a tenth.
func (p page) percent(part float64) string { return p.Lang.Number(math.Round(part*1000) / 10) }

func millis(d time.Duration) int { return int(d.Round(time.Millisecond) / time.Millisecond) }
