package session

import (
	"context"
	"errors"
	"slices"
	"time"

	"offhook/internal/store"
)

const (
	// patience is how long storing a batch may take.
	patience = 10 * time.Second
	// The first and the longest pause between two attempts while the store fails.
	shortestPause = time.Second
	longestPause  = 30 * time.Second
	// attempts are made before others have to hear of a call that is not in
	// the log yet, and before a row is given up that the store refuses while
	// it takes others.
	attempts = 3
	// maxUnsaved is how many calls are remembered for a store that fails.
	maxUnsaved = 20_000
	// batch is how many rows are stored in one transaction.
	batch = 500
)

// An unsaved log is the rows of the call log that the store has not taken, of each
// call the newest: a log that lacks a call cannot be mended later. It belongs
// to the goroutine that does jobs.
type unsaved struct {
	rows  []*late // in the order in which they came
	pause time.Duration
	again <-chan time.Time // nil while the store takes what it is given
	lost  int              // calls that were too many
}

type late struct {
	row   store.Call
	tries int
}

// add remembers rows in place of older ones of the same calls.
func (u *unsaved) add(rows []store.Call) {
	at := make(map[string]*late, len(u.rows))
	for _, l := range u.rows {
		at[l.row.ID] = l
	}
	for _, r := range rows {
		if l := at[r.ID]; l != nil {
			l.row, l.tries = r, 0
			continue
		}
		l := &late{row: r}
		at[r.ID] = l
		u.rows = append(u.rows, l)
	}
	if over := len(u.rows) - maxUnsaved; over > 0 {
		u.rows = slices.Delete(u.rows, 0, over)
		u.lost += over
	}
}

// save stores rows, several times if it must. Where the store still fails they
// wait for it, and what comes after them is told meanwhile.
func (k *Book) save(rows []store.Call) {
	k.unsaved.add(rows)
	if k.unsaved.again != nil {
		return
	}
	var err error
	for i := range attempts {
		if i > 0 {
			<-k.After(shortestPause)
		}
		if err = k.storeAll(); err == nil {
			return
		}
	}
	k.log.Error("the call log cannot be written, and is kept until it can", "calls", len(k.unsaved.rows), "err", err)
	k.wait()
}

// wait has the rows tried again after a pause, which gets longer.
func (k *Book) wait() {
	u := &k.unsaved
	u.pause = min(max(2*u.pause, shortestPause), longestPause)
	u.again = k.After(u.pause)
}

// catchUp tries again what the store did not take.
func (k *Book) catchUp() {
	u := &k.unsaved
	had := len(u.rows)
	if k.storeAll() != nil {
		k.wait()
		return
	}
	k.log.Info("the call log is written again", "calls", had)
	u.pause, u.again = 0, nil
	k.complain(nil)
}

// giveUp tries for the last time, as the process ends.
func (k *Book) giveUp() {
	if len(k.unsaved.rows) > 0 {
		err := k.storeAll()
		k.unsaved.lost += len(k.unsaved.rows)
		k.complain(err)
	}
}

// complain says how many calls the log will never have.
func (k *Book) complain(err error) {
	if n := k.unsaved.lost; n > 0 {
		k.log.Error("the call log lacks calls", "calls", n, "err", err)
	}
	k.unsaved.lost = 0
}

// storeAll stores what is unsaved. The error is the store's; what it did not
// take is still there.
func (k *Book) storeAll() error {
	u := &k.unsaved
	for len(u.rows) > 0 {
		some := u.rows[:min(batch, len(u.rows))]
		if err := k.storeRows(some...); err != nil {
			return k.storeEach(err)
		}
		u.rows = u.rows[len(some):]
	}
	return nil
}

func (k *Book) storeRows(some ...*late) error {
	rows := make([]store.Call, len(some))
	for i, l := range some {
		rows[i] = l.row
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	return k.store.Write(ctx, func(tx store.PlatformTx) error { return put(ctx, tx, rows) })
}

// gone reports whether an extension was removed.
func (k *Book) gone(extensionID int64) bool {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	_, err := k.store.Extension(ctx, extensionID)
	return errors.Is(err, store.ErrNotFound)
}

// storeEach stores rows one by one after some together were refused with err:
// one that is refused alone, such as that of somebody who was deleted, must not
// keep the others out of the log. A store that takes none is not asked for all.
func (k *Book) storeEach(err error) error {
	u := &k.unsaved
	var refused []*late
	taken := 0
	for len(u.rows) > 0 && (taken > 0 || len(refused) < attempts) {
		l := u.rows[0]
		u.rows = u.rows[1:]
		if e := k.storeRows(l); e != nil {
			if !k.gone(l.row.ExtensionID) { // whose log is gone with them
				refused, err = append(refused, l), e
			}
			continue
		}
		taken++
	}
	for _, l := range refused { // behind the others, which have their turn first
		if taken > 0 {
			l.tries++
		}
		if l.tries < attempts {
			u.rows = append(u.rows, l)
			continue
		}
		k.log.Error("the store refuses a call of the log", "call", l.row.ID, "err", err)
	}
	if len(u.rows) == 0 {
		return nil
	}
	return err
}
