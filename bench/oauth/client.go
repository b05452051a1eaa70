package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os/exec"
	"strings"
)

// A person is a user with a session, used by one client at a time.
type person struct {
	jwt     string
	access  string
	refresh string
	cookie  *http.Cookie // of a session of the widget
}

// people registers users with the commands that an operator has, and signs
// each of them in.
func (p *platform) people(ctx context.Context, client *http.Client, n int) ([]*person, error) {
	var all []*person
	for i := range n {
		email := fmt.Sprintf("user%d@bench.example", i)
		if err := p.command(ctx, nil, "user", "add", "--name", fmt.Sprintf("Bench User%d", i), "--email", email, "--password", "correct horse"); err != nil {
			return nil, err
		}
		var made struct {
			JWT string `json:"jwt"`
		}
		if err := p.command(ctx, &made, "credential", "add", "--user", email, "--label", "bench"); err != nil {
			return nil, err
		}
		who := &person{jwt: made.JWT}
		if err := p.exchange(client)(ctx, who); err != nil {
			return nil, err
		}
		all = append(all, who)
	}
	return all, nil
}

// command runs the binary on the demo's folder and reads its JSON into out.
func (p *platform) command(ctx context.Context, out any, args ...string) error {
	text, err := exec.CommandContext(ctx, p.binary, append(args, "--dir", p.dir, "--json")...).Output()
	if err != nil {
		return fmt.Errorf("%s: %w", strings.Join(args[:2], " "), err)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(text, out)
}

type tokens struct {
	Access  string `json:"access_token"`
	Refresh string `json:"refresh_token"`
}

// exchange signs a person in anew with their JWT credential. Each of them
// keeps five sessions, so from the sixth on an old one ends as well.
func (p *platform) exchange(client *http.Client) func(context.Context, *person) error {
	return func(ctx context.Context, who *person) error {
		return p.token(ctx, client, who, url.Values{"grant_type": {"urn:ietf:params:oauth:grant-type:jwt-bearer"}, "assertion": {who.jwt}})
	}
}

// refresh exchanges a person's newest refresh token.
func (p *platform) refresh(client *http.Client) func(context.Context, *person) error {
	return func(ctx context.Context, who *person) error {
		return p.token(ctx, client, who, url.Values{"grant_type": {"refresh_token"}, "refresh_token": {who.refresh}})
	}
}

func (p *platform) token(ctx context.Context, client *http.Client, who *person, form url.Values) error {
	var got tokens
	if err := p.post(ctx, client, "/restapi/oauth/token", form, &got); err != nil {
		return err
	}
	who.access, who.refresh = got.Access, got.Refresh
	return nil
}

// introspect asks about a person's newest access token.
func (p *platform) introspect(client *http.Client) func(context.Context, *person) error {
	return func(ctx context.Context, who *person) error {
		var got struct {
			Active bool `json:"active"`
		}
		err := p.post(ctx, client, "/restapi/oauth/introspect", url.Values{"token": {who.access}}, &got)
		if err == nil && !got.Active {
			err = fmt.Errorf("a live token is called inactive")
		}
		return err
	}
}

func (p *platform) post(ctx context.Context, client *http.Client, path string, form url.Values, out any) error {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, p.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		return err
	}
	r.SetBasicAuth(p.app.ID, p.app.Secret)
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return send(client, r, out)
}

// send reads the whole answer, so that its connection is used again.
func send(client *http.Client, r *http.Request, out any) error {
	res, err := client.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("%s %s answered %d", r.Method, r.URL.Path, res.StatusCode)
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(text, out)
}
