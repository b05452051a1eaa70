package lang

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// A template stays as English as its author wrote it: what it says stands
// between its tags and in the attributes that are read out. [Template] puts
// another language there before the template is parsed. A sentence goes from
// one tag to the next; within it, what is filled in is {0}, {1}..., and tags
// without attributes that mark a few of its words stay where they belong.

// tokens are actions, comments, tags, and what is between them.
var tokens = regexp.MustCompile(`(?s)\{\{.*?\}\}|<!--.*?-->|<[a-zA-Z/!](?:\{\{.*?\}\}|"(?:\{\{.*?\}\}|[^"])*"|[^<>"])*>|[^<{]+|[<{]`)

// inline are the tags that mark words within a sentence.
var inline = regexp.MustCompile(`^</?(?:bdi|b|strong|em|kbd|code)>$`)

// aloud are the attributes that people see or hear.
var aloud = regexp.MustCompile(`(?s)( (?:aria-label|aria-roledescription|aria-valuetext|title|placeholder|alt)=")((?:\{\{.*?\}\}|[^"{]|\{)*)(")`)

// apart are the first words of actions that no sentence goes across.
var apart = []string{"if", "else", "end", "range", "with", "define", "block", "template", "break", "continue", "icon", "icons", "mark", "asset", "htmx"}

// Template returns a template's source with every sentence of it as say has it.
func Template(source string, say func(sentence string) string) string {
	var out strings.Builder
	var run []string
	flush := func() {
		out.WriteString(sentence(run, say))
		run = nil
	}
	for _, token := range tokens.FindAllString(source, -1) {
		switch {
		case strings.HasPrefix(token, "{{") && !boundary(token), inline.MatchString(token), !strings.HasPrefix(token, "{{") && !isTag(token):
			run = append(run, token)
		default:
			flush()
			if isTag(token) {
				token = aloud.ReplaceAllStringFunc(token, func(a string) string {
					m := aloud.FindStringSubmatch(a)
					return m[1] + Template(m[2], say) + m[3]
				})
			}
			out.WriteString(token)
		}
	}
	flush()
	return out.String()
}

func isTag(token string) bool { return len(token) > 1 && token[0] == '<' }

// boundary reports whether an action stands between sentences.
func boundary(action string) bool {
	inner := strings.TrimLeft(strings.TrimPrefix(action, "{{"), "- \t\n(")
	if strings.HasPrefix(inner, "/*") || strings.Contains(inner, ":=") {
		return true
	}
	first := strings.FieldsFunc(inner, func(r rune) bool { return r == ' ' || r == '}' || r == '-' || r == ')' })
	return len(first) == 0 || slices.Contains(apart, first[0])
}

var (
	letters = regexp.MustCompile(`\pL`)
	entity  = regexp.MustCompile(`&\w+;`)
	// What begins like an attribute is part of a tag that another template holds.
	attribute = regexp.MustCompile(`^\s*(?:[a-z-]+="|(?:data-[a-z-]+|disabled|readonly|required|checked|selected|hidden)\s*$)`)
	spaces    = regexp.MustCompile(`\s+`)
	place     = regexp.MustCompile(`\{(\d+)\}`)
)

// sentence says a run of text, filled-in values and marks.
func sentence(run []string, say func(string) string) string {
	whole := strings.Join(run, "")
	said := false
	var values []string
	var key strings.Builder
	for _, token := range run {
		switch {
		case strings.HasPrefix(token, "{{"):
			key.WriteString("{" + strconv.Itoa(len(values)) + "}")
			values = append(values, token)
		case isTag(token):
			key.WriteString(token)
		default:
			said = said || letters.MatchString(entity.ReplaceAllString(token, ""))
			key.WriteString(token)
		}
	}
	if !said || attribute.MatchString(whole) {
		return whole
	}
	k := key.String()
	trimmed := strings.TrimSpace(k)
	at := strings.Index(k, trimmed)
	before, after := k[:at], k[at+len(trimmed):]
	// A mark around the whole is no part of what is said.
	for {
		m := inlineAround.FindStringSubmatch(trimmed)
		if m == nil || m[1] != m[3] || strings.Contains(m[2], "<"+m[1]+">") {
			break
		}
		before, trimmed, after = before+"<"+m[1]+">", m[2], "</"+m[3]+">"+after
	}
	// Nor is the end of one that began before.
	if m := inlineEnd.FindStringSubmatch(trimmed); m != nil && !strings.Contains(trimmed, "<"+m[2]+">") {
		trimmed, after = m[1], "</"+m[2]+">"+after
	}
	text := say(spaces.ReplaceAllString(trimmed, " "))
	return before + place.ReplaceAllStringFunc(text, func(p string) string {
		if i, err := strconv.Atoi(p[1 : len(p)-1]); err == nil && i < len(values) {
			return values[i]
		}
		return p
	}) + after
}

var (
	inlineAround = regexp.MustCompile(`(?s)^<(bdi|b|strong|em|kbd|code)>(.*)</(bdi|b|strong|em|kbd|code)>$`)
	inlineEnd    = regexp.MustCompile(`(?s)^(.*)</(bdi|b|strong|em|kbd|code)>$`)
)
