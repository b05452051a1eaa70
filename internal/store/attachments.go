package store

import (
	"context"
	"time"
)

// An Attachment is what a message says of a picture, file, sound or document
// that belongs to it. The bytes are an [AttachmentContent] of the same id.
type Attachment struct {
	ID          int64  `json:"id"`
	Type        string `json:"type,omitempty"` // rc.AudioRecording, ...; empty is rc.TypeMMS
	ContentType string `json:"contentType"`
	FileName    string `json:"fileName,omitempty"`
	Size        int64  `json:"size"`
	Width       int    `json:"width,omitempty"` // of a picture whose size is known
	Height      int    `json:"height,omitempty"`
	Seconds     int    `json:"seconds,omitempty"` // of a sound
}

// An AttachmentContent is the bytes of an attachment. Every copy of a message
// has its own, so that what one extension purges stays where others have it.
type AttachmentContent struct {
	ID          int64
	MessageID   int64
	ExtensionID int64 // whose copy it is
	SenderID    int64 // the extension that sent it, which answers for the room it takes; 0 for nobody here
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

// A DeskFile is a picture or file that a user has added to something they
// are writing. It belongs to a draft until it is sent, then to the item of
// the outbox that sends it.
type DeskFile struct {
	GrantID   string
	ID        string // the client's, unique in the grant
	Draft     string // the key of the draft that it was added to
	Item      string // the item that sends it; empty before
	Position  int64  // orders the files of a draft
	Size      int64
	CreatedAt time.Time
	Facts     []byte // its name and type, sealed as row "desk_files/<grant>/<id>"
	Body      []byte // sealed as row "desk_files/<grant>/<id>/body"; not read by lists
}

// DeskFileReader reads files that are not sent yet.
type DeskFileReader interface {
	// DeskFile returns a file with its body, ErrNotFound when it is unknown.
	DeskFile(ctx context.Context, grantID, id string) (DeskFile, error)
	// DeskFiles returns the files of a draft in order, without their bodies.
	DeskFiles(ctx context.Context, grantID, draft string) ([]DeskFile, error)
	// DeskFileBytes counts what is kept of a grant's files.
	DeskFileBytes(ctx context.Context, grantID string) (int64, error)
}

// DeskFileWriter changes them.
type DeskFileWriter interface {
	// AddDeskFile adds a file, ErrExists when its id is taken.
	AddDeskFile(ctx context.Context, f DeskFile) error
	// TakeDeskFile gives a file to the item that sends it; false when there is
	// none that no item has.
	TakeDeskFile(ctx context.Context, grantID, id, item string) (bool, error)
	// DeleteDeskFile forgets a file that no item has.
	DeleteDeskFile(ctx context.Context, grantID, id string) error
	// DeleteItemFiles forgets the files of an item.
	DeleteItemFiles(ctx context.Context, grantID, item string) error
	// DeleteOldDeskFiles forgets a grant's files that no item has and that
	// were added before the given time.
	DeleteOldDeskFiles(ctx context.Context, grantID string, before time.Time) error
}
