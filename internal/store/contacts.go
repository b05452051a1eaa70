package store

import (
	"context"
	"time"

	"offhook/internal/rc"
)

// A Contact is an entry of an extension's address book. A deleted one is a
// tombstone without content.
type Contact struct {
	ID          int64
	AccountID   int64
	ExtensionID int64
	Deleted     bool
	Record      rc.PersonalContact // without id, uri and availability
	Numbers     []string           // its numbers in E.164, for searches
	CreatedAt   time.Time
	Change      int64 // the address book's change that wrote this state
}

// A ContactQuery selects contacts that are not deleted; zero fields do not
// select.
type ContactQuery struct {
	StartsWith string   // of a first or last name, without case
	Numbers    []string // E.164; any of them
	SortBy     []string // FirstName, LastName, Company; the order they were made in after those
}

// A Favorite is a colleague or a contact that an extension has marked.
type Favorite struct {
	ExtensionID int64 // of a colleague, or zero
	ContactID   int64 // of a contact, or zero
}

// ContactReader reads address books. Every method but FavoriteOf sees one
// extension only.
type ContactReader interface {
	// Contact returns ErrNotFound for an unknown id and for a deleted one.
	Contact(ctx context.Context, extensionID, id int64) (Contact, error)
	// Contacts returns a page of the selected contacts.
	Contacts(ctx context.Context, extensionID int64, q ContactQuery, offset, limit int) ([]Contact, error)
	// CountContacts counts what Contacts would return without a limit.
	CountContacts(ctx context.Context, extensionID int64, q ContactQuery) (int, error)
	// ContactChange is the number of the address book's latest change.
	ContactChange(ctx context.Context, extensionID int64) (int64, error)
	// ChangedContacts returns contacts changed after the given change in the
	// order of their changes, tombstones too if wanted, at most limit.
	ChangedContacts(ctx context.Context, extensionID, after int64, tombstones bool, limit int) ([]Contact, error)
	// Favorites returns an extension's favorites in its own order.
	Favorites(ctx context.Context, extensionID int64) ([]Favorite, error)
	// FavoriteOf returns the extensions whose favorite a colleague is.
	FavoriteOf(ctx context.Context, colleagueID int64) ([]int64, error)
}

// ContactWriter changes address books.
type ContactWriter interface {
	// NextContactChange begins a change of an address book and returns its
	// number, with the rules of MessageWriter.NextMessageChange.
	NextContactChange(ctx context.Context, extensionID int64) (int64, error)
	// PutContact adds a contact or replaces it; a deleted one loses its
	// content and its place among the favorites.
	PutContact(ctx context.Context, c Contact) error
	// PutFavorites replaces an extension's favorites.
	PutFavorites(ctx context.Context, extensionID int64, all []Favorite) error
}
