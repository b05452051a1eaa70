package markup

import (
	"fmt"
	"html/template"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// A Span is a piece of what a host page wrote: words, strong words, a link,
// or both.
type Span struct {
	Text   string
	Strong bool
	Href   template.URL // from Link; empty for words
}

// The markdown of the contract is [text](address) and **strong**
// (contract/service.md 1); nothing else is.
var (
	marked = regexp.MustCompile(`\*\*([^*\n]+)\*\*|\[([^\[\]\n]+)\]\(((?:[^()\s]|\([^()\s]*\))+)\)`)
	linked = regexp.MustCompile(`^\[([^\[\]\n]+)\]\(((?:[^()\s]|\([^()\s]*\))+)\)$`)
)

// Markdown cuts a text into spans. Anything else that looks like markup stays
// the words it is; a link that may not be followed becomes its words.
func Markdown(text string) []Span {
	text = NoOverrides(text)
	var out []Span
	for text != "" {
		at := marked.FindStringSubmatchIndex(text)
		if at == nil {
			return append(out, Span{Text: text})
		}
		if at[0] > 0 {
			out = append(out, Span{Text: text[:at[0]]})
		}
		if at[2] >= 0 {
			out = append(out, strong(text[at[2]:at[3]]))
		} else {
			words := strings.TrimSuffix(strings.TrimPrefix(text[at[4]:at[5]], "**"), "**")
			out = append(out, Span{Text: words, Href: pageLink(text[at[6]:at[7]])})
		}
		text = text[at[1]:]
	}
	return out
}

func strong(text string) Span {
	if m := linked.FindStringSubmatch(text); m != nil {
		return Span{Text: m[1], Href: pageLink(m[2]), Strong: true}
	}
	return Span{Text: text, Strong: true}
}

// pageLink is Link for markdown, whose links lead to pages only.
func pageLink(address string) template.URL {
	if link := Link(address); strings.HasPrefix(string(link), "http") {
		return link
	}
	return ""
}

// Link returns an address that may be followed: https with a host and
// without a name and password in it, tel or mailto. Anything else is empty.
func Link(address string) template.URL {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || u.User != nil {
		return ""
	}
	switch u.Scheme {
	case "https":
		if u.Host == "" {
			return ""
		}
	case "http":
		// A page that is being developed links to itself.
		if !loopback(u.Hostname()) {
			return ""
		}
	case "tel", "mailto":
		if u.Opaque == "" {
			return ""
		}
	default:
		return ""
	}
	return template.URL(u.String())
}

func loopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
}

// maxPicture bounds a picture that comes inside a message.
const maxPicture = 64 << 10

// inside is a picture that comes as an address; nothing in it can end an
// attribute or begin another one.
var inside = regexp.MustCompile(`^data:image/[a-z0-9.+-]+[;,][A-Za-z0-9+/=%;,._~!*'()&:@?-]*$`)

// Picture returns the address of a picture that may be shown: it comes inside
// the message, or from an origin that the operator listed. The browser loads
// it; the server never fetches what a page names (guide/design.md 10).
func Picture(address string, origins []string) template.URL {
	if len(address) <= maxPicture && inside.MatchString(address) {
		return template.URL(address)
	}
	u, err := url.Parse(address)
	if err != nil || u.User != nil || u.Scheme != "https" && u.Scheme != "http" || !slices.Contains(origins, u.Scheme+"://"+u.Host) {
		return ""
	}
	return template.URL(u.String())
}

// PictureWarning says to a page's developer why a picture is not shown.
func PictureWarning(field string) string {
	return fmt.Sprintf("`%s` must be a data:image address of up to 64 kB, or come from an asset origin of the embed (offhook embed add --asset-origin). It was left out.", field)
}
