package store

import (
	"context"
	"time"

	"offhook/internal/rc"
)

// A Webhook is a subscription whose events are posted to an address. Unlike
// one of a socket it outlives the sign-in that made it; it ends with its user,
// its app, and the JWT credential that it was made with.
type Webhook struct {
	ID           string
	AccountID    int64
	ExtensionID  int64
	ClientID     string
	CredentialID string // that the sign-in was opened with, or empty
	Scopes       rc.ScopeSet
	Filters      []string // as they were asked for, with real ids
	Address      string
	TokenHeader  string // the header that carries the app's own token, or empty
	SealedToken  []byte // sealed for the row "webhooks/<ID>"
	Life         time.Duration
	CreatedAt    time.Time
	ExpiresAt    time.Time
	RemindedAt   time.Time // when its app was last told that it ends; zero for never
	FailingSince time.Time // the first failure since a success; zero while it works
	ClosedAt     time.Time // when the address was blacklisted; zero while it is not
	ClosedReason string
}

// A WebhookEvent is a notification that waits to be posted.
type WebhookEvent struct {
	ID        int64 // orders the events of a webhook
	WebhookID string
	UUID      string
	Body      []byte
	Attempts  int64
	NextAt    time.Time // not posted before
	CreatedAt time.Time
}

// WebhookReader reads webhooks and what waits for them.
type WebhookReader interface {
	// Webhook returns ErrNotFound for an unknown id.
	Webhook(ctx context.Context, id string) (Webhook, error)
	// Webhooks returns those of a user and app, oldest first.
	Webhooks(ctx context.Context, extensionID int64, clientID string) ([]Webhook, error)
	// OpenWebhooks returns an account's webhooks that are neither blacklisted
	// nor expired at the given time; all accounts' with the account 0.
	OpenWebhooks(ctx context.Context, accountID int64, at time.Time) ([]Webhook, error)
	// DueWebhookEvents returns, for each open webhook, its oldest event when
	// that may be posted now.
	DueWebhookEvents(ctx context.Context, at time.Time, limit int) ([]WebhookEvent, error)
	// CountWebhookEvents counts what waits for a webhook.
	CountWebhookEvents(ctx context.Context, webhookID string) (int, error)
}

// WebhookWriter changes them.
type WebhookWriter interface {
	AddWebhook(ctx context.Context, w Webhook) error
	// SaveWebhook replaces what can change of a webhook: scopes, credential,
	// filters, life, times and the reason. ErrNotFound when it is gone.
	SaveWebhook(ctx context.Context, w Webhook) error
	// DeleteWebhook removes a webhook with what waits for it, and reports
	// whether there was one.
	DeleteWebhook(ctx context.Context, id string) (bool, error)
	// SweepWebhooks removes webhooks that have expired at the given time.
	SweepWebhooks(ctx context.Context, at time.Time) error
	// AddWebhookEvent adds an event and drops the oldest ones beyond keep. An
	// event of a webhook that is gone is dropped.
	AddWebhookEvent(ctx context.Context, e WebhookEvent, keep int) error
	// ClaimWebhookEvent counts an attempt and keeps everybody else from the
	// event until the given time; false when it may not be posted now.
	ClaimWebhookEvent(ctx context.Context, id int64, at, until time.Time) (bool, error)
	// PostponeWebhookEvent says when an event may be posted again.
	PostponeWebhookEvent(ctx context.Context, id int64, next time.Time) error
	// DeleteWebhookEvent removes an event that has arrived.
	DeleteWebhookEvent(ctx context.Context, id int64) error
	// FailWebhook notes the first failure since a success, and returns when
	// that was.
	FailWebhook(ctx context.Context, id string, at time.Time) (time.Time, error)
	// PassWebhook forgets failures.
	PassWebhook(ctx context.Context, id string) error
	// CloseWebhook blacklists a webhook and drops what waits for it.
	CloseWebhook(ctx context.Context, id, reason string, at time.Time) error
}
