package sqlstore_test

import (
	"path/filepath"
	"testing"

	"offhook/internal/sqlstore"
	"offhook/internal/store"
	"offhook/internal/storetest"
)

func TestMessagesFromTwoProcesses(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) {
		a, b := twoProcesses(t)
		storetest.MessagesFromTwoProcesses(t, a, b)
	})
	db := sqlstore.OpenTestPostgres(t)
	if db == nil {
		t.Log("OFFHOOK_TEST_POSTGRES is not set: SQLite only")
		return
	}
	t.Run("PostgreSQL", func(t *testing.T) {
		// Each transaction has a connection of its own there already.
		storetest.MessagesFromTwoProcesses(t, db.Platform(), db.Platform())
	})
}

// twoProcesses opens one SQLite database twice.
func twoProcesses(t *testing.T) (a, b store.Platform) {
	path := filepath.Join(t.TempDir(), "shared.db")
	var dbs []store.Platform
	for range 2 {
		db, err := sqlstore.Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
		dbs = append(dbs, db.Platform())
	}
	return dbs[0], dbs[1]
}
