package form

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// What a form is made of. Anything else in a drawing would have come out of a
// page's own words.
var (
	elements = strings.Fields(`html head body section header div p span ul ol li form fieldset legend label input textarea select option
		datalist output button details summary template h1 h2 a strong small img svg path circle line rect polyline bdi`)
	attributes = strings.Fields(`id class type value name for role title alt placeholder href target rel src min max step rows maxlength
		inputmode autocomplete spellcheck list accept multiple checked selected disabled readonly hidden open tabindex novalidate form
		viewBox viewbox d cx cy r x x1 x2 y y1 y2 rx ry width height points
		data-form data-path data-type data-values data-needs data-reactive data-checked data-jump data-empty data-utc data-shows data-focus
		data-wrong data-add data-new data-named data-rename data-drop data-move data-from data-by data-double data-press data-pick data-list
		data-value data-label data-quiet data-menu data-file data-limit data-multiple data-unfile data-combo data-unpick data-duration data-part
		data-submit data-panel data-page data-kind data-turn data-stored data-go data-tab-action
		aria-label aria-labelledby aria-describedby aria-invalid aria-required aria-hidden aria-expanded aria-autocomplete aria-controls
		aria-selected aria-current`)
	// hosts are the attributes that may carry a page's own words.
	hosts = strings.Fields(`value title alt placeholder accept data-path data-values data-needs data-empty data-utc data-add data-new data-rename data-drop
		data-move data-double data-press data-pick data-value data-label data-duration data-page data-stored data-tab-action aria-label href src`)
	ours = regexp.MustCompile(`^[A-Za-z0-9 _/.#:-]*$`)
)

// strangers lists what a drawing has that it may not have.
func strangers(markup string) (bad []string) {
	root, err := html.Parse(strings.NewReader(markup))
	if err != nil {
		return []string{err.Error()}
	}
	for n := range root.Descendants() {
		if n.Type == html.CommentNode {
			bad = append(bad, "a comment: "+n.Data)
		}
		if n.Type != html.ElementNode {
			continue
		}
		if !slices.Contains(elements, n.Data) {
			bad = append(bad, "<"+n.Data+">")
		}
		for _, a := range n.Attr {
			bad = append(bad, strangeAttribute(n, a)...)
		}
	}
	return bad
}

func strangeAttribute(n *html.Node, a html.Attribute) (bad []string) {
	drawing := n.Namespace == "svg" || n.Data == "svg"
	switch {
	case !slices.Contains(attributes, a.Key):
		return []string{n.Data + " " + a.Key}
	case a.Key == "href" && !strings.HasPrefix(a.Val, "#/") && !strings.HasPrefix(a.Val, "https://") && !strings.HasPrefix(a.Val, "tel:") && !strings.HasPrefix(a.Val, "mailto:"):
		return []string{"a link to " + a.Val}
	case a.Key == "href" && !strings.HasPrefix(a.Val, "#/") && attr(n, "rel") != "noopener noreferrer nofollow":
		return []string{"a link that tells where it comes from: " + a.Val}
	case a.Key == "src" && (n.Data != "img" || !strings.HasPrefix(a.Val, "data:image/")):
		return []string{"a source: " + a.Val}
	case !drawing && !slices.Contains(hosts, a.Key) && !ours.MatchString(a.Val):
		return []string{a.Key + "=" + a.Val}
	}
	return nil
}

// poison puts hostile words wherever a page has words; keys of the contract
// stay what they are.
func poison(v any, words string) any {
	switch v := v.(type) {
	case *object:
		out := newObject()
		for _, k := range v.names() {
			key := k
			if k == "subject" || k == "name" || k == "who" || k == "rows" {
				key = k + words
			}
			if k == "type" || k == "format" || k == "$ref" || strings.HasPrefix(k, "ui:field") || strings.HasPrefix(k, "ui:widget") || strings.HasPrefix(k, "ui:itemType") {
				out.set(key, v.at[k])
				continue
			}
			out.set(key, poison(v.at[k], words))
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = poison(v[i], words)
		}
		return out
	case string:
		return v + words
	}
	return v
}

func TestHostileWordsStayWords(t *testing.T) {
	for _, words := range []string{
		`"><script>alert(1)</script>`, `' onfocus=alert(1) autofocus x='`, "</textarea></select><img src=x onerror=alert(1)>",
		"javascript:alert(1)", "</script><!--", "${alert(1)}", "{{.}}", "\x00\u202e\u2028", `[x](javascript:alert(1)) **<b>** [y](data:text/html,<script>)`,
		`" hx-get="/p/k/panel/settings" hx-trigger="load`, "__proto__",
	} {
		for _, s := range Stories {
			raw, err := decode([]byte(s.Page))
			if err != nil {
				t.Fatal(err)
			}
			var fields map[string]json.RawMessage
			if err := json.Unmarshal([]byte(text(poison(raw, words))), &fields); err != nil {
				t.Fatal(err)
			}
			p, err := Parse(fields)
			if err != nil {
				t.Fatalf("%s with %q: %v", s.Name, words, err)
			}
			out, err := Panel{ID: "x" + words, Kind: s.Kind, Title: p.Title, Page: p, Check: true, Stored: words, Actions: []Action{{"a" + words, "info", words}}}.HTML()
			if err != nil {
				t.Fatalf("%s with %q: %v", s.Name, words, err)
			}
			app, err := App{ID: words, Page: p, Submit: true, Actions: []MenuAction{{words, words, ""}}}.HTML()
			if err != nil {
				t.Fatalf("%s with %q: %v", s.Name, words, err)
			}
			for _, bad := range append(strangers(string(out)), strangers(string(app))...) {
				t.Errorf("%s with %q draws %s", s.Name, words, bad)
			}
		}
	}
}

func TestTheLookForStrangersFindsThem(t *testing.T) {
	for _, bad := range []string{
		`<script></script>`, `<p onclick="x">`, `<p style="x">`, `<a href="javascript:x">`, `<a href="https://a.example">`, `<p class="&lt;b&gt;">`,
		`<img src="https://a.example/x.png">`, `<p hx-get="/x">`, `<!-- x -->`, `<iframe>`,
	} {
		if strangers(bad) == nil {
			t.Errorf("nothing is said of %s", bad)
		}
	}
}

func FuzzPage(f *testing.F) {
	for _, s := range Stories {
		var fields map[string]json.RawMessage
		if err := json.Unmarshal([]byte(s.Page), &fields); err != nil {
			f.Fatal(err)
		}
		f.Add([]byte(fields["schema"]), []byte(fields["uiSchema"]), []byte(fields["formData"]))
	}
	for _, schema := range []string{
		`{"$ref":"#"}`, `{"allOf":[{"$ref":"#"},{"$ref":"#/allOf/0"}]}`, `{"properties":{"__proto__":{"type":"string","default":"\"><script>"}}}`,
		`{"type":"array","items":[{"type":"null"},true,false],"default":[1,2,3]}`, `{"type":["null","integer"],"minimum":"x"}`, `{"enum":[],"oneOf":[null,1,{}]}`,
		`{"if":true,"then":{"$ref":"#/x"},"dependencies":{"a":["b"],"c":{"oneOf":[]}}}`, `{"additionalProperties":true,"patternProperties":{"(":{}}}`,
		`{"properties":{"x":{"type":"string","pattern":"(((((a*)*)*)*)*)$"}}}`, `[]`, `null`, `{"type":"object","properties":{"a":null,"b":false}}`,
	} {
		f.Add([]byte(schema), []byte(`{"x":{"ui:field":"list"},"ui:order":[1,null,"*"],"ui:options":[]}`), []byte(`{"x":[{"y":null}],"a":{"b":"\u0000"}}`))
	}
	f.Fuzz(func(t *testing.T, schema, ui, data []byte) {
		p, err := Parse(map[string]json.RawMessage{"title": json.RawMessage(`"T"`), "schema": schema, "uiSchema": ui, "formData": data})
		if err != nil {
			if err.Error() == "" {
				t.Error("a refusal without a sentence")
			}
			return
		}
		for _, kind := range []string{"page", "tab"} {
			out, err := Panel{Kind: kind, Page: p, Check: kind == "tab"}.HTML()
			if err != nil {
				t.Fatal(err)
			}
			for _, bad := range strangers(string(out)) {
				t.Errorf("draws %s", bad)
			}
		}
		p.Warnings(Drawing{})
		if _, err := p.With(p.Data()); err != nil {
			t.Errorf("its own values are refused: %v", err)
		}
	})
}
