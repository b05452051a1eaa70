// Package intake keeps what somebody wants to sign in with between the
// request that brought it and the page that asks to go on.
//
// Old integrations put secrets into the frame's address. They are taken out
// of it at the first request and sealed into a row; the clean address names
// only the row. Nothing is redeemed by that request, which any page can
// cause: the frame's own page, whose embedding origin the browser has proven,
// claims the row once and starts the flow by a POST.
//
//	app.html?jwt=… ──Put──▶ row, 60 s ──303 app.html?intake=id──▶ Bind (frame) ──▶ page ──POST──▶ Claim
//	                                                                             row of the page, a day ◀──┘
//
// What was claimed stays for the page's life under a name that only the page
// knows, so that Sign In works with it again.
package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"time"

	"offhook/internal/opaque"
	"offhook/internal/rc"
	"offhook/internal/store"
)

const (
	// unclaimed is how long the page may take to ask on.
	unclaimed = time.Minute
	// kept is how long a claimed intake stays; a page that is open for longer
	// signs in as if its address had brought nothing.
	kept = 24 * time.Hour
	// spent is how long a code is remembered that was redeemed. Platforms
	// forget theirs within minutes; cached pages live longer.
	spent = 30 * 24 * time.Hour
	// MaxSecret is the longest secret that an address may bring.
	MaxSecret = 4 << 10
)

// An Offer is what somebody brought to sign in with. Empty fields were not
// brought.
type Offer struct {
	ClientID     string
	ClientSecret rc.Secret // of the app
	Code         rc.Secret // an authorization code that was made elsewhere
	Verifier     rc.Secret // its PKCE verifier
	JWT          rc.Secret
	Ticket       rc.Secret
}

// An Issue is what a platform issued for an offer.
type Issue struct {
	rc.TokenInfo
	// ClientSecret is the offer's, which renewing the tokens needs.
	ClientSecret rc.Secret
}

// A Ring seals rows; package seal has the one that is used.
type Ring interface {
	Seal(plain []byte, row string) []byte
	Open(sealed []byte, row string) ([]byte, error)
}

// Intakes keeps offers. It is safe for concurrent use.
type Intakes struct {
	Store store.Widget
	Ring  Ring
	Now   func() time.Time
}

// ids are made by opaque.Text.
var ids = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)

func row(hash string) string { return "intakes/" + hash }

// Put keeps an offer of a page that is not known yet and returns its id.
func (in *Intakes) Put(ctx context.Context, o Offer) (string, error) {
	return in.add(ctx, o, "", unclaimed)
}

func (in *Intakes) add(ctx context.Context, o Offer, frameKey string, life time.Duration) (string, error) {
	plain, err := json.Marshal(o)
	if err != nil {
		return "", errors.New("encoding an intake")
	}
	id, now := opaque.Text(), in.Now()
	i := store.Intake{Hash: opaque.Hash(id), FrameKey: frameKey, CreatedAt: now, ExpiresAt: now.Add(life)}
	i.Sealed = in.Ring.Seal(plain, row(i.Hash))
	if err := in.Store.Write(ctx, func(tx store.WidgetTx) error { return tx.AddIntake(ctx, i) }); err != nil {
		return "", fmt.Errorf("keeping an intake: %w", err)
	}
	return id, nil
}

// Bind gives an intake to the frame that shows its address. It reports
// whether the frame may claim it: not one that has expired, was claimed, or
// is another frame's.
func (in *Intakes) Bind(ctx context.Context, id, frameKey string) (bound bool, err error) {
	if !ids.MatchString(id) {
		return false, nil
	}
	err = in.Store.Write(ctx, func(tx store.WidgetTx) error {
		bound, err = tx.BindIntake(ctx, opaque.Hash(id), frameKey, in.Now())
		return err
	})
	if err != nil {
		return false, fmt.Errorf("binding an intake: %w", err)
	}
	return bound, nil
}

// Claim uses an intake up. The offer stays for the page under the name that
// is returned. One that is gone is store.ErrNotFound.
func (in *Intakes) Claim(ctx context.Context, id string, f store.Frame) (Offer, string, error) {
	var i store.Intake
	err := in.Store.Write(ctx, func(tx store.WidgetTx) (err error) {
		i, err = tx.TakeIntake(ctx, opaque.Hash(id), f.Key, in.Now())
		return err
	})
	if err != nil {
		return Offer{}, "", fmt.Errorf("claiming an intake: %w", err)
	}
	o, err := in.open(i, f)
	if err != nil {
		return Offer{}, "", err
	}
	// A code and a ticket are good once; only the rest is worth keeping.
	keep, err := in.add(ctx, Offer{ClientID: o.ClientID, ClientSecret: o.ClientSecret, JWT: o.JWT}, f.Key, kept)
	return o, keep, err
}

// Kept returns what the page has claimed before; store.ErrNotFound when it
// is gone.
func (in *Intakes) Kept(ctx context.Context, id string, f store.Frame) (Offer, error) {
	i, err := in.Store.Intake(ctx, opaque.Hash(id), f.Key, in.Now())
	if err != nil {
		return Offer{}, fmt.Errorf("reading an intake: %w", err)
	}
	return in.open(i, f)
}

func (in *Intakes) open(i store.Intake, f store.Frame) (o Offer, err error) {
	plain, err := in.Ring.Open(i.Sealed, row(i.Hash))
	if err != nil || json.Unmarshal(plain, &o) != nil {
		return Offer{}, errors.New("opening an intake: it was sealed under another key, or damaged")
	}
	if o.ClientID != f.ClientID {
		// A secret goes to its own app's platform with its own app's name.
		return Offer{}, fmt.Errorf("an intake of another app: %w", store.ErrNotFound)
	}
	return o, nil
}

// Spend notes that a code is being redeemed and reports whether it is the
// first time: redeeming twice would end the tokens of the first (RFC 6749
// section 4.1.2), and a page that is loaded again brings its code again.
func (in *Intakes) Spend(ctx context.Context, platform, clientID string, code rc.Secret) (bool, error) {
	name := opaque.Hash(fmt.Sprintf("%d %s %d %s %s", len(platform), platform, len(clientID), clientID, string(code)))
	err := in.Store.Write(ctx, func(tx store.WidgetTx) error { return tx.SpendCode(ctx, name, in.Now().Add(spent)) })
	if errors.Is(err, store.ErrExists) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("noting a code: %w", err)
	}
	return true, nil
}

// Sweep removes what has expired.
func (in *Intakes) Sweep(ctx context.Context) error {
	if err := in.Store.Write(ctx, func(tx store.WidgetTx) error { return tx.DeleteExpiredIntakes(ctx, in.Now()) }); err != nil {
		return fmt.Errorf("removing expired intakes: %w", err)
	}
	return nil
}
