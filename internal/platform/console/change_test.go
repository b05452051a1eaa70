package console_test

import (
	"slices"
	"testing"

	"offhook/internal/platform/console"
	"offhook/internal/rc"
)

const (
	ecKey  = `{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}`
	weak   = `{"kty":"RSA","e":"AQAB","n":"` + "sdqj1pOtFLXQYgbxbQsYWHPlQ1rDZjsGpZLZ2S0YbMqYyKkOaVKX0zLkPGmNUXJLT5bTIBLpAp1HeKk3cXCWAkPOBkVQmBhl2zUPhVzKyBhcbUYFB0PZ9xVOqNZLZbPQHJtQXtqz8gHnVZGkwbXP4pXB2sJdCYAVPZMgp6UJ7Xc" + `"}`
	secret = `{"kty":"oct","k":"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow"}`
	owned  = `{"kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0","d":"jpsQnnGQmL-YBIffH1136cspYG6-0iY7X1fCE9-E9LI"}`
)

func keySet(keys string) string { return `{"keys":[` + keys + `]}` }

func TestKeySetsOfApps(t *testing.T) {
	c, _ := newConsole(t)
	app, made, err := c.RegisterApp(t.Context(), console.AppSpec{Name: "Signer", JWKS: keySet(ecKey), Grants: []string{"jwt"}})
	if err != nil || made != "" || app.Public() || app.SecretHash != "" {
		t.Errorf("an app with a key: %v, secret %q, public %v", err, string(made), app.Public())
	}
	for what, tt := range map[string]struct{ jwks, why string }{
		"no JSON":           {"-----BEGIN PUBLIC KEY-----", "RFC 7517"},
		"no keys":           {keySet(""), "holds 0 keys"},
		"a private key":     {keySet(owned), "not public"},
		"a shared secret":   {keySet(secret), "not public"},
		"a short RSA key":   {keySet(weak), "2048"},
		"for encryption":    {keySet(`{"use":"enc",` + ecKey[1:]), "not for signatures"},
		"another algorithm": {keySet(`{"alg":"HS256",` + ecKey[1:]), "not accepted"},
		"the wrong kind":    {keySet(`{"alg":"RS256",` + ecKey[1:]), "not accepted"},
		"the second is bad": {keySet(ecKey + "," + secret), "key 2"},
	} {
		_, _, err := c.RegisterApp(t.Context(), console.AppSpec{Name: "Signer", JWKS: tt.jwks, Grants: []string{"jwt"}})
		refused(t, what, err, rc.Invalid, tt.why)
	}
	_, _, err = c.RegisterApp(t.Context(), console.AppSpec{Name: "Both", JWKS: keySet(ecKey), Confidential: true, Grants: []string{"jwt"}})
	refused(t, "a secret and a key", err, rc.Invalid, "not by both")
}

func TestChangingAnApp(t *testing.T) {
	c, app := newConsole(t)
	got, err := c.ChangeApp(t.Context(), app.ClientID, console.AppChange{
		Name: "Desk phone", RedirectURIs: []string{"https://a.example/cb"}, Scopes: []string{"Read Messages"}, Grants: []string{"authorization_code"},
	})
	check(t, err)
	if got.Name != "Desk phone" || !slices.Equal(got.Scopes, []rc.Scope{rc.ReadMessages}) || !slices.Equal(got.Grants, []string{rc.GrantAuthorizationCode}) || got.SecretHash != app.SecretHash {
		t.Errorf("changed to %+v", got)
	}
	same, err := c.ChangeApp(t.Context(), app.ClientID, console.AppChange{})
	if err != nil || same.Name != got.Name || !slices.Equal(same.RedirectURIs, got.RedirectURIs) || !slices.Equal(same.Scopes, got.Scopes) {
		t.Errorf("changing nothing: %v, %+v", err, same)
	}
	keyed, err := c.ChangeApp(t.Context(), app.ClientID, console.AppChange{JWKS: keySet(ecKey)})
	if err != nil || keyed.SecretHash != "" || keyed.SealedSecret != nil || keyed.Public() {
		t.Errorf("a key in the place of the secret: %v, %+v", err, keyed)
	}
	for what, tt := range map[string]struct {
		change console.AppChange
		why    string
	}{
		"an address":      {console.AppChange{RedirectURIs: []string{"http://a.example/cb"}}, "https://"},
		"a scope":         {console.AppChange{Scopes: []string{"Everything"}}, "no scope"},
		"an OpenID scope": {console.AppChange{Scopes: []string{"openid"}}, "no scope"},
		"a grant":         {console.AppChange{Grants: []string{"password"}}, "no grant type"},
		"a name":          {console.AppChange{Name: "   "}, "name"},
	} {
		_, err := c.ChangeApp(t.Context(), app.ClientID, tt.change)
		refused(t, what, err, rc.Invalid, tt.why)
	}
	check(t, c.RemoveApp(t.Context(), app.ClientID))
	refused(t, "removing twice", c.RemoveApp(t.Context(), app.ClientID), rc.NotFound, "no app")
}

func TestRemovingAUser(t *testing.T) {
	c, _ := newConsole(t)
	_, _, err := c.AddCredential(t.Context(), console.CredentialSpec{Username: "ada@example.com"})
	check(t, err)
	users, err := c.Users(t.Context())
	if err != nil || len(users) != 1 {
		t.Fatalf("Users: %+v, %v", users, err)
	}
	check(t, c.RemoveUser(t.Context(), "ada@example.com"))
	if left, err := c.Store.Credentials(t.Context()); err != nil || len(left) != 0 {
		t.Errorf("the credentials of a removed user: %+v, %v", left, err)
	}
	refused(t, "removing twice", c.RemoveUser(t.Context(), "ada@example.com"), rc.NotFound, "no user")
}
