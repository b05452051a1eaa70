package main

import (
	"context"
	"crypto/rand"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/oauth2"
)

const (
	sessionCookie = "crm"
	pendingCookie = "crm-signin"
	sessionLife   = 12 * time.Hour
)

// A session is a person signed in to this server. Their tokens stay here.
type session struct {
	who   Person
	until time.Time

	mu      sync.Mutex
	tokens  oauth2.TokenSource // guarded by mu
	grantID string             // guarded by mu; the phone's grant, once the tokens were handed over
}

// A shelf keeps things under ids that nobody can guess. A real server would
// use its database.
type shelf[T any] struct {
	mu    sync.Mutex
	items map[string]T // guarded by mu
}

func (s *shelf[T]) add(item T) (id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.items == nil {
		s.items = make(map[string]T)
	}
	id = rand.Text() + rand.Text()
	s.items[id] = item
	return id
}

func (s *shelf[T]) get(id string) (item T, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	item, ok = s.items[id]
	return item, ok
}

func (s *shelf[T]) take(id string) (item T, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	item, ok = s.items[id]
	delete(s.items, id)
	return item, ok
}

// drop removes what old says.
func (s *shelf[T]) drop(old func(T) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, item := range s.items {
		if old(item) {
			delete(s.items, id)
		}
	}
}

// begin signs the browser in under a new id.
func (s *Server) begin(w http.ResponseWriter, r *http.Request, who Person, tokens oauth2.TokenSource) {
	now := time.Now()
	s.sessions.drop(func(x *session) bool { return now.After(x.until) })
	s.waiting.drop(func(p pending) bool { return now.After(p.until) })
	if c, err := r.Cookie(s.cookieName(sessionCookie)); err == nil {
		s.sessions.take(c.Value)
	}
	id := s.sessions.add(&session{who: who, until: now.Add(sessionLife), tokens: tokens})
	s.setCookie(w, sessionCookie, id, sessionLife)
}

// session returns nil when nobody is signed in.
func (s *Server) session(r *http.Request) *session {
	c, err := r.Cookie(s.cookieName(sessionCookie))
	if err != nil {
		return nil
	}
	x, ok := s.sessions.get(c.Value)
	if !ok || time.Now().After(x.until) {
		return nil
	}
	return x
}

// signOut ends the session here. What the phone's server holds for it ends
// with it, in every browser.
func (s *Server) signOut(w http.ResponseWriter, r *http.Request) {
	if c, err := r.Cookie(s.cookieName(sessionCookie)); err == nil {
		if x, ok := s.sessions.take(c.Value); ok {
			s.letGo(context.WithoutCancel(r.Context()), x)
		}
	}
	s.setCookie(w, sessionCookie, "", -time.Second)
	http.Redirect(w, r, "/", http.StatusSeeOther)
}

// cookieName adds the prefix with which browsers keep a cookie for this host
// alone, where the server is reached over TLS.
func (s *Server) cookieName(name string) string {
	if s.secure() {
		return "__Host-" + name
	}
	return name
}

func (s *Server) secure() bool { return strings.HasPrefix(s.URL, "https:") }

func (s *Server) setCookie(w http.ResponseWriter, name, value string, life time.Duration) {
	http.SetCookie(w, &http.Cookie{
		Name: s.cookieName(name), Value: value, Path: "/", MaxAge: int(life / time.Second),
		HttpOnly: true, Secure: s.secure(), SameSite: http.SameSiteLaxMode,
	})
}
