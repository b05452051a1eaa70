package logbook

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"offhook/internal/bus"
	"offhook/internal/rc"
	"offhook/internal/sqlstore"
	"offhook/internal/store"
	"offhook/internal/widget/seal"
	"offhook/internal/widget/visit"
)

const (
	platform = "https://platform.example"
	origin   = "https://crm.example"
)

var noon = time.Date(2026, 7, 2, 12, 0, 0, 0, time.UTC)

// A world is a host page whose users' texts are logged.
type world struct {
	*Handler
	t     *testing.T
	mux   *http.ServeMux
	db    *sqlstore.DB
	desk  *fakeDesk
	page  Loggers
	caps  []string
	known map[string]json.RawMessage // contacts by number
	own   *Form                      // of the page, for messages

	ownCall *Form
	asked   bool // the page has said whose the numbers are

	mu  sync.Mutex
	now time.Time // guarded by mu
}

func newWorld(t *testing.T) *world {
	w := &world{
		t: t, db: sqlstore.OpenTest(t), desk: new(fakeDesk), caps: []string{"service", "messages", "calls"}, now: noon,
		page: Loggers{Name: "Acme", Authorized: true, Message: Logger{Path: "/log"}},
	}
	st := w.db.Widget()
	err := st.Write(t.Context(), func(tx store.WidgetTx) error {
		ctx := t.Context()
		grant := func(id string) store.Grant {
			return store.Grant{ID: id, Platform: platform, ClientID: "app", OwnerID: "owner of " + id, Sealed: []byte{1}, ExpiresAt: noon, CreatedAt: noon, UpdatedAt: noon}
		}
		return errors.Join(
			tx.PutEmbed(ctx, store.Embed{Platform: platform, ClientID: "app", CreatedAt: noon}),
			tx.PutFrame(ctx, store.Frame{Key: "k", Platform: platform, ClientID: "app", Origin: origin}),
			tx.AddGrant(ctx, grant("ada")), tx.AddGrant(ctx, grant("bob")))
	})
	if err != nil {
		t.Fatal(err)
	}
	w.restart()
	return w
}

// restart is a new server on the same database.
func (w *world) restart() {
	ring, err := seal.New(map[uint32][]byte{1: make([]byte, 32)})
	if err != nil {
		w.t.Fatal(err)
	}
	st, log := w.db.Widget(), slog.New(slog.DiscardHandler)
	w.Handler = &Handler{
		Visits: &visit.Face{Store: st, Sessions: w, Log: log}, Store: st, Ring: ring, Bus: new(bus.InProcess), Embeds: w, Services: w, Desks: w,
		Client: &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, Node: "node", Now: w.clock, Log: log,
	}
	w.begin()
	w.mux = http.NewServeMux()
	w.Mount(w.mux)
	w.t.Cleanup(w.closing)
}

func (w *world) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

func (w *world) pass(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

func (w *world) Session(r *http.Request, f store.Frame) (*store.Session, error) {
	if g := r.Header.Get("Grant"); g != "" {
		return &store.Session{ID: "s", GrantID: g, FrameKey: f.Key}, nil
	}
	return nil, nil
}

func (w *world) Ended(*http.Request, store.Frame) (string, error) { return "", nil }

func (w *world) Embed(context.Context, string, string) (store.Embed, error) {
	return store.Embed{Platform: platform, ClientID: "app", Capabilities: w.caps}, nil
}

func (w *world) Loggers(visit.Visit) Loggers { return w.page }

func (w *world) Entity(_ visit.Visit, _, number string) json.RawMessage { return w.known[number] }

func (w *world) People(_ visit.Visit, _, number string) []Person {
	if w.known[number] == nil {
		return nil
	}
	return []Person{{"c9", "Sam <Sample>", "Lead", w.known[number]}}
}

func (w *world) MessageForm(visit.Visit) *Form { return w.own }

func (w *world) CallForm(visit.Visit) *Form { return w.ownCall }

func (w *world) Asked(visit.Visit, string) bool { return w.asked }

func (w *world) Desk(context.Context, string) (Desk, error) { return w.desk, nil }

// ask asks as Ada's frame.
func (w *world) ask(method, path string, body any) (int, string) {
	w.t.Helper()
	return w.askAs("ada", method, path, body)
}

func (w *world) askAs(grant, method, path string, body any) (int, string) {
	w.t.Helper()
	return w.askAt(grant, method, "/p/k/log"+path, body)
}

func (w *world) askAt(grant, method, path string, body any) (int, string) {
	w.t.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		w.t.Fatal(err)
	}
	r := httptest.NewRequest(method, path, strings.NewReader(string(data)))
	r.Header.Set("Grant", grant)
	r.Header.Set(visit.Header, "1")
	r.Header.Set("X-Time-Zone", "Europe/Berlin")
	r.Header.Set("Accept-Language", "en-US,en;q=0.9")
	rec := httptest.NewRecorder()
	w.mux.ServeHTTP(rec, r)
	return rec.Code, rec.Body.String()
}

// work asks and returns what the tab is to do.
func (w *world) work(path string, body any) (got work) {
	w.t.Helper()
	status, text := w.ask("POST", path, body)
	if status != 200 {
		w.t.Fatalf("%s: %d %s", path, status, text)
	}
	if err := json.Unmarshal([]byte(text), &got); err != nil {
		w.t.Fatal(err)
	}
	return got
}

// turnOf is what a tab gets that asks.
func (w *world) turnOf(tab string) work {
	w.t.Helper()
	return w.work("/next", map[string]any{"Tab": tab})
}

// until asks as a tab until it gets something to do.
func (w *world) until(tab string) []job {
	w.t.Helper()
	var jobs []job
	w.wait("nothing to do for "+tab, func() bool {
		jobs = w.turnOf(tab).Items
		return len(jobs) > 0
	})
	return jobs
}

// wait waits until something holds, which is looked at again and again.
func (w *world) wait(otherwise string, holds func() bool) {
	w.t.Helper()
	deadline := time.After(20 * time.Second)
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			w.t.Fatal(otherwise)
		}
	}
}

// answer says what became of an entry.
func (w *world) answer(tab, key string, ok bool) {
	w.t.Helper()
	if status, text := w.ask("POST", "/items/"+key, map[string]any{"Tab": tab, "OK": ok}); status != 204 {
		w.t.Fatalf("%d %s", status, text)
	}
}

// auto switches logging by itself on or off.
func (w *world) auto(on bool) {
	w.t.Helper()
	if status, text := w.ask("POST", "/settings", map[string]any{"Message": on}); status != 200 {
		w.t.Fatalf("%d %s", status, text)
	}
}

// settled looks at the desk now, and returns how many entries were ever made.
func (w *world) settled() int {
	w.t.Helper()
	owner, err := w.owner(w.t.Context(), "ada")
	if err != nil {
		w.t.Fatal(err)
	}
	w.Handler.mu.Lock()
	watch := w.watch("ada", owner)
	w.Handler.mu.Unlock()
	if err := w.catchUp(w.t.Context(), watch, w.desk); err != nil {
		w.t.Fatal(err)
	}
	n := 0
	for _, at := range []string{origin, store.LogWebhook} {
		all, err := w.Store.LogEntriesSince(w.t.Context(), owner, at, time.Time{})
		if err != nil {
			w.t.Fatal(err)
		}
		n += len(all)
	}
	return n
}

// A fakeDesk is one user's texts.
type fakeDesk struct {
	mu      sync.Mutex
	threads map[string]Thread // guarded by mu
	watches []chan struct{}   // guarded by mu
	last    int64             // guarded by mu
	calls   []Call            // guarded by mu; newest first
	closed  bool              // guarded by mu; calls cannot be read
}

// call adds a call that has ended, which Sam made.
func (d *fakeDesk) call(session string, ended time.Time, change func(*rc.CallRecord)) {
	d.mu.Lock()
	defer d.mu.Unlock()
	r := rc.CallRecord{ID: "r" + session, URI: "https://platform.example/call", SessionID: session, LastModifiedTime: rc.Time{Time: ended}, CallFacts: rc.CallFacts{
		TelephonySessionID: "t" + session, StartTime: rc.Time{Time: ended.Add(-time.Minute)}, Duration: 60, Type: rc.Voice, Direction: rc.Inbound, Action: "Phone Call",
		Result: rc.CallAccepted, From: &rc.CallParty{PhoneNumber: "+16505550142", Name: "SAM SAMPLE"}, To: &rc.CallParty{PhoneNumber: "+16505550100"},
	}}
	if change != nil {
		change(&r)
	}
	d.calls = slices.DeleteFunc(d.calls, func(c Call) bool { return c.Record.ID == r.ID })
	d.calls = append(d.calls, Call{Record: r, Other: Party{Number: "+16505550142", Name: "Sam"}})
	slices.SortFunc(d.calls, func(a, b Call) int { return b.Record.StartTime.Compare(a.Record.StartTime.Time) })
	for _, c := range d.watches {
		poke(c)
	}
}

func (d *fakeDesk) Calls(context.Context) ([]Call, bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.calls), !d.closed
}

// text adds a text with Sam in a conversation and returns its id.
func (d *fakeDesk) text(conversation, words string, at time.Time) int64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.last++
	t := d.threads[conversation]
	t.ID, t.Self, t.Others = conversation, "+16505550100", []Party{{Number: "+16505550142", Name: "Sam"}}
	m := rc.Message{
		ID: d.last, URI: "https://platform.example/m", Type: rc.TypeSMS, Direction: rc.Inbound, Subject: words, MessageStatus: rc.Received,
		CreationTime: rc.Time{Time: at}, LastModifiedTime: rc.Time{Time: at}, Conversation: &rc.URIID{ID: conversation}, ConversationID: 7,
		From: &rc.Caller{PhoneNumber: "+16505550142", Location: "San Mateo, CA"}, To: []rc.Caller{{PhoneNumber: "+16505550100", Name: "Ada"}}, Attachments: []rc.Attachment{},
	}
	t.Messages = append([]rc.Message{m}, t.Messages...)
	if d.threads == nil {
		d.threads = map[string]Thread{}
	}
	d.threads[conversation] = t
	for _, c := range d.watches {
		poke(c)
	}
	return d.last
}

func (d *fakeDesk) Thread(id string) (Thread, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	t, ok := d.threads[id]
	if !ok {
		return t, rc.Errorf(rc.NotFound, "This conversation is not here any more.")
	}
	return t, nil
}

func (d *fakeDesk) ThreadsSince(at time.Time) (all []Thread) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, t := range d.threads {
		if !t.Messages[0].CreationTime.Before(at) {
			all = append(all, t)
		}
	}
	return all
}

func (d *fakeDesk) Watch() Watch {
	d.mu.Lock()
	defer d.mu.Unlock()
	c := make(chan struct{}, 1)
	d.watches = append(d.watches, c)
	return fakeWatch(c)
}

type fakeWatch chan struct{}

func (w fakeWatch) C() <-chan struct{} { return w }
func (w fakeWatch) Close()             {}

func TestALogSaysHowLongATextWasWrittenAt(t *testing.T) {
	w := newWorld(t)
	id := w.desk.text("7", "Written here", noon)
	w.desk.text("7", "Written elsewhere", noon.Add(-time.Minute))
	w.desk.mu.Lock()
	thread := w.desk.threads["7"]
	thread.Keys = map[int64]string{id: "text-1"}
	w.desk.threads["7"] = thread
	w.desk.mu.Unlock()
	for key, ms := range map[string]int64{"text-1": 4200, "text-2": 0, "text-3": longestTyping + 1} {
		if err := w.Typed(t.Context(), w.visit(), key, ms); err != nil {
			t.Fatal(err)
		}
		_, err := w.Store.LogTyping(t.Context(), store.LogOwner{Platform: platform, ClientID: "app", OwnerID: "owner of ada"}, key)
		if kept := err == nil; kept != (key == "text-1") {
			t.Errorf("%s of %d ms: kept %v, %v", key, ms, kept, err)
		}
	}
	got := w.work("/things/messages/7", map[string]any{"Tab": "one", "Press": "p"})
	if body := string(got.Items[0].Body); strings.Count(body, "typingDurationMs") != 1 || !strings.Contains(body, `"typingDurationMs":4200`) {
		t.Errorf("%s", body)
	}
	w.caps = []string{"service"}
	if err := w.Typed(t.Context(), w.visit(), "text-4", 1); err != nil {
		t.Errorf("a page that may not log: %v", err)
	}
}
