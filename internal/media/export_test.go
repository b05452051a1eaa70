package media

// Settle waits until the goroutines of legs that have ended are gone.
func (e *Engine) Settle() { e.wait.Wait() }

// ShakesHands reports whether the leg's connection is about to be secure.
func (l *Leg) ShakesHands() bool { return l.shakesHands() }
