package sqlstore

import (
	"context"
	"database/sql"
	"fmt"
	"sync"
	"sync/atomic"
)

// maxGroup bounds how many waiting writes share one commit.
const maxGroup = 128

// A writer runs SQLite's writes one after the other on its one connection.
// Those that wait while another commits share the next commit, each under
// its own savepoint, so a durable commit's price is divided among them.
type writer struct {
	db     *sql.DB
	parsed *parser
	queue  chan *job
	mu     sync.RWMutex // held for reading while sending, for writing to close
	done   bool         // guarded by mu
	wg     sync.WaitGroup
}

type job struct {
	ctx    context.Context
	fn     func(queries) error
	err    error
	result chan error
	begun  atomic.Bool   // fn runs or has run, or nobody waits for it any more
	ran    chan struct{} // closed when fn has run
}

func startWriter(db *sql.DB) *writer {
	w := &writer{db: db, parsed: newParser(db), queue: make(chan *job, maxGroup)}
	w.wg.Go(w.run)
	return w
}

func (w *writer) close() {
	w.mu.Lock()
	if !w.done {
		w.done = true
		close(w.queue)
	}
	w.mu.Unlock()
	w.wg.Wait()
}

// do waits for the commit. When ctx ends first, fn is not run any more, or the
// outcome is unknown: the write may still be committed. fn does not run when do
// has returned, because what it writes to is its caller's.
func (w *writer) do(ctx context.Context, fn func(queries) error) error {
	j := &job{ctx: ctx, fn: fn, result: make(chan error, 1), ran: make(chan struct{})}
	if err := w.send(j); err != nil {
		return err
	}
	select {
	case err := <-j.result:
		return err
	case <-ctx.Done():
		if j.begun.Swap(true) {
			<-j.ran
		}
		return ctx.Err()
	}
}

func (w *writer) send(j *job) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.done {
		return fmt.Errorf("the database is closed")
	}
	select {
	case w.queue <- j:
		return nil
	case <-j.ctx.Done():
		return j.ctx.Err()
	}
}

func (w *writer) run() {
	for j := range w.queue {
		group := []*job{j}
	collect:
		for len(group) < maxGroup {
			select {
			case next, ok := <-w.queue:
				if !ok {
					break collect
				}
				group = append(group, next)
			default:
				break collect
			}
		}
		err := w.commit(group)
		w.parsed.learn()
		for _, j := range group {
			if j.err == nil {
				j.err = err
			}
			j.result <- j.err
		}
	}
}

// commit runs a group in one transaction. Its error is the whole group's; a
// job's own error is kept in the job, its changes undone.
func (w *writer) commit(group []*job) error {
	tx, err := w.db.BeginTx(context.Background(), nil)
	if err != nil {
		return fmt.Errorf("beginning a transaction: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // a no-op after Commit
	for _, j := range group {
		if j.err = j.ctx.Err(); j.err != nil {
			continue
		}
		if err := savepoint(transaction{tx, w.parsed}, j); err != nil {
			return err
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("committing: %w", err)
	}
	return nil
}

func savepoint(tx transaction, j *job) error {
	ctx := context.Background()
	if _, err := tx.ExecContext(ctx, "SAVEPOINT job"); err != nil {
		return fmt.Errorf("setting a savepoint: %w", err)
	}
	if j.run(queries{tx}); j.err != nil {
		if _, err := tx.ExecContext(ctx, "ROLLBACK TO job"); err != nil {
			return fmt.Errorf("undoing a write: %w", err)
		}
	}
	if _, err := tx.ExecContext(ctx, "RELEASE job"); err != nil {
		return fmt.Errorf("releasing a savepoint: %w", err)
	}
	return nil
}

// run runs fn, unless its caller has given up.
func (j *job) run(q queries) {
	if j.begun.Swap(true) {
		j.err = context.Canceled
		return
	}
	defer close(j.ran)
	j.err = j.fn(q)
}
