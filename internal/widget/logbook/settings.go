package logbook

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/visit"
)

// auto says what is logged without a click.
type auto struct {
	Message bool `json:"message"`
	Call    bool `json:"call"`
}

// Words of a switch in the store.
const (
	on  = "on"
	off = "off"
)

func word(b bool) string {
	if b {
		return on
	}
	return off
}

// autoOf is the user's own choice, or the page's default before there is one.
func autoOf(s store.LogSettings) auto {
	return auto{s.Message == on || s.Message == "" && s.MessageDefault, s.Call == on || s.Call == "" && s.CallDefault}
}

// placeOf is where a user is read dates to.
func placeOf(s store.LogSettings) place {
	zone, err := time.LoadLocation(s.Zone)
	if err != nil || s.Zone == "" {
		zone = time.UTC
	}
	return place{zone, s.Locale}
}

// settings returns what somebody has chosen; the zero choice at first.
func (h *Handler) settings(ctx context.Context, o store.LogOwner) (store.LogSettings, error) {
	s, err := h.Store.LogSettings(ctx, o)
	if errors.Is(err, store.ErrNotFound) {
		return store.LogSettings{Owner: o}, nil
	}
	if err != nil {
		return s, fmt.Errorf("reading the settings of a logger: %w", err)
	}
	return s, nil
}

// meet reads the settings, and keeps in them where the user is, what the page
// wants by default when q says so, and what it has fixed.
func (h *Handler) meet(r *http.Request, c call, q *asked) (store.LogSettings, error) {
	before, err := h.settings(r.Context(), c.target.owner)
	if err != nil {
		return before, err
	}
	s := before
	if zone := zoneOf(r); zone != "" {
		s.Zone = zone
	}
	if locale := localeOf(r); locale != "" {
		s.Locale = locale
	}
	if q != nil {
		s.MessageDefault, s.CallDefault = q.Defaults.Message, q.Defaults.Call
	}
	h.fix(c, &s)
	return s, h.keep(r.Context(), c, before, s)
}

// fix lets a page that locks a switch set it, once for each registration
// (contract/service.md 2.2).
func (h *Handler) fix(c call, s *store.LogSettings) {
	h.mu.Lock()
	defer h.mu.Unlock()
	crew := h.crew(c.page())
	for i, one := range []struct {
		logger Logger
		to     *string
	}{{c.loggers.Message, &s.Message}, {c.loggers.Call, &s.Call}} {
		if one.logger.Path == "" || !one.logger.ReadOnly || one.logger.Value == nil {
			crew.fixed[i] = ""
			continue
		}
		if value := word(*one.logger.Value); crew.fixed[i] != value {
			crew.fixed[i], *one.to = value, value
		}
	}
}

// keep writes settings down that have changed, and tells every tab.
func (h *Handler) keep(ctx context.Context, c call, before, s store.LogSettings) error {
	if s == before {
		return nil
	}
	ctx = context.WithoutCancel(ctx)
	if err := h.Store.Write(ctx, func(tx store.WidgetTx) error { return tx.PutLogSettings(ctx, s) }); err != nil {
		return fmt.Errorf("keeping the settings of a logger: %w", err)
	}
	if autoOf(s) != autoOf(before) {
		h.announce(ctx, c.page())
		h.review(c.visit.Session.GrantID)
	}
	return nil
}

// choose answers POST /p/{key}/log/settings: the user, or the page by
// rc-adapter-update-auto-log-settings, has changed a switch.
func (h *Handler) choose(w http.ResponseWriter, r *http.Request, c call) error {
	var q struct {
		Message, Call *bool
		Host          bool // the page itself asks
	}
	if err := visit.Body(w, r, &q); err != nil {
		return err
	}
	before, err := h.settings(r.Context(), c.target.owner)
	if err != nil {
		return err
	}
	s := before
	for _, one := range []struct {
		to     *string
		value  *bool
		logger Logger
	}{{&s.Message, q.Message, c.loggers.Message}, {&s.Call, q.Call, c.loggers.Call}} {
		if one.value == nil {
			continue
		}
		if one.logger.ReadOnly && !q.Host {
			return rc.Errorf(rc.Conflict, "This switch cannot be changed here.")
		}
		*one.to = word(*one.value)
	}
	if err := h.keep(r.Context(), c, before, s); err != nil {
		return err
	}
	visit.JSON(w, http.StatusOK, autoOf(s))
	return nil
}
