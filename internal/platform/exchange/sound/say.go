package sound

import (
	"context"
	"embed"
	"strconv"
	"time"

	"offhook/internal/media"
)

//go:embed en/*.ul
var files embed.FS

// What the exchange says in one sentence; see Say.
const (
	// NotInService is for a number that nobody has.
	NotInService = "notinservice"
	// Nobody is for calls that neither people nor a voicemail take.
	Nobody = "nobody"
	// Replied is for callers who are answered by a message.
	Replied = "replied"
	// RecordingOn and RecordingOff tell that a call is recorded, and is not
	// any more.
	RecordingOn  = "recording"
	RecordingOff = "recorded"
	// OneMinute warns of the end of a call that has lasted very long.
	OneMinute = "oneminute"
)

// Say speaks one of the sentences above, or other words of en.txt, one after
// the other. Words that are not there are left out.
func Say(ctx context.Context, to media.Sink, words ...string) error {
	return media.Play(ctx, to, spoken(words...))
}

// between words, so that they are told apart; the files end close to the word.
const between = 40 * time.Millisecond

func spoken(words ...string) media.Sound {
	var s media.Sound
	for _, w := range words {
		b, err := files.ReadFile("en/" + w + ".ul")
		if err != nil {
			continue
		}
		s = s.Then(media.FromUlaw(b), media.Silence(between))
	}
	return s
}

// digits are the words of a number that is read digit by digit; what is no
// digit is left out.
func digits(number string) (words []string) {
	for _, d := range number {
		if d >= '0' && d <= '9' {
			words = append(words, string(d))
		}
	}
	return words
}

// cardinal are the words of 0 to 59; beyond that digit by digit.
func cardinal(n int) []string {
	switch {
	case n < 0 || n > 59:
		return digits(strconv.Itoa(n))
	case n <= 20:
		return []string{strconv.Itoa(n)}
	case n%10 == 0:
		return []string{strconv.Itoa(n)}
	}
	return []string{strconv.Itoa(n - n%10), strconv.Itoa(n % 10)}
}
