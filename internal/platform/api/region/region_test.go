package region_test

import (
	"strings"
	"testing"

	"offhook/internal/platform/api/region"
)

func TestNational(t *testing.T) {
	for _, tt := range []struct{ number, iso, want string }{
		{"+16505550102", "US", "(650) 555-0102"},
		{"+442071838750", "US", "+44 20 7183 8750"},
		{"+442071838750", "GB", "020 7183 8750"},
		{"x", "US", "x"},
	} {
		if got := region.National(tt.number, tt.iso); got != tt.want {
			t.Errorf("%s in %s: %q, want %q", tt.number, tt.iso, got, tt.want)
		}
	}
}

func TestCountry(t *testing.T) {
	for _, tt := range []struct{ number, iso, id, calling string }{
		{"+16505550100", "US", "1", "1"}, {"+442071838750", "GB", "224", "44"}, {"+4930901820", "DE", "DE", "49"}, {"x", "US", "1", "1"},
	} {
		c := region.Country("http://h", tt.number)
		if c.ISOCode != tt.iso || c.ID != tt.id || c.CallingCode != tt.calling || !strings.HasSuffix(c.URI, "/country/"+tt.id) {
			t.Errorf("%s: %+v", tt.number, c)
		}
	}
}

// FuzzParse: whatever people type, a number that is understood can be
// understood again from its own E.164 form.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"+16505550100*101", "(650) 555-0102", "1-800-FLOWERS", "020 7183 8750", "*67", "+", "９１１", "tel:+1-650-555-0100;ext=1"} {
		f.Add(s, "US")
		f.Add(s, "GB")
	}
	f.Fuzz(func(t *testing.T, text, iso string) {
		n, ok := region.Parse(text, iso)
		if !ok {
			return
		}
		if !strings.HasPrefix(n.E164, "+") || len(n.E164) > 20 {
			t.Fatalf("%q in %q became %q", text, iso, n.E164)
		}
		again, ok := region.Parse(n.E164, "US")
		if !ok || again.E164 != n.E164 {
			t.Fatalf("%q in %q became %q, and that became %q", text, iso, n.E164, again.E164)
		}
		region.IsEmergency(text, iso)
		region.IsShort(text, iso)
	})
}
