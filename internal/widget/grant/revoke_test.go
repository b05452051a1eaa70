package grant_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"offhook/internal/rc"
	"offhook/internal/widget/grant"
	"offhook/internal/widget/seal"
)

// down ends the platform, and back starts it again at the same address, from
// when on proved has the secrets that it is asked with.
func (r *rig) down(t *testing.T) (back func(), proved <-chan string) {
	t.Helper()
	addr, handler, secrets := r.platform.Listener.Addr().String(), r.platform.Config.Handler, make(chan string, 9)
	r.platform.Close()
	return func() {
		t.Helper()
		l, err := net.Listen("tcp", addr)
		if err != nil {
			t.Fatal(err)
		}
		s := &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			if _, secret, ok := req.BasicAuth(); ok {
				secrets <- secret
			}
			handler.ServeHTTP(w, req)
		})}}
		s.Start()
		t.Cleanup(s.Close)
	}, secrets
}

func (r *rig) settle(t *testing.T, g *grant.Grants) {
	t.Helper()
	if err := g.Settle(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestWhoSignsOutWhileThePlatformIsDownIsSignedOutThereLater(t *testing.T) {
	r := newRig(t)
	one := r.signIn(t, "confidential", "101")
	r.signIn(t, "public", "102")
	dropped := r.exchange(t, "public", "103")
	replaced := r.exchange(t, "public", "102")
	back, proved := r.down(t)
	if err := r.End(t.Context(), one.ID, grant.SignedOut); err != nil {
		t.Fatal(err)
	}
	r.Discard(r.platform.URL, "public", dropped)
	if _, err := r.Join(t.Context(), r.platform.URL, "public", replaced); err != nil {
		t.Fatal(err)
	}
	r.Close()
	if n := len(r.platform.Revoked()); n != 0 {
		t.Fatalf("%d tokens were revoked at a platform that is down", n)
	}

	// Another process, after this one's end. The embed is gone with its secret.
	again := r.process(r.db, "two")
	again.Secrets = secrets{}
	r.clock.Advance(time.Minute)
	r.settle(t, again)
	if n := len(r.platform.Revoked()); n != 0 || r.platform.Live() != 4 {
		t.Fatalf("%d tokens were revoked at a platform that is still down, %d live", n, r.platform.Live())
	}
	back()
	r.settle(t, again)
	if n := len(r.platform.Revoked()); n != 0 {
		t.Errorf("%d tokens were revoked before their time", n)
	}
	r.clock.Advance(time.Minute)
	r.settle(t, again)
	if n := len(r.platform.Revoked()); n != 3 || r.platform.Live() != 1 {
		t.Errorf("%d tokens are revoked and %d live; want 3, and the one of who signed in again", n, r.platform.Live())
	}
	if n := len(proved); n != 1 || <-proved != "s3cret" {
		t.Errorf("%d revocations had a secret, want that of the app that has one", n)
	}
	r.clock.Advance(time.Hour)
	r.settle(t, again)
	if n := len(r.platform.Revoked()); n != 3 {
		t.Errorf("%d tokens are revoked, want each once", n)
	}
}

func TestWhatCannotBeUsedAnyMoreIsNotRevoked(t *testing.T) {
	r := newRig(t)
	g := r.signIn(t, "public", "101")
	back, _ := r.down(t)
	if err := r.End(t.Context(), g.ID, grant.SignedOut); err != nil {
		t.Fatal(err)
	}
	back()
	r.clock.Advance(8 * 24 * time.Hour)
	r.settle(t, r.Grants)
	r.settle(t, r.Grants)
	if n := len(r.platform.Revoked()); n != 0 {
		t.Errorf("%d tokens were revoked after a week", n)
	}
	if n := strings.Count(r.log.String(), "in all the time"); n != 1 {
		t.Errorf("the log says %d times that tokens were not revoked, want once", n)
	}
}

// TestWhatIsRefusedForOneUserHoldsUpNobodyElse: what is owed to an app's users is
// tried in no order, and one of them may never be done.
func TestWhatIsRefusedForOneUserHoldsUpNobodyElse(t *testing.T) {
	for _, tt := range []struct {
		name, body   string
		status       int
		asked, again int // how often the platform is asked in the first minute, and in the second
	}{
		{"refused", `{"error":"invalid_client"}`, http.StatusUnauthorized, 4, 1},
		{"known to be over", `{"error":"invalid_request","errors":[{"errorCode":"OAU-213"}]}`, http.StatusBadRequest, 4, 0},
		{"not answered", "", http.StatusBadGateway, 1, 4},
		{"too often", "", http.StatusTooManyRequests, 1, 4},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newRig(t)
			asked := 0 // one at a time
			first, over, handler := "", false, r.platform.Config.Handler
			r.platform.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
				if req.URL.Path == rc.RevokePath {
					asked++
					if first == "" {
						first = req.FormValue("token")
					}
					if first == req.FormValue("token") && !over {
						over = tt.status >= 429 // it is a moment's
						http.Error(w, tt.body, tt.status)
						return
					}
				}
				handler.ServeHTTP(w, req)
			})
			var ids []string
			for _, owner := range []string{"101", "102", "103", "104"} {
				ids = append(ids, r.signIn(t, "public", owner).ID)
			}
			back, _ := r.down(t)
			for _, id := range ids {
				if err := r.End(t.Context(), id, grant.SignedOut); err != nil {
					t.Fatal(err)
				}
			}
			back()
			for _, want := range []int{tt.asked, tt.again} {
				asked = 0
				r.clock.Advance(time.Minute)
				r.settle(t, r.Grants)
				if asked != want {
					t.Errorf("the platform is asked %d times, want %d", asked, want)
				}
			}
		})
	}
}

func TestWhatNobodyCanReadIsNotKept(t *testing.T) {
	r := newRig(t)
	one, two := r.signIn(t, "public", "101"), r.signIn(t, "public", "102")
	back, _ := r.down(t)
	lost := r.process(r.db, "two")
	for _, id := range []string{one.ID, two.ID} {
		if err := r.End(t.Context(), id, grant.SignedOut); err != nil {
			t.Fatal(err)
		}
	}
	back()
	var err error
	if lost.Ring, err = seal.New(map[uint32][]byte{9: make([]byte, 32)}); err != nil {
		t.Fatal(err)
	}
	r.clock.Advance(time.Minute)
	r.settle(t, lost)
	r.clock.Advance(time.Minute)
	r.settle(t, lost)
	if n := strings.Count(r.log.String(), "cannot be revoked"); n != 2 {
		t.Errorf("the log says %d times that tokens cannot be revoked, want once for each", n)
	}
}
