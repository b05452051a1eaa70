package oauth

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"offhook/internal/store"
)

// FuzzRedirect: nothing but a registered text is ever answered at.
func FuzzRedirect(f *testing.F) {
	app := store.App{RedirectURIs: []string{"https://app.example/cb", "com.example.app:/cb?x=1"}}
	for _, uri := range append([]string{"", "https://app.example/cb?", "https://app.example/cb#", "HTTPS://app.example/cb", "//app.example/cb"}, app.RedirectURIs...) {
		f.Add(uri, "state")
	}
	f.Fuzz(func(t *testing.T, uri, state string) {
		got, err := redirectOf(app, uri)
		if err != nil {
			if got != "" {
				t.Errorf("refused %q and yet returned %q", uri, got)
			}
			return
		}
		if got != uri || !slices.Contains(app.RedirectURIs, got) {
			t.Fatalf("%q became %q", uri, got)
		}
		location := request{redirect: got, state: state, response: "code"}.location("https://issuer.example", url.Values{"code": {"c"}})
		u, err := url.Parse(location)
		if err != nil || !strings.HasPrefix(location, got) || strings.ContainsAny(location, "\r\n \"<>") {
			t.Fatalf("redirect %q, %v", location, err)
		}
		if u.Query().Get("state") != state || u.Query().Get("code") != "c" {
			t.Errorf("state %q came back as %q", state, u.Query().Get("state"))
		}
	})
}

// FuzzParse: whatever is let in can be kept, shown and carried on.
func FuzzParse(f *testing.F) {
	for _, raw := range []string{"", "a=1&b=2", "a=1&a=2", "a=%00", "a=%ff", "a=%zz", "a;b", "ui_options=1&ui_options=2", "=x", "a"} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		p, err := parse(raw, repeatable...)
		if err != nil {
			var fault *fault
			if !asFault(err, &fault) || !utf8.ValidString(fault.sentence) {
				t.Fatalf("parsing %q: %v, want a fault", raw, err)
			}
			return
		}
		for name, value := range p {
			if !text(name) || !text(value) || value == "" {
				t.Errorf("%q let in %q=%q", raw, name, value)
			}
		}
		again, err := parse(p.encode(), repeatable...)
		if err != nil && len(p.encode()) <= maxForm {
			t.Fatalf("carrying %q on: %v", raw, err)
		}
		for name := range p {
			if err == nil && again[name] != p[name] {
				t.Errorf("%s=%q became %q", name, p[name], again[name])
			}
		}
	})
}

func asFault(err error, f **fault) (ok bool) {
	*f, ok = err.(*fault)
	return ok
}

// FuzzE164: what is taken for a phone number is one.
func FuzzE164(f *testing.F) {
	for _, s := range []string{"+16505550101", "(650) 555-0101", "650.555.0101", "ada@example.com", "+", "١٢٣٤٥٦٧"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		number, ok := e164(s)
		if digits, plus := strings.CutPrefix(number, "+"); ok && (!plus || strings.Trim(digits, "0123456789") != "" || len(digits) < 7) {
			t.Errorf("%q became %q", s, number)
		}
	})
}
