package hostlink

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"offhook/internal/store"
)

// What a host page may be allowed. An embed lists some of these; a command
// without its capability is refused in the frame, and what a page may not
// see is not sent to its frame as a host message in the first place.
const (
	Navigate = "navigate" // show a page of the phone
	Prefill  = "prefill"  // open a new text or number, filled in; the user sends
	Status   = "status"   // who is signed in, which page is open, how many are unread
	Session  = "session"  // ask for sign-in, sign out
	Messages = "messages" // read the user's texts as they come and change
)

// OpenClient is what any page may do with an app that nobody registered.
var OpenClient = []string{Navigate, Prefill, Status}

// Registered is what an embed gets when the operator names nothing else: its
// origins are listed, so they are trusted with what the contract promises.
var Registered = []string{Navigate, Prefill, Status, Session, Messages}

// Capabilities is a set of them.
type Capabilities []string

// Has reports whether c is in the set.
func (s Capabilities) Has(c string) bool { return slices.Contains(s, c) }

// CapabilitiesOf returns the capabilities of the embed that a frame shows. A
// registered embed without a list has all of them; an app that is not
// registered has those of open clients.
func CapabilitiesOf(ctx context.Context, embeds store.EmbedReader, f store.Frame) (Capabilities, error) {
	e, err := embeds.Embed(ctx, f.Platform, f.ClientID)
	if errors.Is(err, store.ErrNotFound) {
		return OpenClient, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading embed %s: %w", f.ClientID, err)
	}
	if len(e.Capabilities) == 0 {
		return Registered, nil
	}
	return e.Capabilities, nil
}
