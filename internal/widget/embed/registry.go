package embed

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/protocol"
	"offhook/internal/widget/seal"
)

// What a host page may ask of the phone that it embeds.
const (
	Navigate = protocol.Navigate
	Prefill  = protocol.Prefill
	Status   = protocol.Status
)

// Capabilities are all that an embed can have, and what a registered one has
// unless the operator says otherwise.
var Capabilities = func() (names []string) {
	for _, c := range protocol.Capabilities {
		names = append(names, c.Name)
	}
	return names
}()

// open are the capabilities of apps that nobody registered.
var open = []string{Navigate, Prefill, Status}

// A Registry knows the embeds. It is safe for concurrent use.
type Registry struct {
	Store       store.Widget
	Ring        *seal.Ring
	Records     Records
	OpenClients bool // any public client of any allowed platform may be embedded anywhere
	Now         func() time.Time
}

// A Spec is an embed as the operator writes it down.
type Spec struct {
	Platform     string // the API origin
	ClientID     string
	Secret       rc.Secret // empty for a public client
	Origins      []string  // host pages
	Ancestors    []string  // pages allowed above the host page
	AssetOrigins []string
	Capabilities []string  // nil means all of a new app
	Redirects    []string  // absolute redirect URIs hosted elsewhere
	JWT          rc.Secret // signs everybody in as one user
	JWTAccess    string    // AnyoneHere or TicketsOnly
	Implicit     bool      // the app knows the implicit grant only
	Replace      bool      // Origins take the place of those that are there
}

// AnyoneHere is what an operator writes who wants everybody that can reach
// the server to act as the user of a registered JWT.
const AnyoneHere = "anyone-who-can-reach-this-server"

// TicketsOnly takes that back: the JWT is for pages that bring a ticket.
const TicketsOnly = "tickets-only"

// Register adds an embed or changes one: origins are added to those that are
// there, and what the spec does not name stays as it was. A mistake in the spec is an Invalid or Denied error that names it.
func (g *Registry) Register(ctx context.Context, s Spec) error {
	if _, err := g.Records.Record(s.Platform); err != nil {
		return err
	}
	if !validClientID(s.ClientID) {
		return rc.Errorf(rc.Invalid, "A client id has 1 to 128 visible characters and no spaces.")
	}
	for _, c := range s.Capabilities {
		if !slices.Contains(Capabilities, c) {
			return rc.Errorf(rc.Invalid, "There is no capability %q. Known: %s.", c, strings.Join(Capabilities, ", "))
		}
	}
	if s.JWTAccess != "" && s.JWTAccess != AnyoneHere && s.JWTAccess != TicketsOnly {
		return rc.Errorf(rc.Invalid, "JWT access is %q, or %q: then the JWT is used only for pages that bring a ticket.", AnyoneHere, TicketsOnly)
	}
	e := store.Embed{
		Platform: s.Platform, ClientID: s.ClientID, Capabilities: s.Capabilities, JWTAccess: s.JWTAccess, Implicit: s.Implicit, CreatedAt: g.Now(),
	}
	for _, text := range s.Redirects {
		if err := checkElsewhere(text); err != nil {
			return err
		}
		e.Redirects = append(e.Redirects, text)
	}
	for _, list := range []struct{ from, to *[]string }{{&s.Origins, &e.Origins}, {&s.Ancestors, &e.Ancestors}, {&s.AssetOrigins, &e.AssetOrigins}} {
		for _, text := range *list.from {
			origin, err := ParseOrigin(text)
			if err != nil {
				return err
			}
			*list.to = append(*list.to, origin)
		}
	}
	if s.Secret != "" {
		e.SealedSecret = g.Ring.Seal([]byte(s.Secret), secretRow(e))
	}
	if s.JWT != "" {
		e.SealedJWT = g.Ring.Seal([]byte(s.JWT), jwtRow(e))
	}
	err := g.Store.Write(ctx, func(tx store.WidgetTx) error {
		old, err := tx.Embed(ctx, e.Platform, e.ClientID)
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		return tx.PutEmbed(ctx, s.over(old, e))
	})
	if err != nil {
		return fmt.Errorf("registering the embed %s: %w", s.ClientID, err)
	}
	return nil
}

// over lays what s says, as e has it, over the embed that is there. Without
// one, old is zero.
func (s Spec) over(old, e store.Embed) store.Embed {
	if old.CreatedAt.IsZero() {
		old.Capabilities = Capabilities
	}
	if !s.Replace {
		added := slices.Concat(old.Origins, e.Origins)
		e.Origins = added[:0]
		for _, o := range added {
			if !slices.Contains(e.Origins, o) {
				e.Origins = append(e.Origins, o)
			}
		}
	}
	for _, list := range []struct{ to, kept *[]string }{
		{&e.Ancestors, &old.Ancestors}, {&e.AssetOrigins, &old.AssetOrigins}, {&e.Capabilities, &old.Capabilities}, {&e.Redirects, &old.Redirects},
	} {
		if *list.to == nil {
			*list.to = *list.kept
		}
	}
	if e.SealedSecret == nil {
		e.SealedSecret = old.SealedSecret
	}
	if e.SealedJWT == nil {
		e.SealedJWT = old.SealedJWT
	}
	switch e.JWTAccess {
	case "":
		e.JWTAccess = old.JWTAccess
	case TicketsOnly:
		e.JWTAccess = ""
	}
	e.Implicit = e.Implicit || old.Implicit
	return e
}

func secretRow(e store.Embed) string { return "embeds/" + e.Platform + "/" + e.ClientID }

func jwtRow(e store.Embed) string { return "embed-jwts/" + e.Platform + "/" + e.ClientID }

func validClientID(id string) bool {
	return id != "" && len(id) <= 128 && !strings.ContainsFunc(id, func(r rune) bool { return r <= ' ' || r > '~' })
}

// Embed returns an app as it may be embedded. With open clients an app that
// nobody registered is a public one with few capabilities; otherwise it is a
// Denied error.
func (g *Registry) Embed(ctx context.Context, platform, clientID string) (store.Embed, error) {
	e, err := g.Store.Embed(ctx, platform, clientID)
	if err == nil || !errors.Is(err, store.ErrNotFound) {
		return e, err
	}
	if !g.OpenClients || !validClientID(clientID) {
		return store.Embed{}, rc.Errorf(rc.Denied, "This phone's app is not registered here. Ask your administrator to run “offhook embed add --platform %s --client-id …” with the app's client id.", platform)
	}
	return store.Embed{Platform: platform, ClientID: clientID, Capabilities: open}, nil
}

// Remove takes an embed away with its keys. What was signed in by it goes on
// until its grants are ended.
func (g *Registry) Remove(ctx context.Context, platform, clientID string) error {
	return g.Store.Write(ctx, func(tx store.WidgetTx) error {
		there, err := tx.RemoveEmbed(ctx, platform, clientID)
		if err == nil && !there {
			err = rc.Errorf(rc.NotFound, "There is no embed %s of %s; offhook embed list shows them.", clientID, platform)
		}
		return err
	})
}

// Frames reports whether a page of the given origin may frame e.
func (g *Registry) Frames(e store.Embed, origin string) bool {
	registered := !e.CreatedAt.IsZero()
	return slices.Contains(e.Origins, origin) || !registered
}

// Secret returns the app's secret, empty for a public client. It goes to
// e's own platform only: the row that it is sealed for names the platform.
func (g *Registry) Secret(ctx context.Context, platform, clientID string) (rc.Secret, error) {
	e, err := g.registered(ctx, platform, clientID)
	if err != nil {
		return "", err
	}
	return g.open(e.SealedSecret, secretRow(e))
}

// JWT returns the JWT that is registered for the app, empty where there is
// none, and whether everybody who can reach the server may use it.
func (g *Registry) JWT(ctx context.Context, platform, clientID string) (jwt rc.Secret, anyone bool, err error) {
	e, err := g.registered(ctx, platform, clientID)
	if err != nil {
		return "", false, err
	}
	jwt, err = g.open(e.SealedJWT, jwtRow(e))
	return jwt, e.JWTAccess == AnyoneHere, err
}

// registered returns the zero Embed for an app that is not.
func (g *Registry) registered(ctx context.Context, platform, clientID string) (store.Embed, error) {
	e, err := g.Store.Embed(ctx, platform, clientID)
	if errors.Is(err, store.ErrNotFound) {
		return store.Embed{}, nil
	}
	if err != nil {
		return store.Embed{}, fmt.Errorf("reading the embed %s: %w", clientID, err)
	}
	return e, nil
}

func (g *Registry) open(sealed []byte, row string) (rc.Secret, error) {
	if len(sealed) == 0 {
		return "", nil
	}
	plain, err := g.Ring.Open(sealed, row)
	if err != nil {
		return "", fmt.Errorf("opening %s: %w", row, err)
	}
	return rc.Secret(plain), nil
}

// platformOf chooses the platform of a frame: the one that appServer names;
// without it the one where the app is registered; else the default.
func (g *Registry) platformOf(ctx context.Context, appServer, clientID string) (Record, error) {
	if appServer != "" {
		origin, err := ParseOrigin(strings.TrimSuffix(appServer, "/"))
		if err != nil {
			return Record{}, rc.Errorf(rc.Invalid, "The parameter appServer must be a platform's address, such as %s.", RingCentral[0].Origin)
		}
		return g.Records.Record(origin)
	}
	for _, p := range g.Records {
		_, err := g.Store.Embed(ctx, p.Origin, clientID)
		if err == nil {
			return p, nil
		}
		if !errors.Is(err, store.ErrNotFound) {
			return Record{}, fmt.Errorf("reading the embed %s: %w", clientID, err)
		}
	}
	if len(g.Records) == 0 {
		return Record{}, rc.Errorf(rc.Denied, "This server works with no platform yet. Ask your administrator to allow one.")
	}
	return g.Records[0], nil
}
