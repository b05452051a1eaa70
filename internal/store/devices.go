package store

import (
	"context"
	"time"
)

// A SIPDevice is a phone that may register: what provisioning told an app of a
// user about (contract 8.1). Its id is what the phone authorizes itself with.
type SIPDevice struct {
	ID             int64
	AccountID      int64
	ExtensionID    int64
	ClientID       string
	Instance       string // tells the devices of one user and app apart, as the app asked for it; may be empty
	Type           string // WebPhone or OtherPhone
	Name           string
	ComputerName   string
	Username       string // such as 16505550101*101
	SealedPassword []byte // sealed for the row "sip_devices/<ID>"; empty: none is known to anybody
	CreatedAt      time.Time
	SeenAt         time.Time // when it was registered last; zero for never
}

// DeviceReader reads the devices of users.
type DeviceReader interface {
	// SIPDevice returns ErrNotFound for an unknown id.
	SIPDevice(ctx context.Context, id int64) (SIPDevice, error)
	// SIPDeviceOf returns the device of a user, an app and an instance, or
	// ErrNotFound.
	SIPDeviceOf(ctx context.Context, extensionID int64, clientID, instance string) (SIPDevice, error)
	// SIPDevices returns those of a user, oldest first.
	SIPDevices(ctx context.Context, extensionID int64) ([]SIPDevice, error)
	// AccountSIPDevices returns those of an account, oldest first.
	AccountSIPDevices(ctx context.Context, accountID int64) ([]SIPDevice, error)
}

// DeviceWriter changes them.
type DeviceWriter interface {
	// AddSIPDevice returns ErrExists when the user and app have this instance.
	AddSIPDevice(ctx context.Context, d SIPDevice) error
	// SaveSIPDevice replaces the names and the time of a device. ErrNotFound
	// when it is gone.
	SaveSIPDevice(ctx context.Context, d SIPDevice) error
	// RetireSIPPasswords takes the passwords of a user's devices of an app and
	// returns the devices' ids. It changes nothing, and returns none, while
	// the user has a session with the app that holds at the given time.
	RetireSIPPasswords(ctx context.Context, clientID string, extensionID int64, at time.Time) ([]int64, error)
	// GiveSIPPassword gives a device a password that has none. One that has a
	// password, or whose user has no session with its app that holds at the
	// given time, stays as it is.
	GiveSIPPassword(ctx context.Context, id int64, sealed []byte, at time.Time) error
	// SeeSIPDevice notes that a device is registered. One that is gone is
	// passed over.
	SeeSIPDevice(ctx context.Context, id int64, at time.Time) error
	// DeleteSIPDevice reports whether there was one.
	DeleteSIPDevice(ctx context.Context, id int64) (bool, error)
}
