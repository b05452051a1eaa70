package signing

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/go-jose/go-jose/v4"
)

// maxKeySet is the largest JWK set that an app may register.
const maxKeySet = 16 << 10

// ParseKeys reads an app's JWK set and refuses one that could not protect it.
// The error completes the sentence "The key set ...".
func ParseKeys(text string) (jose.JSONWebKeySet, error) {
	var set jose.JSONWebKeySet
	if len(text) > maxKeySet {
		return set, fmt.Errorf("is larger than %d bytes", maxKeySet)
	}
	if err := json.Unmarshal([]byte(text), &set); err != nil {
		return set, errors.New("is not JSON of the form {\"keys\": [...]} (RFC 7517)")
	}
	if len(set.Keys) == 0 || len(set.Keys) > 10 {
		return set, fmt.Errorf("holds %d keys; it must hold 1 to 10", len(set.Keys))
	}
	for i, key := range set.Keys {
		if err := checkKey(key); err != nil {
			return set, fmt.Errorf("has a key %d that %w", i+1, err)
		}
	}
	return set, nil
}

func checkKey(key jose.JSONWebKey) error {
	switch {
	case !key.Valid() || !key.IsPublic(): // a symmetric key is not public either
		return errors.New("is not public; private keys and secrets stay with the app")
	case len(Algorithms(key)) == 0:
		return errors.New("cannot sign here: use RSA with 2048 to 8192 bits, P-256, P-384 or Ed25519")
	case key.Use != "" && key.Use != "sig":
		return fmt.Errorf("is not for signatures (its use is %q)", key.Use)
	case key.Algorithm != "" && !slices.Contains(Algorithms(key), jose.SignatureAlgorithm(key.Algorithm)):
		return fmt.Errorf("is for %q, which is not accepted", key.Algorithm)
	}
	return nil
}
