package exchange

// Calls is how many calls go on.
func (x *Exchange) Calls() int { return len(x.running()) }
