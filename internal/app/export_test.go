package app

import (
	"log/slog"
	"net/http"
	"testing"

	"offhook/internal/bus"
	"offhook/internal/sqlstore"
	"offhook/internal/widget/seal"
)

// PlatformForTest is the platform on an empty database.
func PlatformForTest(t *testing.T) http.Handler {
	ring, err := seal.New(map[uint32][]byte{1: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	data := &Data{DB: sqlstore.OpenTest(t), Ring: ring}
	p, err := newPlatform(platformDeps{data: data, bus: new(bus.InProcess), log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// MountHealth is mountHealth, for its tests.
var MountHealth = mountHealth
