package seal_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"offhook/internal/widget/seal"
)

func key(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }

func TestRing(t *testing.T) {
	ring, err := seal.New(map[uint32][]byte{1: key(1)})
	if err != nil {
		t.Fatal(err)
	}
	sealed := ring.Seal([]byte("token"), "grants/1")
	if bytes.Contains(sealed, []byte("token")) {
		t.Error("the sealed text shows its content")
	}
	if got, err := ring.Open(sealed, "grants/1"); err != nil || string(got) != "token" {
		t.Errorf("Open: %q, %v", got, err)
	}

	changed := bytes.Clone(sealed)
	changed[len(changed)-1] ^= 1
	for name, try := range map[string]struct {
		data []byte
		row  string
	}{
		"another row":   {sealed, "grants/2"},
		"changed":       {changed, "grants/1"},
		"cut short":     {sealed[:3], "grants/1"},
		"empty":         {nil, "grants/1"},
		"another key":   {append([]byte{0, 0, 0, 9}, sealed[4:]...), "grants/1"},
		"only a header": {sealed[:4], "grants/1"},
	} {
		if _, err := ring.Open(try.data, try.row); !errors.Is(err, seal.ErrSealed) {
			t.Errorf("%s: %v, want ErrSealed", name, err)
		}
	}

	two, err := seal.New(map[uint32][]byte{1: key(1), 2: key(2)})
	if err != nil {
		t.Fatal(err)
	}
	if got, err := two.Open(sealed, "grants/1"); err != nil || string(got) != "token" {
		t.Errorf("an old key still opens: %q, %v", got, err)
	}
	if _, err := ring.Open(two.Seal([]byte("x"), "r"), "r"); !errors.Is(err, seal.ErrSealed) {
		t.Errorf("the newest key seals: opened with the old one (%v)", err)
	}
}

func TestLoadMakesOneRing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "keys.json")
	rings := make([]*seal.Ring, 8)
	var wg sync.WaitGroup
	for i := range rings {
		wg.Go(func() {
			var err error
			if rings[i], err = seal.Load(path); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	sealed := rings[0].Seal([]byte("x"), "r")
	for i, r := range rings {
		if _, err := r.Open(sealed, "r"); err != nil {
			t.Errorf("ring %d differs from ring 0", i)
		}
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key ring's mode: %v, %v; want 0600", info.Mode(), err)
	}
}
