// Package opaque makes the texts that stand for something the server knows:
// tokens, codes, cookies, tickets, handles. They say nothing by themselves,
// nobody can guess them, and a store keeps their hashes alone, so that whoever
// reads the store can use none of them.
//
// A row that is found by its hash needs no comparison in constant time: how
// long the search takes tells of the hash at most, and nobody can work towards
// a text from its hash. Same is for what is compared with something at hand.
package opaque

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
)

// Text makes 256 random bits, as 43 characters of the URL-safe alphabet.
func Text() string {
	b := make([]byte, 32)
	rand.Read(b) // never fails
	return base64.RawURLEncoding.EncodeToString(b)
}

// Hash is how such a text is kept and looked for: its SHA-256, as 43
// characters of the URL-safe alphabet. It has no salt and takes no time, which
// is enough for what is random and far too little for what people think up.
// Every package that keeps or finds a row of another's must use this one.
func Hash[T ~string](text T) string {
	sum := sha256.Sum256([]byte(text))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// Same reports whether two texts are equal and takes as long wherever they
// begin to differ, so that no one can guess a secret piece by piece.
func Same(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }
