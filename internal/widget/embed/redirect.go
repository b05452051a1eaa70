package embed

import (
	"net/url"
	"slices"

	"offhook/internal/rc"
	"offhook/internal/store"
)

// checkElsewhere accepts a redirect page on somebody's server: absolute,
// encrypted unless it is on this machine, without a fragment (RFC 6749
// section 3.1.2), and in one spelling, because it is compared as text.
func checkElsewhere(text string) error {
	u, err := url.Parse(text)
	if err == nil && u.String() == text && u.User == nil && u.Opaque == "" && u.Fragment == "" && u.RawFragment == "" {
		if _, err := ParseOrigin(u.Scheme + "://" + u.Host); err == nil && (u.Scheme == "https" || loopback(u.Hostname())) {
			return nil
		}
	}
	return rc.Errorf(rc.Invalid, "%q is not a redirect URI. Write it in full, as https://crm.example.com/redirect.html.", text)
}

func loopback(name string) bool { return name == "localhost" || name == "127.0.0.1" || name == "::1" }

// redirectOf turns the parameter redirectUri into the redirect URI of a
// sign-in: nothing for this server's own page, however it is spelled, or one
// that is registered for the embed.
func redirectOf(e store.Embed, text, base string) (string, error) {
	if text == "" {
		return "", nil
	}
	from, err := url.Parse(base + "/app.html")
	if err == nil {
		to, err := from.Parse(text)
		if err == nil && to.String() == base+"/redirect.html" {
			return "", nil
		}
		if err == nil && slices.Contains(e.Redirects, to.String()) {
			return to.String(), nil
		}
	}
	return "", rc.Errorf(rc.Invalid, "The parameter redirectUri names a page that is not registered here. Leave it out, and register %s/redirect.html as a redirect URI of your app; or ask your administrator to run “offhook embed add” with --redirect-uri and your page's full address.", base)
}
