package service

import (
	"cmp"
	"encoding/json"

	"offhook/internal/widget/visit"
)

// Known returns what a visit's service has registered and whether its user
// has authorized it; false when nothing is registered.
func (h *Handler) Known(v visit.Visit) (r Registration, authorized, ok bool) {
	s := h.Of(v)
	if s == nil {
		return r, false, false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.reg, s.account.Authorized, true
}

// Entity is the contact of a visit's service that a conversation is with, as
// the page wrote it: the only one of that number, or the one that the user has
// picked; otherwise nil (contract/service.md 6).
func (h *Handler) Entity(v visit.Visit, conversation, number string) json.RawMessage {
	all := h.Whose(v, conversation, number)
	if len(all) == 0 {
		return nil
	}
	if s := h.Of(v); len(all) > 1 && s != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		// What was picked comes first, if it is still there.
		if picked := cmp.Or(s.matches.choices[choice{conversation, number}], s.matches.choices[choice{"", number}]); picked != all[0].ID {
			return nil
		}
	}
	return all[0].Raw
}

// Asked reports whether the page has said whose a number is, or nobody asks
// it.
func (h *Handler) Asked(v visit.Visit, number string) bool {
	s := h.Of(v)
	if s == nil {
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return !s.account.Authorized || s.reg.ContactMatchPath == "" || s.matches.known[number] != nil
}

// LogPage is the form of an id that a visit's page wants filled in for each
// log; nil for the phone's own.
func (h *Handler) LogPage(v visit.Visit, id string) *Page {
	s := h.Of(v)
	if s == nil {
		return nil
	}
	return s.Page(id)
}
