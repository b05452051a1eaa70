package form

import (
	"html/template"
	"strings"
	"unicode/utf8"

	"offhook/internal/widget/markup"
)

// special are the fields of ui:field (contract/service.md 10.6). They show no
// label and no description of their own. (Filled at start, because a list may
// hold what they draw.)
var special map[string]func(d *drawer, f *field, s, ui *object, value any, at path) *field

func init() {
	special = map[string]func(d *drawer, f *field, s, ui *object, value any, at path) *field{
		"typography": (*drawer).typography, "admonition": (*drawer).admonition, "link": (*drawer).link, "button": (*drawer).button,
		"search": (*drawer).search, "list": (*drawer).list, "image": (*drawer).image,
	}
}

var variants = []string{"caption1", "caption2", "body1", "body2", "subheading1", "subheading2", "title1", "title2"}

func (d *drawer) typography(f *field, s, ui *object, value any, at path) *field {
	f.Kind = "words"
	f.Variant = variant(option(ui, "variant"), "body1", variants...)
	f.Tone = Tone(words(option(ui, "color")))
	f.Bullets = option(ui, "bulletedList") == true
	return f
}

func (d *drawer) admonition(f *field, s, ui *object, value any, at path) *field {
	f.Kind = "note"
	f.Variant = variant(option(ui, "severity"), "info", "info", "warning", "error", "success")
	return f
}

func (d *drawer) link(f *field, s, ui *object, value any, at path) *field {
	f.Kind = "link"
	f.Variant = variant(option(ui, "variant"), "body1", variants...)
	f.Tone = Tone(words(option(ui, "color")))
	f.Bullets = option(ui, "bulletedList") == true
	if href := words(option(ui, "href")); href != "" {
		f.Href = markup.Link(href)
		if f.Href == "" {
			d.warn("`%s`: the ui:href %q is not an https, tel or mailto address; the link is drawn as words.", short(f.Label), short(href))
			f.Kind, f.Variant = "words", variant(option(ui, "variant"), "body1", variants...)
		}
		return f
	}
	f.Press = lastOf(at)
	return f
}

func (d *drawer) button(f *field, s, ui *object, value any, at path) *field {
	f.Kind = "button"
	f.Variant = variant(option(ui, "variant"), "contained", "text", "outlined", "contained", "plain")
	f.Tone = Tone(words(option(ui, "color")))
	f.Press = lastOf(at)
	f.Inline = option(ui, "fullWidth") == false
	return f
}

func lastOf(at path) string {
	if len(at) == 0 {
		return ""
	}
	return plain(at[len(at)-1])
}

func (d *drawer) search(f *field, s, ui *object, value any, at path) *field {
	f.Kind = "search"
	f.Value, _ = value.(string)
	if f.Placeholder == "" {
		f.Placeholder = d.language.Say("Search")
	}
	f.Help = markup.NoOverrides(words(option(ui, "helpText"), option(ui, "help")))
	filters, _ := option(ui, "filters").([]any)
	if len(filters) == 0 {
		return f
	}
	both, _ := value.(*object)
	f.Value = both.str("search")
	labels := make([]string, len(filters))
	for i, v := range filters {
		labels[i] = d.plain(v)
	}
	f.Choices = d.entries(f, filters, labels, both.get("filter"))
	f.Path, f.Filter = at.with("search").json(), at.with("filter").json()
	shown := 2
	if n, ok := option(ui, "previewLength").(float64); ok {
		shown = int(min(max(n, 0), 20))
	}
	if f.Value != "" {
		shown = min(shown, 1)
	}
	if shown < len(f.Choices) {
		f.Choices, f.More = f.Choices[:shown], f.Choices[shown:]
		f.Open = containsPicked(f.More)
	}
	return f
}

func containsPicked(list []choice) bool {
	for _, c := range list {
		if c.Picked {
			return true
		}
	}
	return false
}

func (d *drawer) image(f *field, s, ui *object, value any, at path) *field {
	f.Kind = "image"
	address := words(value, option(ui, "src"), s.get("default"))
	f.Picture = markup.Picture(address, d.origins)
	if address != "" && f.Picture == "" {
		d.warn("`%s`: a picture must be a data:image address, or come from an asset origin of the embed (offhook embed add --asset-origin).", short(f.Label))
	}
	f.Value = markup.Line(words(option(ui, "alt"), f.Label))
	if option(ui, "clickable") == true {
		f.Press = lastOf(at)
	}
	return f
}

// An item is an entry of a list: a row, a card or a metric.
type item struct {
	ID        string
	Value     string // JSON of its const
	Title     string
	About     []markup.Span
	AboutTone string
	Meta      string
	Author    string
	Face      template.URL
	Initials  string
	AuthorID  string // what a click on the author tells
	Picture   template.URL
	Marks     []mark
	Button    *action
	Actions   []action
	More      []action
	Tone      string
	Picked    bool

	Number string
	Unit   string
	Trend  string
	Turn   string // up or down
	TrendT string
}

// A mark is a small icon with words.
type mark struct{ Icon, Words, Tone, Size string }

// An action is what can be done with an item besides picking it.
type action struct {
	ID, Icon, Title, Tone, Variant string
	Disabled                       bool
}

func (d *drawer) list(f *field, s, ui *object, value any, at path) *field {
	f.Kind, f.Type = "list", "json"
	kind := words(option(ui, "itemType"), option(ui, "itemWidget"))
	f.Variant = variant(kind, "rows", "card", "metric")
	f.Bullets = option(ui, "navigation") == true // an arrow
	f.Inline = option(ui, "alwaysShowActions") == true
	f.Multiple = option(ui, "showIconAsAvatar") != false
	f.Size = columns(words(option(ui, "itemWidth")))
	shown := option(ui, "showSelected") != false
	f.Open = !shown
	for _, e := range s.list("oneOf") {
		e, _ := e.(*object)
		if e.get("const") == nil {
			d.warn("`%s`: an entry of the list has no const, so that nobody could tell which one was clicked. It was left out.", short(f.Label))
			continue
		}
		it := d.item(f, e, ui)
		it.Picked = shown && equal(e.get("const"), value)
		f.Items = append(f.Items, it)
	}
	if value != nil {
		f.Value = text(value)
	}
	return f
}

// columns is how many cards stand side by side where ui:itemWidth is a share
// or a length of the narrowest phone.
func columns(width string) int {
	if share, ok := strings.CutSuffix(width, "%"); ok && atoi(share) > 0 {
		return int(min(max(100/atoi(share), 1), 3))
	}
	if length, ok := strings.CutSuffix(width, "px"); ok && atoi(length) > 0 {
		return int(min(max(280/atoi(length), 1), 3))
	}
	return 0
}

func (d *drawer) item(f *field, e, ui *object) item {
	value := e.get("const")
	it := item{
		ID: path{f.Path, value}.id(), Value: text(value), Title: markup.Line(words(e.get("title"))), Meta: markup.Line(plain(e.get("meta"))),
		About: markup.Markdown(words(e.get("description"))), AboutTone: Tone(e.str("descriptionColor")), Tone: Tone(e.str("backgroundColor")),
		Author: markup.Line(e.str("authorName")), AuthorID: plain(value) + "-author",
	}
	it.Face, it.Initials = d.picture(f, e.str("authorAvatar")), initials(it.Author)
	it.Picture = d.picture(f, e.str("icon"))
	d.metric(&it, f, e, ui)
	for _, m := range e.list("iconMeta") {
		m, _ := m.(*object)
		it.Marks = append(it.Marks, mark{Icon(m.str("icon")), markup.Line(m.str("message")), Tone(m.str("color")), variant(m.str("size"), "medium", "small", "large")})
	}
	it.actions(e, plain(value))
	return it
}

func (d *drawer) picture(f *field, address string) template.URL {
	if address == "" {
		return ""
	}
	at := markup.Picture(address, d.origins)
	if at == "" {
		d.warn("`%s`: a picture must be a data:image address, or come from an asset origin of the embed (offhook embed add --asset-origin).", short(f.Label))
	}
	return at
}

func (d *drawer) metric(it *item, f *field, e, ui *object) {
	if f.Variant != "metric" {
		if it.Title == "" && len(it.About) == 0 {
			it.Title = markup.Line(plain(e.get("const")))
		}
		return
	}
	label := words(e.get("title"), e.get("description"), e.get("label"))
	it.Number = markup.Line(words(plain(e.get("value")), e.get("title")))
	it.Title, it.About = markup.Line(label), nil
	it.Unit, it.Trend = markup.Line(plain(e.get("unit"))), markup.Line(plain(e.get("trend")))
	it.TrendT = Tone(words(e.get("trendColor"), option(ui, "trendColor")))
	switch lower := strings.ToLower(it.Trend); {
	case lower == "up", lower == "down":
		it.Turn = lower
	case strings.HasPrefix(lower, "+"), strings.HasPrefix(lower, "↑"):
		it.Turn = "up"
	case strings.HasPrefix(lower, "-"), strings.HasPrefix(lower, "−"), strings.HasPrefix(lower, "↓"):
		it.Turn = "down"
	}
}

// actions keeps up to three icons in sight, else two and a menu; a button
// leaves room for one (contract/service.md 10.6).
func (it *item) actions(e *object, value string) {
	for _, a := range e.list("actions") {
		a, _ := a.(*object)
		id := plain(a.get("id"))
		if id == "" {
			continue
		}
		act := action{
			ID: id + "-" + value + "-action", Icon: Icon(a.str("icon")), Title: markup.Line(words(a.get("title"), id)),
			Tone: Tone(a.str("color")), Disabled: a.get("disabled") == true, Variant: variant(a.get("variant"), "contained", "text", "outlined", "plain"),
		}
		if it.Button == nil && a.str("type") == "button" && len(it.Actions) == 0 {
			it.Button = &act
			continue
		}
		it.Actions = append(it.Actions, act)
	}
	room, rest := 3, 2
	if it.Button != nil {
		room, rest = 1, 0
	}
	if len(it.Actions) > room {
		it.Actions, it.More = it.Actions[:rest], it.Actions[rest:]
	}
}

func initials(name string) string {
	var out string
	for _, word := range strings.Fields(name) {
		if r, _ := utf8.DecodeRuneInString(word); len([]rune(out)) < 2 {
			out += strings.ToUpper(string(r))
		}
	}
	return out
}
