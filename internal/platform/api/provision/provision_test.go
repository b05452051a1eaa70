package provision_test

import (
	"bytes"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/api/provision"
	"offhook/internal/rc"
	"offhook/internal/rigtest"
	"offhook/internal/store"
)

const (
	account   = "/restapi/v1.0/account/~"
	devices   = account + "/extension/~/device"
	wss       = `{"sipInfo":[{"transport":"WSS"}]}`
	plainURL  = "http://platform.example:8070"
	secureURL = "https://platform.example"
)

// vault seals for one row, and hides nothing.
type vault struct{}

func (vault) Seal(plain []byte, row string) []byte { return []byte(row + "|" + string(plain)) }

func (vault) Open(sealed []byte, row string) ([]byte, error) {
	plain, ok := bytes.CutPrefix(sealed, []byte(row+"|"))
	if !ok {
		return nil, errors.New("sealed for another row")
	}
	return plain, nil
}

func newWorld(t *testing.T, change func(h *provision.Handler)) *apitest.World {
	t.Helper()
	w := apitest.New(t)
	err := w.Store.Write(t.Context(), func(tx store.PlatformTx) error {
		return tx.PutApp(t.Context(), store.App{ClientID: "app", Name: "Test app", Scopes: rc.Scopes, CreatedAt: apitest.Start})
	})
	if err != nil {
		t.Fatal(err)
	}
	h := &provision.Handler{
		Face: w.Face, Store: w.Store, IDs: &store.IDs{Now: w.Now}, Now: w.Now, Domain: "sip.example", URL: plainURL, TLSURL: secureURL, Sealer: vault{},
	}
	if change != nil {
		change(h)
	}
	h.Mount(w.Mux)
	return w
}

func provisioned(t *testing.T, w *apitest.World, as, body string) rc.SIPProvision {
	t.Helper()
	return apitest.Decode[rc.SIPProvision](t, w.Do(as, "POST", rc.SIPProvisionPath, body), http.StatusOK)
}

func TestAPhoneIsToldHowToRegister(t *testing.T) {
	w := newWorld(t, nil)
	got := provisioned(t, w, "ada", wss)
	id := got.Device.ID
	want := rc.SIPProvision{
		Device: rc.Device{
			ID: id, URI: "http://platform.example/restapi/v1.0/account/100001/device/" + id, Type: "WebPhone", Name: "Test app", Status: "Offline", LinePooling: "None",
			Extension:  &rc.ExtensionRef{ID: apitest.Ada, URI: "http://platform.example/restapi/v1.0/account/100001/extension/101001", ExtensionNumber: "101"},
			PhoneLines: []rc.PhoneLine{},
			Emergency:  &rc.DeviceEmergency{AddressStatus: "Invalid", AddressEditableStatus: "AnyDevice", AddressRequired: true},
		},
		SIPInfo: []rc.SIPInfo{{
			Transport: "WSS", Username: "16505550100*101", Password: got.SIPInfo[0].Password, AuthorizationTypes: []string{"SipDigest"}, AuthorizationID: id,
			Domain: "sip.example", OutboundProxy: "platform.example:443", SwitchBackInterval: 3600, STUNServers: []string{},
		}},
		SIPFlags:      rc.SIPFlags{VoIPFeatureEnabled: true, OutboundCallsEnabled: true, DSCPEnabled: true, DSCPSignaling: 26, DSCPVoice: 46, DSCPVideo: 34},
		SIPErrorCodes: []string{"503", "502", "504"}, PollingInterval: 7200,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what the phone is told (-want +got):\n%s", diff)
	}
	if len(got.SIPInfo[0].Password) < 32 {
		t.Errorf("the password has %d characters", len(got.SIPInfo[0].Password))
	}
	d, err := w.Store.SIPDeviceOf(t.Context(), apitest.Ada, "app", "")
	if err != nil || bytes.Equal(d.SealedPassword, []byte(got.SIPInfo[0].Password)) {
		t.Errorf("the device is kept as %+v, %v", d, err)
	}
}

func TestADeviceIsTheSameEachTimeItsAppAsks(t *testing.T) {
	w := newWorld(t, nil)
	first := provisioned(t, w, "ada", wss)
	if diff := cmp.Diff(first, provisioned(t, w, "ada", "")); diff != "" {
		t.Errorf("asked again, with an empty body (-first +again):\n%s", diff)
	}
	for name, body := range map[string]string{
		"another device of the app": `{"device":{"appExternalId":"second","computerName":"Ada's desk"}}`,
		"one known by its serial":   `{"device":{"serial":"0A0B"}}`,
	} {
		other := provisioned(t, w, "ada", body)
		if other.Device.ID == first.Device.ID || other.SIPInfo[0].Password == first.SIPInfo[0].Password {
			t.Errorf("%s is the first device", name)
		}
		if diff := cmp.Diff(other, provisioned(t, w, "ada", body)); diff != "" {
			t.Errorf("%s, asked again (-first +again):\n%s", name, diff)
		}
		byID := provisioned(t, w, "ada", `{"device":{"id":"`+other.Device.ID+`"}}`)
		if byID.Device.ID != other.Device.ID {
			t.Errorf("%s is %s by its id", name, byID.Device.ID)
		}
	}
	if bobs := provisioned(t, w, "bob", wss); bobs.Device.ID == first.Device.ID {
		t.Error("Bob is given Ada's device")
	}
	apitest.Refused(t, w.Do("bob", "POST", rc.SIPProvisionPath, `{"device":{"id":"`+first.Device.ID+`"}}`), 404, "CMN-102", "device.id")
	apitest.Refused(t, w.Do("ada", "POST", rc.SIPProvisionPath, `{"device":{"id":"mine"}}`), 404, "CMN-102", "device.id")
	apitest.Refused(t, w.Do("ada", "POST", rc.SIPProvisionPath, `{"device":{"serial":"`+strings.Repeat("x", 101)+`"}}`), 400, "CMN-101", "device")
}

func TestTwoRequestsAtOnceMakeOneDevice(t *testing.T) {
	w := newWorld(t, nil)
	var ids [8]string
	var wg sync.WaitGroup
	for i := range ids {
		wg.Go(func() {
			if rec := w.Do("ada", "POST", rc.SIPProvisionPath, wss); rec.Code == http.StatusOK {
				ids[i] = apitest.Decode[rc.SIPProvision](t, rec, http.StatusOK).Device.ID
			}
		})
	}
	wg.Wait()
	for _, id := range ids {
		if id == "" || id != ids[0] {
			t.Fatalf("the devices are %v, want one", ids)
		}
	}
}

func TestWhereThePhoneConnects(t *testing.T) {
	for _, tt := range []struct {
		name, plain, secure, asked string
		want                       []string
	}{
		{"with TLS", plainURL, secureURL, wss, []string{"WSS platform.example:443"}},
		{"without, as the request came", plainURL, secureURL, `{"sipInfo":[{"transport":"WS"}]}`, []string{"WS platform.example:80"}},
		{"both, in the order asked for", plainURL, secureURL, `{"sipInfo":[{"transport":"WS"},{"transport":"WSS"}]}`, []string{"WS platform.example:80", "WSS platform.example:443"}},
		{"TLS that a proxy in front does", "https://phones.example", "", wss, []string{"WSS phones.example:443"}},
		{"the only way there is", plainURL, "", `{}`, []string{"WS platform.example:80"}},
		{"without WebRTC, by a door of its own", plainURL, secureURL, `{"sipInfo":[{"transport":"TLS"}]}`, []string{"TLS platform.example:5096"}},
		{"a way among those there are not", plainURL, secureURL, `{"sipInfo":[{"transport":"UDP"},{"transport":"WSS"}]}`, []string{"WSS platform.example:443"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := newWorld(t, func(h *provision.Handler) {
				h.URL, h.TLSURL, h.StreamAddr = tt.plain, tt.secure, "platform.example:5096"
			})
			var got []string
			for _, s := range provisioned(t, w, "ada", tt.asked).SIPInfo {
				got = append(got, s.Transport+" "+s.OutboundProxy)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("proxies (-want +got):\n%s", diff)
			}
		})
	}
	w := newWorld(t, nil)
	apitest.Refused(t, w.Do("ada", "POST", rc.SIPProvisionPath, `{"sipInfo":[{"transport":"TLS"}]}`), 400, "CMN-101", "sipInfo.transport")
}

func TestWhoMayProvisionAndSeeDevices(t *testing.T) {
	w := newWorld(t, nil)
	adas, bobs := provisioned(t, w, "ada", wss).Device.ID, provisioned(t, w, "bob", wss).Device.ID
	for _, tt := range []struct {
		name, as, method, path string
		status                 int
		code, parameter        string
	}{
		{"an app without the permission", "ada?ReadAccounts", "POST", rc.SIPProvisionPath, 403, "CMN-401", ""},
		{"no token", "", "POST", rc.SIPProvisionPath, 401, "OAU-123", ""},
		{"a colleague's list", "ada", "GET", account + "/extension/101002/device", 403, "CMN-404", ""},
		{"a colleague's device", "bob", "GET", account + "/device/" + adas, 404, "CMN-102", "deviceId"},
		{"another company's device", "eve", "GET", account + "/device/" + adas, 404, "CMN-102", "deviceId"},
		{"another company", "eve", "GET", "/restapi/v1.0/account/100001/device/" + adas, 404, "CMN-102", "accountId"},
		{"no device", "ada", "GET", account + "/device/x", 404, "CMN-102", "deviceId"},
		{"the password of a web phone", "ada", "GET", account + "/device/" + adas + "/sip-info", 404, "CMN-102", ""},
		{"a colleague's password", "bob", "GET", account + "/device/" + adas + "/sip-info", 404, "CMN-102", "deviceId"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			apitest.Refused(t, w.Do(tt.as, tt.method, tt.path, nil), tt.status, tt.code, tt.parameter)
		})
	}
	if d := apitest.Get[rc.Device](w, "ada", account+"/device/"+bobs); d.ID != bobs {
		t.Errorf("an administrator sees %+v", d)
	}
}

func TestADevicesOwnerIsToldHowItRegistersWithoutWebRTC(t *testing.T) {
	w := newWorld(t, func(h *provision.Handler) { h.StreamAddr = "platform.example:5096" })
	adas, bobs := provisioned(t, w, "ada", wss), provisioned(t, w, "bob", wss)
	got := apitest.Get[rc.SIPDeviceInfo](w, "bob", account+"/device/"+bobs.Device.ID+"/sip-info")
	want := rc.SIPDeviceInfo{
		Domain: "sip.example", OutboundProxies: []rc.OutboundProxy{{Region: "Local", ProxyTLS: "platform.example:5096"}},
		UserName: "16505550100*102", Password: bobs.SIPInfo[0].Password, AuthorizationID: bobs.Device.ID,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("what Bob is told (-want +got):\n%s", diff)
	}
	apitest.Refused(t, w.Do("ada", "GET", account+"/device/"+bobs.Device.ID+"/sip-info", nil), 403, "CMN-404", "")
	apitest.Refused(t, w.Do("bob", "GET", account+"/device/"+adas.Device.ID+"/sip-info", nil), 404, "CMN-102", "deviceId")
}

func TestTheListShowsDevicesWithTheirLine(t *testing.T) {
	var online int64
	w := newWorld(t, func(h *provision.Handler) { h.Online = func(id int64) bool { return id == online } })
	apitest.Golden(t, "none.json", w.Do("ada", "GET", devices, nil))
	provisioned(t, w, "ada", wss)
	d, err := w.Store.SIPDeviceOf(t.Context(), apitest.Ada, "app", "")
	if err != nil {
		t.Fatal(err)
	}
	online = d.ID
	for query, want := range map[string]int{
		"": 1, "?type=WebRTC": 1, "?type=WebPhone": 1, "?type=HardPhone": 0, "?linePooling=Host": 0, "?lineType=StandaloneFree": 1, "?feature=BLA": 0,
	} {
		if got := apitest.Get[rc.List[rc.Device]](w, "ada", devices+query).Records; len(got) != want {
			t.Errorf("%q lists %d devices, want %d", query, len(got), want)
		}
	}
	got := apitest.Get[rc.List[rc.Device]](w, "ada", devices).Records[0]
	line := []rc.PhoneLine{{ID: "501", LineType: "StandaloneFree", PhoneInfo: &rc.PhoneLineInfo{ID: 501, PhoneNumber: apitest.AdaPhone, PaymentType: "Local", Type: "VoiceFax", UsageType: "DirectNumber"}, EmergencyAddress: &rc.LineEmergency{Required: true, LineProvisioningStatus: "Invalid"}}}
	if diff := cmp.Diff([]any{"Online", line}, []any{got.Status, got.PhoneLines}); diff != "" {
		t.Errorf("Ada's device (-want +got):\n%s", diff)
	}
	apitest.Refused(t, w.Do("ada", "GET", devices+"?type=Fridge", nil), 400, "CMN-101", "type")
}

func TestWithoutAnExchangeNobodyHasADevice(t *testing.T) {
	w := newWorld(t, func(h *provision.Handler) { h.Domain = "" })
	apitest.Refused(t, w.Do("ada", "GET", account+"/device/80001", nil), 404, "CMN-102", "deviceId")
	if got := apitest.Get[rc.List[rc.Device]](w, "ada", devices).Records; len(got) != 0 {
		t.Errorf("the list has %+v", got)
	}
	if rec := w.Do("ada", "POST", rc.SIPProvisionPath, wss); rec.Code != http.StatusNotFound {
		t.Errorf("provisioning is answered with %d", rec.Code)
	}
}

func TestAPasswordThatWasTakenIsMadeAnewForWhoHasAccessAgain(t *testing.T) {
	w := newWorld(t, nil)
	first := provisioned(t, w, "ada", wss)
	write := func(fn func(tx store.PlatformTx) error) {
		t.Helper()
		if err := w.Store.Write(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
	write(func(tx store.PlatformTx) error {
		_, err := tx.RetireSIPPasswords(t.Context(), "app", apitest.Ada, w.Now())
		return err
	})
	apitest.Refused(t, w.Do("ada", "POST", rc.SIPProvisionPath, wss), http.StatusUnauthorized, "OAU-213", "")
	write(func(tx store.PlatformTx) error {
		return tx.AddOAuthSession(t.Context(), store.OAuthSession{ID: "again", ClientID: "app", ExtensionID: apitest.Ada, ExpiresAt: w.Now().Add(time.Hour)}, "")
	})
	again := provisioned(t, w, "ada", wss)
	if again.Device.ID != first.Device.ID || len(again.SIPInfo[0].Password) < 32 || again.SIPInfo[0].Password == first.SIPInfo[0].Password {
		t.Errorf("the device %s is told its password anew: %v", again.Device.ID, again.SIPInfo[0].Password != first.SIPInfo[0].Password)
	}
	if diff := cmp.Diff(again, provisioned(t, w, "ada", wss)); diff != "" {
		t.Errorf("asked again (-first +again):\n%s", diff)
	}
}

func TestThePasswordIsInNoLog(t *testing.T) {
	log := new(rigtest.Log)
	w := newWorld(t, func(h *provision.Handler) { h.Face.Log = log.Logger() })
	password := string(provisioned(t, w, "ada", wss).SIPInfo[0].Password)
	if err := w.Store.Write(t.Context(), func(tx store.PlatformTx) error {
		d, err := tx.SIPDeviceOf(t.Context(), apitest.Ada, "app", "")
		d.SealedPassword = []byte("sealed for nobody|" + password)
		_, gone := tx.DeleteSIPDevice(t.Context(), d.ID)
		return errors.Join(err, gone, tx.AddSIPDevice(t.Context(), d))
	}); err != nil {
		t.Fatal(err)
	}
	rec := w.Do("ada", "POST", rc.SIPProvisionPath, wss)
	if rec.Code != http.StatusInternalServerError || strings.Contains(rec.Body.String()+log.String(), password) || log.String() == "" {
		t.Errorf("a password that cannot be opened: %d %s\nlog: %s", rec.Code, rec.Body, log)
	}
}
