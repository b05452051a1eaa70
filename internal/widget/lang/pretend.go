package lang

import (
	"regexp"

	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// Open and Shut stand around what a pretend language says.
const (
	Open = "⟦"
	Shut = "⟧"
)

// Pretend is a language for tests. It knows every sentence, and says it in
// brackets that leave out what is filled in: what a page says outside of them
// is what somebody forgot to have said in the reader's language.
func Pretend() *Language {
	l := &Language{Code: "en-XA", Name: "Pretend", Dir: "rtl", tag: language.MustParse("en-XA"), pretends: true}
	l.print = message.NewPrinter(l.tag)
	return l
}

// filled is what is no part of the words of a sentence.
var filled = regexp.MustCompile(`%(?:\[\d+\])?[a-z]|\{\d+\}|</?\w+>`)

func pretend(sentence string) phrase {
	text := Open + filled.ReplaceAllString(sentence, Shut+"$0"+Open) + Shut
	return phrase{one: text, forms: map[string]string{"one": text, "other": text}}
}
