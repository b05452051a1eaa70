package embed

import (
	"crypto/x509"
	"net/http"
	"time"

	"offhook/internal/rc"
	"offhook/internal/reach"
)

// NewHookClient returns the client for what goes to the operator's own
// servers: public addresses, and those of the listed hosts ("host" or
// "host:port") wherever they are. It follows no redirect: what people wrote
// goes where the operator said and nowhere else. Nil roots are the system's.
func NewHookClient(listed []string, roots *x509.CertPool) *http.Client {
	return reach.NewClient(reach.Client{
		Listed: listed, Roots: roots, Patience: 15 * time.Second,
		Refusal: rc.Errorf(rc.Denied, "its address is not public, and widget.log_hosts does not name it"),
	})
}
