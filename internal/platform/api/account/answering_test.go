package account_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/rc"
)

const (
	businessRule = own + "/answering-rule/business-hours-rule"
	afterRule    = own + "/answering-rule/after-hours-rule"
	companyRule  = accountPath + "/answering-rule/business-hours-rule"
)

var deskRule = fmt.Sprintf("%s/extension/%d/answering-rule/business-hours-rule", accountPath, apitest.Desk)

func put(t *testing.T, w *apitest.World, as, path, body string) (rule rc.AnsweringRule) {
	t.Helper()
	rec := w.Do(as, "PUT", path, json.RawMessage(body))
	if rec.Code != 200 {
		t.Fatalf("PUT %s %s: %d %s", path, body, rec.Code, rec.Body)
	}
	if err := json.Unmarshal(rec.Body.Bytes(), &rule); err != nil {
		t.Fatal(err)
	}
	return rule
}

func TestTheRulesOfAUser(t *testing.T) {
	w := newWorld(t)
	var ids []string
	for _, n := range []string{"+14155550111", "+14155550112", "+14155550113"} {
		made := apitest.Decode[rc.ForwardingNumber](t, w.Do("ada", "POST", own+"/forwarding-number", json.RawMessage(`{"phoneNumber":"`+n+`"}`)), 200)
		ids = append(ids, made.ID)
	}
	all := apitest.Get[rc.List[rc.AnsweringRule]](w, "ada", own+"/answering-rule").Records
	if len(all) != 2 || all[0].CallHandlingAction != rc.ForwardCalls || len(all[0].Forwarding.Rules) != 3 || all[1].CallHandlingAction != rc.TakeMessagesOnly {
		t.Errorf("who has set nothing has %+v", all)
	}
	told := w.Told()
	rule := put(t, w, "ada", businessRule, fmt.Sprintf(`{"forwarding":{"softPhonesRingCount":2,"rules":[
		{"index":2,"ringCount":3,"enabled":true,"forwardingNumbers":[{"id":%q}]},
		{"index":1,"ringCount":4,"enabled":false,"forwardingNumbers":[{"id":%q},{"id":%q}]}]}}`, ids[0], ids[1], ids[2]))
	if events := told(); len(events) != 1 {
		t.Errorf("%d events, want one to Ada", len(events))
	}
	want := &rc.Forwarding{
		NotifyMySoftPhones: true, SoftPhonesRingCount: 2, SoftPhonesAlwaysRing: true, SoftPhonesTop: true, RingingMode: rc.Sequentially,
		Rules: []rc.ForwardingGroup{
			{Index: 1, RingCount: 4, Numbers: []rc.ForwardingTarget{{ID: ids[1], PhoneNumber: "+14155550112", Label: "Other", Type: "Other"}, {ID: ids[2], PhoneNumber: "+14155550113", Label: "Other", Type: "Other"}}},
			{Index: 2, RingCount: 3, Enabled: true, Numbers: []rc.ForwardingTarget{{ID: ids[0], PhoneNumber: "+14155550111", Label: "Other", Type: "Other"}}},
		},
	}
	for _, got := range []rc.AnsweringRule{rule, apitest.Get[rc.AnsweringRule](w, "ada", businessRule)} {
		for _, g := range got.Forwarding.Rules {
			for i := range g.Numbers {
				if g.Numbers[i].URI == "" {
					t.Error("a number has no URI")
				}
				g.Numbers[i].URI = ""
			}
		}
		if diff := cmp.Diff(want, got.Forwarding); diff != "" {
			t.Errorf("forwarding (-want +got):\n%s", diff)
		}
	}
	if got := put(t, w, "ada", businessRule, `{"forwarding":{"ringingMode":"Simultaneously"}}`); len(got.Forwarding.Rules) != 2 || got.Forwarding.SoftPhonesRingCount != 2 {
		t.Errorf("what was not sent is %+v", got.Forwarding)
	}
	if got := put(t, w, "ada", afterRule, `{"callHandlingAction":"TransferToExtension","transfer":{"extension":{"id":"101002"}}}`); got.Transfer.Extension.Name != "Bob Stone" {
		t.Errorf("transferred to %+v", got.Transfer)
	}
	if got := put(t, w, "ada", afterRule, `{"callHandlingAction":"UnconditionalForwarding","unconditionalForwarding":{"phoneNumber":"(415) 555-0150"}}`); got.UnconditionalForwarding.PhoneNumber != "+14155550150" || got.Transfer != nil {
		t.Errorf("forwarded to %+v, transferred to %+v", got.UnconditionalForwarding, got.Transfer)
	}
	if got := apitest.Get[rc.AnsweringRule](w, "bob", businessRule); len(got.Forwarding.Rules) != 0 {
		t.Errorf("Bob's rule is Ada's: %+v", got)
	}
}

func TestTheRulesOfQueuesAndCompanies(t *testing.T) {
	w := newWorld(t)
	w.AddDesk()
	if got := apitest.Get[rc.AnsweringRule](w, "bob", deskRule); got.CallHandlingAction != rc.AgentQueue || got.Queue.TransferMode != rc.Simultaneous {
		t.Errorf("the rule of a queue is %+v", got)
	}
	got := put(t, w, "ada", deskRule, `{"queue":{"transferMode":"FixedOrder","fixedOrderAgents":[{"extension":{"id":"101002"},"index":1}],
		"holdTime":60,"holdTimeExpirationAction":"TransferToExtension","transfer":[{"extension":{"id":"101003"}}]}}`)
	if q := got.Queue; q.AgentTimeout != 25 || q.HoldTime != 60 || q.FixedOrderAgents[0].Extension.Name != "Bob Stone" || q.Transfer[0].Extension.Name != "Cy" {
		t.Errorf("the queue's rule is %+v", q)
	}
	if got := put(t, w, "ada", companyRule, `{"callHandlingAction":"Bypass","extension":{"id":"101002"}}`); got.Extension.ExtensionNumber != "102" {
		t.Errorf("the company's rule is %+v", got)
	}
	hours := fmt.Sprintf("%s/extension/%d/business-hours", accountPath, apitest.Desk)
	if rec := w.Do("ada", "PUT", hours, json.RawMessage(`{"schedule":{"weeklyRanges":{"monday":[{"from":"09:00","to":"17:00"}]}}}`)); rec.Code != 200 {
		t.Errorf("the hours of a queue: %d %s", rec.Code, rec.Body)
	}
	apitest.Refused(t, w.Do("bob", "PUT", hours, json.RawMessage(`{"schedule":{}}`)), 403, "CMN-402", "")
}

func TestRulesThatAreRefused(t *testing.T) {
	w := newWorld(t)
	w.AddDesk()
	for _, tt := range []struct {
		name, as, method, path, body string
		status                       int
		code, parameter              string
	}{
		{"an unknown rule", "ada", "GET", own + "/answering-rule/x", ``, 404, "CMN-102", "ruleId"},
		{"changing one", "ada", "PUT", own + "/answering-rule/x", `{}`, 404, "CMN-102", "ruleId"},
		{"a colleague's", "ada", "GET", accountPath + "/extension/101002/answering-rule/business-hours-rule", ``, 403, "CMN-404", ""},
		{"a queue's, by a member", "bob", "PUT", deskRule, `{}`, 403, "CMN-402", ""},
		{"a company's, by a user", "bob", "PUT", companyRule, `{}`, 403, "CMN-402", ""},
		{"another company's", "eve", "GET", "/restapi/v1.0/account/100001/answering-rule", ``, 404, "CMN-102", "accountId"},
		{"another company's queue", "eve", "GET", deskRule, ``, 404, "CMN-102", "extensionId"},
		{"no JSON", "ada", "PUT", businessRule, `{"forwarding":7}`, 400, "CMN-103", ""},
		{"switched off", "ada", "PUT", businessRule, `{"enabled":false}`, 400, "CMN-101", "enabled"},
		{"an action of others", "ada", "PUT", businessRule, `{"callHandlingAction":"AgentQueue"}`, 400, "CMN-101", "callHandlingAction"},
		{"a number that is none", "ada", "PUT", businessRule, `{"callHandlingAction":"UnconditionalForwarding","unconditionalForwarding":{"phoneNumber":"abc"}}`, 400, "CMN-101", "unconditionalForwarding.phoneNumber"},
		{"no number", "ada", "PUT", businessRule, `{"callHandlingAction":"UnconditionalForwarding"}`, 400, "CMN-101", "unconditionalForwarding.phoneNumber"},
		{"no extension", "ada", "PUT", businessRule, `{"callHandlingAction":"TransferToExtension"}`, 400, "CMN-101", "transfer.extension.id"},
		{"an extension of others", "ada", "PUT", businessRule, `{"callHandlingAction":"TransferToExtension","transfer":{"extension":{"id":"201001"}}}`, 400, "CMN-101", "extension.id"},
		{"a forwarding number that is not there", "ada", "PUT", businessRule, `{"forwarding":{"rules":[{"ringCount":1,"forwardingNumbers":[{"id":"7"}]}]}}`, 400, "CMN-101", "forwarding.rules.forwardingNumbers.id"},
		{"rings without end", "ada", "PUT", businessRule, `{"forwarding":{"rules":[{"ringCount":99}]}}`, 400, "CMN-101", "forwarding.rules.ringCount"},
		{"another order", "ada", "PUT", businessRule, `{"forwarding":{"ringingMode":"x"}}`, 400, "CMN-101", "forwarding.ringingMode"},
		{"an order of members", "ada", "PUT", deskRule, `{"queue":{"transferMode":"x"}}`, 400, "CMN-101", "queue.transferMode"},
		{"a wait without end", "ada", "PUT", deskRule, `{"queue":{"holdTime":99999}}`, 400, "CMN-101", "queue.holdTime"},
		{"nobody after the wait", "ada", "PUT", deskRule, `{"queue":{"holdTimeExpirationAction":"TransferToExtension"}}`, 400, "CMN-101", "queue.transfer"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var body any
			if tt.body != "" {
				body = json.RawMessage(tt.body)
			}
			apitest.Refused(t, w.Do(tt.as, tt.method, tt.path, body), tt.status, tt.code, tt.parameter)
		})
	}
}
