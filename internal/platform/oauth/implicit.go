package oauth

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"offhook/internal/opaque"
	"offhook/internal/platform/event"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// implicitLife is how long the token of an implicit grant lasts. There is no
// refresh token: the app asks again with prompt=none (contract 2.2).
const implicitLife = time.Hour

// giveToken makes the answer of the implicit grant, for the fragment of the
// redirect URI. RFC 9700 section 2.1.2 advises against this grant, because
// the token passes through the browser's address bar; it is here for apps
// that were registered for it and know nothing else.
func (h *Handler) giveToken(r *http.Request, q request, who person) (url.Values, error) {
	now, ctx := h.now(), r.Context()
	token, expires := accessPrefix+opaque.Text(), now.Add(implicitLife)
	s := store.OAuthSession{
		ID: rand.Text(), ClientID: q.app.ClientID, ExtensionID: who.user.ID, Scopes: q.scopes, EndpointID: endpoint(q.params["endpoint_id"]),
		CreatedAt: now, ExpiresAt: expires,
	}
	var ended []event.SessionEnd
	err := h.Store.Write(ctx, func(tx store.PlatformTx) (err error) {
		if err := spendPushed(ctx, tx, q); err != nil {
			return err
		}
		if err := tx.AddOAuthSession(ctx, s, ""); err != nil {
			return err
		}
		if err := tx.AddAccessToken(ctx, store.AccessToken{Hash: opaque.Hash(token), SessionID: s.ID, Scopes: q.scopes, ExpiresAt: expires}); err != nil {
			return err
		}
		ended, err = trim(ctx, tx, s)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("keeping the token of an implicit grant: %w", err)
	}
	h.announce(ctx, ended, "the user has too many with this app")
	return url.Values{
		"access_token": {token}, "token_type": {"bearer"}, "expires_in": {strconv.Itoa(int(implicitLife / time.Second))},
		"scope": {rc.JoinScopes(q.scopes)}, "endpoint_id": {s.EndpointID},
	}, nil
}
