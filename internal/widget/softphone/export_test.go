package softphone

// Joining has n tabs be about to have their sound connected.
func (ph *Phone) Joining(n int) { ph.box.post(func() { ph.sound.joining = n }) }

// Step has the actor do something, and Steps is how much waits for it.
func (ph *Phone) Step(step func()) { ph.box.post(step) }

func (ph *Phone) Steps() int {
	ph.box.mu.Lock()
	defer ph.box.mu.Unlock()
	return len(ph.box.steps)
}
