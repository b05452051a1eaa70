package panel

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"offhook/internal/widget/lang"
)

// manyConversations is a desk with so many of them.
func manyConversations(n int) *fixtureDesk {
	d := newFixtureDesk()
	c := d.conversations[0]
	d.conversations = nil
	for i := range n {
		c.ID = fmt.Sprint(1000 + i)
		d.conversations = append(d.conversations, c)
	}
	return d
}

func TestALongListIsDrawnWhereSomebodyLooks(t *testing.T) {
	p := storyPage(manyConversations(420))
	for at, want := range map[int][]int{0: {0, 50}, 49: {0, 50}, 120: {50, 100, 150}, 419: {350, 400}} {
		v, err := newMessages(t.Context(), p, listing{At: at})
		if err != nil {
			t.Fatal(err)
		}
		var drawn []int
		rows, height := 0, 0
		for _, w := range v.Windows {
			height += w.Count
			if len(w.Rows) > 0 {
				drawn = append(drawn, w.At)
				rows += len(w.Rows)
			}
			if len(w.Rows) > 0 && len(w.Rows) != w.Count {
				t.Errorf("looking at %d, window %d has %d of %d rows", at, w.At, len(w.Rows), w.Count)
			}
		}
		if !cmp.Equal(drawn, want) || height != 420 {
			t.Errorf("looking at %d, windows %v of %d places are drawn, want %v", at, drawn, height, want)
		}
	}
}

func TestWhatASearchHasFoundIsMarked(t *testing.T) {
	for _, tt := range []struct{ line, query, want string }{
		{"The oak floor is here", "OAK", "The [oak] floor is here"},
		{"Trés bien, Gráce", "grace", "Trés bien, [Gráce]"},
		{"Großer Saal", "gross", "[Groß]er Saal"},
		{"a name matched", "other", "a name matched"},
		{"", "x", ""},
	} {
		var got strings.Builder
		for _, p := range marked(tt.line, tt.query) {
			if p.Hit {
				got.WriteString("[" + p.Text + "]")
			} else {
				got.WriteString(p.Text)
			}
		}
		if got.String() != tt.want {
			t.Errorf("marked(%q, %q) = %s, want %s", tt.line, tt.query, &got, tt.want)
		}
	}
}

func BenchmarkFirstPageOfTenThousandConversations(b *testing.B) {
	p := storyPage(manyConversations(10_000))
	var out bytes.Buffer
	for b.Loop() {
		out.Reset()
		v, err := newMessages(b.Context(), p, listing{})
		if err != nil {
			b.Fatal(err)
		}
		if err := templates.Templates(lang.All[0]).ExecuteTemplate(&out, "messages", v); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(out.Len()), "bytes/page")
}
