package softphone

// Joining has n tabs be about to have their sound connected.
func (ph *Phone) Joining(n int) { ph.box.post(func() { ph.sound.joining = n }) }
