package provision_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/rc"
)

const home = `{"emergencyServiceAddress":{"customerName":" Ada  Moreno","street":"1 Harbor Way","street2":"Floor 3","city":"Belmont","state":"CA","zip":"94002","countryIsoCode":"us","country":"Narnia"}}`

func TestAnEmergencyAddressIsRegisteredForADevice(t *testing.T) {
	w := newWorld(t, nil)
	path := account + "/device/" + provisioned(t, w, "ada", wss).Device.ID
	a := &rc.EmergencyAddress{
		CustomerName: "Ada Moreno", Street: "1 Harbor Way", Street2: "Floor 3", City: "Belmont", State: "CA", Zip: "94002",
		Country: "United States", CountryISOCode: "US",
	}
	want := &rc.DeviceEmergency{Address: a, AddressStatus: rc.EmergencyValid, AddressEditableStatus: "AnyDevice", AddressRequired: true}
	changed := apitest.Decode[rc.Device](t, w.Do("ada", "PUT", path, home), 200)
	for name, got := range map[string]rc.Device{
		"the answer": changed, "the device": apitest.Get[rc.Device](w, "ada", path), "the provisioning": provisioned(t, w, "ada", wss).Device,
		"the list": apitest.Get[rc.List[rc.Device]](w, "ada", devices).Records[0],
	} {
		if diff := cmp.Diff([]any{want, a}, []any{got.Emergency, got.EmergencyServiceAddress}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if diff := cmp.Diff([]string{"Ada Moreno", "1 Harbor Way", "Floor 3", "Belmont, CA 94002", "United States"}, a.Lines()); diff != "" {
		t.Errorf("as it is written on an envelope (-want +got):\n%s", diff)
	}
	abroad := strings.NewReplacer(`"us"`, `"DE"`, `"CA"`, `""`).Replace(home)
	if got := apitest.Decode[rc.Device](t, w.Do("ada", "PUT", path, abroad), 200); !got.Emergency.OutOfCountry || got.Emergency.Address.Country != "Germany" {
		t.Errorf("an address in another country: %+v", got.Emergency)
	}
	named := apitest.Decode[rc.Device](t, w.Do("ada", "PUT", path, `{"name":"Kitchen"}`), 200)
	if named.Name != "Kitchen" || named.Emergency.AddressStatus != rc.EmergencyValid {
		t.Errorf("a new name leaves %+v", named)
	}
}

func TestEmergencyAddressesThatNobodyIsFoundByAreRefused(t *testing.T) {
	w := newWorld(t, nil)
	path := account + "/device/" + provisioned(t, w, "ada", wss).Device.ID
	for _, tt := range []struct{ name, old, new, parameter string }{
		{"without a name", " Ada  Moreno", " ", "customerName"},
		{"without a street", "1 Harbor Way", "", "street"},
		{"without a town", "Belmont", "", "city"},
		{"without a country", `"us"`, `""`, "countryIsoCode"},
		{"in no country", `"us"`, `"XX"`, "countryIsoCode"},
		{"without a postal code", "94002", "", "zip"},
		{"too long", "Belmont", strings.Repeat("x", 101), "city"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			rec := w.Do("ada", "PUT", path, strings.Replace(home, tt.old, tt.new, 1))
			apitest.Refused(t, rec, 400, "CMN-101", "emergencyServiceAddress."+tt.parameter)
		})
	}
	if got := apitest.Get[rc.Device](w, "ada", path); got.Emergency.Address != nil {
		t.Errorf("something was registered: %+v", got.Emergency.Address)
	}
	apitest.Refused(t, w.Do("eve", "PUT", path, home), 404, "CMN-102", "deviceId")
}
