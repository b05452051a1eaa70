// Package store says what the two houses keep. Each house sees its own
// tables through its own interface: a reader, and Write for changes. One
// portable SQL implementation is in sqlstore; storetest is the suite that it
// passes on SQLite and on PostgreSQL.
//
// A file here declares the rows and the small interfaces of one subject; the
// file of the same name in sqlstore and in storetest implements and tests it.
// Times are kept in whole milliseconds. Secrets are kept hashed or sealed;
// nothing in this package can be used to sign in as anybody.
package store

import (
	"context"
	"errors"
)

// Errors that callers branch on. Readers and writers wrap them with what was
// looked for.
var (
	// ErrNotFound: there is no such row, or it belongs to somebody else.
	ErrNotFound = errors.New("not found")
	// ErrExists: a row with this key is there already.
	ErrExists = errors.New("already exists")
	// ErrOutdated: a row was changed since it was read, or is gone.
	ErrOutdated = errors.New("changed meanwhile")
	// ErrSpent: a single-use row was there and has been used.
	ErrSpent = errors.New("already used")
)

// Platform is the platform house's store. Its readers see every write that
// has returned.
type Platform interface {
	PlatformReader
	// Write runs fn in a transaction and returns when its changes are
	// durable. An error from fn undoes its changes and is returned as it is,
	// so an outcome that must be kept (a revocation, say) must not be
	// reported as an error from fn. fn may run beside other writes that share
	// one commit; it must not keep tx, wait for anything but the store, or go
	// on after an error from tx.
	Write(ctx context.Context, fn func(tx PlatformTx) error) error
}

// PlatformReader reads the platform's tables.
type PlatformReader interface {
	AccountReader
	AttachmentReader
	OAuthReader
	AuthorizeReader
	CredentialReader
	MessageReader
	ContactReader
	CallReader
	DeviceReader
	EmergencyReader
	MonitorReader
	OutsideReader
	PresenceReader
	QueueReader
	RobotReader
	SettingReader
	ProfileImageReader
	TemplateReader
	ThreadReader
	WebhookReader
	WSTokenReader
}

// PlatformTx reads and changes the platform's tables in one transaction.
type PlatformTx interface {
	PlatformReader
	AccountWriter
	AttachmentWriter
	OAuthWriter
	AuthorizeWriter
	CredentialWriter
	MessageWriter
	ContactWriter
	CallWriter
	DeviceWriter
	EmergencyWriter
	MonitorWriter
	OutsideWriter
	PresenceWriter
	QueueWriter
	RobotWriter
	SettingWriter
	ProfileImageWriter
	TemplateWriter
	ThreadWriter
	WebhookWriter
	WSTokenWriter
}

// Widget is the widget house's store, with the same rules as [Platform].
type Widget interface {
	WidgetReader
	Write(ctx context.Context, fn func(tx WidgetTx) error) error
}

// WidgetReader reads the widget's tables.
type WidgetReader interface {
	EmbedReader
	FlowReader
	GrantReader
	SessionReader
	DeskReader
	DeskFileReader
	TicketReader
	IntakeReader
	AuditReader
	LogReader
	GuardReader
	PreferenceReader
	CallNoteReader
}

// WidgetTx reads and changes the widget's tables in one transaction.
type WidgetTx interface {
	WidgetReader
	EmbedWriter
	FlowWriter
	GrantWriter
	SessionWriter
	DeskWriter
	DeskFileWriter
	TicketWriter
	IntakeWriter
	AuditWriter
	LogWriter
	GuardWriter
	PreferenceWriter
	CallNoteWriter
	PhoneWriter
	RevocationWriter
}
