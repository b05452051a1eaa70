package grant_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"offhook/internal/bus"
	"offhook/internal/rc"
	"offhook/internal/rigtest"
	"offhook/internal/sqlstore"
	"offhook/internal/store"
	"offhook/internal/widget/audit"
	"offhook/internal/widget/grant"
	"offhook/internal/widget/streettest"
)

// secrets are the registered apps' secrets by client id.
type secrets map[string]rc.Secret

func (s secrets) Secret(_ context.Context, _, clientID string) (rc.Secret, error) {
	return s[clientID], nil
}

type rig struct {
	*grant.Grants
	platform *streettest.Platform
	clock    *rigtest.Clock
	log      *rigtest.Log
	bus      *bus.InProcess
	db       *sqlstore.DB
}

var ring = streettest.Ring()

func newRig(t *testing.T) *rig {
	r := &rig{
		platform: streettest.New(t), clock: rigtest.NewClock(), log: new(rigtest.Log),
		bus: new(bus.InProcess), db: sqlstore.OpenTest(t),
	}
	r.Grants = r.process(r.db, "one")
	t.Cleanup(func() {
		r.Close()
		if strings.Contains(r.log.String(), streettest.Mark) {
			t.Errorf("the log holds what the platform said in confidence:\n%s", r.log)
		}
	})
	return r
}

// process is another process's Grants.
func (r *rig) process(db *sqlstore.DB, holder string) *grant.Grants {
	log := r.log.Logger()
	return &grant.Grants{
		Audit: &audit.Trail{Store: db.Widget(), Now: r.clock.Now, Log: log},
		Store: db.Widget(), Bus: r.bus, Ring: ring, Secrets: secrets{"confidential": "s3cret"}, Client: r.platform.Client(),
		Holder: holder, Now: r.clock.Now, Log: log,
	}
}

// exchange signs owner in at the platform.
func (r *rig) exchange(t *testing.T, clientID, owner string) rc.TokenInfo {
	t.Helper()
	const redirect = "http://localhost:8080/redirect.html"
	query := r.platform.Authorize(r.platform.URL+rc.AuthorizePath+"?"+url.Values{
		"redirect_uri": {redirect},
	}.Encode(), owner)
	info, err := r.Exchange(t.Context(), r.platform.URL, clientID, redirect, rc.Secret(query.Get("code")), "")
	if err != nil {
		t.Fatal(err)
	}
	return info
}

func (r *rig) signIn(t *testing.T, clientID, owner string) store.Grant {
	t.Helper()
	g, err := r.Join(t.Context(), r.platform.URL, clientID, r.exchange(t, clientID, owner))
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func request(t *testing.T, method, target, body string) *http.Request {
	t.Helper()
	req, err := http.NewRequest(method, target, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return req
}

// echo asks the platform to repeat a word for the grant's user.
func echo(ctx context.Context, t *testing.T, g *grant.Grants, id string) (owner string, err error) {
	t.Helper()
	req := request(t, "POST", "/restapi/v1.0/echo", "say=hello")
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	res, err := g.Do(ctx, id, req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	body, _ := io.ReadAll(res.Body)
	if res.StatusCode != http.StatusOK || string(body) != "hello" {
		return "", fmt.Errorf("echo answered %d %q", res.StatusCode, body)
	}
	return res.Header.Get("Owner"), nil
}

func wantKind(t *testing.T, what string, err error, want rc.Kind) {
	t.Helper()
	var e *rc.Error
	if !errors.As(err, &e) || e.Kind != want {
		t.Errorf("%s: %v, want an *rc.Error of kind %d", what, err, want)
	}
	if err != nil && strings.Contains(err.Error(), streettest.Mark) {
		t.Errorf("%s: the error holds what the platform said in confidence: %v", what, err)
	}
}

func TestDo(t *testing.T) {
	r := newRig(t)
	for _, client := range []string{"public", "confidential"} {
		g := r.signIn(t, client, "101")
		if owner, err := echo(t.Context(), t, r.Grants, g.ID); err != nil || owner != "101" {
			t.Errorf("%s: echo as %q, %v; want 101", client, owner, err)
		}
		row, err := r.Grant(t.Context(), g.ID)
		if err != nil || strings.Contains(string(row.Sealed), streettest.Mark) {
			t.Errorf("%s: the row shows its tokens (%v)", client, err)
		}
		if scopes, err := r.Scopes(t.Context(), g.ID); err != nil || !scopes.Has(rc.SMS) {
			t.Errorf("%s: scopes %v, %v; want SMS", client, scopes, err)
		}
	}
	_, err := echo(t.Context(), t, r.Grants, "nobody's")
	wantKind(t, "an unknown grant", err, rc.Unauthenticated)
}

func TestTokensGoToTheirPlatformOnly(t *testing.T) {
	r := newRig(t)
	g := r.signIn(t, "public", "101")
	stranger := streettest.New(t)
	stranger.Config.Handler = http.HandlerFunc(func(_ http.ResponseWriter, req *http.Request) {
		t.Errorf("the stranger was asked for %s with %q", req.URL.Path, req.Header.Get("Authorization"))
	})
	for _, target := range []string{
		stranger.URL + "/restapi/v1.0/echo",
		strings.Replace(stranger.URL, "http://", "//", 1) + "/restapi/v1.0/echo",
		strings.Replace(r.platform.URL, "http://", "https://", 1) + "/restapi/v1.0/echo",
		strings.Replace(r.platform.URL, "http://", "http://user@", 1) + "/restapi/v1.0/echo",
	} {
		if res, err := r.Do(t.Context(), g.ID, request(t, "GET", target, "")); err == nil {
			res.Body.Close()
			t.Errorf("%s: status %d, want no request at all", target, res.StatusCode)
		}
	}
}

func TestRefresh(t *testing.T) {
	t.Run("sixty seconds before the end", func(t *testing.T) {
		r := newRig(t)
		g := r.signIn(t, "confidential", "101")
		r.clock.Advance(3600*time.Second - 61*time.Second)
		if _, err := echo(t.Context(), t, r.Grants, g.ID); err != nil || r.platform.Refreshes() != 0 {
			t.Errorf("61 s before: %d refreshes, %v; want none", r.platform.Refreshes(), err)
		}
		r.clock.Advance(2 * time.Second)
		if _, err := echo(t.Context(), t, r.Grants, g.ID); err != nil || r.platform.Refreshes() != 1 {
			t.Errorf("59 s before: %d refreshes, %v; want one", r.platform.Refreshes(), err)
		}
	})
	t.Run("after a 401, once, and the body is sent again", func(t *testing.T) {
		r := newRig(t)
		g := r.signIn(t, "public", "101")
		r.platform.Forget(false)
		if owner, err := echo(t.Context(), t, r.Grants, g.ID); err != nil || owner != "101" || r.platform.Refreshes() != 1 {
			t.Errorf("echo as %q, %v, %d refreshes; want 101 after one", owner, err, r.platform.Refreshes())
		}
	})
	t.Run("refused: the grant ends with a sentence, everybody hears it, and nothing is revoked", func(t *testing.T) {
		r := newRig(t)
		g := r.signIn(t, "public", "101")
		heard := make(chan grant.Ended, 1)
		cancel, err := r.bus.Subscribe(grant.EndedSubject, func(data []byte) {
			var e grant.Ended
			if err := json.Unmarshal(data, &e); err != nil {
				t.Error(err)
			}
			heard <- e
		})
		if err != nil {
			t.Fatal(err)
		}
		defer cancel()
		r.platform.Forget(true)
		_, err = echo(t.Context(), t, r.Grants, g.ID)
		wantKind(t, "a refused refresh", err, rc.Unauthenticated)
		if e := <-heard; e.GrantID != g.ID || e.Reason != grant.Refused {
			t.Errorf("announced %+v, want the grant's end by refusal", e)
		}
		if _, err := r.Grant(t.Context(), g.ID); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("the grant after a refusal: %v, want ErrNotFound", err)
		}
		if revoked := r.platform.Revoked(); len(revoked) != 0 {
			t.Errorf("%d tokens revoked, want none", len(revoked))
		}
	})
}

// TestAPlatformInTrouble holds that nothing but a refusal of the token itself
// ends a grant.
func TestAPlatformInTrouble(t *testing.T) {
	text := func(status int, contentType, body string) func(http.ResponseWriter, *http.Request) bool {
		return func(w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Type", contentType)
			w.WriteHeader(status)
			_, _ = io.WriteString(w, body)
			return true
		}
	}
	for _, tt := range []struct {
		name   string
		answer func(http.ResponseWriter, *http.Request) bool
		want   rc.Kind
		ends   bool
	}{
		{"500", text(500, "text/html", "<h1>"+streettest.Mark+"</h1>"), rc.Unavailable, false},
		{"503 with an OAuth error", text(503, "application/json", `{"error":"invalid_grant"}`), rc.Unavailable, false},
		{"429", text(429, "application/json", `{"errorCode":"CMN-301"}`), rc.Unavailable, false},
		{"200 that is not JSON", text(200, "application/json", "{"+streettest.Mark), rc.Unavailable, false},
		{"200 without a token", text(200, "application/json", "{}"), rc.Unavailable, false},
		{"200 with a token that is a header", text(200, "application/json", `{"access_token":"a\r\nX-Evil: 1","refresh_token":"r"}`), rc.Unavailable, false},
		{"a body without end", endless, rc.Unavailable, false},
		{"wrong secret", text(401, "application/json", `{"error":"invalid_client","error_description":"`+streettest.Mark+`"}`), rc.Denied, false},
		{"invalid_grant", text(400, "application/json", `{"error":"invalid_grant"}`), rc.Unauthenticated, true},
		{"OAU-213", text(400, "application/json", `{"errors":[{"errorCode":"OAU-213"}]}`), rc.Unauthenticated, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			g := r.signIn(t, "public", "101")
			r.platform.Answer = tt.answer
			r.clock.Advance(2 * time.Hour)
			_, err := echo(t.Context(), t, r.Grants, g.ID)
			wantKind(t, "with an expired token", err, tt.want)
			if _, err := r.Grant(t.Context(), g.ID); errors.Is(err, store.ErrNotFound) != tt.ends {
				t.Errorf("the grant afterwards: %v; want it ended: %v", err, tt.ends)
			}
			if tt.ends {
				return
			}
			r.platform.Answer = nil
			if owner, err := echo(t.Context(), t, r.Grants, g.ID); err != nil || owner != "101" {
				t.Errorf("when the platform is well again: %q, %v; want 101 at once", owner, err)
			}
		})
	}
}

// endless writes until the reader has had enough.
func endless(w http.ResponseWriter, _ *http.Request) bool {
	w.Header().Set("Content-Type", "application/json")
	chunk := []byte(`{"access_token":"` + strings.Repeat("a", 64<<10))
	for range 64 {
		if _, err := w.Write(chunk); err != nil {
			break
		}
	}
	return true
}

func TestAnOldTokenServesWhileThePlatformIsDown(t *testing.T) {
	r := newRig(t)
	g := r.signIn(t, "public", "101")
	r.platform.Answer = func(w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(500); return true }
	r.clock.Advance(3600*time.Second - 30*time.Second)
	if owner, err := echo(t.Context(), t, r.Grants, g.ID); err != nil || owner != "101" {
		t.Errorf("30 s before its end: %q, %v; want the old token to be used", owner, err)
	}
}

// TestManyRefreshOnce: two processes on one database, fifty requests each,
// one expired token.
func TestManyRefreshOnce(t *testing.T) {
	r := newRig(t)
	path := filepath.Join(t.TempDir(), "shared.db")
	var processes []*grant.Grants
	for _, name := range []string{"one", "two"} {
		db, err := sqlstore.Open(t.Context(), path)
		if err != nil {
			t.Fatal(err)
		}
		p := r.process(db, name)
		t.Cleanup(func() {
			p.Close()
			db.Close()
		})
		processes = append(processes, p)
	}
	r.Grants = processes[0]
	g := r.signIn(t, "public", "101")
	for round := 1; round <= 3; round++ {
		r.clock.Advance(2 * time.Hour)
		var wg sync.WaitGroup
		for i := range 100 {
			wg.Go(func() {
				if owner, err := echo(t.Context(), t, processes[i%2], g.ID); err != nil || owner != "101" {
					t.Errorf("request %d: %q, %v", i, owner, err)
				}
			})
		}
		wg.Wait()
		if got := r.platform.Refreshes(); got != round {
			t.Fatalf("after expiry %d: %d refreshes in all, want %d", round, got, round)
		}
	}
}

func TestJoin(t *testing.T) {
	r := newRig(t)
	first := r.signIn(t, "public", "101")
	second := r.signIn(t, "public", "101")
	if first.ID != second.ID {
		t.Errorf("the same user's second sign-in made another grant")
	}
	if other := r.signIn(t, "public", "102"); other.ID == first.ID {
		t.Errorf("another user joined the first one's grant")
	}
	if other := r.signIn(t, "confidential", "101"); other.ID == first.ID {
		t.Errorf("another app joined the grant")
	}
	if owner, err := echo(t.Context(), t, r.Grants, first.ID); err != nil || owner != "101" {
		t.Errorf("the grant with its new tokens: %q, %v", owner, err)
	}
	r.Close() // waits for the revocation
	if revoked := r.platform.Revoked(); len(revoked) != 1 {
		t.Errorf("%d tokens revoked, want the replaced one", len(revoked))
	}
	if r.platform.Refreshes() != 0 {
		t.Errorf("%d refreshes, want none: the tokens are new", r.platform.Refreshes())
	}

	// Everybody at once.
	infos := make([]rc.TokenInfo, 10)
	for i := range infos {
		infos[i] = r.exchange(t, "public", "103")
	}
	var wg sync.WaitGroup
	ids := make([]string, len(infos))
	for i, info := range infos {
		wg.Go(func() {
			g, err := r.Join(t.Context(), r.platform.URL, "public", info)
			if err != nil {
				t.Error(err)
			}
			ids[i] = g.ID
		})
	}
	wg.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Errorf("ten sign-ins at once made grants %v, want one", ids)
			break
		}
	}
	if owner, err := echo(t.Context(), t, r.Grants, ids[0]); err != nil || owner != "103" {
		t.Errorf("after ten sign-ins at once: %q, %v", owner, err)
	}
}

func TestEnd(t *testing.T) {
	r := newRig(t)
	g := r.signIn(t, "confidential", "101")
	if err := r.End(t.Context(), g.ID, grant.SignedOut); err != nil {
		t.Fatal(err)
	}
	if r.platform.Live() != 0 {
		t.Error("the tokens still work at the platform after the grant's end")
	}
	if err := r.End(t.Context(), g.ID, grant.SignedOut); err != nil || len(r.platform.Revoked()) != 1 {
		t.Errorf("ending again: %v, %d revocations; want nothing to happen", err, len(r.platform.Revoked()))
	}

	down := r.signIn(t, "public", "102")
	r.platform.Close()
	if err := r.End(t.Context(), down.ID, grant.SignedOut); err != nil {
		t.Errorf("ending while the platform is down: %v", err)
	}
	if _, err := r.Grant(t.Context(), down.ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the grant ended while the platform is down: %v, want ErrNotFound", err)
	}
}

func TestARefreshThatComesTooLateLeavesNoTokens(t *testing.T) {
	for name, meanwhile := range map[string]func(r *rig, id string){
		"signed out": func(r *rig, id string) {
			if err := r.End(t.Context(), id, grant.SignedOut); err != nil {
				t.Error(err)
			}
		},
		"signed in again": func(r *rig, _ string) { r.signIn(t, "public", "101") },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			g := r.signIn(t, "public", "101")
			var late rc.TokenInfo
			r.platform.Answer = func(w http.ResponseWriter, req *http.Request) bool {
				if req.PostFormValue("grant_type") != rc.GrantRefreshToken {
					return false
				}
				late = r.platform.Mint("101")
				meanwhile(r, g.ID)
				w.Header().Set("Content-Type", "application/json")
				_ = json.NewEncoder(w).Encode(late)
				return true
			}
			r.clock.Advance(time.Hour)
			owner, err := echo(t.Context(), t, r.Grants, g.ID)
			r.Close()
			if !slices.Contains(r.platform.Revoked(), late.RefreshToken) {
				t.Error("the tokens that came too late still work at the platform")
			}
			if name == "signed out" {
				wantKind(t, "asking after the sign-out", err, rc.Unauthenticated)
			} else if err != nil || owner != "101" {
				t.Errorf("asking after the new sign-in: %q, %v", owner, err)
			}
		})
	}
}

func TestTokensDoNotOpenInAnotherRow(t *testing.T) {
	r := newRig(t)
	mine, theirs := r.signIn(t, "public", "101"), r.signIn(t, "public", "102")
	err := r.Store.Write(t.Context(), func(tx store.WidgetTx) error {
		swapped := mine
		swapped.Sealed = theirs.Sealed
		_, err := tx.SaveTokens(t.Context(), swapped)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	if owner, err := echo(t.Context(), t, r.Grants, mine.ID); err == nil {
		t.Errorf("a row with another row's tokens acts as %s", owner)
	}
}
