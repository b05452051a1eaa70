package console_test

import (
	"errors"
	"strconv"
	"strings"
	"testing"

	"offhook/internal/platform/console"
	"offhook/internal/platform/password"
	"offhook/internal/rc"
	"offhook/internal/sqlstore"
	"offhook/internal/store"
)

func TestRegisterApp(t *testing.T) {
	p := sqlstore.OpenTest(t).Platform()
	c := &console.Console{Store: p}
	app, secret, err := c.RegisterApp(t.Context(), console.AppSpec{
		Name: "CRM", RedirectURIs: []string{"https://a.example/cb", "https://a.example/cb"}, Scopes: []string{"Edit Message", "WebSocketSubscription"}, Confidential: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	if app.Public() || len(secret) < 40 || strings.Contains(app.SecretHash, string(secret)) {
		t.Error("a confidential app needs a long secret that is kept as a hash")
	}
	got, err := p.App(t.Context(), app.ClientID)
	if err != nil || rc.JoinScopes(got.Scopes) != "EditMessages WebSocket" || len(got.RedirectURIs) != 1 {
		t.Errorf("kept %+v, %v", got, err)
	}

	if _, err := c.ChangeApp(t.Context(), app.ClientID, console.AppChange{RedirectURIs: []string{"http://localhost:8080/cb"}}); err != nil {
		t.Fatal(err)
	}
	if got, _ := p.App(t.Context(), app.ClientID); len(got.RedirectURIs) != 1 || got.RedirectURIs[0] != "http://localhost:8080/cb" || got.SecretHash != app.SecretHash {
		t.Errorf("after new redirect URIs: %+v", got)
	}
	var e *rc.Error
	if _, err := c.ChangeApp(t.Context(), "nobody", console.AppChange{}); !errors.As(err, &e) || e.Kind != rc.NotFound {
		t.Errorf("redirect URIs of an unknown app: %v, want NotFound", err)
	}

	public, secret, err := c.RegisterApp(t.Context(), console.AppSpec{Name: "SPA", RedirectURIs: []string{"https://b.example/cb"}})
	if err != nil || !public.Public() || secret != "" || len(public.Scopes) != len(rc.Scopes) {
		t.Errorf("a public app: %+v, %v", public, err)
	}
}

func TestRegisterAppRefuses(t *testing.T) {
	c := &console.Console{Store: sqlstore.OpenTest(t).Platform()}
	good := console.AppSpec{Name: "CRM", RedirectURIs: []string{"https://a.example/cb"}}
	for name, change := range map[string]func(*console.AppSpec){
		"no name":            func(s *console.AppSpec) { s.Name = " " },
		"long name":          func(s *console.AppSpec) { s.Name = strings.Repeat("x", 65) },
		"unknown scope":      func(s *console.AppSpec) { s.Scopes = []string{"Everything"} },
		"unknown grant":      func(s *console.AppSpec) { s.Grants = []string{"password"} },
		"implicit, nowhere":  func(s *console.AppSpec) { s.Grants, s.RedirectURIs = []string{"implicit"}, nil },
		"no redirect URI":    func(s *console.AppSpec) { s.RedirectURIs = nil },
		"eleven of them":     func(s *console.AppSpec) { s.RedirectURIs = strings.Fields(strings.Repeat("https://a.example/cb ", 11)) },
		"a bad redirect URI": func(s *console.AppSpec) { s.RedirectURIs = []string{"javascript:alert(1)"} },
	} {
		spec := good
		change(&spec)
		_, _, err := c.RegisterApp(t.Context(), spec)
		var e *rc.Error
		if !errors.As(err, &e) || e.Kind != rc.Invalid {
			t.Errorf("%s: %v, want an Invalid sentence", name, err)
		}
	}
}

func TestAppOfACompany(t *testing.T) {
	p := sqlstore.OpenTest(t).Platform()
	c := &console.Console{Store: p}
	spec := console.AppSpec{Name: "CRM", RedirectURIs: []string{"https://a.example/cb"}, AccountID: 7}
	var e *rc.Error
	if _, _, err := c.RegisterApp(t.Context(), spec); !errors.As(err, &e) || e.Kind != rc.NotFound {
		t.Errorf("an app of an unknown account: %v, want NotFound", err)
	}
	account, err := c.RegisterAccount(t.Context(), console.AccountSpec{Company: "Acme", MainNumber: "+16505550100"})
	if err != nil {
		t.Fatal(err)
	}
	spec.AccountID = account.ID
	app, _, err := c.RegisterApp(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	if got, err := p.App(t.Context(), app.ClientID); err != nil || got.AccountID != account.ID {
		t.Errorf("kept %+v, %v; want the app of account %d", got, err, account.ID)
	}
}

func TestRedirectURIs(t *testing.T) {
	c := &console.Console{Store: sqlstore.OpenTest(t).Platform()}
	for uri, ok := range map[string]bool{
		"https://a.example/cb":                           true,
		"https://a.example:8443/cb?tenant=1":             true,
		"http://localhost:8080/redirect":                 true,
		"http://127.0.0.1:8080/redirect":                 true,
		"http://[::1]:8080/redirect":                     true,
		"com.example.app:/callback":                      true,
		"com.example.app://callback":                     true,
		"":                                               false,
		"/redirect":                                      false,
		"//a.example/cb":                                 false,
		"a.example/cb":                                   false,
		"https://":                                       false,
		"https:///cb":                                    false,
		"http://a.example/cb":                            false,
		"http://localhost.evil.example/cb":               false,
		"http://10.0.0.1/cb":                             false,
		"https://a.example/cb#fragment":                  false,
		"https://a.example/cb#":                          false,
		"https://*.example/cb":                           false,
		"https://user@a.example/cb":                      false,
		"https://a.example/cb?code=1":                    false,
		"https://a.example/cb?state=1":                   false,
		"https://a.example/c b":                          false,
		"https://a.example\\cb":                          false,
		"https://ä.example/cb":                           false,
		"https://a.example/cb\r\nX: y":                   false,
		"javascript:alert(1)":                            false,
		"data:text/html,x":                               false,
		"file:///etc/passwd":                             false,
		"myapp:/callback":                                false,
		"https://a.example/" + strings.Repeat("x", 2048): false,
	} {
		_, _, err := c.RegisterApp(t.Context(), console.AppSpec{Name: "x", RedirectURIs: []string{uri}})
		if (err == nil) != ok {
			t.Errorf("redirect URI %q: %v, want accepted %v", uri, err, ok)
		}
	}
}

func TestNobodysExtensionCallsForHelp(t *testing.T) {
	const main = "+493012345678"
	c := &console.Console{Store: sqlstore.OpenTest(t).Platform(), Emergency: func(n, mainNumber string) bool { return n == "110" && mainNumber == main }}
	if _, err := c.RegisterAccount(t.Context(), console.AccountSpec{Company: "Acme", MainNumber: main}); err != nil {
		t.Fatal(err)
	}
	robot := console.UserSpec{FirstName: "Echo", Robot: "echo"}
	robot.Username, robot.Number = "before", "111"
	if _, _, err := c.RegisterUser(t.Context(), robot); err != nil {
		t.Fatal(err)
	}
	for n := 101; n < 110; n++ {
		robot.Username, robot.Number = strconv.Itoa(n), ""
		if e, _, err := c.RegisterUser(t.Context(), robot); err != nil || e.Number != robot.Username {
			t.Fatalf("extension %d: %+v, %v", n, e, err)
		}
	}
	robot.Username = "after"
	if e, _, err := c.RegisterUser(t.Context(), robot); err != nil || e.Number != "113" {
		t.Errorf("after 109 comes %q, %v; want 113, as 110 and 112 call for help, and 111 is taken", e.Number, err)
	}
}

func TestRegisterUser(t *testing.T) {
	p := sqlstore.OpenTest(t).Platform()
	c := &console.Console{Store: p}
	if _, _, err := c.RegisterUser(t.Context(), console.UserSpec{FirstName: "Ada", Email: "ada@example.com", Password: "long enough"}); err == nil {
		t.Error("a user without any account was registered")
	}
	account, err := c.RegisterAccount(t.Context(), console.AccountSpec{Company: "Acme", MainNumber: "+16505550100"})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := p.PhoneNumber(t.Context(), "+16505550100"); err != nil || n.UsageType != "MainCompanyNumber" || n.AccountID != account.ID {
		t.Errorf("the main number: %+v, %v", n, err)
	}

	ada, direct, err := c.RegisterUser(t.Context(), console.UserSpec{FirstName: "Ada", Email: "Ada@Example.com", Password: "long enough"})
	if err != nil || ada.Number != "101" || direct.Number != "+16505550101" || ada.AccountID != account.ID {
		t.Errorf("the first user: %+v %+v, %v", ada, direct, err)
	}
	if ok, err := password.Verify(t.Context(), ada.PasswordHash, "long enough"); err != nil || !ok {
		t.Errorf("the password does not fit: %v", err)
	}
	bob, direct, err := c.RegisterUser(t.Context(), console.UserSpec{
		AccountID: account.ID, LastName: "Bob", Username: "bob", Password: "long enough", Number: "200", PhoneNumber: "+14155550100",
	})
	if err != nil || bob.Number != "200" || direct.Number != "+14155550100" || direct.ExtensionID != bob.ID {
		t.Errorf("a user with wishes: %+v %+v, %v", bob, direct, err)
	}

	good := console.UserSpec{FirstName: "Eve", Email: "eve@example.com", Password: "long enough"}
	for name, tt := range map[string]struct {
		change func(*console.UserSpec)
		kind   rc.Kind
	}{
		"no name":             {func(s *console.UserSpec) { s.FirstName = "" }, rc.Invalid},
		"no username":         {func(s *console.UserSpec) { s.Email = "" }, rc.Invalid},
		"bad e-mail address":  {func(s *console.UserSpec) { s.Email = "Eve <eve@example.com>" }, rc.Invalid},
		"short password":      {func(s *console.UserSpec) { s.Password = "short" }, rc.Invalid},
		"unknown account":     {func(s *console.UserSpec) { s.AccountID = 7 }, rc.NotFound},
		"taken username":      {func(s *console.UserSpec) { s.Email = "ADA@example.com" }, rc.Conflict},
		"taken extension":     {func(s *console.UserSpec) { s.Number = "101" }, rc.Conflict},
		"taken number":        {func(s *console.UserSpec) { s.PhoneNumber = "+16505550100" }, rc.Conflict},
		"bad extension":       {func(s *console.UserSpec) { s.Number = "1a" }, rc.Invalid},
		"number of help":      {func(s *console.UserSpec) { s.Number = "911" }, rc.Invalid},
		"bad number":          {func(s *console.UserSpec) { s.PhoneNumber = "650 555 0100" }, rc.Invalid},
		"number without plus": {func(s *console.UserSpec) { s.PhoneNumber = "16505550199" }, rc.Invalid},
	} {
		spec := good
		tt.change(&spec)
		_, _, err := c.RegisterUser(t.Context(), spec)
		var e *rc.Error
		if !errors.As(err, &e) || e.Kind != tt.kind {
			t.Errorf("%s: %v, want kind %d", name, err, tt.kind)
		}
	}
	if _, err := p.ExtensionByUsername(t.Context(), "eve@example.com"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a refused user is there: %v", err)
	}

	var e *rc.Error
	if _, err := c.RegisterAccount(t.Context(), console.AccountSpec{Company: "Other", MainNumber: "+16505550100"}); !errors.As(err, &e) || e.Kind != rc.Conflict {
		t.Errorf("a second account with the same number: %v, want Conflict", err)
	}
	if _, err := c.RegisterAccount(t.Context(), console.AccountSpec{MainNumber: "+16505550199"}); !errors.As(err, &e) || e.Kind != rc.Invalid {
		t.Errorf("an account without a name: %v, want Invalid", err)
	}
}
