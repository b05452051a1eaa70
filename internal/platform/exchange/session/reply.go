package session

import (
	"context"
	"fmt"

	"offhook/internal/rc"
)

// Replies sends messages to callers.
type Replies interface {
	// Reply sends a text from who was called to who calls. The error is for
	// people where the caller cannot be written to.
	Reply(ctx context.Context, r Reply) error
}

// A Reply is what somebody writes instead of answering.
type Reply struct {
	AccountID, ExtensionID int64 // who was called
	From                   End   // the number that was called
	To                     End   // who calls
	Text                   string
}

// Reply writes to the caller of a party that was called.
func (p *Party) Reply(ctx context.Context, text string) error {
	k := p.session.book
	if k.Replies == nil {
		return rc.Errorf(rc.Unavailable, "Callers cannot be written to on this platform.")
	}
	spec := p.Spec()
	err := k.Replies.Reply(ctx, Reply{AccountID: spec.AccountID, ExtensionID: spec.ExtensionID, From: spec.To, To: spec.From, Text: text})
	if err != nil {
		return fmt.Errorf("replying for extension %d: %w", spec.ExtensionID, err)
	}
	return nil
}
