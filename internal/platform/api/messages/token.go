package messages

import (
	"slices"

	"offhook/internal/platform/api/synctoken"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// A token is what a sync token says: how far the client has seen whose
// message store, when, and through which filters. It is opaque to clients
// and guarded by a checksum against damage; it gives no access, for it is
// read only beside an access token of the same extension.
type token struct {
	ExtensionID     int64    `json:"e"`
	Epoch           int64    `json:"o"` // when the extension was made: a platform that started over has another
	Position        int64    `json:"p"` // the last change seen
	Time            int64    `json:"t"` // milliseconds
	From            int64    `json:"f,omitempty"`
	Types           []string `json:"m,omitempty"`
	Directions      []string `json:"d,omitempty"`
	ConversationIDs []int64  `json:"c,omitempty"`
	OwnerIDs        []int64  `json:"w,omitempty"`
	Shared          bool     `json:"s,omitempty"`
	Any             bool     `json:"a,omitempty"`
}

// fullSyncRequired tells a client to begin again.
func fullSyncRequired() *rc.Error {
	return &rc.Error{Kind: rc.Invalid, Code: "MSG-333", Parameter: "syncToken",
		Message: "Invalid message synchronisation request: full synchronization is required. Send syncType=FSync."}
}

// parseToken reads a token that belongs to e and has seen no more than
// latest; anything else is a demand for a full sync.
func parseToken(text string, e store.Extension, latest int64) (token, error) {
	var t token
	if !synctoken.Decode(text, &t) {
		return t, fullSyncRequired()
	}
	if t.ExtensionID != e.ID || t.Epoch != e.CreatedAt.UnixMilli() || t.Position < 0 || t.Position > latest {
		return t, fullSyncRequired()
	}
	return t, nil
}

// selects reports whether a client with these filters wants to know of m.
func (t token) selects(m store.Message) bool {
	return (len(t.Types) == 0 || slices.Contains(t.Types, m.Type)) &&
		(len(t.Directions) == 0 || slices.Contains(t.Directions, m.Direction)) &&
		(len(t.ConversationIDs) == 0 || slices.Contains(t.ConversationIDs, m.ConversationID)) &&
		m.CreatedAt.UnixMilli() >= t.From && t.selectsOwner(m.OwnerID)
}

// selectsOwner is what a query does with owners.
func (t token) selectsOwner(ownerID int64) bool {
	switch {
	case t.Any:
		return true
	case t.Shared:
		return ownerID != 0
	case len(t.OwnerIDs) > 0:
		return slices.Contains(t.OwnerIDs, ownerID)
	}
	return ownerID == 0
}
