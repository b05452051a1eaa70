package app

import (
	"context"
	"log/slog"
	"net/http"
	"testing"

	"offhook/internal/bus"
	"offhook/internal/sqlstore"
	"offhook/internal/widget/grant"
	"offhook/internal/widget/seal"
	"offhook/internal/widget/visit"
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

// Street is the desks' way to platforms, for its tests.
func Street(grants *grant.Grants, apps *visit.Apps) interface {
	Do(ctx context.Context, grantID string, req *http.Request) (*http.Response, error)
} {
	return street{grants: grants, apps: apps}
}
