package media

// Settle waits until the goroutines of legs that have ended are gone.
func (e *Engine) Settle() { e.wait.Wait() }
