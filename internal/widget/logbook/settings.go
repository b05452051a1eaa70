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

// of says whether a kind is.
func (a auto) of(kind string) bool {
	if kind == kindCall {
		return a.Call
	}
	return a.Message
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

// settings returns what somebody has chosen for a target; the zero choice at
// first.
func (h *Handler) settings(ctx context.Context, t target) (store.LogSettings, error) {
	s, err := h.Store.LogSettings(ctx, t.owner, t.at)
	if errors.Is(err, store.ErrNotFound) {
		return store.LogSettings{Owner: t.owner, Target: t.at}, nil
	}
	if err != nil {
		return s, fmt.Errorf("reading the settings of a logger: %w", err)
	}
	return s, nil
}

// meet reads the settings, and keeps in them where the user is, what the page
// wants by default when q says so, and what it has fixed.
func (h *Handler) meet(r *http.Request, c visitor, q *asked) (store.LogSettings, error) {
	ctx := r.Context()
	before, err := h.settings(ctx, c.target)
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
	if message, call := h.fix(c); message+call != "" {
		return s, h.keep(ctx, c, func(tx store.WidgetTx) error {
			return errors.Join(tx.PutLogPlace(ctx, s), tx.PutLogChoice(ctx, s.Owner, s.Target, message, call))
		}, &s)
	}
	if s == before {
		return s, nil
	}
	return s, h.keep(ctx, c, func(tx store.WidgetTx) error { return tx.PutLogPlace(ctx, s) }, &s)
}

// fix returns what a page sets the switches to that it locks, once for each
// registration (contract/service.md 2.2); empty for nothing.
func (h *Handler) fix(c visitor) (message, call string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	crew := h.crew(c.page())
	for i, one := range []struct {
		logger Logger
		to     *string
	}{{c.loggers.Message, &message}, {c.loggers.Call, &call}} {
		value := ""
		if one.logger.Path != "" && one.logger.ReadOnly && one.logger.Value != nil {
			value = word(*one.logger.Value)
		}
		if crew.fixed[i] != value {
			crew.fixed[i], *one.to = value, value
		}
	}
	return message, call
}

// keep writes a change of settings down, reads into s what they are then, and
// tells every tab when something else is logged by itself than before.
func (h *Handler) keep(ctx context.Context, c visitor, change func(tx store.WidgetTx) error, s *store.LogSettings) error {
	var before, now store.LogSettings
	ctx = context.WithoutCancel(ctx)
	err := h.Store.Write(ctx, func(tx store.WidgetTx) (err error) {
		if before, err = tx.LogSettings(ctx, c.target.owner, c.target.at); err != nil && !errors.Is(err, store.ErrNotFound) {
			return err
		}
		if err = change(tx); err != nil {
			return err
		}
		if now, err = tx.LogSettings(ctx, c.target.owner, c.target.at); err != nil {
			return err
		}
		// Calls are logged from when that is switched on, and none before.
		if autoOf(now).Call && (!autoOf(before).Call || now.CallSince.IsZero()) {
			now.CallSince = h.Now()
			return tx.PutLogCallSince(ctx, c.target.owner, c.target.at, now.CallSince)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("keeping the settings of a logger: %w", err)
	}
	*s = now
	if autoOf(now) != autoOf(before) {
		h.announce(ctx, c.page())
		h.review(c.visit.Session.GrantID)
	}
	return nil
}

// choose answers POST /p/{key}/log/settings: the user, or the page by
// rc-adapter-update-auto-log-settings, has changed a switch.
func (h *Handler) choose(w http.ResponseWriter, r *http.Request, c visitor) error {
	var q struct {
		Message, Call *bool
		Host          bool // the page itself asks
	}
	if err := visit.Body(w, r, &q); err != nil {
		return err
	}
	var message, call string
	for _, one := range []struct {
		to     *string
		value  *bool
		logger Logger
	}{{&message, q.Message, c.loggers.Message}, {&call, q.Call, c.loggers.Call}} {
		if one.value == nil {
			continue
		}
		if one.logger.ReadOnly && !q.Host {
			return rc.Errorf(rc.Conflict, "This switch cannot be changed here.")
		}
		*one.to = word(*one.value)
	}
	ctx := r.Context()
	var s store.LogSettings
	err := h.keep(ctx, c, func(tx store.WidgetTx) error { return tx.PutLogChoice(ctx, c.target.owner, c.target.at, message, call) }, &s)
	if err != nil {
		return err
	}
	if h.logsAny(c) {
		h.follow(c)
	}
	visit.JSON(w, http.StatusOK, autoOf(s))
	return nil
}
