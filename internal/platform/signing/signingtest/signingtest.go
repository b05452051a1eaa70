// Package signingtest lets tests have signing keys without the server's key
// ring.
package signingtest

import (
	"errors"
	"strings"
	"time"

	"offhook/internal/platform/signing"
	"offhook/internal/store"
)

// Keys are keys on a store, sealed by a [Vault].
func Keys(p store.Platform, now func() time.Time) *signing.Keys {
	return &signing.Keys{Store: p, Sealer: Vault{}, Now: now}
}

// A Vault hides nothing, but like a key ring it opens a text only for the row
// that it was sealed for.
type Vault struct{}

// Seal writes the row in front of the text.
func (Vault) Seal(plain []byte, row string) []byte { return append([]byte(row+"\x00"), plain...) }

// Open returns the text when the row is in front of it.
func (Vault) Open(sealed []byte, row string) ([]byte, error) {
	plain, ok := strings.CutPrefix(string(sealed), row+"\x00")
	if !ok {
		return nil, errors.New("the text was sealed for another row")
	}
	return []byte(plain), nil
}
