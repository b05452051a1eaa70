package markup

import (
	"html/template"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestMarkdownIsBoldAndLinksOnly(t *testing.T) {
	for _, tt := range []struct {
		name, text string
		want       []Span
	}{
		{"plain words", "Hello <b>", []Span{{Text: "Hello <b>"}}},
		{"bold", "a **b** c", []Span{{Text: "a "}, {Text: "b", Strong: true}, {Text: " c"}}},
		{"a link", "see [the deal](https://crm.example.com/d?a=1&b=2)!", []Span{{Text: "see "}, {Text: "the deal", Href: "https://crm.example.com/d?a=1&b=2"}, {Text: "!"}}},
		{"a bold link", "**[x](https://a.example)**", []Span{{Text: "x", Href: "https://a.example", Strong: true}}},
		{"a link with bold words", "[**x**](https://a.example)", []Span{{Text: "x", Href: "https://a.example"}}},
		{"a link that may not be followed is words", "[x](javascript:alert(1))", []Span{{Text: "x"}}},
		{"marks that do not close", "**a [b](", []Span{{Text: "**a [b]("}}},
		{"text turned around by force", "a\u202eb", []Span{{Text: "ab"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, Markdown(tt.text)); diff != "" {
				t.Errorf("Markdown(%q): %s", tt.text, diff)
			}
		})
	}
}

func TestOnlyHarmlessAddressesBecomeLinks(t *testing.T) {
	for address, want := range map[string]template.URL{
		"https://crm.example.com/a b":   "https://crm.example.com/a%20b",
		"tel:+16505550101":              "tel:+16505550101",
		"mailto:ada@example.com":        "mailto:ada@example.com",
		" https://crm.example.com ":     "https://crm.example.com",
		"http://crm.example.com":        "", // guide/design.md 10
		"http://localhost:8080/deal":    "http://localhost:8080/deal",
		"http://127.0.0.2/":             "http://127.0.0.2/",
		"http://[::1]:8080/":            "http://[::1]:8080/",
		"http://crm.localhost/":         "http://crm.localhost/",
		"http://localhost.example.com/": "",
		"http://127.0.0.1@evil.example": "",
		"http://10.0.0.1/":              "",
		"javascript:alert(1)":           "",
		"JaVaScRiPt:alert(1)":           "",
		"data:text/html,<script>":       "",
		"https://user:pass@example.com": "",
		"https:///nowhere":              "",
		"/relative":                     "",
		"//elsewhere.example":           "",
		"tel:":                          "",
		"\x01javascript:alert(1)":       "",
	} {
		if got := Link(address); got != want {
			t.Errorf("Link(%q) = %q, want %q", address, got, want)
		}
	}
}

func TestPicturesComeInsideOrFromListedOrigins(t *testing.T) {
	origins := []string{"https://cdn.example.com"}
	for address, shown := range map[string]bool{
		"data:image/png;base64,iVBORw0KGgo=":    true,
		"data:image/svg+xml;utf8,%3Csvg/%3E":    true,
		"https://cdn.example.com/a.png":         true,
		"https://elsewhere.example/a.png":       false,
		"http://cdn.example.com/a.png":          false,
		"https://u:p@cdn.example.com/a.png":     false,
		"data:text/html;base64,PHNjcmlwdD4=":    false,
		"data:image/svg+xml,<svg onload=x>\"":   false,
		"javascript:alert(1)":                   false,
		"https://cdn.example.com.evil.example/": false,
	} {
		if got := Picture(address, origins) != ""; got != shown {
			t.Errorf("Picture(%q) shown %v, want %v", address, got, shown)
		}
	}
}
