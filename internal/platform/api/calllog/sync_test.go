package calllog_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/api/calllog"
	"offhook/internal/rc"
)

func (w *world) sync(as, path, query string) rc.CallSync {
	w.T.Helper()
	return apitest.Get[rc.CallSync](w.World, as, path+"/call-log-sync?"+query)
}

func isync(token string) string { return "syncType=ISync&syncToken=" + url.QueryEscape(token) }

func TestFullSync(t *testing.T) {
	w := newWorld(t)
	for _, tt := range []struct{ name, query, want string }{
		{"all there is", "", "1h Accepted, 2h Missed, 3h Call connected, 4h Busy, 48h Voicemail"},
		{"as many as asked for", "recordCount=2&syncType=FSync", "1h Accepted, 2h Missed"},
		{"from a date", "dateFrom=2026-01-01&recordCount=250", "1h Accepted, 2h Missed, 3h Call connected, 4h Busy"},
		{"missed", "statusGroup=Missed", "2h Missed, 48h Voicemail"},
		{"recorded", "withRecording=true", "1h Accepted, 3h Call connected"},
		{"recorded in a way", "recordingType=OnDemand", "1h Accepted"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := w.sync("ada", own, tt.query)
			if told(got.Records) != tt.want || got.SyncInfo.SyncType != rc.FSync || got.SyncInfo.SyncToken == "" || !got.SyncInfo.SyncTime.Equal(apitest.Start) {
				t.Errorf("%q, %+v; want %q", told(got.Records), got.SyncInfo, tt.want)
			}
		})
	}
	for _, query := range []string{"recordCount=0", "recordCount=x", "syncType=Half", "dateFrom=x", "statusGroup=Some", "withRecording=x", "view=Wide", "showDeleted=x"} {
		name, _, _ := strings.Cut(query, "=")
		apitest.Refused(t, w.Do("ada", "GET", own+"/call-log-sync?"+query, nil), 400, "CMN-101", name)
	}
}

func TestIncrementalSyncTellsEachChangeOnce(t *testing.T) {
	w := newWorld(t)
	token, missed, everybodys := w.sync("ada", own, "").SyncInfo.SyncToken, w.sync("ada", own, "statusGroup=Missed").SyncInfo.SyncToken, w.sync("ada", company, "").SyncInfo.SyncToken
	add := func(c calllog.PastCall) {
		t.Helper()
		if err := calllog.Seed(t.Context(), w.Store, []calllog.PastCall{c}); err != nil {
			t.Fatal(err)
		}
	}
	if got := w.sync("ada", own, isync(token)); len(got.Records) != 0 {
		t.Errorf("nothing happened, but the sync tells %q", told(got.Records))
	}
	add(calllog.PastCall{From: apitest.AdaPhone, To: apitest.BobPhone, At: apitest.Start.Add(-time.Minute), Duration: time.Second, Outcome: calllog.Rejected})
	got := w.sync("ada", own, isync(token)+"&view=Detailed")
	if told(got.Records) != "0s Rejected" || got.SyncInfo.SyncType != rc.ISync || got.Records[0].Legs == nil {
		t.Errorf("a call: the sync tells %+v", got.Records)
	}
	token = got.SyncInfo.SyncToken
	if got := w.sync("ada", own, isync(token)); len(got.Records) != 0 {
		t.Errorf("the call is told twice: %q", told(got.Records))
	}
	if got := w.sync("ada", own, isync(missed)); len(got.Records) != 0 {
		t.Errorf("a call that was not missed is told of missed ones: %q", told(got.Records))
	}
	if got := w.sync("ada", company, isync(everybodys)); len(got.Records) != 2 {
		t.Errorf("the company's sync: %q", told(got.Records))
	}
	apitest.Decode[any](t, w.Do("ada", "DELETE", own+"/call-log?dateTo=2026-01-01", nil), 204)
	if got := w.sync("ada", own, isync(token)); len(got.Records) != 0 {
		t.Errorf("a deleted call is told to who did not ask: %+v", got.Records)
	}
	got = w.sync("ada", own, isync(token)+"&showDeleted=true")
	if len(got.Records) != 1 || !got.Records[0].Deleted || got.Records[0].From != nil {
		t.Errorf("a deleted call: %+v", got.Records)
	}
}

func TestAWornTokenAsksForAFullSync(t *testing.T) {
	w := newWorld(t)
	token := w.sync("ada", own, "").SyncInfo.SyncToken
	for name, bad := range map[string]string{
		"none": "", "nonsense": "xx", "damaged": token[:len(token)-4], "another's": w.sync("bob", own, "").SyncInfo.SyncToken, "the company's": w.sync("ada", company, "").SyncInfo.SyncToken,
	} {
		t.Run(name, func(t *testing.T) {
			apitest.Refused(t, w.Do("ada", "GET", own+"/call-log-sync?"+isync(bad), nil), 400, "CLG-101", "syncToken")
		})
	}
	many := make([]calllog.PastCall, 251)
	for i := range many {
		many[i] = calllog.PastCall{From: apitest.Outside, To: apitest.AdaPhone, At: apitest.Start, Outcome: calllog.Missed}
	}
	if err := calllog.Seed(t.Context(), w.Store, many); err != nil {
		t.Fatal(err)
	}
	apitest.Refused(t, w.Do("ada", "GET", own+"/call-log-sync?"+isync(token), nil), 400, "CLG-105", "syncToken")
}
