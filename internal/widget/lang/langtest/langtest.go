// Package langtest finds what a page says in English alone: it is drawn in
// the pretend language, whose sentences stand in brackets.
package langtest

import (
	"html"
	"regexp"
	"strings"
)

var (
	// What is between tags, and the attributes that people see or hear.
	words = regexp.MustCompile(`(?s)>([^<]+)<|\s(?:aria-label|title|placeholder|alt)="([^"]*)"`)
	// Icons and times are none of the words.
	silent  = regexp.MustCompile(`(?s)<svg.*?</svg>|<time.*?</time>`)
	said    = regexp.MustCompile(`⟦[^⟧]*⟧`)
	letters = regexp.MustCompile(`\pL`)
)

// Unsaid returns the words of a page that are neither in brackets nor among
// those that it was given.
func Unsaid(page string, given ...string) (all []string) {
	for _, m := range words.FindAllStringSubmatch(silent.ReplaceAllString(page, ""), -1) {
		left := said.ReplaceAllString(html.UnescapeString(m[1]+m[2]), "")
		for _, g := range given {
			left = strings.ReplaceAll(left, g, "")
		}
		if letters.MatchString(left) {
			all = append(all, strings.TrimSpace(left))
		}
	}
	return all
}
