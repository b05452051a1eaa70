package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"golang.org/x/oauth2"
)

// errGone means that the phone's grant has ended: the person has signed out
// everywhere, or the platform has ended the session.
var errGone = errors.New("the grant has ended")

// ticket answers the page's script, which hands the ticket to the phone. The
// first time the person's tokens move to the phone's server, which renews
// them from then on; this server asks it for access tokens.
func (s *Server) ticket(w http.ResponseWriter, r *http.Request) {
	x := s.session(r)
	if x == nil {
		http.Error(w, "Sign in first.", http.StatusUnauthorized)
		return
	}
	ticket, err := s.ticketFor(r.Context(), x)
	if err != nil {
		s.Log.Printf("getting a ticket: %v", err)
		http.Error(w, "The phone's server gives no ticket now. Sign in to the phone with its button.", http.StatusBadGateway)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(map[string]string{"ticket": ticket})
}

func (s *Server) ticketFor(ctx context.Context, x *session) (string, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	order := map[string]any{"origin": s.URL, "user": x.who.ID}
	if x.grantID != "" {
		order["grantId"] = x.grantID
	} else {
		token, err := x.tokens.Token()
		if err != nil {
			return "", quiet(err)
		}
		order["tokens"] = map[string]string{"access_token": token.AccessToken, "refresh_token": token.RefreshToken}
	}
	var answer struct{ Ticket, GrantID string }
	// Once the tokens are on their way, they must arrive.
	if err := s.call(context.WithoutCancel(ctx), "/api/tickets", order, &answer); err != nil {
		return "", err
	}
	if x.grantID == "" {
		x.grantID = answer.GrantID
		x.tokens = oauth2.ReuseTokenSource(nil, granted{s, answer.GrantID})
	}
	return answer.Ticket, nil
}

// source is where the person's access tokens come from now.
func (x *session) source() oauth2.TokenSource {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.tokens
}

// granted are access tokens from the phone's server.
type granted struct {
	server *Server
	id     string
}

// Token asks for one.
func (g granted) Token() (*oauth2.Token, error) {
	var answer struct {
		AccessToken string `json:"access_token"`
		TokenType   string `json:"token_type"`
		ExpiresIn   int    `json:"expires_in"`
	}
	if err := g.server.call(context.Background(), "/api/grants/"+url.PathEscape(g.id)+"/token", nil, &answer); err != nil {
		return nil, err
	}
	return &oauth2.Token{
		AccessToken: answer.AccessToken, TokenType: answer.TokenType, Expiry: time.Now().Add(time.Duration(answer.ExpiresIn) * time.Second),
	}, nil
}

// letGo ends the grant that the session's tokens were handed to.
func (s *Server) letGo(ctx context.Context, x *session) {
	x.mu.Lock()
	id := x.grantID
	x.mu.Unlock()
	if id == "" {
		return
	}
	if err := s.call(ctx, "/api/grants/"+url.PathEscape(id)+"/revoke", nil, nil); err != nil {
		s.Log.Printf("ending a grant: %v", err)
	}
}

// call asks the phone's server with the embed key.
func (s *Server) call(ctx context.Context, path string, body, into any) error {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	text, err := json.Marshal(body)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.WidgetURL+path, bytes.NewReader(text))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+s.EmbedKey)
	req.Header.Set("Content-Type", "application/json")
	res, err := s.client.Do(req)
	if err != nil {
		return fmt.Errorf("asking the phone's server: %w", quiet(err))
	}
	defer res.Body.Close()
	if res.StatusCode >= 300 {
		var no struct{ Message string }
		_ = json.NewDecoder(io.LimitReader(res.Body, 64<<10)).Decode(&no)
		if res.StatusCode == http.StatusNotFound {
			return errGone
		}
		return fmt.Errorf("the phone's server answered %d: %s", res.StatusCode, no.Message)
	}
	if into == nil {
		return nil
	}
	return json.NewDecoder(io.LimitReader(res.Body, 64<<10)).Decode(into)
}
