package app

import (
	"log/slog"
	"net/http"
	"testing"

	"offhook/internal/bus"
	"offhook/internal/sqlstore"
)

// PlatformForTest is the platform on an empty database.
func PlatformForTest(t *testing.T) http.Handler {
	data := &Data{DB: sqlstore.OpenTest(t)}
	p, err := newPlatform(platformDeps{data: data, bus: new(bus.InProcess), log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}
