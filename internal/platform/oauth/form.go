package oauth

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxForm is the largest query or body that is read.
const maxForm = 16 << 10

// params are the parameters of a request. One without a value counts as
// absent (RFC 6749 section 3.1; the SDK sends "prompt=").
type params map[string]string

// parse reads a query or form. Only the named parameters may be repeated,
// and then the last one counts; for any other that is a fault (RFC 6749
// sections 3.1 and 3.2).
func parse(raw string, repeatable ...string) (params, error) {
	if len(raw) > maxForm {
		return nil, errTooLarge
	}
	values, err := url.ParseQuery(raw)
	if err != nil {
		return nil, errForm
	}
	p := make(params)
	for name, all := range values {
		if len(all) > 1 && !slices.Contains(repeatable, name) {
			if !text(name) {
				return nil, errForm
			}
			return nil, errRepeated(name)
		}
		v := all[len(all)-1]
		if !text(name) || !text(v) {
			return nil, errForm
		}
		if v != "" {
			p[name] = v
		}
	}
	return p, nil
}

// text reports whether s can be kept and shown: databases refuse NUL, and
// bad UTF-8 is never what anybody meant.
func text(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }

// encode is the reverse of parse, for carrying a request through a page.
func (p params) encode() string {
	v := make(url.Values)
	for name, value := range p {
		v.Set(name, value)
	}
	return v.Encode()
}

// body reads a request's form. An empty body needs no content type.
func body(w http.ResponseWriter, r *http.Request, repeatable ...string) (params, error) {
	raw, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxForm))
	var tooLarge *http.MaxBytesError
	if errors.As(err, &tooLarge) {
		return nil, errTooLarge
	}
	if err != nil {
		return nil, errForm
	}
	if len(raw) == 0 {
		return params{}, nil
	}
	if t, _, err := mime.ParseMediaType(r.Header.Get("Content-Type")); err != nil || t != "application/x-www-form-urlencoded" {
		return nil, errForm
	}
	return parse(string(raw), repeatable...)
}
