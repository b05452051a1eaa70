package exchange

// Calls is how many calls go on.
func (x *Exchange) Calls() int { return len(x.running()) }

// Stall has a call do nothing until goOn. What it is to do meanwhile is queued,
// and done together then.
func (x *Exchange) Stall(id string) (queued func() int, goOn func()) {
	x.mu.Lock()
	c := x.calls[id]
	x.mu.Unlock()
	stalled, on := make(chan struct{}), make(chan struct{})
	c.post(func() { close(stalled); <-on })
	<-stalled
	queued = func() int {
		c.mail.mu.Lock()
		defer c.mail.mu.Unlock()
		return len(c.mail.queue)
	}
	return queued, func() { close(on) }
}
