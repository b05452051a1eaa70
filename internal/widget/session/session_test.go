package session_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/bus"
	"offhook/internal/sqlstore"
	"offhook/internal/store"
	"offhook/internal/widget/audit"
	"offhook/internal/widget/session"
	"offhook/internal/widget/visit"
)

// unused notes which grants were found without a session.
type unused []string

func (u *unused) End(context.Context, string, string) error { return nil }
func (u *unused) Forget(context.Context) error              { return nil }

func (u *unused) EndUnused(_ context.Context, id string) error {
	*u = append(*u, id)
	return nil
}

type rig struct {
	*session.Sessions
	now    time.Time
	unused unused
	bus    *bus.InProcess
}

var frame = store.Frame{Key: "key", Platform: "https://platform.example.com", ClientID: "app", Origin: "https://crm.example"}

func newRig(t *testing.T) *rig {
	r := &rig{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), bus: new(bus.InProcess)}
	st := sqlstore.OpenTest(t).Widget()
	log, now := slog.New(slog.DiscardHandler), func() time.Time { return r.now }
	r.Sessions = &session.Sessions{
		Audit: &audit.Trail{Store: st, Now: now, Log: log},
		Store: st, Bus: r.bus, Grants: &r.unused, Now: now, Log: log,
	}
	other := frame
	other.Key, other.Origin = "other", "https://crm.example:8443"
	err := st.Write(t.Context(), func(tx store.WidgetTx) error {
		for _, f := range []store.Frame{frame, other} {
			if err := tx.PutFrame(t.Context(), f); err != nil {
				return err
			}
		}
		for _, owner := range []string{"101", "102"} {
			g := store.Grant{ID: "grant-" + owner, Platform: frame.Platform, ClientID: frame.ClientID, OwnerID: owner, Sealed: []byte{}, CreatedAt: r.now, UpdatedAt: r.now}
			if err := tx.AddGrant(t.Context(), g); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (r *rig) begin(t *testing.T, grantID string, cookies ...*http.Cookie) *http.Cookie {
	t.Helper()
	w := httptest.NewRecorder()
	if _, err := r.Begin(w, request(t, cookies...), frame, grantID, "code"); err != nil {
		t.Fatal(err)
	}
	return w.Result().Cookies()[0]
}

func request(t *testing.T, cookies ...*http.Cookie) *http.Request {
	req := httptest.NewRequestWithContext(t.Context(), "GET", "/", nil)
	for _, c := range cookies {
		req.AddCookie(c)
	}
	return req
}

func (r *rig) session(t *testing.T, key string, cookies ...*http.Cookie) *store.Session {
	t.Helper()
	f := frame
	f.Key = key
	s, err := r.Session(request(t, cookies...), f)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestASessionBelongsToItsFrame(t *testing.T) {
	r := newRig(t)
	c := r.begin(t, "grant-101")
	if s := r.session(t, "key", c); s == nil || s.GrantID != "grant-101" || s.ID == c.Value {
		t.Errorf("the session of its own frame: %+v; want it, under an id that is not the cookie", s)
	}
	if s := r.session(t, "other", c); s != nil {
		t.Errorf("another frame sees the session: %+v", s)
	}
	if s := r.session(t, "other", &http.Cookie{Name: "__Host-oh-other", Value: c.Value}); s != nil {
		t.Errorf("the value works under another frame's name: %+v", s)
	}
	planted := &http.Cookie{Name: c.Name, Value: "planted"}
	if s := r.session(t, "key", planted, c); s == nil {
		t.Error("a planted cookie beside the real one hides it")
	}
}

func TestUseIsWrittenEveryFiveMinutes(t *testing.T) {
	r := newRig(t)
	c := r.begin(t, "grant-101")
	begun := r.now
	for _, tt := range []struct {
		after time.Duration
		want  time.Duration // UsedAt after the beginning
	}{{4 * time.Minute, 0}, {5 * time.Minute, 5 * time.Minute}, {9 * time.Minute, 5 * time.Minute}, {11 * time.Minute, 11 * time.Minute}} {
		r.now = begun.Add(tt.after)
		s := r.session(t, "key", c)
		stored, err := r.Store.Session(t.Context(), s.ID, r.now)
		if err != nil || !stored.UsedAt.Equal(begun.Add(tt.want)) || !stored.ExpiresAt.Equal(stored.UsedAt.Add(7*24*time.Hour)) {
			t.Errorf("used after %v: stored %v to %v, %v; want use after %v", tt.after, stored.UsedAt, stored.ExpiresAt, err, tt.want)
		}
	}
}

func TestEnding(t *testing.T) {
	r := newRig(t)
	heard := make(chan session.Ended, 9)
	cancel, err := r.Bus.Subscribe(session.EndedSubject, func(data []byte) {
		var e session.Ended
		if err := json.Unmarshal(data, &e); err != nil {
			t.Error(err)
		}
		heard <- e
	})
	if err != nil {
		t.Fatal(err)
	}
	defer cancel()

	first := r.begin(t, "grant-101")
	old := r.session(t, "key", first)
	second := r.begin(t, "grant-101", first)
	if e := <-heard; e.SessionID != old.ID || e.Reason != session.Replaced || len(r.unused) != 0 {
		t.Errorf("signing in again: announced %+v, unused %v; want the first session replaced and the grant kept", e, r.unused)
	}
	s := r.session(t, "key", second)
	for range 2 { // the second time changes nothing
		if err := r.End(t.Context(), *s, session.SignedOut); err != nil {
			t.Fatal(err)
		}
	}
	if e := <-heard; e.SessionID != s.ID || e.Reason != session.SignedOut || len(heard) != 0 {
		t.Errorf("signing out: announced %+v and %d more", e, len(heard))
	}
	if len(r.unused) != 1 || r.unused[0] != "grant-101" {
		t.Errorf("unused grants: %v, want the last session's, once", r.unused)
	}
}

func TestSweep(t *testing.T) {
	r := newRig(t)
	r.begin(t, "grant-101")
	if err := r.Sweep(t.Context()); err != nil || len(r.unused) != 0 {
		t.Errorf("a sweep at once: %v, unused %v; want nothing, new grants get time for their first session", err, r.unused)
	}
	r.now = r.now.Add(2 * time.Hour)
	if err := r.Sweep(t.Context()); err != nil || len(r.unused) != 1 || r.unused[0] != "grant-102" {
		t.Errorf("a sweep after two hours: %v, unused %v; want the grant that never had a session", err, r.unused)
	}
	r.now, r.unused = r.now.Add(7*24*time.Hour), nil
	if err := r.Sweep(t.Context()); err != nil || len(r.unused) == 0 || r.unused[0] != "grant-101" {
		t.Errorf("a sweep after seven days: %v, unused %v; want the idle session's grant first", err, r.unused)
	}
}

// TestWhyASessionEndedIsRemembered: whatever reaches the page first, the
// reason is there to be told to whoever holds the cookie.
func TestWhyASessionEndedIsRemembered(t *testing.T) {
	r := newRig(t)
	why := func(what, key, want string, cookies ...*http.Cookie) {
		t.Helper()
		f := frame
		f.Key = key
		if got, err := r.Ended(request(t, cookies...), f); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", what, got, err, want)
		}
	}
	end := func(c *http.Cookie, reason string) {
		t.Helper()
		if err := r.End(t.Context(), *r.session(t, "key", c), reason); err != nil {
			t.Fatal(err)
		}
	}
	first := r.begin(t, "grant-101")
	why("a session that lives", "key", "", first)
	end(first, session.Everywhere)
	why("one that was ended", "key", session.Everywhere, first)
	why("in another frame", "other", "", &http.Cookie{Name: "__Host-oh-other", Value: first.Value})
	why("without the cookie", "key", session.SignedOut)
	why("a cookie that was made up", "key", "", &http.Cookie{Name: first.Name, Value: "made up"})

	second := r.begin(t, "grant-101")
	third := r.begin(t, "grant-101", second)
	why("one that another sign-in replaced", "key", session.Replaced, second)
	r.now = r.now.Add(7 * 24 * time.Hour)
	why("one that has run out", "key", session.Expired, third)
	if err := r.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	why("one that has run out and was swept up", "key", session.Expired, third)
	r.now = r.now.Add(31 * 24 * time.Hour)
	if err := r.Sweep(t.Context()); err != nil {
		t.Fatal(err)
	}
	why("after a month", "key", "", third)
}

// TestTextsThatWouldBeDroppedAreCounted: they go with the last session, or
// with all of them at once.
func TestTextsThatWouldBeDroppedAreCounted(t *testing.T) {
	r := newRig(t)
	s := r.session(t, "key", r.begin(t, "grant-101"))
	other := r.session(t, "key", r.begin(t, "grant-101"))
	count := func(what string, want, wantEverywhere int) {
		t.Helper()
		n, err := r.Unsent(t.Context(), *s)
		all, errAll := r.UnsentEverywhere(t.Context(), *s)
		if err := errors.Join(err, errAll); err != nil || n != want || all != wantEverywhere {
			t.Errorf("%s: %d, and %d everywhere, %v; want %d and %d", what, n, all, err, want, wantEverywhere)
		}
	}
	count("with nothing written", 0, 0)
	change := func(fn func(tx store.WidgetTx) error) {
		t.Helper()
		if err := r.Store.Write(t.Context(), fn); err != nil {
			t.Fatal(err)
		}
	}
	change(func(tx store.WidgetTx) error {
		for n, state := range []string{store.OutboxQueued, store.OutboxSending, store.OutboxSent, store.OutboxFailed} {
			i := store.OutboxItem{GrantID: "grant-101", ID: state, Position: int64(n), State: state, CreatedAt: r.now, UpdatedAt: r.now, Sealed: []byte{}}
			if err := tx.AddOutboxItem(t.Context(), i); err != nil {
				return err
			}
		}
		return nil
	})
	count("while another session is there to send them", 0, 2)
	if err := r.End(t.Context(), *other, session.SignedOut); err != nil {
		t.Fatal(err)
	}
	count("in the last session", 2, 2)
	change(func(tx store.WidgetTx) error {
		return tx.PutHold(t.Context(), store.Hold{GrantID: "grant-101", User: "ada", CreatedAt: r.now, KeepsUntil: r.now.Add(time.Hour)})
	})
	count("while a host's server keeps the grant", 0, 2)

	// The page is asked about them only where it wants to be.
	mux := http.NewServeMux()
	visits := &visit.Face{Store: r.Store, Sessions: r.Sessions, Log: r.Log}
	(&session.Handler{Sessions: r.Sessions, Visits: visits}).Mount(mux)
	c := r.begin(t, "grant-101")
	for _, tt := range []struct {
		path string
		want int
		body string
	}{{"/signout-everywhere?ask=1", 409, `{"waiting":2}`}, {"/signout?ask=1", 200, `"signedIn":false`}, {"/signout?ask=1", 200, `"signedIn":false`}} {
		req := httptest.NewRequestWithContext(t.Context(), "POST", "/p/key"+tt.path, nil)
		req.Header.Set(visit.Header, "1")
		req.AddCookie(c)
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, req)
		if w.Code != tt.want || !strings.Contains(w.Body.String(), tt.body) {
			t.Errorf("%s: %d %s, want %d with %s", tt.path, w.Code, w.Body, tt.want, tt.body)
		}
	}
}

// TestEndsThatAnotherProcessWroteAreAnnounced: the command line has no bus in
// common with the server.
func TestEndsThatAnotherProcessWroteAreAnnounced(t *testing.T) {
	r := newRig(t)
	heard := make(chan [2]string, 9)
	subjects := []string{session.EndedSubject, "widget.grant.ended"}
	for _, subject := range subjects {
		cancel, err := r.Bus.Subscribe(subject, func(data []byte) {
			var e session.Ended
			if err := json.Unmarshal(data, &e); err != nil {
				t.Error(err)
			}
			heard <- [2]string{subject + " " + e.SessionID + e.GrantID, e.Reason}
		})
		if err != nil {
			t.Fatal(err)
		}
		defer cancel()
	}
	other := &session.Sessions{Store: r.Store, Bus: new(bus.InProcess), Grants: &r.unused, Audit: r.Audit, Now: r.Now, Log: r.Log}
	one, two := r.session(t, "key", r.begin(t, "grant-101")), r.session(t, "key", r.begin(t, "grant-102"))
	hear := func() {
		t.Helper()
		if err := r.Hear(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	hear() // before anything has ended
	if err := other.End(t.Context(), *one, session.SignedOut); err != nil {
		t.Fatal(err)
	}
	err := r.Store.Write(t.Context(), func(tx store.WidgetTx) error {
		return errors.Join(tx.NoteSessionEnd(t.Context(), two.ID, "embed-removed", r.now), tx.DeleteGrant(t.Context(), "grant-102"))
	})
	if err != nil {
		t.Fatal(err)
	}
	hear()
	hear() // a second time nothing new
	for _, subject := range subjects {
		if err := r.Bus.Publish(t.Context(), subject, []byte(`{"reason":"last"}`)); err != nil {
			t.Fatal(err)
		}
	}
	got := map[[2]string]int{}
	for last := 0; last < len(subjects); {
		if e := <-heard; e[1] == "last" {
			last++
		} else {
			got[e]++
		}
	}
	want := map[[2]string]int{
		{session.EndedSubject + " " + one.ID + "grant-101", session.SignedOut}: 1,
		{session.EndedSubject + " " + two.ID + "grant-102", "embed-removed"}:   1,
		{"widget.grant.ended grant-102", "embed-removed"}:                      1, // the other user's grant is still there
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("announced (-want +got):\n%s", diff)
	}
}
