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
}

func testSessions(t *testing.T, w store.Widget) {
	ctx := t.Context()
	session := store.Session{ID: "s1", FrameKey: frame.Key, GrantID: grant.ID, CreatedAt: at, UsedAt: at, ExpiresAt: at.Add(time.Hour)}
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
