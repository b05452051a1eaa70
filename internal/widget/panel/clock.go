package panel

import (
	"time"
	_ "time/tzdata" // readers name zones that this machine may not know
)

// A clock tells times as people read them. The text is what a browser
// without our script shows; times.js says the same in the reader's language.
type clock struct {
	now  time.Time
	zone *time.Location
}

// A stamp is a moment on a page.
type stamp struct {
	ISO  string // for <time datetime>
	Text string
	Form string // row, clock or day: how times.js writes it
}

// Row tells when a conversation last moved.
func (c clock) Row(at time.Time) stamp {
	t := at.In(c.zone)
	s := c.stamp(at, "row")
	switch days := c.daysAgo(at); {
	case days <= 0:
		s.Text = t.Format("15:04")
	case days == 1:
		s.Text = "Yesterday"
	case days < 7:
		s.Text = t.Format("Mon")
	case t.Year() == c.now.In(c.zone).Year():
		s.Text = t.Format("2 Jan")
	default:
		s.Text = t.Format("2 Jan 2006")
	}
	return s
}

// Clock tells the time of day.
func (c clock) Clock(at time.Time) stamp {
	s := c.stamp(at, "clock")
	s.Text = at.In(c.zone).Format("15:04")
	return s
}

// Day names the day of a line between messages.
func (c clock) Day(at time.Time) stamp {
	t := at.In(c.zone)
	s := c.stamp(at, "day")
	switch days := c.daysAgo(at); {
	case days <= 0:
		s.Text = "Today"
	case days == 1:
		s.Text = "Yesterday"
	case days < 7:
		s.Text = t.Format("Monday")
	case t.Year() == c.now.In(c.zone).Year():
		s.Text = t.Format("Mon 2 January")
	default:
		s.Text = t.Format("2 January 2006")
	}
	return s
}

func (c clock) stamp(at time.Time, form string) stamp {
	return stamp{ISO: at.UTC().Format(time.RFC3339), Form: form}
}

// date is the calendar day at the reader's place, comparable over daylight
// saving changes.
func (c clock) date(at time.Time) time.Time {
	y, m, d := at.In(c.zone).Date()
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

func (c clock) daysAgo(at time.Time) int {
	return int(c.date(c.now).Sub(c.date(at)).Hours() / 24)
}
