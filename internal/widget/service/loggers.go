package service

import "offhook/internal/widget/visit"

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
