package dictionary_test

import (
	"testing"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/api/dictionary"
	"offhook/internal/rc"
)

func TestDictionaries(t *testing.T) {
	w := apitest.New(t)
	(&dictionary.Handler{Face: w.Face}).Mount(w.Mux)
	const path = "/restapi/v1.0/dictionary"
	apitest.Golden(t, "country.json", w.Do("ada", "GET", path+"/country/1", nil))
	apitest.Golden(t, "countries.json", w.Do("ada", "GET", path+"/country?perPage=2", nil))
	apitest.Golden(t, "languages.json", w.Do("ada", "GET", path+"/language", nil))
	apitest.Golden(t, "timezones.json", w.Do("ada", "GET", path+"/timezone", nil))
	if got := apitest.Get[rc.Country](w, "ada", path+"/country/DE"); got.CallingCode != "49" {
		t.Errorf("a country without a public id: %+v", got)
	}
	apitest.Golden(t, "states.json", w.Do("ada", "GET", path+"/state?countryId=15", nil))
	for query, want := range map[string]int{"countryId=1": 51, "countryId=39": 13, "allCountries=true": 72, "countryId=DE": 0, "countryId=1&withPhoneNumbers=true": 0} {
		if got := apitest.Get[rc.List[struct{}]](w, "ada", path+"/state?"+query); got.Paging != nil && got.Paging.TotalElements != want || got.Paging == nil && want > 0 {
			t.Errorf("states with %s: %+v, want %d", query, got.Paging, want)
		}
	}
	apitest.Refused(t, w.Do("ada", "GET", path+"/state", nil), 400, "CMN-101", "countryId")
	apitest.Refused(t, w.Do("ada", "GET", path+"/state?countryId=ZZ", nil), 404, "CMN-102", "countryId")
	if got := apitest.Get[rc.List[rc.Country]](w, "ada", path+"/country?numberSelling=true"); len(got.Records) != 0 {
		t.Errorf("countries where numbers are sold: %+v", got.Records)
	}
	for _, id := range []string{"US", "ZZ", "-1", "2"} {
		apitest.Refused(t, w.Do("ada", "GET", path+"/country/"+id, nil), 404, "CMN-102", "countryId")
	}
	apitest.Refused(t, w.Do("", "GET", path+"/country", nil), 401, "OAU-123", "")
}
