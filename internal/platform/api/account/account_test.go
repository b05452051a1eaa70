package account_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/platform/api/account"
	"offhook/internal/platform/api/apitest"
	"offhook/internal/rc"
	"offhook/internal/store"
)

const (
	accountPath = "/restapi/v1.0/account/~"
	own         = accountPath + "/extension/~"
)

func newWorld(t *testing.T) *apitest.World {
	t.Helper()
	w := apitest.New(t)
	(&account.Handler{Face: w.Face, Store: w.Store, Bus: w.Bus, IDs: &store.IDs{Now: w.Now}, Now: w.Now, Log: w.Log}).Mount(w.Mux)
	return w
}

// The shapes of what clients read when they sign in, as the operator sees
// them.
func TestSignInReads(t *testing.T) {
	w := newWorld(t)
	for name, path := range map[string]string{
		"account.json":           accountPath,
		"service-info.json":      accountPath + "/service-info",
		"extension.json":         own,
		"extensions.json":        accountPath + "/extension",
		"phone-number.json":      own + "/phone-number?perPage=MAX&page=1",
		"account-numbers.json":   accountPath + "/phone-number",
		"caller-id.json":         own + "/caller-id",
		"features.json":          own + "/features",
		"authz-profile.json":     own + "/authz-profile",
		"authz-check.json":       own + "/authz-profile/check?permissionId=OutboundSMS",
		"dialing-plan.json":      accountPath + "/dialing-plan?perPage=MAX&page=1",
		"forwarding-number.json": own + "/forwarding-number?perPage=MAX&page=1",
		"business-hours.json":    own + "/business-hours",
		"company-hours.json":     accountPath + "/business-hours",
		"business-address.json":  accountPath + "/business-address",
		"grant.json":             own + "/grant",
		"notifications.json":     own + "/notification-settings",
		"templates.json":         accountPath + "/templates",
	} {
		t.Run(name, func(t *testing.T) {
			apitest.Golden(t, name, w.Do("ada", "GET", path, nil))
		})
	}
}

func TestRealIDsMeanTheSameAsTilde(t *testing.T) {
	w := newWorld(t)
	real := fmt.Sprintf("/restapi/v1.0/account/%d/extension/%d", apitest.Acme, apitest.Ada)
	for _, path := range []string{"", "/phone-number", "/features", "/caller-id"} {
		a, b := w.Do("ada", "GET", own+path, nil), w.Do("ada", "GET", real+path, nil)
		if a.Code != 200 || a.Body.String() != b.Body.String() {
			t.Errorf("%s: %d %s, by real ids %d %s", path, a.Code, a.Body, b.Code, b.Body)
		}
	}
}

func TestWhoMayRead(t *testing.T) {
	w := newWorld(t)
	bob := fmt.Sprintf("%s/extension/%d", accountPath, apitest.Bob)
	for _, tt := range []struct {
		name, as, path  string
		status          int
		code, parameter string
	}{
		{"another company looks absent", "ada", "/restapi/v1.0/account/200001", 404, "CMN-102", "accountId"},
		{"and its extensions", "ada", "/restapi/v1.0/account/200001/extension/201001", 404, "CMN-102", "accountId"},
		{"also under one's own account", "ada", accountPath + "/extension/201001", 404, "CMN-102", "extensionId"},
		{"an id that is no number", "ada", accountPath + "/extension/bob", 404, "CMN-102", "extensionId"},
		{"a colleague's numbers are closed", "ada", bob + "/phone-number", 403, "CMN-404", ""},
		{"a colleague's features are closed", "ada", bob + "/features", 403, "CMN-404", ""},
		{"a colleague's caller id is closed", "ada", bob + "/caller-id", 403, "CMN-404", ""},
		{"a colleague's permissions are closed", "ada", bob + "/authz-profile", 403, "CMN-404", ""},
		{"a colleague's forwarding numbers are closed", "ada", bob + "/forwarding-number", 403, "CMN-404", ""},
		{"a colleague's hours are closed", "ada", bob + "/business-hours", 403, "CMN-404", ""},
		{"a colleague's notifications are closed", "ada", bob + "/notification-settings", 403, "CMN-404", ""},
		{"a colleague's grants are closed", "ada", bob + "/grant", 403, "CMN-404", ""},
		{"another company's address looks absent", "ada", "/restapi/v1.0/account/200001/business-address", 404, "CMN-102", "accountId"},
		{"and its templates", "ada", "/restapi/v1.0/account/200001/templates", 404, "CMN-102", "accountId"},
		{"and its people's pictures", "ada", accountPath + "/extension/201001/profile-image", 404, "CMN-102", "extensionId"},
		{"the company's numbers are for administrators", "bob", accountPath + "/phone-number", 403, "CMN-402", ""},
		{"a token without the scope reads nothing", "ada?SMS", accountPath, 403, "CMN-401", ""},
		{"nor does no token", "", accountPath, 401, "OAU-123", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			apitest.Refused(t, w.Do(tt.as, "GET", tt.path, nil), tt.status, tt.code, tt.parameter)
		})
	}
	if got := apitest.Get[rc.Extension](w, "ada", bob); got.Name != "Bob Stone" || got.Permissions.Admin.Enabled {
		t.Errorf("a colleague's extension: %+v", got)
	}
	if got := apitest.Get[rc.Account](w, "eve", accountPath); got.ID != apitest.Other {
		t.Errorf("Eve's account: %+v", got)
	}
}

func TestExtensionsInOneRequest(t *testing.T) {
	w := newWorld(t)
	path := fmt.Sprintf("%s/extension/%d,%d,201001,x", accountPath, apitest.Ada, apitest.Bob)
	rec := w.Do("bob", "GET", path, nil, "Accept: application/vnd.ringcentral.multipart+json")
	var got []string
	for _, part := range apitest.Decode[[]struct {
		ResourceID string       `json:"resourceId"`
		Status     int          `json:"status"`
		Body       rc.Extension `json:"body"`
	}](t, rec, 207) {
		got = append(got, fmt.Sprint(part.ResourceID, " ", part.Status, " ", part.Body.Name))
	}
	if diff := cmp.Diff([]string{"101001 200 Ada Test", "101002 200 Bob Stone", "201001 404 ", "x 404 "}, got); diff != "" {
		t.Errorf("parts (-want +got):\n%s", diff)
	}
	if rec := w.Do("bob", "GET", path, nil); rec.Code != 207 || !strings.HasPrefix(rec.Header().Get("Content-Type"), "multipart/mixed; boundary=\"Boundary_4_") {
		t.Errorf("as MIME: %d %v", rec.Code, rec.Header())
	}
	apitest.Refused(t, w.Do("bob", "GET", accountPath+"/extension/1"+strings.Repeat(",1", 30), nil), 400, "CMN-106", "")
	apitest.Refused(t, w.Do("bob", "GET", "/restapi/v1.0/account/200001/extension/201001,1", nil), 404, "CMN-102", "accountId")
}

func TestNumbersSayWhoMayText(t *testing.T) {
	w := newWorld(t)
	for as, want := range map[string][]string{
		"ada": {apitest.AdaPhone + " CallerId SmsSender MmsSender", apitest.AcmeMain + " CallerId SmsSender MmsSender"},
		"bob": {apitest.BobPhone + " CallerId SmsSender MmsSender", apitest.AcmeMain + " CallerId"},
		"cy":  {apitest.AcmeMain + " CallerId"},
	} {
		var got []string
		for _, n := range apitest.Get[rc.List[rc.PhoneNumber]](w, as, own+"/phone-number").Records {
			got = append(got, n.PhoneNumber+" "+strings.Join(n.Features, " "))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("numbers of %s (-want +got):\n%s", as, diff)
		}
	}
	direct := apitest.Get[rc.List[rc.PhoneNumber]](w, "bob", own+"/phone-number?usageType=DirectNumber").Records
	if len(direct) != 1 || direct[0].PhoneNumber != apitest.BobPhone {
		t.Errorf("Bob's direct numbers: %+v", direct)
	}
	if got := apitest.Get[rc.CallerIDInfo](w, "cy", own+"/caller-id"); got.ByFeature[0].CallerID.PhoneInfo.PhoneNumber != apitest.AcmeMain {
		t.Errorf("who has no number shows %+v", got.ByFeature[0])
	}
}

func TestFeatures(t *testing.T) {
	w := newWorld(t)
	features := func(as, query string) []rc.Feature {
		return apitest.Get[rc.List[rc.Feature]](w, as, own+"/features?"+query).Records
	}
	available := func(fs []rc.Feature) []string {
		var ids []string
		for _, f := range fs {
			if f.Available {
				ids = append(ids, f.ID)
			} else if f.Reason == nil {
				t.Errorf("%s is not available and does not say why", f.ID)
			}
		}
		return ids
	}
	// Without the first two, released clients sign their user out.
	for _, id := range []string{"ReadCompanyInfo", "ReadExtensionInfo", "SMSSending", "PagesSending", "PagesReceiving"} {
		if !slices.Contains(available(features("ada", "")), id) {
			t.Errorf("%s is not available", id)
		}
	}
	for _, id := range []string{"WebPhone", "RingOut"} {
		if slices.Contains(available(features("ada", "")), id) {
			t.Errorf("%s is available, but nothing answers it", id)
		}
	}
	withPhones := apitest.New(t)
	(&account.Handler{Face: withPhones.Face, Store: withPhones.Store, Phones: true}).Mount(withPhones.Mux)
	if got := available(apitest.Get[rc.List[rc.Feature]](withPhones, "ada", own+"/features").Records); !slices.Contains(got, "WebPhone") || slices.Contains(got, "RingOut") {
		t.Errorf("with an exchange that rings nobody out: %v", got)
	}
	if slices.Contains(available(features("cy", "")), "SMSSending") {
		t.Errorf("who has no number may send texts")
	}
	only := features("ada", "availableOnly=true")
	if len(available(only)) != len(only) {
		t.Errorf("availableOnly lists others: %+v", only)
	}
	if got := features("ada", "featureId=WebPhone&featureId=SMSSending"); len(got) != 2 {
		t.Errorf("two features asked for, got %+v", got)
	}
	apitest.Refused(t, w.Do("ada", "GET", own+"/features?availableOnly=x", nil), 400, "CMN-101", "availableOnly")
}

func TestExtensionsCanBeSelected(t *testing.T) {
	w := newWorld(t)
	for query, want := range map[string]string{
		"":                    "101 102 103",
		"extensionNumber=102": "102",
		"email=ada@example.com&email=cy@example.com": "101 103",
		"status=Disabled":            "",
		"type=User&perPage=1&page=3": "103",
	} {
		var got []string
		for _, e := range apitest.Get[rc.List[rc.Extension]](w, "bob", accountPath+"/extension?"+query).Records {
			got = append(got, e.ExtensionNumber)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", query, got, want)
		}
	}
}

func TestPermissionCheck(t *testing.T) {
	w := newWorld(t)
	check := func(as, id string) bool {
		return apitest.Get[struct{ Successful bool }](w, as, own+"/authz-profile/check?permissionId="+id).Successful
	}
	for _, tt := range []struct {
		as, id string
		want   bool
	}{
		{"ada", "OutboundSMS", true}, {"cy", "OutboundSMS", false}, {"ada", "ReadCompanyPhoneNumbers", true},
		{"bob", "ReadCompanyPhoneNumbers", false}, {"ada", "EditCompanyInfo", false},
	} {
		if got := check(tt.as, tt.id); got != tt.want {
			t.Errorf("%s for %s: %t, want %t", tt.id, tt.as, got, tt.want)
		}
	}
	apitest.Refused(t, w.Do("ada", "GET", own+"/authz-profile/check", nil), 400, "CMN-101", "permissionId")
}
