package contact

import (
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Fold makes texts comparable: without case, accents and width.
func Fold(s string) string {
	ascii := true
	for i := range len(s) {
		if s[i] >= 0x80 {
			ascii = false
			break
		}
	}
	if ascii {
		return strings.ToLower(s)
	}
	var b strings.Builder
	for _, r := range norm.NFKD.String(s) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r >= 'ァ' && r <= 'ヶ': // katakana are found by hiragana, and stand among them
			b.WriteRune(r - 'ァ' + 'ぁ')
		case r == 'ß':
			b.WriteString("ss")
		case r == 'ø' || r == 'Ø':
			b.WriteByte('o')
		case r == 'ł' || r == 'Ł':
			b.WriteByte('l')
		default:
			b.WriteRune(unicode.ToLower(r))
		}
	}
	return b.String()
}

// Digits returns the digits of s.
func Digits(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

// SearchDigits returns the digits of a query that looks like a number,
// without the zeros that only dialling needs.
func SearchDigits(query string) string {
	for _, r := range query {
		if unicode.IsLetter(r) {
			return ""
		}
	}
	return strings.TrimPrefix(Digits(query), "00")
}

// rows are the rows that Japanese lists are divided into, and starts the kana
// that each begins with: the small forms come before their own.
var rows, starts = []rune("あかさたなはまやらわ"), []rune("ぁかさたなはまゃらゎ")

// syllables are the letters of Korean lists, in the order of the initial
// consonants that syllables are decomposed into; doubled ones stand with the
// simple ones.
var syllables = []rune("ㄱㄱㄴㄷㄷㄹㅁㅂㅂㅅㅅㅇㅈㅈㅊㅋㅌㅍㅎ")

// initial is the letter that a folded name stands under: the one that it
// begins with, or what its script divides lists by.
func initial(r rune) string {
	switch {
	case r >= 0x1100 && r < 0x1100+rune(len(syllables)):
		return string(syllables[r-0x1100])
	case r >= 'ぁ' && r <= 'ゖ':
		i := len(starts) - 1
		for starts[i] > r {
			i--
		}
		return string(rows[i])
	}
	return string(unicode.ToUpper(r))
}
