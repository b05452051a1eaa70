package embed

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"offhook/internal/opaque"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// keyPrefix lets people and secret scanners recognise an embed key.
const keyPrefix = "OHEK_"

// NewKey makes an embed key: 256 random bits. Only its hash is kept, so it is
// shown once.
func NewKey() rc.Secret {
	return rc.Secret(keyPrefix + opaque.Text())
}

// AddKey lets whoever has key ask for tickets in the name of a registered
// embed. The embed's other keys go on, so that servers can change theirs one
// after the other; with alone they end at once.
func (g *Registry) AddKey(ctx context.Context, platform, clientID string, key rc.Secret, alone bool) error {
	row := store.EmbedKey{Hash: opaque.Hash(key), Platform: platform, ClientID: clientID, CreatedAt: g.Now()}
	err := g.Store.Write(ctx, func(tx store.WidgetTx) error {
		if _, err := tx.Embed(ctx, platform, clientID); err != nil {
			return err
		}
		if err := tx.AddEmbedKey(ctx, row); err != nil || !alone {
			return err
		}
		return tx.DeleteEmbedKeys(ctx, platform, clientID, row.Hash)
	})
	if errors.Is(err, store.ErrNotFound) {
		return rc.Errorf(rc.NotFound, "There is no embed %s of %s to make a key for. Register it first.", clientID, platform)
	}
	if err != nil {
		return fmt.Errorf("adding a key to the embed %s: %w", clientID, err)
	}
	return nil
}

// ByKey returns the embed that a key speaks for. Anything that is no key of
// a registered embed is an Unauthenticated error.
func (g *Registry) ByKey(ctx context.Context, key rc.Secret) (store.Embed, error) {
	unknown := rc.Errorf(rc.Unauthenticated, "This embed key is not known here. Make one with “offhook embed add --key” and send it as “Authorization: Bearer OHEK_…”.")
	if !strings.HasPrefix(string(key), keyPrefix) {
		return store.Embed{}, unknown
	}
	// Looking up the hash takes as long whatever of the key was right.
	row, err := g.Store.EmbedKey(ctx, opaque.Hash(key))
	if errors.Is(err, store.ErrNotFound) {
		return store.Embed{}, unknown
	}
	if err != nil {
		return store.Embed{}, fmt.Errorf("reading an embed key: %w", err)
	}
	if _, err := g.Records.Record(row.Platform); err != nil {
		return store.Embed{}, err // the operator has taken the platform away
	}
	e, err := g.Store.Embed(ctx, row.Platform, row.ClientID)
	if err != nil {
		return store.Embed{}, fmt.Errorf("reading the embed of a key: %w", err)
	}
	return e, nil
}
