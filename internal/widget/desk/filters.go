package desk

import (
	"context"
	"slices"
)

// maxFilters bounds the browsers whose choice is kept.
const maxFilters = 50

// A filterRow is a browser session that shows the unread conversations only.
type filterRow struct {
	Sessions []string `json:"sessions"` // the newest choice last
}

// OnlyUnread reports whether a browser session shows unread conversations
// only.
func (d *Desk) OnlyUnread(session string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Contains(d.filters.Sessions, session)
}

// SetOnlyUnread keeps what a browser session shows, and has its tabs look.
func (d *Desk) SetOnlyUnread(ctx context.Context, session string, only bool) {
	d.mu.Lock()
	all := slices.DeleteFunc(slices.Clone(d.filters.Sessions), func(s string) bool { return s == session })
	if only {
		all = append(all, session)
	}
	d.filters.Sessions = all[max(0, len(all)-maxFilters):]
	d.dirty(rowKey{rowFilters, ""})
	d.tell(Event{Type: EventList})
	d.mu.Unlock()
	d.write(context.WithoutCancel(ctx))
}
