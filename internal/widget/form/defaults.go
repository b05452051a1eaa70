package form

// defaults is data with the schema's default values where it has none, as the
// form shows them. A condition sees the defaults of the fields above it.
func (r *resolver) defaults(s *object, data any, depth int) any {
	if depth > MaxDepth || !r.step() {
		return data
	}
	full := r.resolve(s, data)
	if data == nil && full.has("default") {
		data = full.get("default")
	}
	switch typeOf(full) {
	case "object":
		return r.objectDefaults(s, data, depth)
	case "array":
		return r.arrayDefaults(full, data, depth)
	}
	return data
}

// objectDefaults goes round twice: what the first round fills in may bring
// further fields, and those have defaults, too.
func (r *resolver) objectDefaults(s *object, data any, depth int) any {
	values, ok := data.(*object)
	if !ok && data != nil {
		return data
	}
	out := values.copied()
	for range 2 {
		props := r.resolve(s, out).obj("properties")
		for _, name := range props.names() {
			if out.has(name) && out.get(name) == nil {
				continue // emptied on purpose
			}
			if v := r.defaults(props.obj(name), out.get(name), depth+1); v != nil {
				out.set(name, v)
			}
		}
	}
	return out
}

func (r *resolver) arrayDefaults(s *object, data any, depth int) any {
	list, ok := data.([]any)
	if !ok {
		return data
	}
	out := make([]any, len(list))
	for i, item := range list {
		schema, _ := itemSchema(s, i).(*object)
		out[i] = r.defaults(schema, item, depth+1)
	}
	return out
}
