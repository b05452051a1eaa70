package form

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"offhook/internal/widget/markup"
)

// renamed are the renderer's longer names of widgets.
var renamed = map[string]string{"datetime": "date-time", "alt-datetime": "date-time", "altdatetime": "date-time", "alt-date": "date", "altdate": "date", "url": "uri", "data-url": "file", "files": "file", "up-down": "updown"}

// widgetName is a widget by its short name: the renderer takes TextareaWidget
// for textarea, too.
func widgetName(v any) string {
	s, _ := v.(string)
	if long, ok := strings.CutSuffix(s, "Widget"); ok {
		s = strings.ToLower(long)
	}
	if own, ok := renamed[s]; ok {
		return own
	}
	return s
}

// widget is the one that the uiSchema asks for when the type has it; any
// other costs a sentence and falls back, instead of breaking the page.
func (d *drawer) widget(f *field, ui *object, fallback string, known ...string) string {
	name := widgetName(option(ui, "widget"))
	if name == "" {
		return fallback
	}
	if !slices.Contains(known, name) {
		d.warn("`%s` asks for the ui:widget %q, which its type does not have; it is drawn as a plain field. There are: %s.", short(f.Label), short(words(option(ui, "widget"))), strings.Join(known, ", "))
		return fallback
	}
	return name
}

// byFormat are the widgets of formats.
var byFormat = map[string]string{"email": "email", "uri": "uri", "date": "date", "date-time": "date-time", "time": "time", "data-url": "file", "color": "color"}

func (d *drawer) string(f *field, s, ui *object, value any) *field {
	f.Choices = d.choices(f, s, ui, value)
	fallback := "text"
	if own, ok := byFormat[s.str("format")]; ok {
		fallback = own
	}
	if f.Choices != nil {
		fallback = "select"
	}
	widget := d.widget(f, ui, fallback, "text", "password", "email", "uri", "textarea", "radio", "select", "date", "time", "date-time", "color", "file", "hidden", "autocomplete", "duration", "updown", "range")
	f.Value, _ = value.(string)
	f.Rows = 2
	if n, ok := option(ui, "rows").(float64); ok {
		f.Rows = int(min(max(n, 1), 20))
	}
	if n, ok := s.num("maxLength"); ok && n >= 0 {
		f.MaxLength = number(n)
	}
	f.Complete = token(option(ui, "autocomplete"))
	switch widget {
	case "select", "radio":
		return d.chooser(f, ui, widget)
	case "autocomplete":
		return d.combo(f, s, value)
	case "textarea", "color", "date-time":
		f.Kind = widget
	case "duration":
		d.duration(f, ui)
	case "file":
		return d.files(f, s, ui, value, false)
	default:
		d.input(f, ui, widget)
	}
	return f
}

// inputs are the types of <input> by widget.
var inputs = map[string]string{"text": "text", "password": "password", "email": "email", "uri": "url", "date": "date", "time": "time", "updown": "text", "range": "text"}

func (d *drawer) input(f *field, ui *object, widget string) {
	f.Kind, f.Input = "input", inputs[widget]
	if f.Input == "" {
		f.Input = "text"
	}
	f.Input = variant(option(ui, "inputType"), f.Input, "text", "password", "email", "url", "tel", "date", "time", "number", "month", "week")
	if f.Input == "time" {
		f.Type, f.Value = "time", strings.TrimSuffix(f.Value, ":00")
	}
}

var (
	hours   = regexp.MustCompile(`(\d+)H`)
	minutes = regexp.MustCompile(`T[^M]*?(\d+)M`)
	days    = regexp.MustCompile(`P(\d+)D`)
)

// duration shows PT1H30M as two numbers; days come in as hours.
func (d *drawer) duration(f *field, ui *object) {
	f.Kind, f.Step = "duration", "1"
	if n, ok := option(ui, "minuteStep").(float64); ok && n >= 1 && n < 60 {
		f.Step = number(n)
	}
	f.Units = [4]string{d.language.Say("Hours"), d.language.Say("Minutes"), d.language.Say("hour"), d.language.Say("min")}
	for i, name := range []string{"hoursLabel", "minutesLabel", "hoursUnitLabel", "minutesUnitLabel"} {
		if own := words(option(ui, name)); own != "" {
			f.Units[i] = markup.Line(own)
		}
	}
	part := func(re *regexp.Regexp) float64 {
		if m := re.FindStringSubmatch(f.Value); m != nil {
			return atoi(m[1])
		}
		return 0
	}
	if f.Value != "" {
		f.Parts = [2]string{number(24*part(days) + part(hours)), number(part(minutes))}
	}
}

// token is an autocomplete value: words of the HTML standard, nothing longer.
func token(v any) string {
	s, _ := v.(string)
	if len(s) > 60 || strings.Trim(s, "abcdefghijklmnopqrstuvwxyz0123456789- ") != "" || s == "" {
		return "off"
	}
	return s
}

func (d *drawer) number(f *field, s, ui *object, value any) *field {
	f.Type = typeOf(s)
	f.Choices = d.choices(f, s, ui, value)
	fallback := "updown"
	if f.Choices != nil {
		fallback = "select"
	}
	widget := d.widget(f, ui, fallback, "text", "updown", "range", "radio", "select", "hidden")
	if v, ok := value.(float64); ok {
		f.Value = number(v)
	}
	f.Step = "any"
	if f.Type == "integer" {
		f.Step = "1"
	}
	for word, to := range map[string]*string{"minimum": &f.Min, "maximum": &f.Max, "multipleOf": &f.Step} {
		if n, ok := s.num(word); ok {
			*to = number(n)
		}
	}
	switch widget {
	case "radio", "select":
		return d.chooser(f, ui, widget)
	case "range":
		f.Kind = "range"
		if f.Step == "any" {
			f.Step = "1"
		}
		return f
	}
	f.Kind, f.Input, f.Mode = "input", "number", "decimal"
	if f.Type == "integer" {
		f.Mode = "numeric"
	}
	return f
}

func (d *drawer) boolean(f *field, s, ui *object, value any) *field {
	f.Type = "boolean"
	widget := d.widget(f, ui, "checkbox", "checkbox", "switch", "radio", "select", "hidden")
	if widget == "radio" || widget == "select" {
		f.Choices = d.choices(f, s, ui, value)
		if f.Choices == nil {
			f.Choices = d.entries(f, []any{true, false}, []string{d.language.Say("Yes"), d.language.Say("No")}, value)
		}
		return d.chooser(f, ui, widget)
	}
	f.Kind = "switch"
	if value == true {
		f.Value = "true"
	}
	return f
}

func (d *drawer) chooser(f *field, ui *object, widget string) *field {
	f.Kind, f.Type = widget, "json"
	if f.Choices == nil {
		d.warn("`%s` is drawn by %s and has nothing to choose from; give it an enum or oneOf.", short(f.Label), widget)
		f.Choices = []choice{}
	}
	f.Inline = option(ui, "inline") == true || strings.HasPrefix(words(option(ui, "itemDirection")), "row")
	if option(ui, "tab") == true && widget == "radio" {
		f.Kind = "tabs"
	}
	f.Bullets = option(ui, "valueLabel") == false // circles without words
	return f
}

// choices are the entries of an enum, or of an oneOf or anyOf of constants;
// nil when the schema has none.
func (d *drawer) choices(f *field, s, ui *object, value any) []choice {
	var out []choice
	if enum := s.list("enum"); enum != nil {
		names := s.list("enumNames")
		if own, ok := option(ui, "enumNames").([]any); ok {
			names = own
		}
		labels := make([]string, len(enum))
		for i, v := range enum {
			labels[i] = d.plain(v)
			if i < len(names) {
				labels[i] = d.plain(names[i])
			}
		}
		out = d.entries(f, enum, labels, value)
	}
	for _, word := range []string{"oneOf", "anyOf"} {
		for _, e := range s.list(word) {
			if e, ok := e.(*object); ok && out == nil || ok && s.list("enum") == nil {
				out = d.constant(f, out, e, value)
			}
		}
	}
	list, _ := option(ui, "enumDisabled").([]any)
	off := map[string]bool{}
	for _, v := range list {
		off[text(v)] = true
	}
	for i := range out {
		out[i].Disabled = off[out[i].Value]
	}
	return out
}

func (d *drawer) entries(f *field, values []any, labels []string, value any) []choice {
	out := make([]choice, len(values))
	for i, v := range values {
		out[i] = choice{ID: f.ID + "-" + strconv.Itoa(i), Value: text(v), Label: markup.Line(labels[i]), Picked: picked(v, value)}
	}
	return out
}

// constant adds an entry {const, title, description, color}.
func (d *drawer) constant(f *field, out []choice, e *object, value any) []choice {
	v := e.get("const")
	if one := e.list("enum"); v == nil && len(one) == 1 {
		v = one[0]
	}
	if v == nil {
		return out
	}
	return append(out, choice{
		ID: f.ID + "-" + strconv.Itoa(len(out)), Value: text(v), Label: markup.Line(words(e.get("title"), d.plain(v))),
		About: markup.Markdown(words(e.get("description"))), Picked: picked(v, value), Tone: Tone(e.str("color")),
	})
}

func picked(v, value any) bool {
	if list, ok := value.([]any); ok {
		return containsValue(list, v)
	}
	return equal(v, value)
}

// combo is AutocompleteWidget: what is typed counts as well as what is
// picked, and each entry shows its value as a second line.
func (d *drawer) combo(f *field, s *object, value any) *field {
	f.Kind = "combo"
	if f.Choices == nil {
		for i, e := range f.Examples {
			f.Choices = append(f.Choices, choice{ID: f.ID + "-" + strconv.Itoa(i), Value: text(e), Label: e})
		}
	}
	values, multiple := value.([]any)
	f.Multiple = multiple || typeOf(s) == "array"
	if !f.Multiple && value != nil {
		values = []any{value}
	}
	labels := map[string]string{}
	for _, c := range f.Choices {
		labels[c.Value] = c.Label
	}
	for _, v := range values {
		f.Picked = append(f.Picked, choice{Value: text(v), Label: cmp.Or(labels[text(v)], markup.Line(d.plain(v)))})
	}
	if !f.Multiple && f.Picked != nil {
		f.Value = f.Picked[0].Label
	}
	return f
}
