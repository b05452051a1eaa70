package app_test

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"offhook/internal/app"
	"offhook/internal/media/mediatest"
	"offhook/internal/rc"
	"offhook/internal/sip"
)

// A deskPhone has no WebRTC.
type deskPhone struct{}

func (deskPhone) ServeSIP(tx *sip.Tx) { _ = tx.Respond(200, "OK") }

// A sipLogin is what a phone that speaks SIP by TLS was told.
type sipLogin struct{ rc.SIPInfo }

// provisioned asks how such a phone registers.
func provisioned(t *testing.T, way *road) sipLogin {
	t.Helper()
	req, err := http.NewRequest(http.MethodPost, rc.SIPProvisionPath, strings.NewReader(`{"sipInfo":[{"transport":"TLS"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	resp, err := way.Do(t.Context(), "", req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var p rc.SIPProvision
	if err := json.NewDecoder(resp.Body).Decode(&p); err != nil || len(p.SIPInfo) != 1 {
		t.Fatalf("provisioning: %s, %v, %d ways", resp.Status, err, len(p.SIPInfo))
	}
	return sipLogin{p.SIPInfo[0]}
}

// connect is the phone's connection, and how it asks there, proving whose it is.
func (p sipLogin) connect(t *testing.T, way *road) (*sip.Flow, func(req *sip.Request) *sip.Response) {
	t.Helper()
	conn, err := tls.Dial("tcp", p.OutboundProxy, &tls.Config{RootCAs: way.client.Transport.(*http.Transport).TLSClientConfig.RootCAs})
	if err != nil {
		t.Fatal(err)
	}
	flow := sip.NewStream(conn, deskPhone{})
	t.Cleanup(func() { flow.Close() })
	proof := sip.Credentials{Username: p.AuthorizationID, Password: string(p.Password), Domain: p.Domain}
	return flow, func(req *sip.Request) *sip.Response {
		t.Helper()
		res, err := flow.Do(t.Context(), req, nil)
		if err == nil && (res.StatusCode == 401 || res.StatusCode == 407) {
			if err = proof.Answer(req, res); err == nil {
				res, err = flow.Do(t.Context(), req, nil)
			}
		}
		if err != nil {
			t.Fatalf("%s: %v", req.Method, err)
		}
		return res
	}
}

func (p sipLogin) address() sip.Address {
	return sip.Address{URI: sip.URI{Scheme: "sip", User: p.Username, Host: p.Domain}}
}

func (p sipLogin) register() *sip.Request {
	us := p.address()
	req := sip.NewRequest(sip.Outline{Method: sip.REGISTER, Target: sip.URI{Scheme: "sip", Host: p.Domain}, From: us, To: us})
	sip.SetHeader(req, "Contact", "<sip:desk@phone.invalid;transport=tls>;expires=60")
	return req
}

func TestAPhoneWithoutWebRTCComesByTLS(t *testing.T) {
	info, _, end := runDemo(t, t.TempDir(), false, func(c *app.DemoConfig) { c.PlatformSIPAddr = "127.0.0.1:0" })
	defer end()
	way := signIn(t, info, info.Users[0])
	p := provisioned(t, way)
	if p.Transport != "TLS" || p.OutboundProxy != info.Platform.SIPAddr {
		t.Fatalf("the phone is told %s %s, want TLS %s", p.Transport, p.OutboundProxy, info.Platform.SIPAddr)
	}
	flow, try := p.connect(t, way)
	ask := func(req *sip.Request) *sip.Response {
		t.Helper()
		res := try(req)
		if res.StatusCode != 200 {
			t.Fatalf("%s: %v", req.Method, res)
		}
		return res
	}
	ask(p.register())
	us := p.address()

	leg := mediatest.Leg(t, mediatest.Engine(t))
	offer, err := leg.OfferClassic(true)
	if err != nil {
		t.Fatal(err)
	}
	echo := sip.URI{Scheme: "sip", User: "*601", Host: p.Domain}
	invite := sip.NewRequest(sip.Outline{Method: sip.INVITE, Target: echo, From: us, To: sip.Address{URI: echo}})
	sip.SetHeader(invite, "Contact", "<sip:desk@phone.invalid;transport=tls>")
	sip.SetBody(invite, sip.SDP, []byte(offer))
	answered := ask(invite)
	if err := sip.NewUAC(flow, invite, answered).Ack(nil, ""); err != nil {
		t.Fatal(err)
	}
	if err := leg.SetAnswer(string(answered.Body())); err != nil {
		t.Fatal(err)
	}
	ear := mediatest.Listen(t, leg)
	mediatest.Sing(t, leg, 700)
	ear.Hears(t, 700)
}

// TestWhatIsRevokedWhileThePlatformIsDownRegistersNoPhoneLater: the command line
// writes to the store of a platform that does not run.
func TestWhatIsRevokedWhileThePlatformIsDownRegistersNoPhoneLater(t *testing.T) {
	dir := t.TempDir()
	start := func() (app.DemoInfo, func()) {
		t.Helper()
		info, _, end := runDemo(t, dir, false, func(c *app.DemoConfig) { c.PlatformSIPAddr = "127.0.0.1:0" })
		return info, end
	}
	info, end := start()
	jwt := info.Users[1].JWT
	tokens, status := byJWT(t, info, jwt)
	if status != http.StatusOK {
		t.Fatalf("signing in: %d", status)
	}
	way := signIn(t, info, info.Users[0])
	kept := provisioned(t, way)
	way.token = tokens.AccessToken
	lost := provisioned(t, way)
	registers := func(p sipLogin) int {
		t.Helper()
		p.OutboundProxy = info.Platform.SIPAddr
		_, try := p.connect(t, way)
		return try(p.register()).StatusCode
	}
	for _, p := range []sipLogin{kept, lost} {
		if got := registers(p); got != http.StatusOK {
			t.Fatalf("registering: %d", got)
		}
	}
	end()

	data, err := app.OpenData(t.Context(), dir, "")
	if err != nil {
		t.Fatal(err)
	}
	all, err := data.Credentials(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		if c.Username == info.Users[1].Username {
			err = errors.Join(err, data.RevokeCredential(t.Context(), c.ID))
		}
	}
	if err := errors.Join(err, data.Close()); err != nil {
		t.Fatal(err)
	}

	info, end = start()
	defer end()
	if got := registers(lost); got != http.StatusForbidden {
		t.Errorf("with the password from before the revocation: %d, want 403", got)
	}
	if got := registers(kept); got != http.StatusOK {
		t.Errorf("another's phone: %d, want 200", got)
	}
}
