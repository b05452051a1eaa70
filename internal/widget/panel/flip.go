package panel

import (
	"cmp"
	"strings"

	"offhook/internal/widget/call"
	"offhook/internal/widget/markup"
)

// A flipView is a number of the user's own at which a call can go on.
type flipView struct {
	call.Flip
	Title string // its label, else the number
	Sub   string // the number, where Title is a label
}

func (p page) flips(all []call.Flip) []flipView {
	var views []flipView
	for _, f := range all {
		number := markup.Line(p.desk.WriteNumber(f.Number))
		v := flipView{Flip: f, Title: cmp.Or(markup.Line(f.Label), number)}
		if v.Title != number {
			v.Sub = number
		}
		views = append(views, v)
	}
	return views
}

// Flippable reports whether the call can go on at another phone of the user.
func (v liveView) Flippable() bool {
	return v.Up() && !v.Conference && !v.Service() && len(v.Flips) > 0
}

// Service reports whether the phone service itself is called, by one of its
// own numbers: there is nobody to pass on, or to record.
func (c liveCall) Service() bool { return strings.HasPrefix(c.Number, "*") }
