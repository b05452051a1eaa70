package ticket

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"offhook/internal/opaque"
	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/visit"
)

// An order is what a host's server asks a ticket for: whom it is for, where
// it will be used, and one of five proofs that the user is theirs.
type order struct {
	Origin string `json:"origin"` // of the page that the phone is in
	User   string `json:"user"`   // what the host calls its user

	Code         rc.Secret `json:"code"` // not redeemed yet
	CodeVerifier rc.Secret `json:"codeVerifier"`
	RedirectURI  string    `json:"redirectUri"` // that the code was sent to
	Assertion    rc.Secret `json:"assertion"`
	Registered   bool      `json:"registeredJwt"` // the operator's JWT, which signs in as one user
	Tokens       tokens    `json:"tokens"`
	GrantID      string    `json:"grantId"` // of an earlier ticket for the same user
}

// tokens are a token endpoint's answer. Only the refresh token is used, but
// the answer may be sent as it is.
type tokens struct {
	given   bool
	refresh rc.Secret
}

// UnmarshalJSON takes any fields besides.
func (t *tokens) UnmarshalJSON(text []byte) error {
	var v struct {
		Refresh rc.Secret `json:"refresh_token"`
	}
	if err := json.Unmarshal(text, &v); err != nil {
		return err
	}
	*t = tokens{string(text) != "null", v.Refresh}
	return nil
}

// An issued ticket, as the host's server gets it.
type issued struct {
	Ticket      string `json:"ticket"`
	ExpiresIn   int    `json:"expiresIn"` // seconds
	GrantID     string `json:"grantId"`
	Transferred string `json:"transferred,omitempty"`
}

// transferred tells a server in its own log what a token set's transfer
// means.
const transferred = "The tokens were taken over and refreshed: your own copies no longer work. Get access tokens from POST /api/grants/{grantId}/token."

func (h *Handler) issue(w http.ResponseWriter, r *http.Request, e store.Embed) error {
	var o order
	if err := body(w, r, &o); err != nil {
		return err
	}
	if err := o.check(e); err != nil {
		return err
	}
	// What is redeemed is spent: from here on the server's going away must
	// not lose the tokens.
	ctx := context.WithoutCancel(r.Context())
	g, err := h.grant(ctx, e, o)
	if err != nil {
		return err
	}
	ticket, err := h.write(ctx, g, o)
	if err != nil {
		return err
	}
	h.note(ctx, store.AuditTicket, g, o.Origin, "for the host's user "+o.User)
	answer := issued{Ticket: string(ticket), ExpiresIn: int(life / time.Second), GrantID: g.ID}
	if o.Tokens.given {
		answer.Transferred = transferred
	}
	visit.JSON(w, http.StatusCreated, answer)
	return nil
}

func (o order) check(e store.Embed) error {
	switch {
	case o.Origin == "":
		return rc.Errorf(rc.Invalid, "Say in origin which page the ticket is for, such as https://crm.example.com.")
	case !slices.Contains(e.Origins, o.Origin):
		return rc.Errorf(rc.Denied, "The origin is not one of the host pages of this embed (%s). Write it as it was registered, without a path.", strings.Join(e.Origins, ", "))
	case o.User == "" || len(o.User) > 200 || !utf8.ValidString(o.User) || strings.ContainsFunc(o.User, unicode.IsControl):
		return rc.Errorf(rc.Invalid, "Say in user what you call the user that the ticket is for: up to 200 characters, always the same for the same person.")
	case o.proofs() != 1:
		return rc.Errorf(rc.Invalid, "Send one of code, assertion, tokens, grantId and registeredJwt.")
	case o.Code == "" && (o.CodeVerifier != "" || o.RedirectURI != ""):
		return rc.Errorf(rc.Invalid, "codeVerifier and redirectUri belong to a code, and there is none.")
	case o.Code != "" && o.RedirectURI == "":
		return rc.Errorf(rc.Invalid, "Say in redirectUri where the platform sent the code; it takes the code with the same one only.")
	case o.Tokens.given && o.Tokens.refresh == "":
		return rc.Errorf(rc.Invalid, "The token set has no refresh_token, so it cannot be taken over. Send a code that you have not redeemed.")
	}
	return nil
}

func (o order) proofs() (n int) {
	for _, given := range []bool{o.Code != "", o.Assertion != "", o.Tokens.given, o.GrantID != "", o.Registered} {
		if given {
			n++
		}
	}
	return n
}

// grant redeems the order's proof.
func (h *Handler) grant(ctx context.Context, e store.Embed, o order) (store.Grant, error) {
	if o.GrantID != "" {
		return h.held(ctx, e, o.GrantID, o.User)
	}
	info, err := h.redeemed(ctx, e, o)
	if err != nil {
		return store.Grant{}, err
	}
	g, err := h.Grants.Join(ctx, e.Platform, e.ClientID, info)
	if err != nil {
		h.Grants.Discard(e.Platform, e.ClientID, info)
		return store.Grant{}, err
	}
	return g, nil
}

func (h *Handler) redeemed(ctx context.Context, e store.Embed, o order) (info rc.TokenInfo, err error) {
	what := "code"
	if o.Registered {
		if o.Assertion, _, err = h.Embeds.JWT(ctx, e.Platform, e.ClientID); err != nil {
			return info, err
		}
		if o.Assertion == "" {
			return info, rc.Errorf(rc.Conflict, "No JWT is registered for this embed. Register one with “offhook embed add --jwt-file”.")
		}
	}
	switch {
	case o.Code != "":
		info, err = h.Grants.Exchange(ctx, e.Platform, e.ClientID, o.RedirectURI, o.Code, o.CodeVerifier)
	case o.Assertion != "":
		what = "assertion"
		info, err = h.Grants.Assert(ctx, e.Platform, e.ClientID, o.Assertion)
	default:
		what = "refresh token"
		info, err = h.Grants.Transfer(ctx, e.Platform, e.ClientID, o.Tokens.refresh)
	}
	return info, forServers(what, err)
}

// forServers puts a refusal, whose sentence is for the user at the sign-in
// page, into words for a developer. The cause stays for the log.
func forServers(what string, err error) error {
	var e *rc.Error
	if !errors.As(err, &e) || e.Kind != rc.Denied {
		return err
	}
	return errors.Join(rc.Errorf(rc.Denied, "The platform did not accept the %s (%s). It must be unused, not expired, and made for this embed's client id.", what, err), err)
}

// held returns a grant that the embed's tickets made for user, or for
// anybody when user is empty. Any other is as good as none.
func (h *Handler) held(ctx context.Context, e store.Embed, id, user string) (store.Grant, error) {
	g, err := h.Store.Grant(ctx, id)
	if errors.Is(err, store.ErrNotFound) {
		return store.Grant{}, ended()
	}
	if err != nil {
		return store.Grant{}, fmt.Errorf("reading grant %s: %w", id, err)
	}
	holds, err := h.Store.Holds(ctx, id)
	if err != nil {
		return store.Grant{}, fmt.Errorf("reading the holds on grant %s: %w", id, err)
	}
	ours := g.Platform == e.Platform && g.ClientID == e.ClientID &&
		slices.ContainsFunc(holds, func(h store.Hold) bool { return user == "" || h.User == user })
	if !ours {
		return store.Grant{}, ended()
	}
	return g, nil
}

func ended() error {
	return rc.Errorf(rc.NotFound, "There is no such grant: it has ended, or your tickets did not make it for this user. Let the user sign in again and ask for a ticket with a new code.")
}

// write records ticket and hold. A token set's former owner has nothing else
// left, so its hold keeps the grant from the start.
func (h *Handler) write(ctx context.Context, g store.Grant, o order) (rc.Secret, error) {
	now, ticket := h.Now(), newTicket()
	row := store.Ticket{Hash: opaque.Hash(ticket), GrantID: g.ID, Origin: o.Origin, User: o.User, CreatedAt: now, ExpiresAt: now.Add(life)}
	share := store.Hold{GrantID: g.ID, User: o.User, CreatedAt: now}
	if o.Tokens.given {
		share.KeepsUntil = now.Add(hold)
	}
	err := h.Store.Write(ctx, func(tx store.WidgetTx) error {
		if _, err := tx.Grant(ctx, g.ID); err != nil {
			return err // it ended a moment ago
		}
		return errors.Join(tx.PutHold(ctx, share), tx.AddTicket(ctx, row))
	})
	if errors.Is(err, store.ErrNotFound) {
		return "", ended()
	}
	if err != nil {
		return "", fmt.Errorf("recording a ticket: %w", err)
	}
	return ticket, nil
}
