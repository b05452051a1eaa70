package lang

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// A said is an English sentence of the sources.
type said struct {
	where string
	one   string // of a count, its singular
}

// silent are the rooms and files whose sentences are read by who runs or embeds the
// phone, not by who uses it.
var silent = []string{"widget/embed", "widget/configurator", "widget/hostlink", "widget/ticket", "widget/seal", "widget/streettest", "widget/protocol", "widget/lang",
	"widget/form/form.go", "widget/service/service.go", "widget/panel/templates/stories.html"}

// sources finds every sentence that the phone says: what the server does, and
// what the modules of the browser do.
func sources(t *testing.T) (server, browser map[string]said) {
	t.Helper()
	server, browser = map[string]said{}, map[string]said{}
	to := func(all map[string]said) func(string, said) {
		return func(sentence string, s said) { add(t, all, sentence, s) }
	}
	walk(t, "../../..", func(name, text string) {
		switch {
		case strings.HasPrefix(name, "internal/widget/") && strings.Contains(name, "/templates/") && strings.HasSuffix(name, ".html") && path.Base(name) != "stories.html":
			fromTemplate(name, text, to(server))
		case strings.HasPrefix(name, "web/widget/") && strings.HasSuffix(name, ".js") && !strings.HasSuffix(name, ".test.js"):
			fromModule(t, name, text, to(browser))
		case strings.HasPrefix(name, "internal/widget/") && strings.HasSuffix(name, ".go") && !strings.HasSuffix(name, "_test.go") && !strings.HasSuffix(name, "stories.go"):
			fromGo(t, name, text, to(server))
		}
	})
	return server, browser
}

func add(t *testing.T, all map[string]said, sentence string, s said) {
	t.Helper()
	if sentence == "" || !letters.MatchString(verb.ReplaceAllString(sentence, "")) {
		return
	}
	if old, ok := all[sentence]; ok && old.one != s.one {
		t.Errorf("%q is said as a count (%s) and not (%s)", sentence, s.where, old.where)
	}
	all[sentence] = s
}

func walk(t *testing.T, root string, f func(name, text string)) {
	t.Helper()
	err := filepath.WalkDir(root, func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(root, p)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if slices.Contains(silent, strings.TrimPrefix(name, "internal/")) {
			if d.IsDir() {
				return filepath.SkipDir
			}
			return nil
		}
		if d.IsDir() {
			if strings.HasPrefix(d.Name(), ".") && name != "." || d.Name() == "node_modules" || d.Name() == "testdata" {
				return filepath.SkipDir
			}
			return nil
		}
		switch filepath.Ext(p) {
		case ".go", ".js", ".html":
			b, err := os.ReadFile(p)
			if err != nil {
				return err
			}
			f(name, string(b))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

var (
	counted = regexp.MustCompile(`\bcount [^"{}]*"((?:[^"\\]|\\.)*)"\s+"((?:[^"\\]|\\.)*)"`)
	spoken  = regexp.MustCompile(`\b(?:say|t) "((?:[^"\\]|\\.)*)"`)
)

func fromTemplate(name, text string, add func(string, said)) {
	Template(text, func(sentence string) string {
		add(sentence, said{where: name})
		return sentence
	})
	for _, action := range regexp.MustCompile(`(?s)\{\{.*?\}\}`).FindAllString(text, -1) {
		for _, m := range counted.FindAllStringSubmatch(action, -1) {
			add(m[2], said{where: name, one: m[1]})
		}
		for _, m := range spoken.FindAllStringSubmatch(action, -1) {
			add(m[1], said{where: name})
		}
	}
}

// The functions of lang.js: t says, n counts.
var (
	modulesSay   = regexp.MustCompile(`\bt\(\s*"((?:[^"\\]|\\.)*)"`)
	modulesCount = regexp.MustCompile(`\bn\(\s*[^"()]*(?:\([^"()]*\)[^"()]*)*,\s*"((?:[^"\\]|\\.)*)",\s*"((?:[^"\\]|\\.)*)"`)
)

func fromModule(t *testing.T, name, text string, add func(string, said)) {
	literal := func(s string) string {
		out, err := strconv.Unquote(`"` + s + `"`)
		if err != nil {
			t.Errorf("%s: %q is no string that Go can read: %v", name, s, err)
		}
		return out
	}
	for _, m := range modulesSay.FindAllStringSubmatch(text, -1) {
		add(literal(m[1]), said{where: name})
	}
	for _, m := range modulesCount.FindAllStringSubmatch(text, -1) {
		add(literal(m[2]), said{where: name, one: literal(m[1])})
	}
}

// sentenceAt is which argument of a function is a sentence.
var sentenceAt = map[string]int{"Errorf": 1, "Coded": 2, "Say": 0, "Mark": 0}

func fromGo(t *testing.T, name, text string, add func(string, said)) {
	file, err := parser.ParseFile(token.NewFileSet(), name, text, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		f, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if of, ok := f.X.(*ast.Ident); ok && of.Name == "fmt" {
			return true
		}
		if f.Sel.Name == "Count" && len(call.Args) >= 3 {
			one, many := constant(call.Args[1]), constant(call.Args[2])
			if one != "" && many != "" {
				add(many, said{where: name, one: one})
			}
			return true
		}
		if at, ok := sentenceAt[f.Sel.Name]; ok && at < len(call.Args) {
			add(constant(call.Args[at]), said{where: name})
		}
		return true
	})
}

// constant is what a string literal, or a sum of them, says.
func constant(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		if e.Kind == token.STRING {
			s, _ := strconv.Unquote(e.Value)
			return s
		}
	case *ast.BinaryExpr:
		if a, b := constant(e.X), constant(e.Y); a != "" && b != "" {
			return a + b
		}
	}
	return ""
}
