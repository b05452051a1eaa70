package form

import (
	"encoding/json"
	"errors"
	"fmt"
	"html/template"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/net/html"

	"offhook/internal/rc"
)

// draw parses a page with one field x and returns the form's HTML.
func draw(t *testing.T, schema, ui, data string) *html.Node {
	t.Helper()
	values := fmt.Sprintf(`{"x":%s}`, data)
	if data == "null" {
		values = `{}`
	}
	return drawAll(t, fmt.Sprintf(`{"type":"object","properties":{"x":%s}}`, schema), fmt.Sprintf(`{"x":%s}`, ui), values, Drawing{})
}

func drawAll(t *testing.T, schema, ui, data string, how Drawing) *html.Node {
	t.Helper()
	p := parse(t, schema, ui, data)
	out, err := p.HTML(how)
	if err != nil {
		t.Fatal(err)
	}
	return tree(t, out)
}

func parse(t *testing.T, schema, ui, data string) *Page {
	t.Helper()
	p, err := Parse(map[string]json.RawMessage{"schema": json.RawMessage(schema), "uiSchema": json.RawMessage(ui), "formData": json.RawMessage(data)})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func tree(t *testing.T, markup template.HTML) *html.Node {
	t.Helper()
	n, err := html.Parse(strings.NewReader(string(markup)))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// find returns the elements that a test is about: by name, and attributes as
// key=value or key alone.
func find(n *html.Node, name string, attrs ...string) (all []*html.Node) {
	for d := range n.Descendants() {
		if d.Type == html.ElementNode && (name == "*" || d.Data == name) && !slices.ContainsFunc(attrs, func(a string) bool { return !hasAttr(d, a) }) {
			all = append(all, d)
		}
	}
	return all
}

func hasAttr(n *html.Node, want string) bool {
	key, value, exact := strings.Cut(want, "=")
	return slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == key && (!exact || a.Val == value) })
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func wordsOf(n *html.Node) string {
	var b strings.Builder
	for d := range n.Descendants() {
		if d.Type == html.TextNode {
			b.WriteString(d.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func TestEachTypeAndWidgetHasItsControl(t *testing.T) {
	for _, tt := range []struct {
		name, schema, ui, data string
		element                string
		attrs                  []string
	}{
		{"text", `{"type":"string"}`, `{}`, `"a"`, "input", []string{"type=text", "value=a", `data-path=["x"]`, "data-type=string"}},
		{"e-mail by format", `{"type":"string","format":"email"}`, `{}`, `null`, "input", []string{"type=email"}},
		{"address by widget", `{"type":"string"}`, `{"ui:widget":"uri"}`, `null`, "input", []string{"type=url"}},
		{"password", `{"type":"string"}`, `{"ui:widget":"password"}`, `null`, "input", []string{"type=password"}},
		{"input type", `{"type":"string"}`, `{"ui:inputType":"tel"}`, `null`, "input", []string{"type=tel"}},
		{"textarea with rows", `{"type":"string","maxLength":9}`, `{"ui:widget":"textarea","ui:options":{"rows":4}}`, `"b"`, "textarea", []string{"rows=4", "maxlength=9"}},
		{"the renderer's long widget name", `{"type":"string"}`, `{"ui:widget":"TextareaWidget"}`, `null`, "textarea", nil},
		{"date", `{"type":"string","format":"date"}`, `{}`, `"2026-11-23"`, "input", []string{"type=date", "value=2026-11-23"}},
		{"alt-date", `{"type":"string"}`, `{"ui:widget":"alt-date"}`, `null`, "input", []string{"type=date"}},
		{"time without seconds", `{"type":"string","format":"time"}`, `{}`, `"14:30:00"`, "input", []string{"type=time", "value=14:30", "data-type=time"}},
		{"date and time", `{"type":"string","format":"date-time"}`, `{}`, `"2026-11-24T09:00:00.000Z"`, "input", []string{"type=datetime-local", "data-utc=2026-11-24T09:00:00.000Z"}},
		{"colour", `{"type":"string"}`, `{"ui:widget":"color"}`, `"#0e6a58"`, "input", []string{"type=color", "value=#0e6a58"}},
		{"duration", `{"type":"string"}`, `{"ui:widget":"duration","ui:minuteStep":15}`, `"P1DT1H30M"`, "input", []string{"data-part=H", "value=25"}},
		{"minutes of a duration", `{"type":"string"}`, `{"ui:widget":"duration","ui:minuteStep":15}`, `"PT30M"`, "input", []string{"data-part=M", "value=30", "step=15"}},
		{"file", `{"type":"string","format":"data-url"}`, `{"ui:options":{"accept":"image/*","maxSize":9}}`, `null`, "input", []string{"type=file", "accept=image/*"}},
		{"several files", `{"type":"array","items":{"type":"string","format":"data-url"}}`, `{}`, `[]`, "input", []string{"type=file", "multiple"}},
		{"integer", `{"type":"integer","minimum":1,"maximum":9}`, `{}`, `3`, "input", []string{"type=number", "min=1", "max=9", "step=1", "inputmode=numeric", "value=3"}},
		{"number with a step", `{"type":"number","multipleOf":0.5}`, `{}`, `1.5`, "input", []string{"type=number", "step=0.5", "value=1.5"}},
		{"range", `{"type":"number","minimum":0,"maximum":10}`, `{"ui:widget":"range"}`, `4`, "input", []string{"type=range", "min=0", "max=10"}},
		{"switch", `{"type":"boolean"}`, `{}`, `true`, "input", []string{"type=checkbox", "role=switch", "checked"}},
		{"yes or no", `{"type":"boolean"}`, `{"ui:widget":"radio"}`, `false`, "input", []string{"type=radio", "value=false", "checked"}},
		{"boolean as select", `{"type":"boolean"}`, `{"ui:widget":"select"}`, `true`, "option", []string{"value=true", "selected"}},
		{"enum", `{"type":"string","enum":["a","b"],"enumNames":["A","B"]}`, `{}`, `"b"`, "option", []string{`value="b"`, "selected"}},
		{"numbers to choose", `{"type":"integer","enum":[1,2]}`, `{}`, `2`, "option", []string{"value=2", "selected"}},
		{"a disabled entry", `{"type":"string","enum":["a","b"]}`, `{"ui:enumDisabled":["b"]}`, `null`, "option", []string{`value="b"`, "disabled"}},
		{"oneOf by radio", `{"type":"string","oneOf":[{"const":"a","title":"A"}]}`, `{"ui:widget":"radio"}`, `"a"`, "input", []string{"type=radio", `value="a"`, "checked"}},
		{"checkboxes", `{"type":"array","uniqueItems":true,"items":{"enum":["a","b"]}}`, `{"ui:widget":"checkboxes"}`, `["b"]`, "input", []string{"type=checkbox", `value="b"`, "checked"}},
		{"autocomplete", `{"type":"string","oneOf":[{"const":"a","title":"A"}]}`, `{"ui:widget":"AutocompleteWidget"}`, `"a"`, "input", []string{"role=combobox", "value=A", "aria-expanded=false"}},
		{"examples", `{"type":"string","examples":["p","q"]}`, `{}`, `null`, "datalist", nil},
		{"a list to write", `{"type":"array","items":{"type":"string"}}`, `{}`, `["a"]`, "input", []string{`data-path=["x",0]`, "value=a"}},
		{"adding to a list", `{"type":"array","items":{"type":"string","default":"new"}}`, `{}`, `[]`, "button", []string{`data-add=["x"]`, `data-new="new"`}},
		{"a group that folds", `{"type":"object","properties":{"y":{"type":"string"}}}`, `{"ui:collapsible":true}`, `{}`, "details", nil},
		{"a value without a name in the schema", `{"type":"object","additionalProperties":{"type":"string"}}`, `{}`, `{"k":"v"}`, "input", []string{`data-rename=["x","k"]`, "value=k"}},
		{"a link", `{"type":"string","description":"Open"}`, `{"ui:field":"link","ui:href":"https://crm.example.com/1"}`, `null`, "a", []string{"href=https://crm.example.com/1", "target=_blank", "rel=noopener noreferrer nofollow"}},
		{"a telephone link", `{"type":"string","description":"Call"}`, `{"ui:field":"link","ui:href":"tel:+16505550101"}`, `null`, "a", []string{"href=tel:+16505550101"}},
		{"a link without an address", `{"type":"string","description":"Open"}`, `{"ui:field":"link"}`, `null`, "button", []string{"data-press=x"}},
		{"a button", `{"type":"string","title":"Go"}`, `{"ui:field":"button","ui:variant":"outlined"}`, `null`, "button", []string{"data-press=x"}},
		{"search", `{"type":"string"}`, `{"ui:field":"search"}`, `"q"`, "input", []string{"type=search", "value=q", "placeholder=Search"}},
		{"search with filters", `{"type":"object"}`, `{"ui:field":"search","ui:filters":["All","Mine"]}`, `{"search":"q","filter":"Mine"}`, "input", []string{"type=radio", `value="Mine"`, "checked"}},
		{"a picture", `{"type":"string"}`, `{"ui:field":"image","ui:src":"data:image/png;base64,AA==","ui:alt":"Logo"}`, `null`, "img", []string{"src=data:image/png;base64,AA==", "alt=Logo"}},
		{"a row of a list", `{"type":"string","oneOf":[{"const":"r1","title":"One"}]}`, `{"ui:field":"list"}`, `"r1"`, "button", []string{`data-pick="r1"`, "aria-current=true"}},
		{"an action of a row", `{"type":"string","oneOf":[{"const":"r1","title":"One","actions":[{"id":"edit","icon":"edit","title":"Edit"}]}]}`, `{"ui:field":"list"}`, `null`, "button", []string{"data-press=edit-r1-action", "aria-label=Edit"}},
		{"the author of a card", `{"type":"string","oneOf":[{"const":"r1","title":"One","authorName":"Dana"}]}`, `{"ui:field":"list","ui:itemType":"card"}`, `null`, "button", []string{"data-press=r1-author"}},
		{"a disabled field", `{"type":"string"}`, `{"ui:disabled":true}`, `null`, "input", []string{"disabled"}},
		{"a field to read", `{"type":"string","readOnly":true}`, `{}`, `"a"`, "input", []string{"readonly"}},
		{"options may stand in ui:options", `{"type":"string"}`, `{"ui:options":{"widget":"password","placeholder":"P"}}`, `null`, "input", []string{"type=password", "placeholder=P"}},
		{"a default", `{"type":"string","default":"d"}`, `{}`, `null`, "input", []string{"value=d"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := draw(t, tt.schema, tt.ui, tt.data)
			if len(find(n, tt.element, tt.attrs...)) == 0 {
				var b strings.Builder
				_ = html.Render(&b, n)
				t.Errorf("%s with %s and %s has no <%s %v>:\n%s", tt.schema, tt.ui, tt.data, tt.element, tt.attrs, b.String())
			}
		})
	}
}

func TestHiddenFieldsKeepTheirValue(t *testing.T) {
	n := draw(t, `{"type":"string"}`, `{"ui:widget":"hidden"}`, `"kept"`)
	if len(find(n, "input")) != 0 || len(find(n, "form", `data-values={"x":"kept"}`)) != 1 {
		t.Error("a hidden field is drawn, or its value is lost")
	}
}

func TestEveryControlHasALabelAndItsSentences(t *testing.T) {
	for _, s := range Stories {
		out, err := Story(s.Page).HTML(Drawing{Check: true})
		if err != nil {
			t.Fatal(err)
		}
		n := tree(t, out)
		ids := map[string]bool{}
		for _, e := range find(n, "*", "id") {
			if ids[attr(e, "id")] {
				t.Errorf("%s: the id %q is given twice", s.Name, attr(e, "id"))
			}
			ids[attr(e, "id")] = true
		}
		for _, name := range []string{"input", "textarea", "select"} {
			for _, e := range find(n, name) {
				labelled := attr(e, "aria-label") != "" || len(find(n, "label", "for="+attr(e, "id"))) > 0 || e.Parent.Data == "label"
				if !labelled {
					t.Errorf("%s: <%s %v> has no label", s.Name, name, e.Attr)
				}
				for id := range strings.FieldsSeq(attr(e, "aria-describedby")) {
					if !ids[id] {
						t.Errorf("%s: %v is described by %q, which is not there", s.Name, e.Attr, id)
					}
				}
			}
		}
	}
}

func TestConditionsChooseWhatIsShown(t *testing.T) {
	const byKind = `{"type":"object","properties":{"kind":{"type":"string","enum":["call","visit"]}},"dependencies":{"kind":{"oneOf":[
		{"properties":{"kind":{"%s"},"length":{"type":"integer","default":5}}},
		{"properties":{"kind":{"enum":["visit"]},"place":{"type":"string"}},"required":["place"]}]}}}`
	shows := func(t *testing.T, schema, data, name string) bool {
		n := drawAll(t, schema, `{}`, data, Drawing{})
		return len(find(n, "*", fmt.Sprintf(`data-path=["%s"]`, name))) > 0
	}
	for _, tt := range []struct {
		name, schema, data, field string
		want                      bool
	}{
		{"a dependency without a value", strings.Replace(byKind, `"%s"`, `"enum":["call"]`, 1), `{}`, "length", false},
		{"the branch that fits", strings.Replace(byKind, `"%s"`, `"enum":["call"]`, 1), `{"kind":"call"}`, "length", true},
		{"the other branch", strings.Replace(byKind, `"%s"`, `"enum":["call"]`, 1), `{"kind":"visit"}`, "length", false},
		{"const works, too", strings.Replace(byKind, `"%s"`, `"const":"call"`, 1), `{"kind":"call"}`, "length", true},
		{"const that does not fit", strings.Replace(byKind, `"%s"`, `"const":"call"`, 1), `{"kind":"visit"}`, "place", true},
		{"if and then", `{"properties":{"a":{"type":"boolean"}},"if":{"properties":{"a":{"const":true}},"required":["a"]},"then":{"properties":{"b":{"type":"string"}}}}`, `{"a":true}`, "b", true},
		{"if and else", `{"properties":{"a":{"type":"boolean"}},"if":{"properties":{"a":{"const":true}},"required":["a"]},"else":{"properties":{"b":{"type":"string"}}}}`, `{"a":true}`, "b", false},
		{"allOf with if", `{"properties":{"a":{"type":"string"}},"allOf":[{"if":{"properties":{"a":{"enum":["x"]}},"required":["a"]},"then":{"properties":{"b":{"type":"string"}}}}]}`, `{"a":"x"}`, "b", true},
		{"a dependency on presence", `{"properties":{"a":{"type":"string"}},"dependencies":{"a":{"properties":{"b":{"type":"string"}}}}}`, `{"a":"x"}`, "b", true},
		{"a reference", `{"definitions":{"n":{"type":"string","title":"N"}},"properties":{"b":{"$ref":"#/definitions/n"}}}`, `{}`, "b", true},
		{"a default that brings a field", `{"properties":{"a":{"type":"string","default":"x"}},"if":{"properties":{"a":{"enum":["x"]}},"required":["a"]},"then":{"properties":{"b":{"type":"string"}}}}`, `{}`, "b", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := shows(t, tt.schema, tt.data, tt.field); got != tt.want {
				t.Errorf("with %s: %s shown %v, want %v", tt.data, tt.field, got, tt.want)
			}
		})
	}
	n := drawAll(t, strings.Replace(byKind, `"%s"`, `"const":"call"`, 1), `{}`, `{"kind":"call"}`, Drawing{})
	if got := len(find(n, "option")); got != 3 {
		t.Errorf("the field that is depended on has %d options, want all of them and none chosen (3)", got)
	}
}

func TestOrderIsThePagesOwn(t *testing.T) {
	for ui, want := range map[string]string{
		`{}`:                         "z y x",
		`{"ui:order":["x","*"]}`:     "x z y",
		`{"ui:order":["*","z"]}`:     "y x z",
		`{"ui:order":["y","x","q"]}`: "y x z",
	} {
		n := drawAll(t, `{"properties":{"z":{"type":"string"},"y":{"type":"string"},"x":{"type":"string"}}}`, ui, `{}`, Drawing{})
		var got []string
		for _, l := range find(n, "label") {
			got = append(got, wordsOf(l))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: drawn in the order %v, want %s", ui, got, want)
		}
	}
}

func TestASubmitChecksWhatTheContractNames(t *testing.T) {
	schema := `{"required":["name","tags"],"properties":{
		"name":{"type":"string","title":"Name"},"tags":{"type":"array","items":{"type":"string"}},
		"mail":{"type":"string","format":"email"},"day":{"type":"string","format":"date"},"at":{"type":"string","format":"date-time"},
		"site":{"type":"string","format":"uri"},"key":{"type":"string","format":"uuid"},"long":{"type":"string","minLength":3,"maxLength":4},
		"code":{"type":"string","pattern":"^[A-Z]+$"},"n":{"type":"integer","minimum":2,"maximum":4},"pick":{"type":"string","enum":["a"]},
		"konst":{"type":"string","const":"c"},"step":{"type":"number","multipleOf":2},"part":{"type":"object","required":["of"],"properties":{"of":{"type":"string"}}}}}`
	for data, want := range map[string][]string{
		`{}`: {"name", "tags", "part.of"},
		`{"name":"  ","tags":[],"part":{"of":"x"}}`:                                                   {"name", "tags"},
		`{"name":"a","tags":["b"],"part":{"of":"x"}}`:                                                 nil,
		`{"name":"a","tags":["b"],"part":{"of":"x"},"mail":"a@b","day":"1.1.","at":"now"}`:            {"mail", "day", "at"},
		`{"name":"a","tags":["b"],"part":{"of":"x"},"mail":"a@b.example","day":"2026-01-01"}`:         nil,
		`{"name":"a","tags":["b"],"part":{"of":"x"},"site":"crm","key":"1","long":"ab","code":"a"}`:   {"site", "key", "long", "code"},
		`{"name":"a","tags":["b"],"part":{"of":"x"},"n":1}`:                                           {"n"},
		`{"name":"a","tags":["b"],"part":{"of":"x"},"n":2.5}`:                                         {"n"},
		`{"name":"a","tags":["b"],"part":{"of":"x"},"pick":"b"}`:                                      {"pick"},
		`{"name":"a","tags":["b"],"part":{"of":"x"},"konst":"other","step":3}`:                        nil,
		`{"name":"a","tags":[3],"part":{"of":"x"}}`:                                                   {"tags.0"},
		`{"name":{"dataURL":"data:,x","name":"f","size":1,"type":""},"tags":["b"],"part":{"of":"x"}}`: nil,
	} {
		var got []string
		for _, p := range parse(t, schema, `{}`, data).Validate(nil) {
			got = append(got, strings.Join(p.Path, "."))
		}
		slices.Sort(got)
		slices.Sort(want)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s: %s", data, diff)
		}
	}
}

func TestProblemsStandAtTheirFields(t *testing.T) {
	n := drawAll(t, `{"required":["name"],"properties":{"name":{"type":"string","title":"Name"}}}`, `{}`, `{}`, Drawing{Check: true})
	in := find(n, "input", "aria-invalid=true", "aria-required=true")
	if len(in) != 1 {
		t.Fatal("the field is not marked")
	}
	at := find(n, "p", "id="+attr(in[0], "aria-describedby"))
	if len(at) != 1 || wordsOf(at[0]) != "Fill in this field." {
		t.Error("the field's sentence is not the one that describes it")
	}
	if len(find(n, "div", "role=alert")) != 1 || len(find(n, "button", "data-jump="+attr(in[0], "id"))) != 1 {
		t.Error("the summary does not lead to the field")
	}
}

func TestWhatAPageGetsWrongCostsASentence(t *testing.T) {
	for _, tt := range []struct{ name, schema, ui, want string }{
		{"an unknown widget", `{"type":"string"}`, `{"ui:widget":"magic"}`, `ui:widget "magic"`},
		{"a widget of another type", `{"type":"string"}`, `{"ui:widget":"checkboxes"}`, `ui:widget "checkboxes"`},
		{"an unknown field", `{"type":"string"}`, `{"ui:field":"Button"}`, `ui:field "Button"`},
		{"a style that cannot be", `{"type":"string"}`, `{"ui:style":{"position":"fixed"}}`, "position"},
		{"class names", `{"type":"string"}`, `{"ui:classNames":"red"}`, "ui:classNames"},
		{"a link to nowhere", `{"type":"string","description":"x"}`, `{"ui:field":"link","ui:href":"javascript:alert(1)"}`, "ui:href"},
		{"a picture from elsewhere", `{"type":"string"}`, `{"ui:field":"image","ui:src":"https://elsewhere.example/a.png"}`, "asset origin"},
		{"an entry without const", `{"type":"string","oneOf":[{"title":"x"}]}`, `{"ui:field":"list"}`, "no const"},
		{"a pattern that is not checked", `{"type":"string","pattern":"(?=x)"}`, `{}`, "pattern"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := parse(t, fmt.Sprintf(`{"properties":{"x":%s}}`, tt.schema), fmt.Sprintf(`{"x":%s}`, tt.ui), `{}`)
			all := strings.Join(p.Warnings(Drawing{}), "\n")
			if !strings.Contains(all, tt.want) {
				t.Errorf("warnings %q say nothing of %q", all, tt.want)
			}
			if _, err := p.HTML(Drawing{}); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestLimitsAreRefusedByASentenceThatNamesTheField(t *testing.T) {
	deep := strings.Repeat(`{"properties":{"d":`, 14) + `{}` + strings.Repeat(`}}`, 14)
	var many strings.Builder
	for i := range 501 {
		fmt.Fprintf(&many, `"f%d":{},`, i)
	}
	for _, tt := range []struct{ name, schema, want string }{
		{"too deep", deep, "12 levels"},
		{"too many fields", `{"properties":{` + strings.TrimSuffix(many.String(), ",") + `}}`, "f500"},
		{"an outside reference", `{"properties":{"x":{"$ref":"https://evil.example/s.json"}}}`, "schema.properties.x.$ref"},
		{"too large", `{"title":"` + strings.Repeat("a", MaxBytes) + `"}`, "256 kB"},
		{"no object", `[1]`, "`schema` must be an object"},
		{"nested JSON", strings.Repeat("[", 100) + strings.Repeat("]", 100), "nested"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Parse(map[string]json.RawMessage{"schema": json.RawMessage(tt.schema)})
			var told *rc.Error
			if !errors.As(err, &told) || !strings.Contains(told.Message, tt.want) {
				t.Errorf("refused by %v, want a sentence with %q", err, tt.want)
			}
		})
	}
}

func TestReferencesThatMultiplyEnd(t *testing.T) {
	var defs []string
	for i := range 30 {
		defs = append(defs, fmt.Sprintf(`"d%d":{"allOf":[{"$ref":"#/definitions/d%d"},{"$ref":"#/definitions/d%d"}]}`, i, i+1, i+1))
	}
	drawAll(t, `{"definitions":{`+strings.Join(defs, ",")+`},"properties":{"x":{"$ref":"#/definitions/d0"}}}`, `{}`, `{}`, Drawing{Check: true})
	drawAll(t, `{"definitions":{"a":{"properties":{"a":{"$ref":"#/definitions/a"}}}},"$ref":"#/definitions/a"}`, `{}`, `{}`, Drawing{Check: true})
	drawAll(t, `{"$ref":"#"}`, `{}`, `{}`, Drawing{Check: true})
}
