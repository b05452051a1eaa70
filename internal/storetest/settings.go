package storetest

import (
	"errors"
	"fmt"
	"strconv"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/store"
)

func testSettings(t *testing.T, p store.Platform) {
	ctx := t.Context()
	company(ctx, t, p)
	if _, err := p.Setting(ctx, 1, 11, "hours"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("what was never set: %v, want ErrNotFound", err)
	}
	// Changes at the same moment do not lose one another.
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			err := p.Write(ctx, func(tx store.PlatformTx) error {
				text, err := tx.ChangeSetting(ctx, 1, 11, "count")
				n, _ := strconv.Atoi(string(text))
				return errors.Join(err, tx.SaveSetting(ctx, 1, 11, "count", []byte(strconv.Itoa(n+1))))
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	set := func(extension int64, name, value string) {
		t.Helper()
		must(t, p.Write(ctx, func(tx store.PlatformTx) error {
			_, err := tx.ChangeSetting(ctx, 1, extension, name)
			return errors.Join(err, tx.SaveSetting(ctx, 1, extension, name, []byte(value)))
		}))
	}
	set(12, "hours", "his")
	set(0, "hours", "the company's")
	for _, tt := range []struct {
		account, extension int64
		name, want         string
	}{{1, 11, "count", "8"}, {1, 12, "hours", "his"}, {1, 0, "hours", "the company's"}, {2, 12, "hours", ""}, {1, 11, "hours", ""}} {
		got, err := p.Setting(ctx, tt.account, tt.extension, tt.name)
		if string(got) != tt.want || (tt.want == "") != errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s of %d in %d: %q, %v; want %q", tt.name, tt.extension, tt.account, got, err, tt.want)
		}
	}
	if err := p.Write(ctx, func(tx store.PlatformTx) error { return tx.SaveSetting(ctx, 1, 11, "new", nil) }); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("saving what was not begun: %v, want ErrNotFound", err)
	}
	testProfileImages(t, p)
	must(t, p.Write(ctx, func(tx store.PlatformTx) error { _, err := tx.RemoveExtension(ctx, 12); return err }))
	if _, err := p.Setting(ctx, 1, 12, "hours"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a setting of a removed user: %v", err)
	}
	if tags, err := p.ProfileImageTags(ctx, 1); err != nil || len(tags) > 0 {
		t.Errorf("pictures of removed users: %v, %v", tags, err)
	}
}

func testProfileImages(t *testing.T, p store.Platform) {
	ctx := t.Context()
	if _, err := p.ProfileImage(ctx, 12); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("no picture: %v, want ErrNotFound", err)
	}
	for i := range 2 {
		want := store.ProfileImage{ExtensionID: 12, ContentType: "image/png", Tag: fmt.Sprint("t", i), Body: []byte{0, byte(i), 255}, ChangedAt: at}
		must(t, p.Write(ctx, func(tx store.PlatformTx) error { return tx.PutProfileImage(ctx, want) }))
		if got, err := p.ProfileImage(ctx, 12); err != nil || !cmp.Equal(got, want) {
			t.Errorf("ProfileImage: %v\n%s", err, cmp.Diff(want, got))
		}
	}
	for account, want := range map[int64]map[int64]string{1: {12: "t1"}, 2: {}} {
		if tags, err := p.ProfileImageTags(ctx, account); err != nil || !cmp.Equal(tags, want) {
			t.Errorf("ProfileImageTags of %d: %v, %v; want %v", account, tags, err, want)
		}
	}
	must(t, p.Write(ctx, func(tx store.PlatformTx) error {
		for _, want := range []bool{true, false} {
			if got, err := tx.DeleteProfileImage(ctx, 12); err != nil || got != want {
				t.Errorf("DeleteProfileImage: %v, %v; want %v", got, err, want)
			}
		}
		return tx.PutProfileImage(ctx, store.ProfileImage{ExtensionID: 12, Body: []byte("x"), ChangedAt: at})
	}))
}
