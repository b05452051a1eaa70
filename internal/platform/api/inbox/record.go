package inbox

import (
	"fmt"
	"strconv"

	"offhook/internal/platform/api/plan"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// Record writes a thread as the contract does, with the names of p.
func Record(p *plan.Plan, t store.Thread) rc.MessageThread {
	owner := rc.ThreadUser{ExtensionID: id(t.QueueID), ExtensionType: rc.TypeDepartment}
	if q, ok := p.Queue(t.QueueID); ok {
		owner.Name = q.Name
	}
	return rc.MessageThread{
		ID: id(t.ID), Label: t.Label, Status: t.Status, StatusReason: t.Reason, Availability: rc.Alive,
		Owner: owner, OwnerParty: rc.PhoneParty{PhoneNumber: t.Owner}, GuestParty: rc.PhoneParty{PhoneNumber: t.Guest},
		Assignee: user(p, t.AssigneeID), CreationTime: rc.TimeOf(t.CreatedAt), LastModified: rc.TimeOf(t.ModifiedAt),
	}
}

// MessageRecord writes a text of a thread, with links under base.
func MessageRecord(base string, p *plan.Plan, e store.ThreadEntry) rc.ThreadMessage {
	m := rc.ThreadMessage{
		ID: id(e.ID), ThreadID: id(e.ThreadID), Availability: rc.Alive, CreationTime: rc.TimeOf(e.CreatedAt), LastModified: rc.TimeOf(e.ModifiedAt),
		Direction: e.Direction, MessageStatus: e.Status, Text: e.Text, Author: user(p, e.AuthorID),
	}
	for _, a := range e.Attachments {
		m.Attachments = append(m.Attachments, rc.ThreadAttachment{
			ID: id(a.ID), ContentType: a.ContentType, FileName: a.FileName, Size: a.Size,
			ContentURI: fmt.Sprintf("%s/restapi/v1.0/account/%d/message-threads/messages/%d/content/%d", base, e.AccountID, e.ID, a.ID),
		})
	}
	return m
}

// SyncRecord writes an entry as a sync tells it: a text whole, or what
// happened to the thread.
func SyncRecord(base string, p *plan.Plan, e store.ThreadEntry) any {
	if e.Kind == store.ThreadMessage {
		m := MessageRecord(base, p, e)
		m.RecordType = "AliveMessage"
		return m
	}
	return rc.ThreadHint{
		RecordType: e.Kind, ID: id(e.ID), ThreadID: id(e.ThreadID), LastModified: rc.TimeOf(e.ModifiedAt), Initiator: user(p, e.AuthorID),
		Assignee: user(p, e.AssigneeID), PreviousAssignee: user(p, e.PreviousID),
	}
}

// user names a person; nil for nobody. Who has left has no name any more.
func user(p *plan.Plan, extensionID int64) *rc.ThreadUser {
	if extensionID == 0 {
		return nil
	}
	u := &rc.ThreadUser{ExtensionID: id(extensionID), ExtensionType: rc.TypeUser}
	if e, ok := p.Extension(extensionID); ok {
		u.Name = e.Name()
	}
	return u
}

func id(n int64) string { return strconv.FormatInt(n, 10) }
