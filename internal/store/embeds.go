package store

import (
	"context"
	"time"
)

// An Embed is an app as the operator registered it for embedding: an OAuth
// client at one platform, who may frame it, and what the host page may do.
type Embed struct {
	Platform     string // the API origin, such as https://platform.ringcentral.com
	ClientID     string
	SealedSecret []byte   // the client secret under the key ring, row "embeds/<platform>/<client id>"; empty for a public client
	Origins      []string // host page origins that may frame it
	Ancestors    []string // further origins allowed above the host page
	AssetOrigins []string // where logos and styles may come from
	Capabilities []string // what host pages may ask for
	Redirects    []string // redirect pages hosted elsewhere, which post what they were called with to the frame
	SealedJWT    []byte   // a user's JWT under the key ring, row "embed-jwts/<platform>/<client id>"; usually empty
	JWTAccess    string   // who may sign in with it: empty means whoever brings a ticket
	Implicit     bool     // the app is registered for the implicit grant only
	CreatedAt    time.Time
}

// A Frame is an embed as one host page shows it. Its key names the cookie of
// its sessions and is part of every panel and socket URL.
type Frame struct {
	Key       string // hash of the fields below, URL-safe
	Platform  string
	ClientID  string
	Prefix    string    // tells two phones in one page apart
	Origin    string    // the proven origin of the host page; the widget's own when opened as a page
	Opener    string    // of a window of the phone's own: the origin of the page that says to have opened it
	CreatedAt time.Time // when its document was last drawn
}

// EmbedReader reads the registry of embeds and the frames seen.
type EmbedReader interface {
	// Embed returns ErrNotFound for an app that is not registered.
	Embed(ctx context.Context, platform, clientID string) (Embed, error)
	// Embeds returns every embed by platform and client id.
	Embeds(ctx context.Context) ([]Embed, error)
	// Frame returns ErrNotFound for an unknown key.
	Frame(ctx context.Context, key string) (Frame, error)
}

// EmbedWriter changes them.
type EmbedWriter interface {
	// PutEmbed adds an embed or replaces it, keeping its CreatedAt.
	PutEmbed(ctx context.Context, e Embed) error
	// RemoveEmbed removes an embed with its keys and reports whether there was
	// one. What was signed in by it is ended by whoever ends grants.
	RemoveEmbed(ctx context.Context, platform, clientID string) (bool, error)
	// PutFrame adds a frame; one that is there gets a later CreatedAt and stays
	// as it is otherwise.
	PutFrame(ctx context.Context, f Frame) error
	// SweepFrames removes the frames that were opened before the given time
	// and have neither a session nor a flow.
	SweepFrames(ctx context.Context, before time.Time) error
}
