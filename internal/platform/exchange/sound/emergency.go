package sound

import (
	"context"
	"time"

	"offhook/internal/media"
)

// Emergency answers who calls the emergency services, as long as they listen:
// this is a test platform, nobody is coming, and the numbers of the address
// that help would be sent to. With test, the caller only wanted to hear the
// address (933).
func Emergency(ctx context.Context, line Line, test bool, street, zip string) error {
	defer line.Fill()()
	said := spoken(helpWords(test, street, zip)...).Then(media.Silence(2 * time.Second))
	for {
		if err := media.Play(ctx, line, said); err != nil {
			return err
		}
	}
}

// helpWords begin with what matters most: that no help comes.
func helpWords(test bool, street, zip string) []string {
	words := []string{"testplatform"}
	if test {
		words[0] = "addresstest"
	}
	words = append(words, "helpto")
	if number := digits(street); len(number) > 0 {
		words = append(append(words, "house"), number...)
	}
	if code := digits(zip); len(code) > 0 {
		words = append(append(words, "postalcode"), code...)
	}
	return words
}
