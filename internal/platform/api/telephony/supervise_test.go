package telephony_test

import (
	"context"
	"fmt"
	"testing"

	"offhook/internal/platform/api/apitest"
	"offhook/internal/platform/exchange/session"
	"offhook/internal/rc"
	"offhook/internal/store"
)

func (x *exchange) SuperviseParty(_ context.Context, id, party string, extensionID int64, deviceID string, auto bool) (string, error) {
	x.note("supervise on %s, by itself %v", deviceID, auto)
	agent := x.party(id, party)
	p := agent.Session().Add(session.PartySpec{
		Direction: rc.Outbound, AccountID: apitest.Acme, ExtensionID: extensionID, To: agent.Spec().To, Action: "Monitoring", Hidden: true,
	})
	p.Supervise()
	return p.ID(), nil
}

func TestWhoMayListensInOnAColleague(t *testing.T) {
	w := newWorld(t)
	w.ada.Answer()
	w.bob.Answer()
	ask := `{"mode":"Listen","supervisorDeviceId":"9","agentExtensionId":"101002","autoAnswer":false}`
	for _, as := range []string{"cy", "ada", "eve"} {
		apitest.Refused(t, w.Do(as, "POST", w.session()+"/supervise", ask), 404, "CMN-102", "telephonySessionId")
		apitest.Refused(t, w.Do(as, "POST", w.of(w.bob)+"/supervise", ask), 404, "CMN-102", "telephonySessionId")
	}
	err := w.Store.Write(t.Context(), func(tx store.PlatformTx) error { return tx.LetMonitor(t.Context(), apitest.Cy, apitest.Bob, true) })
	if err != nil {
		t.Fatal(err)
	}
	apitest.Refused(t, w.Do("cy", "POST", w.of(w.ada)+"/supervise", ask), 404, "CMN-102", "telephonySessionId") // another's
	for _, tt := range []struct{ body, parameter string }{
		{`{"mode":"Shout","supervisorDeviceId":"9","agentExtensionId":"101002"}`, "mode"},
		{`{"mode":"Listen","agentExtensionId":"101002"}`, "supervisorDeviceId"},
		{`{"mode":"Listen","supervisorDeviceId":"9"}`, "agentExtensionId"},
	} {
		apitest.Refused(t, w.Do("cy", "POST", w.session()+"/supervise", tt.body), 400, "CMN-101", tt.parameter)
	}
	byNumber := `{"mode":"Listen","supervisorDeviceId":"9","agentExtensionNumber":"102"}`
	for path, body := range map[string]string{w.session() + "/supervise": byNumber, w.of(w.bob) + "/supervise": ask} {
		p := apitest.Decode[rc.TelephonyParty](t, w.Do("cy", "POST", path, body), 201)
		if p.Status.Reason != rc.ReasonSupervising || p.Owner == nil || p.Owner.ExtensionID != fmt.Sprint(apitest.Cy) {
			t.Errorf("%s: %+v", path, p)
		}
	}
	for as, want := range map[string]int{"ada": 2, "bob": 2, "cy": 4} {
		if got := apitest.Get[rc.TelephonySession](w.World, as, w.session()).Parties; len(got) != want {
			t.Errorf("%s sees %d parties, want %d", as, len(got), want)
		}
	}
}
