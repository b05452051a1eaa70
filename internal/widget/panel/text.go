package panel

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"offhook/internal/widget/markup"
)

// A span is a piece of a message: words, or a link when Href is set.
type span struct {
	Text string
	Href string
}

// Links are only what names http or https itself: guessing at bare words
// would turn a sentence's end into somebody's domain.
var link = regexp.MustCompile(`https?://[^\s<>"\x60]+`)

// spans cuts a message's text into words and links. A link shows exactly
// where it leads: characters that change the reading direction end it.
func spans(text string) []span {
	text = markup.NoOverrides(text)
	var out []span
	for text != "" {
		at := link.FindStringIndex(text)
		if at == nil {
			return append(out, span{Text: text})
		}
		found := trimLink(text[at[0]:at[1]])
		u, err := url.Parse(found)
		if err != nil || u.Host == "" || u.User != nil {
			out = append(out, span{Text: text[:at[1]]})
			text = text[at[1]:]
			continue
		}
		if at[0] > 0 {
			out = append(out, span{Text: text[:at[0]]})
		}
		out = append(out, span{Text: found, Href: found})
		text = text[at[0]+len(found):]
	}
	return out
}

// trimLink drops what a sentence adds to a link: its full stop, a closing
// bracket without an opening one, invisible characters.
func trimLink(s string) string {
	if i := strings.IndexFunc(s, func(r rune) bool { return unicode.Is(unicode.Cf, r) || unicode.IsControl(r) }); i >= 0 {
		s = s[:i]
	}
	for {
		t := strings.TrimRight(s, ".,;:!?'”’»")
		if strings.HasSuffix(t, ")") && strings.Count(t, ")") > strings.Count(t, "(") {
			t = t[:len(t)-1]
		}
		if t == s {
			return s
		}
		s = t
	}
}

// tone picks one of six face colours, always the same for one person.
func tone(p Party) int {
	sum := 0
	for _, b := range []byte(p.Number + p.Extension) {
		sum = sum*31 + int(b)
		sum %= 9973
	}
	return sum%6 + 1
}
