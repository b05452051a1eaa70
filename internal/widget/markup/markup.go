// Package markup is what every HTML fragment of the frame is made with: icons,
// asset addresses, and words that strangers wrote, made safe for one line.
// Templates escape; nothing here turns a stranger's words into markup.
package markup

import (
	"bytes"
	"embed"
	"html/template"
	"io/fs"
	"net/http"
	"strings"
	"unicode"

	"offhook/web"
)

//go:embed templates/*.html
var own embed.FS

// Templates parses a room's templates with the functions that all rooms
// share, the template "words" for markdown, and its own. A broken template is a mistake in our source and panics.
func Templates(files fs.FS, more template.FuncMap) *template.Template {
	shared := template.FuncMap{
		"icon":     func(name string) template.HTML { return icon(name, "icon") },
		"icons":    func(name, size string) template.HTML { return icon(name, "icon icon--"+size) },
		"asset":    web.URL,
		"mark":     func() template.HTML { return template.HTML(strings.TrimSpace(string(web.Source("widget/mark.svg")))) },
		"line":     Line,
		"markdown": Markdown,
	}
	t := template.Must(template.New("").Funcs(shared).Funcs(more).ParseFS(own, "templates/*.html"))
	return template.Must(t.ParseFS(files, "templates/*.html"))
}

// icon returns a vendored icon as inline SVG, which takes the colour of the
// words around it and costs no request.
func icon(name, class string) template.HTML {
	svg := string(web.Source("vendor/icons/" + name + ".svg"))
	_, inner, _ := strings.Cut(svg, "<svg")
	_, inner, _ = strings.Cut(inner, ">")
	inner, _, _ = strings.Cut(inner, "</svg>")
	return template.HTML(`<svg class="` + class + `" viewBox="0 0 24 24" aria-hidden="true">` + strings.Join(strings.Fields(inner), " ") + `</svg>`)
}

// Render writes a template as a whole or not at all.
func Render(w http.ResponseWriter, status int, t *template.Template, name string, data any) error {
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, name, data); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(b.Bytes())
	return nil
}

// Line makes a name or preview fit for a row: no line breaks, no characters
// that reach out of it.
func Line(s string) string {
	s = strings.Map(func(r rune) rune {
		switch {
		case r >= '\u202a' && r <= '\u202e', r >= '\u2066' && r <= '\u2069':
			return -1
		case unicode.IsControl(r), r == '\u2028', r == '\u2029':
			return ' '
		}
		return r
	}, s)
	return strings.Join(strings.Fields(s), " ")
}

// NoOverrides removes the two characters that turn text around by force;
// marks and isolates that languages need stay.
func NoOverrides(s string) string {
	return strings.NewReplacer("\u202d", "", "\u202e", "").Replace(s)
}

// Cut shortens s to at most n characters.
func Cut(s string, n int) string {
	runes := []rune(s)
	if len(runes) <= n {
		return s
	}
	return string(runes[:n-1]) + "…"
}
