package rc

import "fmt"

// Values of a thread's status and of the reason why it is resolved (contract
// 5.4, MessageThread).
const (
	ThreadOpen       = "Open"
	ThreadIsResolved = "Resolved"

	ResolvedManually = "Manual"
	ThreadExpired    = "ThreadExpired"
)

// Types of extensions that the platform has.
const (
	TypeUser       = "User"
	TypeDepartment = "Department" // a call queue
)

// A MessageThread is a conversation that the members of a call queue share.
type MessageThread struct {
	ID           string      `json:"id"`
	Label        string      `json:"label,omitempty"` // the last text
	Status       string      `json:"status"`
	StatusReason string      `json:"statusReason,omitempty"`
	Availability string      `json:"availability"`
	Owner        ThreadUser  `json:"owner"`
	OwnerParty   PhoneParty  `json:"ownerParty"`
	GuestParty   PhoneParty  `json:"guestParty"`
	Assignee     *ThreadUser `json:"assignee,omitempty"`
	CreationTime Time        `json:"creationTime"`
	LastModified Time        `json:"lastModifiedTime"`
}

// A PhoneParty is one end of a thread.
type PhoneParty struct {
	PhoneNumber string `json:"phoneNumber"`
}

// A ThreadUser names an extension inside a thread (ThreadUserModel,
// OwnerResource).
type ThreadUser struct {
	ExtensionID   string `json:"extensionId"`
	Name          string `json:"name,omitempty"`
	ExtensionType string `json:"extensionType,omitempty"`
}

// A ThreadMessage is a text of a thread (ThreadMessageModel).
type ThreadMessage struct {
	RecordType    string             `json:"recordType,omitempty"` // AliveMessage, in a sync
	ID            string             `json:"id"`
	ThreadID      string             `json:"threadId"`
	Availability  string             `json:"availability"`
	CreationTime  Time               `json:"creationTime"`
	Direction     string             `json:"direction"`
	LastModified  Time               `json:"lastModifiedTime"`
	MessageStatus string             `json:"messageStatus"`
	Text          string             `json:"text"`
	Attachments   []ThreadAttachment `json:"attachments,omitempty"`
	Author        *ThreadUser        `json:"author,omitempty"`
}

// A ThreadAttachment is a picture or file of a thread's text
// (MessageAttachmentResponseEntry).
type ThreadAttachment struct {
	ID          string `json:"id"`
	ContentType string `json:"contentType"`
	FileName    string `json:"filename,omitempty"`
	ContentURI  string `json:"contentUri"`
	Size        int64  `json:"size"`
}

// A ThreadHint is something that happened to a thread, in a sync
// (MthSyncBaseHint, MthSyncAssignedHint).
type ThreadHint struct {
	RecordType       string      `json:"recordType"`
	ID               string      `json:"id"`
	ThreadID         string      `json:"threadId"`
	LastModified     Time        `json:"lastModifiedTime"`
	Initiator        *ThreadUser `json:"initiator,omitempty"`
	Assignee         *ThreadUser `json:"assignee,omitempty"`
	PreviousAssignee *ThreadUser `json:"previousAssignee,omitempty"`
}

// A ThreadMessageRequest is the body of POST account/~/message-threads/messages
// (NewThreadMessageRequest).
type ThreadMessageRequest struct {
	ThreadID string       `json:"threadId,omitempty"`
	From     PhoneParty   `json:"from"`
	To       []PhoneParty `json:"to"`
	Text     string       `json:"text"`
}

// A ThreadEvent is the body of both events of threads: something changed,
// sync to see what.
type ThreadEvent struct {
	LastModified Time `json:"lastModifiedTime"`
}

// ThreadFilter is the event filter for changes of an account's threads.
func ThreadFilter(accountID int64) string {
	return fmt.Sprintf("/restapi/v1.0/account/%d/message-threads/sync", accountID)
}

// ThreadEntryFilter is the event filter for what is new in an account's
// threads.
func ThreadEntryFilter(accountID int64) string {
	return fmt.Sprintf("/restapi/v1.0/account/%d/message-threads/entries/sync", accountID)
}
