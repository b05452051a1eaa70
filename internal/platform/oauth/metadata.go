package oauth

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"offhook/internal/listen"
	"offhook/internal/platform/signing"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
)

// metadata describes the server (RFC 8414, OpenID Connect Discovery), at the
// address that it was asked at. It names only what works.
func (h *Handler) metadata(w http.ResponseWriter, r *http.Request) error {
	base := listen.BaseURL(r)
	confidential := slices.DeleteFunc(slices.Clone(authMethods), func(m string) bool { return m == "none" })
	wire.JSON(w, http.StatusOK, map[string]any{
		"issuer":                                base,
		"authorization_endpoint":                base + rc.AuthorizePath,
		"pushed_authorization_request_endpoint": base + ParPath,
		"token_endpoint":                        base + rc.TokenPath,
		"revocation_endpoint":                   base + rc.RevokePath,
		"introspection_endpoint":                base + introspectPath,
		"userinfo_endpoint":                     base + rc.UserinfoPath,
		"jwks_uri":                              base + rc.JWKSPath,

		"scopes_supported":                 slices.Concat(rc.OpenIDScopes, strings.Fields(rc.JoinScopes(rc.Scopes))),
		"response_types_supported":         []string{"code", "token"},
		"response_modes_supported":         []string{"query", "fragment"},
		"grant_types_supported":            append(slices.Sorted(maps.Keys(h.exchanges())), rc.GrantImplicit),
		"code_challenge_methods_supported": []string{"S256", "plain"},
		"prompt_values_supported":          []string{"none", "login", "sso", "consent"},
		"display_values_supported":         []string{"page", "popup", "touch", "mobile"},
		"ui_locales_supported":             Locales(),

		"token_endpoint_auth_methods_supported":                    authMethods,
		"token_endpoint_auth_signing_alg_values_supported":         assertionAlgorithms,
		"revocation_endpoint_auth_methods_supported":               authMethods,
		"revocation_endpoint_auth_signing_alg_values_supported":    assertionAlgorithms,
		"introspection_endpoint_auth_methods_supported":            confidential,
		"introspection_endpoint_auth_signing_alg_values_supported": assertionAlgorithms,

		"subject_types_supported":                        []string{"public"},
		"id_token_signing_alg_values_supported":          []string{string(signing.IDTokens.Algorithm())},
		"claims_supported":                               claimsSupported,
		"claims_parameter_supported":                     false,
		"request_parameter_supported":                    false,
		"request_uri_parameter_supported":                false, // but for pushed ones
		"authorization_response_iss_parameter_supported": true,
	})
	return nil
}

var claimsSupported = []string{
	"sub", "iss", "aud", "azp", "exp", "iat", "jti", "sid", "auth_time", "nonce", "at_hash",
	"account_id", "email", "email_verified", "name", "given_name", "family_name",
}

// Paths of RingCentral's own discovery (contract 2.8).
const (
	initialPath  = "/.well-known/entry-points/initial"
	externalPath = "/.well-known/entry-points/external"
)

// brand is RingCentral US, the only one that this platform plays.
const brand = "1210"

type object map[string]any

// initial is what a client reads before it signs in.
func (h *Handler) initial(w http.ResponseWriter, r *http.Request) error {
	base := listen.BaseURL(r)
	wire.JSON(w, http.StatusOK, object{
		"version": "1.0", "retryCount": 3, "retryInterval": 3, "brandId": brand,
		"discoveryApi": object{"defaultExternalUri": base + externalPath},
		"authApi":      object{"authorizationUri": base + rc.AuthorizePath, "oidcDiscoveryUri": base + rc.DiscoveryPath, "defaultTokenUri": base + rc.TokenPath},
		"coreApi":      object{"baseUri": base},
		"rcv":          object{"baseApiUri": base},
	})
	return nil
}

// discoveryTag names this version of the external document; clients send it
// back and read the document again when it changes.
const discoveryTag = "1"

// external is what a client reads once it is signed in.
func (h *Handler) external(w http.ResponseWriter, r *http.Request, _ wire.Caller) error {
	base := listen.BaseURL(r)
	w.Header().Set("Discovery-Tag", discoveryTag)
	wire.JSON(w, http.StatusOK, object{
		"version": "1.0", "expiresIn": 86400, "retryCount": 3, "retryInterval": 3, "retryCycleDelay": 824, "brandId": brand, "tag": discoveryTag,
		"discoveryApi": object{"initialUri": base + initialPath, "externalUri": base + externalPath},
		"authApi": object{
			"authorizationUri": base + rc.AuthorizePath, "oidcDiscoveryUri": base + rc.DiscoveryPath, "baseUri": base, "tokenUri": base + rc.TokenPath,
		},
		"coreApi": object{"baseUri": base},
		"rcv":     object{"baseApiUri": base},
	})
	return nil
}
