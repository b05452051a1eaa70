package sqlstore_test

import (
	"testing"

	"offhook/internal/sqlstore"
	"offhook/internal/storetest"
)

func TestStore(t *testing.T) {
	t.Run("SQLite", func(t *testing.T) {
		storetest.Run(t, func(t *testing.T) storetest.DB { return sqlstore.OpenTest(t) })
	})
	if sqlstore.OpenTestPostgres(t) == nil {
		t.Log("OFFHOOK_TEST_POSTGRES is not set: SQLite only")
		return
	}
	t.Run("PostgreSQL", func(t *testing.T) {
		storetest.Run(t, func(t *testing.T) storetest.DB { return sqlstore.OpenTestPostgres(t) })
	})
}
