package account_test

import (
	"slices"
	"testing"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/rc"
)

func TestAQueueIsAnExtensionOfNobody(t *testing.T) {
	w := newWorld(t)
	w.AddDesk()
	var types []string
	for _, e := range apitest.Get[rc.List[rc.Extension]](w, "cy", "/restapi/v1.0/account/~/extension").Records {
		types = append(types, e.ExtensionNumber+" "+e.Type)
	}
	if want := []string{"101 User", "102 User", "103 User", "500 Department"}; !slices.Equal(types, want) {
		t.Errorf("the extensions are %v, want %v", types, want)
	}
	if got := apitest.Get[rc.List[rc.Extension]](w, "cy", "/restapi/v1.0/account/~/extension?type=Department").Records; len(got) != 1 || got[0].Name != "Front desk" {
		t.Errorf("the queues among them: %+v", got)
	}
	if got := apitest.Get[rc.Extension](w, "cy", "/restapi/v1.0/account/~/extension/101050"); got.Type != rc.TypeDepartment || got.Name != "Front desk" {
		t.Errorf("the queue: %+v", got)
	}
	apitest.Refused(t, w.Do("eve", "GET", "/restapi/v1.0/account/~/extension/101050", nil), 404, "CMN-102", "extensionId")
	for _, path := range []string{"/message-store", "/phone-number", "/caller-id", "/features"} {
		if rec := w.Do("ada", "GET", "/restapi/v1.0/account/~/extension/101050"+path, nil); rec.Code != 404 {
			t.Errorf("%s of a queue: %d %s", path, rec.Code, rec.Body)
		}
	}
}

func TestMembersMaySendFromTheirQueuesNumbers(t *testing.T) {
	w := newWorld(t)
	w.AddDesk()
	for as, member := range map[string]bool{"ada": true, "bob": true, "cy": false, "eve": false} {
		numbers := apitest.Get[rc.List[rc.PhoneNumber]](w, as, "/restapi/v1.0/account/~/extension/~/phone-number").Records
		i := slices.IndexFunc(numbers, func(n rc.PhoneNumber) bool { return n.PhoneNumber == apitest.DeskPhone })
		if i >= 0 != member {
			t.Errorf("%s has the numbers %+v", as, numbers)
		}
		if member && (!slices.Contains(numbers[i].Features, "SmsSender") || numbers[i].Extension == nil || numbers[i].Extension.Type != rc.TypeDepartment) {
			t.Errorf("the queue's number as %s sees it: %+v", as, numbers[i])
		}
		features := apitest.Get[rc.List[rc.Feature]](w, as, "/restapi/v1.0/account/~/extension/~/features?featureId=CallQueueSmsRecipient").Records
		if len(features) != 1 || features[0].Available != member {
			t.Errorf("%s has %+v", as, features)
		}
	}
}
