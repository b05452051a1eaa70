package panel

import (
	"math"
	"time"

	"offhook/internal/widget/call"
	"offhook/internal/widget/lang"
	"offhook/internal/widget/markup"
)

// drops reports whether the page's application has recorded messages to be
// left in calls.
func (h *Handler) drops(p page) bool { return h.Services != nil && h.Services.Drops(p.visit) }

// Droppable reports whether a recorded message may be left in the call.
func (v liveView) Droppable() bool {
	return v.Drops && v.Up() && v.Direction == call.Outbound && !v.Conference && !v.Service()
}

// leaving draws how far a recorded message is.
func (p page) leaving(out *liveCall) {
	if d := out.Drop; d.State == call.DropPlays {
		out.Since = d.Since.UTC().Format(time.RFC3339Nano)
		out.passed = min(d.Long, max(0, p.clock.now.Sub(d.Since)))
		out.Clock = clockwise(out.passed)
	}
}

// DropLabel is what the recorded message is called.
func (c liveCall) DropLabel() string { return markup.Line(c.Drop.Label) }

// DropSeconds are how long it lasts, and DropPassed how much was heard of it.
func (c liveCall) DropSeconds() float64 { return seconds(c.Drop.Long) }
func (c liveCall) DropPassed() float64  { return seconds(c.passed) }

func seconds(d time.Duration) float64 { return math.Round(d.Seconds()*10) / 10 }

// hushes are how long a far side is silent before a recorded message begins.
var hushes = []choice{
	{"0", lang.Mark("The message begins at once"), ""}, {"1", lang.Mark("1 second"), ""}, {"", lang.Mark("2 seconds"), ""}, {"3", lang.Mark("3 seconds"), ""}, {"5", lang.Mark("5 seconds"), ""},
}

// Hushes are those to choose from.
func (preferringView) Hushes() []choice { return hushes }
