package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"sync"
)

// maxPrepared bounds how many statements are kept parsed. The store's texts
// are fewer; a text beyond it is parsed each time.
const maxPrepared = 512

// A parser keeps SQLite's statements parsed, because parsing one takes longer
// than running it. (pgx does the same for PostgreSQL by itself.)
type parser struct {
	db *sql.DB

	mu     sync.Mutex
	stmts  map[string]*sql.Stmt // guarded by mu
	wanted map[string]bool      // guarded by mu; met inside a transaction, to be parsed after it
}

func newParser(db *sql.DB) *parser {
	return &parser{db: db, stmts: make(map[string]*sql.Stmt), wanted: make(map[string]bool)}
}

func (p *parser) known(query string) *sql.Stmt {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stmts[query]
}

// stmt returns a parsed statement, or nil when there is no place for it.
func (p *parser) stmt(ctx context.Context, query string) (*sql.Stmt, error) {
	if s := p.known(query); s != nil {
		return s, nil
	}
	s, err := p.db.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if other := p.stmts[query]; other != nil || len(p.stmts) >= maxPrepared {
		return other, s.Close()
	}
	p.stmts[query] = s
	return s, nil
}

// close ends every statement.
func (p *parser) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var all error
	for _, s := range p.stmts {
		all = errors.Join(all, s.Close())
	}
	clear(p.stmts)
	return all
}

// A reader runs parsed statements on the read pool.
type reader struct{ *parser }

func (r reader) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	s, err := r.stmt(ctx, query)
	if err != nil || s == nil {
		return r.db.ExecContext(ctx, query, args...)
	}
	return s.ExecContext(ctx, args...)
}

func (r reader) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	s, err := r.stmt(ctx, query)
	if err != nil || s == nil {
		return r.db.QueryContext(ctx, query, args...)
	}
	return s.QueryContext(ctx, args...)
}

// A row is read to its end before anybody could give up, so a caller that
// went away is noticed before it and not watched for during it, which takes
// longer than the row (see transaction).
func (r reader) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	if ctx.Err() == nil {
		ctx = context.WithoutCancel(ctx)
	}
	s, err := r.stmt(ctx, query)
	if err != nil || s == nil {
		return r.db.QueryRowContext(ctx, query, args...) // whose error is the better one
	}
	return s.QueryRowContext(ctx, args...)
}

// A transaction runs parsed statements on the connection that writes. That
// connection is the only one of its pool and is taken, so what it meets for
// the first time is parsed for that once, and kept after the transaction.
//
// A caller that went away does not end a statement: others may share the
// commit, each statement takes microseconds, and the driver's watch over
// every single one takes longer.
type transaction struct {
	tx *sql.Tx
	*parser
}

func (t transaction) stmt(ctx context.Context, query string) *sql.Stmt {
	s := t.known(query)
	if s == nil {
		t.mu.Lock()
		defer t.mu.Unlock()
		t.wanted[query] = true
		return nil
	}
	return t.tx.StmtContext(ctx, s)
}

func (t transaction) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	ctx = context.WithoutCancel(ctx)
	if s := t.stmt(ctx, query); s != nil {
		return s.ExecContext(ctx, args...)
	}
	return t.tx.ExecContext(ctx, query, args...)
}

func (t transaction) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	ctx = context.WithoutCancel(ctx)
	if s := t.stmt(ctx, query); s != nil {
		return s.QueryContext(ctx, args...)
	}
	return t.tx.QueryContext(ctx, query, args...)
}

func (t transaction) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	ctx = context.WithoutCancel(ctx)
	if s := t.stmt(ctx, query); s != nil {
		return s.QueryRowContext(ctx, args...)
	}
	return t.tx.QueryRowContext(ctx, query, args...)
}

// learn parses what transactions met. It is called when none runs. A text
// that does not parse has told its caller so.
func (p *parser) learn() {
	p.mu.Lock()
	texts := p.wanted
	p.wanted = make(map[string]bool)
	p.mu.Unlock()
	for query := range texts {
		_, _ = p.stmt(context.Background(), query)
	}
}
