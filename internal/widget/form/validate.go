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
			c.report(path, label, "This must stay empty.")
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
		c.report(path, label, "This does not fit.")
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
			c.report(path, label, "This is none of the choices.")
		}
	}
	if s.has("not") && c.matches(s.get("not"), data) {
		c.report(path, label, "This is not allowed.")
	}
	return s
}

func (c *checker) kind(s *object, data any, path []string, label string) {
	if c.strict && s.has("const") && !equal(s.get("const"), data) {
		c.report(path, label, "This does not fit.")
	}
	if list := s.list("enum"); list != nil && !containsValue(list, data) {
		c.report(path, label, "Choose one of the entries.")
		return
	}
	if !fits(s.get("type"), data) {
		c.report(path, label, "This is not "+kinds[typeOf(s)]+".")
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

var kinds = map[string]string{"string": "text", "number": "a number", "integer": "a whole number", "boolean": "a yes or no", "array": "a list", "object": "a group of fields", "null": "empty"}

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
			c.report(append(path, name), labelOf(props.obj(name), nil, name), "Fill in this field.")
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
		c.report(path, label, fmt.Sprintf("Give at least %s.", count(n, "entry", "entries")))
	}
	if n, ok := s.num("maxItems"); ok && float64(len(v)) > n {
		c.report(path, label, fmt.Sprintf("Give at most %s.", count(n, "entry", "entries")))
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
		c.report(path, label, fmt.Sprintf("Type at least %s.", count(n, "character", "characters")))
	}
	if n, ok := s.num("maxLength"); ok && length > n {
		c.report(path, label, fmt.Sprintf("Type at most %s.", count(n, "character", "characters")))
	}
	if p := s.str("pattern"); p != "" {
		if re := c.pattern(p); re != nil && !re.MatchString(v) {
			c.report(path, label, "This is not in the expected form.")
		}
	}
	if f, ok := formats[s.str("format")]; ok && !f.fits(v) {
		c.report(path, label, f.sentence)
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
		{"minimum", "at least", func(n float64) bool { return v < n }},
		{"maximum", "at most", func(n float64) bool { return v > n }},
		{"exclusiveMinimum", "more than", func(n float64) bool { return v <= n }},
		{"exclusiveMaximum", "less than", func(n float64) bool { return v >= n }},
	} {
		if n, ok := s.num(limit.word); ok && limit.broken(n) {
			c.report(path, label, fmt.Sprintf("This must be %s %s.", limit.tell, number(n)))
		}
	}
}

func number(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

func count(n float64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return number(n) + " " + many
}

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
	"email":     {isEmail, "Type an e-mail address, such as name@example.com."},
	"date":      {parsesAs("2006-01-02"), "Choose a date."},
	"date-time": {parsesAs(time.RFC3339), "Choose a date and a time."},
	"time":      {parsesAs("15:04:05", "15:04:05Z07:00"), "Choose a time."},
	"uri":       {isURI, "Type a whole address, such as https://example.com."},
	"uuid":      {uuidForm.MatchString, "Type a UUID."},
	"duration": {func(s string) bool {
		return durationForm.MatchString(s) && !strings.HasSuffix(s, "P") && !strings.HasSuffix(s, "T")
	},
		"Give hours and minutes."},
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
