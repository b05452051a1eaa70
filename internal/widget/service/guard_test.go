package service_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"offhook/internal/store"
	"offhook/internal/widget/visit"
)

// guard is whom the user's texts wait for.
func (w *world) guard() string { return w.guardFor(w.grant, "k") }

func (w *world) guardFor(grant, frame string) string {
	w.t.Helper()
	name, err := w.Guard(w.t.Context(), visit.Visit{Frame: store.Frame{Key: frame}, Session: &store.Session{GrantID: grant}})
	if err != nil {
		w.t.Fatal(err)
	}
	return name
}

func TestAServerThatBeginsAnewAsksThePageThatWantedToBeAsked(t *testing.T) {
	w := newWorld(t)
	w.post(register(`"name":"A","displayName":"Acme CRM","doNotContactPath":"/d"`))
	w.restart()
	if got := w.guard(); got != "Acme CRM" {
		t.Errorf("after a restart: %q", got)
	}
	if got := w.guardFor("other", "k") + w.guardFor("g", "elsewhere"); got != "" {
		t.Errorf("another user's texts, or another page's, wait for %q", got)
	}
	w.post(register(`"name":"A","displayName":"Acme CRM"`))
	w.restart()
	if got := w.guard(); got != "" {
		t.Errorf("a page that asks for it no more: %q", got)
	}
}

// TestAWindowOfThePhonesOwnAsksThePageThatOpenedIt: nobody contacts people
// unasked by taking the phone out of the page.
func TestAWindowOfThePhonesOwnAsksThePageThatOpenedIt(t *testing.T) {
	w := newWorld(t)
	key := func(f store.Frame) string {
		if f.Origin == origin && f.Opener == "" {
			return "k"
		}
		return "of " + f.Origin + f.Opener
	}
	guard := func(grant, opener string) string {
		t.Helper()
		w.FrameKey = key
		frame := store.Frame{Key: "window", Platform: platform, ClientID: "app", Origin: "https://phone.example", Opener: opener}
		name, err := w.Guard(t.Context(), visit.Visit{Frame: frame, Session: &store.Session{GrantID: grant, FrameKey: "window"}})
		if err != nil {
			t.Fatal(err)
		}
		return name
	}
	w.post(register(`"name":"A","displayName":"Acme CRM","doNotContactPath":"/d"`))
	for _, when := range []string{"registered", "after a restart"} {
		if got := guard("g", origin); got != "Acme CRM" {
			t.Errorf("%s: the window of the page waits for %q", when, got)
		}
		if got := guard("other", origin) + guard("g", "https://elsewhere.example") + guard("g", ""); got != "" {
			t.Errorf("%s: another user's window, another page's, or one of nobody's waits for %q", when, got)
		}
		w.restart()
	}
	w.post(register(`"name":"A","displayName":"Acme CRM"`))
	if got := guard("g", origin); got != "" {
		t.Errorf("a page that asks for it no more: %q", got)
	}
}

func TestAPageThatNeverComesBackIsNotWaitedForWithoutEnd(t *testing.T) {
	w := newWorld(t)
	register := register(`"name":"A","doNotContactPath":"/d"`)
	w.post(register)
	w.now = at.Add(20 * 24 * time.Hour)
	w.post(register)
	for days, want := range map[int]string{49: "A", 51: ""} {
		w.restart()
		if w.now = at.Add(time.Duration(days) * 24 * time.Hour); w.guard() != want {
			t.Errorf("after %d days: %q, want %q", days, w.guard(), want)
		}
	}
}

func TestTheGuardOfSomebodyWhoIsSignedOutIsNobodys(t *testing.T) {
	w := newWorld(t)
	if _, err := w.Guard(t.Context(), visit.Visit{Frame: store.Frame{Key: "k"}, Session: &store.Session{GrantID: "ended"}}); err == nil {
		t.Error("nobody can know whether this user's texts must wait, and yet there was an answer")
	}
}

// signIn gives the user a session in a frame.
func (w *world) signIn(grant, frame string) {
	w.t.Helper()
	ctx := w.t.Context()
	err := w.store.Write(ctx, func(tx store.WidgetTx) error {
		return tx.AddSession(ctx, store.Session{ID: grant + frame, FrameKey: frame, GrantID: grant, CreatedAt: at, UsedAt: at, ExpiresAt: at.Add(time.Hour)})
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

func TestAServiceGoesWithItsUsersLastSessionInTheFrame(t *testing.T) {
	w := newWorld(t)
	w.signIn("g", "k")
	w.post(register(`"name":"A","doNotContactPath":"/d","feedbackPath":"/f"`))
	w.SignedOut("g")
	if w.card() == "" {
		t.Error("the service went while its user was signed in")
	}
	ctx := t.Context()
	err := w.store.Write(ctx, func(tx store.WidgetTx) error {
		_, err := tx.DeleteSession(ctx, "gk")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	stop, err := w.Start()
	if err != nil {
		t.Fatal(err)
	}
	if err := w.bus.Publish(ctx, "widget.session.ended", []byte(`{"sessionId":"gk","grantId":"g"}`)); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the service of somebody who has signed out is gone", func() bool { return w.card() == "" })
	stop()
	if got := w.guard(); got != "A" {
		t.Errorf("whoever signs in again before the page has registered: %q", got)
	}
}

// eventually waits for what another goroutine does.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(10 * time.Second)
	tick := time.NewTicker(time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-tick.C:
		case <-deadline:
			t.Fatalf("not so: %s", what)
		}
	}
}

func TestAUsersServicesAreBounded(t *testing.T) {
	w := newWorld(t)
	for i := range 25 {
		key := fmt.Sprintf("k%02d", i)
		ctx := t.Context()
		err := w.store.Write(ctx, func(tx store.WidgetTx) error {
			return tx.PutFrame(ctx, store.Frame{Key: key, Platform: platform, ClientID: "app", Origin: fmt.Sprintf("https://crm%d.example", i)})
		})
		if err != nil {
			t.Fatal(err)
		}
		w.now = w.now.Add(time.Second)
		a := w.postAt(key, register(`"name":"A","doNotContactPath":"/d"`))
		if said := strings.Join(a.Warnings, " "); strings.Contains(said, "20 pages") != (i >= 20) {
			t.Errorf("page %d was told %q", i, said)
		}
	}
	for i := range 25 {
		key := fmt.Sprintf("k%02d", i)
		v := visit.Visit{Frame: store.Frame{Key: key}, Session: &store.Session{GrantID: "g"}}
		if there := w.Of(v) != nil; there != (i >= 5) {
			t.Errorf("page %d: %v", i, there)
		}
		if w.guardFor("g", key) != "A" {
			t.Errorf("page %d is not asked any more", i)
		}
	}
}

func TestAFrameCanTellItsUsersApart(t *testing.T) {
	w := newWorld(t)
	tag := func(grant string) string {
		w.grant = grant
		_, body := w.ask("GET", "", "")
		_, tag, ok := strings.Cut(body, `"user":`)
		if !ok || strings.Contains(body, "owner") {
			t.Errorf("%s", body)
		}
		return tag
	}
	if one := tag("g"); one != tag("g") || one == tag("other") {
		t.Errorf("%q, %q, %q", one, tag("g"), tag("other"))
	}
}
