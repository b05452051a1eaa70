package sip

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"fmt"
	"log/slog"
	"strings"
	"time"

	"github.com/icholy/digest"
)

// nonceLife is how long a challenge may be answered.
const nonceLife = 10 * time.Minute

// A Challenger asks the peers of a server to prove that they know a password
// (contract 8.3): realm, nonce, MD5, no qop, as RFC 2069 has it, because web
// phones answer nothing else. A nonce is good for ten minutes on the flow that
// it was given to, and is not kept anywhere.
type Challenger struct {
	Realm string
	Now   func() time.Time
	key   []byte
}

// NewChallenger makes one with a key of its own.
func NewChallenger(realm string, now func() time.Time) *Challenger {
	key := make([]byte, 32)
	_, _ = rand.Read(key) // never fails
	return &Challenger{Realm: realm, Now: now, key: key}
}

// Challenge answers REGISTER with 401 and everything else with 407.
func (c *Challenger) Challenge(tx *Tx) error {
	// The nonce is not the first parameter: web phones look for `, nonce="`.
	value := fmt.Sprintf(`Digest realm="%s", nonce="%s", algorithm=MD5`, c.Realm, c.nonce(tx.Flow(), c.Now()))
	if tx.Request().Method == REGISTER {
		return tx.Respond(401, "Unauthorized", With("Www-Authenticate", value))
	}
	return tx.Respond(407, "Proxy Authentication Required", With("Proxy-Authenticate", value))
}

func (c *Challenger) nonce(f *Flow, at time.Time) string {
	var when [8]byte
	binary.BigEndian.PutUint64(when[:], uint64(at.UnixMilli()))
	mac := hmac.New(sha256.New, c.key)
	mac.Write(when[:])
	mac.Write([]byte(f.ID()))
	return base32.HexEncoding.WithPadding(base32.NoPadding).EncodeToString(append(when[:], mac.Sum(nil)[:16]...))
}

func (c *Challenger) fresh(f *Flow, nonce string) bool {
	b, err := base32.HexEncoding.WithPadding(base32.NoPadding).DecodeString(nonce)
	if err != nil || len(b) != 24 {
		return false
	}
	at := time.UnixMilli(int64(binary.BigEndian.Uint64(b)))
	age := c.Now().Sub(at)
	return age >= 0 && age < nonceLife && hmac.Equal([]byte(nonce), []byte(c.nonce(f, at)))
}

// A Proof is what a peer has answered to a challenge that still holds.
type Proof struct {
	Username string
	method   Method
	realm    string
	given    *digest.Credentials
}

// Proof returns what a request answers to a challenge of ours; false when it
// answers none, or one that holds no more: challenge it then. The URI in it is
// not compared with the Request-URI (contract 8.3).
func (c *Challenger) Proof(tx *Tx) (Proof, bool) {
	req := tx.Request()
	for _, name := range []string{"Authorization", "Proxy-Authorization"} {
		value := HeaderValue(req, name)
		if value == "" {
			continue
		}
		given, err := digest.ParseCredentials(value)
		if err == nil && given.Realm == c.Realm && c.fresh(tx.Flow(), given.Nonce) {
			return Proof{Username: given.Username, method: req.Method, realm: c.Realm, given: given}, true
		}
	}
	return Proof{}, false
}

// Valid reports whether the peer knows the password.
func (p Proof) Valid(password string) bool {
	if p.given == nil {
		return false
	}
	challenge := &digest.Challenge{Realm: p.realm, Nonce: p.given.Nonce, Algorithm: "MD5"}
	if a := p.given.Algorithm; a != "" && !strings.EqualFold(a, "MD5") {
		return false
	}
	if p.given.QOP != "" {
		challenge.QOP = []string{p.given.QOP}
	}
	want, err := digest.Digest(challenge, digest.Options{
		Method: string(p.method), URI: p.given.URI, Username: p.given.Username, Password: password, Cnonce: p.given.Cnonce, Count: p.given.Nc,
	})
	return err == nil && subtle.ConstantTimeCompare([]byte(want.Response), []byte(p.given.Response)) == 1
}

// Credentials are what a client proves itself with. They print as nothing.
type Credentials struct {
	Username string // the authorization id
	Password string
	Domain   string // the digest's URI is sip:<Domain>, whatever is asked (contract 8.3)
	// OfRequest has the digest's URI be the Request-URI instead, as carriers
	// expect it (RFC 3261 section 22.4).
	OfRequest bool
}

// LogValue keeps the password out of logs.
func (Credentials) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// String keeps the password out of errors.
func (Credentials) String() string { return "[redacted]" }

// Answer adds to a request what the challenge in res, a 401 or 407 to it, asks
// for, and raises its CSeq: the request may be sent again then.
func (c Credentials) Answer(req *Request, res *Response) error {
	from, to := "Www-Authenticate", "Authorization"
	if res.StatusCode == 407 {
		from, to = "Proxy-Authenticate", "Proxy-Authorization"
	}
	challenge, err := digest.ParseChallenge(HeaderValue(res, from))
	if err != nil {
		return fmt.Errorf("reading the challenge of a SIP server: %w", err)
	}
	if !digest.CanDigest(challenge) {
		return fmt.Errorf("the SIP server asks for the digest algorithm %q, which is not known", challenge.Algorithm)
	}
	uri := "sip:" + c.Domain
	if c.OfRequest {
		uri = req.Recipient.String()
	}
	answer, err := digest.Digest(challenge, digest.Options{
		Method: string(req.Method), URI: uri, Username: c.Username, Password: c.Password, Count: 1,
	})
	if err != nil {
		return fmt.Errorf("answering the challenge of a SIP server: %w", err)
	}
	SetHeader(req, to, answer.String())
	req.CSeq().SeqNo++
	return nil
}
