package notify

import "time"

// CheckEvery has the sign-ins looked up that often, for tests in which a day
// passes. It belongs before Start.
func (h *Handler) CheckEvery(d time.Duration) { h.every = d }
