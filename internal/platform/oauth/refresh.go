package oauth

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"offhook/internal/opaque"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// RingCentral's refresh rule (contract 2.5): a refresh ends the old access
// token at once. The old refresh token gives the same new pair again for an
// hour while the new access token is unused, and for ten seconds after its
// first use, so a client whose answer was lost, or whose tabs raced, is not
// signed out. After that its reuse is a theft and ends the session (RFC 9700
// section 4.14.2).
const (
	againUnused = time.Hour
	againUsed   = 10 * time.Second
)

// byRefreshToken exchanges a refresh token.
func (h *Handler) byRefreshToken(r *http.Request, app store.App, p params) (rc.TokenInfo, error) {
	old := p["refresh_token"]
	if old == "" {
		return rc.TokenInfo{}, errMissing("refresh_token")
	}
	return h.decide(r.Context(), func(tx store.PlatformTx) (decision, error) { return h.refresh(r.Context(), tx, app, old, p) })
}

func (h *Handler) refresh(ctx context.Context, tx store.PlatformTx, app store.App, old string, p params) (decision, error) {
	now := h.now()
	row, err := tx.RefreshToken(ctx, opaque.Hash(old))
	if errors.Is(err, store.ErrNotFound) || err == nil && !now.Before(row.ExpiresAt) {
		return decision{refused: errRefreshToken}, nil
	}
	if err != nil {
		return decision{}, fmt.Errorf("reading a refresh token: %w", err)
	}
	s, err := tx.OAuthSession(ctx, row.SessionID)
	if err != nil {
		return decision{}, fmt.Errorf("reading an OAuth session: %w", err)
	}
	if s.ClientID != app.ClientID { // another app cannot spend it, or end anything with it
		return decision{refused: errRefreshToken}, nil
	}
	scopes, fewer := kept(p["scope"], s.Scopes)
	if !fewer {
		return decision{refused: errScope}, nil
	}
	first, err := tx.UseRefreshToken(ctx, row.Hash, now)
	if err != nil {
		return decision{}, fmt.Errorf("spending a refresh token: %w", err)
	}
	if !first {
		return h.again(ctx, tx, old, now)
	}
	if err := tx.EndAccessTokens(ctx, s.ID); err != nil {
		return decision{}, fmt.Errorf("ending the old access token: %w", err)
	}
	s.Scopes, s.OpenID = scopes, narrowOpenID(p["scope"], s.OpenID) // of the new tokens; the session's stay
	info, err := h.issue(ctx, tx, app, s, p)
	if err != nil {
		return decision{}, err
	}
	sealed, err := sealSuccessor(old, info)
	if err != nil {
		return decision{}, err
	}
	return decision{info: info}, tx.SetSuccessor(ctx, row.Hash, sealed, opaque.Hash(info.AccessToken))
}

// kept is like narrow, but a refresh may never ask for more than the sign-in
// gave (RFC 6749 section 6).
func kept(asked string, have rc.ScopeSet) (rc.ScopeSet, bool) {
	for _, s := range rc.SplitScopes(asked) {
		if !have.Has(s) {
			return nil, false
		}
	}
	scopes, err := narrow(asked, have)
	return scopes, err == nil
}

// again answers for a spent refresh token: with the pair that it gave, or by
// ending the session.
func (h *Handler) again(ctx context.Context, tx store.PlatformTx, old string, now time.Time) (decision, error) {
	row, err := tx.RefreshToken(ctx, opaque.Hash(old)) // read again: it may have been spent a moment ago
	if errors.Is(err, store.ErrNotFound) {
		return decision{refused: errRefreshToken}, nil
	}
	if err != nil {
		return decision{}, fmt.Errorf("reading a spent refresh token: %w", err)
	}
	next, err := tx.Bearer(ctx, row.SuccessorAccess)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return decision{}, fmt.Errorf("reading the successor of a refresh token: %w", err)
	}
	if err == nil && mayRepeat(row.UsedAt, next.FirstUsedAt, now) {
		info, err := openSuccessor(old, row.Successor)
		if err != nil {
			return decision{}, err
		}
		passed := int(now.Sub(row.UsedAt) / time.Second)
		info.ExpiresIn = max(0, info.ExpiresIn-passed)
		info.RefreshTokenExpiresIn = max(0, info.RefreshTokenExpiresIn-passed)
		return decision{info: info}, nil
	}
	ended, err := h.end(ctx, tx, row.SessionID)
	return decision{refused: errRefreshToken, ended: ended, why: "a refresh token was used again"}, err
}

func mayRepeat(spent, firstUse, now time.Time) bool {
	if firstUse.IsZero() {
		return now.Sub(spent) < againUnused
	}
	return now.Sub(firstUse) <= againUsed
}

// A successor is sealed under the refresh token that was spent for it. The
// store has only that token's hash, so only its bearer can open it.
func successorKey(old string) (cipher.AEAD, error) {
	key, err := hkdf.Key(sha256.New, []byte(old), nil, "offhook refresh successor v1", 32)
	if err != nil {
		return nil, fmt.Errorf("deriving the key of a successor: %w", err)
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("using the key of a successor: %w", err)
	}
	return cipher.NewGCMWithRandomNonce(block)
}

func sealSuccessor(old string, info rc.TokenInfo) ([]byte, error) {
	aead, err := successorKey(old)
	if err != nil {
		return nil, err
	}
	plain, err := json.Marshal(info)
	if err != nil {
		return nil, fmt.Errorf("encoding a successor: %w", err)
	}
	return aead.Seal(nil, nil, plain, nil), nil
}

func openSuccessor(old string, sealed []byte) (info rc.TokenInfo, err error) {
	aead, err := successorKey(old)
	if err != nil {
		return info, err
	}
	plain, err := aead.Open(nil, nil, sealed, nil)
	if err != nil {
		return info, fmt.Errorf("opening a successor: %w", err)
	}
	return info, json.Unmarshal(plain, &info)
}
