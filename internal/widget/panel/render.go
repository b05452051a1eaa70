package panel

import (
	"bytes"
	"embed"
	"html/template"
	"net/http"
	"strings"

	"offhook/web"
)

//go:embed templates/*.html
var templateFiles embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	"icon":  func(name string) template.HTML { return icon(name, "icon") },
	"icons": func(name, size string) template.HTML { return icon(name, "icon icon--"+size) },
	"asset": web.URL,
	"mark":  func() template.HTML { return template.HTML(strings.TrimSpace(string(web.Source("widget/mark.svg")))) },
	"line":  oneLine,
	"tone":  tone,
	"many":  func(n int) bool { return n > 1 },
	"htmx":  func() string { return htmxConfig },
}).ParseFS(templateFiles, "templates/*.html"))

// htmxConfig keeps htmx to what the policy allows and what we use: errors are
// told by nav.js instead of being swapped in, and the history is ours.
const htmxConfig = `{"history":false,"includeIndicatorCSS":false,"noSwap":[204,304,"4xx","5xx"]}`

// icon returns a vendored icon as inline SVG, which takes the colour of the
// words around it and costs no request.
func icon(name, class string) template.HTML {
	svg := string(web.Source("vendor/icons/" + name + ".svg"))
	_, inner, _ := strings.Cut(svg, "<svg")
	_, inner, _ = strings.Cut(inner, ">")
	inner, _, _ = strings.Cut(inner, "</svg>")
	return template.HTML(`<svg class="` + class + `" viewBox="0 0 24 24" aria-hidden="true">` + strings.Join(strings.Fields(inner), " ") + `</svg>`)
}

// render writes a template as a whole or not at all.
func render(w http.ResponseWriter, status int, name string, data any) error {
	var b bytes.Buffer
	if err := templates.ExecuteTemplate(&b, name, data); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	w.Write(b.Bytes())
	return nil
}
