package numbers_test

import (
	"encoding/json"
	"strings"
	"testing"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/api/numbers"
	"offhook/internal/rc"
)

const path = "/restapi/v2/number-parser/parse"

func newWorld(t testing.TB) *apitest.World {
	t.Helper()
	w := apitest.New(t)
	(&numbers.Handler{Face: w.Face, Store: w.Store}).Mount(w.Mux)
	return w
}

func TestParse(t *testing.T) {
	w := newWorld(t)
	for _, tt := range []struct {
		name, text, context  string
		category, e164, dial string
	}{
		{"E.164", "+16505550102", "", "Regular", "+16505550102", "+16505550102"},
		{"E.164 without its plus sign", "16505550102", "", "Regular", "+16505550102", "+16505550102"},
		{"E.164 of another country without its plus sign", "442071838750", "", "Regular", "+442071838750", "+442071838750"},
		{"as people write it", "(650) 555-0102", "", "Regular", "+16505550102", "+16505550102"},
		{"letters", "1-800-FLOWERS", "", "TollFree", "+18003569377", "+18003569377"},
		{"with RingCentral's extension", "+16505550100*102", "", "Regular", "+16505550100", "+16505550100*102"},
		{"with an extension in words", "650-555-0100 ext. 102", "", "Regular", "+16505550100", "+16505550100*102"},
		{"a colleague", "102", "", "Extension", "", "102"},
		{"nobody's extension", "199", "", "Unknown", "", ""},
		{"emergency", "911", "", "SpecialService", "", "911"},
		{"emergency, as of anywhere", "+112", "", "SpecialService", "", "112"},
		{"at home in the account's country", "020 7183 8750", "", "Unknown", "", ""},
		{"at home in the country asked for", "020 7183 8750", `{"country":{"isoCode":"GB"}}`, "Regular", "+442071838750", "+442071838750"},
		{"a country that is none", "6505550102", `{"country":{"isoCode":"ZZ"}}`, "Regular", "+16505550102", "+16505550102"},
		{"seven digits with an area code", "555-0102", `{"defaultAreaCode":"650"}`, "Regular", "+16505550102", "+16505550102"},
		{"behind an outside line", "96505550102", `{"outboundCallPrefix":"9"}`, "Regular", "+16505550102", "+16505550102"},
		{"nothing", "", "", "Unknown", "", ""},
		{"words", "call me", "", "Unknown", "", ""},
		{"too much", strings.Repeat("1", 100), "", "Unknown", "", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			body := map[string]any{"originalStrings": []string{tt.text}, "contextSource": "Account"}
			if tt.context != "" {
				body["context"] = json.RawMessage(tt.context)
			}
			got := apitest.Decode[rc.ParsePhoneResponse](t, w.Do("ada", "POST", path, body), 200).Results
			if len(got) != 1 || got[0].OriginalString != tt.text || got[0].Category != tt.category {
				t.Fatalf("%q: %+v, want %s", tt.text, got, tt.category)
			}
			var f rc.NumberFormats
			if len(got[0].Formats) > 0 {
				f = got[0].Formats[0]
			}
			if f.E164 != tt.e164 || f.DialableExt != tt.dial {
				t.Errorf("%q: e164 %q, dialable %q; want %q, %q", tt.text, f.E164, f.DialableExt, tt.e164, tt.dial)
			}
		})
	}
	apitest.Golden(t, "parse.json", w.Do("ada", "POST", path, `{"originalStrings":["+16505550102","102","911","x"]}`))
	apitest.Refused(t, w.Do("ada", "POST", path, `{}`), 400, "CMN-101", "originalStrings")
	many, _ := json.Marshal(map[string]any{"originalStrings": make([]string, 501)})
	apitest.Refused(t, w.Do("ada", "POST", path, string(many)), 400, "CMN-101", "originalStrings")
	apitest.Refused(t, w.Do("", "POST", path, `{}`), 401, "OAU-123", "")
}

func TestTheFirstVersion(t *testing.T) {
	w := newWorld(t)
	const path = "/restapi/v1.0/number-parser/parse"
	body := `{"originalStrings":["(650) 555-0101","+44 20 7183 8750","8005550199","102","911","nonsense","+16505550100*101"]}`
	golden := func(name, query string) {
		t.Helper()
		apitest.Golden(t, name, w.Do("ada", "POST", path+query, body))
	}
	golden("old.json", "")
	golden("old-gb.json", "?homeCountry=GB&nationalAsPriority=true")
	apitest.Refused(t, w.Do("ada", "POST", path+"?homeCountry=ZZ", body), 400, "CMN-101", "homeCountry")
	apitest.Refused(t, w.Do("ada", "POST", path+"?nationalAsPriority=x", body), 400, "CMN-101", "nationalAsPriority")
	apitest.Refused(t, w.Do("ada", "POST", path, `{"originalStrings":[]}`), 400, "CMN-101", "originalStrings")
}
