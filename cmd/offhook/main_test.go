package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestMistakesAreAnsweredByOneSentence(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "offhook.db"), []byte("no database, but a letter"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		args   string
		status int
		want   string
	}{
		{"bogus", 2, "There is no command bogus."},
		{"demo --bogus", 2, "-bogus. Run it with -h"},
		{"demo --log-level loud --dir " + dir, 2, `must be error, warn, info or debug, not "loud"`},
		{"app list --dir " + dir, 2, "offhook.db is not an SQLite database"},
	} {
		var out, errs strings.Builder
		status := run(t.Context(), strings.Fields(tt.args), &out, &errs)
		if status != tt.status || out.Len() > 0 || !strings.Contains(errs.String(), tt.want) || strings.Count(errs.String(), "\n") != 1 {
			t.Errorf("%s: status %d, %q; want %d with %q", tt.args, status, errs.String(), tt.status, tt.want)
		}
	}
	for _, word := range []string{"-h", "help", "--help"} {
		var out, errs strings.Builder
		if status := run(t.Context(), []string{word}, &out, &errs); status != 0 || errs.Len() > 0 || !strings.Contains(out.String(), "offhook demo") {
			t.Errorf("%s: status %d, %q", word, status, errs.String())
		}
	}
}
