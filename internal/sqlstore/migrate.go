package sqlstore

import (
	"context"
	"embed"
	"fmt"
	"slices"
	"strings"
)

// The schema is the files of schema/ in order of their names. A file that
// has been released is never changed; a change is a new file.
//
//go:embed schema/*.sql
var schemaFiles embed.FS

func (db *DB) migrate(ctx context.Context) error {
	tx, err := db.write.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("opening the database: %w", err)
	}
	defer tx.Rollback() //nolint:errcheck // a no-op after Commit
	if _, err := tx.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS schema_files (name TEXT PRIMARY KEY)"); err != nil {
		return fmt.Errorf("preparing the schema: %w", err)
	}
	files, err := schemaFiles.ReadDir("schema")
	if err != nil {
		return err
	}
	applied, err := many(ctx, queries{tx}, scanName, "SELECT name FROM schema_files")
	if err != nil {
		return fmt.Errorf("reading the schema's version: %w", err)
	}
	for _, f := range files {
		if slices.Contains(applied, f.Name()) {
			continue
		}
		text, err := schemaFiles.ReadFile("schema/" + f.Name())
		if err != nil {
			return err
		}
		for stmt := range strings.SplitSeq(string(text), ";\n") {
			if strings.TrimSpace(stmt) == "" {
				continue
			}
			if _, err := tx.ExecContext(ctx, stmt); err != nil {
				return fmt.Errorf("applying %s: %w", f.Name(), err)
			}
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO schema_files (name) VALUES ($1)", f.Name()); err != nil {
			return fmt.Errorf("recording %s: %w", f.Name(), err)
		}
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("committing the schema: %w", err)
	}
	return nil
}

func scanName(r scanner) (name string, err error) {
	err = r.Scan(&name)
	return name, err
}
