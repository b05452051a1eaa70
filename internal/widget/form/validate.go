package form

import (
	"fmt"
	"math"
	"net/mail"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"offhook/internal/widget/lang"
)

// A Problem is what is wrong with one value, told to the person who fills in
// the form.
type Problem struct {
	Path     []string // the way to the value; empty for the form as a whole
	Label    string   // what the field is called on the form
	Sentence string
}

// A checker compares data with a schema. At a submit it checks what the
// contract names (service.md 10.5); for conditions it checks every keyword,
// because `if` with a const that is always true would be no condition.
type checker struct {
	*resolver
	language *lang.Language // of its sentences; nil is English
	strict   bool
	problems []Problem
	patterns map[string]*regexp.Regexp
}

// matches reports whether data fits a schema, to the letter.
func (r *resolver) matches(schema, data any) bool {
	c := &checker{resolver: r, strict: true}
	c.value(schema, data, nil, "")
	return len(c.problems) == 0
}

func (c *checker) report(path []string, label, sentence string) {
	c.problems = append(c.problems, Problem{slices.Clone(path), label, sentence})
}

func (c *checker) value(schema, data any, path []string, label string) {
	if !c.step() || len(path) > maxNesting || c.strict && len(c.problems) > 0 {
		return
	}
	if allowed, ok := schema.(bool); ok {
		if !allowed {
			c.report(path, label, c.language.Say("This must stay empty."))
		}
		return
	}
	s, ok := schema.(*object)
	if !ok {
		return
	}
	if c.strict {
		s = c.combined(s, data, path, label)
	} else {
		s = c.resolve(s, data)
	}
	if data == nil {
		c.absent(s, path, label)
		return
	}
	c.kind(s, data, path, label)
}

// absent is a value that is not there: null fits only where it may.
func (c *checker) absent(s *object, path []string, label string) {
	if !c.strict || len(path) == 0 {
		return
	}
	if s.has("const") && s.get("const") != nil || s.list("enum") != nil && !containsValue(s.list("enum"), nil) {
		c.report(path, label, c.language.Say("This does not fit."))
	}
}

// combined checks what a resolver would join: for a condition each part must
// hold by itself.
func (c *checker) combined(s *object, data any, path []string, label string) *object {
	s = c.resolveRef(s)
	for _, part := range s.list("allOf") {
		c.value(part, data, path, label)
	}
	for _, word := range []string{"anyOf", "oneOf"} {
		branches := s.list(word)
		if branches != nil && !slices.ContainsFunc(branches, func(b any) bool { return c.matches(b, data) }) {
			c.report(path, label, c.language.Say("This is none of the choices."))
		}
	}
	if s.has("not") && c.matches(s.get("not"), data) {
		c.report(path, label, c.language.Say("This is not allowed."))
	}
	return s
}

func (c *checker) kind(s *object, data any, path []string, label string) {
	if c.strict && s.has("const") && !equal(s.get("const"), data) {
		c.report(path, label, c.language.Say("This does not fit."))
	}
	if list := s.list("enum"); list != nil && !containsValue(list, data) {
		c.report(path, label, c.language.Say("Choose one of the entries."))
		return
	}
	if !fits(s.get("type"), data) {
		c.report(path, label, c.language.Say(kinds[typeOf(s)]))
		return
	}
	switch v := data.(type) {
	case *object:
		c.object(s, v, path)
	case []any:
		c.array(s, v, path, label)
	case string:
		c.string(s, v, path, label)
	case float64:
		c.number(s, v, path, label)
	}
}

var kinds = map[string]string{
	"string": lang.Mark("This is not text."), "number": lang.Mark("This is not a number."), "integer": lang.Mark("This is not a whole number."),
	"boolean": lang.Mark("This is not a yes or no."), "array": lang.Mark("This is not a list."), "object": lang.Mark("This is not a group of fields."),
	"null": lang.Mark("This is not empty."),
}

func fits(t, v any) bool {
	switch t := t.(type) {
	case string:
		return fitsOne(t, v)
	case []any:
		return slices.ContainsFunc(t, func(t any) bool { return fits(t, v) })
	}
	return true
}

func fitsOne(t string, v any) bool {
	switch v := v.(type) {
	case string:
		return t == "string"
	case bool:
		return t == "boolean"
	case float64:
		return t == "number" || t == "integer" && v == math.Trunc(v)
	case *object:
		// A chosen file is an object where the schema can only say string.
		return t == "object" || t == "string" && v.has("dataURL") && v.has("name")
	case []any:
		return t == "array"
	}
	return t == "null"
}

func (c *checker) object(s, v *object, path []string) {
	props := s.obj("properties")
	for _, name := range s.list("required") {
		name, _ := name.(string)
		missing := !v.has(name)
		if !c.strict {
			missing = blank(v.get(name))
		}
		if missing {
			c.report(append(path, name), labelOf(props.obj(name), nil, name), c.language.Say("Fill in this field."))
		}
	}
	for _, name := range props.names() {
		if v.has(name) && (c.strict || !blank(v.get(name))) {
			c.value(props.get(name), v.get(name), append(path, name), labelOf(props.obj(name), nil, name))
		}
	}
}

func (c *checker) array(s *object, v []any, path []string, label string) {
	if n, ok := s.num("minItems"); ok && float64(len(v)) < n {
		c.report(path, label, c.language.Count(whole(math.Ceil(n)), "Give at least %d entry.", "Give at least %d entries."))
	}
	if n, ok := s.num("maxItems"); ok && float64(len(v)) > n {
		c.report(path, label, c.language.Count(whole(math.Floor(n)), "Give at most %d entry.", "Give at most %d entries."))
	}
	for i, item := range v {
		c.value(itemSchema(s, i), item, append(path, strconv.Itoa(i)), fmt.Sprintf("%s %d", label, i+1))
	}
}

// itemSchema is the schema of a list's item; a list of schemas names one for
// each place.
func itemSchema(s *object, i int) any {
	if tuple := s.list("items"); tuple != nil {
		if i < len(tuple) {
			return tuple[i]
		}
		return s.get("additionalItems")
	}
	return s.get("items")
}

func (c *checker) string(s *object, v string, path []string, label string) {
	length := float64(utf8.RuneCountInString(v))
	if n, ok := s.num("minLength"); ok && length < n {
		c.report(path, label, c.language.Count(whole(math.Ceil(n)), "Type at least %d character.", "Type at least %d characters."))
	}
	if n, ok := s.num("maxLength"); ok && length > n {
		c.report(path, label, c.language.Count(whole(math.Floor(n)), "Type at most %d character.", "Type at most %d characters."))
	}
	if p := s.str("pattern"); p != "" {
		if re := c.pattern(p); re != nil && !re.MatchString(v) {
			c.report(path, label, c.language.Say("This is not in the expected form."))
		}
	}
	if f, ok := formats[s.str("format")]; ok && !f.fits(v) {
		c.report(path, label, c.language.Say(f.sentence))
	}
}

// pattern compiles what a page calls a pattern. Go's expressions take linear
// time, so that no pattern can hold the server up; one that it does not know
// (JavaScript's look-arounds) refuses nothing, and the page has been told.
func (c *checker) pattern(p string) *regexp.Regexp {
	if c.patterns == nil {
		c.patterns = map[string]*regexp.Regexp{}
	}
	re, ok := c.patterns[p]
	if !ok && len(p) <= maxPattern {
		re, _ = regexp.Compile(p)
		c.patterns[p] = re
	}
	return re
}

// maxPattern bounds a pattern: compiled ones are many times as large.
const maxPattern = 1000

func (c *checker) number(s *object, v float64, path []string, label string) {
	for _, limit := range []struct {
		word, tell string
		broken     func(n float64) bool
	}{
		{"minimum", lang.Mark("This must be at least %s."), func(n float64) bool { return v < n }},
		{"maximum", lang.Mark("This must be at most %s."), func(n float64) bool { return v > n }},
		{"exclusiveMinimum", lang.Mark("This must be more than %s."), func(n float64) bool { return v <= n }},
		{"exclusiveMaximum", lang.Mark("This must be less than %s."), func(n float64) bool { return v >= n }},
	} {
		if n, ok := s.num(limit.word); ok && limit.broken(n) {
			c.report(path, label, c.language.Say(limit.tell, c.language.Number(n)))
		}
	}
}

// whole is a limit as sentences tell it; beyond what can be typed, any number
// is as good.
func whole(n float64) int { return int(max(-1e9, min(n, 1e9))) }

func number(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

// A format is one that is validated; others pass (contract/service.md 10.5).
type format struct {
	fits     func(string) bool
	sentence string
}

var (
	uuidForm     = regexp.MustCompile(`^(?i)(urn:uuid:)?[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$`)
	durationForm = regexp.MustCompile(`^P(\d+W|(\d+Y)?(\d+M)?(\d+D)?(T(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?)$`)
)

var formats = map[string]format{
	"email":     {isEmail, lang.Mark("Type an e-mail address, such as name@example.com.")},
	"date":      {parsesAs("2006-01-02"), lang.Mark("Choose a date.")},
	"date-time": {parsesAs(time.RFC3339), lang.Mark("Choose a date and a time.")},
	"time":      {parsesAs("15:04:05", "15:04:05Z07:00"), lang.Mark("Choose a time.")},
	"uri":       {isURI, lang.Mark("Type a whole address, such as https://example.com.")},
	"uuid":      {uuidForm.MatchString, lang.Mark("Type a UUID.")},
	"duration": {func(s string) bool {
		return durationForm.MatchString(s) && !strings.HasSuffix(s, "P") && !strings.HasSuffix(s, "T")
	},
		lang.Mark("Give hours and minutes.")},
}

func isEmail(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s && strings.Contains(s[strings.LastIndex(s, "@"):], ".")
}

func isURI(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Scheme != "" && (u.Host != "" || u.Opaque != "" || u.Path != "")
}

func parsesAs(layouts ...string) func(string) bool {
	return func(s string) bool {
		return slices.ContainsFunc(layouts, func(layout string) bool {
			_, err := time.Parse(layout, s)
			return err == nil
		})
	}
}
