package grant

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/intake"
)

// whoisTime is how long a sign-in waits for the platform to say whose the
// tokens are.
const whoisTime = 8 * time.Second

// Check asks the platform with the new token whose it is, and completes i
// with the answer. A user who may not use the phone, a token that is not
// good, and a token of somebody else than the platform said are Denied
// errors.
//
// When the token endpoint has named the owner, a platform that does not
// answer here is let through: the desk will ask again. A token that came
// through the browser has no owner yet, and is taken only when the platform
// says one (RFC 9700 section 4.6).
func (g *Grants) Check(ctx context.Context, platform string, i *intake.Issue) error {
	owner, status, err := g.whois(ctx, platform, i.AccessToken)
	switch {
	case status == http.StatusUnauthorized:
		return &fault{code: "invalid_token", status: status,
			sentence: rc.Errorf(rc.Denied, "The phone service does not accept the sign-in that it gave. Press Sign In to try again.")}
	case status == http.StatusForbidden:
		return &fault{code: "insufficient_scope", status: status,
			sentence: rc.Errorf(rc.Denied, "Your account or this app lacks a permission that the phone needs (Read Accounts). Ask your administrator to add it, then sign in again.")}
	case owner != "" && i.OwnerID != "" && owner != i.OwnerID:
		return &fault{code: "invalid_token", status: status,
			sentence: rc.Errorf(rc.Denied, "The phone service said two different things about who signed in. Press Sign In to try again, and tell your administrator if it happens again.")}
	case i.OwnerID == "" && (err != nil || owner == ""):
		return fmt.Errorf("asking whose a token is: %w", unavailable(err))
	case i.OwnerID == "":
		i.OwnerID = owner
	}
	return nil
}

func (g *Grants) whois(ctx context.Context, platform, token string) (owner string, status int, err error) {
	ctx, cancel := context.WithTimeout(ctx, whoisTime)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, platform+"/restapi/v1.0/account/~/extension/~", nil)
	if err != nil {
		return "", 0, fmt.Errorf("asking who signed in: %w", err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	res, err := g.Client.Do(req)
	if err != nil {
		return "", 0, fmt.Errorf("asking who signed in: %w", err)
	}
	defer drain(res)
	if res.StatusCode != http.StatusOK {
		return "", res.StatusCode, fmt.Errorf("asking who signed in: status %d", res.StatusCode)
	}
	var who struct {
		ID json.Number `json:"id"`
	}
	if err := json.NewDecoder(io.LimitReader(res.Body, 256<<10)).Decode(&who); err != nil {
		return "", res.StatusCode, fmt.Errorf("reading who signed in: %w", err)
	}
	return who.ID.String(), res.StatusCode, nil
}
