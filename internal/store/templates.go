package store

import (
	"context"
	"time"
)

// A Template is a text to begin from: an extension's own, or the company's
// when ExtensionID is zero.
type Template struct {
	ID          int64
	AccountID   int64
	ExtensionID int64
	Name        string
	Text        string
	CreatedAt   time.Time
}

// TemplateReader reads templates.
type TemplateReader interface {
	// Templates returns those of an extension, or with zero those of the
	// company, in the order they were made.
	Templates(ctx context.Context, accountID, extensionID int64) ([]Template, error)
	// Template returns ErrNotFound for an unknown id and for a template of
	// another account.
	Template(ctx context.Context, accountID, id int64) (Template, error)
}

// TemplateWriter changes templates.
type TemplateWriter interface {
	AddTemplate(ctx context.Context, t Template) error
	// SaveTemplate replaces name and text; ErrNotFound when it is gone.
	SaveTemplate(ctx context.Context, t Template) error
	// DeleteTemplate removes one; one that is not there is no error.
	DeleteTemplate(ctx context.Context, accountID, id int64) error
}
