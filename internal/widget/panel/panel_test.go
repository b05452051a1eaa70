package panel

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/rc"
	"offhook/internal/sqlstore"
	"offhook/internal/store"
	"offhook/internal/widget/visit"
)

// A recordingDesk writes down what it is told.
type recordingDesk struct {
	*fixtureDesk
	told []string
	err  error // answers every change

	was, saved rc.PersonalContact // of the last change
}

func (d *recordingDesk) Send(_ context.Context, o Outgoing) (string, error) {
	d.told = append(d.told, fmt.Sprintf("send %s to %q%q from %q: %s", o.ID, o.ConversationID, o.To, o.From, o.Text))
	return "77", d.err
}

func (d *recordingDesk) Retry(_ context.Context, id string) error {
	d.told = append(d.told, "retry "+id)
	return d.err
}

func (d *recordingDesk) MarkRead(_ context.Context, id string) error {
	d.told = append(d.told, "read "+id)
	return d.err
}

func (d *recordingDesk) SaveDraft(_ context.Context, id, text string) error {
	d.told = append(d.told, fmt.Sprintf("draft %q: %s", id, text))
	return d.err
}

// A cookie named "in" is a session here.
type cookieSessions struct{}

func (cookieSessions) Ended(*http.Request, store.Frame) (string, error) {
	return "", nil
}

func (cookieSessions) Session(r *http.Request, f store.Frame) (*store.Session, error) {
	if _, err := r.Cookie("in"); err != nil {
		return nil, nil
	}
	return &store.Session{ID: "s1", FrameKey: f.Key, GrantID: "g1"}, nil
}

type oneDesk struct {
	desk Desk
	err  error
}

func (o oneDesk) Desk(context.Context, string) (Desk, error) { return o.desk, o.err }

type fixture struct {
	mux     *http.ServeMux
	handler *Handler
	desk    *recordingDesk
	log     bytes.Buffer
}

func newFixture(t *testing.T, deskErr error) *fixture {
	t.Helper()
	db := sqlstore.OpenTest(t).Widget()
	frame := store.Frame{Key: "k1", Platform: "https://platform.ringcentral.com", ClientID: "app", Origin: "https://crm.example.com", CreatedAt: storyTime}
	if err := db.Write(t.Context(), func(tx store.WidgetTx) error { return tx.PutFrame(t.Context(), frame) }); err != nil {
		t.Fatal(err)
	}
	f := &fixture{mux: http.NewServeMux(), desk: &recordingDesk{fixtureDesk: newFixtureDesk()}}
	log := slog.New(slog.NewTextHandler(&f.log, nil))
	h := &Handler{
		Visits: &visit.Face{Store: db, Sessions: cookieSessions{}, Log: log},
		Desks:  oneDesk{f.desk, deskErr},
		Now:    func() time.Time { return storyTime }, Log: log, Version: "test",
	}
	h.Mount(f.mux)
	f.handler = h
	return f
}

func (f *fixture) do(method, path string, form url.Values, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "/p/k1/panel"+path, strings.NewReader(form.Encode()))
	r.AddCookie(&http.Cookie{Name: "in", Value: "1"})
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set(visit.Header, "1")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	f.mux.ServeHTTP(w, r)
	return w
}

func TestPanelsShowWhatTheDeskKnows(t *testing.T) {
	f := newFixture(t, nil)
	for _, tt := range []struct {
		name, path string
		status     int
		want       string
	}{
		{"the list names who wrote", "/messages", 200, "Marta Lindqvist"},
		{"a draft shows what was written", "/messages/list", 200, "The invoice for October"},
		{"searching leaves what matches", "/messages/list?q=lumen", 200, "Lumen Interiors"},
		{"searching in vain says so", "/messages/list?q=zzz", 200, "Nothing found"},
		{"a conversation has its messages", "/conversations/42", 200, "One change, sorry:"},
		{"the first unread message has a line above", "/conversations/42", 200, `id="new"`},
		{"a refresh keeps that line", "/conversations/42/messages?new=b4", 200, `id="new"`},
		{"an unknown conversation is told as one", "/conversations/nope", 404, "This conversation is not here any more."},
		{"the lookup offers people", "/recipients?q=priya", 200, `data-number="&#43;16505550102"`},
		{"a number shows its person", "/number/+16505550102", 200, "Priya Raman"},
		{"settings say who is signed in", "/settings", 200, "dana@harborsupply.example"},
		{"settings say where", "/settings", 200, "crm.example.com"},
		{"a new text may choose its number", "/composeText", 200, "(650) 555-0100"},
		{"signing in needs no session", "/signin", 200, "Sign In"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			w := f.do("GET", tt.path, nil)
			if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.want) {
				t.Errorf("GET %s: status %d, want %d with %q\n%s", tt.path, w.Code, tt.status, tt.want, w.Body)
			}
			if got := w.Header().Get("Cache-Control"); got != "no-store" {
				t.Errorf("GET %s: Cache-Control %q, want no-store", tt.path, got)
			}
		})
	}
}

func TestWithoutASessionOnlySigningInIsShown(t *testing.T) {
	f := newFixture(t, nil)
	for _, path := range []string{"/messages", "/conversations/42", "/settings", "/recipients?q=a", "/composeText"} {
		w := httptest.NewRecorder()
		f.mux.ServeHTTP(w, httptest.NewRequest("GET", "/p/k1/panel"+path, nil))
		if w.Code != 401 || strings.Contains(w.Body.String(), "Marta") {
			t.Errorf("GET %s signed out: status %d, want 401\n%s", path, w.Code, w.Body)
		}
	}
}

func TestTheDeskIsToldWhatPeopleDo(t *testing.T) {
	text := url.Values{"id": {"u1"}, "text": {"Hello"}}
	with := func(more url.Values) url.Values {
		all := url.Values{}
		for _, v := range []url.Values{text, more} {
			for k, s := range v {
				all[k] = s
			}
		}
		return all
	}
	for _, tt := range []struct {
		name, path string
		form       url.Values
		status     int
		answer     string
		want       []string
	}{
		{"a text goes to its conversation", "/conversations/42/messages", text, 200, `{"conversation":"77"}`, []string{`send u1 to "42"[] from "": Hello`}},
		{"a new text goes to its people", "/composeText", with(url.Values{"to": {"+1650", "+1651"}, "from": {"+1652"}}), 200, `{"conversation":"77"}`,
			[]string{`send u1 to ""["+1650" "+1651"] from "+1652": Hello`}},
		{"a new text needs someone", "/composeText", text, 400, "Add at least one recipient.", nil},
		{"nothing is no text", "/conversations/42/messages", with(url.Values{"text": {" \n "}}), 400, "Write something first.", nil},
		{"a text has its limit in characters, not bytes", "/conversations/42/messages", with(url.Values{"text": {strings.Repeat("é", textLimit)}}), 200, "", []string{`send u1 to "42"[] from "": ` + strings.Repeat("é", textLimit)}},
		{"a longer text is refused", "/conversations/42/messages", with(url.Values{"text": {strings.Repeat("x", textLimit+1)}}), 400, "too long", nil},
		{"a text without an id is refused", "/conversations/42/messages", with(url.Values{"id": nil}), 400, "no proper id", nil},
		{"a huge body is refused", "/conversations/42/messages", with(url.Values{"text": {strings.Repeat("x", 70<<10)}}), 400, "could not be read", nil},
		{"reading is told", "/conversations/42/read", nil, 204, "", []string{"read 42"}},
		{"trying again is told", "/messages/d2/retry", nil, 204, "", []string{"retry d2"}},
		{"a draft is kept", "/conversations/42/draft", url.Values{"text": {"half a"}}, 204, "", []string{`draft "42": half a`}},
		{"a draft for nobody yet is kept", "/composeText/draft", url.Values{"text": {"half a"}}, 204, "", []string{`draft "": half a`}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			f := newFixture(t, nil)
			w := f.do("POST", tt.path, tt.form)
			if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.answer) {
				t.Errorf("POST %s: status %d, want %d with %q\n%s", tt.path, w.Code, tt.status, tt.answer, w.Body)
			}
			if diff := cmp.Diff(tt.want, f.desk.told); diff != "" {
				t.Errorf("the desk was told (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnotherSitesPageChangesNothing(t *testing.T) {
	f := newFixture(t, nil)
	for _, header := range [][]string{
		{visit.Header, ""},
		{"Sec-Fetch-Site", "cross-site"},
		{"Origin", "https://evil.example"},
	} {
		w := f.do("POST", "/conversations/42/messages", url.Values{"id": {"u1"}, "text": {"Hello"}}, header...)
		if w.Code != 403 || len(f.desk.told) > 0 {
			t.Errorf("with %q: status %d and the desk was told %q, want 403 and nothing", header, w.Code, f.desk.told)
		}
	}
}

func TestWhatGoesWrongInsideIsToldToNobody(t *testing.T) {
	f := newFixture(t, errors.New("opening: token s3cret"))
	w := f.do("GET", "/messages", nil)
	if w.Code != 500 || strings.Contains(w.Body.String(), "s3cret") {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
	f = newFixture(t, nil)
	f.desk.err = rc.Errorf(rc.Unavailable, "The phone system does not answer.")
	if w := f.do("POST", "/conversations/42/read", nil); w.Code != 503 || !strings.Contains(w.Body.String(), "does not answer") {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
}

func TestDaysBeginWhereTheReaderIs(t *testing.T) {
	late := time.Date(2026, 11, 20, 23, 30, 0, 0, time.UTC)
	for _, tt := range []struct{ zone, want string }{
		{"UTC", "Yesterday"},
		{"America/Los_Angeles", "Today"},
		{"Nowhere/Land", "Yesterday"},
		{"../../etc/passwd", "Yesterday"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("X-Time-Zone", tt.zone)
		c := clock{late.Add(time.Hour), zone(r)}
		if got := c.Day(late).Text; got != tt.want {
			t.Errorf("in %s a text of an hour ago was sent %q, want %q", tt.zone, got, tt.want)
		}
	}
}

func TestLinksEndWhereTheirAddressEnds(t *testing.T) {
	for _, tt := range []struct {
		text string
		want []span
	}{
		{"no link", []span{{Text: "no link"}}},
		{"see https://a.example/b.", []span{{Text: "see "}, {Text: "https://a.example/b", Href: "https://a.example/b"}, {Text: "."}}},
		{"(https://a.example/b)", []span{{Text: "("}, {Text: "https://a.example/b", Href: "https://a.example/b"}, {Text: ")"}}},
		{"https://a.example/b_(c)", []span{{Text: "https://a.example/b_(c)", Href: "https://a.example/b_(c)"}}},
		{"javascript:alert(1)", []span{{Text: "javascript:alert(1)"}}},
		{"http://", []span{{Text: "http://"}}},
		{"https://me:pw@a.example", []span{{Text: "https://me:pw@a.example"}}},
		{"https://a.example/\u2067x", []span{{Text: "https://a.example/", Href: "https://a.example/"}, {Text: "\u2067x"}}},
	} {
		if diff := cmp.Diff(tt.want, spans(tt.text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.text, diff)
		}
	}
}

func TestTheShellSaysWhatItsModulesNeed(t *testing.T) {
	w := httptest.NewRecorder()
	h := &Handler{Visits: &visit.Face{Log: slog.Default()}}
	h.Shell(w, httptest.NewRequest("GET", "/app.html", nil), visit.ShellView{
		Frame:    store.Frame{Key: "k1", Origin: "https://crm.example.com", Prefix: `"><script>`},
		SignedIn: true, Framed: true, Platform: "RingCentral", Capabilities: []string{"navigate", "status"},
	})
	for _, want := range []string{`data-key="k1"`, `data-origin="https://crm.example.com"`, `data-signed-in="true"`, `data-capabilities="navigate status"`, `lang="en-US"`} {
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("the shell lacks %s:\n%s", want, w.Body)
		}
	}
	if strings.Contains(w.Body.String(), `"><script>`) {
		t.Error("a prefix broke out of its attribute")
	}
}

func TestARefusalSaysWhy(t *testing.T) {
	w := httptest.NewRecorder()
	(&Handler{Visits: &visit.Face{Log: slog.Default()}}).Refuse(w, httptest.NewRequest("GET", "/app.html", nil), 403, "This phone is not set up for <b>.")
	if w.Code != 403 || !strings.Contains(w.Body.String(), "not set up for &lt;b&gt;.") {
		t.Errorf("status %d: %s", w.Code, w.Body)
	}
}

func TestALongConversationShowsItsEndFirst(t *testing.T) {
	f := newFixture(t, nil)
	var long []Message
	for i := range 250 {
		long = append(long, theirs(fmt.Sprintf("n%d", i), priya, ago(time.Duration(250-i)*time.Minute), fmt.Sprintf("Text %d.", i)))
	}
	f.desk.messages["41"] = long
	for _, tt := range []struct {
		name, path  string
		has, hasNot string
		earlier     bool
	}{
		{"at first the newest hundred", "/conversations/41", "Text 150.", "Text 149.", true},
		{"earlier ones when asked", "/conversations/41/messages?show=200", "Text 50.", "Text 49.", true},
		{"all, and nothing more to ask for", "/conversations/41/messages?show=300", "Text 0.", "\x00", false},
		{"never fewer than at first", "/conversations/41/messages?show=1", "Text 150.", "Text 149.", true},
	} {
		body := f.do("GET", tt.path, nil).Body.String()
		if !strings.Contains(body, tt.has) || strings.Contains(body, tt.hasNot) || strings.Contains(body, "Earlier messages") != tt.earlier {
			t.Errorf("%s: %s has %q: %t, has %q: %t, offers earlier: %t", tt.name, tt.path, tt.has, strings.Contains(body, tt.has),
				tt.hasNot, strings.Contains(body, tt.hasNot), strings.Contains(body, "Earlier messages"))
		}
	}
}
