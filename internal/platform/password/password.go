// Package password hashes what people type to sign in to the platform, with
// argon2id in its PHC text form. Everything else that is secret here is
// random enough for a plain hash.
package password

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/base64"
	"fmt"
	"runtime"
	"strings"

	"golang.org/x/crypto/argon2"
)

// The cost that OWASP names as the least for argon2id: 19 MiB, two passes,
// one lane. A hash carries its own cost, so it may be raised later.
const (
	memory  = 19 * 1024
	passes  = 2
	lanes   = 1
	saltLen = 16
	keyLen  = 32
)

// MaxLen bounds what is hashed, so that nobody can make the server hash
// megabytes.
const MaxLen = 1024

// slots bounds how many hashes are worked out at once: each takes 19 MiB,
// and anybody may ask for one by trying to sign in.
var slots = make(chan struct{}, runtime.GOMAXPROCS(0))

// Hash returns the hash of a password under a new salt.
func Hash(password string) string {
	salt := make([]byte, saltLen)
	rand.Read(salt)
	key := argon2.IDKey([]byte(password), salt, passes, memory, lanes, keyLen)
	b64 := base64.RawStdEncoding
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memory, passes, lanes, b64.EncodeToString(salt), b64.EncodeToString(key))
}

// nobody is what an unknown user's password is compared with, so that the
// time to answer does not tell who exists.
var nobody = fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, memory, passes, lanes,
	base64.RawStdEncoding.EncodeToString(make([]byte, saltLen)), base64.RawStdEncoding.EncodeToString(make([]byte, keyLen)))

// Verify reports whether password belongs to hash. An empty hash belongs to
// nobody and takes as long as any other. It waits for its turn, and returns
// ctx's error when that ends first.
func Verify(ctx context.Context, hash, password string) (bool, error) {
	if len(password) > MaxLen {
		return false, nil
	}
	known := hash != ""
	if !known {
		hash = nobody
	}
	p, err := parse(hash)
	if err != nil {
		return false, err
	}
	select {
	case slots <- struct{}{}:
		defer func() { <-slots }()
	case <-ctx.Done():
		return false, ctx.Err()
	}
	got := argon2.IDKey([]byte(password), p.salt, p.passes, p.memory, p.lanes, uint32(len(p.key)))
	return subtle.ConstantTimeCompare(got, p.key) == 1 && known, nil
}

type parsed struct {
	memory, passes uint32
	lanes          uint8
	salt, key      []byte
}

func parse(hash string) (p parsed, err error) {
	parts := strings.Split(hash, "$")
	var version int
	if len(parts) != 6 || parts[1] != "argon2id" {
		return p, fmt.Errorf("a password hash is not argon2id")
	}
	if _, err := fmt.Sscanf(parts[2], "v=%d", &version); err != nil || version != argon2.Version {
		return p, fmt.Errorf("a password hash has an unknown version")
	}
	if _, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.passes, &p.lanes); err != nil || p.passes == 0 || p.lanes == 0 {
		return p, fmt.Errorf("a password hash has damaged parameters")
	}
	if p.salt, err = base64.RawStdEncoding.DecodeString(parts[4]); err != nil {
		return p, fmt.Errorf("a password hash has a damaged salt")
	}
	if p.key, err = base64.RawStdEncoding.DecodeString(parts[5]); err != nil || len(p.key) == 0 {
		return p, fmt.Errorf("a password hash has a damaged key")
	}
	return p, nil
}
