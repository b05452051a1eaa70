package signin

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"offhook/internal/rc"
)

// issuers remembers what platforms promise about iss. Only that is taken
// from a discovery document: the addresses of endpoints are the contract's,
// at the platform's own origin.
type issuers struct {
	mu    sync.Mutex
	known map[string]promise // guarded by mu; by platform
}

type promise struct {
	issuer string // empty: answers carry no iss
	until  time.Time
}

// issuer returns the issuer that the platform's answers must name, or
// nothing when it promises none. A platform without a discovery document
// promises none; one that does not answer is Unavailable, because not
// knowing must not become a permission.
func (is *issuers) issuer(ctx context.Context, client *http.Client, now time.Time, platform string) (string, error) {
	is.mu.Lock()
	p, ok := is.known[platform]
	is.mu.Unlock()
	if ok && now.Before(p.until) {
		return p.issuer, nil
	}
	issuer, err := discover(ctx, client, platform)
	if err != nil {
		return "", err
	}
	is.mu.Lock()
	defer is.mu.Unlock()
	if is.known == nil {
		is.known = make(map[string]promise)
	}
	is.known[platform] = promise{issuer, now.Add(time.Hour)}
	return issuer, nil
}

func discover(ctx context.Context, client *http.Client, platform string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 8*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, platform+rc.DiscoveryPath, nil)
	if err != nil {
		return "", fmt.Errorf("asking %s what it is: %w", platform, err)
	}
	res, err := client.Do(req)
	if err != nil {
		return "", fmt.Errorf("asking %s what it is: %w", platform, down{err})
	}
	defer res.Body.Close()
	switch {
	case res.StatusCode == http.StatusNotFound:
		return "", nil
	case res.StatusCode != http.StatusOK:
		return "", fmt.Errorf("asking %s what it is: status %d: %w", platform, res.StatusCode, down{})
	}
	var doc struct {
		Issuer string `json:"issuer"`
		Iss    bool   `json:"authorization_response_iss_parameter_supported"`
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, 256<<10)).Decode(&doc); err != nil {
		return "", fmt.Errorf("reading what %s says of itself: %w", platform, down{err})
	}
	if !doc.Iss {
		return "", nil
	}
	// The document is trusted because it came from the platform; one that
	// speaks for somebody else is a mistake or an attack (OpenID Connect
	// Discovery section 4.3). A port may differ: plain HTTP and TLS of one
	// platform name the same issuer.
	issuer, err1 := url.Parse(doc.Issuer)
	own, err2 := url.Parse(platform)
	if err1 != nil || err2 != nil || !strings.EqualFold(issuer.Hostname(), own.Hostname()) {
		return "", fmt.Errorf("%s says that it is somebody else: %w", platform, down{})
	}
	return doc.Issuer, nil
}

// down is a platform that does not answer as it should, with its cause for
// the log and a sentence for the user.
type down struct{ cause error }

func (d down) Error() string {
	if d.cause == nil {
		return "the platform does not answer as it should"
	}
	return d.cause.Error()
}

func (d down) Unwrap() error {
	return rc.Errorf(rc.Unavailable, "The phone service does not answer. Check your connection and try again in a moment.")
}
