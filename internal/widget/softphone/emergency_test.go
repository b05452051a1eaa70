package softphone_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/rc"
	"offhook/internal/widget/call"
	"offhook/internal/widget/softphone"
	"offhook/internal/widget/visit"
)

func (d *deskDouble) Emergency(typed string) (number string, test, ok bool) {
	return typed, typed == "933", typed == "911" || typed == "933"
}

func (d *deskDouble) EmergencyAddress(context.Context, string) (*rc.EmergencyAddress, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.lives, d.lost
}

func (d *deskDouble) RegisterEmergencyAddress(_ context.Context, device string, a rc.EmergencyAddress) (*rc.EmergencyAddress, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if device == "" || a.Street == "" {
		return nil, rc.Errorf(rc.Invalid, "Write the street.")
	}
	d.lives = &a
	return &a, nil
}

func (d *deskDouble) HelpCountries() (home string, all []string) { return "US", []string{"CA", "US"} }

const (
	home      = `{"customerName":"Ada","street":"1 Harbor Way","city":"Belmont","state":"CA","zip":"94002","countryIsoCode":"US"}`
	countries = `"country":"US","countries":["CA","US"]}`
	lines     = `"lines":["Ada","1 Harbor Way","Belmont, CA 94002"],`
)

// framed is a phone behind its routes.
func framed(t *testing.T, edit ...func(*rig)) (r *rig, ask func(method, path, body string) (*httptest.ResponseRecorder, string)) {
	t.Helper()
	r = registered(t, append(edit, func(r *rig) {
		r.pool.Visits = &visit.Face{Store: oneFrame{}, Sessions: byHeader{}, Log: slog.New(slog.DiscardHandler)}
	})...)
	mux := http.NewServeMux()
	r.pool.Mount(mux)
	return r, func(method, path, body string) (*httptest.ResponseRecorder, string) {
		req := httptest.NewRequest(method, "/p/frame"+path, strings.NewReader(body))
		req.Header.Set(visit.Header, "1")
		req.Header.Set("Test-Grant", "g")
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, req)
		return w, strings.TrimSpace(w.Body.String())
	}
}

func TestWhoCallsForHelpSeesFirstWhereItIsSentTo(t *testing.T) {
	page := new(wary)
	r, ask := framed(t, func(r *rig) { r.pool.Guards, r.pool.Audit = page, page })
	asked := func(want string) {
		t.Helper()
		w, body := ask("POST", "/calls", `{"to":"911"}`)
		if w.Code != 200 || w.Header().Get("X-Offhook-Guard") != "emergency" || body != want {
			t.Errorf("status %d, %s: %s\nwant %s", w.Code, w.Header().Get("X-Offhook-Guard"), body, want)
		}
	}
	asked(`{"number":"911","address":null,` + countries)
	if w, body := ask("POST", "/emergency", home); w.Code != 200 || body != `{"address":`+home+`,`+lines+countries {
		t.Errorf("registering an address: status %d %s", w.Code, body)
	}
	asked(`{"number":"911","address":` + home + `,` + lines + countries)
	if w, body := ask("GET", "/emergency", ""); w.Code != 200 || body != `{"address":`+home+`,`+lines+countries {
		t.Errorf("reading the address: status %d %s", w.Code, body)
	}
	if w, body := ask("POST", "/emergency", `{}`); w.Code != 400 || body != "Write the street." {
		t.Errorf("an address without a street: status %d %s", w.Code, body)
	}
	if calls := r.phone.Snapshot().Calls; len(calls) != 0 {
		t.Fatalf("somebody was called before it was confirmed: %+v", calls)
	}
	w, body := ask("POST", "/calls", `{"to":"911","anonymous":false,"confirmed":true}`)
	var placed struct{ ID string }
	if err := json.Unmarshal([]byte(body), &placed); err != nil || w.Code != 200 || placed.ID == "" {
		t.Fatalf("confirmed: status %d %s", w.Code, body)
	}
	r.newest("the call", func(c call.Call) bool { return c.ID == placed.ID && c.Number == "911" })
	if len(page.noted) > 0 {
		t.Errorf("the page was heard of an emergency: %v", page.noted)
	}
}

func TestACallForHelpDoesNotWaitForAnAddressThatCannotBeRead(t *testing.T) {
	r, ask := framed(t)
	r.desk.mu.Lock()
	r.desk.lost = rc.Errorf(rc.Unavailable, "The phone service cannot be reached.")
	r.desk.mu.Unlock()
	_, body := ask("POST", "/calls", `{"to":"933"}`)
	want := `{"number":"933","test":true,"address":null,"unknown":"The phone service cannot be reached.",` + countries
	if diff := cmp.Diff(want, body); diff != "" {
		t.Errorf("asked (-want +got):\n%s", diff)
	}
}

func TestNoBoundStopsACallForHelp(t *testing.T) {
	r, ask := framed(t)
	for range 6 {
		r.place("+16505550199")
	}
	if w, body := ask("POST", "/calls", `{"to":"+16505550198"}`); w.Code == 200 {
		t.Fatalf("a seventh call was placed: %s", body)
	}
	if w, body := ask("POST", "/calls", `{"to":"911","confirmed":true}`); w.Code != 200 {
		t.Errorf("a call for help: status %d %s", w.Code, body)
	}
}

func TestNobodyIsSentToTheEmergencyServices(t *testing.T) {
	r, _ := framed(t)
	id, _ := r.answered()
	for _, act := range []string{"transfer", "flip"} {
		err := r.phone.Act(t.Context(), id, act, softphone.Details{To: "911"})
		if kind(err) != rc.Invalid {
			t.Errorf("%s to 911: %v, want a refusal", act, err)
		}
	}
	if _, err := r.phone.Place(t.Context(), softphone.Order{To: "911"}); kind(err) != rc.Invalid {
		t.Errorf("911 without a look at the address: %v, want a refusal", err)
	}
}

func TestARefusedCallForHelpSaysWhatToDo(t *testing.T) {
	r, ask := framed(t)
	if w, body := ask("POST", "/calls", `{"to":"911","confirmed":true}`); w.Code != 200 {
		t.Fatalf("status %d %s", w.Code, body)
	}
	c := r.newest("its session", func(c call.Call) bool { return c.TelephonySessionID != "" })
	r.desk.tell(c.TelephonySessionID, 9, outbound(rc.PartyDisconnected, rc.ReasonBlocked))
	ended := r.state(call.Ended)
	if want := "No address is registered that help could be sent to. Register one, and call from a mobile phone if you need help now."; ended.Sentence != want {
		t.Errorf("it says %q, want %q", ended.Sentence, want)
	}
}
