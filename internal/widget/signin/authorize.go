package signin

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"

	"offhook/internal/opaque"
	"offhook/internal/rc"
	"offhook/internal/store"
)

// authorizeURL is the platform's sign-in page. What the platform promises
// about iss is written into the flow before anybody goes there.
func (h *Handler) authorizeURL(ctx context.Context, f store.Flow) (string, error) {
	rec, err := h.unseal(f)
	if err != nil {
		return "", err
	}
	frame, err := h.Store.Frame(ctx, f.FrameKey)
	if err != nil {
		return "", fmt.Errorf("reading the frame of a sign-in: %w", err)
	}
	if rec.Issuer, err = h.issuers.issuer(ctx, h.Client, h.Now(), frame.Platform); err != nil {
		return "", err
	}
	if err := h.seal(&f, rec); err != nil {
		return "", err
	}
	if _, err := h.move(ctx, f, store.FlowWaiting); err != nil {
		return "", err
	}
	query := rec.parameters(frame)
	if err := h.asked.ask(ctx, h.Client, h.Now(), frame.Platform, query); err != nil {
		return "", err
	}
	return frame.Platform + rc.AuthorizePath + "?" + query.Encode(), nil
}

func (rec record) parameters(f store.Frame) url.Values {
	query := url.Values{
		"response_type": {"code"}, "client_id": {f.ClientID}, "redirect_uri": {rec.Redirect}, "state": {string(rec.State)},
		"display": {"page"}, "ui_options": {"hide_remember_me", "hide_tos"},
	}
	if rec.Implicit {
		query.Set("response_type", "token")
	} else {
		query.Set("code_challenge", oauth2.S256ChallengeFromVerifier(string(rec.Verifier)))
		query.Set("code_challenge_method", "S256")
	}
	if rec.Prompt != "" {
		query.Set("prompt", rec.Prompt)
	}
	for _, name := range []string{"brand_id", "localeId", "ui_locales"} {
		if value := rec.Hints[name]; value != "" && len(value) <= 64 {
			query.Set(name, value)
		}
	}
	return query
}

// preflights ask a platform whether it knows an app and its redirect page
// before a window goes there: a platform answers such mistakes in the window
// and never comes back (RFC 6749 section 4.1.2.1), so the phone would wait
// for ever and could not say what is wrong. The same with a sign-in page that
// is none, because it leads back to itself.
type preflights struct {
	mu    sync.Mutex
	known map[string]time.Time // guarded by mu; until when an app is known to be in order
}

const (
	preflightTime = 5 * time.Second
	preflightLife = 10 * time.Minute
)

// ask returns an error only for a mistake that the platform names. Whatever
// else it says, people will see in the window.
func (p *preflights) ask(ctx context.Context, client *http.Client, now time.Time, platform string, query url.Values) error {
	app := platform + " " + query.Get("client_id") + " " + query.Get("redirect_uri") + " " + query.Get("response_type")
	p.mu.Lock()
	until := p.known[app]
	p.mu.Unlock()
	if now.Before(until) {
		return nil
	}
	probe := url.Values{"state": {opaque.Text()}}
	for _, name := range []string{"response_type", "client_id", "redirect_uri", "code_challenge", "code_challenge_method"} {
		if query.Has(name) {
			probe[name] = query[name]
		}
	}
	code, err := preflight(ctx, client, platform+rc.AuthorizePath+"?"+probe.Encode())
	if err != nil {
		return nil //nolint:nilerr // the window will show it
	}
	switch code {
	case "redirect":
		return refusal{"invalid_request", rc.Errorf(rc.Denied, "The phone service does not know the page that this sign-in returns to. Ask your administrator to add %s to the app's redirect URIs there.", query.Get("redirect_uri"))}
	case "client":
		return refusal{"invalid_client", rc.Errorf(rc.Denied, "The phone service does not know this app. Ask your administrator to check the client id, and whether it belongs to this environment.")}
	case "circles":
		return refusal{"server_error", rc.Errorf(rc.Unavailable, "The phone service's sign-in page leads in circles, so nobody can sign in there now. Try again later; tell your administrator if it stays so.")}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.known == nil || len(p.known) > 1000 {
		p.known = make(map[string]time.Time)
	}
	p.known[app] = now.Add(preflightLife)
	return nil
}

// circle is how many redirects within the platform are more than a sign-in
// page can need; browsers give up at twenty.
const circle = 10

var errCircle = errors.New("the authorization endpoint redirects in circles")

// within follows redirects at the platform itself, and no others: what comes
// from the outside may end anywhere.
func within(req *http.Request, via []*http.Request) error {
	if first := via[0].URL; req.URL.Scheme != first.Scheme || req.URL.Host != first.Host {
		return http.ErrUseLastResponse
	}
	if len(via) >= circle {
		return errCircle
	}
	return nil
}

// preflight returns what is wrong with the app: "redirect", "client",
// "circles" or nothing.
func preflight(ctx context.Context, client *http.Client, address string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, preflightTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return "", err
	}
	req.Header.Set("Accept", "application/json")
	still := *client
	still.CheckRedirect = within
	// A page that asks for its own cookie is no circle.
	if still.Jar, err = cookiejar.New(nil); err != nil {
		return "", err
	}
	res, err := still.Do(req)
	if errors.Is(err, errCircle) {
		return "circles", nil
	}
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	if res.StatusCode < 400 || res.StatusCode >= 500 {
		return "", nil
	}
	text, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err != nil {
		return "", err
	}
	var said struct {
		Error  string `json:"error"`
		Code   string `json:"errorCode"`
		Errors []struct {
			Code string `json:"errorCode"`
		} `json:"errors"`
	}
	if json.Unmarshal(text, &said) != nil {
		return "", nil
	}
	codes := said.Code
	for _, e := range said.Errors {
		codes += " " + e.Code
	}
	switch { // contract 2.2
	case strings.Contains(codes, "OAU-109"), strings.Contains(codes, "OAU-113"):
		return "redirect", nil
	case said.Error == "invalid_client":
		return "client", nil
	}
	return "", nil
}
