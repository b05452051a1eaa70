package form

import (
	"fmt"
	"slices"
	"strconv"

	"offhook/internal/widget/markup"
)

func (d *drawer) object(f *field, s, ui *object, value any, at path) *field {
	f.Kind = "group"
	if option(ui, "collapsible") == true {
		f.Kind = "fold"
	}
	values, _ := value.(*object)
	props := s.obj("properties")
	for _, name := range d.ordered(f, props, ui) {
		child := d.field(name, props.obj(name), ui.obj(name), values.get(name), at.with(name), containsValue(s.list("required"), name))
		if child != nil {
			child.Disabled = child.Disabled || f.Disabled
			child.ReadOnly = child.ReadOnly || f.ReadOnly
			f.Fields = append(f.Fields, child)
			f.Open = f.Open || len(child.Problems) > 0 || child.Open
		}
	}
	d.additional(f, s, ui, values, at)
	return f
}

// additional draws the values that the schema does not name, where it allows
// them, each with its name to be changed.
func (d *drawer) additional(f *field, s, ui, values *object, at path) {
	more := s.get("additionalProperties")
	schema, isSchema := more.(*object)
	if more != true && !isSchema {
		return
	}
	for _, name := range values.names() {
		if s.obj("properties").has(name) {
			continue
		}
		own := schema
		if own == nil {
			own = implied(values.get(name))
		}
		child := d.field(name, own, ui.obj("additionalProperties"), values.get(name), at.with(name), false)
		if child != nil {
			child.Key = name
			child.Tools = tools{Remove: true, List: f.Path}
			f.Fields = append(f.Fields, child)
		}
	}
	f.Add = text(d.fresh(schema))
}

// implied is the schema of a value that has none.
func implied(v any) *object {
	s := newObject()
	kind := "string"
	switch v.(type) {
	case bool:
		kind = "boolean"
	case float64:
		kind = "number"
	case *object:
		kind = "object"
		s.set("additionalProperties", true)
	case []any:
		kind = "array"
		s.set("items", newObject())
	}
	s.set("type", kind)
	return s
}

// ordered are the names of a group's fields as ui:order wants them; "*"
// stands for all that it does not name.
func (d *drawer) ordered(f *field, props, ui *object) []string {
	order, _ := option(ui, "order").([]any)
	if order == nil {
		return props.names()
	}
	var named []string
	for _, v := range order {
		if v, ok := v.(string); ok && props.has(v) && !slices.Contains(named, v) {
			named = append(named, v)
		}
	}
	rest := slices.DeleteFunc(slices.Clone(props.names()), func(name string) bool { return slices.Contains(named, name) })
	at := len(named)
	if i := slices.Index(order, any("*")); i >= 0 {
		at = min(i, len(named))
	} else if len(rest) > 0 {
		d.warn("`%s`: ui:order does not name %q and has no \"*\"; the fields that it leaves out come last.", short(f.Label), short(rest[0]))
	}
	return slices.Insert(named, at, rest...)
}

func (d *drawer) array(f *field, s, ui *object, value any, at path) *field {
	items, _ := itemSchema(s, 0).(*object)
	items = d.resolve(items, nil)
	list, _ := value.([]any)
	if items.str("format") == "data-url" || widgetName(option(ui, "widget")) == "file" {
		return d.files(f, s, ui, value, true)
	}
	f.Choices = d.choices(f, items, ui, list)
	if f.Choices != nil && (s.get("uniqueItems") == true || option(ui, "widget") != nil) {
		return d.several(f, s, ui, list)
	}
	if widgetName(option(ui, "widget")) == "autocomplete" {
		f.Choices = nil
		return d.combo(f, s, listOf(list))
	}
	f.Kind = "list-of"
	d.widget(f, ui, "", "select", "checkboxes", "file", "autocomplete", "hidden")
	may := func(name string, otherwise bool) bool {
		v, ok := option(ui, name).(bool)
		return ok && v || !ok && otherwise
	}
	for i, v := range list {
		schema, _ := itemSchema(s, i).(*object)
		name := fmt.Sprintf("%s %d", f.Label, i+1)
		item := d.field(name, schema, itemUI(ui, i), v, at.with(float64(i)), false)
		if item == nil {
			continue
		}
		item.Tools = tools{
			Up: may("orderable", true) && i > 0, Down: may("orderable", true) && i+1 < len(list),
			Copy: may("copyable", false), Remove: may("removable", true), Index: i, List: f.Path,
		}
		item.Disabled = item.Disabled || f.Disabled
		item.ReadOnly = item.ReadOnly || f.ReadOnly
		f.Fields = append(f.Fields, item)
	}
	most, limited := s.num("maxItems")
	if may("addable", true) && !f.Disabled && !f.ReadOnly && (!limited || float64(len(list)) < most) {
		next, _ := itemSchema(s, len(list)).(*object)
		f.Add = text(d.fresh(next))
	}
	return f
}

func listOf(list []any) any {
	if list == nil {
		return []any{}
	}
	return list
}

func itemUI(ui *object, i int) *object {
	if tuple := ui.list("items"); i < len(tuple) {
		o, _ := tuple[i].(*object)
		return o
	}
	return ui.obj("items")
}

// several is a list whose entries are chosen from a set: every one is in
// sight with its box, which a <select multiple> is not on a narrow screen.
func (d *drawer) several(f *field, s, ui *object, list []any) *field {
	f.Type = "json"
	switch d.widget(f, ui, "select", "select", "checkboxes", "autocomplete") {
	case "autocomplete":
		return d.combo(f, s, listOf(list))
	case "select":
		f.Size = len(f.Choices)
	}
	f.Kind = "checkboxes"
	f.Inline = option(ui, "inline") == true
	return f
}

// fresh is the value of a new entry.
func (d *drawer) fresh(s *object) any {
	if v := d.defaults(s, nil, 0); v != nil {
		return v
	}
	switch typeOf(d.resolve(s, nil)) {
	case "object":
		return newObject()
	case "array":
		return []any{}
	case "string":
		return ""
	case "boolean":
		return false
	}
	return nil
}

// files is a field whose value is {dataURL, name, size, type}, or a list of
// such (contract/service.md 10.6).
func (d *drawer) files(f *field, s, ui *object, value any, multiple bool) *field {
	f.Kind, f.Multiple, f.Accept, f.Type = "file", multiple, "", "file"
	if accept := words(option(ui, "accept"), s.get("accept")); accept != "*/*" && len(accept) <= 200 {
		f.Accept = accept
	}
	for _, v := range []any{option(ui, "maxSize"), s.get("maxSize")} {
		if n, ok := v.(float64); ok && n > 0 && f.Limit == "" {
			f.Limit = strconv.FormatFloat(n, 'f', 0, 64)
		}
	}
	list, ok := value.([]any)
	if !ok && value != nil {
		list = []any{value}
	}
	for _, v := range list {
		v, ok := v.(*object)
		if !ok {
			continue
		}
		size, _ := v.num("size")
		f.Files = append(f.Files, file{markup.Line(v.str("name")), d.sizeOf(size)})
	}
	return f
}

// sizeOf is how large a file is, where the page has said so.
func (d *drawer) sizeOf(bytes float64) string {
	if bytes <= 0 {
		return ""
	}
	return markup.Size(d.language, int64(bytes))
}
