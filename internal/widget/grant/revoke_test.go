package grant_test

import (
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"offhook/internal/widget/grant"
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
