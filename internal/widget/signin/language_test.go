package signin

import (
	"testing"

	"offhook/internal/rc"
	"offhook/internal/widget/lang"
	"offhook/internal/widget/lang/langtest"
)

func TestTheWindowIsInTheReadersLanguage(t *testing.T) {
	for _, v := range []windowView{handover, fragment, {Title: lang.Mark("Not signed in"), Sentence: rc.Errorf(rc.Denied, "The code has expired. Press Sign In again.").Message}} {
		drawn, err := templates.Fragment(lang.Pretend(), "window", v)
		if err != nil {
			t.Fatal(err)
		}
		for _, words := range langtest.Unsaid(string(drawn)) {
			t.Errorf("%q is not said in the reader's language", words)
		}
	}
}
