package main

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"golang.org/x/oauth2"
)

// pendingLife is how long somebody may take at the platform's sign-in page.
const pendingLife = 10 * time.Minute

// A pending sign-in waits for the platform to send its browser back.
type pending struct {
	state, verifier, back string
	until                 time.Time
}

// app is this server as the platform knows it.
func (s *Server) app() *oauth2.Config {
	return &oauth2.Config{
		ClientID: s.ClientID, ClientSecret: s.ClientSecret, RedirectURL: s.URL + "/callback",
		Endpoint: oauth2.Endpoint{
			AuthURL: s.PlatformURL + "/restapi/oauth/authorize", TokenURL: s.PlatformURL + "/restapi/oauth/token",
			AuthStyle: oauth2.AuthStyleInHeader, // its own search would send a code twice
		},
	}
}

// signIn sends the browser to the platform. state ties the answer to this
// browser, PKCE the code to this server (RFC 9700 sections 2.1 and 4.5).
func (s *Server) signIn(w http.ResponseWriter, r *http.Request) {
	p := pending{rand.Text(), oauth2.GenerateVerifier(), way(r.URL.Query().Get("back")), time.Now().Add(pendingLife)}
	id := s.waiting.add(p)
	s.setCookie(w, pendingCookie, id, pendingLife)
	http.Redirect(w, r, s.app().AuthCodeURL(p.state, oauth2.S256ChallengeOption(p.verifier)), http.StatusSeeOther)
}

// callback is where the platform sends the browser back to.
func (s *Server) callback(w http.ResponseWriter, r *http.Request) {
	p, ok := s.claim(w, r)
	if !ok {
		s.refuse(w, http.StatusForbidden, "This sign-in was started in another browser, or took too long. Please start again.")
		return
	}
	token, err := s.exchange(r, p)
	if err == nil {
		var who Person
		if who, err = s.whoIs(r.Context(), oauth2.StaticTokenSource(token)); err == nil {
			s.begin(w, r, who, s.app().TokenSource(s.outward(context.Background()), token))
			http.Redirect(w, r, "/"+p.back, http.StatusSeeOther)
			return
		}
	}
	s.Log.Printf("signing in: %v", err)
	s.refuse(w, http.StatusBadGateway, "The phone service did not sign you in. Please start again.")
}

// claim takes the browser's pending sign-in, once, when the answer is its.
func (s *Server) claim(w http.ResponseWriter, r *http.Request) (pending, bool) {
	c, err := r.Cookie(s.cookieName(pendingCookie))
	if err != nil {
		return pending{}, false
	}
	p, ok := s.waiting.take(c.Value)
	s.setCookie(w, pendingCookie, "", -time.Second)
	same := subtle.ConstantTimeCompare([]byte(p.state), []byte(r.URL.Query().Get("state"))) == 1
	return p, ok && same && time.Now().Before(p.until)
}

func (s *Server) exchange(r *http.Request, p pending) (*oauth2.Token, error) {
	query := r.URL.Query()
	ctx := s.outward(r.Context())
	issuer, err := s.issuer.get(ctx, s.client, s.PlatformURL)
	if err != nil {
		return nil, err
	}
	// An answer of another authorization server is refused before anything of
	// it is used (RFC 9207 section 2.4).
	if issuer != "" && query.Get("iss") != issuer {
		return nil, errors.New("the answer is not the platform's: iss differs")
	}
	if query.Get("code") == "" {
		return nil, fmt.Errorf("the platform said no (%.40q)", query.Get("error"))
	}
	token, err := s.app().Exchange(ctx, query.Get("code"), oauth2.VerifierOption(p.verifier))
	var answer *oauth2.RetrieveError
	if errors.As(err, &answer) { // its text holds the answer's body: nothing for a log
		return nil, fmt.Errorf("the token endpoint answered %d", answer.Response.StatusCode)
	}
	return token, err
}

// An issuer remembers who the platform says it is.
type issuer struct {
	mu    sync.Mutex
	known bool
	name  string
}

// get returns the name that answers must carry, or nothing when the platform
// promises none.
func (i *issuer) get(ctx context.Context, client *http.Client, platform string) (string, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	if i.known {
		return i.name, nil
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, platform+"/.well-known/openid-configuration", nil)
	if err != nil {
		return "", err
	}
	res, err := client.Do(req)
	if err != nil {
		return "", fmt.Errorf("asking the platform who it is: %w", err)
	}
	defer res.Body.Close()
	var doc struct {
		Issuer string `json:"issuer"`
		Iss    bool   `json:"authorization_response_iss_parameter_supported"`
	}
	if res.StatusCode == http.StatusOK {
		if err := json.NewDecoder(io.LimitReader(res.Body, 256<<10)).Decode(&doc); err != nil {
			return "", fmt.Errorf("asking the platform who it is: %w", err)
		}
	} else if res.StatusCode >= 500 {
		return "", fmt.Errorf("asking the platform who it is: status %d", res.StatusCode)
	}
	i.known = true
	if doc.Iss {
		i.name = doc.Issuer
	}
	return i.name, nil
}
