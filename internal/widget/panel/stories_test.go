package panel

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// One tag a line, so that a difference reads as what has changed.
func lines(html string) string {
	return strings.ReplaceAll(html, "><", ">\n<") + "\n"
}

func TestEveryStoryIsDrawnAsBefore(t *testing.T) {
	for _, s := range stories {
		t.Run(s.Name, func(t *testing.T) {
			html, err := s.HTML(nil)
			if err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", s.Name+".golden")
			got := lines(string(html))
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("%s differs (-want +got); -update rewrites it\n%s", file, diff)
			}
		})
	}
}

func TestNoStoryHasWhatThePolicyForbids(t *testing.T) {
	for _, s := range stories {
		html, err := s.HTML(nil)
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{" style=", "<script", "hx-on", "javascript:", " onclick", " onerror=alert"} {
			if strings.Contains(strings.ToLower(visibleMarkup(string(html))), bad) {
				t.Errorf("story %s contains %q", s.Name, bad)
			}
		}
	}
}

// visibleMarkup leaves the tags and drops the text between them: people may
// write about scripts.
func visibleMarkup(html string) string {
	var b strings.Builder
	for _, part := range strings.Split(html, "<")[1:] {
		tag, _, _ := strings.Cut(part, ">")
		b.WriteString("<" + tag + ">")
	}
	return b.String()
}

func TestHostileTextStaysText(t *testing.T) {
	var story *story
	for i := range stories {
		if stories[i].Name == "conversation-hostile" {
			story = &stories[i]
		}
	}
	html, err := story.HTML(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{"<script>", "<img", "\u202e", "href=\"javascript", "user:pass@evil.example/\""} {
		if strings.Contains(string(html), bad) {
			t.Errorf("the page contains %q", bad)
		}
	}
	for _, want := range []string{
		`href="https://safe.example/?a=1&amp;b="`,
		`href="http://good.example/gp.moc"`,
		"&lt;/textarea&gt;&lt;script&gt;",
	} {
		if !strings.Contains(string(html), want) {
			t.Errorf("the page lacks %q:\n%s", want, html)
		}
	}
}
