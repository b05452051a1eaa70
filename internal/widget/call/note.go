package call

import "time"

// A Note is what is kept of a call that is over and that the platform's log
// does not know.
type Note struct {
	Session string    `json:"-"` // the platform's id of its telephony session
	At      time.Time `json:"-"` // when it ended
	Unseen  bool      `json:"unseen,omitempty"`
	Sound   *Sound    `json:"sound,omitempty"` // nil of a call in which nobody spoke
}

// A Sound is how a call sounded as long as it lasted.
type Sound struct {
	Here  Hearing `json:"here"`  // what the user heard of the far side
	There Hearing `json:"there"` // what the far side heard of the user
	Codec string  `json:"codec"` // Opus or PCMU, toward the platform
	// Gaps counts how often the microphone was away, as while a page is loaded
	// anew, and Away is for how long in all.
	Gaps int           `json:"gaps,omitempty"`
	Away time.Duration `json:"away,omitempty"`
	// Moves counts how often the microphone has gone from one tab to another.
	Moves int `json:"moves,omitempty"`
}

// A Hearing is how well one side heard the other. It is zero where that was
// never measured.
type Hearing struct {
	MOS    float64       `json:"mos"`    // half of the time it was better; 1 to 4.5, ITU-T G.107 estimate
	Worst  float64       `json:"worst"`  // the worst few seconds, the same
	Loss   float64       `json:"loss"`   // 0 to 1, over the whole call
	Jitter time.Duration `json:"jitter"` // on average
}

// Measured reports whether anything is known.
func (h Hearing) Measured() bool { return h.MOS > 0 }

// A Grade is what people call the sound of a call.
type Grade string

// The grades, and the least estimate of each (ITU-T G.107 annex B: from 4.0
// most users are satisfied, from 3.6 some are not, from 3.1 many are not).
const (
	Good Grade = "good"
	Fair Grade = "fair"
	Weak Grade = "weak"
	Bad  Grade = "bad"
)

// GradeOf is the grade of an estimate.
func GradeOf(mos float64) Grade {
	switch {
	case mos >= 4:
		return Good
	case mos >= 3.6:
		return Fair
	case mos >= 3.1:
		return Weak
	}
	return Bad
}

// Grade is that of the worse of the two directions, as far as they are known.
func (s Sound) Grade() Grade {
	worse := s.Here.MOS
	if s.There.Measured() && (s.There.MOS < worse || !s.Here.Measured()) {
		worse = s.There.MOS
	}
	return GradeOf(worse)
}
