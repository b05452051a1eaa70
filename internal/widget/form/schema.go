package form

import (
	"slices"
	"strconv"
	"strings"
)

// A resolver turns a schema as it is written into the one that holds for some
// data: references followed, allOf joined, the branches of conditions chosen.
type resolver struct {
	root *object
	// left is how many steps may still be taken. Twelve levels of references
	// that name each other twice are thousands of schemas in a few lines.
	left int
}

// steps is enough for the largest page within the limits, many times over.
const steps = 40_000

func (r *resolver) step() bool {
	r.left--
	return r.left > 0
}

// resolve is the schema that holds for data.
func (r *resolver) resolve(s *object, data any) *object { return r.resolveAt(s, data, 0) }

func (r *resolver) resolveAt(s *object, data any, depth int) *object {
	if s == nil || depth > maxNesting || !r.step() {
		return newObject()
	}
	if ref := s.str("$ref"); ref != "" {
		rest := without(s, "$ref")
		return r.resolveAt(merge(r.find(ref), rest), data, depth+1)
	}
	if all := s.list("allOf"); all != nil {
		out := without(s, "allOf")
		for _, part := range all {
			part, _ := part.(*object)
			out = merge(out, r.resolveAt(part, data, depth+1))
		}
		s = out
	}
	if s.has("if") {
		return r.resolveAt(r.branch(s, data), data, depth+1)
	}
	if s.obj("dependencies") != nil || s.obj("dependentSchemas") != nil || s.obj("dependentRequired") != nil {
		return r.resolveAt(r.depend(s, data, depth), data, depth+1)
	}
	return r.alternative(s, data, depth)
}

// branch is a schema with its if decided.
func (r *resolver) branch(s *object, data any) *object {
	side := "else"
	if r.matches(s.get("if"), data) {
		side = "then"
	}
	chosen := s.obj(side)
	return merge(without(s, "if", "then", "else"), chosen)
}

// depend adds what a field asks for once it has a value.
func (r *resolver) depend(s *object, data any, depth int) *object {
	out := without(s, "dependencies", "dependentSchemas", "dependentRequired")
	values, _ := data.(*object)
	for _, word := range []string{"dependencies", "dependentSchemas", "dependentRequired"} {
		deps := s.obj(word)
		for _, key := range deps.names() {
			if !values.has(key) || values.get(key) == nil {
				continue
			}
			if names := deps.list(key); names != nil {
				need := newObject()
				need.set("required", names)
				out = merge(out, need)
			} else {
				out = merge(out, r.dependent(deps.obj(key), key, data, depth))
			}
		}
	}
	return out
}

// dependent is what a dependency adds. Its branches are told apart by the
// field that they depend on alone: what else they ask for is not there yet.
// That field itself is not narrowed by them.
func (r *resolver) dependent(s *object, key string, data any, depth int) *object {
	s = r.resolveRef(s)
	for _, word := range []string{"oneOf", "anyOf"} {
		branches := s.list(word)
		if branches == nil {
			continue
		}
		s = without(s, word)
		for _, b := range branches {
			b, _ := b.(*object)
			full := r.resolveRef(b)
			if r.matches(full.obj("properties").get(key), member(data, key)) {
				s = merge(s, full)
				break
			}
		}
	}
	if s.obj("properties").has(key) {
		s = s.copied()
		s.set("properties", without(s.obj("properties"), key))
	}
	return r.resolveAt(s, data, depth+1)
}

// alternative joins the first branch of an oneOf or anyOf that fits, where the
// branches have fields; without fields they are choices, which stay.
func (r *resolver) alternative(s *object, data any, depth int) *object {
	for _, word := range []string{"oneOf", "anyOf"} {
		branches := s.list(word)
		if !haveFields(branches) {
			continue
		}
		var chosen *object
		for _, b := range branches {
			b, _ := b.(*object)
			full := r.resolveRef(b)
			if r.matches(full, data) {
				chosen = full
				break
			}
		}
		rest := without(s, word)
		if chosen == nil && rest.obj("properties") == nil {
			chosen, _ = branches[0].(*object)
		}
		return r.resolveAt(merge(rest, chosen), data, depth+1)
	}
	return s
}

func haveFields(branches []any) bool {
	for _, b := range branches {
		b, _ := b.(*object)
		if b.obj("properties") != nil || b.str("$ref") != "" || b.list("required") != nil {
			return true
		}
	}
	return false
}

func (r *resolver) resolveRef(s *object) *object {
	for range maxNesting {
		ref := s.str("$ref")
		if ref == "" || !r.step() {
			break
		}
		s = merge(r.find(ref), without(s, "$ref"))
	}
	return s
}

// find follows a reference inside the schema; the root has been checked for
// others (RFC 6901).
func (r *resolver) find(ref string) *object {
	path, ok := strings.CutPrefix(ref, "#")
	if !ok {
		return nil
	}
	var at any = r.root
	for part := range strings.SplitSeq(strings.TrimPrefix(path, "/"), "/") {
		if path != "" {
			at = member(at, unescape.Replace(part))
		}
	}
	s, _ := at.(*object)
	return s
}

var unescape = strings.NewReplacer("~1", "/", "~0", "~")

func member(v any, name string) any {
	switch v := v.(type) {
	case *object:
		return v.get(name)
	case []any:
		if i, err := strconv.Atoi(name); err == nil && i >= 0 && i < len(v) {
			return v[i]
		}
	}
	return nil
}

func without(s *object, keys ...string) *object {
	out := newObject()
	for _, k := range s.names() {
		if !slices.Contains(keys, k) {
			out.set(k, s.at[k])
		}
	}
	return out
}

// merge lays b over a: fields and what is required join, all else of b wins.
func merge(a, b *object) *object {
	out := a.copied()
	for _, k := range b.names() {
		switch v := b.at[k].(type) {
		case *object:
			if old := out.obj(k); old != nil && k != "default" && k != "const" {
				out.set(k, merge(old, v))
				continue
			}
		case []any:
			if old := out.list(k); old != nil && (k == "required" || k == "allOf") {
				out.set(k, union(old, v))
				continue
			}
		}
		out.set(k, b.at[k])
	}
	return out
}

func union(a, b []any) []any {
	out := append([]any{}, a...)
	for _, v := range b {
		if !containsValue(out, v) {
			out = append(out, v)
		}
	}
	return out
}

func containsValue(list []any, v any) bool {
	return slices.ContainsFunc(list, func(o any) bool { return equal(o, v) })
}

// typeOf is the type by which a schema's value is drawn: of several the first
// that is not null; without one, what the other words imply.
func typeOf(s *object) string {
	switch t := s.get("type").(type) {
	case string:
		return t
	case []any:
		for _, v := range t {
			if v, ok := v.(string); ok && v != "null" {
				return v
			}
		}
		return "null"
	}
	switch {
	case s.obj("properties") != nil || s.has("additionalProperties"):
		return "object"
	case s.has("items"):
		return "array"
	}
	for _, v := range []any{s.get("const"), first(s.list("enum")), s.get("default")} {
		switch v.(type) {
		case bool:
			return "boolean"
		case float64:
			return "number"
		}
	}
	return "string"
}

func first(list []any) any {
	if len(list) == 0 {
		return nil
	}
	return list[0]
}
