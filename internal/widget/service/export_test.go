package service

import "strconv"

// Forget lets a run hear of n contacts that have gone, and returns how many it
// remembers.
func Forget(n int) int {
	r := &run{gone: map[string]bool{}}
	for i := range n {
		r.forget(strconv.Itoa(i))
	}
	return len(r.gone)
}

// SignedOut is what happens when a session of a grant has ended.
func (h *Handler) SignedOut(grantID string) { h.signedOut(grantID) }
