package form

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
)

// An object is a JSON object that remembers the order of its keys, because
// fields are drawn in the order in which the page wrote them. A nil object is
// an empty one for reading.
type object struct {
	keys []string
	at   map[string]any
}

func newObject() *object { return &object{at: map[string]any{}} }

func (o *object) get(key string) any {
	if o == nil {
		return nil
	}
	return o.at[key]
}

func (o *object) has(key string) bool {
	if o == nil {
		return false
	}
	_, ok := o.at[key]
	return ok
}

func (o *object) obj(key string) *object { v, _ := o.get(key).(*object); return v }
func (o *object) str(key string) string  { v, _ := o.get(key).(string); return v }
func (o *object) list(key string) []any  { v, _ := o.get(key).([]any); return v }

func (o *object) num(key string) (float64, bool) { v, ok := o.get(key).(float64); return v, ok }

func (o *object) names() []string {
	if o == nil {
		return nil
	}
	return o.keys
}

func (o *object) set(key string, v any) {
	if !o.has(key) {
		o.keys = append(o.keys, key)
	}
	o.at[key] = v
}

// copied is a copy whose keys can be set without touching o.
func (o *object) copied() *object {
	c := newObject()
	for _, k := range o.names() {
		c.set(k, o.at[k])
	}
	return c
}

// MarshalJSON keeps the order.
func (o *object) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, k := range o.names() {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(text(k))
		b.WriteByte(':')
		b.WriteString(text(o.at[k]))
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// text is a value as JSON. Values come from JSON, so that this cannot fail.
func text(v any) string {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(v)
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

// maxNesting is how deep JSON may go before anybody looks at its meaning: far
// more than twelve levels of fields need.
const maxNesting = 80

var errNesting = errors.New("nested too deeply")

// decode reads one JSON value with the order of its keys. Of a key that comes
// twice the last value counts, as everywhere in JavaScript.
func decode(data []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	v, err := decodeValue(d, 0)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("something follows the value")
	}
	return v, nil
}

func decodeValue(d *json.Decoder, depth int) (any, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	if depth > maxNesting {
		return nil, errNesting
	}
	switch t {
	case json.Delim('{'):
		return decodeObject(d, depth)
	case json.Delim('['):
		return decodeList(d, depth)
	}
	return t, nil
}

func decodeObject(d *json.Decoder, depth int) (any, error) {
	o := newObject()
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return nil, err
		}
		v, err := decodeValue(d, depth+1)
		if err != nil {
			return nil, err
		}
		o.set(key.(string), v)
	}
	_, err := d.Token()
	return o, err
}

func decodeList(d *json.Decoder, depth int) (any, error) {
	list := []any{}
	for d.More() {
		v, err := decodeValue(d, depth+1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, err := d.Token()
	return list, err
}

// equal compares two JSON values; the order of keys means nothing.
func equal(a, b any) bool {
	switch a := a.(type) {
	case *object:
		b, ok := b.(*object)
		return ok && len(a.names()) == len(b.names()) && !slices.ContainsFunc(a.names(), func(k string) bool { return !b.has(k) || !equal(a.at[k], b.at[k]) })
	case []any:
		b, ok := b.([]any)
		return ok && slices.EqualFunc(a, b, equal)
	}
	if _, ok := b.([]any); ok {
		return false
	}
	return a == b
}

// blank reports whether a value counts as not filled in (contract/service.md
// 10.5: a blank string and an empty list count as missing).
func blank(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case string:
		return len(bytes.TrimSpace([]byte(v))) == 0
	case []any:
		return len(v) == 0
	}
	return false
}
