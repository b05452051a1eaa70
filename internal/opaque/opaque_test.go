package opaque

import (
	"regexp"
	"testing"
)

type secret string

func TestATextIsLongAndNeverTheSame(t *testing.T) {
	alphabet, seen := regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`), map[string]bool{}
	for range 100 {
		text := Text()
		if !alphabet.MatchString(text) {
			t.Errorf("Text() = %q, want 43 characters of the URL-safe alphabet", text)
		}
		if seen[text] {
			t.Errorf("Text() gave %q twice", text)
		}
		seen[text] = true
	}
}

// What is in people's databases was hashed so: another hash would sign
// everybody out and shut out every app and every embed key.
func TestAHashStaysWhatItWas(t *testing.T) {
	// SHA-256 of "abc" (FIPS 180-4, example B.1), in URL-safe base64.
	const want = "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0"
	if got := Hash("abc"); got != want {
		t.Errorf("Hash(abc) = %q, want %q", got, want)
	}
	if got := Hash(secret("abc")); got != want {
		t.Errorf("Hash of a type of its own = %q, want %q", got, want)
	}
}

func TestOnlyEqualTextsAreTheSame(t *testing.T) {
	for _, tt := range []struct {
		name, a, b string
		want       bool
	}{
		{"equal", "abc", "abc", true},
		{"another end", "abc", "abd", false},
		{"another beginning", "abc", "bbc", false},
		{"a beginning only", "abc", "ab", false},
		{"nothing for something", "abc", "", false},
		{"nothing twice", "", "", true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := Same(tt.a, tt.b); got != tt.want {
				t.Errorf("Same(%q, %q) = %v, want %v", tt.a, tt.b, got, tt.want)
			}
		})
	}
}
