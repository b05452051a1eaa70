package panel

import "time"

// A playerView is a player for one sound.
type playerView struct {
	Name    string // what it plays
	Sound   string // its address
	Seconds int    // how long, until the browser knows better
	Minutes string // the same as players write it
}

func newPlayer(name, sound string, length time.Duration) *playerView {
	length = max(length, time.Second)
	return &playerView{Name: name, Sound: sound, Seconds: int(length / time.Second), Minutes: clockwise(length)}
}
