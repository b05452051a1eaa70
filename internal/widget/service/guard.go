package service

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/markup"
	"offhook/internal/widget/visit"
)

// Times of what is kept of a page that wants to be asked whom its user may
// contact.
const (
	// guardRenew is how often it is written down that the page is still there.
	guardRenew = 24 * time.Hour
	// guardKept is how long a page that never comes back is waited for.
	guardKept = 30 * 24 * time.Hour
)

// kept is what the store has of a service's guard.
type kept struct {
	one     sync.Mutex // held while it is written
	known   bool       // guarded by one; service is what the store has
	service string     // guarded by one; empty for nothing
	at      time.Time  // guarded by one
}

// title is what a service is called wherever people read it.
func (r Registration) title() string {
	return markup.Cut(markup.Line(cmp.Or(r.DisplayName, r.Name)), 60)
}

// guard is the service's title when its page must be asked before anybody is
// contacted, else empty.
func (s *Service) guard() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.reg.DoNotContactPath == "" {
		return ""
	}
	return s.reg.title()
}

// keepGuard writes down whether the page wants to be asked, so that a server
// which has just begun asks before the page has registered with it.
func (h *Handler) keepGuard(ctx context.Context, c call) error {
	k := &c.service.kept
	k.one.Lock()
	defer k.one.Unlock()
	now, service := h.Now(), c.service.guard()
	if k.known && k.service == service && (service == "" || now.Sub(k.at) < guardRenew) {
		return nil
	}
	g, err := h.guardOf(ctx, c.visit)
	if err != nil {
		return err
	}
	g.Service, g.SeenAt = service, now
	ctx = context.WithoutCancel(ctx)
	err = h.Store.Write(ctx, func(tx store.WidgetTx) error {
		if service == "" {
			return tx.DeleteGuard(ctx, g.Platform, g.ClientID, g.OwnerID, g.FrameKey)
		}
		return errors.Join(tx.PutGuard(ctx, g), tx.DeleteOldGuards(ctx, now.Add(-guardKept)))
	})
	if err != nil {
		return fmt.Errorf("keeping that a page wants to be asked: %w", err)
	}
	k.known, k.service, k.at = true, service, now
	return nil
}

// guardOf names the guard of a visit's user and page.
func (h *Handler) guardOf(ctx context.Context, v visit.Visit) (store.Guard, error) {
	g, err := h.Store.Grant(ctx, v.Session.GrantID)
	if errors.Is(err, store.ErrNotFound) {
		return store.Guard{}, rc.Errorf(rc.Unauthenticated, "You are signed out. Sign in to go on.")
	}
	if err != nil {
		return store.Guard{}, fmt.Errorf("reading whose page it is: %w", err)
	}
	return store.Guard{Platform: g.Platform, ClientID: g.ClientID, OwnerID: g.OwnerID, FrameKey: v.Frame.Key}, nil
}

// Guard is the title of a visit's service when its page must be asked before
// anybody is contacted, else empty. Of a page that has not registered with
// this server it is what it last wanted. In a window of the phone's own it is
// what the page wants that opened it: the user contacts nobody unasked by
// taking the phone out of the page.
func (h *Handler) Guard(ctx context.Context, v visit.Visit) (string, error) {
	if v.Frame.Opener != "" {
		v.Frame.Origin, v.Frame.Opener = v.Frame.Opener, ""
		v.Frame.Key = h.FrameKey(v.Frame)
	}
	if s := h.Of(v); s != nil {
		return s.guard(), nil
	}
	if v.Session == nil {
		return "", nil
	}
	of, err := h.guardOf(ctx, v)
	if err != nil {
		return "", err
	}
	g, err := h.Store.Guard(ctx, of.Platform, of.ClientID, of.OwnerID, of.FrameKey)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("reading whether a page wants to be asked: %w", err)
	case h.Now().Sub(g.SeenAt) > guardKept:
		return "", nil
	}
	return g.Service, nil
}
