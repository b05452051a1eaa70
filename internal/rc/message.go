package rc

import "encoding/json"

// Values of the message fields that this product branches on (contract 5.4).
const (
	TypeSMS       = "SMS"
	TypePager     = "Pager"
	TypeVoiceMail = "VoiceMail"
	TypeFax       = "Fax"

	Inbound  = "Inbound"
	Outbound = "Outbound"

	Read   = "Read"
	Unread = "Unread"

	Alive   = "Alive"
	Deleted = "Deleted"
	Purged  = "Purged"

	Queued         = "Queued"
	Sent           = "Sent"
	Delivered      = "Delivered"
	DeliveryFailed = "DeliveryFailed"
	SendingFailed  = "SendingFailed"
	Received       = "Received"
)

// A Message is a record of the message store (contract 5.4,
// GetMessageInfoResponse). An SMS's text is its Subject.
type Message struct {
	ID                   int64        `json:"id"`
	URI                  string       `json:"uri,omitempty"`
	ExtensionID          string       `json:"extensionId,omitempty"`
	Type                 string       `json:"type"`
	Direction            string       `json:"direction"`
	Availability         string       `json:"availability"`
	ReadStatus           string       `json:"readStatus"`
	Priority             string       `json:"priority,omitempty"`
	MessageStatus        string       `json:"messageStatus"`
	DeliveryErrorCode    string       `json:"deliveryErrorCode,omitempty"`
	SegmentCount         int          `json:"segmentCount,omitempty"`
	Subject              string       `json:"subject"`
	CreationTime         Time         `json:"creationTime"`
	LastModifiedTime     Time         `json:"lastModifiedTime"`
	ConversationID       int64        `json:"conversationId,omitempty"`
	Conversation         *URIID       `json:"conversation,omitempty"`
	From                 *Caller      `json:"from,omitempty"`
	To                   []Caller     `json:"to,omitempty"`
	Attachments          []Attachment `json:"attachments"`
	VMTranscriptionState string       `json:"vmTranscriptionStatus,omitempty"`
	FaxPageCount         int          `json:"faxPageCount,omitempty"`
	FaxResolution        string       `json:"faxResolution,omitempty"`
	CoverIndex           *int         `json:"coverIndex,omitempty"`
	CoverPageText        string       `json:"coverPageText,omitempty"`
	PgToDepartment       *bool        `json:"pgToDepartment,omitempty"`
	Owner                *ThreadUser  `json:"owner,omitempty"` // the call queue that shares it
}

// Types of attachments that are not a text's own.
const (
	AudioRecording     = "AudioRecording"
	AudioTranscription = "AudioTranscription"
	RenderedDocument   = "RenderedDocument"
)

// Values of vmTranscriptionStatus.
const (
	TranscriptionNotAvailable = "NotAvailable"
	TranscriptionInProgress   = "InProgress"
	TranscriptionCompleted    = "Completed"
	TranscriptionFailed       = "Failed"
)

// Values of faxResolution.
const (
	FaxHigh = "High"
	FaxLow  = "Low"
)

// A URIID is a reference by string id.
type URIID struct {
	ID  string `json:"id"`
	URI string `json:"uri,omitempty"`
}

// A Caller is a party of a message. MessageStatus is set on recipients.
type Caller struct {
	PhoneNumber     string `json:"phoneNumber,omitempty"`
	ExtensionNumber string `json:"extensionNumber,omitempty"`
	ExtensionID     string `json:"extensionId,omitempty"`
	Name            string `json:"name,omitempty"`
	Location        string `json:"location,omitempty"`
	Target          bool   `json:"target,omitempty"`
	MessageStatus   string `json:"messageStatus,omitempty"`
	FaxErrorCode    string `json:"faxErrorCode,omitempty"` // why a fax did not get there
}

// An Attachment is a part of a message. An SMS's text is also an attachment
// whose id is the message's.
type Attachment struct {
	ID          int64  `json:"id"`
	URI         string `json:"uri,omitempty"`
	Type        string `json:"type"`
	ContentType string `json:"contentType"`
	FileName    string `json:"fileName,omitempty"`
	Size        int64  `json:"size,omitempty"`
	VMDuration  int    `json:"vmDuration,omitempty"`
	Width       int    `json:"width,omitempty"`
	Height      int    `json:"height,omitempty"`
}

// An SMSRequest is the body of POST extension/~/sms.
type SMSRequest struct {
	From    Caller   `json:"from"`
	To      []Caller `json:"to"`
	Text    string   `json:"text"`
	Country *Country `json:"country,omitempty"`
}

// A PagerRequest is the body of POST extension/~/company-pager: parties are
// named by extension.
type PagerRequest struct {
	From    *Caller  `json:"from,omitempty"`
	ReplyOn int64    `json:"replyOn,omitempty"`
	To      []Caller `json:"to,omitempty"`
	Text    string   `json:"text"`
}

// A FaxRequest is what POST extension/~/fax asks for, besides its documents.
type FaxRequest struct {
	To                []Caller    `json:"to"`
	FaxResolution     string      `json:"faxResolution,omitempty"`
	CoverIndex        *int        `json:"coverIndex,omitempty"`
	CoverPageText     string      `json:"coverPageText,omitempty"`
	SendTime          string      `json:"sendTime,omitempty"`
	ISOCode           string      `json:"isoCode,omitempty"`
	OriginalMessageID json.Number `json:"originalMessageId,omitempty"` // as text or as a number
}

// A FaxCoverPage is an entry of the dictionary of cover pages.
type FaxCoverPage struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Sync kinds of the sync resources (contract 4).
const (
	FSync = "FSync"
	ISync = "ISync"
)

// A MessageSync is GET extension/~/message-sync.
type MessageSync struct {
	URI      string    `json:"uri"`
	Records  []Message `json:"records"`
	SyncInfo SyncInfo  `json:"syncInfo"`
}

// SyncInfo carries the token for the next incremental sync.
type SyncInfo struct {
	SyncType          string `json:"syncType"`
	SyncToken         string `json:"syncToken"`
	SyncTime          Time   `json:"syncTime"`
	OlderRecordsExist bool   `json:"olderRecordsExist,omitempty"`
}

// An InstantMessage is the body of the instant message event: an inbound
// text, whole, with string ids (contract 7.3, InstantMessageEventBody).
type InstantMessage struct {
	ID               string       `json:"id"`
	To               []Caller     `json:"to"`
	From             Caller       `json:"from"`
	Type             string       `json:"type"`
	CreationTime     Time         `json:"creationTime"`
	LastModifiedTime Time         `json:"lastModifiedTime"`
	ReadStatus       string       `json:"readStatus"`
	Priority         string       `json:"priority"`
	Attachments      []Attachment `json:"attachments"`
	Direction        string       `json:"direction"`
	Availability     string       `json:"availability"`
	Subject          string       `json:"subject"`
	MessageStatus    string       `json:"messageStatus"`
	ConversationID   string       `json:"conversationId"`
	Conversation     *URIID       `json:"conversation,omitempty"`
	OwnerID          string       `json:"ownerId"`
}
