package service_test

import (
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"context"
	"offhook/internal/bus"
	"offhook/internal/sqlstore"
	"offhook/internal/store"
	"offhook/internal/widget/contact"
	"offhook/internal/widget/service"
	"offhook/internal/widget/visit"
)

var at = time.Date(2026, 7, 1, 9, 0, 0, 0, time.UTC)

const (
	platform = "https://platform.example"
	origin   = "https://crm.example"
)

// A world is one host page whose user is signed in.
type world struct {
	*service.Handler
	t     *testing.T
	store store.Widget
	bus   bus.Bus
	mux   *http.ServeMux
	caps  []string
	now   time.Time

	grant string // whose requests are made

	mu   sync.Mutex
	told []service.Change // guarded by mu
}

func newWorld(t *testing.T) *world {
	st := sqlstore.OpenTest(t).Widget()
	err := st.Write(t.Context(), func(tx store.WidgetTx) error {
		ctx := t.Context()
		grant := func(id string) store.Grant {
			return store.Grant{ID: id, Platform: platform, ClientID: "app", OwnerID: "owner of " + id, Sealed: []byte{1}, ExpiresAt: at, CreatedAt: at, UpdatedAt: at}
		}
		return errors.Join(
			tx.PutFrame(ctx, store.Frame{Key: "k", Platform: platform, ClientID: "app", Origin: origin}),
			tx.AddGrant(ctx, grant("g")), tx.AddGrant(ctx, grant("other")))
	})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, grant: "g", caps: []string{service.Capability}, now: at}
	b := new(bus.InProcess)
	stop, err := b.Subscribe(service.Changed, func(data []byte) {
		var c service.Change
		if err := json.Unmarshal(data, &c); err != nil {
			t.Error(err)
		}
		w.mu.Lock()
		defer w.mu.Unlock()
		w.told = append(w.told, c)
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(stop)
	w.store, w.bus = st, b
	w.restart()
	return w
}

// restart is a new server on the same database.
func (w *world) restart() {
	face := &visit.Face{Store: w.store, Sessions: w, Log: slog.New(slog.DiscardHandler)}
	w.Handler = &service.Handler{Visits: face, Store: w.store, Embeds: w, Bus: w.bus, Now: func() time.Time { return w.now }, Log: face.Log}
	w.mux = http.NewServeMux()
	w.Mount(w.mux)
}

// Session signs everybody in whose request names a grant.
func (w *world) Session(r *http.Request, f store.Frame) (*store.Session, error) {
	if g := r.Header.Get("Grant"); g != "" {
		return &store.Session{ID: "s", GrantID: g, FrameKey: f.Key}, nil
	}
	return nil, nil
}

// Ended knows of no reasons.
func (w *world) Ended(*http.Request, store.Frame) (string, error) { return "", nil }

// Embed answers for the one app.
func (w *world) Embed(context.Context, string, string) (store.Embed, error) {
	return store.Embed{Platform: platform, ClientID: "app", Capabilities: w.caps, AssetOrigins: []string{"https://cdn.example"}}, nil
}

func (w *world) ask(method, path, body string) (int, string) {
	w.t.Helper()
	return w.askAt("k", method, path, body)
}

func (w *world) askAt(key, method, path, body string) (int, string) {
	w.t.Helper()
	r := httptest.NewRequest(method, "/p/"+key+"/service"+path, strings.NewReader(body))
	r.Header.Set("Grant", w.grant)
	r.Header.Set(visit.Header, "1")
	rec := httptest.NewRecorder()
	w.mux.ServeHTTP(rec, r)
	return rec.Code, rec.Body.String()
}

type answer struct {
	Warnings []string
	Service  *service.View
}

// post posts a message of the page and returns what the frame gets.
func (w *world) post(message string) answer {
	w.t.Helper()
	return w.postAt("k", message)
}

func (w *world) postAt(key, message string) answer {
	w.t.Helper()
	status, body := w.askAt(key, "POST", "", message)
	var a answer
	if status != 200 {
		w.t.Fatalf("%d %s", status, body)
	}
	if err := json.Unmarshal([]byte(body), &a); err != nil {
		w.t.Fatal(err)
	}
	return a
}

// card is the settings' card of the service.
func (w *world) card() string {
	w.t.Helper()
	html, err := w.Settings(visit.Visit{Frame: store.Frame{Key: "k"}, Session: &store.Session{GrantID: "g"}})
	if err != nil {
		w.t.Fatal(err)
	}
	return string(html)
}

func register(fields string) string {
	return `{"type":"rc-adapter-register-third-party-service","service":{` + fields + `}}`
}

func TestAServiceWithoutAuthorizationCountsAsAuthorized(t *testing.T) {
	w := newWorld(t)
	got := w.post(register(`"name":"AcmeCRM","contactsPath":"/contacts"`))
	want := answer{[]string{}, &service.View{Name: "AcmeCRM", Title: "AcmeCRM", Authorized: true, Paths: map[string]string{"contactsPath": "/contacts"}, Flags: map[string]bool{}}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestTheAuthorizationButtonSaysWhatItDoes(t *testing.T) {
	w := newWorld(t)
	got := w.post(register(`"name":"TestService","displayName":"Test <b>Service","info":"Some words","authorizationPath":"/authorize","authorizedTitle":"Disconnect","unauthorizedTitle":"Connect",
		"authorized":false,"authorizedAccount":"ada@example.com","showAuthRedDot":true`))
	if got.Service.Authorized || !got.Service.RedDot {
		t.Errorf("%+v", got.Service)
	}
	card := w.card()
	for _, want := range []string{"Test &lt;b&gt;Service", "Some words", ">Connect<", `data-authorized="false"`, "Not connected"} {
		if !strings.Contains(card, want) {
			t.Errorf("the card lacks %q:\n%s", want, card)
		}
	}
	got = w.post(`{"type":"rc-adapter-update-authorization-status","authorized":true,"authorizedAccount":"ada@example.com"}`)
	if !got.Service.Authorized || got.Service.RedDot {
		t.Errorf("%+v", got.Service)
	}
	for _, want := range []string{"Connected as <bdi>ada@example.com</bdi>", ">Disconnect<"} {
		if card := w.card(); !strings.Contains(card, want) {
			t.Errorf("the card lacks %q:\n%s", want, card)
		}
	}
	w.post(`{"type":"rc-adapter-update-authorization-status","authorized":true}`)
	if card := w.card(); strings.Contains(card, "ada@example.com") {
		t.Error("an account that the page left out is still shown")
	}
}

func TestEveryTabIsToldOfAChange(t *testing.T) {
	w := newWorld(t)
	w.post(register(`"name":"A","authorizationPath":"/a"`))
	w.post(`{"type":"rc-adapter-update-authorization-status","authorized":true}`)
	w.post(`{"type":"rc-adapter-update-authorization-status","authorized":true}`)
	deadline := time.After(10 * time.Second)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for {
		w.mu.Lock()
		told := w.told
		w.mu.Unlock()
		if len(told) == 2 {
			one := service.Change{GrantID: "g", FrameKey: "k", What: "service"}
			if diff := cmp.Diff([]service.Change{one, one}, told); diff != "" {
				t.Error(diff)
			}
			return
		}
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("told %v", told)
		}
	}
}

func TestAFieldThatIsWrongCostsItselfAndASentence(t *testing.T) {
	w := newWorld(t)
	got := w.post(register(`"name":"A","displayName":7,"contactsPath":"/c","buttonEventPath":["x"],"colour":"red","authorizationLogo":"https://evil.example/x.png","meetingInvitePath":"/m"`))
	want := []string{
		"`displayName` must be a string. It was left out.",
		"`buttonEventPath` must be a string. It was left out.",
		"`colour` is not a field that the phone knows. It was left out.",
		"`meetingInvitePath` does nothing in this phone yet.",
		"`authorizationLogo` must be a data:image address of up to 64 kB, or come from an asset origin of the embed (offhook embed add --asset-origin). It was left out.",
	}
	if diff := cmp.Diff(want, got.Warnings); diff != "" {
		t.Error(diff)
	}
	if got.Service.Paths["contactsPath"] != "/c" {
		t.Errorf("a good field was lost: %+v", got.Service)
	}
}

func TestRegisteringAgainKeepsWhatIsLeftOutUnlessItIsReset(t *testing.T) {
	w := newWorld(t)
	w.post(register(`"name":"A","contactsPath":"/c","info":"old words","displayName":"Acme","authorizationLinks":[{"label":"Site","uri":"https://acme.example"}]`))
	got := w.post(register(`"name":"A","contactsPath":"/c","callLoggerPath":"/log"`))
	if diff := cmp.Diff(map[string]string{"contactsPath": "/c", "callLoggerPath": "/log"}, got.Service.Paths); diff != "" {
		t.Error(diff)
	}
	if card := w.card(); strings.Contains(card, "old words") || !strings.Contains(card, "Acme") {
		t.Errorf("card: %s", card)
	}
}

func TestAPathThatIsEmptiedIsTakenAway(t *testing.T) {
	w := newWorld(t)
	w.post(register(`"name":"A","contactsPath":"/c","doNotContactPath":"/d","settingsPath":"/s","buttonEventPath":"/b"`))
	got := w.post(register(`"name":"A","doNotContactPath":"","settingsPath":null,"buttonEventPath":false`))
	if diff := cmp.Diff(map[string]string{"contactsPath": "/c"}, got.Service.Paths); diff != "" || len(got.Warnings) > 0 {
		t.Error(diff, got.Warnings)
	}
	if g := w.guard(); g != "" {
		t.Errorf("%q still wants to be asked", g)
	}
	w.restart()
	if g := w.guard(); g != "" {
		t.Errorf("after a restart %q wants to be asked", g)
	}
}

func TestWithoutANameNothingIsRegistered(t *testing.T) {
	for _, message := range []string{register(`"displayName":"x"`), `{"type":"rc-adapter-register-third-party-service"}`, register(`"name":7`)} {
		if got := newWorld(t).post(message); got.Service != nil || len(got.Warnings) != 1 {
			t.Errorf("%s: %+v", message, got)
		}
	}
}

func TestAMessageThatIsTooLargeOrUnknownIsRefused(t *testing.T) {
	w := newWorld(t)
	for body, want := range map[string]int{
		`{"type":"rc-adapter-fly"}`: 400,
		`[]`:                        400,
		`{`:                         400,
		`{"type":"rc-adapter-register-third-party-service","service":{"name":"` + strings.Repeat("x", 300<<10) + `"}}`: 413,
	} {
		if status, _ := w.ask("POST", "", body); status != want {
			t.Errorf("%.60s: %d, want %d", body, status, want)
		}
	}
}

func TestWithoutTheCapabilityThereIsNoService(t *testing.T) {
	w := newWorld(t)
	w.caps = nil
	status, body := w.ask("POST", "", register(`"name":"A"`))
	if status != 403 || !strings.Contains(body, "capability") {
		t.Errorf("%d %s", status, body)
	}
}

func TestTheSettingsLeaveOutACardWithNothingInIt(t *testing.T) {
	for fields, shown := range map[string]bool{
		`"name":"A"`:                      false,
		`"name":"A","displayName":"Acme"`: false,
		`"name":"A","contactsPath":"/c"`:  false,
		`"name":"A","info":"Of Acme"`:     true,
		`"name":"A","feedbackPath":"/f"`:  true,
		`"name":"A","settings":[{"id":"s","type":"boolean","name":"Switch","value":true}],"settingsPath":"/s"`: true,
		`"name":"A","authorizationPath":"/a"`: true,
	} {
		w := newWorld(t)
		w.post(register(fields))
		if got := strings.Contains(w.card(), "<section"); got != shown {
			t.Errorf("%s: %t", fields, got)
		}
	}
}

func TestAnotherUsersServiceIsNotSeen(t *testing.T) {
	w := newWorld(t)
	w.post(register(`"name":"A"`))
	other := visit.Visit{Frame: store.Frame{Key: "k"}, Session: &store.Session{GrantID: "other"}}
	if html, err := w.Settings(other); html != "" || err != nil {
		t.Errorf("%q %v", html, err)
	}
	if html, err := w.Settings(visit.Visit{Frame: store.Frame{Key: "k"}}); html != "" || err != nil {
		t.Errorf("%q %v", html, err)
	}
}

func TestAServiceIsForgottenWhenNobodyAsksForIt(t *testing.T) {
	w := newWorld(t)
	w.post(register(`"name":"A"`))
	w.now = w.now.Add(13 * time.Hour)
	if _, body := w.ask("GET", "", ""); !strings.Contains(body, `"service":null`) {
		t.Errorf("%s", body)
	}
}

func TestAPageThatIsLoadedAnewIsAskedAboutContactsBeforeItRegisters(t *testing.T) {
	w := newWorld(t)
	w.post(register(`"name":"A","doNotContactPath":"/d"`))
	status, body := w.ask("POST", "?first=1", `{"type":"rc-adapter-update-customized-banner","banner":{"id":"b","message":"Hi"}}`)
	if status != 200 || w.guard() != "A" {
		t.Errorf("a banner took the question whom to contact away: %d %s, guard %q", status, body, w.guard())
	}
	if w.post(register(`"name":"A"`)); w.guard() != "" {
		t.Error("what the earlier load registered has outlived the next registration")
	}
}

func TestAPageThatIsLoadedAnewRegistersFromNothing(t *testing.T) {
	w := newWorld(t)
	w.post(register(`"name":"A","contactsPath":"/c","doNotContactPath":"/d","settingsPath":"/s","settings":[{"id":"a","type":"boolean","name":"A","value":true}]`))
	if status, body := w.ask("POST", "?first=1", register(`"name":"A","contactsPath":"/c"`)); status != 200 || strings.Contains(body, "doNotContactPath") {
		t.Errorf("%d %s", status, body)
	}
	if strings.Contains(w.card(), "data-setting") {
		t.Error("a setting of the earlier load is still shown")
	}
}

func TestAButtonAtTextsNeedsAPageThatMayReadThem(t *testing.T) {
	w := newWorld(t)
	buttons := register(`"name":"A","buttonEventPath":"/b","buttons":[{"id":"task","type":"messageAction","label":"Task","icon":"newAction"}]`)
	if got := w.post(buttons); len(got.Warnings) != 1 || !strings.Contains(got.Warnings[0], `capability "messages"`) || len(w.MessageButtons(ours)) > 0 {
		t.Errorf("%q, %v", got.Warnings, w.MessageButtons(ours))
	}
	w.caps = append(w.caps, "messages")
	want := []contact.Button{{ID: "task", Type: "messageAction", Label: "Task", Icon: "newAction"}}
	if got := w.post(buttons); len(got.Warnings) > 0 || !cmp.Equal(want, w.MessageButtons(ours)) {
		t.Errorf("%q, %v", got.Warnings, w.MessageButtons(ours))
	}
}
