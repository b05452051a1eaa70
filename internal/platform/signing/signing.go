// Package signing holds the keys that the platform signs with: one kind for
// id_tokens, whose public half anybody may fetch, and one for JWT credentials,
// which the platform alone checks. Keys are made when they are first needed,
// kept in the store sealed, so that a copy of the database signs nothing, and
// replaced now and then; a replaced key verifies what it signed for as long as
// that may be used.
//
// Which algorithm is used is a property of the key, never of the token
// (RFC 8725 section 3.1).
package signing

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"offhook/internal/store"
)

// A Use is what a key signs. A key of one use verifies nothing of another.
type Use string

// The uses.
const (
	IDTokens    Use = "id-token"   // RS256, as RingCentral announces (contract 2.10)
	Credentials Use = "credential" // ES256, as RingCentral signs them (contract 3)
)

// Algorithm is the only one that keys of this use sign with.
func (u Use) Algorithm() jose.SignatureAlgorithm {
	if u == Credentials {
		return jose.ES256
	}
	return jose.RS256
}

const (
	// youth is how long a key signs before the next one is made.
	youth = 90 * 24 * time.Hour
	// retirement is how long a replaced key of id_tokens still verifies: much
	// longer than an id_token lives, because clients cache keys.
	retirement = 24 * time.Hour
)

// A Sealer encrypts what only this server may read, for one row of the store.
// The server's key ring is one.
type Sealer interface {
	Seal(plain []byte, row string) []byte
	Open(sealed []byte, row string) ([]byte, error)
}

// Keys are the platform's keys. All fields are needed. Its methods may be
// called from any goroutine, and by any number of servers on one store.
type Keys struct {
	Store  store.Platform
	Sealer Sealer
	Now    func() time.Time // nil means time.Now

	mu     sync.Mutex
	opened map[string]crypto.Signer // guarded by mu; by key id
}

func (k *Keys) now() time.Time {
	if k.Now != nil {
		return k.Now()
	}
	return time.Now()
}

// Sign writes claims as a JWT of the given type (the header's typ).
func (k *Keys) Sign(ctx context.Context, use Use, typ string, claims any) (string, error) {
	rows, err := k.rows(ctx, use)
	if err != nil {
		return "", err
	}
	key, err := k.open(rows[0])
	if err != nil {
		return "", err
	}
	opts := (&jose.SignerOptions{}).WithType(jose.ContentType(typ))
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: use.Algorithm(), Key: signingKey(key, rows[0].ID)}, opts)
	if err != nil {
		return "", fmt.Errorf("using a signing key: %w", err)
	}
	text, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		return "", fmt.Errorf("signing: %w", err)
	}
	return text, nil
}

func signingKey(key crypto.Signer, id string) any {
	if ec, ok := key.(*ecdsa.PrivateKey); ok {
		return es256{ec, id}
	}
	return jose.JSONWebKey{Key: key, KeyID: id}
}

// Public returns the public keys that verify what was signed for a use.
func (k *Keys) Public(ctx context.Context, use Use) (jose.JSONWebKeySet, error) {
	rows, err := k.rows(ctx, use)
	if err != nil {
		return jose.JSONWebKeySet{}, err
	}
	var set jose.JSONWebKeySet
	for i, row := range rows {
		if use != Credentials && retired(rows, i, k.now()) {
			continue
		}
		key, err := k.open(row)
		if err != nil {
			continue // the key ring that could open it is lost, see rows
		}
		set.Keys = append(set.Keys, jose.JSONWebKey{Key: key.Public(), KeyID: row.ID, Algorithm: string(use.Algorithm()), Use: "sig"})
	}
	return set, nil
}

// Rotate makes a new key for a use. The ones before it go on verifying.
func (k *Keys) Rotate(ctx context.Context, use Use) error {
	_, err := k.add(ctx, use, func([]store.SigningKey) bool { return true })
	return err
}

// rows returns a use's keys, the one that signs first, and makes it when
// there is none, it has served its time, or it cannot be opened: a server
// whose key ring was lost makes everybody sign in again, and goes on.
func (k *Keys) rows(ctx context.Context, use Use) ([]store.SigningKey, error) {
	rows, err := k.Store.SigningKeys(ctx, string(use))
	if err != nil {
		return nil, fmt.Errorf("reading the signing keys: %w", err)
	}
	if k.spent(rows) {
		return k.add(ctx, use, k.spent)
	}
	return rows, nil
}

// spent reports whether the newest key cannot sign, or has signed long
// enough.
func (k *Keys) spent(rows []store.SigningKey) bool {
	if len(rows) == 0 || k.now().Sub(rows[0].CreatedAt) >= youth {
		return true
	}
	_, err := k.open(rows[0])
	return err != nil
}

// add makes a key unless, now that nobody else writes, there is no need for
// it any more. It removes the keys that have verified long enough; those of
// credentials stay, because a credential may never expire.
func (k *Keys) add(ctx context.Context, use Use, needed func([]store.SigningKey) bool) ([]store.SigningKey, error) {
	row, err := k.generate(use) // it takes a while, so not while holding the store
	if err != nil {
		return nil, err
	}
	err = k.Store.Write(ctx, func(tx store.PlatformTx) error {
		rows, err := tx.SigningKeys(ctx, string(use))
		if err != nil || !needed(rows) {
			return err
		}
		if err := tx.AddSigningKey(ctx, row); err != nil {
			return err
		}
		if use == Credentials {
			return nil
		}
		for i := range rows {
			if retired(rows, i, k.now()) {
				if err := tx.RemoveSigningKey(ctx, rows[i].ID); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("keeping a new signing key: %w", err)
	}
	rows, err := k.Store.SigningKeys(ctx, string(use))
	if err == nil && len(rows) == 0 {
		err = store.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("reading the signing keys: %w", err)
	}
	return rows, nil
}

// retired reports whether rows[i], which rows[i-1] replaced, has verified
// long enough.
func retired(rows []store.SigningKey, i int, now time.Time) bool {
	return i > 0 && now.Sub(rows[i-1].CreatedAt) >= retirement
}

func (k *Keys) generate(use Use) (store.SigningKey, error) {
	var key crypto.Signer
	var err error
	if use == Credentials {
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	} else {
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	}
	if err != nil {
		return store.SigningKey{}, fmt.Errorf("making a signing key: %w", err)
	}
	public := jose.JSONWebKey{Key: key.Public()}
	print, err := public.Thumbprint(crypto.SHA256) // RFC 7638
	if err != nil {
		return store.SigningKey{}, fmt.Errorf("naming a signing key: %w", err)
	}
	plain, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return store.SigningKey{}, fmt.Errorf("encoding a signing key: %w", err)
	}
	id := base64.RawURLEncoding.EncodeToString(print)
	return store.SigningKey{ID: id, Use: string(use), Sealed: k.Sealer.Seal(plain, sealedRow(use, id)), CreatedAt: k.now()}, nil
}

func sealedRow(use Use, id string) string { return "signing key " + string(use) + " " + id }

// open unseals a key, once in a process.
func (k *Keys) open(row store.SigningKey) (crypto.Signer, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if key, ok := k.opened[row.ID]; ok {
		return key, nil
	}
	plain, err := k.Sealer.Open(row.Sealed, sealedRow(Use(row.Use), row.ID))
	if err != nil {
		return nil, fmt.Errorf("opening the signing key %s: %w", row.ID, err)
	}
	parsed, err := x509.ParsePKCS8PrivateKey(plain)
	if err != nil {
		return nil, fmt.Errorf("reading the signing key %s: %w", row.ID, err)
	}
	key, ok := parsed.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("the signing key %s cannot sign", row.ID)
	}
	if k.opened == nil {
		k.opened = make(map[string]crypto.Signer)
	}
	k.opened[row.ID] = key
	return key, nil
}
