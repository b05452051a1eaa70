package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"offhook/internal/bus"
	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/audit"
	"offhook/internal/widget/embed"
	"offhook/internal/widget/grant"
)

// An Embed is an app that pages may embed, as `offhook embed list` tells it.
type Embed struct {
	Platform     string   `json:"platform"`
	ClientID     string   `json:"clientId"`
	Origins      []string `json:"origins"`
	Ancestors    []string `json:"ancestors"`
	Capabilities []string `json:"capabilities"`
}

// Embeds returns every embed by platform and client id.
func (d *Data) Embeds(ctx context.Context) ([]Embed, error) {
	rows, err := d.DB.Widget().Embeds(ctx)
	all := []Embed{}
	for _, e := range rows {
		all = append(all, Embed{e.Platform, e.ClientID, e.Origins, e.Ancestors, e.Capabilities})
	}
	return all, err
}

// RemoveEmbed takes an embed away, signs out everybody who signed in by it,
// and revokes their tokens. A running server closes their phones: it finds
// the ends written down.
func (d *Data) RemoveEmbed(ctx context.Context, platform, clientID string) (signedOut int, err error) {
	registry, st := d.registry(platform), d.DB.Widget()
	// Revoking needs the secret, which goes with the embed.
	secret, err := registry.Secret(ctx, platform, clientID)
	if err != nil {
		return 0, err
	}
	if err := registry.Remove(ctx, platform, clientID); err != nil {
		return 0, err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	grants := &grant.Grants{
		Store: st, Bus: new(bus.InProcess), Ring: d.Ring, Secrets: known(secret), Audit: &audit.Trail{Store: st, Now: time.Now, Log: log},
		Client: embed.NewClient(registry.Records, nil), Holder: rand.Text(), Now: time.Now, Log: log,
	}
	defer grants.Close()
	rows, err := st.GrantsOfApp(ctx, platform, clientID)
	if err != nil {
		return 0, fmt.Errorf("listing who is signed in by %s: %w", clientID, err)
	}
	var failed []error
	for _, g := range rows {
		failed = append(failed, d.endGrant(ctx, grants, g))
	}
	return len(rows), errors.Join(failed...)
}

func (d *Data) endGrant(ctx context.Context, grants *grant.Grants, g store.Grant) error {
	if err := grants.End(ctx, g.ID, grant.EmbedRemoved); err != nil {
		return err
	}
	grants.Audit.Record(ctx, store.AuditEntry{
		Kind: store.AuditSignOut, Platform: g.Platform, ClientID: g.ClientID, OwnerID: g.OwnerID, GrantID: g.ID, Detail: grant.EmbedRemoved,
	})
	return nil
}

// known is the secret of an app that was registered until now.
type known rc.Secret

// Secret implements grant.Secrets.
func (k known) Secret(context.Context, string, string) (rc.Secret, error) { return rc.Secret(k), nil }
