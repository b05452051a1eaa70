// Package app wires the two houses together: configuration, the data folder,
// certificates, listeners and the demo. The commands and the end-to-end
// tests start the product through it, and through nothing else.
package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"sync"

	"offhook/internal/platform/console"
	"offhook/internal/rc"
	"offhook/internal/sqlstore"
	"offhook/internal/widget/seal"
)

// Files of the data folder.
const (
	databaseFile = "offhook.db"
	keysFile     = "keys.json"
	lockFile     = "lock"
)

// A Data is an open data folder: the database and the widget's key ring.
type Data struct {
	Dir  string
	DB   *sqlstore.DB
	Ring *seal.Ring

	once    sync.Once
	records *console.Console // made once
}

// DefaultDir is the folder "offhook" where the system keeps a user's data.
func DefaultDir() (string, error) {
	if dir := os.Getenv("XDG_DATA_HOME"); dir != "" {
		return filepath.Join(dir, "offhook"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", rc.Errorf(rc.Invalid, "There is no home folder to keep data in; name a folder with --dir.")
	}
	switch runtime.GOOS {
	case "darwin":
		return filepath.Join(home, "Library", "Application Support", "Offhook"), nil
	case "windows":
		return filepath.Join(home, "AppData", "Local", "Offhook"), nil
	}
	return filepath.Join(home, ".local", "share", "offhook"), nil
}

// OpenData opens the folder, making it (mode 0700) when it is missing.
// database names another database than the folder's own, or is empty. Any
// number of processes may have the same folder open.
func OpenData(ctx context.Context, dir, database string) (*Data, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, rc.Errorf(rc.Invalid, "The data folder %s cannot be made (%v). Name another with --dir.", dir, errors.Unwrap(err))
	}
	if database == "" {
		database = filepath.Join(dir, databaseFile)
		// SQLite would make it readable for all; its log files follow it.
		f, err := os.OpenFile(database, os.O_CREATE, 0o600)
		if err != nil {
			return nil, rc.Errorf(rc.Invalid, "The data folder %s cannot be written (%v). Name another with --dir.", dir, errors.Unwrap(err))
		}
		_ = f.Close()
	}
	if err := isSQLite(database); err != nil {
		return nil, err
	}
	ring, err := seal.Load(filepath.Join(dir, keysFile))
	if err != nil {
		return nil, err
	}
	db, err := sqlstore.Open(ctx, database)
	if err != nil {
		return nil, fmt.Errorf("opening the database: %w", err)
	}
	return &Data{Dir: dir, DB: db, Ring: ring}, nil
}

// isSQLite refuses a file that is something else: the database would call
// it damaged.
func isSQLite(database string) error {
	const magic = "SQLite format 3\x00"
	f, err := os.Open(database)
	if err != nil {
		return nil // a postgres:// URL, or a file that is made now
	}
	defer f.Close()
	head := make([]byte, len(magic))
	if n, _ := io.ReadFull(f, head); n > 0 && string(head) != magic {
		return rc.Errorf(rc.Invalid, "The file %s is not an SQLite database. Name another as database, or another data folder with --dir.", database)
	}
	return nil
}

// node names this server among those that share its database. It stays the
// same over a restart, so that the server takes up its own work at once.
func (d *Data) node() string {
	host, err := os.Hostname()
	if err != nil {
		host = "?" // servers on one machine still differ by their folders
	}
	dir, err := filepath.Abs(d.Dir)
	if err != nil {
		dir = d.Dir
	}
	return host + ":" + dir
}

// Close closes the database.
func (d *Data) Close() error { return d.DB.Close() }

// Reset removes what a server keeps in the folder and nothing else.
func Reset(dir string) error {
	for _, name := range []string{databaseFile, databaseFile + "-wal", databaseFile + "-shm", keysFile, demoFile, pagesFile, secretFile, crmSecretFile, crmKeyFile, jwtSecretFile} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("resetting the data folder: %w", err)
		}
	}
	return nil
}

// Lock makes this process the only server on the folder until unlock.
func Lock(dir string) (unlock func(), err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, rc.Errorf(rc.Invalid, "The data folder %s cannot be made (%v). Name another with --dir.", dir, errors.Unwrap(err))
	}
	f, err := os.OpenFile(filepath.Join(dir, lockFile), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fmt.Errorf("locking the data folder: %w", err)
	}
	if err := lock(f); err != nil {
		_ = f.Close()
		return nil, rc.Errorf(rc.Conflict, "Another server is using the data folder %s. End it, or name another folder with --dir.", dir)
	}
	return func() { _ = f.Close() }, nil
}
