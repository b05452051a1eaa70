package app

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"offhook/internal/platform/api/messages"
	"offhook/internal/platform/console"
	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/embed"
)

// The demo's company. Its numbers are from the range that North America
// keeps for fiction.
const (
	demoCompany    = "Harbor & Pine Realty"
	demoMainNumber = "+16505550100"
	demoPassword   = "offhook-demo"
)

// The demo's apps keep their client ids, so that a snippet works after
// --reset.
const (
	demoPublicApp = "offhook-demo"
	demoServerApp = "offhook-demo-server"
	demoCRMApp    = "offhook-demo-crm"
	demoJWTApp    = "offhook-demo-jwt"
	demoTokenApp  = "offhook-demo-implicit"
)

// Files that keep the demo's secrets from start to start.
const (
	secretFile    = "demo-secret"     // of the confidential app
	crmSecretFile = "demo-crm-secret" // of examples/crm
	jwtSecretFile = "demo-jwt-secret" // of the app for JWT credentials
	crmKeyFile    = "demo-crm-key"    // its embed key
)

var demoUsers = []console.UserSpec{
	{FirstName: "Ada", LastName: "Moreno", JobTitle: "Sales lead", Department: "Sales", Number: "101", PhoneNumber: "+16505550101", Admin: true},
	{FirstName: "Sam", LastName: "Okafor", JobTitle: "Property manager", Department: "Operations", Number: "102", PhoneNumber: "+16505550102"},
	{FirstName: "Mei", LastName: "Lindqvist", JobTitle: "Coordinator", Department: "Operations", Number: "103", PhoneNumber: "+16505550103"},
}

// demoTexts are a little history, newest last; minutes count back from the
// first start.
var demoTexts = []struct {
	from, to, text string
	minutes        int
}{
	{"+16505550102", "+16505550101", "The Larkspur listing photos are up. Want to look before they go live?", 26 * 60},
	{"+16505550101", "+16505550102", "On it. The kitchen shot is great, the hallway one is a bit dark.", 26*60 - 6},
	{"+16505550102", "+16505550101", "Agreed, I'll ask for a retake on Thursday.", 26*60 - 9},
	{"+16505550103", "+16505550101", "Inspection at 14 Alder Court moved to 3 pm tomorrow.", 190},
	{"+16505550101", "+16505550103", "Thanks Mei, I'll let the Hendersons know.", 184},
	{"+16505550102", "+16505550103", "Could you order two more lockboxes?", 95},
	{"+16505550103", "+16505550102", "Ordered, they arrive Monday.", 90},
	{"+16505550102", "+16505550101", "Retake is booked: Thursday 10 am. Does that work with your showing?", 12},
}

// seed makes the demo's account, people, history and apps where they are
// missing, brings redirect URIs and origins up to date with the ports in
// use, and completes info.
func seed(ctx context.Context, d *Data, info *DemoInfo) error {
	if err := seedAccount(ctx, d, info); err != nil {
		return err
	}
	return seedApps(ctx, d, info)
}

func seedAccount(ctx context.Context, d *Data, info *DemoInfo) error {
	p := d.DB.Platform()
	c := d.console()
	number, err := p.PhoneNumber(ctx, demoMainNumber)
	if errors.Is(err, store.ErrNotFound) {
		var a store.Account
		a, err = c.RegisterAccount(ctx, console.AccountSpec{Company: demoCompany, MainNumber: demoMainNumber})
		number.AccountID = a.ID
	}
	if err != nil {
		return fmt.Errorf("making the account: %w", err)
	}
	info.Account.ID, info.Account.MainNumber = number.AccountID, demoMainNumber
	fresh := false
	for _, spec := range demoUsers {
		spec.AccountID, spec.Password = number.AccountID, demoPassword
		spec.Email = strings.ToLower(spec.FirstName) + "@harborpine.example"
		e, err := p.ExtensionByUsername(ctx, spec.Email)
		if errors.Is(err, store.ErrNotFound) {
			fresh = true
			e, _, err = c.RegisterUser(ctx, spec)
		}
		if err != nil {
			return fmt.Errorf("making %s: %w", spec.FirstName, err)
		}
		// It keeps its id, so that a token in somebody's snippet goes on working.
		cred, err := d.AddCredential(ctx, console.CredentialSpec{ID: "demo-" + spec.Number, Username: e.Username, Label: "The demo's own, for all apps"})
		if err != nil {
			return fmt.Errorf("making the JWT credential of %s: %w", spec.FirstName, err)
		}
		info.Users = append(info.Users, User{e.Name(), e.ID, e.Number, spec.PhoneNumber, e.Username, demoPassword, cred.JWT})
	}
	if err := seedRobots(ctx, d, info); err != nil || !fresh {
		return err
	}
	var texts []messages.SeedText
	for i, t := range demoTexts {
		texts = append(texts, messages.SeedText{
			From: t.from, To: []string{t.to}, Text: t.text,
			At:   time.Now().Add(-time.Duration(t.minutes) * time.Minute),
			Read: i < len(demoTexts)-1,
		})
	}
	if err := messages.Seed(ctx, p, texts); err != nil {
		return err
	}
	if err := seedVoicemail(ctx, d); err != nil {
		return err
	}
	return seedCalls(ctx, d)
}

func seedApps(ctx context.Context, d *Data, info *DemoInfo) error {
	secret, err := demoSecret(d.Dir, secretFile, newSecret)
	if err != nil {
		return err
	}
	crmSecret, err := demoSecret(d.Dir, crmSecretFile, newSecret)
	if err != nil {
		return err
	}
	jwtSecret, err := demoSecret(d.Dir, jwtSecretFile, newSecret)
	if err != nil {
		return err
	}
	redirects := []string{info.Widget.URL + "/redirect.html"}
	info.Apps = nil
	for _, spec := range []console.AppSpec{
		{ClientID: demoPublicApp, Name: "Offhook phone", RedirectURIs: redirects},
		{ClientID: demoServerApp, Name: "Offhook phone (server)", RedirectURIs: redirects, Confidential: true, Secret: secret, Grants: console.Grants},
		{
			ClientID: demoCRMApp, Name: "Tideway CRM", RedirectURIs: append(redirects, info.CRM.URL+"/callback", info.CRM.URL+"/redirect.html"), Confidential: true,
			Secret: crmSecret, Grants: console.Grants,
		},
		{ClientID: demoJWTApp, Name: "Offhook phone (JWT)", Confidential: true, Secret: jwtSecret, Grants: []string{rc.GrantJWTBearer, rc.GrantRefreshToken}},
		{ClientID: demoTokenApp, Name: "Offhook phone (implicit)", RedirectURIs: redirects, Grants: []string{rc.GrantImplicit}},
	} {
		a, err := d.AddApp(ctx, spec)
		if err != nil {
			return fmt.Errorf("making the app %s: %w", spec.ClientID, err)
		}
		info.Apps = append(info.Apps, a)
		for _, platform := range []string{info.Platform.URL, info.Platform.TLSURL} {
			spec := embed.Spec{
				Platform: platform, ClientID: a.ClientID, Secret: rc.Secret(a.ClientSecret), Origins: []string{info.Host.URL, info.CRM.URL},
				Implicit: a.ClientID == demoTokenApp, Replace: true,
			}
			added, err := d.othersOrigins(ctx, platform, a.ClientID, append(info.former, spec.Origins...))
			if err != nil {
				return err
			}
			spec.Origins = append(spec.Origins, added...)
			if a.ClientID == demoCRMApp {
				spec.Redirects = []string{info.CRM.URL + "/redirect.html"}
			}
			if err := d.AddEmbed(ctx, spec); err != nil {
				return fmt.Errorf("making the embed of %s: %w", spec.ClientID, err)
			}
		}
	}
	return seedKey(ctx, d, info)
}

// othersOrigins are the origins of an embed that somebody has added to the
// demo's own, which are told anew at each start.
func (d *Data) othersOrigins(ctx context.Context, platform, clientID string, own []string) ([]string, error) {
	e, err := d.DB.Widget().Embed(ctx, platform, clientID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return nil, fmt.Errorf("reading the embed %s: %w", clientID, err)
	}
	return slices.DeleteFunc(e.Origins, func(o string) bool { return slices.Contains(own, o) }), nil
}

// seedKey gives the embed of examples/crm its key.
func seedKey(ctx context.Context, d *Data, info *DemoInfo) error {
	key, err := demoSecret(d.Dir, crmKeyFile, embed.NewKey)
	if err != nil {
		return err
	}
	info.CRM.ClientID, info.CRM.EmbedKey = demoCRMApp, string(key)
	if err := d.registry(info.Platform.URL).AddKey(ctx, info.Platform.URL, demoCRMApp, key, true); err != nil {
		return fmt.Errorf("keeping the demo's embed key: %w", err)
	}
	return nil
}

// demoSecret keeps a secret of the demo from start to start.
func demoSecret(dir, name string, fresh func() rc.Secret) (rc.Secret, error) {
	path := filepath.Join(dir, name)
	if secret, err := ReadSecret(path); err == nil {
		return secret, nil
	}
	secret := fresh()
	if err := os.WriteFile(path, []byte(string(secret)+"\n"), 0o600); err != nil {
		return "", fmt.Errorf("keeping the demo's secrets: %w", err)
	}
	return secret, nil
}

func newSecret() rc.Secret { return rc.Secret(rand.Text() + rand.Text()) }

// demoRecords allow the demo's own platform, by either of its listeners.
func demoRecords(info DemoInfo) embed.Records {
	plain, secure := hostOf(info.Platform.URL), hostOf(info.Platform.TLSURL)
	return embed.Records{
		{Name: "Offhook platform", Origin: info.Platform.URL, Hosts: []string{plain, secure}, AllowPrivate: true},
		{Name: "Offhook platform (TLS)", Origin: info.Platform.TLSURL, Hosts: []string{plain, secure}, AllowPrivate: true},
	}
}
