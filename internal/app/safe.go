package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// safe refuses what no server should run with: settings that are fine one by
// one and open a door together, and networks that are no networks.
func (c *Config) safe(src source) error {
	if _, err := c.proxies(); err != nil {
		return src.mistake("trusted_proxies", "%s", err)
	}
	if c.Widget.AllowURLSecrets && c.Widget.OpenClients {
		return src.mistake("widget.allow_url_secrets", "cannot be on together with open_clients: any page could then sign people in with a secret of its own, as whom it likes. Turn one of them off.")
	}
	for i, p := range c.Widget.Platforms {
		for _, host := range p.Hosts {
			if strings.HasPrefix(host, ".") && strings.Count(host, ".") < 2 {
				return src.mistake(fmt.Sprintf("widget.platforms[%d]", i), "allows every host that ends in %q, and tokens would be sent there; name the platform's own domain, such as .example.com.", host)
			}
		}
	}
	return c.readable(src)
}

// readable refuses a password in a file that everybody on the machine reads.
func (c *Config) readable(src source) error {
	if !readable(src.path) {
		return nil
	}
	for setting, password := range map[string]rc.Secret{"platform.trunk.password": c.Platform.Trunk.Password, "bus.password": c.Bus.Password} {
		if password != "" && src.vars[setting] == "" {
			return src.mistake(setting, "is a password, and every user of this machine can read the file. Run chmod 600 on it, or give the password as %s.", variable(setting))
		}
	}
	u, err := url.Parse(c.Database)
	if err != nil || u.User == nil || src.vars["database"] != "" {
		return nil
	}
	if _, has := u.User.Password(); !has {
		return nil
	}
	return src.mistake("database", "holds a password, and every user of this machine can read the file. Run chmod 600 on it, or give the address as %s.", variable("database"))
}

// widest is the shortest prefix that still means somebody's own network.
const (
	widest4 = 8
	widest6 = 16
)

// proxies are the networks whose X-Forwarded-For is believed. An error is
// the rest of a sentence.
func (c *Config) proxies() ([]netip.Prefix, error) {
	var all []netip.Prefix
	for _, text := range c.TrustedProxies {
		p, err := netip.ParsePrefix(text)
		if addr, single := netip.ParseAddr(text); single == nil {
			p, err = addr.Prefix(addr.BitLen())
		}
		if err != nil || p.Addr().Zone() != "" {
			return nil, rc.Errorf(rc.Invalid, "must be a list of networks such as 10.0.0.0/8 or addresses, not %q.", text)
		}
		if p.Addr().Is4() && p.Bits() < widest4 || p.Addr().Is6() && p.Bits() < widest6 {
			return nil, rc.Errorf(rc.Invalid, "holds %s, which is most of the internet: anybody could then claim any address. Name your proxies' own.", text)
		}
		all = append(all, p.Masked())
	}
	return all, nil
}

// private refuses a data folder whose secrets other users of the machine
// could read or replace.
func private(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	if info, err := os.Stat(dir); err == nil && info.Mode().Perm()&0o022 != 0 {
		return rc.Errorf(rc.Invalid, "The data folder %s (data_dir) can be written by other users of this machine, who could put their own keys into it. Run chmod 700 %s.", dir, dir)
	}
	for _, name := range []string{keysFile, databaseFile} {
		path := filepath.Join(dir, name)
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("checking the data folder: %w", err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			return rc.Errorf(rc.Invalid, "%s in the data folder (data_dir) can be read by other users of this machine. Run chmod 600 %s.", name, path)
		}
	}
	return nil
}

// warn says at start which doors the operator has opened.
func warn(ctx context.Context, c WidgetConfig, embeds store.EmbedReader, log *slog.Logger) error {
	if c.AllowURLSecrets {
		log.Warn("allow_url_secrets is on: whoever opens a page that brings its secrets in the phone's address can read them")
	}
	if c.OpenClients {
		log.Warn("open_clients is on: any public client may be embedded by any page, with few capabilities")
	}
	all, err := embeds.Embeds(ctx)
	if err != nil {
		return fmt.Errorf("listing the embeds: %w", err)
	}
	for _, e := range all {
		if e.JWTAccess != "" {
			log.Warn("jwt_access is open: whoever can reach this server acts as the user whose JWT is registered", "platform", e.Platform, "client", e.ClientID, "access", e.JWTAccess)
		}
	}
	return nil
}
