package markup_test

import (
	"html/template"
	"net/http/httptest"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/widget/markup"
)

func TestAStrangersNameStaysInItsLine(t *testing.T) {
	got := markup.Line("  Ada\r\nExample\u202egnp.exe \u2066x\u2069")
	if diff := cmp.Diff("Ada Examplegnp.exe x", got); diff != "" {
		t.Error(diff)
	}
}

func TestCutCountsCharacters(t *testing.T) {
	if got := markup.Cut("größer", 4); got != "grö…" {
		t.Errorf("Cut = %q", got)
	}
}

func TestATemplateThatFailsWritesNothing(t *testing.T) {
	files := fstest.MapFS{"templates/a.html": {Data: []byte(`{{define "a"}}<p>before{{.Missing}}</p>{{end}}`)}}
	w := httptest.NewRecorder()
	if err := markup.Templates(files, template.FuncMap{}).Render(w, 200, "a", struct{}{}); err == nil {
		t.Fatal("no error")
	}
	if w.Body.Len() != 0 {
		t.Errorf("wrote %q", w.Body)
	}
}
