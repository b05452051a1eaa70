package oauth

import (
	"net/http"

	"offhook/internal/listen"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
)

// metadata describes the server (RFC 8414), under the OpenID path, too,
// where RingCentral's clients look. It names only what works: there is no
// OpenID Connect here, so there is no jwks_uri.
func (h *Handler) metadata(w http.ResponseWriter, r *http.Request) error {
	base := listen.BaseURL(r)
	wire.JSON(w, http.StatusOK, map[string]any{
		"issuer":                                         base,
		"authorization_endpoint":                         base + rc.AuthorizePath,
		"token_endpoint":                                 base + rc.TokenPath,
		"revocation_endpoint":                            base + rc.RevokePath,
		"scopes_supported":                               rc.Scopes,
		"response_types_supported":                       []string{"code"},
		"response_modes_supported":                       []string{"query"},
		"grant_types_supported":                          []string{rc.GrantAuthorizationCode, rc.GrantRefreshToken},
		"code_challenge_methods_supported":               []string{"S256", "plain"},
		"prompt_values_supported":                        []string{"none", "login", "sso", "consent"},
		"token_endpoint_auth_methods_supported":          []string{"client_secret_basic", "none"},
		"revocation_endpoint_auth_methods_supported":     []string{"client_secret_basic", "none"},
		"ui_locales_supported":                           []string{"en-US"},
		"authorization_response_iss_parameter_supported": true,
	})
	return nil
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
