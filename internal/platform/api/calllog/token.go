package calllog

import (
	"offhook/internal/platform/api/synctoken"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// A token is what a sync token says: how far the client has seen which call
// log, when, and through which filters. It is opaque to clients and guarded
// by a checksum against damage; it gives no access, for it is read only
// beside an access token that may read the same log.
type token struct {
	AccountID     int64  `json:"a"`
	ExtensionID   int64  `json:"e"` // 0 for the company's log
	Epoch         int64  `json:"o"` // when its owner was made
	Position      int64  `json:"p"` // the last change seen
	Time          int64  `json:"t"` // milliseconds
	From          int64  `json:"f,omitempty"`
	Missed        bool   `json:"m,omitempty"`
	Recorded      bool   `json:"r,omitempty"`
	RecordingType string `json:"k,omitempty"`
}

// fullSyncRequired tells a client to begin again.
func fullSyncRequired(code, why string) *rc.Error {
	return &rc.Error{Kind: rc.Invalid, Code: code, Parameter: "syncToken",
		Message: "Invalid call log synchronization request: " + why + ". Full synchronization is required; send syncType=FSync."}
}

// parseToken reads a token that belongs to b and has seen no more than
// latest; anything else is a demand for a full sync.
func parseToken(text string, b book, latest int64) (token, error) {
	var t token
	bad := fullSyncRequired("CLG-101", "syncToken is invalid")
	if !synctoken.Decode(text, &t) {
		return t, bad
	}
	if t.AccountID != b.accountID || t.ExtensionID != b.extensionID || t.Epoch != b.since.UnixMilli() || t.Position < 0 || t.Position > latest {
		return t, bad
	}
	return t, nil
}

// selects reports whether a client with these filters wants to know of c. A
// deleted call has lost its recording, so its filters cannot be asked.
func (t token) selects(c store.Call) bool {
	r := c.Record
	switch {
	case r.StartTime.UnixMilli() < t.From, t.Missed && !r.IsMissed():
		return false
	case c.Deleted:
		return true
	case t.Recorded && r.Recording == nil:
		return false
	}
	return t.RecordingType == "" || r.Recording != nil && r.Recording.Type == t.RecordingType
}
