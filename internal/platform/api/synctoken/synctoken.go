// Package synctoken writes and reads the tokens of incremental syncs: what a
// client has seen, as the resource's own struct. A token is opaque to clients
// and guarded by a checksum against damage; it gives no access, for it is
// read only beside an access token that may read the same resource.
package synctoken

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"

	"offhook/internal/platform/api/target"
	"offhook/internal/rc"
)

const checksumSize = 8

// Encode writes what a client has seen, a struct.
func Encode(seen any) (string, error) {
	body, err := json.Marshal(seen)
	if err != nil {
		return "", fmt.Errorf("encoding a sync token: %w", err)
	}
	sum := sha256.Sum256(body)
	return base64.RawURLEncoding.EncodeToString(append(sum[:checksumSize], body...)), nil
}

// Decode reads what Encode wrote into a pointer to the same struct; false
// when it did not write this.
func Decode(text string, seen any) bool {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(raw) < checksumSize {
		return false
	}
	sum := sha256.Sum256(raw[checksumSize:])
	return bytes.Equal(sum[:checksumSize], raw[:checksumSize]) && json.Unmarshal(raw[checksumSize:], seen) == nil
}

// Kind reads which sync is asked for: rc.FSync where nothing is said, and
// rc.ISync where there is a token.
func Kind(q url.Values) (string, error) {
	switch kind := q.Get("syncType"); {
	case kind == rc.ISync, kind == "" && q.Get("syncToken") != "":
		return rc.ISync, nil
	case kind == rc.FSync, kind == "":
		return rc.FSync, nil
	}
	return "", target.Invalid("syncType", "Send FSync or ISync.")
}
