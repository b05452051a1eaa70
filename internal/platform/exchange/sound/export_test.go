package sound

// For tests of what is said.
var (
	TimeWords = timeWords
	Spoken    = spoken
	HelpWords = helpWords
)
