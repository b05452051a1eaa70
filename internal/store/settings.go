package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// SettingReader reads what extensions, and with the extension 0 companies,
// have set: a JSON value under a name, whose form is its reader's business.
type SettingReader interface {
	// Setting returns ErrNotFound for what was never set.
	Setting(ctx context.Context, accountID, extensionID int64, name string) ([]byte, error)
}

// ReadSetting reads a setting into v, which stays as it is when it was never
// set.
func ReadSetting(ctx context.Context, r SettingReader, accountID, extensionID int64, name string, v any) error {
	text, err := r.Setting(ctx, accountID, extensionID, name)
	if errors.Is(err, ErrNotFound) {
		return nil
	}
	if err == nil {
		err = json.Unmarshal(text, v)
	}
	if err != nil {
		return fmt.Errorf("reading the setting %s of extension %d: %w", name, extensionID, err)
	}
	return nil
}

// SettingWriter changes them.
type SettingWriter interface {
	// ChangeSetting begins a change: it returns the value, empty when it was
	// never set, and holds back other changes of it until the commit.
	ChangeSetting(ctx context.Context, accountID, extensionID int64, name string) ([]byte, error)
	// SaveSetting replaces a value whose change was begun.
	SaveSetting(ctx context.Context, accountID, extensionID int64, name string, value []byte) error
}

// A ProfileImage is the picture of an extension's user.
type ProfileImage struct {
	ExtensionID int64
	ContentType string
	Tag         string // names its bytes (RFC 9110 section 8.8.3), without quotes
	Body        []byte
	ChangedAt   time.Time
}

// ProfileImageReader reads the pictures of users.
type ProfileImageReader interface {
	// ProfileImage returns ErrNotFound for a user without one.
	ProfileImage(ctx context.Context, extensionID int64) (ProfileImage, error)
	// ProfileImageTags returns the tags of an account's pictures by extension.
	ProfileImageTags(ctx context.Context, accountID int64) (map[int64]string, error)
}

// ProfileImageWriter changes them.
type ProfileImageWriter interface {
	PutProfileImage(ctx context.Context, i ProfileImage) error
	// DeleteProfileImage reports whether there was one.
	DeleteProfileImage(ctx context.Context, extensionID int64) (bool, error)
}
