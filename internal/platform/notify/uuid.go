package notify

import (
	"crypto/rand"
	"fmt"
)

// newUUID makes a random UUID (RFC 9562 section 5.4), the form in which
// clients know the ids of subscriptions and frames.
func newUUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails (crypto/rand)
	b[6] = b[6]&0x0f | 0x40
	b[8] = b[8]&0x3f | 0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
