package app

import (
	"cmp"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"runtime"

	"offhook/internal/bus"
	"offhook/internal/natsbus"
	"offhook/internal/rc"
)

// A BusConfig says how several widget servers of one database reach each
// other.
type BusConfig struct {
	// NATS are the nats:// or tls:// addresses of the servers of one NATS
	// cluster. Empty: this server is by itself.
	NATS []string `yaml:"nats"`
	// Username and Password are what NATS knows the widget servers by.
	Username string    `yaml:"username"`
	Password rc.Secret `yaml:"password"`
	// Credentials is a file with a JWT and an NKey, instead of a password.
	Credentials string `yaml:"credentials"`
	// CA is a file with the certificates that those of NATS may be signed by;
	// empty means the system's.
	CA string `yaml:"ca"`
}

// mistake is what is wrong, and with which setting; empty for nothing.
func (c BusConfig) mistake(database string) (setting, what string) {
	for _, text := range c.NATS {
		u, err := url.Parse(text)
		switch {
		case err == nil && u.User != nil:
			return "nats", "must not hold a password, which would be shown wherever the address is. Set bus.username and bus.password, or bus.credentials."
		case err != nil || u.Scheme != "nats" && u.Scheme != "tls" || u.Hostname() == "" || u.Path != "" || u.RawQuery != "":
			return "nats", fmt.Sprintf("must be addresses such as tls://nats.example.com:4222, not %q.", text)
		}
	}
	known := c.Username != "" || c.Password != ""
	switch {
	case len(c.NATS) == 0 && (known || c.Credentials != "" || c.CA != ""):
		return "nats", "needs the addresses of the servers that the rest is for."
	case known && c.Credentials != "":
		return "credentials", "cannot be combined with username and password; set one of the two."
	case (c.Username == "") != (c.Password == ""):
		return "password", "and username need one another."
	case len(c.NATS) > 0 && database == "":
		return "nats", "is for servers that share one database; set database to its postgres:// address."
	}
	return "", ""
}

// open connects with the other nodes, where there are any. What they tell each
// other is sealed with the keys that they share.
func (c BusConfig) open(keys natsbus.Sealer, log *slog.Logger) (b bus.Bus, end func(), err error) {
	if len(c.NATS) == 0 {
		return new(bus.InProcess), func() {}, nil
	}
	n := natsbus.Config{Servers: c.NATS, Username: c.Username, Password: string(c.Password), Credentials: c.Credentials, CA: c.CA, Sealer: keys, Log: log}
	for setting, file := range map[string]string{"credentials": c.Credentials, "ca": c.CA} {
		if _, err := os.Stat(file); file != "" && err != nil {
			return nil, nil, (&source{}).mistake("bus."+setting, "names the file %s, which cannot be read.", file)
		}
	}
	if !n.Secure() {
		log.Warn("bus.nats is not encrypted: whoever is on the network between the servers can read its password, and which of them are asked how often")
	}
	nats, err := natsbus.Open(n)
	if err != nil {
		return nil, nil, rc.Errorf(rc.Unavailable, "No server of bus.nats can be used (%v). Start NATS first, and see that address and credentials are right.", cmp.Or(unwrapped(err), err))
	}
	return nats, nats.Close, nil
}

// unwrapped is the innermost error.
func unwrapped(err error) error {
	for {
		inner, ok := err.(interface{ Unwrap() error })
		if !ok || inner.Unwrap() == nil {
			return err
		}
		err = inner.Unwrap()
	}
}

// readable reports whether everybody on the machine can read a file.
func readable(path string) bool {
	info, err := os.Stat(path)
	return path != "" && err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o004 != 0
}
