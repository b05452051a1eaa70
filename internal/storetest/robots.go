package storetest

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/store"
)

func testRobots(t *testing.T, p store.Platform) {
	ctx := t.Context()
	company(ctx, t, p)
	if _, err := p.Robot(ctx, 11); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a person: %v, want ErrNotFound", err)
	}
	for _, kind := range []string{"echo", "picture"} {
		must(t, p.Write(ctx, func(tx store.PlatformTx) error { return tx.PutRobot(ctx, store.Robot{ExtensionID: 12, Kind: kind}) }))
		want := store.Robot{ExtensionID: 12, Kind: kind}
		if got, err := p.Robot(ctx, 12); err != nil || got != want {
			t.Errorf("Robot: %+v, %v; want %+v", got, err, want)
		}
		if got, err := p.Robots(ctx); err != nil || !cmp.Equal(got, []store.Robot{want}) {
			t.Errorf("Robots: %+v, %v", got, err)
		}
	}
	must(t, p.Write(ctx, func(tx store.PlatformTx) error { _, err := tx.RemoveExtension(ctx, 12); return err }))
	if got, err := p.Robots(ctx); err != nil || len(got) > 0 {
		t.Errorf("after its extension is gone: %+v, %v", got, err)
	}
}
