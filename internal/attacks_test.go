package internal

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A held names a test in docs/attacks.md: a Go test by its folder, or a test
// of node by its file and title.
var held = regexp.MustCompile("`([a-z0-9/]+) ((?:Test|Fuzz)\\w+)`|`([a-z0-9/-]+\\.test\\.js) \"([^\"]+)\"`")

func TestEveryAttackIsHeldByATest(t *testing.T) {
	text, err := os.ReadFile("../docs/attacks.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := 0
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(line, " | ")
		if !regexp.MustCompile(`^\| \d+$`).MatchString(cells[0]) {
			continue
		}
		rows++
		proofs := held.FindAllStringSubmatch(cells[len(cells)-1], -1)
		if len(proofs) == 0 && !strings.Contains(cells[2], "not offered") {
			t.Errorf("row %s names no test and does not say why", cells[0])
		}
		if named := strings.Count(cells[len(cells)-1], "`") / 2; named != len(proofs) {
			t.Errorf("row %s: %d of its %d tests are not named as this test understands", cells[0], named-len(proofs), named)
		}
		for _, p := range proofs {
			if !exists(t, p[1], p[2], p[3], p[4]) {
				t.Errorf("row %s names %s, which does not exist", cells[0], p[0])
			}
		}
	}
	if rows != 81 {
		t.Errorf("%d rows, want 81", rows)
	}
}

func exists(t *testing.T, folder, name, file, title string) bool {
	if file != "" {
		text, err := os.ReadFile(filepath.Join("../e2e", file))
		return err == nil && strings.Contains(string(text), "it('"+strings.ReplaceAll(title, "'", `\'`)+"'")
	}
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(text), "\nfunc "+name+"(") {
			return true
		}
	}
	return false
}
