package storetest

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/store"
)

var grant = store.Grant{
	ID: "grant-1", Platform: frame.Platform, ClientID: frame.ClientID, OwnerID: "101", Sealed: []byte("sealed"), Version: 1,
	ExpiresAt: at.Add(time.Hour), CreatedAt: at, UpdatedAt: at,
}

func testGrants(t *testing.T, w store.Widget) {
	ctx := t.Context()
	change(t, w, func(tx store.WidgetTx) error { return tx.AddGrant(ctx, grant) })
	if got, err := w.GrantOf(ctx, grant.Platform, grant.ClientID, grant.OwnerID); err != nil || !cmp.Equal(got, grant) {
		t.Errorf("GrantOf: %v\n%s", err, cmp.Diff(grant, got))
	}
	for clientID, want := range map[string]int{grant.ClientID: 1, "another": 0} {
		if got, err := w.GrantsOfApp(ctx, grant.Platform, clientID); err != nil || len(got) != want {
			t.Errorf("the grants of %s: %+v, %v; want %d", clientID, got, err, want)
		}
	}
	twin := grant
	twin.ID = "grant-2"
	if err := w.Write(ctx, func(tx store.WidgetTx) error { return tx.AddGrant(ctx, twin) }); !errors.Is(err, store.ErrExists) {
		t.Errorf("a second grant of one user for one app: %v, want ErrExists", err)
	}

	lease := func(what, holder string, version int64, now time.Time, want bool) {
		t.Helper()
		change(t, w, func(tx store.WidgetTx) error {
			if ok, err := tx.LeaseGrant(ctx, grant.ID, version, holder, now, now.Add(time.Minute)); err != nil || ok != want {
				t.Errorf("%s: %v, %v; want %v", what, ok, err, want)
			}
			return nil
		})
	}
	lease("the first lease", "a", 1, at, true)
	lease("a lease beside another", "b", 1, at.Add(time.Second), false)
	change(t, w, func(tx store.WidgetTx) error { return tx.ReleaseGrant(ctx, grant.ID, "b") })
	lease("after a stranger's release", "b", 1, at.Add(time.Second), false)
	change(t, w, func(tx store.WidgetTx) error { return tx.ReleaseGrant(ctx, grant.ID, "a") })
	lease("after the holder's release", "b", 1, at.Add(time.Second), true)
	lease("after the lease's end", "c", 1, at.Add(2*time.Minute), true)
	lease("for a version that has moved", "d", 2, at.Add(time.Hour), false)

	saved := grant
	saved.Sealed, saved.UpdatedAt = []byte("new"), at.Add(time.Minute)
	for _, want := range []bool{true, false} {
		change(t, w, func(tx store.WidgetTx) error {
			if ok, err := tx.SaveTokens(ctx, saved); err != nil || ok != want {
				t.Errorf("SaveTokens with version 1: %v, %v; want %v", ok, err, want)
			}
			return nil
		})
	}
	if got, err := w.Grant(ctx, grant.ID); err != nil || got.Version != 2 || string(got.Sealed) != "new" {
		t.Errorf("after saving: %+v, %v", got, err)
	}
	lease("saving ends the lease", "e", 2, at, true)
	testLapsing(t, w)
}

func testLapsing(t *testing.T, w store.Widget) {
	ctx := t.Context()
	session := store.Session{ID: "s1", FrameKey: frame.Key, GrantID: grant.ID, CreatedAt: at, UsedAt: at, ExpiresAt: at.Add(time.Hour)}
	draft := store.DeskRow{GrantID: grant.ID, Kind: "draft", ID: "compose", Sealed: []byte("draft")}
	mail := store.OutboxItem{GrantID: grant.ID, ID: "m1", State: store.OutboxQueued, CreatedAt: at, UpdatedAt: at, Sealed: []byte("text")}
	change(t, w, func(tx store.WidgetTx) error {
		return errors.Join(tx.PutFrame(ctx, frame), tx.AddSession(ctx, session), tx.PutDeskRow(ctx, draft), tx.AddOutboxItem(ctx, mail), tx.LapseGrant(ctx, grant.ID, at))
	})
	if _, err := w.Grant(ctx, grant.ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a grant that has lapsed: %v, want ErrNotFound", err)
	}
	if _, err := w.Session(ctx, "s1", at); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("a session of a grant that has lapsed: %v, want ErrNotFound", err)
	}
	if of, err := w.GrantsOfApp(ctx, grant.Platform, grant.ClientID); err != nil || len(of) != 0 {
		t.Errorf("what has lapsed is listed with its app: %+v, %v", of, err)
	}
	if idle, err := w.IdleGrants(ctx, at.Add(24*time.Hour)); err != nil || len(idle) != 0 {
		t.Errorf("what has lapsed counts as idle: %+v, %v", idle, err)
	}
	if ids, err := w.GrantsWithMail(ctx); err != nil || len(ids) != 0 {
		t.Errorf("what has lapsed has mail: %v, %v", ids, err)
	}
	got, err := w.GrantOf(ctx, grant.Platform, grant.ClientID, grant.OwnerID)
	if err != nil || got.ID != grant.ID || len(got.Sealed) != 0 {
		t.Fatalf("the lapsed grant of its owner: %+v, %v; want it without tokens", got, err)
	}
	got.Sealed = []byte("again")
	change(t, w, func(tx store.WidgetTx) error {
		if ok, err := tx.SaveTokens(ctx, got); err != nil || !ok {
			t.Errorf("signing in again: %v, %v", ok, err)
		}
		return tx.DeleteLapsedGrants(ctx, at.Add(time.Hour))
	})
	if _, err := w.Grant(ctx, grant.ID); err != nil {
		t.Errorf("a grant that came back: %v", err)
	}
	if row, err := w.DeskRow(ctx, grant.ID, "draft", "compose"); err != nil || string(row.Sealed) != "draft" {
		t.Errorf("the draft of before: %+v, %v", row, err)
	}
	if ids, err := w.GrantsWithMail(ctx); err != nil || len(ids) != 1 {
		t.Errorf("the mail of before: %v, %v", ids, err)
	}
	change(t, w, func(tx store.WidgetTx) error {
		return errors.Join(tx.LapseGrant(ctx, grant.ID, at), tx.DeleteLapsedGrants(ctx, at))
	})
	if _, err := w.GrantOf(ctx, grant.Platform, grant.ClientID, grant.OwnerID); err != nil {
		t.Errorf("what lapsed just now is removed already: %v", err)
	}
	change(t, w, func(tx store.WidgetTx) error { return tx.DeleteLapsedGrants(ctx, at.Add(time.Second)) })
	if _, err := w.GrantOf(ctx, grant.Platform, grant.ClientID, grant.OwnerID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("what lapsed long ago: %v, want ErrNotFound", err)
	}
}

func testSessions(t *testing.T, w store.Widget) {
	ctx := t.Context()
	session := store.Session{
		ID: "s1", FrameKey: frame.Key, GrantID: grant.ID, Way: "code", Parent: "s0", Idle: time.Hour, CreatedAt: at, UsedAt: at, ExpiresAt: at.Add(time.Hour),
	}
	change(t, w, func(tx store.WidgetTx) error {
		return errors.Join(tx.PutFrame(ctx, frame), tx.AddGrant(ctx, grant), tx.AddSession(ctx, session))
	})
	if got, err := w.Session(ctx, "s1", at); err != nil || got != session {
		t.Errorf("Session: %+v, %v; want %+v", got, err, session)
	}
	if _, err := w.Session(ctx, "s1", session.ExpiresAt); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an expired session: %v, want ErrNotFound", err)
	}
	if got, err := w.ExpiredSessions(ctx, session.ExpiresAt); err != nil || len(got) != 1 {
		t.Errorf("expired sessions: %+v, %v; want one", got, err)
	}
	idle := func(what string, now time.Time, want int) {
		t.Helper()
		if got, err := w.IdleGrants(ctx, now); err != nil || len(got) != want {
			t.Errorf("idle grants %s: %+v, %v; want %d", what, got, err, want)
		}
	}
	idle("while a session lives", at.Add(time.Minute), 0)
	idle("after the last session", session.ExpiresAt, 1)
	idle("before the grant was written", at, 0)

	testHandles(t, w, session)
	testSessionEnds(t, w, session)
	change(t, w, func(tx store.WidgetTx) error {
		return tx.TouchSession(ctx, "s1", at.Add(time.Minute), at.Add(2*time.Hour))
	})
	if got, err := w.Session(ctx, "s1", at.Add(time.Hour)); err != nil || !got.UsedAt.Equal(at.Add(time.Minute)) {
		t.Errorf("a touched session: %+v, %v", got, err)
	}
	for _, want := range []bool{true, false} {
		change(t, w, func(tx store.WidgetTx) error {
			if was, err := tx.DeleteSession(ctx, "s1"); err != nil || was != want {
				t.Errorf("DeleteSession: %v, %v; want %v", was, err, want)
			}
			return tx.TouchSession(ctx, "s1", at, at.Add(time.Hour))
		})
	}
	if _, err := w.Session(ctx, "s1", at); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an ended session stays ended when it is touched: %v", err)
	}

	change(t, w, func(tx store.WidgetTx) error {
		return errors.Join(tx.AddSession(ctx, session), tx.DeleteGrant(ctx, grant.ID))
	})
	if got, err := w.SessionsOf(ctx, grant.ID); err != nil || len(got) != 0 {
		t.Errorf("sessions go with their grant: %+v, %v", got, err)
	}
}

func testHandles(t *testing.T, w store.Widget, session store.Session) {
	ctx := t.Context()
	is := func(what, hash string, when time.Time, want bool) {
		t.Helper()
		got, err := w.SessionByHandle(ctx, hash, when)
		if want && (err != nil || got != session) || !want && !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %+v, %v; found should be %v", what, got, err, want)
		}
	}
	change(t, w, func(tx store.WidgetTx) error {
		return errors.Join(
			tx.AddHandle(ctx, store.Handle{Hash: "h1", SessionID: "s1", ExpiresAt: at.Add(10 * time.Minute)}),
			tx.AddHandle(ctx, store.Handle{Hash: "h2", SessionID: "s1", ExpiresAt: at.Add(2 * time.Hour)}),
			tx.SettleHandle(ctx, "s1", "unknown", at), tx.SettleHandle(ctx, "another", "h2", at),
		)
	})
	is("a handle", "h1", at, true)
	is("after its end", "h1", at.Add(10*time.Minute), false)
	is("after the session's end", "h2", session.ExpiresAt, false)
	is("the session's own id", "s1", at, false)
	change(t, w, func(tx store.WidgetTx) error { return tx.SettleHandle(ctx, "s1", "h2", at.Add(time.Minute)) })
	is("an old handle for a moment", "h1", at, true)
	is("an old handle after the moment", "h1", at.Add(time.Minute), false)
	is("the new handle", "h2", at.Add(time.Minute), true)
	change(t, w, func(tx store.WidgetTx) error { return tx.DeleteExpiredHandles(ctx, "s1", at.Add(time.Minute)) })
	is("a handle that was removed", "h1", at, false)
	is("the handle that was not", "h2", at, true)
}

func testSessionEnds(t *testing.T, w store.Widget, session store.Session) {
	ctx := t.Context()
	ended := at.Add(time.Minute)
	change(t, w, func(tx store.WidgetTx) error {
		return errors.Join(
			tx.NoteSessionEnd(ctx, "unknown", "expired", ended),
			tx.NoteSessionEnd(ctx, session.ID, "refused", ended),
			tx.NoteSessionEnd(ctx, session.ID, "expired", ended.Add(time.Hour)),
		)
	})
	for _, hash := range []string{session.ID, "h2"} { // the cookie's, and the handle's that is left
		want := store.SessionEnd{Hash: hash, SessionID: session.ID, GrantID: session.GrantID, FrameKey: session.FrameKey, Reason: "refused", EndedAt: ended}
		if got, err := w.SessionEnd(ctx, hash); err != nil || got != want {
			t.Errorf("the end of %s: %+v, %v; want the first that was noted, %+v", hash, got, err, want)
		}
	}
	if got, err := w.SessionEnd(ctx, "unknown"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("the end of an unknown session: %+v, %v; want ErrNotFound", got, err)
	}
	for since, want := range map[time.Time]int{ended: 2, ended.Add(time.Millisecond): 0} {
		if got, err := w.SessionEndsSince(ctx, since); err != nil || len(got) != want {
			t.Errorf("ends since %v: %+v, %v; want %d", since, got, err, want)
		}
	}
	change(t, w, func(tx store.WidgetTx) error { return tx.DeleteSessionEnds(ctx, ended) })
	if _, err := w.SessionEnd(ctx, "h2"); err != nil {
		t.Errorf("an end that is young enough: %v", err)
	}
	change(t, w, func(tx store.WidgetTx) error { return tx.DeleteSessionEnds(ctx, ended.Add(time.Millisecond)) })
	if _, err := w.SessionEnd(ctx, "h2"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("an end that was forgotten: %v, want ErrNotFound", err)
	}
}
