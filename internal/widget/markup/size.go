package markup

import (
	"golang.org/x/text/number"

	"offhook/internal/widget/lang"
)

// Size says how large a file is, in a language.
func Size(l *lang.Language, bytes int64) string {
	switch {
	case bytes < 1000:
		return l.Count(int(bytes), "%d byte", "%d bytes")
	case bytes < 1_000_000:
		return l.Say("%d kB", (bytes+500)/1000)
	}
	return l.Say("%v MB", number.Decimal(float64(bytes)/1_000_000, number.Scale(1)))
}
