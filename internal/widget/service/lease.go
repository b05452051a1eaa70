package service

import (
	"crypto/rand"
	"time"
)

// leaseTime is how long a frame that says nothing keeps what it has in hand.
// A frame says every few seconds that it waits for its page; one whose tab is
// gone is succeeded soon.
const leaseTime = 20 * time.Second

// A lease is the right of one frame to ask the page for all frames of a user.
type lease struct {
	id    string
	until time.Time
}

func newLease(now time.Time) lease { return lease{rand.Text(), now.Add(leaseTime)} }

// left is how long others must wait before they may try.
func (l lease) left(now time.Time) time.Duration { return l.until.Sub(now) }

// waiting is the answer to a frame that another one is ahead of.
type waiting struct {
	Wait int64 `json:"wait"` // milliseconds until it may be worth asking again
}

func wait(l lease, now time.Time) waiting { return waiting{l.left(now).Milliseconds() + 100} }
