package signing

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"

	"github.com/go-jose/go-jose/v4"
)

// PublicKeyAlgorithms are what apps may sign their assertions with.
var PublicKeyAlgorithms = []jose.SignatureAlgorithm{jose.RS256, jose.PS256, jose.ES256, jose.ES384, jose.EdDSA}

// Algorithms are those of [PublicKeyAlgorithms] that a public key is for.
func Algorithms(key jose.JSONWebKey) []jose.SignatureAlgorithm {
	switch public := key.Key.(type) {
	case *rsa.PublicKey:
		if public.N.BitLen() >= 2048 && public.N.BitLen() <= 8192 {
			return []jose.SignatureAlgorithm{jose.RS256, jose.PS256}
		}
	case *ecdsa.PublicKey:
		switch public.Curve {
		case elliptic.P256():
			return []jose.SignatureAlgorithm{jose.ES256}
		case elliptic.P384():
			return []jose.SignatureAlgorithm{jose.ES384}
		}
	case ed25519.PublicKey:
		return []jose.SignatureAlgorithm{jose.EdDSA}
	}
	return nil
}
