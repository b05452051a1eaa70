package session

import (
	"cmp"
	"net/http"
	"slices"

	"offhook/internal/store"
)

// HandOver signs a window of the phone's own in by the session of the page
// that opened it: another session of the same sign-in and the same grant,
// with a secret of its own. It is store.ErrNotFound when that session has
// ended meanwhile.
//
// The two are one sign-in to whoever made it, so that signing out of either
// ends both, and somebody else who signs in at the page ends the window's. A
// page that has only not been used for long leaves the window alone.
func (s *Sessions) HandOver(w http.ResponseWriter, r *http.Request, f store.Frame, from store.Session, way string) (store.Session, error) {
	session := store.Session{GrantID: from.GrantID, Way: way, Parent: root(from), Idle: idle}
	if from.Idle == implicitIdle || from.Way == Implicit {
		session.Idle = implicitIdle
	}
	return s.begin(w, r, f, session, func(tx store.WidgetTx) error {
		ctx, now := r.Context(), s.Now()
		live, err := tx.Session(ctx, from.ID, now)
		if err != nil {
			return err
		}
		// Written as it is, and read again: whoever ends that session at this
		// moment waits for us and then finds ours, or we wait and find it gone.
		if err := tx.TouchSession(ctx, from.ID, live.UsedAt, live.ExpiresAt); err != nil {
			return err
		}
		_, err = tx.Session(ctx, from.ID, now)
		return err
	})
}

// root is the session that a sign-in began with.
func root(s store.Session) string { return cmp.Or(s.Parent, s.ID) }

// endingWith returns those of a grant's sessions that end with one of them,
// itself among them. The one that the others come from is first, so that two
// ends at the same moment wait for each other in one order.
func endingWith(session store.Session, reason string, all []store.Session) []store.Session {
	var ends []store.Session
	for _, o := range all {
		same := reason == SignedOut && root(o) == root(session)
		handed := reason == Replaced && o.Parent == session.ID
		if o.ID == session.ID || same || handed {
			ends = append(ends, o)
		}
	}
	slices.SortFunc(ends, func(a, b store.Session) int {
		return cmp.Or(cmp.Compare(len(a.Parent), len(b.Parent)), cmp.Compare(a.ID, b.ID))
	})
	return ends
}
