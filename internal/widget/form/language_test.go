package form

import (
	"strings"
	"testing"

	"offhook/internal/widget/lang"
)

// A page whose every word happens to be one of the phone's is still the
// page's own.
func TestThePhoneSaysItsOwnWordsAndLeavesThePageItsOwn(t *testing.T) {
	schema := strings.ReplaceAll(`{"type":"object","title":"W","description":"W","required":["need"],"properties":{
		"need":{"type":"string","title":"W","description":"W"},
		"short":{"type":"string","title":"W","minLength":3},
		"pick":{"type":"string","title":"W","enum":["W","x"],"enumNames":["W","W"]},
		"radio":{"type":"string","title":"W","oneOf":[{"const":"W","title":"W","description":"W"}]},
		"tags":{"type":"array","title":"W","items":{"type":"string","examples":["W"]}},
		"many":{"type":"array","title":"W","items":{"type":"string"}},
		"vat":{"type":"boolean","title":"W"},
		"spent":{"type":"string","title":"W"},
		"file":{"type":"string","format":"data-url","title":"W"},
		"note":{"type":"string","title":"W","description":"W"},
		"link":{"type":"string","title":"W","description":"W"},
		"go":{"type":"string","title":"W"},
		"find":{"type":"object","title":"W"},
		"rows":{"type":"string","title":"W","oneOf":[{"const":"r","title":"W","description":"W","meta":"W","authorName":"W","actions":[{"id":"a","icon":"edit","title":"W"}]}]},
		"more":{"type":"object","title":"W","additionalProperties":{"type":"string"}}}}`, `"W"`, `"Search"`)
	ui := strings.ReplaceAll(`{"submitButtonOptions":{"submitText":"W"},"need":{"ui:placeholder":"W","ui:help":"W"},"radio":{"ui:widget":"radio"},
		"tags":{"ui:widget":"AutocompleteWidget"},"vat":{"ui:widget":"radio"},"spent":{"ui:widget":"duration"},
		"note":{"ui:field":"admonition"},"link":{"ui:field":"link"},"go":{"ui:field":"button"},"find":{"ui:field":"search","ui:filters":["W","All","x"]},
		"rows":{"ui:field":"list"}}`, `"W"`, `"Search"`)
	data := `{"short":"a","tags":["Search"],"many":["a","b"],"more":{"Search":"Search"},"file":{"name":"Search","size":1,"dataURL":""}}`
	p := Panel{Kind: "tab", Title: "Search", About: "Search", Page: parse(t, schema, ui, data), Check: true, Language: lang.Pretend(), Actions: []Action{{ID: "a", Icon: "pencil", Title: "Search"}}}
	out, err := p.HTML()
	if err != nil {
		t.Fatal(err)
	}
	page := string(out)
	// One is ours: the field that is searched in says so where the page gives
	// it no words of its own.
	if n := strings.Count(page, "⟦Search⟧"); n != 1 || !strings.Contains(page, `placeholder="⟦Search⟧"`) {
		t.Errorf("%d words of the page were said in another language:\n%s", n, page)
	}
	for _, ours := range []string{
		"⟦Fill in this field.⟧", "⟦⟧2⟦ fields need another look:⟧", "⟦Type at least ⟧3⟦ characters.⟧", "⟦Choose…⟧", "⟦Yes⟧", "⟦No⟧", "⟦Hours⟧", "⟦Remove ⟧Search⟦⟧", "⟦Add to ⟧Search⟦⟧",
	} {
		if !strings.Contains(page, ours) {
			t.Errorf("the page lacks %s", ours)
		}
	}
	p.Kind, p.Save, p.Page = "page", true, parse(t, schema, `{}`, `{}`)
	if out, err = p.HTML(); err != nil || !strings.Contains(string(out), ">⟦Save⟧</button>") {
		t.Errorf("a page without words for its button: %v\n%s", err, out)
	}
}

func TestLimitsAreWrittenAsTheReaderWritesNumbers(t *testing.T) {
	schema := `{"type":"object","properties":{"rate":{"type":"number","maximum":2.5},"sum":{"type":"number","minimum":1250.75}}}`
	for code, want := range map[string][]string{
		"en-US": {"This must be at most 2.5.", "This must be at least 1,250.75."},
		"de-DE": {"Höchstens 2,5.", "Mindestens 1.250,75."},
	} {
		p := Panel{Kind: "page", Title: "T", Page: parse(t, schema, `{}`, `{"rate":3,"sum":1}`), Check: true, Language: lang.Find(code)}
		out, err := p.HTML()
		if err != nil {
			t.Fatal(err)
		}
		for _, w := range want {
			if !strings.Contains(string(out), w) {
				t.Errorf("%s: the page does not say %q:\n%s", code, w, out)
			}
		}
		if !strings.Contains(string(out), `max="2.5"`) {
			t.Errorf("%s: the control's own limit is HTML's, not the reader's:\n%s", code, out)
		}
	}
}
