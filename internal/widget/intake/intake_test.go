package intake_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"offhook/internal/sqlstore"
	"offhook/internal/store"
	"offhook/internal/widget/intake"
	"offhook/internal/widget/seal"
)

// A notebook seals like the ring that it has, and keeps what came out.
type notebook struct {
	*seal.Ring
	sealed []byte
}

func (n *notebook) Seal(plain []byte, row string) []byte {
	n.sealed = n.Ring.Seal(plain, row)
	return n.sealed
}

func open(t *testing.T) (*intake.Intakes, *notebook) {
	t.Helper()
	ring, err := seal.New(map[uint32][]byte{1: make([]byte, 32)})
	if err != nil {
		t.Fatal(err)
	}
	n := &notebook{Ring: ring}
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	return &intake.Intakes{Store: sqlstore.OpenTest(t).Widget(), Ring: n, Now: func() time.Time { return at }}, n
}

func TestWhatIsKeptOfAnOffer(t *testing.T) {
	in, n := open(t)
	o := intake.Offer{ClientID: "app", ClientSecret: "HUSH-secret", Code: "HUSH-code", JWT: "HUSH-jwt"}
	frame := store.Frame{Key: "k", ClientID: "app"}
	id, err := in.Put(t.Context(), o)
	if err != nil || bytes.Contains(n.sealed, []byte("HUSH")) {
		t.Fatalf("putting: %v; the row holds the secrets in clear: %v", err, bytes.Contains(n.sealed, []byte("HUSH")))
	}
	if bound, err := in.Bind(t.Context(), id, frame.Key); !bound || err != nil {
		t.Fatal(bound, err)
	}
	got, keep, err := in.Claim(t.Context(), id, frame)
	if err != nil || got != o {
		t.Fatalf("claiming: %v", err)
	}
	rest, err := in.Kept(t.Context(), keep, frame)
	if want := (intake.Offer{ClientID: "app", ClientSecret: o.ClientSecret, JWT: o.JWT}); err != nil || rest != want {
		t.Errorf("what is kept has a code, or lacks the rest: %v", err)
	}
	if _, err := in.Kept(t.Context(), keep, store.Frame{Key: "other", ClientID: "app"}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("another frame's look: %v, want ErrNotFound", err)
	}
}

func TestAnOfferOfAnotherAppIsNone(t *testing.T) {
	in, _ := open(t)
	id, err := in.Put(t.Context(), intake.Offer{ClientID: "app", ClientSecret: "HUSH"})
	if err != nil {
		t.Fatal(err)
	}
	if bound, err := in.Bind(t.Context(), id, "k"); !bound || err != nil {
		t.Fatal(bound, err)
	}
	if _, _, err := in.Claim(t.Context(), id, store.Frame{Key: "k", ClientID: "evil"}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the secret of one app for another: %v, want ErrNotFound", err)
	}
}

func TestACodeIsSpentOncePerApp(t *testing.T) {
	in, _ := open(t)
	for _, tt := range []struct {
		platform, client string
		first            bool
	}{{"p", "app", true}, {"p", "app", false}, {"p", "other", true}, {"q", "app", true}, {"p", "app", false}} {
		if first, err := in.Spend(t.Context(), tt.platform, tt.client, "code"); err != nil || first != tt.first {
			t.Errorf("%s of %s: first %v, %v; want %v", tt.client, tt.platform, first, err, tt.first)
		}
	}
}
