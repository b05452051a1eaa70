// Package markup is what every HTML fragment of the frame is made with: icons,
// asset addresses, and words that strangers wrote, made safe for one line.
// Templates escape; nothing here turns a stranger's words into markup.
package markup

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"unicode"

	"offhook/internal/widget/lang"
	"offhook/web"
)

//go:embed templates/*.html
var own embed.FS

// A Set is a room's templates in every language.
type Set struct {
	files fs.FS
	more  template.FuncMap
	in    sync.Map // *template.Template by the code of the language
}

// Templates parses a room's templates with the functions that all rooms
// share, the template "words" for markdown, and its own. Each language has its
// own once somebody reads it. A broken template is a mistake in our source and
// panics.
func Templates(files fs.FS, more template.FuncMap) *Set {
	s := &Set{files: files, more: more}
	s.Templates(lang.All[0])
	return s
}

// Templates are the templates in a language.
func (s *Set) Templates(l *lang.Language) *template.Template {
	if t, ok := s.in.Load(l.Code); ok {
		return t.(*template.Template)
	}
	t, _ := s.in.LoadOrStore(l.Code, parse(l, s.files, s.more))
	return t.(*template.Template)
}

func parse(l *lang.Language, files fs.FS, more template.FuncMap) *template.Template {
	shared := template.FuncMap{
		"icon":     func(name string) template.HTML { return icon(l, name, "icon") },
		"icons":    func(name, size string) template.HTML { return icon(l, name, "icon icon--"+size) },
		"asset":    web.URL,
		"mark":     func() template.HTML { return template.HTML(strings.TrimSpace(string(web.Source("widget/mark.svg")))) },
		"line":     Line,
		"markdown": Markdown,
		"say":      l.Say,
		"sentence": l.Sentence,
		"count":    l.Count,
		"language": func() *lang.Language { return l },
	}
	t := template.New("").Funcs(shared).Funcs(more)
	for _, from := range []fs.FS{own, files} {
		names, err := fs.Glob(from, "templates/*.html")
		if err != nil || len(names) == 0 {
			panic(fmt.Sprintf("markup: no templates: %v", err))
		}
		for _, name := range names {
			source, err := fs.ReadFile(from, name)
			if err != nil {
				panic(fmt.Sprintf("markup: %v", err))
			}
			text := lang.Template(string(source), func(sentence string) string { return l.Say(sentence) })
			template.Must(t.New(path.Base(name)).Parse(text))
		}
	}
	return t
}

// ways are the icons that point along the line: they are turned where reading
// goes from right to left.
var ways = []string{"arrow-left", "chevron-left", "chevron-right", "log-out"}

// icon returns a vendored icon as inline SVG, which takes the colour of the
// words around it and costs no request.
func icon(l *lang.Language, name, class string) template.HTML {
	if l.Dir == "rtl" && slices.Contains(ways, name) {
		class += " icon--turned"
	}
	svg := string(web.Source("vendor/icons/" + name + ".svg"))
	_, inner, _ := strings.Cut(svg, "<svg")
	_, inner, _ = strings.Cut(inner, ">")
	inner, _, _ = strings.Cut(inner, "</svg>")
	return template.HTML(`<svg class="` + class + `" viewBox="0 0 24 24" aria-hidden="true">` + strings.Join(strings.Fields(inner), " ") + `</svg>`)
}

// Fragment draws a template in a language; nil is English.
func (s *Set) Fragment(l *lang.Language, name string, data any) (template.HTML, error) {
	if l == nil {
		l = lang.All[0]
	}
	var b bytes.Buffer
	if err := s.Templates(l).ExecuteTemplate(&b, name, data); err != nil {
		return "", err
	}
	return template.HTML(b.String()), nil
}

// Render writes a template, as a whole or not at all, in the language that w
// is answered in.
func (s *Set) Render(w http.ResponseWriter, status int, name string, data any) error {
	out, err := s.Fragment(lang.Of(w), name, data)
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, string(out)) // a reader who is gone reads nothing
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
