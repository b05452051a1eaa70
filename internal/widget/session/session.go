// Package session keeps browsers signed in: one session for each browser
// partition, app, prefix and host origin, as a cookie that points at a grant.
// Where the browser refuses the cookie, a handle in the frame's memory stands
// for it.
package session

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"

	"offhook/internal/bus"
	"offhook/internal/opaque"
	"offhook/internal/store"
	"offhook/internal/widget/visit"
)

const (
	// idle is how long a session lasts without being used.
	idle = 7 * 24 * time.Hour
	// implicitIdle is for a sign-in that brought no refresh token: its access
	// token lives no longer.
	implicitIdle = time.Hour
	// touch is how often its use is written down.
	touch = 5 * time.Minute
	// EndedSubject is where ends of sessions are announced.
	EndedSubject = "widget.session.ended"
)

// Reasons for which a session ends by itself. Sessions that end with their
// grant are announced by package grant, with its reason.
const (
	SignedOut  = "signed-out"
	Everywhere = "everywhere" // with all the user's sessions
	Expired    = "expired"
	Replaced   = "replaced" // somebody signed in again in the same frame
)

// Ended is announced on EndedSubject.
type Ended struct {
	SessionID string `json:"sessionId"`
	GrantID   string `json:"grantId"`
	Reason    string `json:"reason"`
}

// Grants ends grants.
type Grants interface {
	// EndUnused revokes the grant's tokens when it has no session left.
	// Ending what has ended changes nothing.
	EndUnused(ctx context.Context, id string) error
	// End ends a grant with its sessions and revokes its tokens.
	End(ctx context.Context, id, reason string) error
	// Forget removes what is left of grants that lapsed long ago.
	Forget(ctx context.Context) error
}

// Audit takes the entries of the audit trail.
type Audit interface {
	Record(ctx context.Context, e store.AuditEntry)
}

// Sessions holds every session. It is safe for concurrent use.
//
// The cookie has one form, also where the phone is opened as a page of its
// own: SameSite=None and Partitioned. Lax would not reach a frame at all, and
// would add nothing on our own page, because every change needs a custom
// header and a same-origin fetch, and a partitioned cookie of our own site is
// not sent into anybody's frame. The name holds the frame's key, which holds
// the origin of the host page: hosts of one site share a partition, and must
// not share a session.
type Sessions struct {
	Store  store.Widget
	Bus    bus.Bus
	Grants Grants
	Audit  Audit
	Now    func() time.Time
	Log    *slog.Logger

	heard map[string]bool // the ends that Hear has announced; its caller's alone
}

// cookieLife is as long as browsers keep any cookie. The server decides when
// a session ends, so the cookie need not be sent anew at each use.
const cookieLife = 400 * 24 * time.Hour

func cookieName(key string) string { return "__Host-oh-" + key }

// Session finds the session that the request's cookie names in the frame,
// and notes that it was used; in a frame that holds a handle, the session
// that the handle stands for. No session, or one that has ended, is nil.
func (s *Sessions) Session(r *http.Request, f store.Frame) (*store.Session, error) {
	if handle := r.Header.Get(visit.SessionHeader); handle != "" && handle != visit.NoHandle {
		return s.ByHandle(r.Context(), f, handle)
	}
	now := s.Now()
	// A browser can hold two cookies of a name only where somebody planted
	// one, and __Host- prevents that; the first that is good counts.
	for _, c := range r.CookiesNamed(cookieName(f.Key)) {
		session, err := s.Store.Session(r.Context(), opaque.Hash(c.Value), now)
		if errors.Is(err, store.ErrNotFound) || err == nil && session.FrameKey != f.Key {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("reading a session: %w", err)
		}
		s.used(r.Context(), &session, now)
		return &session, nil
	}
	return nil, nil
}

// used moves the idle clock. That a session was used is not worth failing a
// request for.
func (s *Sessions) used(ctx context.Context, session *store.Session, now time.Time) {
	if now.Sub(session.UsedAt) < touch {
		return
	}
	session.UsedAt, session.ExpiresAt = now, now.Add(session.Idle)
	err := s.Store.Write(ctx, func(tx store.WidgetTx) error {
		return tx.TouchSession(ctx, session.ID, session.UsedAt, session.ExpiresAt)
	})
	if err != nil && ctx.Err() == nil {
		s.Log.Error("noting the use of a session", "err", err)
	}
}

// Begin signs the browser in: a new session with a new cookie, whatever
// cookie the request brought; the frame's session from before ends. A frame
// that has found its browser to refuse our cookies says so with the header
// and gets a handle in the answer's.
func (s *Sessions) Begin(w http.ResponseWriter, r *http.Request, f store.Frame, grantID, way string) (store.Session, error) {
	session := store.Session{GrantID: grantID, Way: way, Idle: idle}
	if way == Implicit {
		session.Idle = implicitIdle
	}
	return s.begin(w, r, f, session, func(store.WidgetTx) error { return nil })
}

// begin is Begin for a session of which more is known; may refuses it in its
// own transaction.
func (s *Sessions) begin(w http.ResponseWriter, r *http.Request, f store.Frame, session store.Session, may func(store.WidgetTx) error) (store.Session, error) {
	ctx, now, value := r.Context(), s.Now(), opaque.Text()
	session.ID, session.FrameKey, session.CreatedAt, session.UsedAt = opaque.Hash(value), f.Key, now, now
	byHandle := r.Header.Get(visit.SessionHeader) != ""
	if byHandle {
		// The handle is another secret than the cookie would be: the id of the
		// session stays when the handle changes.
		session.ID, session.Idle = opaque.Hash(opaque.Text()), handleLife
	}
	session.ExpiresAt = now.Add(session.Idle)
	err := s.Store.Write(ctx, func(tx store.WidgetTx) error {
		if err := may(tx); err != nil {
			return err
		}
		if err := tx.AddSession(ctx, session); err != nil || !byHandle {
			return err
		}
		return tx.AddHandle(ctx, store.Handle{Hash: opaque.Hash(value), SessionID: session.ID, ExpiresAt: session.ExpiresAt})
	})
	if err != nil {
		return store.Session{}, fmt.Errorf("beginning a session: %w", err)
	}
	before, err := s.Session(r, f)
	if err == nil && before != nil {
		err = s.End(ctx, *before, Replaced)
	}
	if err != nil {
		s.Log.Error("ending the session that a new one replaces", "err", err)
	}
	if byHandle {
		w.Header().Set(visit.SessionHeader, value)
	} else {
		http.SetCookie(w, cookie(f.Key, value, cookieLife))
	}
	return session, nil
}

// Implicit is the way of a sign-in that brings no refresh token.
const Implicit = "implicit"

func cookie(key, value string, life time.Duration) *http.Cookie {
	return &http.Cookie{
		Name: cookieName(key), Value: value, Path: "/", MaxAge: int(life / time.Second),
		Secure: true, HttpOnly: true, SameSite: http.SameSiteNoneMode, Partitioned: true,
	}
}

// End ends a session with those that end with it, and their grant when they
// were the last that used it.
func (s *Sessions) End(ctx context.Context, session store.Session, reason string) error {
	var ended []store.Session
	var entries []store.AuditEntry
	var last bool
	err := s.Store.Write(ctx, func(tx store.WidgetTx) error {
		ended, entries = nil, nil
		for {
			// Read anew after each round: one may have been handed over until
			// the session that it comes from was gone.
			rest, err := tx.SessionsOf(ctx, session.GrantID)
			if err != nil {
				return err
			}
			ends := endingWith(session, reason, rest)
			if len(ended) == 0 && !slices.ContainsFunc(ends, func(o store.Session) bool { return o.ID == session.ID }) {
				return nil // ended before
			}
			for _, one := range ends {
				entry, err := s.end(ctx, tx, one, reason)
				if err != nil {
					return err
				}
				ended, entries = append(ended, one), append(entries, entry)
			}
			if len(ends) == 0 {
				last = !anyLive(rest, s.Now())
				return nil
			}
		}
	})
	if err != nil {
		return fmt.Errorf("ending a session: %w", err)
	}
	for i, one := range ended {
		s.announce(ctx, Ended{one.ID, one.GrantID, reason})
		entries[i].Detail = reason
		s.Audit.Record(ctx, entries[i])
	}
	if len(ended) > 0 && last {
		return s.Grants.EndUnused(ctx, session.GrantID)
	}
	return nil
}

func (s *Sessions) end(ctx context.Context, tx store.WidgetTx, session store.Session, reason string) (store.AuditEntry, error) {
	entry, err := entryOf(ctx, tx, session)
	if err != nil {
		return entry, err
	}
	if err := tx.NoteSessionEnd(ctx, session.ID, reason, s.Now()); err != nil {
		return entry, err
	}
	_, err = tx.DeleteSession(ctx, session.ID)
	return entry, err
}

// entryOf begins the audit entry of a session's end. A grant that has ended
// has taken its sessions along, so there is nothing to tell of them.
func entryOf(ctx context.Context, tx store.WidgetReader, session store.Session) (store.AuditEntry, error) {
	e := store.AuditEntry{Kind: store.AuditSignOut, Way: session.Way, GrantID: session.GrantID}
	f, err := tx.Frame(ctx, session.FrameKey)
	if err != nil {
		return e, fmt.Errorf("reading the frame of a session: %w", err)
	}
	e.Platform, e.ClientID, e.Origin = f.Platform, f.ClientID, f.Origin
	g, err := tx.Grant(ctx, session.GrantID)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return e, fmt.Errorf("reading the grant of a session: %w", err)
	}
	e.OwnerID = g.OwnerID
	return e, nil
}

// EndEverywhere ends every session of a session's grant, on every node, and
// revokes the grant's tokens.
func (s *Sessions) EndEverywhere(ctx context.Context, session store.Session) error {
	entry, err := entryOf(ctx, s.Store, session)
	if err != nil {
		return err
	}
	all, err := s.Store.SessionsOf(ctx, session.GrantID)
	if err != nil {
		return fmt.Errorf("listing the sessions of a grant: %w", err)
	}
	if err := s.Grants.End(ctx, session.GrantID, Everywhere); err != nil {
		return err
	}
	entry.Detail = fmt.Sprintf("everywhere, sessions: %d", len(all))
	s.Audit.Record(ctx, entry)
	return nil
}

func anyLive(sessions []store.Session, at time.Time) bool {
	for _, s := range sessions {
		if s.ExpiresAt.After(at) {
			return true
		}
	}
	return false
}

func (s *Sessions) announce(ctx context.Context, e Ended) {
	data, err := json.Marshal(e)
	if err == nil {
		err = s.Bus.Publish(ctx, EndedSubject, data)
	}
	if err != nil {
		s.Log.Error("announcing the end of a session", "err", err)
	}
}

// Sweep ends what has idled out: sessions, and grants that no session uses.
func (s *Sessions) Sweep(ctx context.Context) error {
	now := s.Now()
	expired, err := s.Store.ExpiredSessions(ctx, now)
	if err != nil {
		return fmt.Errorf("listing expired sessions: %w", err)
	}
	for _, session := range expired {
		if err := s.End(ctx, session, Expired); err != nil {
			return err
		}
	}
	// A grant is older than its first session by a moment, and loses its last
	// one a moment before it ends, unless a crash comes between. An hour
	// leaves both alone.
	unused, err := s.Store.IdleGrants(ctx, now.Add(-time.Hour))
	if err != nil {
		return fmt.Errorf("listing unused grants: %w", err)
	}
	for _, g := range unused {
		if err := s.Grants.EndUnused(ctx, g.ID); err != nil {
			return err
		}
	}
	before := now.Add(-remembered)
	if err := s.Store.Write(ctx, func(tx store.WidgetTx) error { return tx.DeleteSessionEnds(ctx, before) }); err != nil {
		return fmt.Errorf("forgetting why sessions ended: %w", err)
	}
	return s.Grants.Forget(ctx)
}

// Run sweeps now and then, and hears of what other processes end, until ctx
// ends.
func (s *Sessions) Run(ctx context.Context) {
	sweep, hear := time.NewTicker(10*time.Minute), time.NewTicker(hearEvery)
	defer sweep.Stop()
	defer hear.Stop()
	s.try(ctx, "sweeping sessions", s.Sweep)
	for {
		select {
		case <-sweep.C:
			s.try(ctx, "sweeping sessions", s.Sweep)
		case <-hear.C:
			s.try(ctx, "hearing of ended sessions", s.Hear)
		case <-ctx.Done():
			return
		}
	}
}

func (s *Sessions) try(ctx context.Context, what string, do func(context.Context) error) {
	if err := do(ctx); err != nil && ctx.Err() == nil {
		s.Log.Error(what, "err", err)
	}
}
