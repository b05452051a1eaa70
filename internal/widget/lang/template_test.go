package lang

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTemplateSaysWhatStandsBetweenTags(t *testing.T) {
	for name, tt := range map[string]struct {
		source string
		keys   []string
		out    string // with every sentence in brackets
	}{
		"words":                      {`<p>Hello</p>`, []string{"Hello"}, `<p>[Hello]</p>`},
		"a value":                    {`<p>From {{.Name}}.</p>`, []string{"From {0}."}, `<p>[From {{.Name}}.]</p>`},
		"a value alone":              {`<p>{{.Name}}</p>`, nil, `<p>{{.Name}}</p>`},
		"a mark":                     {`<p>No “<bdi>{{.Q}}</bdi>” here</p>`, []string{"No “<bdi>{0}</bdi>” here"}, `<p>[No “<bdi>{{.Q}}</bdi>” here]</p>`},
		"a mark around all":          {`<p><b>Hello</b></p>`, []string{"Hello"}, `<p><b>[Hello]</b></p>`},
		"conditions":                 {`{{if .A}}One{{else}}Two{{end}}`, []string{"One", "Two"}, `{{if .A}}[One]{{else}}[Two]{{end}}`},
		"space around":               {"<p>\n  Hello\n  you </p>", []string{"Hello you"}, "<p>\n  [Hello you] </p>"},
		"what is read out":           {`<a href="#/x" aria-label="Call {{.Name}}" title="Call">{{icon "phone"}}Call</a>`, []string{"Call {0}", "Call", "Call"}, `<a href="#/x" aria-label="[Call {{.Name}}]" title="[Call]">{{icon "phone"}}[Call]</a>`},
		"quotes within an attribute": {`<a aria-label="{{if eq .A "b"}}Yes{{end}}" data-x="Not said">`, []string{"Yes"}, `<a aria-label="{{if eq .A "b"}}[Yes]{{end}}" data-x="Not said">`},
		"what is no word":            {`<p>· &nbsp; 100 %</p>`, nil, `<p>· &nbsp; 100 %</p>`},
		"a comment":                  {`{{/* Not said */}}<!-- nor this -->`, nil, `{{/* Not said */}}<!-- nor this -->`},
		"a condition in a tag":       {`<p{{if .A}} hidden{{end}}>Hi</p>`, []string{"Hi"}, `<p{{if .A}} hidden{{end}}>[Hi]</p>`},
	} {
		t.Run(name, func(t *testing.T) {
			var keys []string
			out := Template(tt.source, func(s string) string {
				keys = append(keys, s)
				return "[" + s + "]"
			})
			if diff := cmp.Diff(tt.keys, keys); diff != "" {
				t.Errorf("the sentences of %s (-want +got):\n%s", tt.source, diff)
			}
			if diff := cmp.Diff(tt.out, out); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestTemplateMayOrderValuesAnew(t *testing.T) {
	got := Template(`<p>{{.A}} of {{.B}}</p>`, func(string) string { return "{1}: {0}" })
	if want := `<p>{{.B}}: {{.A}}</p>`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}
