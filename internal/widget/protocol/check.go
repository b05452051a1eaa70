package protocol

import (
	"fmt"
	"unicode/utf16"

	"offhook/internal/rc"
)

// Check holds a message of a host page, decoded from JSON, to its
// description: fields of another type or size are taken out, each with a
// sentence that names it. An Invalid error says that nothing can be done: the
// type is unknown, or a required field is missing or wrong.
func Check(m map[string]any) (warnings []string, err error) {
	typ, _ := m["type"].(string)
	known := find(typ)
	if known == nil {
		return nil, rc.Errorf(rc.Invalid, "There is no message %.60q for the phone.", typ)
	}
	return check(typ, known.Fields, m)
}

// CheckRequest does the same for the body of rc-adapter-message-request.
func CheckRequest(path string, body map[string]any) (warnings []string, err error) {
	for _, r := range Requests {
		if r.Name == path {
			return check(path, r.Fields, body)
		}
	}
	return nil, rc.Errorf(rc.Invalid, "There is no request %.60q for the phone.", path)
}

func check(name string, fields []Field, m map[string]any) (warnings []string, err error) {
	for _, f := range fields {
		v, there := m[f.Name]
		if v == nil && f.Kind != Nullable {
			there = false
		}
		switch {
		case !there && f.Required:
			return warnings, rc.Errorf(rc.Invalid, "%s needs the field %s (%s). Nothing was done.", name, f.Name, words[f.Kind])
		case !there:
		case f.fits(v):
		case f.Required:
			return warnings, rc.Errorf(rc.Invalid, "%s: the field %s must be %s. Nothing was done.", name, f.Name, f.wanted())
		default:
			delete(m, f.Name)
			warnings = append(warnings, fmt.Sprintf("%s: the field %s must be %s. It was left out.", name, f.Name, f.wanted()))
		}
	}
	return warnings, nil
}

func (f Field) wanted() string {
	switch n := f.max(); {
	case n == 0:
		return words[f.Kind]
	case f.Kind == List:
		return fmt.Sprintf("%s of at most %d", words[f.Kind], n)
	default:
		return fmt.Sprintf("%s of at most %d characters", words[f.Kind], n)
	}
}

// max is the bound of a field, or 0 for none.
func (f Field) max() int {
	if f.Max == 0 && (f.Kind == Text || f.Kind == TextOrList || f.Kind == TextOrFlag) {
		return DefaultMax
	}
	return f.Max
}

func (f Field) fits(v any) bool {
	switch v := v.(type) {
	case nil:
		return f.Kind == Nullable || f.Kind == Anything
	case string:
		return f.Kind == Anything || (f.Kind == Text || f.Kind == TextOrList || f.Kind == TextOrFlag) && length(v) <= f.max()
	case float64:
		return f.Kind == Number || f.Kind == Anything
	case bool:
		return f.Kind == Flag || f.Kind == Anything || f.Kind == TextOrFlag
	case []any:
		return f.Kind == Anything || f.Kind == List && (f.Max == 0 || len(v) <= f.Max) || f.Kind == TextOrList && f.fitAll(v)
	case map[string]any:
		return f.Kind == Object || f.Kind == Nullable || f.Kind == Anything
	}
	return false
}

func (f Field) fitAll(list []any) bool {
	for _, v := range list {
		if s, ok := v.(string); !ok || length(s) > f.max() {
			return false
		}
	}
	return true
}

// length counts as the browser does.
func length(s string) (n int) {
	for _, r := range s {
		n += utf16.RuneLen(r)
	}
	return n
}
