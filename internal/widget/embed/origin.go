package embed

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"offhook/internal/rc"
)

// host is a DNS name, an IPv4 address or a name like localhost: nothing that
// could end one source of a Content-Security-Policy and begin another.
var host = regexp.MustCompile(`^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$`)

// ParseOrigin reads an origin as browsers write it (RFC 6454 section 6.2):
// lower case, no default port, no path. Anything else is an Invalid error.
func ParseOrigin(text string) (string, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || u.Path != "" && u.Path != "/" ||
		u.RawQuery != "" || u.Fragment != "" || !host.MatchString(strings.ToLower(u.Hostname())) {
		return "", rc.Errorf(rc.Invalid, "%q is not an origin. Write it as https://crm.example.com, without a path.", text)
	}
	origin := u.Scheme + "://" + strings.ToLower(u.Hostname())
	if port := u.Port(); port != "" && !(u.Scheme == "http" && port == "80") && !(u.Scheme == "https" && port == "443") {
		origin += ":" + port
	}
	return origin, nil
}

// refererOrigin is the origin of the page that asked for this document, or
// empty where that page tells nobody.
func refererOrigin(r *http.Request) string {
	u, err := url.Parse(r.Referer())
	if err != nil || u.Host == "" {
		return ""
	}
	origin, err := ParseOrigin(u.Scheme + "://" + u.Host)
	if err != nil {
		return ""
	}
	return origin
}

// topLevel reports whether the browser says that the document fills a window
// of its own. A browser too old to say is taken to show a frame, where the
// proof is stricter.
func topLevel(r *http.Request) bool { return r.Header.Get("Sec-Fetch-Dest") == "document" }
