package markup

import (
	"testing"

	"offhook/internal/widget/lang"
)

func TestSizesAreWrittenAsTheReaderDoes(t *testing.T) {
	german := lang.Find("de-DE")
	for bytes, want := range map[int64][2]string{
		1: {"1 byte", ""}, 999: {"999 bytes", ""}, 1499: {"1 kB", "1 kB"}, 640_000: {"640 kB", "640 kB"}, 1_240_000: {"1.2 MB", "1,2 MB"},
	} {
		if got := Size(nil, bytes); got != want[0] {
			t.Errorf("%d bytes are %q, want %q", bytes, got, want[0])
		}
		if got := Size(german, bytes); want[1] != "" && got != want[1] {
			t.Errorf("%d bytes in German are %q, want %q", bytes, got, want[1])
		}
	}
}
