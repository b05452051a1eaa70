package hostlink

import (
	"context"
	"fmt"
	"slices"

	"offhook/internal/store"
	"offhook/internal/widget/protocol"
)

// What a host page may be allowed, as far as the socket decides it.
const (
	Status   = protocol.Status
	Texts    = protocol.Texts
	Calls    = protocol.Calls
	Settings = protocol.Settings
)

// Embeds is the registry of embeds.
type Embeds interface {
	// Embed returns an app as it may be embedded now, or a Denied *rc.Error.
	Embed(ctx context.Context, platform, clientID string) (store.Embed, error)
}

// capabilities is a set of them.
type capabilities []string

func (s capabilities) has(c string) bool { return slices.Contains(s, c) }

func (s capabilities) without(c string) capabilities {
	return slices.DeleteFunc(slices.Clone(s), func(o string) bool { return o == c })
}

func (h *Handler) capabilities(ctx context.Context, f store.Frame) (capabilities, error) {
	e, err := h.Embeds.Embed(ctx, f.Platform, f.ClientID)
	if err != nil {
		return nil, fmt.Errorf("reading the embed of a frame: %w", err)
	}
	return e.Capabilities, nil
}
