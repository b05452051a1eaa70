package service

import (
	"context"
	"encoding/json"
	"errors"

	"offhook/internal/rc"
	"offhook/internal/store"
	"offhook/internal/widget/visit"
)

// saidSubject is where servers tell one another what pages have said.
const saidSubject = "widget.service.said"

// said is a message of a page as the server that it came to has taken it.
type said struct {
	Node    string      `json:"node"`
	GrantID string      `json:"grantId"`
	Frame   store.Frame `json:"frame"`
	First   bool        `json:"first,omitempty"` // of a load of the page
	Message message     `json:"message"`
}

// kind is the message's type; empty for none.
func (m message) kind() (kind string) {
	_ = json.Unmarshal(m["type"], &kind)
	return kind
}

// put has a message change a service.
func (h *Handler) put(c call, m message, first bool) (warnings []string, changed []Change, err error) {
	kind := m.kind()
	f, ok := takers[kind]
	if !ok {
		return nil, nil, rc.Errorf(rc.Invalid, "The phone's service does not take messages of type %q.", clip(kind))
	}
	// A page that is loaded registers all that it has: what an earlier load
	// of it left behind goes, without a word, because more is to come.
	if first {
		c.service.restart()
	}
	warnings, changed = f(c, m)
	if kind == registers {
		warnings = append(warnings, h.crowd(c.service)...)
	}
	return warnings, changed, nil
}

// relay tells the other servers what a page has said: tabs of its user may have
// come to them.
func (h *Handler) relay(ctx context.Context, c call, m message, first bool) {
	if h.Node == "" {
		return
	}
	data, err := json.Marshal(said{h.Node, c.service.owner.grantID, c.visit.Frame, first, m})
	if err == nil {
		err = h.Bus.Publish(context.WithoutCancel(ctx), saidSubject, data)
	}
	if err != nil {
		h.Log.Error("telling other servers what a page has registered", "err", err)
	}
}

// hear takes what a page has said at another server, where a tab of the same
// user and page has come to this one. Who comes later brings it from their own
// page, which registers whenever it is loaded.
func (h *Handler) hear(data []byte) {
	var s said
	if err := json.Unmarshal(data, &s); err != nil {
		h.Log.Error("hearing what a page has registered at another server", "err", err)
		return
	}
	h.mu.Lock()
	service := h.services[owner{s.GrantID, s.Frame.Key}]
	h.mu.Unlock()
	if s.Node == h.Node || service == nil {
		return
	}
	ctx := context.Background()
	e, err := h.allowed(ctx, s.Frame)
	if err == nil {
		c := call{visit.Visit{Frame: s.Frame, Session: &store.Session{GrantID: s.GrantID, FrameKey: s.Frame.Key}}, e, service, h.Now()}
		var changed []Change
		_, changed, err = h.put(c, s.Message, s.First)
		for _, change := range changed { // again: frames may have asked before it was here
			h.announce(ctx, service, change)
		}
	}
	if e, ok := errors.AsType[*rc.Error](err); err != nil && (!ok || e.Kind != rc.Denied) {
		h.Log.Error("taking what a page has registered at another server", "err", err)
	}
}

// listen hears the other servers until stop.
func (h *Handler) listen() (stop func(), err error) {
	if h.Node == "" {
		return func() {}, nil
	}
	return h.Bus.Subscribe(saidSubject, h.hear)
}
