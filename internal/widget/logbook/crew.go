package logbook

import (
	"slices"
	"time"
)

// A crew are the open tabs that can tell one host page's logger. The first
// that is there delivers; the others wait for their turn. Its handler's mu
// guards it.
type crew struct {
	tabs []*tab
	left time.Time // when the last of them went away

	fixed [2]string // what the page has set the switches to that it locks
}

// A tab is one frame of the host page.
type tab struct {
	id       string
	grantID  string
	frameKey string
	sockets  int       // how many connections hold it; it lives by them
	seen     time.Time // its last request; it lives by that for a moment
	able     bool      // it has asked for work
	due      time.Time // when it should have answered for its work; zero without
}

// Bounds of a tab's life.
const (
	// breath is how long a tab without a connection is taken for living.
	breath = 10 * time.Second
	// grace is how long a tab that is gone keeps what it had in hand: its
	// connection may only have been changed for another.
	grace = 3 * time.Second
)

func (t *tab) lives(now time.Time) bool { return t.sockets > 0 || now.Sub(t.seen) < breath }

// find returns a tab of this life, a new one last in line.
func (c *crew) find(id, grantID, frameKey string) *tab {
	for _, t := range c.tabs {
		if t.id == id && t.grantID == grantID && t.frameKey == frameKey {
			return t
		}
	}
	t := &tab{id: id, grantID: grantID, frameKey: frameKey}
	c.tabs = append(c.tabs, t)
	return t
}

// deliverer is the tab whose turn it is, nil for none. A tab that has not
// answered for its work goes to the end of the line.
func (c *crew) deliverer(now time.Time) *tab {
	c.prune(now)
	for range c.tabs {
		t := c.tabs[0]
		if t.able && (t.due.IsZero() || now.Before(t.due)) {
			return t
		}
		t.due = time.Time{}
		c.rest(t)
	}
	// All have been passed once: whoever is able begins again.
	if i := slices.IndexFunc(c.tabs, func(t *tab) bool { return t.able }); i >= 0 {
		return c.tabs[i]
	}
	return nil
}

// prune forgets tabs that are gone, and reports whether there were some.
func (c *crew) prune(now time.Time) bool {
	before := len(c.tabs)
	c.tabs = slices.DeleteFunc(c.tabs, func(t *tab) bool { return !t.lives(now) })
	return len(c.tabs) < before
}

// rest puts a tab last: its page does not answer, perhaps another does.
func (c *crew) rest(t *tab) {
	if i := slices.Index(c.tabs, t); i >= 0 {
		c.tabs = append(slices.Delete(c.tabs, i, i+1), t)
	}
}

// first puts a tab first: the user acts there.
func (c *crew) first(t *tab) {
	if i := slices.Index(c.tabs, t); i >= 0 {
		c.tabs = slices.Insert(slices.Delete(c.tabs, i, i+1), 0, t)
	}
}

// frames are the grants and frames of living tabs, each once.
func (c *crew) frames() (all []change) {
	for _, t := range c.tabs {
		one := change{GrantID: t.grantID, FrameKey: t.frameKey, What: "log"}
		if !slices.Contains(all, one) {
			all = append(all, one)
		}
	}
	return all
}
