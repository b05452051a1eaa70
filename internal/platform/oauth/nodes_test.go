package oauth_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"offhook/internal/platform/console"
)

// TestALostAnswerIsGivenAgain: whatever dies between the commit of a refresh
// and the client's reading of the answer, the client asks again and has the
// same pair, also from another server.
func TestALostAnswerIsGivenAgain(t *testing.T) {
	s := newServer(t)
	info := s.signedIn(s.browser())
	lost := s.info(s.token(s.refresh(info.RefreshToken)))
	s.clock.Advance(5 * time.Minute)
	again := s.node(0).info(s.node(0).token(s.refresh(info.RefreshToken)))
	if again.AccessToken != lost.AccessToken || again.RefreshToken != lost.RefreshToken {
		t.Error("a server that was started later gives another pair")
	}
	if a := s.use(again.AccessToken); a.status != http.StatusOK {
		t.Errorf("the pair does not work: %d", a.status)
	}
}

// TestTheWindowIsOneOnAllNodes: the first use that one server sees ends the
// grace on all of them, and clocks a minute apart stretch it by no more than
// that minute.
func TestTheWindowIsOneOnAllNodes(t *testing.T) {
	for _, skew := range []time.Duration{-time.Minute, 0, time.Minute} {
		t.Run(skew.String(), func(t *testing.T) {
			s := newServer(t)
			other := s.node(skew)
			first := s.signedIn(s.browser())
			second := s.info(s.token(s.refresh(first.RefreshToken)))
			if again := other.info(other.token(s.refresh(first.RefreshToken))); again.AccessToken != second.AccessToken {
				t.Error("the other server gives another pair")
			}
			if a := other.use(second.AccessToken); a.status != http.StatusOK {
				t.Fatalf("the other server does not know the token: %d", a.status)
			}
			s.clock.Advance(10*time.Second + skew.Abs() + time.Second)
			if _, code := fault(s.token(s.refresh(first.RefreshToken))); code != "OAU-213" {
				t.Errorf("after the window: %s, want OAU-213", code)
			}
			if a := other.use(second.AccessToken); a.status != http.StatusUnauthorized {
				t.Errorf("the other server goes on after a theft: %d", a.status)
			}
		})
	}
}

// TestARevocationCountsOnAllNodes and at once: nothing is cached.
func TestARevocationCountsOnAllNodes(t *testing.T) {
	s := newServer(t)
	other := s.node(0)
	info := s.signedIn(s.browser())
	other.use(info.AccessToken)
	s.browser().do(s.request("POST", "/restapi/oauth/revoke", "client_id="+s.public.ClientID+"&token="+info.AccessToken))
	if a := other.use(info.AccessToken); a.status != http.StatusUnauthorized {
		t.Errorf("the other server still takes the token: %d", a.status)
	}
}

func TestAnAssertionCountsOnceOnAllNodes(t *testing.T) {
	s := newServer(t)
	pair := newKeyPair(t, "k1")
	app := s.signer(pair)
	c := s.claims(app)
	c.Audience = append(c.Audience[:0], s.url+"/restapi/oauth/token")
	token := sign(t, jose.ES256, pair.private, c, nil)
	if a := s.asserted(token); a.status != http.StatusOK {
		t.Fatalf("the first time: %d %s", a.status, a.body)
	}
	// The other server has another address, so it gets an assertion of its
	// own with the same jti.
	other := s.node(time.Minute)
	c.Audience[0] = other.url
	if a := other.asserted(sign(t, jose.ES256, pair.private, c, nil)); a.status != http.StatusUnauthorized {
		t.Errorf("the second time, elsewhere: %d", a.status)
	}
	c.ID = "another"
	if a := other.asserted(sign(t, jose.ES256, pair.private, c, nil)); a.status != http.StatusOK {
		t.Errorf("a server whose clock is a minute ahead: %d %s", a.status, a.body)
	}
}

// TestACredentialIsGoodOnAllNodes: the key is made by whoever needs it first.
func TestACredentialIsGoodOnAllNodes(t *testing.T) {
	s := newServer(t)
	app := s.jwtApp()
	_, token := s.credential(console.CredentialSpec{})
	for _, skew := range []time.Duration{-time.Minute, 0, time.Minute} {
		n := s.node(skew)
		n.info(n.token(bearing(app, token)))
	}
}
