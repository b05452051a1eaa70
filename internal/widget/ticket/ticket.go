// Package ticket signs people in without a click where a host's own server
// vouches for them. That server has signed them in at the platform itself and
// hands over what it got; the phone's server answers with a ticket that the
// page passes to its phone.
//
//	host's server                    widget                        platform
//	  |-- POST /api/tickets (key) ---->|-- code, assertion or token set -->|
//	  |<-- ticket, grantId ------------|<--------------- tokens -----------|
//	  |
//	host's page --- ticket ---> frame -- POST /p/{key}/ticket --> session
//
//	issued -> used       once, by the frame that it was made for
//	issued -> expired    after sixty seconds
//
// A ticket is good once, for sixty seconds, in a frame of its own embed on a
// page of its own origin, and for one user; only its hash is kept. One that
// is not good any more is no mistake: the page came out of a cache, and the
// phone shows its usual sign-in.
//
// The tickets' tokens are in a grant from the start, which the host's server
// may use for itself: it gets access tokens of it and can end it. Package
// embed owns the keys, grant the tokens, signin the way from a grant to a
// session.
package ticket

import (
	"context"
	"log/slog"
	"net/http"
	"time"

	"offhook/internal/listen"
	"offhook/internal/opaque"
	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/visit"
)

const (
	// life is how long a ticket waits for its page.
	life = 60 * time.Second
	// hold is how long a grant is kept for a host's server that does not ask
	// for it: as long as for a browser that stays away.
	hold = 7 * 24 * time.Hour
	// prefix lets people and secret scanners recognise a ticket.
	prefix = "OHTK_"
	// kept is how long a ticket that has ended is remembered.
	kept = time.Hour
)

// Embeds knows embed keys.
type Embeds interface {
	// ByKey returns the embed that a key speaks for; no key of a registered
	// embed is an Unauthenticated error.
	ByKey(ctx context.Context, key rc.Secret) (store.Embed, error)
	// JWT returns the JWT that is registered for an app, or nothing.
	JWT(ctx context.Context, platform, clientID string) (jwt rc.Secret, anyone bool, err error)
}

// Grants takes what the host's server has got from the platform.
type Grants interface {
	// Exchange, Assert and Transfer redeem a code, an assertion and a refresh
	// token; a refusal is an *rc.Error.
	Exchange(ctx context.Context, platform, clientID, redirectURI string, code, verifier rc.Secret) (rc.TokenInfo, error)
	Assert(ctx context.Context, platform, clientID string, assertion rc.Secret) (rc.TokenInfo, error)
	Transfer(ctx context.Context, platform, clientID string, refresh rc.Secret) (rc.TokenInfo, error)
	// Join gives the tokens to their user's grant.
	Join(ctx context.Context, platform, clientID string, info rc.TokenInfo) (store.Grant, error)
	// Discard revokes tokens that no grant has taken.
	Discard(platform, clientID string, info rc.TokenInfo)
	// AccessToken returns a token that lives for a while; a grant that has
	// ended is an Unauthenticated error.
	AccessToken(ctx context.Context, id string) (rc.TokenInfo, error)
	// End ends a grant with its sessions and revokes its tokens.
	End(ctx context.Context, id, reason string) error
}

// An Entry is where every way to sign in ends.
type Entry interface {
	// Enter begins the frame's session on a grant, in place of the one that
	// the frame may have.
	Enter(w http.ResponseWriter, r *http.Request, f store.Frame, way string, g store.Grant) error
	// Refused writes a refusal into the audit trail; why holds no secret.
	Refused(ctx context.Context, f store.Frame, way, why string)
}

// Audit takes the entries of the audit trail.
type Audit interface {
	Record(ctx context.Context, e store.AuditEntry)
}

// note writes down what a host's server did with a grant.
func (h *Handler) note(ctx context.Context, kind store.AuditKind, g store.Grant, origin, detail string) {
	h.Audit.Record(ctx, store.AuditEntry{
		Kind: kind, Way: way, Platform: g.Platform, ClientID: g.ClientID, OwnerID: g.OwnerID, GrantID: g.ID, Origin: origin, Detail: detail,
	})
}

// way is how the audit trail calls what happens here.
const way = "ticket"

// perEmbed is how often an embed may ask: a school's first lesson, not a loop.
var perEmbed = listen.Rate{PerSecond: 20, Burst: 200}

// Handler serves the API of hosts' servers under /api, and the frame's side
// under the frame's own path.
type Handler struct {
	Store  store.Widget
	Embeds Embeds
	Grants Grants
	Entry  Entry
	Audit  Audit
	Visits *visit.Face
	Now    func() time.Time
	Log    *slog.Logger

	limit listen.Throttle // by embed
}

// Mount registers the package's routes.
func (h *Handler) Mount(mux *http.ServeMux) {
	mux.HandleFunc("POST /api/tickets", h.api(h.issue))
	mux.HandleFunc("POST /api/grants/{id}/token", h.api(h.token))
	mux.HandleFunc("POST /api/grants/{id}/revoke", h.api(h.revoke))
	h.Visits.Open(mux, "POST /p/{key}/ticket", h.redeem)
}

// newTicket makes a ticket of 256 random bits.
func newTicket() rc.Secret {
	return rc.Secret(prefix + opaque.Text())
}

// Run removes tickets that have ended now and then until ctx ends.
func (h *Handler) Run(ctx context.Context) {
	tick := time.NewTicker(10 * time.Minute)
	defer tick.Stop()
	for {
		err := h.Store.Write(ctx, func(tx store.WidgetTx) error { return tx.DeleteExpiredTickets(ctx, h.Now().Add(-kept)) })
		if err != nil && ctx.Err() == nil {
			h.Log.Error("sweeping tickets", "err", err)
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
	}
}
