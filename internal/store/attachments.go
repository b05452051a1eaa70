package store

import "context"

// An Attachment is what a message says of a picture or file that belongs to
// it. The bytes are an [AttachmentContent] of the same id.
type Attachment struct {
	ID          int64  `json:"id"`
	ContentType string `json:"contentType"`
	FileName    string `json:"fileName,omitempty"`
	Size        int64  `json:"size"`
	Width       int    `json:"width,omitempty"` // of a picture whose size is known
	Height      int    `json:"height,omitempty"`
}

// An AttachmentContent is the bytes of an attachment. Every copy of a message
// has its own, so that what one extension purges stays where others have it.
type AttachmentContent struct {
	ID          int64
	MessageID   int64
	ExtensionID int64 // whose copy it is
	SenderID    int64 // the extension that sent it, which answers for the room it takes
	Body        []byte
}

// AttachmentReader reads the bytes of attachments.
type AttachmentReader interface {
	// AttachmentContent returns the bytes of one of an extension's
	// attachments, ErrNotFound when there is none or it is another's.
	AttachmentContent(ctx context.Context, extensionID, id int64) ([]byte, error)
	// AttachmentBytes counts what is kept of everything that an extension
	// has sent, in all copies.
	AttachmentBytes(ctx context.Context, senderID int64) (int64, error)
}

// AttachmentWriter changes the bytes of attachments. What an attachment is
// called is part of its message, which MessageWriter changes.
type AttachmentWriter interface {
	// AddAttachmentContent adds bytes, ErrExists when the id is taken.
	AddAttachmentContent(ctx context.Context, c AttachmentContent) error
	// DeleteAttachmentContents forgets the bytes of a message's attachments;
	// there may be none.
	DeleteAttachmentContents(ctx context.Context, extensionID, messageID int64) error
}
