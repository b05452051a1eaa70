package lang

import (
	"os"
	"strings"
	"testing"
)

func TestTheDocumentsNameEveryLanguage(t *testing.T) {
	page, err := os.ReadFile("../../../docs/languages.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range All {
		if !strings.Contains(string(page), "| `"+l.Code+"` | "+l.Name) {
			t.Errorf("docs/languages.md lacks %s, %s", l.Code, l.Name)
		}
	}
}
