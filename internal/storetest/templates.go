package storetest

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/store"
)

func testTemplates(t *testing.T, p store.Platform) {
	ctx := t.Context()
	company(ctx, t, p)
	write := func(fn func(tx store.PlatformTx) error) error { return p.Write(ctx, fn) }
	hers := store.Template{ID: 2, AccountID: 1, ExtensionID: 11, Name: "Late", Text: "I am late.", CreatedAt: at}
	later := store.Template{ID: 3, AccountID: 1, ExtensionID: 11, Name: "Thanks", Text: "Thank you!", CreatedAt: at}
	his := store.Template{ID: 4, AccountID: 1, ExtensionID: 12, Name: "His", Text: "His", CreatedAt: at}
	all := store.Template{ID: 5, AccountID: 1, Name: "Hours", Text: "Nine to five.", CreatedAt: at}
	err := write(func(tx store.PlatformTx) error {
		return errors.Join(tx.AddTemplate(ctx, later), tx.AddTemplate(ctx, hers), tx.AddTemplate(ctx, his), tx.AddTemplate(ctx, all))
	})
	if err != nil {
		t.Fatal(err)
	}
	for ext, want := range map[int64][]store.Template{11: {hers, later}, 12: {his}, 0: {all}} {
		if got, err := p.Templates(ctx, 1, ext); err != nil || !cmp.Equal(got, want) {
			t.Errorf("Templates of %d: %+v, %v; want %+v", ext, got, err, want)
		}
	}
	if _, err := p.Template(ctx, 2, 2); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("another account's template: %v, want ErrNotFound", err)
	}
	hers.Name, hers.Text = "Delayed", "Ten minutes."
	if err := write(func(tx store.PlatformTx) error { return tx.SaveTemplate(ctx, hers) }); err != nil {
		t.Fatal(err)
	}
	if got, err := p.Template(ctx, 1, 2); err != nil || got != hers {
		t.Errorf("Template: %+v, %v; want %+v", got, err, hers)
	}
	for range 2 {
		if err := write(func(tx store.PlatformTx) error { return tx.DeleteTemplate(ctx, 1, 2) }); err != nil {
			t.Errorf("DeleteTemplate: %v", err)
		}
	}
	if err := write(func(tx store.PlatformTx) error { return tx.SaveTemplate(ctx, hers) }); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("saving what is gone: %v, want ErrNotFound", err)
	}
	if err := write(func(tx store.PlatformTx) error { _, err := tx.RemoveExtension(ctx, 12); return err }); err != nil {
		t.Fatal(err)
	}
	if got, err := p.Templates(ctx, 1, 12); err != nil || len(got) > 0 {
		t.Errorf("templates of a removed user: %+v, %v", got, err)
	}
}
