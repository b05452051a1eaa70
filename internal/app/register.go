package app

import (
	"context"
	"crypto/rand"
	"os"
	"strings"
	"time"

	"offhook/internal/platform/console"
	"offhook/internal/platform/signing"
	"offhook/internal/rc"
	"offhook/internal/widget/embed"
)

// A User is a user of the local platform as `offhook user add --json` and
// demo.json tell it. Ids are decimal numbers.
type User struct {
	Name            string `json:"name"`
	ExtensionID     int64  `json:"extensionId"`
	ExtensionNumber string `json:"extensionNumber"`
	PhoneNumber     string `json:"phoneNumber"`
	Username        string `json:"username"`
	Password        string `json:"password"`
	JWT             string `json:"jwt,omitempty"` // a JWT credential for all apps; in demo.json only
}

// console registers things of the local platform. It is always the same one,
// so that what it registers in one millisecond has ids of its own.
func (d *Data) console() *console.Console {
	d.once.Do(func() {
		p := d.DB.Platform()
		d.records = &console.Console{Store: p, Keys: &signing.Keys{Store: p, Sealer: d.Ring}, Emergency: isForHelp}
	})
	return d.records
}

// AddUser registers a user. A data folder without an account gets one first.
// Without a password one is made.
func (d *Data) AddUser(ctx context.Context, spec console.UserSpec) (User, error) {
	if err := checkRobot(spec.Robot); err != nil {
		return User{}, err
	}
	c := d.console()
	accounts, err := c.Store.Accounts(ctx)
	if err != nil {
		return User{}, err
	}
	if len(accounts) == 0 {
		if _, err := c.RegisterAccount(ctx, console.AccountSpec{Company: demoCompany, MainNumber: demoMainNumber}); err != nil {
			return User{}, err
		}
	}
	if spec.Password == "" && spec.Robot == "" {
		spec.Password = strings.ToLower(rand.Text()[:16])
	}
	e, n, err := c.RegisterUser(ctx, spec)
	if err != nil {
		return User{}, err
	}
	return User{e.Name(), e.ID, e.Number, n.Number, e.Username, spec.Password, ""}, nil
}

// AddEmbed registers an embed. Whether its platform is allowed is checked
// again by the server, whose configuration says so.
func (d *Data) AddEmbed(ctx context.Context, spec embed.Spec) error {
	return d.registry(spec.Platform).Register(ctx, spec)
}

// AddEmbedKey makes a key for an embed, whose other keys go on unless it is
// to be alone.
func (d *Data) AddEmbedKey(ctx context.Context, platform, clientID string, alone bool) (rc.Secret, error) {
	key := embed.NewKey()
	return key, d.registry(platform).AddKey(ctx, platform, clientID, key, alone)
}

func (d *Data) registry(platform string) *embed.Registry {
	records := append(embed.Records{{Name: "registered", Origin: platform, AllowPrivate: true}}, embed.RingCentral...)
	return &embed.Registry{Store: d.DB.Widget(), Ring: d.Ring, Records: records, Now: time.Now}
}

// ReadSecret reads the first line of a file that holds a secret.
func ReadSecret(path string) (rc.Secret, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", rc.Errorf(rc.Invalid, "The secret file cannot be read: %v.", err)
	}
	secret, _, _ := strings.Cut(string(text), "\n")
	if secret = strings.TrimSpace(secret); secret == "" {
		return "", rc.Errorf(rc.Invalid, "The secret file %s is empty; put the app's client secret into its first line.", path)
	}
	return rc.Secret(secret), nil
}
