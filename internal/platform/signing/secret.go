package signing

import (
	"fmt"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// minSecret is the shortest app secret that HS256 may be keyed with (RFC
// 7518 section 3.2).
const minSecret = 32

// SealSecret prepares an app's secret for the store, so that
// client_secret_jwt can be checked with it. It returns nil for a secret that
// is too short to sign with.
func (k *Keys) SealSecret(clientID string, secret rc.Secret) []byte {
	if len(secret) < minSecret {
		return nil
	}
	return k.Sealer.Seal([]byte(secret), secretRow(clientID))
}

// OpenSecret is the reverse of SealSecret.
func (k *Keys) OpenSecret(app store.App) ([]byte, error) {
	secret, err := k.Sealer.Open(app.SealedSecret, secretRow(app.ClientID))
	if err != nil {
		return nil, fmt.Errorf("opening the secret of %s: %w", app.ClientID, err)
	}
	return secret, nil
}

func secretRow(clientID string) string { return "app secret " + clientID }
