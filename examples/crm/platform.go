package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

// A Person is somebody of the company.
type Person struct {
	ID        string
	Name      string
	Extension string
	Phone     string // E.164, or empty
	Email     string
}

// outward makes the library use this server's own client.
func (s *Server) outward(ctx context.Context) context.Context {
	return context.WithValue(ctx, oauth2.HTTPClient, s.client)
}

// whoIs asks the platform whose tokens these are.
func (s *Server) whoIs(ctx context.Context, tokens oauth2.TokenSource) (Person, error) {
	var e struct {
		ID              json.Number
		Name            string
		ExtensionNumber string
		Contact         struct{ Email string }
	}
	err := s.ask(ctx, tokens, "/restapi/v1.0/account/~/extension/~", &e)
	return Person{ID: e.ID.String(), Name: e.Name, Extension: e.ExtensionNumber, Email: e.Contact.Email}, err
}

// colleagues asks for the company's directory.
func (s *Server) colleagues(ctx context.Context, tokens oauth2.TokenSource) ([]Person, error) {
	var page struct {
		Records []struct {
			ID                                          json.Number
			FirstName, LastName, ExtensionNumber, Email string
			PhoneNumbers                                []struct{ PhoneNumber string }
		}
	}
	if err := s.ask(ctx, tokens, "/restapi/v1.0/account/~/directory/entries?type=User&perPage=50", &page); err != nil {
		return nil, err
	}
	var all []Person
	for _, e := range page.Records {
		p := Person{ID: e.ID.String(), Name: strings.TrimSpace(e.FirstName + " " + e.LastName), Extension: e.ExtensionNumber, Email: e.Email}
		for _, n := range e.PhoneNumbers {
			if p.Phone == "" {
				p.Phone = n.PhoneNumber
			}
		}
		all = append(all, p)
	}
	return all, nil
}

// ask gets a resource of the platform with the person's token.
func (s *Server) ask(ctx context.Context, tokens oauth2.TokenSource, path string, into any) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.PlatformURL+path, nil)
	if err != nil {
		return err
	}
	token, err := tokens.Token()
	if err != nil {
		return fmt.Errorf("renewing a token: %w", quiet(err))
	}
	token.SetAuthHeader(req)
	res, err := s.client.Do(req)
	if err != nil {
		return fmt.Errorf("asking the platform: %w", quiet(err))
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("the platform answered %d to %s", res.StatusCode, path)
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, 4<<20)).Decode(into); err != nil {
		return fmt.Errorf("reading the platform's answer to %s: %w", path, err)
	}
	return nil
}

// quiet takes out of an error what a log must not hold: the body of a token
// endpoint's answer, and addresses.
func quiet(err error) error {
	switch e := err.(type) {
	case *oauth2.RetrieveError:
		return fmt.Errorf("the token endpoint answered %d", e.Response.StatusCode)
	case *url.Error:
		return e.Err
	}
	return err
}
