package hostlink

import (
	"context"
	"fmt"
	"slices"

	"offhook/internal/store"
)

// What a host page may be allowed, by the names that the registry of embeds
// gives them. A command without its capability is refused in the frame, and
// what a page may not see is not sent to its frame as a host message.
const (
	Navigate = "navigate" // show a page of the phone
	Prefill  = "prefill"  // open a new text or a number, filled in; the user sends
	Status   = "status"   // who is signed in, which page is open, how many are unread
	SignIn   = "signin"   // ask for sign-in, sign out
	Texts    = "messages" // read the user's texts as they come and change
)

// Embeds is the registry of embeds.
type Embeds interface {
	// Embed returns an app as it may be embedded now, or a Denied *rc.Error.
	Embed(ctx context.Context, platform, clientID string) (store.Embed, error)
}

// capabilities is a set of them.
type capabilities []string

func (s capabilities) has(c string) bool { return slices.Contains(s, c) }

func (h *Handler) capabilities(ctx context.Context, f store.Frame) (capabilities, error) {
	e, err := h.Embeds.Embed(ctx, f.Platform, f.ClientID)
	if err != nil {
		return nil, fmt.Errorf("reading the embed of a frame: %w", err)
	}
	return e.Capabilities, nil
}
