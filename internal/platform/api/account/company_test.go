package account_test

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/rc"
)

func TestAdministratorsSetTheCompanysHours(t *testing.T) {
	w := newWorld(t)
	const path = "/restapi/v1.0/account/~/business-hours"
	events := w.Told()
	const hours = `{"schedule":{"weeklyRanges":{"monday":[{"from":"09:00","to":"17:00"}]}}}`
	for name, tt := range map[string]struct {
		as, body string
		status   int
		code     string
		what     string
	}{
		"who is no administrator":     {"bob", hours, 403, "CMN-402", ""},
		"an app without the scope":    {"ada?ReadAccounts", hours, 403, "CMN-401", ""},
		"an end before the beginning": {"ada", `{"schedule":{"weeklyRanges":{"monday":[{"from":"17:00","to":"09:00"}]}}}`, 400, "CMN-101", "schedule.weeklyRanges.monday"},
		"no schedule":                 {"ada", `{}`, 400, "CMN-101", "schedule"},
	} {
		t.Run(name, func(t *testing.T) { apitest.Refused(t, w.Do(tt.as, "PUT", path, tt.body), tt.status, tt.code, tt.what) })
	}
	apitest.Refused(t, w.Do("eve", "PUT", "/restapi/v1.0/account/100001/business-hours", hours), 404, "CMN-102", "accountId")
	want := apitest.Decode[rc.BusinessHours](t, w.Do("ada", "PUT", path, hours), 200)
	if got := apitest.Get[rc.BusinessHours](w, "bob", path); !cmp.Equal(got, want) || got.Schedule.WeeklyRanges["monday"][0].From != "09:00" {
		t.Errorf("what Bob reads: %+v, want %+v", got, want)
	}
	var told []int64 // by the one change that was not refused
	for _, e := range events() {
		told = append(told, e.ExtensionID)
	}
	if !slices.Equal(told, []int64{apitest.Ada, apitest.Bob, apitest.Cy}) {
		t.Errorf("told %v, want everybody of the company once", told)
	}
	if got := apitest.Get[rc.BusinessHours](w, "eve", path); len(got.Schedule.WeeklyRanges) > 0 {
		t.Errorf("another company's hours: %+v", got)
	}
	if got := apitest.Get[rc.BusinessHours](w, "ada", "/restapi/v1.0/account/~/extension/~/business-hours"); len(got.Schedule.WeeklyRanges) > 0 {
		t.Errorf("Ada's own hours: %+v", got)
	}
}

func TestThereIsNoBridge(t *testing.T) {
	w := newWorld(t)
	const path = "/restapi/v1.0/account/~/extension/~/conferencing"
	got := apitest.Get[map[string]any](w, "bob", path+"?countryId=1")
	if numbers, ok := got["phoneNumbers"].([]any); !ok || len(numbers) > 0 || got["hostCode"] != nil {
		t.Errorf("the bridge: %v, want none", got)
	}
	apitest.Refused(t, w.Do("bob", "GET", path+"?countryId=moon", nil), 400, "CMN-101", "countryId")
	apitest.Refused(t, w.Do("bob", "GET", "/restapi/v1.0/account/~/extension/101001/conferencing", nil), 403, "CMN-404", "")
}
