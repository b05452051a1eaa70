package exchange

import (
	"context"
	"errors"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// What was said in a call cannot be said again. A store that does not take it
// is asked again, as it is for the call log, for as long as operators need to
// mend it and as much as the memory bears.

const (
	// keepTime is how long storing what was said may take.
	keepTime = 30 * time.Second
	// shortestPause and longestPause are between two attempts.
	shortestPause = time.Second
	longestPause  = 30 * time.Second
	// keepFor is how long it is tried.
	keepFor = 24 * time.Hour
	// maxUnkept is how many bytes wait for the store: four hours of recordings.
	maxUnkept = 256 << 20
	// lastTime is how long Close waits for the store.
	lastTime = 15 * time.Second
)

// keep stores what was said, some bytes, also while the exchange is closed. It
// returns when that has succeeded, or never will.
func (c *call) keep(size int, put func(context.Context) error) {
	x := c.x
	err := x.attempt(put)
	if err == nil {
		return
	}
	log := x.Log.With("call", c.session.ID())
	if x.unkept.Add(int64(size)) > maxUnkept {
		x.unkept.Add(-int64(size))
		log.Error("what was said in a call is lost: too much waits for the store", "err", err)
		return
	}
	defer x.unkept.Add(-int64(size))
	if !refused(err) {
		log.Error("what was said in a call cannot be stored, and waits until it can", "err", err)
	}
	closing := false
	for waited, pause := time.Duration(0), shortestPause; err != nil && !refused(err) && !closing && waited < keepFor; pause = min(2*pause, longestPause) {
		select {
		case <-x.Book.After(pause):
			waited += pause
		case <-x.ctx.Done():
			closing = true // this is the last time
		}
		err = x.attempt(put)
	}
	if err != nil {
		log.Error("what was said in a call is lost", "err", err)
		return
	}
	log.Info("what was said in a call is stored now")
}

func (x *Exchange) attempt(put func(context.Context) error) error {
	ctx, stop := context.WithTimeout(x.keeping, keepTime)
	defer stop()
	return put(ctx)
}

// refused reports whether an error is an answer that stays the same, as when
// somebody has been removed.
func refused(err error) bool {
	var told *rc.Error
	return errors.Is(err, store.ErrNotFound) || errors.As(err, &told) && told.Kind != rc.Unavailable
}
