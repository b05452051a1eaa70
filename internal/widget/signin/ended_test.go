package signin_test

import (
	"net/http"
	"testing"
	"time"

	"offhook/internal/widget/grant"
	"offhook/internal/widget/session"
	"offhook/internal/widget/visit"
)

// TestARefusalSaysWhyTheSessionIsOver: the request that is refused may reach
// the page before any announcement does, so its answer has the reason.
func TestARefusalSaysWhyTheSessionIsOver(t *testing.T) {
	for _, tt := range []struct {
		name string
		end  func(t *testing.T, r *rig, c *http.Cookie, grantID string)
		want string
	}{
		{"everywhere", func(t *testing.T, r *rig, c *http.Cookie, _ string) {
			r.ask(t, "POST", "/p/one/signout-everywhere", struct{}{}, with(c))
		}, session.Everywhere},
		{"in another tab", func(t *testing.T, r *rig, c *http.Cookie, _ string) {
			r.ask(t, "POST", "/p/one/signout", struct{}{}, with(c))
		}, session.SignedOut},
		{"by the platform", func(t *testing.T, r *rig, _ *http.Cookie, grantID string) {
			r.Platform.Forget(true)
			req, err := http.NewRequest("GET", "/restapi/v1.0/echo", nil)
			if err != nil {
				t.Fatal(err)
			}
			if res, err := r.Grants.Do(t.Context(), grantID, req); err == nil {
				res.Body.Close()
				t.Error("the platform went on with tokens that it has forgotten")
			}
		}, grant.Refused},
		{"by the operator", func(t *testing.T, r *rig, _ *http.Cookie, grantID string) {
			if err := r.Grants.End(t.Context(), grantID, grant.Revoked); err != nil {
				t.Error(err)
			}
		}, grant.Revoked},
		{"by not being used", func(t *testing.T, r *rig, _ *http.Cookie, _ string) { r.Clock.Advance(8 * 24 * time.Hour) }, session.Expired},
		{"long before it was ended", func(t *testing.T, r *rig, _ *http.Cookie, grantID string) {
			r.Clock.Advance(8 * 24 * time.Hour)
			if err := r.Grants.End(t.Context(), grantID, grant.Revoked); err != nil {
				t.Error(err)
			}
		}, session.Expired},
		{"not at all, by another user's sign-in", func(t *testing.T, r *rig, c *http.Cookie, _ string) {
			r.signIn(t, "one", flowB, secretB, "102", with(c))
		}, session.Replaced},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			c := r.signIn(t, "one", flowA, secretA, "101")
			handle := r.signInByHandle(t, "two", 1, "101")
			g, err := r.Store.GrantOf(t.Context(), r.Platform.URL, "app", "101")
			if err != nil {
				t.Fatal(err)
			}
			tt.end(t, r, c, g.ID)
			a := r.ask(t, "POST", "/p/one/signout-everywhere", struct{}{}, with(c))
			if got := a.header.Get(visit.EndedHeader); a.status != 401 || got != tt.want {
				t.Errorf("the cookie of a session that ended %s: %d for %q, want 401 for %q", tt.name, a.status, got, tt.want)
			}
			if tt.want == session.SignedOut || tt.want == session.Replaced {
				return // the other browser's session goes on
			}
			a = r.ask(t, "POST", "/p/two/signout-everywhere", struct{}{}, by(handle))
			if got := a.header.Get(visit.EndedHeader); a.status != 401 || got != tt.want {
				t.Errorf("the handle of a session that ended %s: %d for %q, want 401 for %q", tt.name, a.status, got, tt.want)
			}
		})
	}
}
