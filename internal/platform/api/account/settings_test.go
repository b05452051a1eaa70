package account_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"mime/multipart"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/event"
	"offhook/internal/rc"
)

// Nobody changes what is another's, or without the permission.
func TestWhoMayChange(t *testing.T) {
	w := newWorld(t)
	bob := fmt.Sprintf("%s/extension/%d", accountPath, apitest.Bob)
	for _, op := range [][3]string{
		{"PUT", "", `{"contact":{"firstName":"X"}}`}, {"PUT", "/caller-id", `{}`}, {"POST", "/forwarding-number", `{"phoneNumber":"+14155550111"}`},
		{"PUT", "/forwarding-number/1", `{}`}, {"DELETE", "/forwarding-number/1", ""}, {"PUT", "/business-hours", `{"schedule":{}}`},
		{"PUT", "/profile-image", "x"}, {"POST", "/profile-image", "x"}, {"DELETE", "/profile-image", ""},
	} {
		name := op[0] + " " + op[1]
		if got := w.Do("ada", op[0], bob+op[1], op[2]); got.Code != 403 || !strings.Contains(got.Body.String(), "CMN-404") {
			t.Errorf("%s of a colleague, as administrator: %d %s", name, got.Code, got.Body)
		}
		if got := w.Do("ada", op[0], accountPath+"/extension/201001"+op[1], op[2]); got.Code != 404 {
			t.Errorf("%s of another company's user: %d %s", name, got.Code, got.Body)
		}
		if got := w.Do("ada?ReadAccounts", op[0], own+op[1], op[2]); got.Code != 403 || !strings.Contains(got.Body.String(), "CMN-401") {
			t.Errorf("%s without the permission: %d %s", name, got.Code, got.Body)
		}
	}
	if got := apitest.Get[rc.Extension](w, "bob", own); got.Name != "Bob Stone" {
		t.Errorf("Bob is called %s", got.Name)
	}
}

func TestAUserChangesTheirNameAndRegion(t *testing.T) {
	w := newWorld(t)
	events := make(chan event.Event, 10)
	cancel, err := event.Subscribe(w.Bus, w.Log, func(e event.Event) { events <- e })
	if err != nil {
		t.Fatal(err)
	}
	defer cancel()
	got := apitest.Decode[rc.Extension](t, w.Do("bob", "PUT", own, `{"contact":{"firstName":" Robert ","department":"Labs","email":"bob@example.com"},
		"regionalSettings":{"timezone":{"id":"1024"},"language":{"id":"1031"},"timeFormat":"24h","homeCountry":{"id":"DE"}},"status":"Enabled"}`), 200)
	r := got.RegionalSettings
	if got.Name != "Robert Stone" || got.Contact.Department != "Labs" || got.Contact.JobTitle != "Engineer" ||
		r.Timezone.Name != "Europe/Berlin" || r.Timezone.Bias != "60" || r.Language.LocaleCode != "de-DE" || r.TimeFormat != "24h" || r.HomeCountry.ISOCode != "DE" || r.Currency.Code != "EUR" {
		t.Errorf("after the change: %+v", got)
	}
	own2, company := <-events, <-events
	if own2.Filter != rc.ExtensionPath(apitest.Acme, apitest.Bob) || own2.Others != nil || !strings.Contains(string(own2.Body), "ExtensionInfo") {
		t.Errorf("event %+v", own2)
	}
	if !strings.HasSuffix(company.Filter, "/extension") || !strings.Contains(string(company.Others), fmt.Sprint(apitest.Bob)) {
		t.Errorf("event for colleagues %+v", company)
	}
	for range 2 {
		if e := <-events; !strings.Contains(e.Filter, "/directory/") || !strings.Contains(string(e.Others), "Robert Stone") {
			t.Errorf("event of the directory %+v", e)
		}
	}
	if got := apitest.Decode[rc.Extension](t, w.Do("bob", "PUT", own, `{"regionalSettings":{"timeFormat":"12h"}}`), 200); got.RegionalSettings.Timezone.Name != "Europe/Berlin" || got.RegionalSettings.TimeFormat != "12h" || got.Name != "Robert Stone" {
		t.Errorf("what was not named has changed: %+v", got)
	}
	if got := apitest.Get[rc.Extension](w, "ada", own); got.RegionalSettings.Timezone.Name != "US/Pacific" {
		t.Errorf("Ada's region: %+v", got.RegionalSettings)
	}
	for _, tt := range []struct {
		body, code, parameter string
		status                int
	}{
		{`{"contact":{"email":"ada@example.com"}}`, "CMN-408", "contact.email", 403},
		{`{"extensionNumber":"1"}`, "CMN-408", "extensionNumber", 403},
		{`{"status":"Disabled"}`, "CMN-408", "status", 403},
		{`{"type":"Department"}`, "CMN-408", "type", 403},
		{`{"password":"let me in"}`, "CMN-408", "password", 403},
		{`{"contact":{"firstName":"","lastName":" "}}`, "CMN-101", "contact.firstName", 400},
		{`{"contact":{"jobTitle":"` + strings.Repeat("x", 65) + `"}}`, "CMN-101", "contact.jobTitle", 400},
		{`{"contact":{"lastName":"a\nb"}}`, "CMN-101", "contact.lastName", 400},
		{`{"regionalSettings":{"timezone":{"id":"Mars"}}}`, "CMN-101", "regionalSettings.timezone.id", 400},
		{`{"regionalSettings":{"language":{"id":"0"}}}`, "CMN-101", "regionalSettings.language.id", 400},
		{`{"regionalSettings":{"homeCountry":{"id":"ZZ"}}}`, "CMN-101", "regionalSettings.homeCountry.id", 400},
		{`{"regionalSettings":{"timeFormat":"decimal"}}`, "CMN-101", "regionalSettings.timeFormat", 400},
		{`[`, "CMN-103", "", 400},
	} {
		apitest.Refused(t, w.Do("bob", "PUT", own, tt.body), tt.status, tt.code, tt.parameter)
	}
	if got := apitest.Get[rc.Extension](w, "bob", own); got.Name != "Robert Stone" || got.Contact.Email != "bob@example.com" {
		t.Errorf("after refusals: %+v", got)
	}
}

func TestForwardingNumbers(t *testing.T) {
	w := newWorld(t)
	path := own + "/forwarding-number"
	list := func(as string) []rc.ForwardingNumber {
		t.Helper()
		return apitest.Get[rc.List[rc.ForwardingNumber]](w, as, path).Records
	}
	made := apitest.Decode[rc.ForwardingNumber](t, w.Do("ada", "POST", path, `{"phoneNumber":"(415) 555-0111","label":"Car","type":"Mobile","flipNumber":3}`), 200)
	want := rc.ForwardingNumber{ID: made.ID, URI: made.URI, PhoneNumber: "+14155550111", Label: "Car", Type: "Mobile", FlipNumber: "3", Features: []string{"CallForwarding", "CallFlip"}}
	if diff := cmp.Diff(want, made); diff != "" || made.ID == "" || !strings.HasSuffix(made.URI, "/forwarding-number/"+made.ID) {
		t.Errorf("made (-want +got):\n%s", diff)
	}
	plain := apitest.Decode[rc.ForwardingNumber](t, w.Do("ada", "POST", path, `{"phoneNumber":"+14155550112"}`), 200)
	if plain.Type != "Other" || plain.Label != "Other" || len(plain.Features) != 1 {
		t.Errorf("made with a number alone: %+v", plain)
	}
	changed := apitest.Decode[rc.ForwardingNumber](t, w.Do("ada", "PUT", path+"/"+made.ID, `{"label":"Boat","flipNumber":"4"}`), 200)
	want.Label, want.FlipNumber = "Boat", "4"
	if diff := cmp.Diff([]rc.ForwardingNumber{want, plain}, list("ada")); diff != "" || changed.Label != "Boat" {
		t.Errorf("the list after PUT (-want +got):\n%s", diff)
	}
	for _, tt := range []struct {
		name, method, path, body, code, parameter string
		status                                    int
	}{
		{"no number", "POST", path, `{}`, "CMN-101", "phoneNumber", 400},
		{"a number that is none", "POST", path, `{"phoneNumber":"home"}`, "CMN-101", "phoneNumber", 400},
		{"an extension", "POST", path, `{"phoneNumber":"+14155550113 ext. 7"}`, "CMN-101", "phoneNumber", 400},
		{"the same number again", "POST", path, `{"phoneNumber":"+14155550112"}`, "CMN-406", "phoneNumber", 403},
		{"the same flip number", "PUT", path + "/" + plain.ID, `{"flipNumber":4}`, "CMN-406", "flipNumber", 403},
		{"a flip number that cannot be dialled", "POST", path, `{"phoneNumber":"+14155550113","flipNumber":0}`, "CMN-101", "flipNumber", 400},
		{"a type that belongs to devices", "POST", path, `{"phoneNumber":"+14155550113","type":"PhoneLine"}`, "CMN-101", "type", 400},
		{"an unknown id", "PUT", path + "/7", `{}`, "CMN-102", "forwardingNumberId", 404},
		{"deleting an unknown id", "DELETE", path + "/7", ``, "CMN-102", "forwardingNumberId", 404},
	} {
		t.Run(tt.name, func(t *testing.T) {
			apitest.Refused(t, w.Do("ada", tt.method, tt.path, tt.body), tt.status, tt.code, tt.parameter)
		})
	}
	if got := w.Do("bob", "PUT", path+"/"+made.ID, `{"label":"Mine"}`); got.Code != 404 || len(list("bob")) != 0 {
		t.Errorf("Bob changes Ada's: %d %s", got.Code, got.Body)
	}
	if got := w.Do("ada", "DELETE", path+"/"+made.ID, nil); got.Code != 204 || len(list("ada")) != 1 {
		t.Errorf("DELETE: %d %s", got.Code, got.Body)
	}
	for i := range 49 {
		apitest.Decode[rc.ForwardingNumber](t, w.Do("ada", "POST", path, fmt.Sprintf(`{"phoneNumber":"+141555512%02d"}`, i)), 200)
	}
	apitest.Refused(t, w.Do("ada", "POST", path, `{"phoneNumber":"+14155551300"}`), 403, "CMN-109", "")
}

func TestBusinessHours(t *testing.T) {
	w := newWorld(t)
	path := own + "/business-hours"
	body := `{"schedule":{"weeklyRanges":{"monday":[{"from":"09:00","to":"12:00"},{"from":"13:00","to":"18:00"}],"sunday":[{"from":"00:00","to":"24:00"}]}}}`
	apitest.Decode[rc.BusinessHours](t, w.Do("ada", "PUT", path, body), 200)
	if got := apitest.Get[rc.BusinessHours](w, "ada", path); len(got.Schedule.WeeklyRanges["monday"]) != 2 || got.Schedule.WeeklyRanges["sunday"][0].To != "24:00" || !strings.HasSuffix(got.URI, "/business-hours") {
		t.Errorf("hours %+v", got)
	}
	if got := apitest.Get[rc.BusinessHours](w, "bob", path); len(got.Schedule.WeeklyRanges) != 0 {
		t.Errorf("Bob's hours are Ada's: %+v", got)
	}
	for _, ranges := range []string{
		`"monday":[{"from":"18:00","to":"09:00"}]`, `"monday":[{"from":"09:00","to":"09:00"}]`, `"monday":[{"from":"9","to":"10:00"}]`, `"monday":[{"from":"09:00","to":"25:00"}]`,
		`"monday":[{"from":"09:00","to":"12:00"},{"from":"11:00","to":"13:00"}]`, `"Monday":[]`,
	} {
		if got := w.Do("ada", "PUT", path, `{"schedule":{"weeklyRanges":{`+ranges+`}}}`); got.Code != 400 || !strings.Contains(got.Body.String(), "CMN-101") {
			t.Errorf("%s: %d %s", ranges, got.Code, got.Body)
		}
	}
	apitest.Refused(t, w.Do("ada", "PUT", path, `{}`), 400, "CMN-101", "schedule")
	apitest.Decode[rc.BusinessHours](t, w.Do("ada", "PUT", path, `{"schedule":{}}`), 200)
	if got := apitest.Get[rc.BusinessHours](w, "ada", path); len(got.Schedule.WeeklyRanges) != 0 {
		t.Errorf("around the clock again: %+v", got)
	}
}

func TestCallerIDCanBeChosen(t *testing.T) {
	w := newWorld(t)
	path := own + "/caller-id"
	shown := func(info rc.CallerIDInfo, feature string) string {
		for _, f := range info.ByFeature {
			if f.Feature == feature && f.CallerID.PhoneInfo != nil {
				return f.CallerID.PhoneInfo.PhoneNumber
			} else if f.Feature == feature {
				return f.CallerID.Type
			}
		}
		return ""
	}
	got := apitest.Decode[rc.CallerIDInfo](t, w.Do("bob", "PUT", path, `{"byFeature":[{"feature":"RingOut","callerId":{"type":"PhoneNumber","phoneInfo":{"id":"500"}}},
		{"feature":"MobileApp","callerId":{"type":"Blocked"}}],"extensionNameForOutboundCalls":false}`), 200)
	if shown(got, "RingOut") != apitest.AcmeMain || shown(got, "MobileApp") != "Blocked" || shown(got, "Alternate") != apitest.BobPhone || got.ExtensionNameForOutboundCalls || !got.ExtensionNumberForInternalCalls {
		t.Errorf("after PUT: %+v", got)
	}
	apitest.Decode[rc.CallerIDInfo](t, w.Do("bob", "PUT", path, `{"byFeature":[{"feature":"MobileApp","callerId":{"phoneInfo":{"phoneNumber":"`+apitest.BobPhone+`"}}}]}`), 200)
	if got := apitest.Get[rc.CallerIDInfo](w, "bob", path); shown(got, "RingOut") != apitest.AcmeMain || shown(got, "MobileApp") != apitest.BobPhone || got.ExtensionNameForOutboundCalls {
		t.Errorf("after another PUT: %+v", got)
	}
	for body, code := range map[string]string{
		`{"byFeature":[{"feature":"RingOut","callerId":{"phoneInfo":{"id":"501"}}}]}`: "CMN-102", // Ada's
		`{"byFeature":[{"feature":"RingOut","callerId":{"phoneInfo":{"id":"503"}}}]}`: "CMN-102", // another company's
		`{"byFeature":[{"feature":"Telepathy","callerId":{"type":"Blocked"}}]}`:       "CMN-101",
		`{"byFeature":[{"feature":"RingOut","callerId":{"type":"PhoneNumber"}}]}`:     "CMN-101",
		`{"byDevice":[{"device":{"id":"1"},"callerId":{"type":"Blocked"}}]}`:          "CMN-102",
	} {
		if got := w.Do("bob", "PUT", path, body); got.Code < 400 || !strings.Contains(got.Body.String(), code) {
			t.Errorf("%s: %d %s, want %s", body, got.Code, got.Body, code)
		}
	}
}

// dot is a small picture of a format.
func dot(t *testing.T, format string, side int) string {
	t.Helper()
	img := image.NewPaletted(image.Rect(0, 0, side, 1), color.Palette{color.Black})
	var b bytes.Buffer
	var err error
	switch format {
	case "png":
		err = png.Encode(&b, img)
	case "jpeg":
		err = jpeg.Encode(&b, img, nil)
	case "gif":
		err = gif.Encode(&b, img, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestAPicture(t *testing.T) {
	w := newWorld(t)
	path := own + "/profile-image"
	bob := fmt.Sprintf("%s/extension/%d/profile-image", accountPath, apitest.Bob)
	apitest.Refused(t, w.Do("ada", "GET", bob, nil), 404, "CMN-102", "profileImage")
	for i, format := range []string{"png", "jpeg", "gif"} {
		method := []string{"PUT", "POST"}[i%2]
		picture := dot(t, format, 7)
		// What the sender calls it counts for nothing.
		if got := w.Do("bob", method, path, picture, "Content-Type: text/html"); got.Code != 204 {
			t.Fatalf("%s %s: %d %s", method, format, got.Code, got.Body)
		}
		got := w.Do("ada", "GET", bob, nil)
		if got.Code != 200 || got.Body.String() != picture || got.Header().Get("Content-Type") != "image/"+format || got.Header().Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: %d %v", format, got.Code, got.Header())
		}
		tag := got.Header().Get("ETag")
		if got := w.Do("ada", "GET", bob, nil, "If-None-Match: "+tag); got.Code != 304 || got.Body.Len() > 0 || tag == "" {
			t.Errorf("%s with its tag %s: %d", format, tag, got.Code)
		}
	}
	var form bytes.Buffer
	m := multipart.NewWriter(&form)
	part, err := m.CreateFormFile("image", "me.png")
	if err != nil {
		t.Fatal(err)
	}
	_, err = part.Write([]byte(dot(t, "png", 9)))
	if err != nil || m.Close() != nil {
		t.Fatal(err)
	}
	if got := w.Do("bob", "POST", path, form.String(), "Content-Type: "+m.FormDataContentType()); got.Code != 204 {
		t.Errorf("as a form: %d %s", got.Code, got.Body)
	}
	for name, got := range map[string]*httptest.ResponseRecorder{
		"a script":                w.Do("bob", "PUT", path, "<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", "Content-Type: image/png"),
		"a picture that is wide":  w.Do("bob", "PUT", path, dot(t, "png", 4097)),
		"a file that is too long": w.Do("bob", "PUT", path, dot(t, "png", 1)+strings.Repeat("x", 5<<20)),
		"a form without a file":   w.Do("bob", "PUT", path, "--b--\r\n", "Content-Type: multipart/form-data; boundary=b"),
		"nothing":                 w.Do("bob", "PUT", path, ""),
	} {
		if got.Code < 400 || got.Code > 415 {
			t.Errorf("%s: %d %s", name, got.Code, got.Body)
		}
	}
	if got := w.Do("ada", "GET", bob, nil); got.Body.String() != dot(t, "png", 9) {
		t.Error("a refused picture took the place of a good one")
	}
	for range 2 {
		if got := w.Do("bob", "DELETE", path, nil); got.Code != 204 {
			t.Errorf("DELETE: %d %s", got.Code, got.Body)
		}
	}
	apitest.Refused(t, w.Do("bob", "GET", path, nil), 404, "CMN-102", "profileImage")
}
