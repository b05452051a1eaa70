package sip_test

import (
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"offhook/internal/sip"
)

// guard registers whoever knows the password.
type guard struct {
	c *sip.Challenger
}

func (g guard) ServeSIP(tx *sip.Tx) {
	p, ok := g.c.Proof(tx)
	switch {
	case !ok:
		_ = g.c.Challenge(tx)
	case p.Username == "80001" && p.Valid("s3cret"):
		_ = tx.Respond(200, "OK")
	default:
		_ = tx.Respond(403, "Forbidden")
	}
}

func TestDigestBothWays(t *testing.T) {
	url := serve(t, guard{sip.NewChallenger("sip.example.test", time.Now)})
	for _, tt := range []struct {
		method   sip.Method
		password string
		first    int
		then     int
	}{
		{sip.REGISTER, "s3cret", 401, 200},
		{sip.INVITE, "s3cret", 407, 200},
		{sip.REGISTER, "wrong", 401, 403},
	} {
		t.Run(fmt.Sprint(tt.method, tt.then), func(t *testing.T) {
			f := dial(t, url, nobody)
			req := request(tt.method, 5)
			res, err := f.Do(t.Context(), req, nil)
			if err != nil || res.StatusCode != tt.first {
				t.Fatalf("without credentials: %v, %v; want %d", res, err, tt.first)
			}
			c := sip.Credentials{Username: "80001", Password: tt.password, Domain: "sip.example.test"}
			if err := c.Answer(req, res); err != nil {
				t.Fatal(err)
			}
			if got := req.CSeq().SeqNo; got != 6 {
				t.Errorf("the second request has the number %d, want 6", got)
			}
			if res, err := f.Do(t.Context(), req, nil); err != nil || res.StatusCode != tt.then {
				t.Errorf("with credentials: %v, %v; want %d", res, err, tt.then)
			}
		})
	}
}

func TestTheNonceIsNotTheFirstParameter(t *testing.T) {
	url := serve(t, guard{sip.NewChallenger("sip.example.test", time.Now)})
	res, err := dial(t, url, nobody).Do(t.Context(), request(sip.INVITE, 5), nil)
	if err != nil {
		t.Fatal(err)
	}
	if value := sip.HeaderValue(res, "Proxy-Authenticate"); !strings.Contains(value, `, nonce="`) || strings.Contains(value, "qop") {
		t.Errorf("challenged with %s", value)
	}
}

// What web phones write: the algorithm in quotes, no qop, and always the
// domain as URI, whatever the Request-URI is (contract 8.3).
func TestTheDigestOfWebPhones(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	c := sip.NewChallenger("sip.example.test", func() time.Time { return now })
	url := serve(t, guard{c})
	answer := func(t *testing.T, nonceFrom, spentOn *sip.Flow) int {
		t.Helper()
		req := request(sip.INVITE, 5)
		res, err := nonceFrom.Do(t.Context(), req, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := (sip.Credentials{Username: "80001", Password: "s3cret", Domain: "sip.example.test"}).Answer(req, res); err != nil {
			t.Fatal(err)
		}
		value := strings.Replace(sip.HeaderValue(req, "Proxy-Authorization"), "algorithm=MD5", `algorithm="MD5"`, 1)
		if !strings.Contains(value, `uri="sip:sip.example.test"`) || !strings.Contains(value, `algorithm="MD5"`) {
			t.Fatalf("credentials %s", value)
		}
		sip.SetHeader(req, "Proxy-Authorization", value)
		now = now.Add(time.Minute)
		if res, err = spentOn.Do(t.Context(), req, nil); err != nil {
			t.Fatal(err)
		}
		return res.StatusCode
	}
	a, b := dial(t, url, nobody), dial(t, url, nobody)
	if got := answer(t, a, a); got != 200 {
		t.Errorf("answered %d, want 200", got)
	}
	if got := answer(t, a, b); got != 407 {
		t.Errorf("with the nonce of another connection: %d, want 407", got)
	}
}

func TestAProofIsWorthNothingOnAnotherConnection(t *testing.T) {
	url := serve(t, guard{sip.NewChallenger("sip.example.test", time.Now)})
	phone, thief := dial(t, url, nobody), dial(t, url, nobody)
	req := request(sip.REGISTER, 5)
	res, err := phone.Do(t.Context(), req, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := (sip.Credentials{Username: "80001", Password: "s3cret", Domain: "sip.example.test"}).Answer(req, res); err != nil {
		t.Fatal(err)
	}
	if res, err := thief.Do(t.Context(), req, nil); err != nil || res.StatusCode != 401 {
		t.Errorf("overheard and sent by somebody else: %v, %v; want another challenge", res, err)
	}
	if res, err := phone.Do(t.Context(), req, nil); err != nil || res.StatusCode != 200 {
		t.Errorf("sent by the phone: %v, %v", res, err)
	}
}

func TestANonceIsGoodForTenMinutes(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	url := serve(t, guard{sip.NewChallenger("sip.example.test", func() time.Time { return now })})
	f := dial(t, url, nobody)
	req := request(sip.REGISTER, 5)
	res, err := f.Do(t.Context(), req, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := (sip.Credentials{Username: "80001", Password: "s3cret", Domain: "sip.example.test"}).Answer(req, res); err != nil {
		t.Fatal(err)
	}
	now = now.Add(10 * time.Minute)
	if res, err := f.Do(t.Context(), req, nil); err != nil || res.StatusCode != 401 {
		t.Errorf("ten minutes later: %v, %v; want another challenge", res, err)
	}
}

func TestCredentialsAreNotPrinted(t *testing.T) {
	var b strings.Builder
	c := sip.Credentials{Username: "80001", Password: "s3cret"}
	slog.New(slog.NewTextHandler(&b, nil)).Info("x", "c", c)
	fmt.Fprintf(&b, "%v %+v %s", c, c, &c)
	if strings.Contains(b.String(), "s3cret") {
		t.Errorf("the password is in %s", b.String())
	}
}
