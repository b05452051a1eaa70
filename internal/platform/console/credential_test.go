package console_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"offhook/internal/platform/console"
	"offhook/internal/platform/signing/signingtest"
	"offhook/internal/rc"
	"offhook/internal/sqlstore"
	"offhook/internal/store"
)

// newConsole has one user, ada, and one app.
func newConsole(t *testing.T) (*console.Console, store.App) {
	t.Helper()
	p := sqlstore.OpenTest(t).Platform()
	now := func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 678, time.UTC) }
	c := &console.Console{Store: p, Keys: signingtest.Keys(p, now), Now: now}
	_, err := c.RegisterAccount(t.Context(), console.AccountSpec{Company: "Acme", MainNumber: "+16505550100"})
	check(t, err)
	_, _, err = c.RegisterUser(t.Context(), console.UserSpec{FirstName: "Ada", LastName: "Lovelace", Email: "ada@example.com", Password: "correct horse"})
	check(t, err)
	app, _, err := c.RegisterApp(t.Context(), console.AppSpec{Name: "Phone", Confidential: true, Grants: []string{"jwt"}})
	check(t, err)
	return c, app
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// refused checks that err is of the kind and says why.
func refused(t *testing.T, what string, err error, kind rc.Kind, why string) {
	t.Helper()
	var e *rc.Error
	if !errors.As(err, &e) || e.Kind != kind || !strings.Contains(e.Message, why) {
		t.Errorf("%s: %v, want one that says %q", what, err, why)
	}
}

func TestACredentialIsNotKept(t *testing.T) {
	c, app := newConsole(t)
	cred, token, err := c.AddCredential(t.Context(), console.CredentialSpec{Username: "ADA@example.com", Label: " night job ", ClientIDs: []string{app.ClientID, app.ClientID}, Life: time.Hour})
	check(t, err)
	if cred.Label != "night job" || len(cred.ClientIDs) != 1 || cred.ExpiresAt.Sub(cred.CreatedAt) != time.Hour {
		t.Errorf("made %+v", cred)
	}
	if got := token.String(); got != "[redacted]" {
		t.Errorf("the token prints as %q", got)
	}
	id, subject, err := c.Keys.ReadCredential(t.Context(), string(token))
	check(t, err)
	user, err := c.Store.ExtensionByUsername(t.Context(), "ada@example.com")
	check(t, err)
	if id != cred.ID || user.ID != cred.ExtensionID || subject == "" {
		t.Errorf("the token names %q of %q, the row %q of %d", id, subject, cred.ID, cred.ExtensionID)
	}
}

func TestWritingACredentialAgainChangesNothing(t *testing.T) {
	c, _ := newConsole(t)
	spec := console.CredentialSpec{ID: "demo", Username: "ada@example.com", Label: "first"}
	first, _, err := c.AddCredential(t.Context(), spec)
	check(t, err)
	spec.Label, spec.Life = "second", time.Minute
	second, token, err := c.AddCredential(t.Context(), spec)
	check(t, err)
	if second.Label != "first" || !second.ExpiresAt.IsZero() || !second.CreatedAt.Equal(first.CreatedAt) {
		t.Errorf("written again as %+v", second)
	}
	if _, _, err := c.Keys.ReadCredential(t.Context(), string(token)); err != nil {
		t.Errorf("the second token: %v", err)
	}
	_, _, err = c.RegisterUser(t.Context(), console.UserSpec{FirstName: "Bob", Email: "bob@example.com", Password: "correct horse"})
	check(t, err)
	spec.Username = "bob@example.com"
	_, _, err = c.AddCredential(t.Context(), spec)
	refused(t, "another user's", err, rc.Conflict, "another user's")
}

func TestRefusedCredentials(t *testing.T) {
	c, _ := newConsole(t)
	for what, tt := range map[string]struct {
		spec console.CredentialSpec
		kind rc.Kind
		why  string
	}{
		"nobody":       {console.CredentialSpec{Username: "nobody"}, rc.NotFound, "no user"},
		"unknown app":  {console.CredentialSpec{Username: "ada@example.com", ClientIDs: []string{"x"}}, rc.NotFound, "no app"},
		"expired":      {console.CredentialSpec{Username: "ada@example.com", Life: -time.Hour}, rc.Invalid, "past"},
		"a long label": {console.CredentialSpec{Username: "ada@example.com", Label: strings.Repeat("x", 129)}, rc.Invalid, "128"},
	} {
		_, _, err := c.AddCredential(t.Context(), tt.spec)
		refused(t, what, err, tt.kind, tt.why)
	}
	refused(t, "revoking what is not there", c.RevokeCredential(t.Context(), "x"), rc.NotFound, "offhook credential list")
}
