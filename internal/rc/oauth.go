package rc

import (
	"log/slog"
	"strings"
)

// Paths of the OAuth endpoints (contract 2.1).
const (
	AuthorizePath = "/restapi/oauth/authorize"
	TokenPath     = "/restapi/oauth/token"
	RevokePath    = "/restapi/oauth/revoke"
	WSTokenPath   = "/restapi/oauth/wstoken"
	DiscoveryPath = "/.well-known/openid-configuration"
	JWKSPath      = "/restapi/oauth/jwks"
	UserinfoPath  = "/restapi/oauth/userinfo"
)

// Grant types under their wire names (contract 2.3).
const (
	GrantAuthorizationCode = "authorization_code"
	GrantRefreshToken      = "refresh_token"
	GrantJWTBearer         = "urn:ietf:params:oauth:grant-type:jwt-bearer"
	GrantImplicit          = "implicit"
)

// A Secret is text that must not be seen: it logs and prints as [redacted].
// Convert it to string only where it is sent or sealed.
type Secret string

// LogValue keeps the secret out of logs.
func (Secret) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// String keeps the secret out of formatted text.
func (Secret) String() string { return "[redacted]" }

// GoString keeps the secret out of %#v.
func (Secret) GoString() string { return "[redacted]" }

// A TokenInfo is the token endpoint's answer (contract 2.4). Lifetimes are
// in seconds.
type TokenInfo struct {
	AccessToken           string `json:"access_token"`
	TokenType             string `json:"token_type"`
	ExpiresIn             int    `json:"expires_in"`
	RefreshToken          string `json:"refresh_token,omitempty"`
	RefreshTokenExpiresIn int    `json:"refresh_token_expires_in,omitempty"`
	Scope                 string `json:"scope"`
	OwnerID               string `json:"owner_id"`
	EndpointID            string `json:"endpoint_id"`
	SessionID             string `json:"session_id,omitempty"`
	IDToken               string `json:"id_token,omitempty"`
}

// LogValue keeps the tokens out of logs.
func (TokenInfo) LogValue() slog.Value { return slog.StringValue("[redacted]") }

// String keeps the tokens out of formatted text.
func (TokenInfo) String() string { return "[redacted]" }

// GoString keeps the tokens out of %#v.
func (TokenInfo) GoString() string { return "[redacted]" }

// A WSToken is the wstoken endpoint's answer (contract 7.2).
type WSToken struct {
	URI           string `json:"uri"`
	WSAccessToken string `json:"ws_access_token"`
	ExpiresIn     int    `json:"expires_in"`
}

// BearerToken returns the token of an Authorization header. The scheme's
// case does not matter (RFC 9110 section 11.1; clients send "bearer").
func BearerToken(header string) (token string, ok bool) {
	scheme, token, ok := strings.Cut(header, " ")
	if !ok || !strings.EqualFold(scheme, "Bearer") || token == "" {
		return "", false
	}
	return strings.TrimSpace(token), true
}
