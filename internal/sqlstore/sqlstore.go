// Package sqlstore keeps both houses' tables in SQLite or PostgreSQL with one
// portable SQL text: $n parameters in order of first use, TEXT, BIGINT and
// BYTEA columns, times as milliseconds, ON CONFLICT and RETURNING. Single use
// is a compare-and-set (UPDATE ... WHERE used_at = 0 RETURNING), never a lock.
package sqlstore

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	_ "github.com/jackc/pgx/v5/stdlib" // the PostgreSQL driver, "pgx"
	"modernc.org/sqlite"
	sqlite3 "modernc.org/sqlite/lib"

	"offhook/internal/store"
)

// A DB is an open database. Its methods may be called from any goroutine.
type DB struct {
	read   *sql.DB
	write  *sql.DB
	reads  runner  // runs statements on the read pool
	parsed *parser // of the read pool; nil on PostgreSQL, whose driver keeps statements itself
	writer *writer // nil on PostgreSQL, which groups commits itself
}

// Open opens the database that dsn names, a file path for SQLite or a
// postgres:// URL, and brings its schema up to date. The caller must Close it.
func Open(ctx context.Context, dsn string) (*DB, error) {
	if strings.HasPrefix(dsn, "postgres://") || strings.HasPrefix(dsn, "postgresql://") {
		return openPostgres(ctx, dsn)
	}
	return openSQLite(ctx, dsn, "FULL")
}

func openPostgres(ctx context.Context, dsn string) (*DB, error) {
	pool, err := sql.Open("pgx", dsn)
	if err != nil {
		return nil, fmt.Errorf("opening PostgreSQL: %w", err)
	}
	pool.SetMaxOpenConns(16)
	pool.SetMaxIdleConns(16)
	db := &DB{read: pool, write: pool, reads: pool}
	if err := db.migrate(ctx); err != nil {
		_ = pool.Close()
		return nil, err
	}
	return db, nil
}

// openSQLite keeps what SQLite would put into temporary files in memory: a
// savepoint notes there what it may have to undo, and each write of a group
// has its own.
func openSQLite(ctx context.Context, path, synchronous string) (*DB, error) {
	dsn := "file:" + (&url.URL{Path: path}).EscapedPath() +
		"?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=journal_mode(WAL)&_pragma=foreign_keys(1)" +
		"&_pragma=temp_store(MEMORY)&_pragma=synchronous(" + synchronous + ")"
	write, err := sql.Open("sqlite", dsn)
	if err != nil {
		return nil, fmt.Errorf("opening SQLite: %w", err)
	}
	write.SetMaxOpenConns(1)
	db := &DB{write: write}
	if err := db.migrate(ctx); err != nil {
		_ = write.Close()
		return nil, err
	}
	if db.read, err = sql.Open("sqlite", dsn); err != nil {
		_ = write.Close()
		return nil, fmt.Errorf("opening SQLite: %w", err)
	}
	db.read.SetMaxOpenConns(4)
	db.read.SetMaxIdleConns(4)
	db.parsed = newParser(db.read)
	db.reads = reader{db.parsed}
	db.writer = startWriter(write)
	return db, nil
}

// Ping reads from the database, so that nil means that it can be reached.
func (db *DB) Ping(ctx context.Context) error {
	var files int
	return db.read.QueryRowContext(ctx, "SELECT COUNT(*) FROM schema_files").Scan(&files)
}

// Close finishes the writes that were accepted and closes the database.
func (db *DB) Close() error {
	if db.writer == nil {
		return db.read.Close()
	}
	db.writer.close()
	return errors.Join(db.parsed.close(), db.read.Close(), db.writer.parsed.close(), db.write.Close())
}

// Platform is the platform house's view.
func (db *DB) Platform() store.Platform { return platform{queries{db.reads}, db} }

// Widget is the widget house's view.
func (db *DB) Widget() store.Widget { return widget{queries{db.reads}, db} }

type platform struct {
	queries
	db *DB
}

func (p platform) Write(ctx context.Context, fn func(store.PlatformTx) error) error {
	return p.db.do(ctx, func(q queries) error { return fn(q) })
}

type widget struct {
	queries
	db *DB
}

func (w widget) Write(ctx context.Context, fn func(store.WidgetTx) error) error {
	return w.db.do(ctx, func(q queries) error { return fn(q) })
}

// do runs fn in a transaction, alone on PostgreSQL, in a group on SQLite.
func (db *DB) do(ctx context.Context, fn func(queries) error) error {
	if db.writer != nil {
		return db.writer.do(ctx, fn)
	}
	tx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("beginning a transaction: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // a no-op after Commit
	if err := fn(queries{tx}); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("committing: %w", err)
	}
	return nil
}

// queries holds every statement; it runs them on the read pool or inside a
// transaction.
type queries struct{ q runner }

// A runner runs statements: a pool or a transaction.
type runner interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// exec runs a statement whose number of rows does not matter.
func (q queries) exec(ctx context.Context, query string, args ...any) error {
	_, err := q.q.ExecContext(ctx, query, args...)
	return mapped(err)
}

// changed runs a statement and reports how many rows it changed.
func (q queries) changed(ctx context.Context, query string, args ...any) (int64, error) {
	res, err := q.q.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, mapped(err)
	}
	return res.RowsAffected()
}

// one scans a single row with scan; no row is store.ErrNotFound.
func one[T any](ctx context.Context, q queries, scan func(scanner) (T, error), query string, args ...any) (T, error) {
	v, err := scan(q.q.QueryRowContext(ctx, query, args...))
	return v, mapped(err)
}

// many scans every row with scan.
func many[T any](ctx context.Context, q queries, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, mapped(err)
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		v, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	return all, rows.Err()
}

// A scanner is a *sql.Row or *sql.Rows.
type scanner interface{ Scan(dest ...any) error }

// mapped turns a driver's error into the store's where callers branch on it.
func mapped(err error) error {
	var pgErr *pgconn.PgError
	var liteErr *sqlite.Error
	switch {
	case err == nil:
		return nil
	case errors.Is(err, sql.ErrNoRows):
		return store.ErrNotFound
	case errors.As(err, &pgErr) && pgErr.Code == "23505": // unique_violation
		return fmt.Errorf("%w (%s)", store.ErrExists, pgErr.ConstraintName)
	case errors.As(err, &liteErr) && (liteErr.Code() == sqlite3.SQLITE_CONSTRAINT_UNIQUE || liteErr.Code() == sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY):
		return fmt.Errorf("%w (%s)", store.ErrExists, liteErr.Error())
	}
	return err
}

// millis is how a time is kept; the zero time is 0.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}

// fromMillis is the reverse of millis.
func fromMillis(ms int64) time.Time {
	if ms == 0 {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}

// flag is how a bool is kept.
func flag(b bool) int64 {
	if b {
		return 1
	}
	return 0
}
