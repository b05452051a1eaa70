// Package apitest is a small platform for the tests of the REST resources:
// a real store with two companies, a bus, and callers who are who they say.
package apitest

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/bus"
	"offhook/internal/platform/event"
	"offhook/internal/platform/wire"
	"offhook/internal/rc"
	"offhook/internal/rigtest"
	"offhook/internal/sqlstore"
	"offhook/internal/store"
)

// The people of the tests, by extension id. Ada, Bob and Cy work for Acme,
// Eve for somebody else. Ada is the operator; Cy has no number.
const (
	Ada int64 = 101001
	Bob int64 = 101002
	Cy  int64 = 101003
	Eve int64 = 201001

	Acme  int64 = 100001
	Other int64 = 200001
)

// Their numbers.
const (
	AcmeMain = "+16505550100"
	AdaPhone = "+16505550101"
	BobPhone = "+16505550102"
	EvePhone = "+16505550201"
	Outside  = "+14155550199" // on nobody's platform
)

// Start is the time of the tests until they move it.
var Start = time.Date(2026, 1, 2, 3, 4, 5, 678_000_000, time.UTC)

// A World is a platform without OAuth: the access token "ada" is Ada's.
type World struct {
	T     testing.TB
	Store store.Platform
	Bus   *bus.InProcess
	Face  *wire.Face
	Mux   *http.ServeMux
	Log   *slog.Logger

	*rigtest.Clock // which shows Start until a test advances it
}

// New returns a world on SQLite.
func New(t testing.TB) *World {
	t.Helper()
	log := slog.New(slog.DiscardHandler)
	w := &World{
		T: t, Store: sqlstore.OpenTest(t).Platform(), Bus: new(bus.InProcess), Mux: http.NewServeMux(), Clock: rigtest.ClockAt(Start), Log: log,
	}
	w.Face = &wire.Face{Auth: people{}, Log: log}
	Populate(t, w.Store)
	return w
}

// Populate adds both companies to a store.
func Populate(t testing.TB, st store.Platform) {
	t.Helper()
	ctx := t.Context()
	extension := func(id, account int64, number, first, last string, admin bool) store.Extension {
		name := strings.ToLower(first)
		return store.Extension{
			ID: id, AccountID: account, Number: number, FirstName: first, LastName: last, Email: name + "@example.com",
			JobTitle: "Engineer", Department: "Research", Username: name + "@example.com", PasswordHash: "hash", Admin: admin, CreatedAt: Start.Add(-time.Hour),
		}
	}
	err := st.Write(ctx, func(tx store.PlatformTx) error {
		return errors.Join(
			tx.AddAccount(ctx, store.Account{ID: Acme, Company: "Acme", MainNumber: AcmeMain, CreatedAt: Start}),
			tx.AddAccount(ctx, store.Account{ID: Other, Company: "Other", MainNumber: EvePhone, CreatedAt: Start}),
			tx.AddExtension(ctx, extension(Ada, Acme, "101", "Ada", "Test", true)),
			tx.AddExtension(ctx, extension(Bob, Acme, "102", "Bob", "Stone", false)),
			tx.AddExtension(ctx, extension(Cy, Acme, "103", "Cy", "", false)),
			tx.AddExtension(ctx, extension(Eve, Other, "101", "Eve", "Else", true)),
			tx.AddPhoneNumber(ctx, store.PhoneNumber{ID: 500, AccountID: Acme, Number: AcmeMain, UsageType: "MainCompanyNumber"}),
			tx.AddPhoneNumber(ctx, store.PhoneNumber{ID: 501, AccountID: Acme, ExtensionID: Ada, Number: AdaPhone, UsageType: "DirectNumber"}),
			tx.AddPhoneNumber(ctx, store.PhoneNumber{ID: 502, AccountID: Acme, ExtensionID: Bob, Number: BobPhone, UsageType: "DirectNumber"}),
			tx.AddPhoneNumber(ctx, store.PhoneNumber{ID: 503, AccountID: Other, ExtensionID: Eve, Number: EvePhone, UsageType: "DirectNumber"}),
		)
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The front desk, a call queue of Acme's that [World.AddDesk] makes.
const (
	Desk      int64 = 101050
	DeskPhone       = "+16505550190"
)

// AddDesk adds the front desk, whose members are Ada and Bob.
func (w *World) AddDesk() {
	w.T.Helper()
	ctx := w.T.Context()
	err := w.Store.Write(ctx, func(tx store.PlatformTx) error {
		return errors.Join(
			tx.AddQueue(ctx, store.Queue{ID: Desk, AccountID: Acme, Number: "500", Name: "Front desk", CreatedAt: Start}),
			tx.AddQueueMember(ctx, store.QueueMember{QueueID: Desk, ExtensionID: Ada, Accepts: true}),
			tx.AddQueueMember(ctx, store.QueueMember{QueueID: Desk, ExtensionID: Bob, Accepts: true}),
			tx.AddPhoneNumber(ctx, store.PhoneNumber{ID: 590, AccountID: Acme, ExtensionID: Desk, Number: DeskPhone, UsageType: "DirectNumber"}),
		)
	})
	if err != nil {
		w.T.Fatal(err)
	}
}

// Told notes the platform's events from now on; the function that it returns
// ends that and returns them.
func (w *World) Told() func() []event.Event {
	w.T.Helper()
	var all []event.Event
	const end = "/the end"
	done := make(chan bool, 1)
	cancel, err := event.Subscribe(w.Bus, w.Log, func(e event.Event) {
		if e.Filter == end {
			done <- true
			return
		}
		all = append(all, e)
	})
	if err != nil {
		w.T.Fatal(err)
	}
	w.T.Cleanup(cancel)
	return func() []event.Event {
		w.T.Helper()
		if err := event.Publish(w.T.Context(), w.Bus, 0, 0, end, nil); err != nil {
			w.T.Fatal(err)
		}
		<-done // what was published before has come before
		cancel()
		return all
	}
}

// people know their own names as access tokens; "ada?ReadMessages" is Ada
// with that scope only.
type people struct{}

func (people) Authenticate(_ context.Context, token string) (wire.Caller, error) {
	name, scopes, limited := strings.Cut(token, "?")
	c := wire.Caller{AccountID: Acme, ClientID: "app", SessionID: "session-" + name, Scopes: rc.Scopes}
	if limited {
		c.Scopes = rc.SplitScopes(scopes)
	}
	switch name {
	case "ada":
		c.ExtensionID = Ada
	case "bob":
		c.ExtensionID = Bob
	case "cy":
		c.ExtensionID = Cy
	case "eve":
		c.AccountID, c.ExtensionID = Other, Eve
	default:
		return c, rc.Coded(rc.Unauthenticated, "OAU-213", "Token not found")
	}
	return c, nil
}

// Do sends a request as somebody. A body that is not a string is sent as
// JSON; header lines are "Name: value".
func (w *World) Do(as, method, path string, body any, header ...string) *httptest.ResponseRecorder {
	w.T.Helper()
	var text string
	switch b := body.(type) {
	case nil:
	case string:
		text = b
	default:
		raw, err := json.Marshal(b)
		if err != nil {
			w.T.Fatal(err)
		}
		text = string(raw)
	}
	r := httptest.NewRequest(method, path, strings.NewReader(text))
	r.Host = "platform.example"
	if as != "" {
		r.Header.Set("Authorization", "Bearer "+as)
	}
	if text != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, line := range header {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	rec := httptest.NewRecorder()
	w.Mux.ServeHTTP(rec, r)
	return rec
}

// Get sends a GET that must be answered with 200, and decodes its body.
func Get[T any](w *World, as, path string) T {
	w.T.Helper()
	return Decode[T](w.T, w.Do(as, "GET", path, nil), http.StatusOK)
}

// Decode requires a status and decodes the body.
func Decode[T any](t testing.TB, rec *httptest.ResponseRecorder, status int) T {
	t.Helper()
	var v T
	if rec.Code != status {
		t.Fatalf("status %d, want %d\n%s", rec.Code, status, rec.Body)
	}
	if err := json.NewDecoder(rec.Body).Decode(&v); err != nil && !errors.Is(err, io.EOF) {
		t.Fatalf("decoding the answer: %v", err)
	}
	return v
}

// Refused requires a status and an errorCode in a complete envelope.
func Refused(t testing.TB, rec *httptest.ResponseRecorder, status int, code, parameter string) {
	t.Helper()
	e := Decode[rc.ErrorEnvelope](t, rec, status)
	item := rc.ErrorItem{ErrorCode: code, Message: e.Message, ParameterName: parameter}
	want := rc.ErrorEnvelope{ErrorCode: code, Message: e.Message, ParameterName: parameter, Errors: []rc.ErrorItem{item}}
	if diff := cmp.Diff(want, e); diff != "" || e.Message == "" {
		t.Errorf("error envelope (-want +got):\n%s", diff)
	}
}

var update = flag.Bool("update", false, "rewrite the golden files")

// Golden compares an answer with testdata/name, a file of indented JSON.
func Golden(t testing.TB, name string, rec *httptest.ResponseRecorder) {
	t.Helper()
	v := Decode[any](t, rec, http.StatusOK)
	got, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("%v; run the test with -update to make it", err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got):\n%s", path, diff)
	}
}
