package contact

import (
	"strings"
	"unicode"
)

// FullName joins the parts of a person's name in the order in which the name
// itself is written: names in Chinese, Japanese and Korean letters begin with
// the family's and have no spaces, wherever they are read, as CLDR orders the
// names of people. Names in katakana alone are foreign ones.
func FullName(first, middle, last string) string {
	if FamilyFirst(first, middle, last) {
		return last + middle + first
	}
	return strings.Join(strings.Fields(first+" "+middle+" "+last), " ")
}

// FamilyFirst reports whether a name of these parts begins with the family's.
func FamilyFirst(first, middle, last string) bool {
	foreign := true
	for _, r := range first + middle + last {
		if !eastern(r) {
			return false
		}
		foreign = foreign && katakana(r)
	}
	return first != "" && last != "" && !foreign
}

// eastern reports whether a letter is one that such names are written with.
func eastern(r rune) bool {
	return unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Hangul) || katakana(r) || r == '々' || r == 'ヶ'
}

func katakana(r rune) bool { return unicode.Is(unicode.Katakana, r) || r == 'ー' }

// Initials are the first letters of the first and last word of a name; of one
// that begins with the family's, the letter that families are known by.
func Initials(name string) string {
	words := strings.FieldsFunc(name, func(r rune) bool { return unicode.IsSpace(r) || r == '-' && len(name) < 3 })
	var letters []rune
	for _, w := range words {
		if r := []rune(w)[0]; unicode.IsLetter(r) {
			letters = append(letters, unicode.ToUpper(r))
		}
	}
	switch {
	case len(letters) > 1 && eastern(letters[0]) && !strings.ContainsFunc(name, func(r rune) bool { return !eastern(r) && !unicode.IsSpace(r) }) && !katakana(letters[0]):
		letters = letters[:1]
	case len(letters) > 2:
		letters = []rune{letters[0], letters[len(letters)-1]}
	}
	return string(letters)
}
