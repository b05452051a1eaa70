package app_test

import (
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"offhook/internal/app"
	"offhook/internal/rc"
	"offhook/internal/widget/protocol"
)

var update = flag.Bool("update", false, "rewrite docs/contract-status.md")

// TestContractStatus keeps docs/contract-status.md equal to what the code's
// own tables and routes say.
func TestContractStatus(t *testing.T) {
	var b strings.Builder
	b.WriteString("# Contract status\n\nWhat works of the public contract, generated from the code's tables and routes (`go test ./internal/app -run ContractStatus -update`).\n")
	b.WriteString("✓ works and is tested, – does not exist yet and says so when asked.\n")
	operations(t, &b)
	for _, section := range []struct {
		title string
		rows  []protocol.Row
	}{
		{"Messages from the host page to the widget", protocol.FromHost()},
		{"Requests of rc-adapter-message-request", protocol.Paths()},
		{"Messages from the widget to the host page", protocol.ToHost()},
		{"URL parameters", protocol.ParameterRows()},
		{"RCAdapter and the globals of adapter.js", protocol.Methods()},
	} {
		fmt.Fprintf(&b, "\n## %s\n\n| | name | note |\n| --- | --- | --- |\n", section.title)
		for _, r := range section.rows {
			fmt.Fprintf(&b, "| %s | `%s` | %s |\n", mark(r.Done), r.Name, strings.ReplaceAll(r.Note, "|", "\\|"))
		}
	}
	path := filepath.Join("..", "..", "docs", "contract-status.md")
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != b.String() {
		t.Errorf("docs/contract-status.md does not say what the code does (%v); run this test with -update and read the difference", err)
	}
}

func operations(t *testing.T, b *strings.Builder) {
	h := app.PlatformForTest(t)
	area := ""
	for _, op := range rc.Operations {
		if op.Area != area {
			area = op.Area
			fmt.Fprintf(b, "\n## Platform: %s\n\n| | operation | rate group | scope |\n| --- | --- | --- | --- |\n", area)
		}
		fmt.Fprintf(b, "| %s | `%s %s` | %s | %s |\n", mark(answered(t, h, op)), op.Method, op.Path, op.Group, op.Scope)
	}
}

// answered reports whether an operation exists: without a token it is
// refused, and not unknown.
func answered(t *testing.T, h http.Handler, op rc.Operation) bool {
	path := strings.ReplaceAll(op.Path, "{apiVersion}", "v1.0")
	for strings.Contains(path, "{") {
		before, rest, _ := strings.Cut(path, "{")
		_, after, _ := strings.Cut(rest, "}")
		path = before + "1" + after
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), op.Method, path, nil))
	return w.Code != http.StatusNotFound && w.Code != http.StatusMethodNotAllowed
}

func mark(done bool) string {
	if done {
		return "✓"
	}
	return "–"
}
