// Package grant keeps users' tokens at platforms: sealed at rest, refreshed
// before they expire, revoked when nobody uses them. It is the only package
// that talks to token endpoints and the only one that adds a token to a
// request.
//
// However many tabs, goroutines and processes ask, a grant's tokens are
// refreshed once: within a process the askers share one flight, and between
// processes the row's lease lets one go ahead while the others wait for its
// version to move. A platform that dies between the refresh and the save
// costs nothing where the platform repeats its answer (contract 2.5).
package grant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"sync"
	"time"

	"offhook/internal/bus"
	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/seal"
)

// The reasons for which a grant ends, as announced on the bus.
const (
	SignedOut = "signed-out" // the last session signed out or expired
	Refused   = "refused"    // the platform refused to renew the tokens
	Revoked   = "revoked"    // ended from outside: by an operator, or everywhere
	Expired   = "expired"    // of a session: it was not used for too long
	// EmbedRemoved: the operator has taken the phone off the page.
	EmbedRemoved = "embed-removed"
	HourOver     = "hour-over" // an implicit sign-in was not renewed in time
)

// Subjects on which ends are announced.
const (
	EndedSubject        = "widget.grant.ended"
	SessionEndedSubject = "widget.session.ended"
)

// Ended is announced on EndedSubject, and with SessionID set on
// SessionEndedSubject for each session that ends with its grant.
type Ended struct {
	SessionID string `json:"sessionId,omitempty"`
	GrantID   string `json:"grantId"`
	Reason    string `json:"reason"`
}

// Secrets knows the secrets of registered apps.
type Secrets interface {
	// Secret returns the app's secret, empty for a public client.
	Secret(ctx context.Context, platform, clientID string) (rc.Secret, error)
}

// Audit takes the entries of the audit trail.
type Audit interface {
	Record(ctx context.Context, e store.AuditEntry)
}

// Grants holds every grant. It is safe for concurrent use; several processes
// may hold the same store.
type Grants struct {
	Store   store.Widget
	Bus     bus.Bus
	Ring    *seal.Ring
	Secrets Secrets
	Audit   Audit
	Client  *http.Client // the checked client of package embed
	Holder  string       // names this process in leases; unique among processes
	Now     func() time.Time
	Log     *slog.Logger

	mu      sync.Mutex
	flights map[string]*flight // guarded by mu; refreshes under way, by grant id
	failing map[string]bool    // guarded by mu; grants whose last refresh got no answer
	wg      sync.WaitGroup     // refreshes and revocations that outlive their request
}

// tokens are what a grant's row holds sealed.
type tokens struct {
	Access    string    `json:"access"`
	Refresh   string    `json:"refresh,omitempty"`
	ExpiresAt time.Time `json:"expiresAt"`
	Scope     string    `json:"scope"`
	Endpoint  string    `json:"endpoint,omitempty"`
	Session   string    `json:"session,omitempty"` // the platform's id of the sign-in
	// ClientSecret came with the sign-in, for an app that has none registered.
	ClientSecret rc.Secret `json:"clientSecret,omitempty"`
}

// LogValue keeps the tokens out of logs.
func (tokens) LogValue() slog.Value { return slog.StringValue("[redacted]") }

func row(id string) string { return "grants/" + id }

// Close waits for revocations and refreshes under way.
func (g *Grants) Close() { g.wg.Wait() }

// Grant returns store.ErrNotFound for a grant that does not exist or has
// ended.
func (g *Grants) Grant(ctx context.Context, id string) (store.Grant, error) {
	return g.Store.Grant(ctx, id)
}

// Scopes are what the grant's tokens may do.
func (g *Grants) Scopes(ctx context.Context, id string) (rc.ScopeSet, error) {
	row, err := g.Store.Grant(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("reading grant %s: %w", id, err)
	}
	t, err := g.open(row)
	if err != nil {
		return nil, err
	}
	return rc.SplitScopes(t.Scope), nil
}

func (g *Grants) open(gr store.Grant) (tokens, error) {
	plain, err := g.Ring.Open(gr.Sealed, row(gr.ID))
	if err != nil {
		return tokens{}, fmt.Errorf("opening the tokens of grant %s: %w", gr.ID, err)
	}
	var t tokens
	if err := json.Unmarshal(plain, &t); err != nil {
		return tokens{}, fmt.Errorf("the tokens of grant %s are damaged", gr.ID)
	}
	return t, nil
}

// sealed puts t into gr.
func (g *Grants) sealed(gr store.Grant, t tokens) (store.Grant, error) {
	plain, err := json.Marshal(t)
	if err != nil {
		return gr, errors.New("encoding tokens")
	}
	gr.Sealed, gr.ExpiresAt, gr.UpdatedAt = g.Ring.Seal(plain, row(gr.ID)), t.ExpiresAt, g.Now()
	return gr, nil
}

func (g *Grants) announce(ctx context.Context, e Ended) {
	subject := EndedSubject
	if e.SessionID != "" {
		subject = SessionEndedSubject
	}
	data, err := json.Marshal(e)
	if err == nil {
		err = g.Bus.Publish(ctx, subject, data)
	}
	if err != nil {
		g.Log.Error("announcing the end of a grant", "grant", e.GrantID, "err", err)
	}
}

// End removes a grant with its sessions, tells everybody, and revokes its
// tokens at the platform, which it waits for some seconds and no longer:
// whoever signs out is signed out here whatever the platform does, and Run has
// them revoked once it answers. Ending what has ended changes nothing.
func (g *Grants) End(ctx context.Context, id, reason string) error {
	return g.end(ctx, id, reason, func(store.Grant, uses) bool { return true })
}

// EndUnused ends a grant that has no session left and that no host's server
// holds. One that somebody joined in the meantime stays.
func (g *Grants) EndUnused(ctx context.Context, id string) error {
	return g.end(ctx, id, SignedOut, func(_ store.Grant, u uses) bool { return !u.live(g.Now()) })
}

// uses are what a grant is there for.
type uses struct {
	sessions []store.Session
	holds    []store.Hold
	tickets  int64 // that are good and not used yet
}

func usesOf(ctx context.Context, tx store.WidgetTx, id string, now time.Time) (u uses, err error) {
	if u.sessions, err = tx.SessionsOf(ctx, id); err != nil {
		return u, err
	}
	if u.holds, err = tx.Holds(ctx, id); err != nil {
		return u, err
	}
	u.tickets, err = tx.OpenTickets(ctx, id, now)
	return u, err
}

func (u uses) live(now time.Time) bool {
	return u.tickets > 0 || slices.ContainsFunc(u.sessions, func(s store.Session) bool { return s.ExpiresAt.After(now) }) ||
		slices.ContainsFunc(u.holds, func(h store.Hold) bool { return h.KeepsUntil.After(now) })
}

func (g *Grants) end(ctx context.Context, id, reason string, ok func(store.Grant, uses) bool) error {
	gr, err := g.Store.Grant(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("ending grant %s: %w", id, err)
	}
	secret := g.secret(ctx, gr.Platform, gr.ClientID, "")
	var owed store.Revocation
	gone, sessions, err := g.take(ctx, id, reason, ok, func(tx store.WidgetTx, now store.Grant) error {
		t, err := g.open(now)
		if err != nil {
			g.Log.Error("revoking tokens", "grant", id, "err", err) // after a lost key there is nothing to revoke with
		} else if owed, err = g.owe(ctx, tx, now.Platform, now.ClientID, t, secret); err != nil {
			return err
		}
		return tx.DeleteGrant(ctx, id)
	})
	if err != nil || gone.ID == "" {
		return err
	}
	g.ended(ctx, gone, sessions, reason)
	if owed.ID != "" {
		g.pay(ctx, owed)
	}
	return nil
}

// keepLapsed is how long the desk's data of a lapsed grant waits for its
// user: drafts, and texts that were not sent yet.
const keepLapsed = 7 * 24 * time.Hour

// lapse takes a grant that ended without its user's wish, by the platform's:
// the tokens and sessions go, and what the user wrote stays, sealed, for the
// next sign-in.
func (g *Grants) lapse(ctx context.Context, id, reason string, ok func(store.Grant, uses) bool) (store.Grant, []store.Session, error) {
	return g.take(ctx, id, reason, ok, func(tx store.WidgetTx, _ store.Grant) error { return tx.LapseGrant(ctx, id, g.Now()) })
}

// Forget removes what is left of grants that lapsed long ago.
func (g *Grants) Forget(ctx context.Context) error {
	before := g.Now().Add(-keepLapsed)
	if err := g.Store.Write(ctx, func(tx store.WidgetTx) error { return tx.DeleteLapsedGrants(ctx, before) }); err != nil {
		return fmt.Errorf("removing lapsed grants: %w", err)
	}
	return nil
}

// take ends a grant that ok accepts, in one transaction with what do does, and
// returns it with the sessions that went with it; the zero Grant when there is
// none.
func (g *Grants) take(ctx context.Context, id, reason string, ok func(store.Grant, uses) bool, do func(store.WidgetTx, store.Grant) error) (gone store.Grant, sessions []store.Session, err error) {
	err = g.Store.Write(ctx, func(tx store.WidgetTx) error {
		gr, err := tx.Grant(ctx, id)
		if errors.Is(err, store.ErrNotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		u, err := usesOf(ctx, tx, id, g.Now())
		if err != nil || !ok(gr, u) {
			return err
		}
		gone, sessions = gr, u.sessions
		for _, s := range sessions {
			if err := tx.NoteSessionEnd(ctx, s.ID, reasonOf(s, reason, g.Now()), g.Now()); err != nil {
				return err
			}
		}
		return do(tx, gr)
	})
	if err != nil {
		return store.Grant{}, nil, fmt.Errorf("ending grant %s: %w", id, err)
	}
	return gone, sessions, nil
}

// reasonOf is why a session ends with its grant: one that had run out before
// and was not swept up yet says so.
func reasonOf(s store.Session, reason string, now time.Time) string {
	if !s.ExpiresAt.After(now) {
		return Expired
	}
	return reason
}

func (g *Grants) ended(ctx context.Context, gone store.Grant, sessions []store.Session, reason string) {
	for _, s := range sessions {
		g.announce(ctx, Ended{SessionID: s.ID, GrantID: gone.ID, Reason: reasonOf(s, reason, g.Now())})
	}
	g.announce(ctx, Ended{GrantID: gone.ID, Reason: reason})
}
