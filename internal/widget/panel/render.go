package panel

import (
	"embed"
	"html/template"
	"net/http"

	"offhook/internal/widget/markup"
)

//go:embed templates/*.html
var templateFiles embed.FS

var templates = markup.Templates(templateFiles, template.FuncMap{
	"tone":       tone,
	"reachWord":  func(p Party) string { return word(p.Reach, p.Self) },
	"buttonIcon": buttonIcon,
	"many":       func(n int) bool { return n > 1 },
	"htmx":       func() string { return htmxConfig },
})

// htmxConfig keeps htmx to what the policy allows and what we use: errors are
// told by nav.js instead of being swapped in, and the history is ours.
const htmxConfig = `{"history":false,"includeIndicatorCSS":false,"noSwap":[204,304,"4xx","5xx"]}`

func render(w http.ResponseWriter, status int, name string, data any) error {
	return markup.Render(w, status, templates, name, data)
}
