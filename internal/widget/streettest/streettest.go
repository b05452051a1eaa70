// Package streettest stands in for a platform at the network's edge: its
// token endpoint and what surrounds it, with every misbehaviour that the
// widget must bear. Everything secret that it says begins with Mark, so that
// a test can search for what leaked.
package streettest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/oauth2"

	"offhook/internal/rc"
)

// Mark begins every code and token.
const Mark = "HUSH-"

// A Platform is a double of a platform's authorization server.
type Platform struct {
	*httptest.Server
	Issuer string // what discovery says; the server's own URL at first

	// Answer, when set, answers the token endpoint in place of the double; it
	// returns false to leave a request to the double.
	Answer func(w http.ResponseWriter, r *http.Request) bool
	// Page, when set, answers the authorization endpoint in the same way.
	Page func(w http.ResponseWriter, r *http.Request) bool
	// Secret, when set, is what the app must prove itself with.
	Secret string
	// Forbidden are users whom the platform tells nothing about themselves.
	Forbidden []string
	// Unknown is OAuth's error code, and the platform's own, with which the
	// authorization endpoint refuses the app; empty for an app in order.
	Unknown [2]string

	mu         sync.Mutex
	promiseIss bool                  // guarded by mu
	codes      map[string]url.Values // guarded by mu; authorize parameters by code
	access     map[string]string     // guarded by mu; live access tokens: owner
	refresh    map[string]string     // guarded by mu; live refresh tokens: their access token
	owners     map[string]string     // guarded by mu; by code
	refreshes  int                   // guarded by mu
	revoked    []string              // guarded by mu
	minted     int                   // guarded by mu
	expiresIn  int                   // guarded by mu
}

// New starts a platform that goes with the test.
func New(t testing.TB) *Platform {
	p := &Platform{
		promiseIss: true, expiresIn: 3600,
		codes: map[string]url.Values{}, access: map[string]string{}, refresh: map[string]string{}, owners: map[string]string{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+rc.DiscoveryPath, p.discovery)
	mux.HandleFunc("POST "+rc.TokenPath, p.token)
	mux.HandleFunc("POST "+rc.RevokePath, p.revoke)
	mux.HandleFunc("/restapi/v1.0/echo", p.echo)
	mux.HandleFunc("GET /restapi/v1.0/account/~/extension/~", p.whois)
	mux.HandleFunc("GET "+rc.AuthorizePath, p.authorize)
	p.Server = httptest.NewServer(mux)
	p.Issuer = p.URL
	t.Cleanup(p.Close)
	return p
}

// Authorize is what the platform does with a user at its sign-in page: it
// takes the address that the widget sent the window to, and returns the query
// that the window comes back with.
func (p *Platform) Authorize(authorizeURL, owner string) url.Values {
	u, err := url.Parse(authorizeURL)
	if err != nil {
		panic(err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.minted++
	code := fmt.Sprintf("%scode-%d", Mark, p.minted)
	p.codes[code], p.owners[code] = u.Query(), owner
	return url.Values{"code": {code}, "state": {u.Query().Get("state")}, "iss": {p.Issuer}, "expires_in": {"60"}}
}

// Implicit is Authorize for the implicit grant: it returns the fragment.
func (p *Platform) Implicit(authorizeURL, owner string) url.Values {
	u, err := url.Parse(authorizeURL)
	if err != nil {
		panic(err)
	}
	return url.Values{
		"access_token": {p.Token(owner)}, "token_type": {"bearer"}, "expires_in": {"3600"}, "scope": {"ReadAccounts"},
		"state": {u.Query().Get("state")}, "iss": {p.Issuer},
	}
}

// Token makes an access token of a user.
func (p *Platform) Token(owner string) string {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.minted++
	token := fmt.Sprintf("%saccess-%d", Mark, p.minted)
	p.access[token] = owner
	return token
}

// JWT is an assertion that stands for a user.
func JWT(owner string) rc.Secret { return rc.Secret(Mark + "jwt-" + owner) }

// Promise sets whether discovery promises iss in answers.
func (p *Platform) Promise(iss bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.promiseIss = iss
}

// ExpiresIn sets the life of the access tokens to come, in seconds.
func (p *Platform) ExpiresIn(seconds int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.expiresIn = seconds
}

// Refreshes counts the refreshes so far.
func (p *Platform) Refreshes() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.refreshes
}

// Revoked lists the tokens that were revoked.
func (p *Platform) Revoked() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), p.revoked...)
}

// Live counts the access tokens that work.
func (p *Platform) Live() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.access)
}

// Forget makes every access token, and with all every refresh token, invalid.
func (p *Platform) Forget(all bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.access)
	if all {
		clear(p.refresh)
	}
}

func (p *Platform) discovery(w http.ResponseWriter, _ *http.Request) {
	p.mu.Lock()
	promise := p.promiseIss
	p.mu.Unlock()
	reply(w, http.StatusOK, map[string]any{"issuer": p.Issuer, "authorization_response_iss_parameter_supported": promise})
}

func (p *Platform) token(w http.ResponseWriter, r *http.Request) {
	if p.Answer != nil && p.Answer(w, r) {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, secret, _ := r.BasicAuth(); p.Secret != "" && secret != p.Secret {
		reply(w, http.StatusUnauthorized, rc.OAuthError{Error: "invalid_client", ErrorDescription: Mark + "description"})
		return
	}
	switch r.PostFormValue("grant_type") {
	case rc.GrantJWTBearer:
		owner, ok := strings.CutPrefix(r.PostFormValue("assertion"), Mark+"jwt-")
		if !ok {
			refuse(w, "invalid_grant")
			return
		}
		p.mint(w, owner)
	case rc.GrantAuthorizationCode:
		p.exchange(w, r)
	case rc.GrantRefreshToken:
		p.renew(w, r)
	default:
		refuse(w, "unsupported_grant_type")
	}
}

func (p *Platform) exchange(w http.ResponseWriter, r *http.Request) {
	code := r.PostFormValue("code")
	asked, ok := p.codes[code]
	delete(p.codes, code)
	proof := ""
	if verifier := r.PostFormValue("code_verifier"); verifier != "" {
		proof = oauth2.S256ChallengeFromVerifier(verifier)
	}
	if !ok || asked.Get("redirect_uri") != r.PostFormValue("redirect_uri") || asked.Get("code_challenge") != proof {
		refuse(w, "invalid_grant")
		return
	}
	p.mint(w, p.owners[code])
}

func (p *Platform) renew(w http.ResponseWriter, r *http.Request) {
	p.refreshes++
	old, ok := p.refresh[r.PostFormValue("refresh_token")]
	if !ok {
		refuse(w, "invalid_grant")
		return
	}
	delete(p.refresh, r.PostFormValue("refresh_token"))
	owner := p.owners[old]
	delete(p.access, old)
	p.mint(w, owner)
}

// Mint makes tokens of a user, as a sign-in or a refresh does.
func (p *Platform) Mint(owner string) rc.TokenInfo {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.tokens(owner)
}

func (p *Platform) mint(w http.ResponseWriter, owner string) {
	reply(w, http.StatusOK, p.tokens(owner))
}

func (p *Platform) tokens(owner string) rc.TokenInfo {
	p.minted++
	access, refresh := fmt.Sprintf("%saccess-%d", Mark, p.minted), fmt.Sprintf("%srefresh-%d", Mark, p.minted)
	p.access[access], p.refresh[refresh], p.owners[access] = owner, access, owner
	return rc.TokenInfo{
		AccessToken: access, TokenType: "bearer", ExpiresIn: p.expiresIn, RefreshToken: refresh, RefreshTokenExpiresIn: 604800,
		Scope: "ReadAccounts SMS", OwnerID: owner, EndpointID: "endpoint", SessionID: fmt.Sprint("session-", p.minted),
	}
}

func (p *Platform) revoke(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	defer p.mu.Unlock()
	token := r.PostFormValue("token")
	p.revoked = append(p.revoked, token)
	delete(p.access, p.refresh[token])
	delete(p.refresh, token)
	delete(p.access, token)
	w.WriteHeader(http.StatusOK)
}

// authorize shows a page, or says what is wrong with the app.
func (p *Platform) authorize(w http.ResponseWriter, r *http.Request) {
	if p.Page != nil && p.Page(w, r) {
		return
	}
	if p.Unknown[0] == "" {
		_, _ = fmt.Fprint(w, "<h1>Sign in</h1>")
		return
	}
	reply(w, http.StatusForbidden, map[string]any{"error": p.Unknown[0], "errors": []map[string]string{{"errorCode": p.Unknown[1]}}})
}

// whois says whose a token is.
func (p *Platform) whois(w http.ResponseWriter, r *http.Request) {
	token, _ := rc.BearerToken(r.Header.Get("Authorization"))
	p.mu.Lock()
	owner, ok := p.access[token]
	p.mu.Unlock()
	switch {
	case !ok:
		reply(w, http.StatusUnauthorized, rc.ErrorEnvelope{ErrorCode: "OAU-128"})
	case slices.Contains(p.Forbidden, owner):
		reply(w, http.StatusForbidden, rc.ErrorEnvelope{ErrorCode: "CMN-408"})
	default:
		reply(w, http.StatusOK, map[string]json.Number{"id": json.Number(owner)})
	}
}

// echo is an operation that needs a token; it answers with the body.
func (p *Platform) echo(w http.ResponseWriter, r *http.Request) {
	token, _ := rc.BearerToken(r.Header.Get("Authorization"))
	p.mu.Lock()
	owner, ok := p.access[token]
	p.mu.Unlock()
	if !ok {
		reply(w, http.StatusUnauthorized, rc.ErrorEnvelope{ErrorCode: "OAU-128"})
		return
	}
	w.Header().Set("Owner", owner)
	_, _ = fmt.Fprint(w, r.FormValue("say"))
}

func refuse(w http.ResponseWriter, code string) {
	reply(w, http.StatusBadRequest, rc.OAuthError{Error: code, ErrorDescription: Mark + "description"})
}

func reply(w http.ResponseWriter, status int, v any) {
	w.Header()["Date"] = nil // tests have clocks of their own
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(v)
}
