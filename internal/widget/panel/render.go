package panel

import (
	"embed"
	"encoding/json"
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
	"dict":       dict,
	"args":       args,
	"htmx":       func() string { return htmxConfig },
})

// htmxConfig keeps htmx to what the policy allows and what we use: errors are
// told by nav.js instead of being swapped in, and the history is ours.
const htmxConfig = `{"history":false,"includeIndicatorCSS":false,"defaultSettleDelay":0,"morphIgnore":["data-htmx-powered","open","data-show"],"noSwap":[204,304,"4xx","5xx"]}`

// dict makes the data of a template that needs several things, as names and
// values in turn.
func dict(pairs ...any) map[string]any {
	all := make(map[string]any, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		all[pairs[i].(string)] = pairs[i+1]
	}
	return all
}

// args are what an act with a call is done with, as JSON, as names and values
// in turn.
func args(pairs ...any) (string, error) {
	text, err := json.Marshal(dict(pairs...))
	return string(text), err
}

func render(w http.ResponseWriter, status int, name string, data any) error {
	return templates.Render(w, status, name, data)
}
