package session

import (
	"context"
	"sync"

	platform "offhook/internal/platform/event"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// A job is what one step has to be stored and told.
type job struct {
	rows  []store.Call
	event *event
	calls []rc.ActiveCall // that presence shows of the event's extension; nil where that is as before
	done  chan struct{}   // closed when the job is done; nil for nobody
}

type event struct {
	accountID, extensionID int64
	body                   rc.TelephonyEvent
}

// A desk keeps jobs in their order until they are done.
type desk struct {
	wake chan struct{}
	wg   sync.WaitGroup

	mu     sync.Mutex
	jobs   []job // guarded by mu
	closed bool  // guarded by mu; nothing will come any more
}

func (d *desk) init() { d.wake = make(chan struct{}, 1) }

func (d *desk) put(j job) {
	d.mu.Lock()
	d.jobs = append(d.jobs, j)
	d.mu.Unlock()
	d.stir()
}

func (d *desk) stir() {
	select {
	case d.wake <- struct{}{}:
	default:
	}
}

func (d *desk) take() (jobs []job, closed bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	jobs, d.jobs = d.jobs, nil
	return jobs, d.closed
}

func (d *desk) close() {
	d.mu.Lock()
	d.closed = true
	d.mu.Unlock()
	d.stir()
}

func (d *desk) flush(ctx context.Context) error {
	done := make(chan struct{})
	d.put(job{done: done})
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// work does jobs until the desk is closed and empty.
func (k *Book) work() {
	for {
		select {
		case <-k.desk.wake:
		case <-k.unsaved.again:
			k.catchUp()
		}
		for {
			jobs, closed := k.desk.take()
			if len(jobs) == 0 {
				if closed {
					k.giveUp()
					return
				}
				break
			}
			k.do(jobs)
		}
	}
}

// do stores what the jobs have to store in one transaction, and then tells
// of them: a client that hears of the end of a call finds it in the log, unless
// the store fails for long.
func (k *Book) do(jobs []job) {
	var rows []store.Call
	for _, j := range jobs {
		rows = append(rows, j.rows...)
	}
	if len(rows) > 0 {
		k.save(rows)
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	for _, j := range jobs {
		if e := j.event; e != nil {
			k.publish(ctx, e, j.calls)
		}
		if j.done != nil {
			close(j.done)
		}
	}
}

// publish tells the event of a step, and presence of the calls. A bus that
// fails is logged: clients read again when they must know.
func (k *Book) publish(ctx context.Context, e *event, calls []rc.ActiveCall) {
	err := platform.Publish(ctx, k.bus, e.accountID, e.extensionID, rc.TelephonyFilter(e.accountID, e.extensionID), e.body)
	if err == nil {
		err = platform.Publish(ctx, k.bus, e.accountID, e.extensionID, rc.TelephonyPath(e.accountID), e.body)
	}
	if err != nil {
		k.log.Error("telling of a call", "session", e.body.TelephonySessionID, "err", err)
	}
	if k.Presence != nil && calls != nil {
		k.Presence.CallsChanged(ctx, e.accountID, e.extensionID, calls)
	}
}
