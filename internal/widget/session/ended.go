package session

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"offhook/internal/opaque"
	"offhook/internal/store"
	"offhook/internal/widget/visit"
)

// remembered is how long it is known why a session ended: for a laptop that
// was closed meanwhile, and a page that was left open on it.
const remembered = 30 * 24 * time.Hour

// Ended says why the session is over that the request's cookie or handle
// stood for in the frame: one of the reasons of this package or of package
// grant. It is empty where there was none, or it was over long ago. Only
// whoever holds the cookie or the handle learns it; a browser without a
// cookie has lost it by signing out, perhaps in another tab.
func (s *Sessions) Ended(r *http.Request, f store.Frame) (reason string, err error) {
	if handle := r.Header.Get(visit.SessionHeader); handle != "" && handle != visit.NoHandle {
		return s.EndedHandle(r.Context(), f, handle)
	}
	cookies := r.CookiesNamed(cookieName(f.Key))
	if len(cookies) == 0 {
		return SignedOut, nil
	}
	for _, c := range cookies {
		hash := opaque.Hash(c.Value)
		session, err := s.Store.Session(r.Context(), hash, time.Time{})
		if reason, err = s.whyEnded(r.Context(), f, hash, session, err); reason != "" || err != nil {
			return reason, err
		}
	}
	return "", nil
}

// EndedHandle is Ended for a handle that did not come in a header.
func (s *Sessions) EndedHandle(ctx context.Context, f store.Frame, handle string) (reason string, err error) {
	hash := opaque.Hash(handle)
	session, err := s.Store.SessionByHandle(ctx, hash, time.Time{})
	return s.whyEnded(ctx, f, hash, session, err)
}

// whyEnded takes what is left of a session: its row until somebody sweeps it
// up, and then what was written down.
func (s *Sessions) whyEnded(ctx context.Context, f store.Frame, hash string, session store.Session, err error) (string, error) {
	if err == nil {
		if session.FrameKey == f.Key && !session.ExpiresAt.After(s.Now()) {
			return Expired, nil
		}
		return "", nil
	}
	if !errors.Is(err, store.ErrNotFound) {
		return "", fmt.Errorf("reading a session that is over: %w", err)
	}
	end, err := s.Store.SessionEnd(ctx, hash)
	if errors.Is(err, store.ErrNotFound) || err == nil && end.FrameKey != f.Key {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("reading why a session ended: %w", err)
	}
	return end.Reason, nil
}
