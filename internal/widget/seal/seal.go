// Package seal encrypts what the widget keeps at rest: tokens, and copies of
// users' data. A Ring holds the server's numbered keys; the newest seals, any
// of them opens, so keys can be changed without losing rows.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// keySize is the length of a master key in bytes.
const keySize = 32

// A Ring seals and opens. It is safe for concurrent use.
type Ring struct {
	newest uint32
	aeads  map[uint32]cipher.AEAD
}

// ErrSealed means that a sealed text cannot be opened: it was changed, moved
// to another row, or sealed under a key that the ring does not have.
var ErrSealed = errors.New("the sealed data cannot be opened with this key ring")

// New returns a ring of the given master keys by number.
func New(keys map[uint32][]byte) (*Ring, error) {
	r := &Ring{aeads: make(map[uint32]cipher.AEAD)}
	for n, key := range keys {
		if len(key) != keySize {
			return nil, fmt.Errorf("key %d has %d bytes, want %d", n, len(key), keySize)
		}
		derived, err := hkdf.Key(sha256.New, key, nil, "offhook seal v1", keySize)
		if err != nil {
			return nil, fmt.Errorf("deriving key %d: %w", n, err)
		}
		block, err := aes.NewCipher(derived)
		if err != nil {
			return nil, fmt.Errorf("using key %d: %w", n, err)
		}
		if r.aeads[n], err = cipher.NewGCMWithRandomNonce(block); err != nil {
			return nil, fmt.Errorf("using key %d: %w", n, err)
		}
		r.newest = max(r.newest, n)
	}
	if len(r.aeads) == 0 {
		return nil, errors.New("the key ring is empty")
	}
	return r, nil
}

// ring is the file's form: base64 keys by number.
type ring struct {
	Keys map[uint32]string `json:"keys"`
}

// Load reads the ring in the file at path, and makes one with a new key
// (mode 0600) when there is none. Two processes that start at the same
// moment end up with the same ring.
func Load(path string) (*Ring, error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := create(path); err != nil {
			return nil, err
		}
		data, err = os.ReadFile(path)
	}
	if err != nil {
		return nil, fmt.Errorf("reading the key ring: %w", err)
	}
	var f ring
	if err := json.Unmarshal(data, &f); err != nil {
		return nil, fmt.Errorf("the key ring %s is damaged; restore it from a backup", path)
	}
	keys := make(map[uint32][]byte)
	for n, text := range f.Keys {
		if keys[n], err = base64.StdEncoding.DecodeString(text); err != nil {
			return nil, fmt.Errorf("key %d of the key ring %s is damaged; restore it from a backup", n, path)
		}
	}
	return New(keys)
}

func create(path string) error {
	key := make([]byte, keySize)
	rand.Read(key)
	data, err := json.Marshal(ring{map[uint32]string{1: base64.StdEncoding.EncodeToString(key)}})
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), ".keys-*") // mode 0600
	if err != nil {
		return fmt.Errorf("making the key ring: %w", err)
	}
	defer os.Remove(tmp.Name())
	if _, err := tmp.Write(data); err != nil {
		return fmt.Errorf("writing the key ring: %w", err)
	}
	if err := errors.Join(tmp.Sync(), tmp.Close()); err != nil {
		return fmt.Errorf("writing the key ring: %w", err)
	}
	// Link fails when another process was first; its ring is then used.
	if err := os.Link(tmp.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("keeping the key ring: %w", err)
	}
	return nil
}

// Seal encrypts plain for the row named by row, which must be given again to
// Open.
func (r *Ring) Seal(plain []byte, row string) []byte {
	head := binary.BigEndian.AppendUint32(nil, r.newest)
	return r.aeads[r.newest].Seal(head, nil, plain, []byte(row))
}

// Open decrypts what Seal made for the same row, or returns ErrSealed.
func (r *Ring) Open(sealed []byte, row string) ([]byte, error) {
	if len(sealed) < 4 {
		return nil, ErrSealed
	}
	aead := r.aeads[binary.BigEndian.Uint32(sealed)]
	if aead == nil {
		return nil, ErrSealed
	}
	plain, err := aead.Open(nil, nil, sealed[4:], []byte(row))
	if err != nil {
		return nil, ErrSealed
	}
	return plain, nil
}
