package console

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"

	"offhook/internal/rc"
)

// maxRedirects is how many redirect URIs the contract lets an app have.
const maxRedirects = 10

// answers are the parameters that the answer to an authorization request
// adds; a redirect URI that carries one itself would be read wrongly.
var answers = []string{"code", "state", "error", "error_description", "expires_in", "iss", "access_token", "token_type", "scope", "endpoint_id"}

func checkRedirects(uris []string) error {
	if len(uris) > maxRedirects {
		return rc.Errorf(rc.Invalid, "An app may have at most %d redirect URIs, not %d.", maxRedirects, len(uris))
	}
	for _, uri := range uris {
		if err := checkRedirect(uri); err != nil {
			return err
		}
	}
	return nil
}

// checkRedirect refuses what RFC 9700 section 2.1 and RFC 8252 sections 7
// and 8 warn of. A redirect URI is compared as it was registered, byte for
// byte, so it must be plain.
func checkRedirect(uri string) error {
	refuse := func(why string) error {
		return rc.Errorf(rc.Invalid, "The redirect URI %q %s.", uri, why)
	}
	if len(uri) > 2048 {
		return rc.Errorf(rc.Invalid, "A redirect URI may be at most 2048 bytes long.")
	}
	if strings.ContainsFunc(uri, func(r rune) bool { return r <= ' ' || r >= 0x7f || r == '\\' }) {
		return refuse("may hold printable ASCII characters only, no spaces and no backslash; encode others with %")
	}
	if strings.ContainsAny(uri, "*#") {
		return refuse("must be one exact address, without * and without a fragment (#)")
	}
	u, err := url.Parse(uri)
	if err != nil || u.Scheme == "" {
		return refuse("is not a complete address; write it as https://app.example.com/callback")
	}
	if u.User != nil {
		return refuse("must not hold a user name")
	}
	for name := range u.Query() {
		if slices.Contains(answers, name) {
			return refuse("must not have the parameter " + name + " itself, because the answer adds it")
		}
	}
	switch u.Scheme {
	case "https":
		if u.Host == "" {
			return refuse("has no host")
		}
	case "http":
		if !loopback(u.Hostname()) {
			return refuse("must begin with https://; plain http:// is only for localhost and loopback addresses")
		}
	default:
		// RFC 8252 section 7.1: a native app's scheme is its domain name
		// reversed, which also keeps out javascript:, data: and the like.
		if !strings.Contains(u.Scheme, ".") {
			return refuse("must begin with https://, or for a native app with its reversed domain name, such as com.example.app:/callback")
		}
	}
	return nil
}

func loopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && addr.IsLoopback()
}
