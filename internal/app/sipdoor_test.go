package app_test

import (
	"crypto/tls"
	"encoding/json"
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

// provisioned asks how a phone registers that speaks SIP by TLS.
func provisioned(t *testing.T, way *road) rc.SIPInfo {
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
	return p.SIPInfo[0]
}

func TestAPhoneWithoutWebRTCComesByTLS(t *testing.T) {
	info, _, end := runDemo(t, t.TempDir(), false, func(c *app.DemoConfig) { c.PlatformSIPAddr = "127.0.0.1:0" })
	defer end()
	way := signIn(t, info, info.Users[0])
	p := provisioned(t, way)
	if p.Transport != "TLS" || p.OutboundProxy != info.Platform.SIPAddr {
		t.Fatalf("the phone is told %s %s, want TLS %s", p.Transport, p.OutboundProxy, info.Platform.SIPAddr)
	}
	conn, err := tls.Dial("tcp", p.OutboundProxy, &tls.Config{RootCAs: way.client.Transport.(*http.Transport).TLSClientConfig.RootCAs})
	if err != nil {
		t.Fatal(err)
	}
	flow := sip.NewStream(conn, deskPhone{})
	defer flow.Close()
	proof := sip.Credentials{Username: p.AuthorizationID, Password: string(p.Password), Domain: p.Domain}
	ask := func(req *sip.Request) *sip.Response {
		t.Helper()
		res, err := flow.Do(t.Context(), req, nil)
		if err == nil && (res.StatusCode == 401 || res.StatusCode == 407) {
			if err = proof.Answer(req, res); err == nil {
				res, err = flow.Do(t.Context(), req, nil)
			}
		}
		if err != nil || res.StatusCode != 200 {
			t.Fatalf("%s: %v, %v", req.Method, res, err)
		}
		return res
	}
	us := sip.Address{URI: sip.URI{Scheme: "sip", User: p.Username, Host: p.Domain}}
	register := sip.NewRequest(sip.Outline{Method: sip.REGISTER, Target: sip.URI{Scheme: "sip", Host: p.Domain}, From: us, To: us})
	sip.SetHeader(register, "Contact", "<sip:desk@phone.invalid;transport=tls>;expires=60")
	ask(register)

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
