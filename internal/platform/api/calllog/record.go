package calllog

import (
	"slices"
	"strconv"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// record writes a call as the contract does, with links under base.
func record(base string, c store.Call, detailed bool) rc.CallRecord {
	r := c.Record
	own := rc.ExtensionPath(c.AccountID, c.ExtensionID)
	r.ID, r.Deleted = c.ID, c.Deleted
	r.URI = base + own + "/call-log/" + c.ID
	extension := &rc.CallExtension{ID: c.ExtensionID, URI: base + own}
	r.Extension = extension
	r.Recording = linked(base, c.AccountID, r.Recording)
	r.Message = linkedMessage(base, c, r.Message)
	if !detailed {
		r.Legs = nil
		return r
	}
	r.Legs = slices.Clone(r.Legs)
	for i := range r.Legs {
		l := &r.Legs[i]
		l.Extension = extension
		l.Recording = linked(base, c.AccountID, l.Recording)
		l.Message = linkedMessage(base, c, l.Message)
	}
	return r
}

func records(base string, calls []store.Call, detailed bool) []rc.CallRecord {
	all := make([]rc.CallRecord, len(calls))
	for i, c := range calls {
		all[i] = record(base, c, detailed)
	}
	return all
}

func linked(base string, accountID int64, r *rc.RecordingOfACall) *rc.RecordingOfACall {
	if r == nil {
		return nil
	}
	uri := base + rc.RecordingPath(accountID, r.ID)
	return &rc.RecordingOfACall{ID: r.ID, Type: r.Type, URI: uri, ContentURI: uri + "/content"}
}

func linkedMessage(base string, c store.Call, m *rc.MessageOfACall) *rc.MessageOfACall {
	if m == nil {
		return nil
	}
	if _, err := strconv.ParseInt(m.ID, 10, 64); err != nil {
		return nil
	}
	return &rc.MessageOfACall{ID: m.ID, Type: m.Type, URI: base + rc.MessageStoreFilter(c.AccountID, c.ExtensionID) + "/" + m.ID}
}
