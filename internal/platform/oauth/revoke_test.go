package oauth_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"offhook/internal/rc"
)

func TestRevoke(t *testing.T) {
	s := newServer(t)
	b := s.browser()
	for _, tt := range []struct {
		name   string
		r      func(info rc.TokenInfo) *http.Request
		status int
		ends   bool
	}{
		{"access token in the body", func(i rc.TokenInfo) *http.Request {
			return s.request("POST", rc.RevokePath, url.Values{"token": {i.AccessToken}, "client_id": {s.public.ClientID}}.Encode())
		}, 200, true},
		{"refresh token", func(i rc.TokenInfo) *http.Request {
			return s.request("POST", rc.RevokePath, url.Values{"token": {i.RefreshToken}, "client_id": {s.public.ClientID}}.Encode())
		}, 200, true},
		{"token in the query", func(i rc.TokenInfo) *http.Request {
			return s.request("POST", rc.RevokePath+"?token="+i.AccessToken, url.Values{"client_id": {s.public.ClientID}}.Encode())
		}, 200, true},
		{"two different tokens", func(i rc.TokenInfo) *http.Request {
			return s.request("POST", rc.RevokePath+"?token="+i.AccessToken, url.Values{"client_id": {s.public.ClientID}, "token": {"x"}}.Encode())
		}, 400, false},
		{"another app's token", func(i rc.TokenInfo) *http.Request {
			return s.request("POST", rc.RevokePath, url.Values{"token": {i.AccessToken}, "client_id": {s.other.ClientID}}.Encode())
		}, 200, false},
		{"another app's token with a secret", func(i rc.TokenInfo) *http.Request {
			return s.request("POST", rc.RevokePath, url.Values{"token": {i.RefreshToken}}.Encode(), s.basic()...)
		}, 200, false},
		{"nobody", func(i rc.TokenInfo) *http.Request {
			return s.request("POST", rc.RevokePath, url.Values{"token": {i.AccessToken}}.Encode())
		}, 401, false},
		{"unknown token", func(rc.TokenInfo) *http.Request {
			return s.request("POST", rc.RevokePath, url.Values{"token": {"RCAT_' OR 1=1 --"}, "client_id": {s.public.ClientID}}.Encode())
		}, 200, false},
		{"no token", func(rc.TokenInfo) *http.Request {
			return s.request("POST", rc.RevokePath, url.Values{"client_id": {s.public.ClientID}}.Encode())
		}, 400, false},
		{"secret in the URL", func(i rc.TokenInfo) *http.Request {
			return s.request("POST", rc.RevokePath+"?client_secret=x", url.Values{"token": {i.AccessToken}, "client_id": {s.public.ClientID}}.Encode())
		}, 400, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			info := s.signedIn(b)
			s.use(info.AccessToken)
			if a := s.browser().do(tt.r(info)); a.status != tt.status {
				t.Errorf("status %d, want %d: %s", a.status, tt.status, a.body)
			}
			access, refresh := s.use(info.AccessToken), s.token(s.refresh(info.RefreshToken))
			if ended := access.status == 401 && refresh.status == 400; ended != tt.ends {
				t.Errorf("access token %d, refresh token %d; want the session ended: %v", access.status, refresh.status, tt.ends)
			}
			if tt.ends {
				if ended := <-s.ended; !strings.Contains(ended, info.SessionID) {
					t.Errorf("announced %s, want session %s", ended, info.SessionID)
				}
			}
		})
	}
}

func TestTokensAreTakenFromTheHeaderOnly(t *testing.T) {
	s := newServer(t)
	info := s.signedIn(s.browser())
	const path = "/restapi/v1.0/account/~"
	for name, r := range map[string]*http.Request{
		"in the URL":               s.request("GET", path+"?access_token="+info.AccessToken, ""),
		"refresh token as bearer":  s.request("GET", path, "", "Authorization", "Bearer "+info.RefreshToken),
		"cut off":                  s.request("GET", path, "", "Authorization", "Bearer "+info.AccessToken[:40]),
		"by another scheme":        s.request("GET", path, "", "Authorization", "Basic "+info.AccessToken),
		"the hash that is at rest": s.request("GET", path, "", "Authorization", "Bearer RCAT_"+challenge(info.AccessToken)),
	} {
		if a := s.browser().do(r); a.status != http.StatusUnauthorized {
			t.Errorf("%s: %d, want 401", name, a.status)
		}
	}
}
