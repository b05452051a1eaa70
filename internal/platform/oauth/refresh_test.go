package oauth_test

import (
	"context"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"offhook/internal/platform/oauth"
	"offhook/internal/rc"
	"offhook/internal/sqlstore"
	"offhook/internal/store"
)

// TestRefreshRule walks along the edges of RingCentral's rule.
func TestRefreshRule(t *testing.T) {
	for _, tt := range []struct {
		name  string
		use   bool
		after time.Duration
		same  bool
	}{
		{"at once, unused", false, 0, true},
		{"59 minutes later, unused", false, 59 * time.Minute, true},
		{"60 minutes later, unused", false, 60 * time.Minute, false},
		{"10 seconds after the first use", true, 10 * time.Second, true},
		{"11 seconds after the first use", true, 11 * time.Second, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newServer(t)
			first := s.signedIn(s.browser())
			second := s.info(s.token(s.refresh(first.RefreshToken)))
			if a := s.use(first.AccessToken); a.status != http.StatusUnauthorized {
				t.Errorf("the old access token after a refresh: %d, want 401", a.status)
			}
			if tt.use {
				s.use(second.AccessToken)
			}
			s.clock.Advance(tt.after)
			a := s.token(s.refresh(first.RefreshToken))
			if !tt.same {
				if _, code := fault(a); code != "OAU-213" {
					t.Errorf("got %d %s, want OAU-213", a.status, code)
				}
				if a := s.use(second.AccessToken); a.status != http.StatusUnauthorized {
					t.Errorf("the session outlived the reuse: %d", a.status)
				}
				return
			}
			again := s.info(a)
			if again.AccessToken != second.AccessToken || again.RefreshToken != second.RefreshToken {
				t.Error("the pair differs from the first answer")
			}
			if want := 3600 - int(tt.after.Seconds()); again.ExpiresIn != want {
				t.Errorf("expires_in %d, want %d", again.ExpiresIn, want)
			}
			s.info(s.token(s.refresh(second.RefreshToken)))
		})
	}
}

func TestManyRefreshesAtOnceGiveOnePair(t *testing.T) {
	onEachDatabase(t, func(t *testing.T, s *server) {
		info := s.signedIn(s.browser())
		var pair rc.TokenInfo
		for _, a := range atOnce(24, s.refresh(info.RefreshToken), s) {
			got := s.info(a)
			if pair.AccessToken == "" {
				pair = got
			}
			if got != pair {
				t.Error("two refreshes at once gave two pairs")
			}
		}
		if a := s.use(pair.AccessToken); a.status != http.StatusOK {
			t.Errorf("the pair does not work: %d", a.status)
		}
	})
}

// TestGrandparentToken: a refresh token from two refreshes ago is a theft.
func TestGrandparentToken(t *testing.T) {
	s := newServer(t)
	first := s.signedIn(s.browser())
	second := s.info(s.token(s.refresh(first.RefreshToken)))
	third := s.info(s.token(s.refresh(second.RefreshToken)))
	if _, code := fault(s.token(s.refresh(first.RefreshToken))); code != "OAU-213" {
		t.Errorf("got %s, want OAU-213", code)
	}
	if a := s.use(third.AccessToken); a.status != http.StatusUnauthorized {
		t.Errorf("the session goes on: %d", a.status)
	}
}

func TestARefreshTokenOfAnotherAppIsNotSpent(t *testing.T) {
	s := newServer(t)
	info := s.signedIn(s.browser())
	if _, code := fault(s.token(with(s.refresh(info.RefreshToken), "client_id", s.other.ClientID))); code != "OAU-213" {
		t.Errorf("another app: %s, want OAU-213", code)
	}
	next := s.info(s.token(s.refresh(info.RefreshToken)))
	s.token(with(s.refresh(info.RefreshToken), "client_id", s.other.ClientID))
	if a := s.use(next.AccessToken); a.status != http.StatusOK {
		t.Errorf("another app ended the session with a spent token: %d", a.status)
	}
}

func TestSuccessorIsSealedAtRest(t *testing.T) {
	s := newServer(t)
	info := s.signedIn(s.browser())
	next := s.info(s.token(s.refresh(info.RefreshToken)))
	for _, token := range []string{info.RefreshToken, next.RefreshToken, next.AccessToken} {
		if _, err := s.store.RefreshToken(t.Context(), token); err == nil {
			t.Error("a token is kept as it is")
		}
	}
}

func TestSweepingKeepsWhatIsStillNeeded(t *testing.T) {
	s := newServer(t)
	b := s.browser()
	info := s.signedIn(b)
	short := s.info(s.token(with(s.refresh(info.RefreshToken), "access_token_ttl", "600")))
	s.clock.Advance(59 * time.Minute)
	check(t, s.store.Write(t.Context(), func(tx store.PlatformTx) error { return tx.SweepOAuth(t.Context(), s.clock.Now().Add(-time.Hour)) }))
	again := s.info(s.token(s.refresh(info.RefreshToken)))
	if again.RefreshToken != short.RefreshToken || again.ExpiresIn != 0 {
		t.Errorf("the pair of an expired, unused access token: expires_in %d", again.ExpiresIn)
	}
}

func TestRunSweepsNowAndThen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := sqlstore.OpenTest(t).Platform()
		must := func(fn func(tx store.PlatformTx) error) { t.Helper(); check(t, p.Write(t.Context(), fn)) }
		must(func(tx store.PlatformTx) error { return tx.AddAccount(t.Context(), store.Account{ID: 1}) })
		must(func(tx store.PlatformTx) error {
			return tx.AddExtension(t.Context(), store.Extension{ID: 2, AccountID: 1, Number: "101", Username: "ada"})
		})
		start := time.Now()
		must(func(tx store.PlatformTx) error {
			return tx.AddBrowserSession(t.Context(), store.BrowserSession{Hash: "h", ExtensionID: 2, ExpiresAt: start.Add(time.Minute)})
		})
		ctx, cancel := context.WithCancel(t.Context())
		ran := make(chan struct{})
		go func() { (&oauth.Handler{Store: p}).Run(ctx); close(ran) }()
		<-time.After(2 * time.Hour) // of the bubble's clock
		if _, err := p.BrowserSession(t.Context(), "h", start); err == nil {
			t.Error("an expired row is still there after two hours")
		}
		cancel()
		<-ran
	})
}
